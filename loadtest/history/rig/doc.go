// Package rig runs everything that a history needs, as real processes: a Postgres
// with a streaming standby, a Redis, the writer and several readers, each reaching
// its servers over a line of its own that can be broken.
//
//	writer ──line──► Postgres ──stream──► standby, which applies late
//	   └────line──► Redis
//	reader ──line──► Postgres, standby, Redis      (each reader has three)
//
// Servers come from deploy/local/server, which uses the programs that make up and
// make test use. What is started here ends with this process, however that ends.
package rig
