package importer

import (
	"context"
	"fmt"
)

// snapshots name the function that says what the history keeps of each kind.
var snapshots = map[string]string{
	"core.works":       "core.work_snapshot",
	"core.expressions": "core.expression_snapshot",
	"core.persons":     "core.person_snapshot",
}

// writeDown keeps the present description of what this batch added or changed,
// under its version.
func (s *step) writeDown(ctx context.Context, base table) error {
	snapshot, ok := snapshots[base.name]
	if !ok {
		return nil
	}
	return s.exec(ctx, fmt.Sprintf(`INSERT INTO core.revisions (subject_id, version, snapshot, message)
		SELECT t.id, t.version, %s(t.id), $1 FROM %s t WHERE t.id IN (SELECT id FROM in_new UNION SELECT id FROM in_changed)
		ON CONFLICT (subject_id, version) DO NOTHING`, snapshot, base.name), imported)
}
