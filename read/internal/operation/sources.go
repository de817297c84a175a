package operation

import (
	"fmt"

	"github.com/tercul/tercul/shared/document"
)

// auditTexts are the documents that the audit of GraphQL over HTTP sends. A
// server that runs persisted documents alone passes it by knowing them by text.
var auditTexts = []string{
	`{ __typename }`,
	`query Query { __typename }`,
	`{ __type(name: "Run🏃Swim🏊") { name } }`,
	`query Type($name: String!) { __type(name: $name) { name } }`,
}

type entrySet struct {
	source  Source
	entries []document.Entry
}

// fixedSets reads the documents that do not change while the process runs, in
// the order of precedence.
func fixedSets(cfg Config) ([]entrySet, error) {
	var sets []entrySet
	if cfg.Shipped != nil {
		entries, err := document.ReadFS(cfg.Shipped, ".")
		if err != nil {
			return nil, fmt.Errorf("shipped documents: %w", err)
		}
		sets = append(sets, entrySet{Shipped, entries})
	}
	sets = append(sets, entrySet{Shipped, cfg.Entries})
	audit := entrySet{source: Audit}
	for _, text := range auditTexts {
		audit.entries = append(audit.entries, document.Entry{Text: text, Origin: "the audit's documents"})
	}
	sets = append(sets, audit)
	for _, name := range cfg.Paths {
		if name == "" {
			continue
		}
		entries, err := document.ReadPath(name)
		if err != nil {
			return nil, fmt.Errorf("documents of %s: %w", name, err)
		}
		sets = append(sets, entrySet{File, entries})
	}
	return sets, nil
}
