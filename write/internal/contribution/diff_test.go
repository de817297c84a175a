package contribution_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
)

type diff struct {
	Stale, Complete               bool
	BaseVersion, CurrentVersion   *int
	BaseRevision, CurrentRevision *int
	Fields                        []struct {
		Field, Kind        string
		Base, Theirs, Ours any
	}
	Chunks []struct {
		Kind                           string
		BaseFrom, TheirsFrom, OursFrom int
		Base, Theirs, Ours             []struct {
			Content, Kind string
			StanzaStart   bool
		}
	}
}

func (s *scene) diff(a *identity.Actor, id string) diff {
	s.T.Helper()
	return ask[diff](s, a, `query($id: ID!) { contributionDiff(id: $id) { stale complete baseVersion currentVersion baseRevision currentRevision
		fields { field kind base theirs ours }
		chunks { kind baseFrom theirsFrom oursFrom base { content kind stanzaStart } theirs { content kind stanzaStart } ours { content kind stanzaStart } } } }`, object{"id": id})
}

// fields are the differences of a diff in short.
func (d diff) fields() (out []string) {
	for _, f := range d.Fields {
		out = append(out, fmt.Sprintf("%s %s: %v | %v | %v", f.Kind, f.Field, f.Base, f.Theirs, f.Ours))
	}
	return out
}

// chunks are the places of a diff in short.
func (d diff) chunks() (out []string) {
	for _, c := range d.Chunks {
		side := func(lines []struct {
			Content, Kind string
			StanzaStart   bool
		},
		) string {
			var words []string
			for _, l := range lines {
				words = append(words, l.Content)
			}
			return strings.Join(words, "/")
		}
		out = append(out, fmt.Sprintf("%s %d,%d,%d: %s | %s | %s", c.Kind, c.BaseFrom, c.TheirsFrom, c.OursFrom, side(c.Base), side(c.Theirs), side(c.Ours)))
	}
	return out
}

func TestDiffOfFields(t *testing.T) {
	s := newScene(t)
	s.edit(1, "Before.")
	c := s.submitted(object{"updateWork": object{"id": s.work.String(), "expectedVersion": 2, "patch": object{"description": "By us.", "created": "1304"}}})
	d := s.diff(s.author, c.ID)
	require.False(t, d.Stale)
	require.True(t, d.Complete)
	require.Equal(t, []string{"OURS created: <nil> | <nil> | 1304", "OURS description: Before. | Before. | By us.", "OURS yearFrom: <nil> | <nil> | 1304", "OURS yearTo: <nil> | <nil> | 1304"}, d.fields())

	s.edit(2, "By them.")
	s.Change(s.editor, "updateWork", "UpdateWorkInput", "work { id }", object{"id": s.work.String(), "expectedVersion": 3,
		"patch": object{"created": "1304", "literatureType": "PROSE"}}).Ok()
	d = s.diff(s.german, c.ID)
	require.True(t, d.Stale)
	require.Equal(t, []int{2, 4}, []int{*d.BaseVersion, *d.CurrentVersion})
	require.Equal(t, []string{
		"BOTH created: <nil> | 1304 | 1304", "CONFLICT description: Before. | By them. | By us.", "THEIRS literatureType: POETRY | PROSE | POETRY",
		"BOTH yearFrom: <nil> | 1304 | 1304", "BOTH yearTo: <nil> | 1304 | 1304",
	}, d.fields())
	s.Exec("UPDATE core.works SET deleted_at = now() WHERE id = $1", s.work.UUID)
	d = s.diff(s.editor, c.ID)
	require.True(t, d.Stale)
	require.Nil(t, d.CurrentVersion)
}

// Something new has one side.
func TestDiffOfWhatIsNew(t *testing.T) {
	s := newScene(t)
	author := s.submitted(object{"createAuthor": object{"names": []any{object{"language": "en", "name": "Longfellow"}}}})
	d := s.diff(s.author, author.ID)
	require.False(t, d.Stale)
	require.Len(t, d.Fields, 2)
	require.Equal(t, "OURS kind: <nil> | <nil> | INDIVIDUAL", d.fields()[0])
	left, right := s.PublishedText(s.work, "ORIGINAL", "it", "a"), s.PublishedText(s.work, "TRANSLATION", "en", "b")
	align := s.submitted(object{"upsertAlignment": object{"leftId": left.String(), "rightId": right.String(), "leftRevision": 1, "rightRevision": 1,
		"groups": []any{object{"left": object{"from": 1, "to": 1}, "right": object{"from": 1, "to": 1}}}}})
	d = s.diff(s.author, align.ID)
	require.False(t, d.Stale)
	require.Len(t, d.Fields, 5)
	s.setText(right, 1, "B")
	require.True(t, s.diff(s.author, align.ID).Stale)
}

// setText is an editor's change of a text.
func (s *scene) setText(id publicid.ID, revision int, words string) {
	s.T.Helper()
	s.Change(s.editor, "setText", "SetTextInput", "translation { id }", object{"expressionId": id.String(), "expectedRevision": revision, "plainText": words}).Ok()
}

func TestDiffOfLines(t *testing.T) {
	s := newScene(t)
	text := s.PublishedText(s.work, "TRANSLATION", "en", "one\ntwo\nthree\nfour\nfive\nsix\nseven")
	c := s.submitted(object{"setText": object{"expressionId": text.String(), "expectedRevision": 1, "plainText": "one\n2\nthree\nfour\n\nfive\nsix\nseven\neight"}})
	d := s.diff(s.author, c.ID)
	require.False(t, d.Stale)
	require.Equal(t, []string{"OURS 2,2,2: two | two | 2", "OURS 5,5,5: five | five | five", "OURS 8,8,8:  |  | eight"}, d.chunks())
	require.True(t, d.Chunks[1].Ours[0].StanzaStart)
	require.Equal(t, "VERSE", d.Chunks[0].Ours[0].Kind)

	s.setText(text, 1, "nought\none\ntwo\nthree\nfour\nfive\nsix\nVII\neight")
	d = s.diff(s.reviewer, c.ID)
	require.True(t, d.Stale)
	require.Equal(t, []int{1, 2}, []int{*d.BaseRevision, *d.CurrentRevision})
	require.Equal(t, []string{"THEIRS 1,1,1:  | nought | ", "OURS 2,3,2: two | two | 2", "OURS 5,6,5: five | five | five", "CONFLICT 7,8,7: seven | VII/eight | seven/eight"}, d.chunks())
	c = of(s.review(s.reviewer, c.ID, 1, "APPROVE", nil))
	require.Equal(t, "CONFLICTED", c.Status)
	require.Equal(t, []string{"STALE_REVISION patch.setText.expectedRevision"}, codes(c.Faults))
	c = of(s.update(s.author, c.ID, 1, object{"patch": object{"setText": object{"expressionId": text.String(), "expectedRevision": 2, "plainText": "nought\none\n2"}}}))
	require.Equal(t, 2, *c.BaseRevision)
	of(s.submit(s.author, c.ID, 2))
	require.Equal(t, "APPLIED", of(s.review(s.reviewer, c.ID, 2, "APPROVE", nil)).Status)
}

// A diff ends somewhere, and says so.
func TestLongDiffs(t *testing.T) {
	s := newScene(t)
	var base, ours strings.Builder
	for i := range 1200 {
		fmt.Fprintf(&base, "line %d\n", i)
		fmt.Fprintf(&ours, "line %d%s\n", i, map[bool]string{true: " changed"}[i%2 == 0])
	}
	text := s.PublishedText(s.work, "TRANSLATION", "en", base.String())
	d := s.diff(s.author, s.submitted(object{"setText": object{"expressionId": text.String(), "expectedRevision": 1, "plainText": ours.String()}}).ID)
	require.False(t, d.Complete)
	require.Len(t, d.Chunks, 500)
	d = s.diff(s.author, s.submitted(object{"setText": object{"expressionId": text.String(), "expectedRevision": 1, "plainText": strings.Repeat("other\n", 4000)}}).ID)
	require.False(t, d.Complete)
	require.Empty(t, d.Chunks)
}
