// Package edtf reads years from Extended Date/Time Format dates, level 1:
// https://www.loc.gov/standards/datetime/.
package edtf

import (
	"regexp"
	"strconv"
	"strings"
)

var year = regexp.MustCompile(`^(-?[0-9X]{4})(-[0-9X]{2})?(-[0-9X]{2})?[~?%]?$`)

// YearOr takes the year from an EDTF date where none is given, if the date
// names one year.
func YearOr(given *int, date string) *int {
	if given != nil {
		return given
	}
	from, to := Years(date)
	if from == nil || to == nil || *from != *to {
		return nil
	}
	return from
}

// Years is the first and the last year of an EDTF date or interval, nil
// where it names none: 1308/1321, 13XX, -0699/-0600.
func Years(date string) (from, to *int) {
	first, last, interval := strings.Cut(date, "/")
	if !interval {
		last = first
	}
	return bound(first, '0'), bound(last, '9')
}

// bound reads the year of one date, unspecified digits standing for digit.
// EDTF counts years astronomically, with a year 0; the library counts the year
// before 1 as -1.
func bound(date string, digit byte) *int {
	m := year.FindStringSubmatch(date)
	if m == nil {
		return nil
	}
	text := m[1]
	if strings.HasSuffix(text, "XXXX") {
		return nil
	}
	if strings.HasPrefix(text, "-") { // of a year BCE the larger number is the earlier
		digit = '0' + '9' - digit
	}
	y, err := strconv.Atoi(strings.ReplaceAll(text, "X", string(digit)))
	if err != nil {
		return nil
	}
	if y <= 0 {
		y--
	}
	return &y
}
