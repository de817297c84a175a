package lang

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseDescribesTags(t *testing.T) {
	for in, want := range map[string]Language{
		"it":             {"it", "ita", "Latn", "LTR", "Italian", "italiano"},
		"fa":             {"fa", "fas", "Arab", "RTL", "Persian", "فارسی"},
		"grc":            {"grc", "grc", "Grek", "LTR", "Ancient Greek", "Ἑλληνική"},
		"pi-Latn":        {"pi-Latn", "pli", "Latn", "LTR", "Pali (Latin)", "pāli"},
		"ha-NE":          {"ha-NE", "hau", "Latn", "LTR", "Hausa (Niger)", "Hausa"},
		"zh-hant-tw":     {"zh-Hant-TW", "zho", "Hant", "LTR", "Chinese (Hant TW)", "中文"},
		"yue-Hant":       {"yue-Hant", "yue", "Hant", "LTR", "Cantonese (Traditional Han)", "粵語"},
		"tl":             {"tl", "tgl", "Latn", "LTR", "Tagalog", "Tagalog"},
		"tw-akuapem":     {"tw-akuapem", "twi", "Latn", "LTR", "Twi (akuapem)", "Twi"},
		"lgg-x-official": {"lgg-x-official", "lgg", "Latn", "LTR", "Lugbara (official)", "Lugbarati"},
		"sr-Latn":        {"sr-Latn", "srp", "Latn", "LTR", "Serbian (Latin)", "srpski"},
		"nuj":            {"nuj", "nuj", "Latn", "LTR", "Nyole", "Lunyole"},
		"und-Arab":       {"und-Arab", "und", "Arab", "RTL", "Undetermined (Arabic)", ""},
		"iw":             {"he", "heb", "Hebr", "RTL", "Hebrew", "עברית"},
		"de-1996":        {"de-1996", "deu", "Latn", "LTR", "German (1996)", "Deutsch"},
	} {
		got, err := Parse(in, "Latn")
		require.NoError(t, err, in)
		require.Equal(t, want, got, in)
	}
}

func TestParseRefusesWhatIsNoTag(t *testing.T) {
	for in, reason := range map[string]string{
		"":                   "not a language tag",
		"english":            "not a language tag",
		"en_":                "not a language tag",
		"xx":                 "unknown subtag \"xx\"",
		"x-secret":           "no extensions",
		"en-u-ca-buddhist":   "no extensions",
		"en-Latn-GB-x-a b":   "not a language tag",
		"tlh\x00":            "not a language tag",
		"en-Latn-Cyrl":       "not a language tag",
		"zh-Hant-Taiwan-xyz": "not a language tag",
	} {
		_, err := Parse(in, "")
		require.ErrorContains(t, err, reason, in)
	}
}

func TestScriptOfCountsLetters(t *testing.T) {
	for in, want := range map[string]string{
		"Dante":             "Latn",
		"Ἀγαμέμνων":         "Grek",
		"Лев Tolstoy Лев Н": "Cyrl",
		"紫式部":               "Hani",
		"源氏の物語":             "Jpan",
		"திருக்குறள்":       "Taml",
		"12 — !":            "",
	} {
		require.Equal(t, want, ScriptOf(in), in)
	}
}
