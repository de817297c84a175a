package langid

import (
	"slices"
	"strings"

	"github.com/pemistahl/lingua-go"
)

// families are languages that are easily mixed up: neighbours in vocabulary and
// script. A language without one has the common candidates beside it.
var families = [][]lingua.Language{
	{lingua.Italian, lingua.Spanish, lingua.Portuguese, lingua.French, lingua.Catalan, lingua.Romanian, lingua.Latin},
	{lingua.German, lingua.Dutch, lingua.Afrikaans, lingua.English},
	{lingua.Swedish, lingua.Danish, lingua.Bokmal, lingua.Nynorsk, lingua.Icelandic},
	{lingua.Polish, lingua.Czech, lingua.Slovak, lingua.Slovene, lingua.Croatian, lingua.Bosnian},
	{lingua.Russian, lingua.Ukrainian, lingua.Belarusian, lingua.Bulgarian, lingua.Macedonian, lingua.Serbian},
	{lingua.Kazakh, lingua.Mongolian, lingua.Russian},
	{lingua.Arabic, lingua.Persian, lingua.Urdu},
	{lingua.Hindi, lingua.Marathi},
	{lingua.Chinese, lingua.Japanese},
	{lingua.Turkish, lingua.Azerbaijani},
	{lingua.Lithuanian, lingua.Latvian},
	{lingua.Finnish, lingua.Estonian, lingua.Hungarian},
	{lingua.Indonesian, lingua.Malay, lingua.Tagalog},
	{lingua.Irish, lingua.Welsh},
	{lingua.Zulu, lingua.Xhosa},
	{lingua.Sotho, lingua.Tswana},
	{lingua.Swahili, lingua.Ganda, lingua.Shona},
}

// common are what any text may turn out to be in.
var common = []lingua.Language{lingua.English, lingua.French, lingua.German, lingua.Spanish, lingua.Russian, lingua.Arabic, lingua.Chinese}

// known are the languages that have models, by their tags.
var known = func() map[string]lingua.Language {
	out := map[string]lingua.Language{}
	for _, l := range lingua.AllLanguages() {
		out[tagOf(l)] = l
	}
	out["no"], out["cmn"] = lingua.Bokmal, lingua.Chinese
	return out
}()

// tagOf is the BCP 47 tag of a language.
func tagOf(l lingua.Language) string { return strings.ToLower(l.IsoCode639_1().String()) }

// candidates are what a text in a declared language is compared with, itself first.
func candidates(declared lingua.Language) []lingua.Language {
	out := []lingua.Language{declared}
	for _, family := range families {
		if slices.Contains(family, declared) {
			out = append(out, family...)
		}
	}
	out = append(out, common...)
	slices.Sort(out)
	return slices.Compact(out)
}
