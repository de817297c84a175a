package alignform

import (
	"encoding/json"
	"fmt"
)

// ParseGroups reads the form of groups that core.alignment_document makes.
func ParseGroups(document []byte) ([]Group, error) {
	var rows []row
	if err := json.Unmarshal(document, &rows); err != nil {
		return nil, fmt.Errorf("the groups of an alignment: %w", err)
	}
	out := make([]Group, len(rows))
	for i := range rows {
		out[i] = Group(rows[i])
	}
	return out, nil
}

// row is a group as an array of its columns.
type row Group

// UnmarshalJSON reads the columns in their order; null is what a column has not.
func (r *row) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, &[]any{
		&r.Left.From, &r.Left.To, &r.Right.From, &r.Right.To, &r.Linear, &r.Confidence, &r.Note, &r.Stale,
	})
}
