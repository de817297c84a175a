// Package rds opens Redis as a cache wants it: an answer within 50 ms or none.
//
//	client, err := rds.Open(cfg, rds.Options{Application: "reader", Metrics: registry})
//	defer client.Close()
//
// Nothing is tried twice and nothing is waited for: to a reader, a slow Redis is
// worse than none, because the database can answer too. A breaker goes into
// Options.Limiter. Open does not connect; Ping asks for readiness.
//
// Error translates what the driver says into TIMEOUT or UNAVAILABLE. redis.Nil
// stays as it is.
package rds
