package importer

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// rejected imports a library and answers what was refused, by file and line.
func (b *base) rejected(l library) []string {
	b.t.Helper()
	r, err := b.try(l)
	require.NoError(b.t, err)
	var out []string
	for _, p := range r.Problems {
		if p.Rejected {
			out = append(out, p.String())
		}
	}
	slices.Sort(out)
	return out
}

const author = `{"id":"a","names":[{"language":"en","name":"A"}]}`

func TestBadAuthorsAreListedAndTheRestGoesIn(t *testing.T) {
	b := newBase(t)
	name := `"names":[{"language":"en","name":"X"}]`
	got := b.rejected(library{"authors.jsonl": {
		author,
		`{"id":"broken",`,
		"{\"id\":\"utf8\",\"names\":[{\"name\":\"a\xff\"}]}",
		`{"id":"surrogate","names":[{"name":"\ud800"}]}`,
		`{"id":"nul","names":[{"name":"a\u0000b"}]}`,
		`{"id":"bidi","names":[{"name":"a\u202eb"}]}`,
		`{"id":"twice",` + name + `,"id":"again"}`,
		`{"names":[{"name":"nobody"}]}`,
		`{"id":"unnamed"}`,
		`{"id":"tag","names":[{"language":"english","name":"X"}]}`,
		`{"id":"tag2","names":[{"language":"xx","name":"X"}]}`,
		`{"id":"year","birth_year":1900,"death_year":1850,` + name + `}`,
		`{"id":"year2","birth_year":"1900",` + name + `}`,
		`{"id":"year3","birth_year":99999,` + name + `}`,
		`{"id":"edtf","birth":"around 1300",` + name + `}`,
		`{"id":"land","country":"ZZ",` + name + `}`,
		`{"id":"item","wikidata":"1067",` + name + `}`,
		`{"id":"kind","kind":"robot",` + name + `}`,
		`{"id":"slug","slug":"No Slug",` + name + `}`,
		`{"id":"long","bio":"` + strings.Repeat("é", 10001) + `",` + name + `}`,
		author,
		`{"id":"last",` + name + `}`,
	}})
	require.Equal(t, []string{
		`authors.jsonl:10: "tag": names.0.language: "english" is not a language tag (BCP 47, like en, zh-Hant or pi-Latn)`,
		`authors.jsonl:11: "tag2": names.0.language: "xx" is not a language tag: unknown subtag "xx"`,
		`authors.jsonl:12: "year": death_year: 1850 lies before 1900`,
		`authors.jsonl:13: "year2": birth_year: must be a whole number, is a string`,
		`authors.jsonl:14: "year3": birth_year: 99999 is not a year between -5000 and `,
		`authors.jsonl:15: "edtf": birth: "around 1300" is not a date of EDTF level 1 that the calendar has (like 1265, 1321-09-14, 1304~ or -0699/-0600)`,
		`authors.jsonl:16: "land": country: "ZZ" is not an ISO 3166-1 country`,
		`authors.jsonl:17: "item": wikidata: "1067" is not a Wikidata item (like Q1067)`,
		`authors.jsonl:18: "kind": kind: "robot" is not one of individual, group, anonymous, traditional`,
		`authors.jsonl:19: "slug": slug: "No Slug" is not a slug: small letters, digits, single hyphens or dots, at most 120`,
		`authors.jsonl:20: "long": bio: has 10001 characters, more than 10000`,
		`authors.jsonl:21: "a": id: is given twice, first in authors.jsonl line 1`,
		`authors.jsonl:2: "broken": broken JSON near byte 16: unexpected EOF`,
		`authors.jsonl:3: not valid UTF-8 at byte 33`,
		`authors.jsonl:4: "surrogate": names.0.name: a lone surrogate escape near byte 37`,
		`authors.jsonl:5: "nul": names.0.name: control character U+0000 at character 2`,
		`authors.jsonl:6: "bidi": names.0.name: bidirectional override U+202E at character 2`,
		`authors.jsonl:7: "twice": id: given twice in one record`,
		`authors.jsonl:8: id: is missing`,
		`authors.jsonl:9: "unnamed": names: has no name`,
	}, withoutYear(got))
	require.Equal(t, []string{"a", "last"}, b.list("SELECT slug FROM view.person ORDER BY 1"))
	b.verified()
}

// withoutYear takes out what changes with the calendar.
func withoutYear(list []string) []string {
	for i, s := range list {
		if head, _, ok := strings.Cut(s, "-5000 and "); ok {
			list[i] = head + "-5000 and "
		}
	}
	return list
}

func TestBadWorksAndTranslationsAreListed(t *testing.T) {
	b := newBase(t)
	work := func(id, more string) string {
		return `{"id":"` + id + `","title":"T","original_language":"en","literature_type":"prose"` + more + `}`
	}
	translation := func(id, more string) string {
		return `{"id":"` + id + `","title":"T","language":"de"` + more + `}`
	}
	longLine := strings.Repeat("a", 1<<20)
	longText := strings.Repeat(strings.Repeat("word ", 100)+`\n`, 3000) // 1.5 MB of record, 3000 lines: fine
	got := b.rejected(library{
		"authors.jsonl": {author},
		"works.jsonl": {
			work("good", `,"author_ids":["a"],"text":"`+longText+`"`),
			work("nobody", `,"author_ids":[]`),
			work("unknown", `,"author_ids":["a","ghost"]`),
			work("twice", `,"author_ids":["a","a"]`),
			work("line", `,"author_ids":["a"],"text":"ok\n`+longLine+`"`),
			work("bell", `,"author_ids":["a"],"text":"ring\u0007"`),
			work("licence", `,"author_ids":["a"],"license":"WTFPL-9"`),
			`{"id":"bare"}`,
			work("years", `,"author_ids":["a"],"year_from":1500,"year_to":1400`),
			work("part", `,"author_ids":["a"],"series":{"title":"S","position":0}`),
			work("prefix", `,"author_ids":["a"],"ref_prefix":"one two"`),
			work("quality", `,"author_ids":["a"],"quality":9`),
			work("created", `,"author_ids":["a"],"created":"1900/1800"`),
			work("zero", `,"author_ids":["a"],"year_from":0,"year_to":1`),
		},
		"translations.jsonl": {
			translation("fine", `,"work_id":"good","text":"Text"`),
			translation("orphan", `,"work_id":"nobody","text":"Text"`),
			translation("self", `,"work_id":"good","source_id":"self"`),
			translation("source", `,"work_id":"good","source_id":"ghost"`),
			translation("hand", `,"work_id":"good","translator_id":"ghost"`),
			translation("origin", `,"work_id":"good","origin":"magic"`),
			`{"id":"own","title":"T","language":"en","work_id":"good","text":"Text"}`,
		},
	})
	require.Equal(t, []string{
		`translations.jsonl:2: "orphan": work_id: there is no work "nobody"`,
		`translations.jsonl:3: "self": source_id: a translation cannot be its own source`,
		`translations.jsonl:4: "source": source_id: there is no translation "ghost"`,
		`translations.jsonl:5: "hand": translator_ids: there is no author "ghost"`,
		`translations.jsonl:6: "origin": origin: "magic" is not one of human, machine, machine_postedited, unknown`,
		`translations.jsonl:7: "own": language: en is the language of the work itself; what is in it is no translation`,
		`works.jsonl:10: "part": series.position: 0 is not a position; they begin with 1`,
		`works.jsonl:11: "prefix": ref_prefix: "one two" is not a ref: letters and digits, parts divided by dots`,
		`works.jsonl:12: "quality": quality: 9 is not between 0 and 4`,
		`works.jsonl:13: "created": created: "1900/1800" is not a date of EDTF level 1 that the calendar has (like 1265, 1321-09-14, 1304~ or -0699/-0600)`,
		`works.jsonl:14: "zero": year_from: 0 is no year: the one before 1 is -1, in which dates of EDTF differ (0000)`,
		`works.jsonl:2: "nobody": author_ids: names nobody; an unknown author is an author record of kind anonymous`,
		`works.jsonl:3: "unknown": author_ids: there is no author "ghost"`,
		`works.jsonl:4: "twice": author_ids.1: "a" is listed twice`,
		`works.jsonl:4: "twice": contributors.1: "a" is listed twice as AUTHOR`,
		`works.jsonl:5: "line": text: line 2 of the text has 1048576 characters, more than 100000`,
		`works.jsonl:6: "bell": text: control character U+0007 at character 5`,
		`works.jsonl:7: "licence": license: "WTFPL-9" is not a known licence; the ids are those of SPDX, Public-Domain and All-Rights-Reserved`,
		`works.jsonl:8: "bare": author_ids: names nobody; an unknown author is an author record of kind anonymous`,
		`works.jsonl:8: "bare": literature_type: is missing`,
		`works.jsonl:8: "bare": original_language: is missing`,
		`works.jsonl:8: "bare": title: is missing`,
		`works.jsonl:9: "years": year_to: 1400 lies before 1500`,
	}, got)
	require.Equal(t, []string{"good"}, b.list("SELECT slug FROM view.work"))
	require.Equal(t, "3000", b.one("SELECT line_count FROM view.expression WHERE kind = 'ORIGINAL'"))
	b.verified()
}

func TestBadRecordsOfTheOtherFilesAreListed(t *testing.T) {
	b := newBase(t)
	l := small().
		with("users.jsonl", `{"id":"x","username":"a","joined":"yesterday"}`, `{"id":"y","username":"ADA","joined":"2024-01-01"}`).
		with("categories.jsonl", `{"id":"o","path":"/genre/none/deep/","kind":"GENRE","names":[{"language":"en","name":"O"}]}`, `{"id":"p","path":"genre","kind":"THING"}`).
		with("tags.jsonl", `{"id":"t2","name":"EXILE"}`).
		with("rights.jsonl", `{"subject":{"kind":"work","id":"ghost"},"status":"UNKNOWN"}`, `{"subject":{"kind":"work","id":"vita-nova"},"jurisdiction":"Italy","status":"LICENSED"}`).
		with("alignments.jsonl",
			`{"left":{"kind":"work","id":"inferno-01"},"right":{"kind":"translation","id":"ghost"},"groups":[{"left":[1,1],"right":[1,1]}]}`,
			`{"left":{"kind":"work","id":"inferno-01"},"right":{"kind":"translation","id":"inferno-01--fr"},"groups":[{"left":[1,9],"right":[1,1]}]}`,
			`{"left":{"kind":"work","id":"inferno-01"},"right":{"kind":"translation","id":"inferno-01--en"},"groups":[{"left":[1,2],"right":[1,2]},{"left":[2,3],"right":[]},{"left":[],"right":[]}]}`,
			`{"left":{"kind":"work","id":"vita-nova"},"right":{"kind":"translation","id":"inferno-01--fr"},"groups":[{"left":[1,1],"right":[1,1]}]}`).
		with("history.jsonl", `{"subject":{"kind":"translation","id":"ghost"},"created":"2024-01-01T00:00:00Z","text":"x"}`).
		with("collections.jsonl", `{"id":"c2","owner":"ghost","title":"C","items":[{"kind":"work","id":"ghost"}]}`).
		with("comments.jsonl", `{"id":"k9","subject":{"kind":"work","id":"inferno-01"},"author":"ada","parent":"k1","body":"elsewhere","created":"2024-06-01T00:00:00Z"}`,
			`{"id":"k10","subject":{"kind":"work","id":"inferno-01"},"author":"ada","body":" ","created":"now"}`).
		with("stats.jsonl", `{"subject":{"kind":"work","id":"ghost"},"views":1}`, `{"subject":{"kind":"work","id":"inferno-01"},"views":1}`).
		with("trending.jsonl", `{"period":"YEAR","kind":"work","id":"inferno-01","rank":501}`)
	require.Equal(t, []string{
		`alignments.jsonl:2: "inferno-01 | ghost": right: there is no such text`,
		`alignments.jsonl:3: "inferno-01 | inferno-01--fr": groups: reaches past the end of a text (4 and 4 lines)`,
		`alignments.jsonl:4: "inferno-01 | inferno-01--en": groups.1.left: begins at line 2, not after line 2 where the group before it ends`,
		`alignments.jsonl:4: "inferno-01 | inferno-01--en": groups.2: is empty on both sides`,
		`alignments.jsonl:5: "vita-nova | inferno-01--fr": right: is a text of another work`,
		`categories.jsonl:3: "o": path: its parent /genre/none/ comes neither before it nor from an earlier import`,
		`categories.jsonl:4: "p": kind: "thing" is not one of genre, form, movement, period, subject, audience`,
		`categories.jsonl:4: "p": names: has no name`,
		`categories.jsonl:4: "p": path: "genre" is not a path of slugs (like /genre/epic/)`,
		`collections.jsonl:2: "c2": items.0: there is no work "ghost"`,
		`collections.jsonl:2: "c2": owner: there is no user "ghost"`,
		`comments.jsonl:5: "k9": parent: belongs to another subject`,
		`comments.jsonl:6: "k10": body: is missing`,
		`comments.jsonl:6: "k10": created: "now" is not a time (like 2024-05-06T07:08:09Z)`,
		`history.jsonl:2: "ghost": subject: there is no text of translation "ghost"`,
		`rights.jsonl:2: "ghost": subject: there is no such work`,
		`rights.jsonl:3: "vita-nova": jurisdiction: "Italy" is neither * nor an ISO 3166-1 country`,
		`rights.jsonl:3: "vita-nova": license: is missing, although the status is licensed`,
		`stats.jsonl:2: "ghost": subject: there is no work "ghost"`,
		`stats.jsonl:3: "inferno-01": id: is given twice, first in stats.jsonl line 1`,
		`tags.jsonl:2: "t2": name: "EXILE" is another tag already, or a synonym of one`,
		`trending.jsonl:2: "inferno-01": period: "year" is not one of day, week, month`,
		`trending.jsonl:2: "inferno-01": rank: 501 is not between 1 and 500`,
		`users.jsonl:3: "x": joined: "yesterday" is not a day (like 2024-01-02)`,
		`users.jsonl:3: "x": username: "a" is not a user name: 3 to 30 letters, digits and underscores`,
		`users.jsonl:4: "y": username: "ADA" belongs to another user`,
	}, b.rejected(l))
	b.verified()
}

func TestRemarksDoNotReject(t *testing.T) {
	b := newBase(t)
	l := small().with("authors.jsonl",
		`{"id":"twin","names":[{"language":"en","name":"Twin"}],"wikidata":"Q1067","surname":"T"}`)
	l = l.replaced("translations.jsonl", `"translator":"Samuel Longfellow","year":1900`, `"translator":"Samuel Longfellow","year":1900,"source_id":"vita--de"`)
	r, err := b.try(l)
	require.NoError(t, err)
	require.Zero(t, r.Rejected)
	require.Equal(t, 3, r.Remarks, texts(r.Problems))
	require.Equal(t, []string{
		`authors.jsonl:3: "twin": surname: is not a field of the import form; it was left out`,
		`authors.jsonl:3: "twin": wikidata: Q1067 already stands for another record; it was left out`,
		`translations.jsonl:3: source_id: its source was rejected or translates another work; the link was left out`,
	}, texts(r.Problems))
	b.verified()
}

func TestNormalisationIsCounted(t *testing.T) {
	b := newBase(t)
	r := b.load(library{
		"authors.jsonl": {author},
		"works.jsonl":   {`{"id":"w","author_ids":["a"],"title":"Cafe\u0301","original_language":"FR","literature_type":"Poetry","license":"CC0-1.0","text":"a\r\nb\tc\u2029d"}` + "\r"},
	})
	require.Equal(t, 1, r.Cleaned.NFC)
	require.Equal(t, 1, r.Cleaned.LineEnds)
	require.Equal(t, 1, r.Cleaned.Spaces)
	require.Equal(t, "Café|fr", b.one("SELECT concat_ws('|', title, original_language) FROM view.work"))
	require.Equal(t, []string{"a", "b c", "d"}, b.list("SELECT content FROM view.text_line ORDER BY seq"))
}

// What our own checks do not foresee, Postgres refuses, and only that.
func TestTheDatabaseRefusesOneRecordOfABatch(t *testing.T) {
	b := newBase(t)
	b.exec(`ALTER TABLE core.persons ADD CONSTRAINT no_bad_luck CHECK (birth_year <> 1713)`)
	l := library{}
	for i := range 40 {
		l = l.with("authors.jsonl", fmt.Sprintf(`{"id":"p%d","names":[{"language":"en","name":"P %d"}],"birth_year":%d}`, i, i, 1700+i))
	}
	got := b.rejected(l)
	require.Len(t, got, 1)
	require.Contains(t, got[0], `authors.jsonl:14: "p13": the database refused it: new row for relation "persons" violates check constraint "no_bad_luck"`)
	require.Equal(t, "39", b.one("SELECT count(*) FROM view.person"))
	b.verified()
}
