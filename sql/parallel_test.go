package tsql_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// group aligns lines from..to of one text with lines of another; 0 means no line.
type group struct {
	here, there [2]int
	linear      bool
	stale       bool
}

// side is a text beside the pivot.
type side struct {
	lines   int
	groups  []group
	flipped bool
}

// cell has the lines from..to, of which first..last answer the row; it is stale where
// one of its groups is.
type cell struct {
	from, to, first, last int
	stale                 bool
}

type parallelRow struct {
	from, to int
	cells    []cell
}

// drawSide makes up a monotone alignment: both texts are walked from their beginnings in steps.
func drawSide(t *rapid.T, pivotLines int) side {
	s := side{flipped: rapid.Bool().Draw(t, "flipped")}
	here, there := 1, 1
	for here <= pivotLines {
		n := min(rapid.IntRange(0, 3).Draw(t, "here"), pivotLines-here+1)
		m := rapid.IntRange(0, 3).Draw(t, "there")
		g := group{linear: n == m && n > 0 && rapid.Bool().Draw(t, "linear"), stale: rapid.Bool().Draw(t, "stale")}
		if n > 0 {
			g.here = [2]int{here, here + n - 1}
		}
		if m > 0 {
			g.there = [2]int{there, there + m - 1}
		}
		here, there = here+n, there+m
		if n+m > 0 && rapid.IntRange(0, 4).Draw(t, "aligned") > 0 {
			s.groups = append(s.groups, g)
		}
	}
	s.lines = there + 1
	return s
}

// rows is the definition, the slow way: cut between all lines, join what a group holds together, fill the cells.
func rows(pivotLines int, sides []side) []parallelRow {
	joined := make([]bool, pivotLines+2) // joined[n]: lines n-1 and n are in one row
	for _, s := range sides {
		for _, g := range s.groups {
			for n := g.here[0] + 1; n <= g.here[1] && !g.linear && g.there[0] > 0; n++ {
				joined[n] = true
			}
		}
	}
	var out []parallelRow
	rowOf := make([]int, pivotLines+1)
	for n := 1; n <= pivotLines; n++ {
		if !joined[n] || n == 1 {
			out = append(out, parallelRow{from: n, cells: make([]cell, len(sides))})
		}
		out[len(out)-1].to = n
		rowOf[n] = len(out) - 1
	}
	for i, s := range sides {
		anchor := 1
		for _, g := range s.groups {
			switch {
			case g.here[0] == 0:
				grow(&out[rowOf[anchor]].cells[i], g.there, g.stale)
				continue
			case g.linear:
				for n := g.here[0]; n <= g.here[1]; n++ {
					at := g.there[0] + n - g.here[0]
					answer(&out[rowOf[n]].cells[i], [2]int{at, at}, g.stale)
				}
			case g.there[0] > 0:
				answer(&out[rowOf[g.here[0]]].cells[i], g.there, g.stale)
			}
			anchor = g.here[1]
		}
	}
	return out
}

// answer grows a cell by lines that answer its row.
func answer(c *cell, lines [2]int, stale bool) {
	grow(c, lines, stale)
	if c.first == 0 || lines[0] < c.first {
		c.first = lines[0]
	}
	c.last = max(c.last, lines[1])
}

func grow(c *cell, lines [2]int, stale bool) {
	c.stale = c.stale || stale
	if c.from == 0 || lines[0] < c.from {
		c.from = lines[0]
	}
	c.to = max(c.to, lines[1])
}

func TestParallelRowsAreTheirDefinition(t *testing.T) {
	t.Parallel()
	pool := worldPool(t)
	ctx := context.Background()
	rapid.Check(t, func(r *rapid.T) {
		tx, err := pool.Begin(ctx)
		require.NoError(t, err)
		defer func() { _ = tx.Rollback(ctx) }()
		pivotLines := rapid.IntRange(1, 14).Draw(r, "lines")
		sides := make([]side, rapid.IntRange(1, 3).Draw(r, "sides"))
		for i := range sides {
			sides[i] = drawSide(r, pivotLines)
		}
		others := storeSides(t, tx, pivotLines, sides)
		all := rows(pivotLines, sides)
		require.Equal(t, all, askRows(t, tx, others, nil, nil, nil, 1000))
		for range 3 {
			from, to, after := drawBound(r, pivotLines, "from"), drawBound(r, pivotLines, "to"), drawBound(r, pivotLines, "after")
			most := rapid.IntRange(1, 6).Draw(r, "max")
			require.Equal(t, window(all, from, to, after, most), askRows(t, tx, others, from, to, after, most), "from %v to %v after %v max %d of %v", from, to, after, most, all)
		}
	})
}

func drawBound(r *rapid.T, lines int, name string) *int {
	n := rapid.IntRange(0, lines+2).Draw(r, name)
	if n == 0 {
		return nil
	}
	return &n
}

func window(all []parallelRow, from, to, after *int, most int) (out []parallelRow) {
	if from != nil && to != nil && *from > *to {
		return nil
	}
	for _, row := range all {
		if (from == nil || row.to >= *from) && (to == nil || row.from <= *to) && (after == nil || row.from > *after) && len(out) < most {
			out = append(out, row)
		}
	}
	return out
}

// storeSides puts the pivot (work 1, its original) and the texts beside it into the database, and answers their ids.
func storeSides(t testing.TB, tx pgx.Tx, pivotLines int, sides []side) (others []string) {
	t.Helper()
	exec := func(statement string, args ...any) {
		_, err := tx.Exec(context.Background(), statement, args...)
		require.NoError(t, err)
	}
	pivot := id("EXPRESSION", 1)
	exec(`SET LOCAL tercul.defer_refresh = 'on'`)
	exec(`DELETE FROM core.alignments WHERE left_id = $1 OR right_id = $1`, pivot)
	exec(`INSERT INTO core.rights (id, subject_id, status) VALUES (gen_random_uuid(), $1, 'PUBLIC_DOMAIN') ON CONFLICT (subject_id, jurisdiction) DO UPDATE SET status = 'PUBLIC_DOMAIN'`, pivot)
	exec(`UPDATE core.expressions SET line_count = $2 WHERE id = $1`, pivot, pivotLines)
	for i, s := range sides {
		// An id below the pivot's makes the pivot the right side of the alignment.
		other := strings.Replace(id("EXPRESSION", 100+i), "00000002", map[bool]string{true: "00000000", false: "00000003"}[s.flipped], 1)
		others = append(others, other)
		exec(`INSERT INTO core.subjects (id, kind) VALUES ($1, 'EXPRESSION'), ($2, 'ALIGNMENT')`, other, id("ALIGNMENT", 100+i))
		exec(`INSERT INTO core.expressions (id, work_id, expression_kind, language, title, status, published_at, text_revision, line_count)
		      VALUES ($1, $2, 'TRANSLATION', 'en', 'Beside', 'PUBLISHED', now(), 1, $3)`, other, id("WORK", 1), s.lines)
		exec(`INSERT INTO core.rights (id, subject_id, status) VALUES (gen_random_uuid(), $1, 'PUBLIC_DOMAIN')`, other)
		exec(`INSERT INTO core.text_revisions (expression_id, revision, content_hash, lines, line_count) VALUES ($1, 1, '', '[]', 0)`, other)
		exec(`INSERT INTO core.alignments (id, work_id, left_id, right_id, left_revision, right_revision, method, status)
		      SELECT $1, $2, least(a, b), greatest(a, b), CASE WHEN a < b THEN 2 ELSE 1 END, CASE WHEN a < b THEN 1 ELSE 2 END, 'MANUAL', 'APPROVED' FROM (VALUES ($3::uuid, $4::uuid)) v (a, b)`,
			id("ALIGNMENT", 100+i), id("WORK", 1), pivot, other)
		for n, g := range s.groups {
			left, right := g.here, g.there
			if s.flipped {
				left, right = right, left
			}
			exec(`INSERT INTO core.alignment_groups (alignment_id, idx, left_lines, right_lines, linear, stale) VALUES ($1, $2, $3::int4range, $4::int4range, $5, $6)`,
				id("ALIGNMENT", 100+i), n, lineRange(left), lineRange(right), g.linear, g.stale)
		}
	}
	exec(`SELECT view.refresh_expression($1)`, append([]string{pivot}, others...))
	return others
}

func lineRange(lines [2]int) *string {
	if lines[0] == 0 {
		return nil
	}
	s := fmt.Sprintf("[%d,%d]", lines[0], lines[1])
	return &s
}

func askRows(t testing.TB, tx pgx.Tx, others []string, from, to, after *int, most int) (out []parallelRow) {
	t.Helper()
	answer, err := tx.Query(context.Background(),
		`SELECT row_key, pivot_from, pivot_to, other_from, other_to, aligned_from, aligned_to, stale FROM view.parallel_rows($1, $2, $3, $4, $5, $6)`, id("EXPRESSION", 1), others, from, to, after, most)
	require.NoError(t, err)
	var key int
	var row parallelRow
	var a, b, first, last []*int
	var stale []bool
	_, err = pgx.ForEachRow(answer, []any{&key, &row.from, &row.to, &a, &b, &first, &last, &stale}, func() error {
		require.Equal(t, row.from, key)
		row.cells = make([]cell, len(a))
		for i := range a {
			row.cells[i].stale = stale[i]
			if a[i] != nil {
				row.cells[i].from, row.cells[i].to = *a[i], *b[i]
			}
			if first[i] != nil {
				row.cells[i].first, row.cells[i].last = *first[i], *last[i]
			}
		}
		out = append(out, row)
		return nil
	})
	require.NoError(t, err)
	return out
}
