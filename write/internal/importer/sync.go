package importer

import (
	"fmt"
	"strings"
)

// table describes how staged rows become stored rows. The staging table has
// the columns of the real one, by type, and its name with "in_" before it.
type table struct {
	name    string   // core.work_titles
	columns []string // every staged column
	key     []string // the columns that identify a row
	owner   string   // the column with the subject whose version a change raises
	keep    string   // rows of t which an import leaves alone although no record has them
	insert  string   // for a subject's own table: further columns of a new row …
	values  string   // … and their values
}

func (t table) stage() string {
	_, bare, _ := strings.Cut(t.name, ".")
	return "in_" + bare
}

func (t table) createStage() string {
	return fmt.Sprintf("CREATE TEMP TABLE %s ON COMMIT DELETE ROWS AS SELECT %s FROM %s WITH NO DATA",
		t.stage(), strings.Join(t.columns, ", "), t.name)
}

func (t table) plain() []string {
	var rest []string
	for _, c := range t.columns {
		if !contains(t.key, c) {
			rest = append(rest, c)
		}
	}
	return rest
}

// prune deletes stored rows of the staged owners that no staged row equals.
// Together with fill it replaces changed rows without ever updating one, so
// that two rows can exchange a unique value.
func (t table) prune(owners string) string {
	same := equal("s", "t", t.key)
	if rest := t.plain(); len(rest) > 0 {
		same += fmt.Sprintf(" AND ROW(%s) IS NOT DISTINCT FROM ROW(%s)", qualify("s", rest), qualify("t", rest))
	}
	keep := ""
	if t.keep != "" {
		keep = " AND NOT (" + t.keep + ")"
	}
	return fmt.Sprintf(`WITH gone AS (DELETE FROM %s t USING %s o WHERE t.%s = o.id%s
	AND NOT EXISTS (SELECT FROM %s s WHERE %s) RETURNING t.%s)
INSERT INTO in_touched SELECT * FROM gone`, t.name, owners, t.owner, keep, t.stage(), same, t.owner)
}

// fill inserts staged rows that are not stored yet.
func (t table) fill() string {
	if t.owner == "" {
		return fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %s s WHERE NOT EXISTS (SELECT FROM %s t WHERE %s)",
			t.name, strings.Join(t.columns, ", "), qualify("s", t.columns), t.stage(), t.name, equal("s", "t", t.key))
	}
	return fmt.Sprintf(`WITH come AS (INSERT INTO %s (%s) SELECT %s FROM %s s
	WHERE NOT EXISTS (SELECT FROM %s t WHERE %s) RETURNING %s)
INSERT INTO in_touched SELECT * FROM come`,
		t.name, strings.Join(t.columns, ", "), qualify("s", t.columns), t.stage(), t.name, equal("s", "t", t.key), t.owner)
}

// add inserts the staged subjects that do not exist and remembers them as new.
func (t table) add() string {
	columns, values := strings.Join(t.columns, ", "), qualify("s", t.columns)
	if t.insert != "" {
		columns, values = columns+", "+t.insert, values+", "+t.values
	}
	return fmt.Sprintf(`WITH come AS (INSERT INTO %s (%s) SELECT %s FROM %s s
	WHERE NOT EXISTS (SELECT FROM %s t WHERE t.id = s.id) RETURNING id)
INSERT INTO in_new SELECT id FROM come`, t.name, columns, values, t.stage(), t.name)
}

// renew updates the staged subjects that differ, or whose dependent rows were
// touched, and raises their version.
func (t table) renew() string {
	rest := t.plain()
	set := make([]string, len(rest))
	for i, c := range rest {
		set[i] = c + " = s." + c
	}
	return fmt.Sprintf(`WITH renewed AS (UPDATE %s t SET %s, version = t.version + 1, updated_at = now() FROM %s s
	WHERE t.id = s.id AND NOT EXISTS (SELECT FROM in_new n WHERE n.id = t.id)
	AND (ROW(%s) IS DISTINCT FROM ROW(%s) OR EXISTS (SELECT FROM in_touched c WHERE c.id = t.id)) RETURNING t.id)
INSERT INTO in_changed SELECT id FROM renewed`,
		t.name, strings.Join(set, ", "), t.stage(), qualify("s", rest), qualify("t", rest))
}

// addSubjects gives the staged rows their place in the supertype table.
func (t table) addSubjects(kind string) string {
	return fmt.Sprintf(`INSERT INTO core.subjects (id, kind) SELECT s.id, '%s' FROM %s s
	WHERE NOT EXISTS (SELECT FROM core.subjects t WHERE t.id = s.id)`, kind, t.stage())
}

func qualify(alias string, columns []string) string {
	return alias + "." + strings.Join(columns, ", "+alias+".")
}

func equal(a, b string, columns []string) string {
	parts := make([]string, len(columns))
	for i, c := range columns {
		parts[i] = fmt.Sprintf("%s.%s = %s.%s", a, c, b, c)
	}
	return strings.Join(parts, " AND ")
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
