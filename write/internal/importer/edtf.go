package importer

import (
	"regexp"
	"strconv"
	"strings"
)

var edtfYear = regexp.MustCompile(`^(-?[0-9X]{4})(-[0-9X]{2})?(-[0-9X]{2})?[~?%]?$`)

// yearOr takes the year from an EDTF date where none is given, if the date
// names one year.
func yearOr(given *int, date string) *int {
	if given != nil {
		return given
	}
	from, to := edtfRange(date)
	if from == nil || to == nil || *from != *to {
		return nil
	}
	return from
}

// edtfRange is the first and the last year of an EDTF date or interval, nil
// where it names none: 1308/1321, 13XX, -0699/-0600.
func edtfRange(date string) (from, to *int) {
	first, last, interval := strings.Cut(date, "/")
	if !interval {
		last = first
	}
	return edtfBound(first, '0'), edtfBound(last, '9')
}

// edtfBound reads the year of one date, unspecified digits standing for digit.
// EDTF counts years astronomically, with a year 0; the library counts the year
// before 1 as -1.
func edtfBound(date string, digit byte) *int {
	m := edtfYear.FindStringSubmatch(date)
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
