package member_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/writetest"
)

const listText = `query($filter: MemberFilter, $sort: MemberSort! = NEWEST, $first: Int, $after: String) {
	members(filter: $filter, sort: $sort, first: $first, after: $after) { nodes { id username } edges { cursor } pageInfo { hasNextPage endCursor } } }`

// names are those of a page, and where it ended; empty at the end of the list.
func names(w *writetest.World, admin *identity.Actor, variables in) (found []string, end string) {
	w.T.Helper()
	a := w.Ask(admin, listText, variables)
	require.Empty(w.T, a.Errors)
	var l struct {
		Nodes    []struct{ Username string }
		PageInfo struct {
			HasNextPage bool
			EndCursor   *string
		}
	}
	require.NoError(w.T, json.Unmarshal(a.Data["members"], &l))
	found = []string{}
	for _, n := range l.Nodes {
		found = append(found, n.Username)
	}
	if l.PageInfo.HasNextPage {
		end = *l.PageInfo.EndCursor
	}
	return found, end
}

// five are accounts whose names, ages and sign-ins are in different orders. The admin
// who asks is the oldest and has never signed in.
func five(w *writetest.World) *identity.Actor {
	admin := w.User(identity.Admin)
	w.Exec("UPDATE auth.users SET username = 'zoe', username_canonical = 'zoe', created_at = '2020-01-01' WHERE id = $1", admin.UserID)
	for i, u := range []struct {
		name, created string
		login         any
		role          identity.Role
		languages     []string
	}{
		{"Dan_1", "2021-01-01", "2026-01-04T00:00:00Z", identity.Reader, nil},
		{"cat", "2021-01-01", nil, identity.Reviewer, []string{"it", "la"}},
		{"Bob", "2022-01-01", "2026-01-01T00:00:00Z", identity.Editor, nil},
		{"dan22", "2023-01-01", "2026-01-02T00:00:00Z", identity.Reviewer, []string{"de"}},
	} {
		a := w.User(u.role, u.languages...)
		w.Exec(`UPDATE auth.users SET username = $2, username_canonical = lower($2), email = $2 || '@Example.org', email_canonical = lower($2 || '@Example.org'),
			created_at = $3::timestamptz + $5 * interval '1 microsecond', last_login_at = $4::timestamptz WHERE id = $1`, a.UserID, u.name, u.created, u.login, i)
	}
	return admin
}

func TestMembersInEveryOrder(t *testing.T) {
	w := world(t)
	admin := five(w)
	for sort, want := range map[string][]string{
		"NEWEST": {"dan22", "Bob", "cat", "Dan_1", "zoe"}, "USERNAME": {"Bob", "cat", "dan22", "Dan_1", "zoe"}, "LAST_LOGIN": {"Dan_1", "dan22", "Bob"},
	} {
		all, _ := names(w, admin, in{"sort": sort, "first": 5})
		require.Len(t, all, 5)
		require.Equal(t, want, all[:len(want)], sort)
		paged := []string{}
		for after := ""; ; {
			page, end := names(w, admin, in{"sort": sort, "first": 2, "after": after})
			if paged = append(paged, page...); end == "" {
				break
			}
			after = end
		}
		require.Equal(t, all, paged, sort)
	}
	_, end := names(w, admin, in{"first": 1})
	require.Equal(t, "BAD_REQUEST", w.Ask(admin, listText, in{"sort": "USERNAME", "after": end}).Code(), "a cursor of another order")
	for _, first := range []int{0, 101} {
		require.NotEmpty(t, w.Ask(admin, listText, in{"first": first}).Code())
	}
}

func TestMembersFiltered(t *testing.T) {
	w := world(t)
	admin := five(w)
	w.Exec("UPDATE auth.users SET status = 'SUSPENDED' WHERE username = 'Bob'")
	w.Exec("UPDATE auth.users SET status = 'DELETED', deleted_at = now() WHERE username = 'cat'")
	for name, c := range map[string]struct {
		filter in
		want   []string
	}{
		"nothing":          {nil, []string{"Bob", "dan22", "Dan_1", "zoe"}},
		"status":           {in{"status": "SUSPENDED"}, []string{"Bob"}},
		"deleted":          {in{"status": "DELETED"}, []string{"cat"}},
		"role":             {in{"role": "REVIEWER"}, []string{"dan22"}},
		"no role":          {in{"role": "READER"}, []string{"Dan_1"}},
		"language":         {in{"reviewerLanguage": "de"}, []string{"dan22"}},
		"beginning":        {in{"username": "DAN"}, []string{"dan22", "Dan_1"}},
		"no pattern":       {in{"username": "dan_"}, []string{"Dan_1"}},
		"nor %":            {in{"username": "%"}, []string{}},
		"address":          {in{"email": "bob@EXAMPLE.org"}, []string{"Bob"}},
		"part of one":      {in{"email": "bob@"}, []string{}},
		"the end of one":   {in{"email": "example.org"}, []string{}},
		"from":             {in{"createdFrom": "2022-01-01T00:00:00Z"}, []string{"Bob", "dan22"}},
		"before":           {in{"createdBefore": "2021-01-01T00:00:00Z"}, []string{"zoe"}},
		"two that hold":    {in{"username": "dan", "role": "REVIEWER"}, []string{"dan22"}},
		"two that do not":  {in{"username": "bob", "role": "REVIEWER"}, []string{}},
		"between and role": {in{"createdFrom": "2021-01-01T00:00:00Z", "createdBefore": "2022-06-01T00:00:00Z", "role": "EDITOR"}, []string{"Bob"}},
	} {
		found, _ := names(w, admin, in{"filter": c.filter, "sort": "USERNAME"})
		require.Equal(t, c.want, found, name)
	}
}

func TestAMemberAsAdminsSeeThem(t *testing.T) {
	w := world(t)
	admin, ada := w.User(identity.Admin), w.User(identity.Reviewer, "it")
	session(w, ada)
	w.Exec("UPDATE auth.users SET delete_after = $2 WHERE id = $1", ada.UserID, w.Now)
	a := w.Ask(admin, `query($e: String) { members(filter: {email: $e}) { nodes { id version username email verified status role roles reviewerLanguages suspendedUntil suspendedReason deleteAfter sessions createdAt lastLoginAt } } }`,
		in{"e": ada.Username + "@example.org"})
	require.Empty(t, a.Errors)
	var l struct {
		Nodes []struct {
			member
			DeleteAfter *time.Time
		}
	}
	require.NoError(t, json.Unmarshal(a.Data["members"], &l))
	require.Len(t, l.Nodes, 1)
	m := l.Nodes[0]
	require.Equal(t, idOf(ada), m.ID)
	require.True(t, m.Verified)
	require.Equal(t, 1, m.Sessions)
	require.Equal(t, []string{"REVIEWER"}, m.Roles)
	require.Equal(t, []string{"it"}, m.ReviewerLanguages)
	require.WithinDuration(t, w.Now, *m.DeleteAfter, time.Millisecond)
}
