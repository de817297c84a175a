package edtf

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// form is one date of level 1. Digits that nobody knows stand on the right of a year;
// a year of more than four digits stands alone.
var form = regexp.MustCompile(`^(?:(-?[0-9]{4}|-?[0-9]{3}X|-?[0-9]{2}XX|-?[0-9]XXX|-?XXXX)(?:-([0-9]{2}|XX)(?:-([0-9]{2}|XX))?)?|Y(-?[1-9][0-9]{4,}))[~?%]?$`)

// Valid tells whether s is a date that the calendar has, or two of them with a slash
// between, in order, of which one may be open.
func Valid(s string) bool {
	const longest = 40 // of the domain core.edtf
	from, to, interval := strings.Cut(s, "/")
	if len(s) > longest {
		return false
	}
	first, ok := read(from)
	if !interval {
		return ok
	}
	last, also := read(to)
	switch {
	case open(from):
		return also
	case open(to):
		return ok
	}
	return ok && also && !follows(first.earliest, last.latest)
}

func open(s string) bool { return s == "" || s == ".." }

// day is a year, as EDTF counts it, with a month and a day; nil for a year that
// nobody knows.
type day []int

// follows tells whether a lies after b, as far as that is known.
func follows(a, b day) bool {
	return a != nil && b != nil && slices.CompareFunc(a, b, cmp.Compare[int]) > 0
}

// span is the days that a date may mean.
type span struct{ earliest, latest day }

func read(s string) (span, bool) {
	m := form.FindStringSubmatch(s)
	if len(m) == 0 || m[1] == "-0000" {
		return span{}, false
	}
	digits := m[1] + m[4]
	first, err := strconv.Atoi(strings.ReplaceAll(digits, "X", "0"))
	if err != nil { // a year that no program counts
		return span{}, false
	}
	last, _ := strconv.Atoi(strings.ReplaceAll(digits, "X", "9"))
	months, ok := month(m[2], m[3] != "")
	if !ok {
		return span{}, false
	}
	days, ok := dayOf(m[3], last, first != last, months)
	if !ok {
		return span{}, false
	}
	if strings.HasSuffix(digits, "XXXX") {
		return span{}, true
	}
	return span{day{min(first, last), months[0], days[0]}, day{max(first, last), months[1], days[1]}}, true
}

// month reads a month, or a season, which is somewhere in its year and has no days.
func month(s string, hasDay bool) (bounds [2]int, ok bool) {
	n, err := strconv.Atoi(s)
	switch {
	case err != nil: // not given, or XX
		return [2]int{1, 12}, true
	case n >= 21 && n <= 24:
		return [2]int{1, 12}, !hasDay
	}
	return [2]int{n, n}, n >= 1 && n <= 12
}

// dayOf reads a day. The longest of the months and years that are possible counts.
func dayOf(s string, year int, anyYear bool, months [2]int) (bounds [2]int, ok bool) {
	n, err := strconv.Atoi(s)
	if err != nil {
		return [2]int{1, 31}, true
	}
	const leap = 2000
	if anyYear {
		year = leap
	}
	longest := 31
	if months[0] == months[1] {
		longest = time.Date(year, time.Month(months[0])+1, 0, 0, 0, 0, 0, time.UTC).Day()
	}
	return [2]int{n, n}, n >= 1 && n <= longest
}
