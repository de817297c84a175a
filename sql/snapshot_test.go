package tsql_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// row is one row of a relation of the schema view.
type row map[string]any

func (r row) text(column string) string {
	s, _ := r[column].(string)
	return s
}

func (r row) list(column string) (out []string) {
	values, _ := r[column].([]any)
	for _, v := range values {
		out = append(out, fmt.Sprint(v))
	}
	return out
}

// reader is what stands in front of the announced relations: what each row of them must announce when it comes, goes or
// changes. pid writes the public id of a subject. A relation that is not here announces nothing: it expires.
var announced = map[string]func(r row, pid func(string) string) []string{
	"work": func(r row, _ func(string) string) []string {
		return append(r.list("author_public_ids"), r.text("public_id"), "list:work")
	},
	"expression": func(r row, _ func(string) string) []string {
		return append(r.list("translator_public_ids"), r.text("public_id"), "list:expr", r.text("work_public_id"))
	},
	"person":   func(r row, _ func(string) string) []string { return []string{r.text("public_id"), "list:author"} },
	"tag":      func(r row, _ func(string) string) []string { return []string{r.text("public_id"), "list:tag"} },
	"category": func(r row, _ func(string) string) []string { return []string{r.text("public_id"), "list:cat"} },
	"language": func(row, func(string) string) []string { return []string{"ref"} },
	// The counts of the three, which have tags of their own: see take.
	"tag_count":      func(row, func(string) string) []string { return []string{"count:tag"} },
	"category_count": func(row, func(string) string) []string { return []string{"count:cat"} },
	"language_count": func(row, func(string) string) []string { return []string{"count:language"} },
	"country":        func(row, func(string) string) []string { return []string{"ref"} },
	"license":        func(row, func(string) string) []string { return []string{"ref"} },
	"series":         func(row, func(string) string) []string { return []string{"ref"} },
	"rights":         func(r row, pid func(string) string) []string { return []string{"rights:" + pid(r.text("subject_id"))} },
	"users_public": func(r row, _ func(string) string) []string {
		return []string{r.text("public_id"), "list:user"}
	},
	"collection": func(r row, pid func(string) string) []string {
		tags := []string{r.text("public_id"), "list:coll"}
		if owner := r.text("owner_id"); owner != "" { // else they are gone
			tags = append(tags, pid(owner))
		}
		return tags
	},
	"collection_item": func(r row, pid func(string) string) []string { return []string{pid(r.text("collection_id"))} },
	"comment": func(r row, pid func(string) string) []string {
		return []string{r.text("public_id"), "comments:" + pid(r.text("subject_id")), "comments:" + pid(r.text("root_id"))}
	},
	"text_line": textTags,
	"text_unit": textTags,
	"alignment": func(r row, pid func(string) string) []string {
		return []string{"align:" + pid(r.text("left_id")), "align:" + pid(r.text("right_id"))}
	},
	"alignment_pair": func(r row, pid func(string) string) []string {
		return []string{"align:" + pid(r.text("expression_id")), "align:" + pid(r.text("other_id"))}
	},
	"text_analysis": func(r row, _ func(string) string) []string { return []string{"analysis:" + r.text("public_id")} },
	"revision":      func(r row, pid func(string) string) []string { return []string{pid(r.text("subject_id"))} },
	"slug": func(r row, pid func(string) string) []string {
		return []string{pid(r.text("subject_id")), listTag(r.text("kind"))}
	},
	"redirect": func(r row, pid func(string) string) []string {
		return []string{r.text("old_public_id"), pid(r.text("new_id")), listTag(r.text("kind"))}
	},
	"work_title_key": func(r row, pid func(string) string) []string { return []string{pid(r.text("work_id")), "list:work"} },
	"person_name_key": func(r row, pid func(string) string) []string {
		return []string{pid(r.text("person_id")), "list:author"}
	},
	"subject": func(r row, _ func(string) string) []string { return []string{r.text("public_id")} },
	"trending": func(r row, _ func(string) string) []string {
		return []string{"trending:" + strings.ToLower(r.text("period"))}
	},
	"document": func(row, func(string) string) []string { return []string{"api"} },
	"change":   func(row, func(string) string) []string { return []string{"changes"} },
}

// counted are the relations whose counts are announced apart from the rows, with the key and the counts.
var counted = map[string]string{
	"tag": "'id', id, 'n', usage_count", "category": "'id', id, 'n', work_count", "language": "'tag', tag, 'n', work_count, 'm', translation_count",
}

func textTags(r row, pid func(string) string) []string {
	return []string{"text:" + pid(r.text("expression_id")), pid(r.text("expression_id"))}
}

func listTag(kind string) string {
	return "list:" + map[string]string{"WORK": "work", "EXPRESSION": "expr", "PERSON": "author", "TAG": "tag", "CATEGORY": "cat",
		"COLLECTION": "coll", "USER": "user", "COMMENT": "cmnt"}[kind]
}

// snapshot is everything the reader can see, row by row as text; counters that expire are left out.
type snapshot map[string]map[string]bool

func take(t testing.TB, tx pgx.Tx) snapshot {
	t.Helper()
	var parts []string
	for relation := range announced {
		base, isCount := strings.CutSuffix(relation, "_count")
		switch columns, counts := counted[base]; {
		case isCount:
			parts = append(parts, fmt.Sprintf("SELECT '%s', jsonb_build_object(%s)::text FROM view.%s r", relation, columns, base))
		case counts:
			parts = append(parts, fmt.Sprintf("SELECT '%[1]s', (to_jsonb(r) - 'usage_count' - 'work_count' - 'translation_count')::text FROM view.%[1]s r", base))
		default:
			parts = append(parts, fmt.Sprintf("SELECT '%[1]s', (to_jsonb(r) - 'popularity' - 'like_count')::text FROM view.%[1]s r", base))
		}
	}
	// Groups carry no side of their own: the alignment lends them its two.
	parts = append(parts, `SELECT 'alignment', (to_jsonb(g) || jsonb_build_object('left_id', a.left_id, 'right_id', a.right_id))::text
		FROM view.alignment_group g JOIN view.alignment a ON a.id = g.alignment_id`)
	sort.Strings(parts)
	rows, err := tx.Query(context.Background(), strings.Join(parts, " UNION ALL "))
	require.NoError(t, err)
	s := snapshot{}
	var relation, text string
	_, err = pgx.ForEachRow(rows, []any{&relation, &text}, func() error {
		if s[relation] == nil {
			s[relation] = map[string]bool{}
		}
		s[relation][text] = true
		return nil
	})
	require.NoError(t, err)
	return s
}

// unannounced lists what differs between two snapshots and is not covered by tags.
func unannounced(t testing.TB, before, after snapshot, tags map[string]bool, pid func(string) string) (faults []string) {
	t.Helper()
	if tags["*"] {
		return nil
	}
	for relation, required := range announced {
		for _, pair := range [][2]snapshot{{before, after}, {after, before}} {
			for text := range pair[0][relation] {
				if pair[1][relation][text] {
					continue
				}
				var r row
				require.NoError(t, json.Unmarshal([]byte(text), &r))
				for _, tag := range required(r, pid) {
					if !tags[tag] {
						faults = append(faults, fmt.Sprintf("view.%s changed and %s was not announced: %s", relation, tag, text))
					}
				}
			}
		}
	}
	return faults
}
