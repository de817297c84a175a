package cache

import (
	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/shared/apperr"
)

// unavailable tells errors that say nothing about the question, only that nobody
// could answer it in time.
func unavailable(err error) bool {
	code := apperr.From(err).Code
	return code == apperr.Unavailable || code == apperr.Timeout
}

// lastResort gives the first of the entries that may still be given when the load
// has failed for want of a database. It must not be stored by anyone: it may be
// older than what has been announced.
func lastResort(err error, now int64, layer string, entries ...*answer.Entry) (answer.Result, error) {
	if !unavailable(err) {
		return answer.Result{}, err
	}
	for _, e := range entries {
		if e != nil && now < e.Until {
			status := layer + "; fwd=stale; fwd-status=503; detail=stale-if-error"
			return answer.Result{Entry: e.Unstored(), Layer: answer.Stale, CacheStatus: status}, nil
		}
	}
	return answer.Result{}, err
}

// forwarded adds what a layer did to what those below it say of themselves.
func forwarded(res answer.Result, layer, reason string) answer.Result {
	own := layer + "; fwd=" + reason
	if res.CacheStatus != "" {
		own = res.CacheStatus + ", " + own
	}
	res.CacheStatus = own
	return res
}
