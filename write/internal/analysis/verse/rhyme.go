// Package verse looks at how the lines of a poem end.
//
// The method is spelled endings: two lines rhyme when the ends of their last words
// are spelled alike, small letters and capitals and accents aside. The end of a
// word begins at its last group of vowels (night: ight, away: ay); where that is a
// single vowel at the very end, at the vowel before it (oscura: ura, love: ove). It
// sees what the eye sees: love and move rhyme, blue and through do not. Nothing is
// known of stress. It needs an alphabet that writes every vowel.
package verse

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Method is the name of the method.
const Method = "spelled endings"

// vowels are those of the Latin, Greek and Cyrillic alphabets without accents.
const vowels = "aeiouyæœøıαεηιουωаеиоуыэюяієѣѵ"

// Ending is the end of a word by which it rhymes; empty for what has no letter.
func Ending(word string) string {
	letters := plain(word)
	at := before(letters, len(letters))
	if at == len(letters)-1 && at > 0 {
		if earlier := before(letters, at); vowel(letters[earlier]) {
			return string(letters[earlier:])
		}
	}
	for at > 0 && vowel(letters[at-1]) {
		at--
	}
	return string(letters[max(at, 0):])
}

// before finds the last vowel before a place; the first letter where there is none.
func before(letters []rune, place int) int {
	for place--; place > 0 && !vowel(letters[place]); {
		place--
	}
	return place
}

func vowel(r rune) bool { return strings.ContainsRune(vowels, r) }

// plain are the letters of a word without case and accents.
func plain(word string) (letters []rune) {
	for _, r := range norm.NFD.String(word) {
		if unicode.IsLetter(r) {
			letters = append(letters, unicode.ToLower(r))
		}
	}
	return letters
}

const names = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// Scheme names endings in their order: the same letter for the same ending, - for
// one that comes once. It is empty where the letters do not suffice.
func Scheme(endings []string) string {
	count := map[string]int{}
	for _, e := range endings {
		count[e]++
	}
	letter, next := map[string]byte{}, 0
	var b strings.Builder
	for _, e := range endings {
		if e == "" || count[e] < 2 {
			b.WriteByte('-')
			continue
		}
		if _, named := letter[e]; !named {
			if next == len(names) {
				return ""
			}
			letter[e] = names[next]
			next++
		}
		b.WriteByte(letter[e])
	}
	return b.String()
}

// Near is how many lines away a rhyme may be answered.
const Near = 4

// Rhymed counts the lines that are answered by one of the four before or after.
func Rhymed(endings []string) (n int) {
	for i, e := range endings {
		if e == "" {
			continue
		}
		for j := max(0, i-Near); j <= min(len(endings)-1, i+Near); j++ {
			if j != i && endings[j] == e {
				n++
				break
			}
		}
	}
	return n
}
