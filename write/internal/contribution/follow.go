package contribution

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/publicid"
)

// followed is a patch as it is meant now: with the ids of the survivors, where what it
// names was merged since it was written, and of the version that the contribution is
// made of (base), which merges move. An edit of what was merged away becomes one of
// the survivor as that was before the merge, which the merge has changed: so it is in
// conflict, and its author looks at what came of both.
func followed(ctx context.Context, db command.Reader, patch []byte, base *int) ([]byte, error) {
	var root map[string]any
	d := json.NewDecoder(bytes.NewReader(patch))
	d.UseNumber()
	if err := d.Decode(&root); err != nil {
		return nil, fmt.Errorf("a patch: %w", err)
	}
	var names []uuid.UUID
	walk(root, base, func(id publicid.ID) publicid.ID {
		names = append(names, id.UUID)
		return id
	})
	survivors, err := survivorsOf(ctx, db, names)
	if err != nil {
		return nil, err
	}
	walk(root, base, func(id publicid.ID) publicid.ID {
		if survivor, merged := survivors[id.UUID]; merged {
			id.UUID = survivor
		}
		return id
	})
	return json.Marshal(root)
}

// survivorsOf tells which of the ids were merged away, and into what.
func survivorsOf(ctx context.Context, db command.Reader, names []uuid.UUID) (map[uuid.UUID]uuid.UUID, error) {
	rows, err := db.Query(ctx, "SELECT old_id, new_id FROM core.id_redirects WHERE old_id = ANY ($1)", names)
	if err != nil {
		return nil, err
	}
	survivors := map[uuid.UUID]uuid.UUID{}
	var from, to uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{&from, &to}, func() error {
		survivors[from] = to
		return nil
	})
	return survivors, err
}

// walk gives every id of a patch to a function, and puts in its place what that
// answers. The version that is expected of what is edited becomes base.
func walk(at any, base *int, put func(publicid.ID) publicid.ID) {
	switch at := at.(type) {
	case []any:
		for _, v := range at {
			walk(v, base, put)
		}
	case map[string]any:
		for name, v := range at {
			switch {
			case name == "expectedVersion" && base != nil:
				at[name] = *base
			case name == "id", strings.HasSuffix(name, "Id"), strings.HasSuffix(name, "Ids"):
				at[name] = replaced(v, put)
			default:
				walk(v, base, put)
			}
		}
	}
}

// replaced is an id, or a list of ids, with others in their place.
func replaced(v any, put func(publicid.ID) publicid.ID) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = replaced(v[i], put)
		}
	case string:
		if id, err := publicid.Parse(v); err == nil {
			return put(id).String()
		}
	}
	return v
}
