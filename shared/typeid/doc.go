// Package typeid writes and reads public ids: a prefix that names the kind, and the UUID as 26 characters of
// Crockford's base 32 in lower case ("work_01h455vb4pex5vsknk084sn02q"), as the TypeID specification has it.
//
// The same ids are cache tags, so one spelling exists for each: Decode refuses upper case, the look-alikes that
// Crockford's alphabet forgives (i, l, o) and values above 128 bits. core.typeid in SQL writes the same text.
package typeid
