package input_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var seeds = []string{
	``, `null`, `{}`, `{"i":1,"s":"x"}`, `{"f":1e-7,"id":12}`, `{"filter":{"and":[{"year":{"from":1}}],"text":"\ud83c\udfc3"}}`,
	`{"langs":["it","de"],"first":20}`, `{"list":5}`, `{"i":1,"i":2}`, "{\"s\":\"\xff\"}", `{"s":"\ud800"}`, `{"s":"\u0000"}`,
	`{"filter":{"matrix":[[1,null],3]}}`, `{"at":"2026-02-28T01:00:00+01:00"}`, `{"f":-0}`, `{"sort":"TITLE"}`, `[1]`,
}

// FuzzCanonical: what is accepted is valid JSON without NUL, its own canonical
// form, and stands for the same values.
func FuzzCanonical(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	vars := compile(f, everything, nil)
	f.Fuzz(func(t *testing.T, text []byte) {
		once, err := vars.Canonical(nil, nil, text)
		if err != nil {
			return
		}
		require.True(t, json.Valid(once), "%q", once)
		assert.NotContains(t, string(once), `\u0000`)
		twice, err := vars.Canonical(nil, nil, once)
		require.NoError(t, err, "%q", once)
		assert.Equal(t, string(once), string(twice))
		values, err := vars.Values(once)
		require.NoError(t, err)
		again, err := vars.Values(twice)
		require.NoError(t, err)
		assert.Equal(t, values, again)
	})
}

// FuzzSpelling: other white space, another order of names and other escapes of
// the same JSON give the same bytes.
func FuzzSpelling(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	vars := compile(f, everything, nil)
	f.Fuzz(func(t *testing.T, text []byte) {
		want, err := vars.Canonical(nil, nil, text)
		if err != nil || len(text) == 0 {
			return
		}
		dec := json.NewDecoder(bytes.NewReader(text))
		dec.UseNumber()
		var value map[string]any
		require.NoError(t, dec.Decode(&value))
		respelt, err := json.MarshalIndent(value, " ", "\t") // sorts names, escapes <, > and &
		require.NoError(t, err)
		if len(respelt) > 2000 || bytes.Contains(respelt, []byte(`\u`)) && len(respelt) > 100 {
			return // the respelling itself may pass a limit
		}
		got, err := vars.Canonical(nil, nil, respelt)
		require.NoError(t, err, "%s", respelt)
		assert.Equal(t, string(want), string(got))
	})
}
