package cache

import (
	"context"
	"time"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/read/internal/evict"
	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/invalidate"
)

// unavailable tells errors that say nothing about the question, only that nobody
// could answer it in time.
func unavailable(err error) bool {
	code := apperr.From(err).Code
	return code == apperr.Unavailable || code == apperr.Timeout
}

// Versions are what the bus knows of tags; *invalidate.Bus.
type Versions interface {
	Version(ctx context.Context, tags []string) (invalidate.Version, error)
}

// resort gives what is left when a load has failed for want of a database.
type resort struct {
	clock    Clock
	versions Versions // nil without a bus
	timeout  time.Duration
}

// give answers the first of the entries that may be given for the error. It must
// not be stored by anyone: nobody knows that it is still true.
func (r resort) give(ctx context.Context, err error, now int64, layer string, entries ...*answer.Entry) (answer.Result, error) {
	if !unavailable(err) {
		return answer.Result{}, err
	}
	for _, e := range entries {
		if e != nil && now < e.Until && r.bearable(ctx, e) {
			status := layer + "; fwd=stale; fwd-status=503; detail=stale-if-error"
			return answer.Result{Entry: e.Unstored(), Layer: answer.Stale, CacheStatus: status}, nil
		}
	}
	return answer.Result{}, err
}

// bearable tells whether an entry that may be out of date can be borne. One that is
// known to be is withheld, always: it may have been withdrawn. Where the clock does
// not know, the versions of the tags may, and where they do not either, it depends:
// a suspect clock may have missed something, which is no reason; an entry outside
// of what the clock can compare is older than something that was missed, or cannot
// be told apart from one that is, and is withheld.
func (r resort) bearable(ctx context.Context, e *answer.Entry) bool {
	verdict := r.clock.Judge(e.AsOf, e.Slots)
	if verdict == evict.Valid || verdict == evict.Overtaken {
		return verdict == evict.Valid
	}
	if r.versions != nil && !evict.Own(e.AsOf) {
		// The load may have used up all of its own time.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.timeout)
		defer cancel()
		switch v, err := r.versions.Version(ctx, e.Tags); {
		case err != nil:
		case v.Touched > e.AsOf:
			return false
		case v.Vouches(e.AsOf):
			return true
		}
	}
	return verdict == evict.Unknown
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
