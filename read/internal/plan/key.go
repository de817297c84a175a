package plan

import (
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// parseKey reads a sort key from a cursor, as strictly as the column it is
// compared with, so that no cursor however made can fail in the database.
func parseKey(text, sqlType string) (any, error) {
	switch sqlType {
	case "int", "smallint":
		n, err := strconv.ParseInt(text, 10, 32)
		return n, err
	case "bigint":
		n, err := strconv.ParseInt(text, 10, 64)
		return n, err
	case "float8":
		return strconv.ParseFloat(text, 64)
	case "uuid":
		id, err := uuid.Parse(text)
		return id.String(), err
	case "timestamptz":
		at, err := time.Parse("2006-01-02 15:04:05.999999999Z07", text)
		if err == nil && (at.Year() < 1 || at.Year() > 9999) {
			err = fmt.Errorf("the year %d is not one of a cursor", at.Year())
		}
		return at.UTC().Format("2006-01-02 15:04:05.999999Z07:00"), err
	case "text":
		return text, nil
	}
	return nil, fmt.Errorf("no cursor holds a key of type %s", sqlType)
}
