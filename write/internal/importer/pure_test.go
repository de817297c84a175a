package importer

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestAlignByCount(t *testing.T) {
	cases := map[string]struct {
		left, right []int
		status      string
		confidence  float64
		groups      []group
	}{
		"same stanzas":  {[]int{4, 4}, []int{4, 4}, "APPROVED", 0.95, []group{{lines{1, 8}, lines{1, 8}, true, 0.95}}},
		"no stanzas":    {[]int{8}, []int{8}, "SUGGESTED", 0.8, []group{{lines{1, 8}, lines{1, 8}, true, 0.8}}},
		"other stanzas": {[]int{4, 4}, []int{8}, "SUGGESTED", 0.6, []group{{lines{1, 8}, lines{1, 8}, true, 0.6}}},
		"by stanza": {[]int{2, 2, 4, 1}, []int{2, 2, 3, 1}, "SUGGESTED", 0.3 + 0.3*10/17, []group{
			{lines{1, 4}, lines{1, 4}, true, 0.6}, {lines{5, 8}, lines{5, 7}, false, 0.4}, {lines{9, 9}, lines{8, 8}, true, 0.6},
		}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p, ok := alignByCount(c.left, c.right)
			require.True(t, ok)
			require.Equal(t, c.status, p.status)
			require.InDelta(t, c.confidence, p.confidence, 1e-9)
			require.Equal(t, c.groups, p.groups)
		})
	}
	for _, c := range [][2][]int{{{3}, {4}}, {{1, 2}, {4}}, {nil, {1}}, {{1, 2, 3}, {1, 2}}} {
		_, ok := alignByCount(c[0], c[1])
		require.False(t, ok, c)
	}
}

// Whatever is aligned covers both texts once, in order, and linear groups have
// sides of one length.
func TestAlignByCountProperties(t *testing.T) {
	sizes := rapid.SliceOfN(rapid.IntRange(1, 5), 1, 6)
	rapid.Check(t, func(t *rapid.T) {
		left, right := sizes.Draw(t, "left"), sizes.Draw(t, "right")
		p, ok := alignByCount(left, right)
		if !ok {
			return
		}
		l, r := 0, 0
		for _, g := range p.groups {
			require.Equal(t, l+1, g.left.from)
			require.Equal(t, r+1, g.right.from)
			l, r = g.left.to, g.right.to
			require.Equal(t, g.linear, g.left.len() == g.right.len() && g.linear)
		}
		require.Equal(t, sum(left), l)
		require.Equal(t, sum(right), r)
		require.True(t, p.confidence > 0 && p.confidence < 1)
	})
}

func TestStanzaSizes(t *testing.T) {
	require.Equal(t, []int{2, 3}, stanzaSizes([]int{3}, 5))
	require.Equal(t, []int{5}, stanzaSizes(nil, 5))
	require.Equal(t, []int{1, 1, 1}, stanzaSizes([]int{2, 3}, 3))
}

func TestEDTFRange(t *testing.T) {
	year := func(y int) *int { return &y }
	for date, want := range map[string][2]*int{
		"1265": {year(1265), year(1265)}, "1321-09-14~": {year(1321), year(1321)}, "1308/1321": {year(1308), year(1321)},
		"13XX": {year(1300), year(1399)}, "-0699/-0600": {year(-700), year(-601)}, "0000": {year(-1), year(-1)},
		"-04XX": {year(-500), year(-401)}, "1200/..": {year(1200), nil}, "": {nil, nil}, "XXXX": {nil, nil},
	} {
		from, to := edtfRange(date)
		require.Equal(t, want, [2]*int{from, to}, date)
	}
	require.Equal(t, year(7), yearOr(year(7), "1265"))
	require.Nil(t, yearOr(nil, "13XX"))
}

func TestSplitCredit(t *testing.T) {
	for credit, want := range map[string][]string{
		"Isabelle Duston, Véronique Biddau":                {"Isabelle Duston", "Véronique Biddau"},
		"Gaspah Juma, Nompumelelo Sibiya & Pilusa Thobile": {"Gaspah Juma", "Nompumelelo Sibiya", "Pilusa Thobile"},
		"Alfred John Church and William Jackson Brodribb":  {"Alfred John Church", "William Jackson Brodribb"},
		"Nhlapho Sabelo; Nkosi Sizwe":                      {"Nhlapho Sabelo", "Nkosi Sizwe"},
		"Fitts, Dudley":                                    {"Fitts, Dudley"},
		"Martin Luther King, Jr.":                          {"Martin Luther King, Jr."},
		"Anonymous (Boni & Liveright edition)":             {"Anonymous (Boni & Liveright edition)"},
		"Khadija Mohamed, Willie":                          {"Khadija Mohamed, Willie"},
		"Voltaire":                                         {"Voltaire"},
	} {
		require.Equal(t, want, splitCredit(credit))
	}
}

func TestSortName(t *testing.T) {
	old := 1265
	for name, want := range map[string]string{
		"Henry Wadsworth Longfellow":  "Longfellow, Henry Wadsworth",
		"Лев Толстой":                 "Толстой, Лев",
		"Voltaire":                    "Voltaire",
		"Translators without Borders": "Translators without Borders",
		"Anonymous (Beowulf poet)":    "Anonymous (Beowulf poet)",
		"Mahlangu K.M":                "Mahlangu K.M",
	} {
		script := "Latn"
		if name[0] > 0x7f {
			script = "Cyrl"
		}
		require.Equal(t, want, sortName(name, naming{kind: "INDIVIDUAL", script: script}))
	}
	require.Equal(t, "Dante Alighieri", sortName("Dante Alighieri", naming{kind: "INDIVIDUAL", script: "Latn", birthYear: &old}))
	require.Equal(t, "Pratham Books", sortName("Pratham Books", naming{kind: "GROUP", script: "Latn"}))
}

func TestSortNameWhereTheFamilyComesFirst(t *testing.T) {
	for _, c := range []struct{ own, language, script, name, want string }{
		{"vi", "vi", "Latn", "Nguyễn Du", "Nguyễn, Du"},
		{"vi", "ru", "Cyrl", "Нгуен Зу", "Нгуен, Зу"},
		{"zh-Hans", "en", "Latn", "Cao Xueqin", "Cao, Xueqin"},
		{"lzh", "zh-Hans", "Hani", "李白", "李白"},
		{"ja", "ja", "Jpan", "夏目 漱石", "夏目, 漱石"},
		{"ja", "en", "Latn", "Natsume Sōseki", "Natsume Sōseki"},
		{"ko", "fr", "Latn", "Hwang Jini", "Hwang, Jini"},
		{"hu", "hu", "Latn", "Petőfi Sándor", "Petőfi, Sándor"},
		{"hu", "en", "Latn", "Sándor Petőfi", "Petőfi, Sándor"},
		{"ru", "ko", "Hang", "안톤 체호프", "안톤 체호프"},
		{"ru", "hu", "Latn", "Anton Csehov", "Csehov, Anton"},
	} {
		require.Equal(t, c.want, sortName(c.name, naming{kind: "INDIVIDUAL", script: c.script, language: c.language, own: c.own}), "%s in %s", c.name, c.language)
	}
}

func TestSortTitle(t *testing.T) {
	require.Equal(t, "Misérables", sortTitle("fr", "Les Misérables"))
	require.Equal(t, "Odyssey", sortTitle("en-GB", "The Odyssey"))
	require.Equal(t, "A", sortTitle("en", "A"))
	require.Equal(t, "Infinito", sortTitle("it", "L’Infinito"))
	require.Equal(t, "The", sortTitle("de", "The"))
	require.Equal(t, "Hope” is the thing with feathers", sortTitle("en", "“Hope” is the thing with feathers"))
	require.Equal(t, "Raven", sortTitle("en", "“The Raven"))
	require.Equal(t, "Raven”", sortTitle("en", "The “Raven”"))
	require.Equal(t, "De verdad se vive?", sortTitle("es", "¿De verdad se vive?"))
	require.Equal(t, "1984", sortTitle("en", "1984"))
	require.Equal(t, "…", sortTitle("en", "…"))
}

func TestPartRef(t *testing.T) {
	four := 4
	require.Equal(t, "1", partRef("", "dante-inferno-01", nil))
	require.Equal(t, "1.11", partRef("", "quijote-1-11", nil))
	require.Equal(t, "14b", partRef("", "catullus-014b", nil))
	require.Equal(t, "1.0", partRef("", "goethe-faust-1-00", nil))
	require.Equal(t, "4", partRef("", "dante-purgatorio-21", &four))
	require.Equal(t, "II.3", partRef("II.3", "x-9", &four))
	require.Empty(t, partRef("", "pali-sn1-31-sabbhisutta", nil))
}

func TestUnitKind(t *testing.T) {
	for title, want := range map[string]string{
		"Divina Commedia: Inferno, Canto I": "CANTO", "Don Quijote, I, capítulo XI": "CHAPTER", "Georgica, Liber IV": "BOOK",
		"Преступление и наказание, часть первая, глава II": "CHAPTER", "Carmen 5": "POEM", "Actaeon": "POEM",
	} {
		require.Equal(t, want, unitKind(title, "POETRY"), title)
	}
	require.Equal(t, "SECTION", unitKind("Something", "PROSE"))
}

func TestKindOfFiles(t *testing.T) {
	require.Equal(t, "authors", kindOf("authors.jsonl"))
	require.Equal(t, "works", kindOf("works-b.jsonl"))
	for _, name := range []string{"authors.json", "author.jsonl", "notes.jsonl", "worksheet.jsonl", "README.md"} {
		require.Empty(t, kindOf(name))
	}
}

func TestPopularityGrowsWithUse(t *testing.T) {
	require.Zero(t, Popularity(0, 0, 0))
	require.Less(t, Popularity(10, 0, 0), Popularity(10, 1, 0))
	require.False(t, math.IsInf(Popularity(math.MaxInt64, math.MaxInt64/10, 1), 0))
}
