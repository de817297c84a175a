package traffic

import (
	"github.com/tercul/tercul/loadtest/scenario"
)

// Question is a document with variables, and the registers that its answer shows.
type Question struct {
	Name string
	Path string // and query, behind a reader's address
	Want []int
}

// Questions are what clients ask about a library.
func Questions(docs scenario.Documents, library []*Work) ([]Question, error) {
	m := maker{docs: docs}
	var all []int // of every work: title and author
	for _, w := range library {
		all = append(all, w.Names+regTitle, w.Names+regAuthor)
	}
	for _, w := range library {
		for _, language := range []string{"en", "it"} {
			m.add("WorkPage", map[string]any{"slug": w.Slug, "language": language}, w, regDescription, regTranslation, regAuthor, regTitle, regOriginal)
		}
		m.add("AuthorPage", map[string]any{"slug": w.AuthorSlug}, w, regAuthor, regTitle, regTranslation)
		m.add("Text", map[string]any{"expressionId": w.Translation, "first": 200}, w, regText)
		m.add("Text", map[string]any{"expressionId": w.Original, "first": 100}, w, regOriginal)
		m.add("ParallelReading", map[string]any{"workId": w.ID, "expressionIds": []string{w.Original, w.Translation}}, w, regTranslation, regOriginal)
	}
	for _, variables := range []map[string]any{{"sort": "TITLE", "first": 50}, {"sort": "NEWEST", "first": 50, "language": "en"}} {
		m.add("Works", variables, nil)
		m.list[len(m.list)-1].Want = all
	}
	return m.list, m.err
}

// Cold are questions that nobody asks before a crowd does.
func Cold(docs scenario.Documents, library []*Work) ([]Question, error) {
	m := maker{docs: docs}
	for _, language := range []string{"de", "fr", "es", "pt", "ru", "pl", "nl", "sv", "fi", "el", "tr", "ja", "ko", "zh", "ar", "he", "hi", "cs", "hu", "ro"} {
		for _, w := range library {
			m.add("WorkById", map[string]any{"id": w.ID, "language": language}, w, regTitle, regAuthor)
		}
	}
	return m.list, m.err
}

type maker struct {
	docs scenario.Documents
	list []Question
	err  error
}

func (m *maker) add(name string, variables map[string]any, w *Work, registers ...int) {
	path, err := m.docs.URL("", name, variables)
	if err != nil {
		m.err = err
	}
	q := Question{Name: name, Path: path}
	for _, register := range registers {
		q.Want = append(q.Want, w.Names+register)
	}
	m.list = append(m.list, q)
}
