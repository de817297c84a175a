// Package scenario makes the addresses that a load test asks for: the documents
// of a site with the works, authors and texts of the library that is running,
// drawn with the skew of real readers.
//
// It knows the service by HTTP alone, and the documents by their files.
package scenario
