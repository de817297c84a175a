package words

import "strings"

// Syllables counts the syllables of a word in small letters, by the spelling alone.
// ok is false where there is no rule for the language.
//
// The rules are our own and meant for means over many words:
//
//   - ru, uk, be, bg: one for each vowel letter, which is exact but for
//     abbreviations.
//   - it, es: one for each group of vowels; two strong vowels (a, e, o) side by side
//     are two, and so is an accented i or u beside another vowel. An unmarked hiatus
//     (paura) is missed.
//   - de: one for each group; of vowels side by side those are one that are a
//     diphthong or a long vowel (ei, ai, au, eu, äu, ie, aa, ee, oo, ey, ay).
//     Familie is counted one short.
//   - fr: one for each group; a vowel with an acute or a diaeresis beside another is
//     one of its own; the mute e at the end (-e, -es) is none. This is speech, not
//     the count of classical verse.
//   - en: one for each group; a mute e at the end (-e, -es, -ed) is none, the one of
//     -le after a consonant is; i before a, o is of its own but for -tion and the like.
//
// In English and German a word has one at least (Mr); in the others a word without a
// vowel has none: в, l', ch'.
func Syllables(lang, word string) (n int, ok bool) {
	rule := syllables[lang]
	if rule == nil {
		return 0, false
	}
	return rule([]rune(word)), true
}

// HasSyllables tells whether there is a rule for the language.
func HasSyllables(lang string) bool { return syllables[lang] != nil }

var syllables = map[string]func([]rune) int{
	"ru": vowels("аеёиоуыэюя"), "uk": vowels("аеєиіїоуюя"), "be": vowels("аеёіоуыэюя"), "bg": vowels("аеиоуъюя"),
	"it": weak("aàeèéoòóiìîïuù", "aàeèéoòóìïù"), "es": spanish, "de": german, "fr": french, "en": english,
}

// vowels makes the rule of one syllable for each vowel letter.
func vowels(letters string) func([]rune) int {
	return func(word []rune) (n int) {
		for _, r := range word {
			if strings.ContainsRune(letters, r) {
				n++
			}
		}
		return n
	}
}

// groups counts groups of vowels; apart tells of the vowel at i and the one before
// it that they are of two syllables.
func groups(word []rune, vowels string, apart func(word []rune, i int) bool) (n int) {
	for i, r := range word {
		if in(vowels, r) && (i == 0 || !in(vowels, word[i-1]) || apart(word, i)) {
			n++
		}
	}
	return n
}

func in(letters string, r rune) bool { return strings.ContainsRune(letters, r) }

// weak makes the rule in which two strong vowels side by side are two syllables.
func weak(letters, strong string) func([]rune) int {
	return func(word []rune) int {
		return groups(word, letters, func(word []rune, i int) bool { return in(strong, word[i-1]) && in(strong, word[i]) })
	}
}

var spanishGroups = weak("aáeéoóiíïuúü", "aáeéoóíïú")

// spanish takes y for a vowel at the end of a word.
func spanish(word []rune) int {
	if last := len(word) - 1; last >= 0 && word[last] == 'y' {
		word = append(append([]rune{}, word[:last]...), 'i')
	}
	return spanishGroups(word)
}

// german joins the vowels of a diphthong; a third one begins another syllable.
func german(word []rune) (n int) {
	const one, vowels = " ei ai au eu äu ie aa ee oo ey ay ", "aeiouyäöüéèà"
	joined := false
	for i, r := range word {
		switch {
		case !in(vowels, r) || r == 'u' && i > 0 && word[i-1] == 'q':
			joined = false
		case i > 0 && !joined && strings.Contains(one, " "+string(word[i-1:i+1])+" "):
			joined = true
		default:
			n, joined = n+1, false
		}
	}
	return max(n, 1)
}

const frenchVowels = "aàâeéèêëiîïoôuùûüyœæ"

func french(word []rune) int {
	return groups(spoken(word), frenchVowels, func(word []rune, i int) bool {
		return in("éïë", word[i-1]) || in("éïëâ", word[i]) && word[i-1] != 'i' && word[i-1] != 'u'
	})
}

// spoken is a French word without the mute e at its end, unless that is its only
// vowel: after a vowel, as in vie, it is part of the group anyway.
func spoken(word []rune) []rune {
	text := string(word)
	for _, ending := range []string{"es", "e"} {
		if stem, found := strings.CutSuffix(text, ending); found {
			if strings.ContainsAny(stem, frenchVowels) {
				return []rune(stem)
			}
			return word
		}
	}
	return word
}

const englishVowels = "aeiouyéèêëïæœ"

func english(word []rune) int {
	n := groups(word, englishVowels, func(word []rune, i int) bool {
		return word[i-1] == 'i' && in("ao", word[i]) && (i < 2 || !in("tscgx", word[i-2])) // lion, not nation
	})
	if muteE(word) {
		n--
	}
	return max(n, 1)
}

// muteE tells whether the last e of a word is not spoken: name, names, named; not
// table, agree, boxes, wanted.
func muteE(word []rune) bool {
	text, at := string(word), len(word)-1
	if strings.HasSuffix(text, "es") || strings.HasSuffix(text, "ed") {
		at--
	}
	if at < 1 || word[at] != 'e' || in(englishVowels, word[at-1]) {
		return false
	}
	before := word[at-1]
	switch {
	case strings.HasSuffix(text, "ed"):
		return !in("td", before)
	case strings.HasSuffix(text, "es"):
		return !in("scxzgh", before)
	}
	return before != 'l' || at < 2 || in(englishVowels, word[at-2])
}
