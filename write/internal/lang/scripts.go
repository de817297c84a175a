package lang

import "unicode"

// scriptNames maps Unicode's script names to ISO 15924. Han is left as Hani
// unless kana or hangul show which script the text is in.
var scriptNames = map[string]string{
	"Arabic": "Arab", "Armenian": "Armn", "Bengali": "Beng", "Cyrillic": "Cyrl", "Devanagari": "Deva", "Ethiopic": "Ethi",
	"Georgian": "Geor", "Greek": "Grek", "Gujarati": "Gujr", "Gurmukhi": "Guru", "Han": "Hani", "Hangul": "Hang",
	"Hebrew": "Hebr", "Hiragana": "Jpan", "Katakana": "Jpan", "Kannada": "Knda", "Khmer": "Khmr", "Lao": "Laoo",
	"Latin": "Latn", "Malayalam": "Mlym", "Mongolian": "Mong", "Myanmar": "Mymr", "Nko": "Nkoo", "Oriya": "Orya",
	"Runic": "Runr", "Sinhala": "Sinh", "Syriac": "Syrc", "Tamil": "Taml", "Telugu": "Telu", "Thaana": "Thaa",
	"Thai": "Thai", "Tibetan": "Tibt", "Tifinagh": "Tfng", "Vai": "Vaii", "Yi": "Yiii", "Cherokee": "Cher",
	"Coptic": "Copt", "Gothic": "Goth", "Ogham": "Ogam", "Adlam": "Adlm", "Bopomofo": "Bopo",
}

// ScriptOf counts letters and answers the ISO 15924 code of the script most of
// them belong to, or "" for a string without letters of a known script.
func ScriptOf(s string) string {
	counts := map[string]int{}
	for _, r := range s {
		if !unicode.IsLetter(r) {
			continue
		}
		if r < 0x250 {
			counts["Latn"]++
			continue
		}
		counts[scriptOfRune(r)]++
	}
	best, most := "", 0
	for code, n := range counts {
		if code != "" && (n > most || n == most && code < best) {
			best, most = code, n
		}
	}
	if best == "Hani" && counts["Jpan"] > 0 {
		return "Jpan"
	}
	return best
}

func scriptOfRune(r rune) string {
	for name, code := range scriptNames {
		if unicode.Is(unicode.Scripts[name], r) {
			return code
		}
	}
	return ""
}
