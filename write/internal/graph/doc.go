// Package graph joins the schema to the commands. generated files are gqlgen's;
// a resolver translates an input into a command and its outcome into a payload,
// and decides nothing.
package graph
