package replica

import (
	"context"
	"time"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/read/internal/evict"
	"github.com/tercul/tercul/shared/apperr"
)

// source has standbys answer what they can, and the primary the rest.
type source struct {
	*Set
	primary answer.Source
}

// Over puts the standbys in front of the primary.
func (s *Set) Over(primary answer.Source) answer.Source { return &source{s, primary} }

// attempt is what asking a standby came to.
type attempt struct {
	entry  *answer.Entry
	server *server // nil where none was asked
	err    error
}

// Answer implements answer.Source.
func (s *source) Answer(ctx context.Context, q *answer.Query) (answer.Result, error) {
	a := s.try(ctx, q)
	if a.entry != nil {
		return answer.Result{Entry: a.entry, Layer: answer.Origin}, nil
	}
	res, err := s.primary.Answer(ctx, q)
	if err == nil {
		s.m.answers.WithLabelValues(primaryName).Inc()
		s.blame(a)
		return res, nil
	}
	if a.server == nil && apperr.From(err).Code == apperr.Unavailable && ctx.Err() == nil {
		if last, ok := s.resort(ctx, q); ok {
			return last, nil
		}
	}
	return res, err
}

// try asks a standby where one may answer.
func (s *source) try(ctx context.Context, q *answer.Query) attempt {
	if s.cfg.Clock.Suspect() {
		s.m.skipped(skipSuspect)
		return attempt{}
	}
	return s.ask(ctx, q)
}

// resort is for when the primary is away. A reader that is suspect, as it will be, cannot
// know what was committed; but what it does know the answer must have, as every other
// answer that is given for want of a better one.
func (s *source) resort(ctx context.Context, q *answer.Query) (answer.Result, bool) {
	a := s.ask(ctx, q)
	if a.entry == nil {
		return answer.Result{}, false
	}
	return answer.Result{
		Entry: a.entry.Unstored(), Layer: answer.Stale, CacheStatus: "tercul-replica; fwd=stale; fwd-status=503; detail=stale-if-error",
	}, true
}

func (s *source) ask(ctx context.Context, q *answer.Query) attempt {
	if !s.cfg.Clock.Covers(q.MinSeq) {
		s.m.skipped(skipTicket)
		return attempt{}
	}
	pass, ok := s.cfg.Fence.Take()
	if !ok {
		s.m.skipped(skipHorizon)
		return attempt{}
	}
	r := s.choose(pass.History(), s.need(pass, q))
	if r == nil {
		s.m.skipped(skipNone)
		return attempt{}
	}
	defer r.leave()
	entry, err := s.load(ctx, r, pass, q)
	if err != nil {
		s.failed(r, err)
		return attempt{server: r, err: err}
	}
	r.worked()
	s.m.answers.WithLabelValues(r.name).Inc()
	return attempt{entry: entry, server: r}
}

// need is the xmin that an answer will have to show, as far as can be told from the last
// one. Whoever reloads what was just overtaken would else ask a standby in vain.
func (s *source) need(pass evict.Pass, q *answer.Query) uint64 {
	if s.cfg.Unfenced {
		return never
	}
	for _, e := range []*answer.Entry{q.Prev, q.PrevBase} {
		if e != nil {
			return pass.Least(e.Slots)
		}
	}
	return pass.Least(nil)
}

// load asks a standby, within half of the time there is, and holds its answer against
// the fence.
func (s *source) load(ctx context.Context, r *server, pass evict.Pass, q *answer.Query) (*answer.Entry, error) {
	ctx, cancel := context.WithTimeout(ctx, share(ctx, s.cfg.Budget))
	defer cancel()
	got, err := r.load(ctx, s.cfg.Loader, q, pass.History())
	if err != nil {
		return nil, err
	}
	if !s.cfg.Unfenced && got.Xmin < pass.Least(got.Entry.Slots) {
		return nil, errFence
	}
	return got.Entry, nil
}

// share is half of what is left, so that the primary can still be asked.
func share(ctx context.Context, otherwise time.Duration) time.Duration {
	if deadline, ok := ctx.Deadline(); ok {
		return time.Until(deadline) / 2
	}
	return otherwise
}

// failed counts why, and sets aside who is gone or is not what it was. The caller's own
// giving up says nothing of the standby.
func (s *source) failed(r *server, err error) {
	why := reasonOf(err)
	s.m.refused.WithLabelValues(r.name, string(why)).Inc()
	if why == gone || why == wrong {
		s.changed(r, r.setAside(time.Now(), err))
	}
}

// blame is for failures that the primary did not share: a few in a row, and the standby
// is set aside.
func (s *source) blame(a attempt) {
	if a.server == nil {
		return
	}
	if why := reasonOf(a.err); (why == timeout || why == other) && a.server.slip() {
		s.changed(a.server, a.server.setAside(time.Now(), a.err))
	}
}
