package importer

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/ids"
)

// historyStage reports on the records; their words went in with the texts.
func historyStage() runner {
	return stage[historyRecord, historyEntry]{
		form: form[historyRecord, historyEntry]{
			kind: "history", id: func(r *historyRecord) string { return r.Subject.ID },
			weigh: func(r *historyRecord) int { return 200 + len(r.Text) },
			accept: func(c *check, r *historyRecord) (historyEntry, uuid.UUID) {
				e, key := acceptHistory(c, r)
				return historyEntry{key.expression, e.actor, r}, ids.For(ids.Row, key.expression.String()+r.Created+r.Message)
			},
		},
		apply: checkHistory,
	}
}

type historyEntry struct {
	expression uuid.UUID
	actor      *uuid.UUID
	rec        *historyRecord
}

func checkHistory(ctx context.Context, s *step, batch []entry[historyEntry]) error {
	var list []uuid.UUID
	for _, e := range batch {
		list = append(list, e.val.expression)
		if e.val.actor != nil {
			list = append(list, *e.val.actor)
		}
	}
	there, err := existing(ctx, s.tx, "SELECT id FROM core.subjects WHERE id = ANY($1)", list)
	if err != nil {
		return err
	}
	texts, err := s.textStates(ctx, list)
	if err != nil {
		return err
	}
	for _, e := range batch {
		switch {
		case texts[e.val.expression].revision == 0:
			s.reject(e.at, "subject", "there is no text of %s %q", strings.ToLower(e.val.rec.Subject.Kind), e.val.rec.Subject.ID)
		case texts[e.val.expression].revision <= len(s.history.spots[e.val.expression]):
			s.remark(e.at, "text", "the text was in the library before its history; an earlier revision cannot be put in now")
		case e.val.actor != nil && !there[*e.val.actor]:
			s.remark(e.at, "actor", "there is no user %q; the revision names nobody", e.val.rec.Actor)
		}
	}
	return nil
}
