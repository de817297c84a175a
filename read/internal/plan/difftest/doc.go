// Package difftest holds the slow, obvious interpreter of the public schema
// that the planner is compared with: it loads the read model whole, resolves
// field by field, and shares no code with package plan or the catalogue.
//
// It is used by tests alone.
package difftest
