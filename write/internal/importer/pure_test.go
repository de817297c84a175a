package importer

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tercul/tercul/write/internal/edtf"
	"github.com/tercul/tercul/write/internal/filing"
)

func at(from, to int) lines { return lines{From: from, To: to} }

func TestAlignByCount(t *testing.T) {
	cases := map[string]struct {
		left, right []int
		status      string
		confidence  float64
		groups      []group
	}{
		"same stanzas":  {[]int{4, 4}, []int{4, 4}, "APPROVED", 0.95, []group{{Left: at(1, 8), Right: at(1, 8), Linear: true, Confidence: 0.95}}},
		"no stanzas":    {[]int{8}, []int{8}, "SUGGESTED", 0.8, []group{{Left: at(1, 8), Right: at(1, 8), Linear: true, Confidence: 0.8}}},
		"other stanzas": {[]int{4, 4}, []int{8}, "SUGGESTED", 0.6, []group{{Left: at(1, 8), Right: at(1, 8), Linear: true, Confidence: 0.6}}},
		"by stanza": {[]int{2, 2, 4, 1}, []int{2, 2, 3, 1}, "SUGGESTED", 0.3 + 0.3*10/17, []group{
			{Left: at(1, 4), Right: at(1, 4), Linear: true, Confidence: 0.6}, {Left: at(5, 8), Right: at(5, 7), Linear: false, Confidence: 0.4}, {Left: at(9, 9), Right: at(8, 8), Linear: true, Confidence: 0.6},
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
			require.Equal(t, l+1, g.Left.From)
			require.Equal(t, r+1, g.Right.From)
			l, r = g.Left.To, g.Right.To
			require.Equal(t, g.Linear, g.Left.Len() == g.Right.Len() && g.Linear)
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
		from, to := edtf.Years(date)
		require.Equal(t, want, [2]*int{from, to}, date)
	}
	require.Equal(t, year(7), edtf.YearOr(year(7), "1265"))
	require.Nil(t, edtf.YearOr(nil, "13XX"))
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
		require.Equal(t, want, filing.Name(name, filing.Naming{Kind: "INDIVIDUAL", Script: script}))
	}
	require.Equal(t, "Dante Alighieri", filing.Name("Dante Alighieri", filing.Naming{Kind: "INDIVIDUAL", Script: "Latn", BirthYear: &old}))
	require.Equal(t, "Pratham Books", filing.Name("Pratham Books", filing.Naming{Kind: "GROUP", Script: "Latn"}))
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
		require.Equal(t, c.want, filing.Name(c.name, filing.Naming{Kind: "INDIVIDUAL", Script: c.script, Language: c.language, Own: c.own}), "%s in %s", c.name, c.language)
	}
}

func TestSortTitle(t *testing.T) {
	require.Equal(t, "Misérables", filing.Title("fr", "Les Misérables"))
	require.Equal(t, "Odyssey", filing.Title("en-GB", "The Odyssey"))
	require.Equal(t, "A", filing.Title("en", "A"))
	require.Equal(t, "Infinito", filing.Title("it", "L’Infinito"))
	require.Equal(t, "The", filing.Title("de", "The"))
	require.Equal(t, "Hope” is the thing with feathers", filing.Title("en", "“Hope” is the thing with feathers"))
	require.Equal(t, "Raven", filing.Title("en", "“The Raven"))
	require.Equal(t, "Raven”", filing.Title("en", "The “Raven”"))
	require.Equal(t, "De verdad se vive?", filing.Title("es", "¿De verdad se vive?"))
	require.Equal(t, "1984", filing.Title("en", "1984"))
	require.Equal(t, "…", filing.Title("en", "…"))
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
