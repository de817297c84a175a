// Package cachekey is the one place where a cache or Redis key is spelt, so that
// the two services cannot disagree about one.
//
// A question's key is made of the schema version, the document's hash and the
// canonical variables. Each field is framed by its length, so that no choice of
// values can make two different questions share a key, and every family of keys
// starts with a prefix that no other family starts with.
//
//	q1;6:a3f09c64:<hash>v32:{"id":"work_01j…"}     a question with its variables
//	q1;6:a3f09c64:<hash>h64:<sha256 of variables>  the same, variables over 512 bytes
//	i:<question>  g:…  b:…  z:…                    that question's answer in one encoding
//	<space>:e1:b:q1;…                              the same in Redis
//	{<space>}:bus  :tags  :log  :news              state, tag versions, replay log, channel
//
// Tag versions are never part of a key: an answer is invalidated by what it
// carries, not by a change of its name, so that the old answer can still be
// served when the database is gone.
//
// The families of Redis keys of one space never meet those of another: tests
// and several libraries can share a server.
package cachekey
