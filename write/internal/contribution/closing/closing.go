// Package closing ends contributions that nobody will decide any more: what they are
// about was removed, or their author's account was. It is apart from package
// contribution, on whose accounts' and members' packages it would else depend.
package closing

import "strings"

// Statements withdraw the open contributions c for which a condition with the
// parameter $1 holds, and note in their events the operation and the reason. Run them
// in one transaction, in this order: the subjects are locked first, as every step of a
// contribution does.
func Statements(operation, reason, condition string) []string {
	fill := strings.NewReplacer("{open}", "c.status NOT IN ('APPLIED', 'REJECTED', 'WITHDRAWN') AND ("+condition+")",
		"{operation}", quote(operation), "{reason}", quote(reason))
	return []string{
		fill.Replace("SELECT FROM core.subjects WHERE id IN (SELECT c.id FROM core.contributions c WHERE {open}) ORDER BY id FOR UPDATE"),
		fill.Replace(`WITH closing AS (SELECT c.id, c.status, c.version FROM core.contributions c WHERE {open}),
			closed AS (UPDATE core.contributions c SET status = 'WITHDRAWN', updated_at = now() FROM closing WHERE c.id = closing.id)
		INSERT INTO core.contribution_events (contribution_id, actor_id, from_status, to_status, detail, at)
		SELECT id, NULL, status, 'WITHDRAWN', jsonb_build_object('operation', {operation}, 'version', version, 'reason', {reason}), now() FROM closing`),
	}
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
