// Package limit counts requests against rules, in Redis for all processes
// together, or in the process by itself while Redis is away.
//
//	limiter, err := limit.New(limit.Config{Redis: client, Secret: secret, Rules: []limit.Rule{
//		{Name: "requests", Rate: 1000, Period: time.Hour, Burst: 1000},
//		{Name: "sign-in", Rate: 5, Period: 15 * time.Minute, Burst: 5, AloneRate: 2, AloneBurst: 2},
//	}})
//	d, err := limiter.Allow(ctx, limit.Ask{Rule: "requests", Subject: limit.Subject(addr)}, …)
//	d.Header(w.Header().Set)
//	return d.Err()
//
// A rule is a bucket of Burst requests that fills up evenly, Rate in a Period
// (the generic cell rate algorithm). What it holds against a subject is a single
// time, so a key costs the same whatever the rule allows, and expires when the
// bucket is full.
//
// # Invariants
//
//   - A request is asked of all its rules in one round trip and one step: it is
//     allowed by all or charged to none. The one that refuses longest decides, or
//     else the one with the least left.
//   - Neither addresses nor user ids stand in Redis: keys are made with HMAC and a
//     secret, since a bare hash of an address is undone by trying all of them.
//     Every process of an installation needs the same secret.
//   - Redis's clock counts, not the processes'. Where it jumps back, a subject is
//     held for no longer than it would be after using up a full bucket.
//   - A request never waits longer than Timeout, 50 ms unless set.
//
// # Failures
//
// A request for which Redis gives no answer in time is decided by buckets of the
// process. After three in a row Redis is left alone, and one request a second
// tries it again: the gauge and a log line tell of either change. Each process
// then allows what a rule allows all of them, or AloneRate and AloneBurst where
// more than one guess too many would hurt. The buckets are bounded in number, the
// least used forgotten: somebody with very many addresses gets more than a share.
//
// Who is exempt is not asked at all; that is the caller's to know.
//
// All keys of a request are touched by one script: Redis Cluster, where they may
// lie on several nodes, answers with an error, which counts as Redis being away.
package limit
