package merge_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// moved are the columns that point at works or persons, or at any subject, and follow
// a merge.
var moved = strings.Fields(`
	core.alignments.work_id core.contributions.target_id core.expression_contributors.person_id core.expressions.work_id core.external_ids.subject_id
	core.id_redirects.new_id core.person_names.person_id core.rights.subject_id core.slugs.subject_id core.subject_categories.subject_id core.subject_tags.subject_id
	core.work_contributors.person_id core.work_contributors.work_id core.work_titles.work_id
	social.bookmarks.subject_id social.collection_items.subject_id social.comments.subject_id social.likes.subject_id social.reports.subject_id
	stats.brought.subject_id stats.daily.subject_id stats.hourly.subject_id stats.popularity.subject_id stats.totals.subject_id stats.trending.subject_id`)

// tells are those that go on pointing at what was merged away, as history does.
var tells = strings.Fields("core.id_redirects.old_id core.revisions.subject_id core.contributions.applied_id")

// TestEveryReferenceIsThoughtOf fails where a table is added that points at what can
// be merged: say in package merge how its rows follow, and name it here.
func TestEveryReferenceIsThoughtOf(t *testing.T) {
	w := newWorld(t)
	known := append(slices.Clone(moved), tells...)
	for _, column := range w.references() {
		if !strings.HasSuffix(column, ".id") { // the row of a kind's own
			require.Contains(t, known, column)
		}
	}
}
