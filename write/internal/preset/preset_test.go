package preset_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/preset"
	"github.com/tercul/tercul/write/internal/writetest"
)

const selection = "preset { id name query filter filterSchema mode shared notify version createdAt updatedAt }"

type kept struct {
	ID, Name, Mode        string
	Query                 *string
	Filter                json.RawMessage
	FilterSchema, Version int
	Shared, Notify        bool
}

func TestFilter(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct{ filter, want string }{
		"nothing":    {`{}`, ""},
		"everything": {`{"literatureType":["POETRY"],"year":{"from":-700,"to":1321},"author":["prsn_01h455vb4pex5vsknk084sn02q"],"translator":["prsn_01h455vb4pex5vsknk084sn02q"],"category":["/genre/epic/"],"tag":["sea"],"originalLanguage":["it"],"language":["zh-Hans"],"rights":["OPEN"]}`, ""},
		"a tree":     {`{"or":[{"tag":["a"]},{"and":[{"tag":["b"]},{"not":{"rights":["UNKNOWN"]}}]}]}`, ""},
		"a future":   {`{"year":{"to":2027}}`, ""},

		"unknown":         {`{"colour":["red"]}`, "unknown field"},
		"another type":    {`{"tag":"sea"}`, "does not fit"},
		"no such type":    {`{"literatureType":["OPERA"]}`, "literatureType cannot be"},
		"no such rights":  {`{"rights":["FREE"]}`, "rights cannot be"},
		"another kind":    {`{"author":["work_01h455vb4pex5vsknk084sn02q"]}`, "author cannot be"},
		"no id":           {`{"translator":["dante"]}`, "does not fit"},
		"no path":         {`{"category":["epic"]}`, "category cannot be"},
		"no slug":         {`{"tag":["The Sea"]}`, "tag cannot be"},
		"no language":     {`{"language":["no language"]}`, "language cannot be"},
		"odd spelling":    {`{"originalLanguage":["IT"]}`, "originalLanguage cannot be"},
		"an empty list":   {`{"author":[]}`, "1 to 50"},
		"no years":        {`{"year":{}}`, "from or a to"},
		"too early":       {`{"year":{"from":-3001}}`, "from -3000 to 2027"},
		"too late":        {`{"year":{"to":2028}}`, "from -3000 to 2027"},
		"backwards":       {`{"year":{"from":2,"to":1}}`, "before it begins"},
		"wrong in a tree": {`{"and":[{"not":{"tag":["A"]}}]}`, "tag cannot be"},
		"too deep":        {`{"not":{"not":{"not":{"not":{}}}}}`, "more than 4 deep"},
		"too many":        {`{"or":[` + strings.Repeat(`{"tag":["a"]},`, 30) + `{"tag":["a"]}]}`, "31 conditions"},
		"too long":        {`{"tag":["` + strings.Repeat("a", 8200) + `"]}`, preset.ErrTooLong.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			var given map[string]any
			require.NoError(t, json.Unmarshal([]byte(c.filter), &given))
			text, err := preset.Check(given, now)
			if c.want != "" {
				require.ErrorContains(t, err, c.want)
				return
			}
			require.NoError(t, err)
			require.JSONEq(t, c.filter, string(text))
		})
	}
}

func TestCreate(t *testing.T) {
	w := writetest.New(t)
	reader := w.User(identity.Reader)
	create := func(who *identity.Actor, in map[string]any) writetest.Payload {
		return w.Change(who, "createSearchPreset", "CreateSearchPresetInput", selection, in)
	}
	var made kept
	create(reader, map[string]any{"name": " Sea poems ", "query": "sea", "filter": map[string]any{"year": map[string]any{"to": 1900}}, "notify": true}).Ok().Into("preset", &made)
	require.Equal(t, "Sea poems", made.Name)
	require.Equal(t, "HYBRID", made.Mode)
	require.True(t, made.Notify)
	require.Equal(t, preset.Schema, made.FilterSchema)
	require.JSONEq(t, `{"year":{"to":1900}}`, string(made.Filter))
	for name, c := range map[string]struct {
		in   map[string]any
		want []string
	}{
		"taken":         {map[string]any{"name": "sea POEMS"}, []string{"TAKEN name"}},
		"no name":       {map[string]any{"name": ""}, []string{"BLANK name"}},
		"blanks":        {map[string]any{"name": "  "}, []string{"BLANK name"}},
		"a long name":   {map[string]any{"name": strings.Repeat("ü", 81)}, []string{"TOO_LONG name"}},
		"a long query":  {map[string]any{"name": "x", "query": strings.Repeat("ü", 201)}, []string{"TOO_LONG query"}},
		"a bad filter":  {map[string]any{"name": "x", "filter": map[string]any{"x": 1}}, []string{"INVALID filter"}},
		"a long filter": {map[string]any{"name": "x", "filter": map[string]any{"tag": []string{strings.Repeat("a", 9000)}}}, []string{"TOO_LONG filter"}},
		"all at once":   {map[string]any{"name": "Sea poems", "filter": map[string]any{"x": 1}}, []string{"INVALID filter", "TAKEN name"}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, create(reader, c.in).Codes())
		})
	}
	create(w.User(identity.Reader), map[string]any{"name": "Sea poems"}).Ok()
	const query = "mutation($in: CreateSearchPresetInput!) { createSearchPreset(input: $in) { preset { id } } }"
	require.Equal(t, "UNAUTHENTICATED", w.Ask(nil, query, map[string]any{"in": map[string]any{"name": "x"}}).Code())
	require.Equal(t, "BAD_REQUEST", w.Ask(reader, query, map[string]any{"in": map[string]any{"name": "x", "filter": []any{1}}}).Code())

	w.Exec("INSERT INTO social.search_presets (id, user_id, name) SELECT gen_random_uuid(), $1, 'n' || n FROM generate_series(2, 100) n", reader.UserID)
	require.Equal(t, []string{"LIMIT_REACHED"}, create(reader, map[string]any{"name": "One more"}).Codes())
	a := w.Ask(reader, "{ viewerSearchPresets { name } }", nil)
	var list []struct{ Name string }
	require.NoError(t, json.Unmarshal(a.Data["viewerSearchPresets"], &list))
	require.Len(t, list, 100)
	require.Equal(t, "Sea poems", list[99].Name, "by name")
}

func TestIdempotency(t *testing.T) {
	w := writetest.New(t)
	reader := w.User(identity.Reader)
	ids := map[string]bool{}
	for range 2 {
		var made kept
		w.Change(reader, "createSearchPreset", "CreateSearchPresetInput", selection, map[string]any{"name": "Sea"}, "Idempotency-Key", "key-00001").Ok().Into("preset", &made)
		ids[made.ID] = true
	}
	require.Len(t, ids, 1)
}

func TestChange(t *testing.T) {
	w := writetest.New(t)
	reader, admin := w.User(identity.Reader), w.User(identity.Admin)
	var made, now kept
	for i := range 2 {
		w.Change(reader, "createSearchPreset", "CreateSearchPresetInput", selection, map[string]any{"name": "p" + strconv.Itoa(i), "query": "sea"}).Ok().Into("preset", &made)
	}
	edit := func(who *identity.Actor, version int, patch map[string]any) writetest.Payload {
		return w.Change(who, "updateSearchPreset", "UpdateSearchPresetInput", selection, map[string]any{"id": made.ID, "expectedVersion": version, "patch": patch})
	}
	edit(reader, 1, map[string]any{"name": "P1", "mode": "TEXT", "filter": map[string]any{"tag": []string{"sea"}}, "shared": true}).Ok().Into("preset", &now)
	require.Equal(t, "P1", now.Name)
	require.Equal(t, "TEXT", now.Mode)
	require.Equal(t, "sea", *now.Query)
	require.True(t, now.Shared)
	require.Equal(t, 2, now.Version)
	edit(reader, 2, map[string]any{"query": nil, "filter": nil}).Ok().Into("preset", &now)
	require.Nil(t, now.Query)
	require.JSONEq(t, "{}", string(now.Filter))
	for _, c := range []struct {
		patch map[string]any
		want  []string
	}{
		{map[string]any{"name": "p0"}, []string{"TAKEN patch.name"}},
		{map[string]any{"name": nil, "mode": nil}, []string{"BLANK patch.name", "BLANK patch.mode"}},
		{map[string]any{"name": ""}, []string{"BLANK patch.name"}},
		{map[string]any{"name": strings.Repeat("x", 81)}, []string{"TOO_LONG patch.name"}},
		{map[string]any{"query": strings.Repeat("x", 201)}, []string{"TOO_LONG patch.query"}},
		{map[string]any{"filter": map[string]any{"x": 1}}, []string{"INVALID patch.filter"}},
	} {
		require.Equal(t, c.want, edit(reader, 3, c.patch).Codes())
	}
	require.Equal(t, []string{"STALE_VERSION expectedVersion"}, edit(reader, 2, map[string]any{"name": "x"}).Codes())
	require.Equal(t, []string{"NOT_FOUND id"}, edit(admin, 3, map[string]any{"name": "x"}).Codes())
	remove := func(who *identity.Actor) []string {
		return w.Change(who, "deleteSearchPreset", "DeleteSearchPresetInput", "deletedId", map[string]any{"id": made.ID}).Codes()
	}
	require.Equal(t, []string{"NOT_FOUND id"}, remove(admin))
	require.Empty(t, remove(reader))
	require.Equal(t, []string{"NOT_FOUND id"}, remove(reader))
}
