package importer

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/pgtest"
)

// library is a folder of the import form: file name to lines.
type library map[string][]string

func (l library) fs() fstest.MapFS {
	out := fstest.MapFS{}
	for name, lines := range l {
		out[name] = &fstest.MapFile{Data: []byte(strings.Join(lines, "\n") + "\n")}
	}
	return out
}

func (l library) with(name string, lines ...string) library {
	out := maps.Clone(l)
	out[name] = append(append([]string{}, out[name]...), lines...)
	return out
}

// replaced swaps text in one file.
func (l library) replaced(name, from, to string) library {
	out := maps.Clone(l)
	out[name] = strings.Split(strings.ReplaceAll(strings.Join(l[name], "\n"), from, to), "\n")
	return out
}

// small is a library that uses every kind of record.
func small() library {
	return library{
		"users.jsonl": {
			`{"id":"ada","username":"ada","display_name":"Ada","languages":["it","en"],"visibility":"PUBLIC","joined":"2024-01-02"}`,
			`{"id":"bob","username":"Bob_2","visibility":"private","joined":"2024-03-04"}`,
		},
		"categories.jsonl": {
			`{"id":"genre","path":"/genre/","kind":"GENRE","names":[{"language":"en","name":"Genre"}]}`,
			`{"id":"epic","path":"/genre/epic/","kind":"GENRE","names":[{"language":"en","name":"Epic"},{"language":"it","name":"Epica"}]}`,
		},
		"tags.jsonl": {`{"id":"exile","name":"Exile","kind":"THEME","synonyms":["banishment"]}`},
		"authors.jsonl": {
			`{"id":"dante","names":[{"language":"it","script":"Latn","name":"Dante Alighieri"},{"language":"ru","script":"Cyrl","name":"Данте Алигьери"},{"language":"it","name":"Durante","kind":"BIRTH"}],"birth":"1265","death":"1321-09-14~","country":"IT","wikidata":"Q1067","bio":"A poet."}`,
			`{"id":"longfellow","names":[{"language":"en","script":"Latn","name":"Henry Wadsworth Longfellow"}],"birth_year":1807,"death_year":1882,"country":"US"}`,
		},
		"works.jsonl": {
			`{"id":"inferno-01","author_ids":["dante"],"title":"Inferno, Canto I","titles":[{"language":"en","title":"Hell, Canto 1"}],"original_language":"it","script":"Latn","literature_type":"poetry","genres":["epic","cantica"],"tags":["Banishment","guide"],"year_from":1308,"year_to":1321,"collection":"Divina Commedia","wikidata":"Q4509219","text":"Nel mezzo del cammin di nostra vita\nmi ritrovai per una selva oscura\n\nche la diritta via era smarrita\nAhi quanto a dir","source":"an edition","license":"Public-Domain"}`,
			`{"id":"vita-nova","slug":"vita-nuova","contributors":[{"author_id":"dante","role":"author","certainty":"probable"}],"title":"Vita nova","original_language":"it","literature_type":"prose","created":"1292/1295","text":"In quella parte del libro","text_extent":"excerpt","license":"CC-BY-4.0"}`,
		},
		"translations.jsonl": {
			`{"id":"inferno-01--en","work_id":"inferno-01","language":"en","script":"Latn","title":"Inferno: Canto I","translator":"Henry Wadsworth Longfellow","year":1867,"source_id":"inferno-01--fr","text":"Midway upon the journey of our life\nI found myself within a forest dark\n\nFor the straightforward pathway had been lost\nAh me! how hard a thing","license":"Public-Domain"}`,
			`{"id":"inferno-01--fr","work_id":"inferno-01","language":"fr","script":"Latn","title":"L'Enfer","translator":"Anna Bianchi, Carl Brun","text":"Au milieu du chemin\nje me retrouvai\nla voie droite\nAh","license":null}`,
			`{"id":"inferno-01--en-2","work_id":"inferno-01","language":"en","title":"Hell","translator":"Samuel Longfellow","year":1900,"text":"One line.\n\nAnother."}`,
			`{"id":"vita--de","work_id":"vita-nova","language":"de","title":"Das neue Leben","translator":null,"text":"In jenem Teile des Buches"}`,
		},
		"rights.jsonl": {`{"subject":{"kind":"translation","id":"inferno-01--fr"},"jurisdiction":"*","status":"IN_COPYRIGHT","holder":"Anna Bianchi","public_domain_from":2060}`},
		"alignments.jsonl": {`{"left":{"kind":"work","id":"inferno-01"},"right":{"kind":"translation","id":"inferno-01--en-2"},` +
			`"groups":[{"left":[1,2],"right":[1,1]},{"left":[3,4],"right":[2,2]}],"status":"APPROVED","confidence":0.9}`},
		"history.jsonl": {`{"subject":{"kind":"translation","id":"vita--de"},"actor":"ada","message":"First try","created":"2024-05-06T07:08:09Z","text":"In jenem Theile des Buches"}`},
		"collections.jsonl": {`{"id":"c1","owner":"ada","title":"Beginnings","visibility":"PUBLIC","curation":"OPEN",` +
			`"items":[{"kind":"work","id":"inferno-01","note":"The best."},{"kind":"translation","id":"inferno-01--en"},{"kind":"author","id":"dante"}]}`},
		"comments.jsonl": {
			`{"id":"k1","subject":{"kind":"translation","id":"inferno-01--en"},"author":"ada","body":"Lovely.","created":"2024-06-01T00:00:00Z","anchor_ref":"1.2"}`,
			`{"id":"k2","subject":{"kind":"translation","id":"inferno-01--en"},"author":"bob","parent":"k1","body":"Indeed.","created":"2024-06-02T00:00:00Z"}`,
			`{"id":"k3","subject":{"kind":"translation","id":"inferno-01--en"},"author":"ada","parent":"k2","body":"","created":"2024-06-03T00:00:00Z","status":"DELETED"}`,
			`{"id":"k4","subject":{"kind":"work","id":"inferno-01"},"author":"bob","body":"A root of its own.","created":"2024-06-04T00:00:00Z"}`,
		},
		"stats.jsonl":    {`{"subject":{"kind":"work","id":"inferno-01"},"views":900,"likes":20,"bookmarks":1}`},
		"trending.jsonl": {`{"period":"DAY","scope":"*","kind":"work","id":"inferno-01","rank":1,"score":12.5,"z_score":2.5}`},
	}
}

// base is the library at work in a test, with its own database.
type base struct {
	t    *testing.T
	url  string
	conn *pgx.Conn
}

func newBase(t *testing.T) *base {
	t.Helper()
	t.Parallel()
	b := &base{t: t, url: pgtest.Database(t)}
	b.conn = b.connect()
	return b
}

func (b *base) connect() *pgx.Conn {
	b.t.Helper()
	conn, err := pgx.Connect(b.t.Context(), b.url)
	require.NoError(b.t, err)
	b.t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func (b *base) try(l library) (Result, error) {
	return Run(b.t.Context(), b.conn, Options{Files: l.fs(), Name: "test"})
}

// load imports a library in which nothing may be wrong.
func (b *base) load(l library) Result {
	b.t.Helper()
	r, err := b.try(l)
	require.NoError(b.t, err)
	require.Empty(b.t, r.Problems)
	return r
}

func (b *base) one(sql string, args ...any) string {
	b.t.Helper()
	var s string
	require.NoError(b.t, b.conn.QueryRow(b.t.Context(), "SELECT ("+sql+")::text", args...).Scan(&s))
	return s
}

func (b *base) list(sql string, args ...any) []string {
	b.t.Helper()
	rows, err := b.conn.Query(b.t.Context(), sql, args...)
	require.NoError(b.t, err)
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(b.t, err)
	return out
}

func (b *base) exec(sql string, args ...any) {
	b.t.Helper()
	_, err := b.conn.Exec(b.t.Context(), sql, args...)
	require.NoError(b.t, err)
}

// verified demands that the read model is what the library says.
func (b *base) verified() {
	b.t.Helper()
	require.Empty(b.t, b.list("SELECT relation || ' ' || missing || ' ' || surplus FROM view.verify() WHERE missing + surplus > 0"))
}

// numbered gives all changes their numbers.
func (b *base) numbered() {
	b.t.Helper()
	b.exec("SELECT ops.number_changes(1000000)")
	require.Equal(b.t, "0", b.one("SELECT count(*) FROM ops.change_candidates"))
}

// fingerprint covers every row of the library, whatever the order.
func (b *base) fingerprint() map[string]string {
	b.t.Helper()
	out := map[string]string{}
	for _, table := range b.list(`SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('core', 'auth', 'social', 'stats', 'view') ORDER BY 1`) {
		out[table] = b.one(fmt.Sprintf("SELECT coalesce(md5(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE \"C\")), '') FROM %s t", table))
	}
	return out
}

func texts(problems []Problem) []string {
	out := make([]string, len(problems))
	for i, p := range problems {
		out[i] = p.String()
	}
	return out
}

func record(t *testing.T, fields map[string]any) string {
	t.Helper()
	data, err := json.Marshal(fields)
	require.NoError(t, err)
	return string(data)
}
