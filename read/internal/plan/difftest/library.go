package difftest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Row is a row of the read model as JSON.
type Row map[string]any

// Library is the read model in memory.
type Library struct {
	tables map[string][]Row
	// Fold is the form in which titles and names are compared.
	Fold func(string) string
}

var relations = []string{
	"work", "expression", "person", "text_line", "text_unit", "revision", "alignment", "alignment_pair", "tag", "category",
	"language", "country", "license", "series", "rights", "users_public", "collection", "collection_item", "comment",
	"subject_stats", "trending", "popularity", "change", "subject", "slug", "redirect", "work_title_key", "person_name_key", "text_analysis",
}

// Load reads the whole read model.
func Load(ctx context.Context, pool *pgxpool.Pool) (*Library, error) {
	known := map[string]string{}
	lib := &Library{tables: map[string][]Row{}, Fold: func(text string) string {
		folded, ok := known[text]
		if !ok {
			if err := pool.QueryRow(ctx, "SELECT view.sort_key($1)", text).Scan(&folded); err != nil {
				panic(err)
			}
			known[text] = folded
		}
		return folded
	}}
	for _, name := range relations {
		rows, err := pool.Query(ctx, "SELECT to_jsonb(v)::text FROM view."+name+" v")
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var text string
			if err := rows.Scan(&text); err != nil {
				return nil, err
			}
			row := Row{}
			dec := json.NewDecoder(strings.NewReader(text))
			dec.UseNumber()
			if err := dec.Decode(&row); err != nil {
				return nil, err
			}
			lib.tables[name] = append(lib.tables[name], row)
		}
		if err := rows.Err(); err != nil {
			return nil, fmt.Errorf("view.%s: %w", name, err)
		}
	}
	return lib, nil
}

// All gives the rows of a relation for which keep holds.
func (l *Library) All(relation string, keep func(Row) bool) []Row {
	var out []Row
	for _, r := range l.tables[relation] {
		if keep == nil || keep(r) {
			out = append(out, r)
		}
	}
	return out
}

// One gives the row of a relation with a value in a column, or nil.
func (l *Library) One(relation, column string, value any) Row {
	if value == nil {
		return nil
	}
	for _, r := range l.tables[relation] {
		if same(r[column], value) {
			return r
		}
	}
	return nil
}

// Survivor is a public id as it is now: its own, or that of what it was merged into.
func (l *Library) Survivor(id any) any {
	for range l.tables["redirect"] {
		d := l.One("redirect", "old_public_id", id)
		if d == nil {
			return id
		}
		id = d["new_public_id"]
	}
	return id
}

func (l *Library) survivors(ids any) []any {
	var out []any
	for _, id := range list(ids) {
		out = append(out, l.Survivor(id))
	}
	return out
}

func same(a, b any) bool { return a != nil && b != nil && fmt.Sprint(a) == fmt.Sprint(b) }

func num(v any) float64 {
	var f float64
	_, _ = fmt.Sscan(fmt.Sprint(v), &f)
	return f
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

func holds(items []any, v any) bool {
	for _, item := range items {
		if same(item, v) {
			return true
		}
	}
	return false
}

func overlap(a, b []any) bool {
	for _, v := range a {
		if holds(b, v) {
			return true
		}
	}
	return false
}
