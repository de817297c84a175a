package scenario

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// Library is what a load test may ask for.
type Library struct {
	Works        []Work
	Authors      []string
	Translations []string
}

// Work is a work with the ids of its versions.
type Work struct {
	ID, Slug string
	Versions []string
}

// reader asks the service for documents.
type reader struct {
	base string
	docs Documents
	http *http.Client
}

func (r reader) ask(ctx context.Context, name string, variables map[string]any, into any) error {
	address, err := r.docs.URL(r.base, name, variables)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	resp, err := r.http.Do(req)
	if err != nil {
		return fmt.Errorf("is the reader running? try: make up: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	var answer struct {
		Data   json.RawMessage
		Errors []struct{ Message string }
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return fmt.Errorf("document %s was answered %s: %w", name, resp.Status, err)
	}
	if len(answer.Errors) > 0 {
		return fmt.Errorf("document %s: %s", name, answer.Errors[0].Message)
	}
	return json.Unmarshal(answer.Data, into)
}

type pageInfo struct {
	HasNextPage bool
	EndCursor   string
}

// Read collects up to most works, the popular ones first, with their authors
// and versions.
func Read(ctx context.Context, client *http.Client, base string, docs Documents, most int) (*Library, error) {
	r := reader{base, docs, client}
	lib := &Library{}
	authors := map[string]bool{}
	vars := map[string]any{"sort": "POPULAR", "first": 100}
	for len(lib.Works) < most {
		var page struct {
			Works struct {
				Nodes []struct {
					ID, Slug string
					Authors  []struct{ Slug string }
				}
				PageInfo pageInfo
			}
		}
		if err := r.ask(ctx, "Works", vars, &page); err != nil {
			return nil, err
		}
		for _, w := range page.Works.Nodes {
			lib.Works = append(lib.Works, Work{ID: w.ID, Slug: w.Slug})
			for _, a := range w.Authors {
				if !authors[a.Slug] {
					authors[a.Slug] = true
					lib.Authors = append(lib.Authors, a.Slug)
				}
			}
		}
		if !page.Works.PageInfo.HasNextPage {
			break
		}
		vars["after"] = page.Works.PageInfo.EndCursor
	}
	return lib, r.versions(ctx, lib)
}

// versions adds the versions of the most popular works.
func (r reader) versions(ctx context.Context, lib *Library) error {
	for i := range min(len(lib.Works), 50) {
		var page struct {
			Work struct {
				Original     *struct{ ID string }
				Translations struct{ Nodes []struct{ ID string } }
			}
		}
		if err := r.ask(ctx, "ParallelPage", map[string]any{"slug": lib.Works[i].Slug}, &page); err != nil {
			return err
		}
		if page.Work.Original != nil {
			lib.Works[i].Versions = append(lib.Works[i].Versions, page.Work.Original.ID)
		}
		for _, t := range page.Work.Translations.Nodes {
			lib.Works[i].Versions = append(lib.Works[i].Versions, t.ID)
		}
		lib.Translations = append(lib.Translations, lib.Works[i].Versions...)
	}
	return nil
}
