package collection_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/writetest"
)

// TestAsTheWritersRole does one of each with no more than the service's own rights.
func TestAsTheWritersRole(t *testing.T) {
	w := writetest.New(t)
	reader, editor := w.User(identity.Reader), w.User(identity.Editor)
	work, text := w.Published("La Commedia", "Nel mezzo")
	w.Exec("SET LOCAL ROLE tercul_writer")
	made := created(w, reader, "Sea", nil)
	edit(w, reader, made.ID, 1, map[string]any{"visibility": "PUBLIC", "members": []any{member(editor, "EDITOR")}}).Ok()
	act(w, reader, "add", made.ID, work, nil).Ok()
	act(w, reader, "add", made.ID, text, nil).Ok()
	act(w, reader, "move", made.ID, text, nil).Ok()
	act(w, reader, "remove", made.ID, text, nil).Ok()
	require.Equal(t, []string{"La Commedia"}, items(t, w, reader, made.ID))
	for _, about := range []publicid.ID{work, text, parse(t, made.ID)} {
		id := about.String()
		var comment, report, bookmark struct{ ID string }
		w.Change(reader, "like", "LikeInput", "stats { likes }", map[string]any{"subjectId": id}).Ok()
		w.Change(reader, "unlike", "UnlikeInput", "stats { likes }", map[string]any{"subjectId": id}).Ok()
		w.Change(reader, "createBookmark", "CreateBookmarkInput", "bookmark { id }", map[string]any{"subjectId": id}).Ok().Into("bookmark", &bookmark)
		w.Change(reader, "deleteBookmark", "DeleteBookmarkInput", "deletedId", map[string]any{"id": bookmark.ID}).Ok()
		w.Change(reader, "createComment", "CreateCommentInput", "comment { id }", map[string]any{"subjectId": id, "body": "x"}).Ok().Into("comment", &comment)
		w.Change(reader, "reportContent", "ReportContentInput", "report { id }", map[string]any{"subjectId": comment.ID, "reason": "SPAM"}).Ok().Into("report", &report)
		w.Change(editor, "hideComment", "HideCommentInput", "comment { id }", map[string]any{"id": comment.ID, "reason": "It is spam."}).Ok()
		w.Change(editor, "resolveReport", "ResolveReportInput", "report { id }", map[string]any{"id": report.ID, "outcome": "ACTIONED"}).Ok()
	}
	w.Change(reader, "createSearchPreset", "CreateSearchPresetInput", "preset { id }", map[string]any{"name": "x"}).Ok()
	remove(w, reader, made.ID, 2).Ok()
}
