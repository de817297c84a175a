package cache

import (
	"context"

	"github.com/tercul/tercul/read/internal/answer"
)

// VariantConfig is what a Variant needs.
type VariantConfig struct {
	// Smallest is the length from which encoding is worth its header; default 512.
	Smallest int
	Metrics  *Metrics
}

// Variant makes encoded answers of identity answers, which is all that the source
// below has to know of. It also puts back the bytes of the answer before, where
// the data has not changed.
type Variant struct {
	cfg      VariantConfig
	next     answer.Source
	encoders *encoders
}

// NewVariant puts a Variant in front of a source of identity answers.
func NewVariant(next answer.Source, cfg VariantConfig) *Variant {
	cfg.Smallest = orDefault(cfg.Smallest, 512)
	cfg.Metrics = cfg.Metrics.orUnseen()
	return &Variant{cfg: cfg, next: next, encoders: newEncoders()}
}

// Answer gives the answer in the encoding that was asked for, or in identity where
// that is no longer.
func (v *Variant) Answer(ctx context.Context, q *answer.Query) (answer.Result, error) {
	if q.Enc == answer.Identity {
		res, err := v.next.Answer(ctx, q)
		if err == nil {
			res.Entry = v.renew(res.Entry, q.Prev)
		}
		return res, err
	}
	res, err := v.identity(ctx, q)
	if err != nil || res.Entry.NoStore {
		return res, err // what nobody keeps is not worth encoding
	}
	res.Base = res.Entry
	res.Entry = v.encode(res.Base, q.Enc, q.Prev)
	return res, nil
}

// identity is the answer to encode: one that was found on the way, or a new one.
func (v *Variant) identity(ctx context.Context, q *answer.Query) (answer.Result, error) {
	if q.Base != nil {
		return answer.Result{Entry: q.Base, Layer: answer.L1}, nil
	}
	plain := *q
	plain.Enc, plain.Prev = answer.Identity, q.PrevBase
	res, err := v.next.Answer(ctx, &plain)
	if err == nil {
		res.Entry = v.renew(res.Entry, q.PrevBase)
	}
	return res, err
}

func (v *Variant) encode(base *answer.Entry, enc answer.Encoding, prev *answer.Entry) *answer.Entry {
	if prev != nil && (prev.Enc == enc || prev.Enc == answer.Identity) {
		if same, ok := base.Renewed(prev); ok {
			v.cfg.Metrics.renewed.Inc()
			return same
		}
	}
	if len(base.Body) < v.cfg.Smallest {
		return base
	}
	body := v.encoders.encode(enc, base.Body)
	if body == nil || len(body) >= len(base.Body) {
		return base
	}
	v.cfg.Metrics.encoded[enc].Inc()
	return base.Encoded(enc, body)
}

func (v *Variant) renew(e, prev *answer.Entry) *answer.Entry {
	if prev == nil || prev.Enc != answer.Identity {
		return e
	}
	same, ok := e.Renewed(prev)
	if ok {
		v.cfg.Metrics.renewed.Inc()
	}
	return same
}
