package command

import "strings"

// OutboxSQL finds the rows of a transaction in the outbox.
const OutboxSQL = outboxSQL + "pg_current_xact_id_if_assigned()" + outboxEnd

// Wanted is what a fault says of a broken rule, which a tag may give with a parameter.
func Wanted(rule string) string {
	if sentence := wanted[rule]; sentence != "" {
		return sentence
	}
	name, _, _ := strings.Cut(rule, "=")
	return wanted[name]
}
