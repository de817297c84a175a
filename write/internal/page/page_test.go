package page

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/apperr"
)

func TestCursors(t *testing.T) {
	c, err := Cursor("bookmarks", "2026", 7)
	require.NoError(t, err)
	var at string
	var n int
	there, err := Decode(&c, "bookmarks", &at, &n)
	require.NoError(t, err)
	require.True(t, there)
	require.Equal(t, "2026", at)
	require.Equal(t, 7, n)

	there, err = Decode(nil, "bookmarks", &at, &n)
	require.NoError(t, err)
	require.False(t, there)

	null, err := Cursor("bookmarks", nil, 7)
	require.NoError(t, err)
	for name, bad := range map[string]string{"another list's": mustCursor(t, "likes", "a", 1), "fewer keys": mustCursor(t, "bookmarks", "a"),
		"another kind": mustCursor(t, "bookmarks", 1, "a"), "no base64": "%", "no JSON": "AAAA", "null": null} {
		_, err := Decode(&bad, "bookmarks", &at, &n)
		require.Equal(t, apperr.BadRequest, apperr.From(err).Code, name)
	}
}

func mustCursor(t *testing.T, list string, keys ...any) string {
	t.Helper()
	c, err := Cursor(list, keys...)
	require.NoError(t, err)
	return c
}

func TestSize(t *testing.T) {
	n, err := Size(nil, 100)
	require.NoError(t, err)
	require.Equal(t, 20, n)
	for _, bad := range []int{0, -1, 101} {
		_, err := Size(&bad, 100)
		require.Equal(t, apperr.BadRequest, apperr.From(err).Code)
	}
	items, more := Cut([]int{1, 2, 3}, 2)
	require.Equal(t, []int{1, 2}, items)
	require.True(t, more)
	_, more = Cut([]int{1, 2}, 2)
	require.False(t, more)
}

func FuzzDecode(f *testing.F) {
	f.Add("WyJhIiwxXQ")
	f.Fuzz(func(t *testing.T, cursor string) {
		var n int
		if there, err := Decode(&cursor, "a", &n); err != nil {
			require.False(t, there)
		}
	})
}
