package edtf_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/edtf"
)

func TestDatesOfLevel1(t *testing.T) {
	for _, date := range strings.Fields(`1304 1304/1321 13XX 130X 1XXX XXXX -0700~ 0000 -04XX 1321-09-14~ 1321-09? 2004-06-XX 2004-XX 2004-XX-XX 1304-XX%
		2001-21 2001-22 2001-23 2001-24 2020-02-29 2000-02-29 -0004-02-29 200X-02-29 156X-12-25 Y17000002 Y-17000002 1308/.. 1308/ ../1308 /1308
		-0699/-0600 -0001/0001 13XX/14XX 13XX/1304 1304/13XX 2004?/2006% 2004-05/2004-05 2004-XX/2004-01 2001-24/2001-03 XXXX/1304 1999/Y12000`) {
		require.True(t, edtf.Valid(date), date)
	}
}

func TestDatesThatNoCalendarHas(t *testing.T) {
	for _, date := range []string{
		"", "/", "../..", "some day", "304", "-0000", "X304", "13X4", "2020-13", "2020-00", "2020-20", "2020-25", "2020-13-45", "2021-02-29", "2021-02-30", "1900-02-29",
		"2020-12-32", "2020-12-00", "2020-04-31", "2020-XX-32", "1990-15-99", "2001-21-01", "2020-1", "2020-1X", "Y1304", "Y017000", "Y17000-05", "1304~~", "1304/1321/1400",
		"1990/1890", "1304/1200", "-0600/-0699", "14XX/13XX", "-04XX/-05XX", "2020-05/2020-04", "2020-05-03/2020-05-02", "Y12000/1999", "1308/2020-13", "2020-13/..",
		"Y1" + strings.Repeat("0", 30), "1304" + strings.Repeat("~", 40),
	} {
		require.False(t, edtf.Valid(date), date)
	}
}
