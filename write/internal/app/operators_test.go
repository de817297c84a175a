package app

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
)

// id is the public id of an account, and its version.
func (s *site) id(name string) (id string, version int) {
	s.t.Helper()
	require.NoError(s.t, s.db.QueryRow(s.t.Context(), "SELECT core.typeid('USER', id), version FROM auth.users WHERE username = $1", name).Scan(&id, &version))
	return id, version
}

// as is a program with a token of that account.
func (s *site) as(name string) *caller {
	s.t.Helper()
	p := s.program()
	p.bearer = p.login("BEARER", name).text("login", "accessToken")
	return p
}

// await waits until that many transactions of this database wait for a lock.
func (s *site) await(n int) {
	s.t.Helper()
	require.Eventually(s.t, func() bool {
		var waiting int
		require.NoError(s.t, s.db.QueryRow(s.t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&waiting))
		return waiting == n
	}, 10*time.Second, 5*time.Millisecond)
}

const (
	rolesText   = `mutation($u: ID!, $r: [Role!]!, $v: Int!) { setUserRoles(input: {userId: $u, roles: $r, expectedVersion: $v}) { member { role } userErrors { code } } }`
	suspendText = `mutation($u: ID!) { suspendUser(input: {userId: $u, reason: "x"}) { member { status } userErrors { code } } }`
)

// A token that was good a moment ago is not when roles or standing change.
func TestAdminsActAtOnce(t *testing.T) {
	s := begin(t)
	s.account("root", identity.Admin)
	s.account("ada", identity.Editor)
	root, ada := s.as("root"), s.program()
	r := ada.login("BEARER", "ada")
	ada.bearer = r.text("login", "accessToken")
	const edit = `mutation { unpublishWork(input: {id: "work_1yjn7zdzrqbfs8vgemmm84pn3d", expectedVersion: 1, reason: "No such work."}) { userErrors { code } } }`
	require.Empty(t, ada.do(edit, nil).code)
	id, version := s.id("ada")
	require.Empty(t, root.do(rolesText, map[string]any{"u": id, "r": []string{"CONTRIBUTOR"}, "v": version}).faults("setUserRoles"))
	require.Equal(t, "TOKEN_EXPIRED", ada.do(edit, nil).code)
	r = ada.refresh(r.text("login", "refreshToken"))
	ada.bearer = r.text("refreshSession", "accessToken")
	require.Equal(t, "CONTRIBUTOR", ada.do(viewerText, nil).text("viewer", "role"))
	require.Equal(t, "FORBIDDEN", ada.do(edit, nil).code)

	require.Empty(t, root.do(suspendText, map[string]any{"u": id}).faults("suspendUser"))
	require.Equal(t, "UNAUTHENTICATED", ada.do(viewerText, nil).code)
	require.Equal(t, []string{"TOKEN_INVALID"}, s.program().refresh(r.text("refreshSession", "refreshToken")).faults("refreshSession"))
	require.Equal(t, []string{"INVALID_STATE"}, s.program().login("BEARER", "ada").faults("login"))
	require.Empty(t, root.do(`mutation($u: ID!) { unsuspendUser(input: {userId: $u}) { userErrors { code } } }`, map[string]any{"u": id}).faults("unsuspendUser"))
	require.Equal(t, "UNAUTHENTICATED", ada.do(viewerText, nil).code, "the old sessions stay ended")
	require.Equal(t, "CONTRIBUTOR", s.as("ada").do(viewerText, nil).text("viewer", "role"))
}

// Two admins who take each other away at the same moment: one of them stays.
func TestOneAdminStays(t *testing.T) {
	for name, take := range map[string]func(p *caller, id string, version int) (mutation string, r reply){
		"roles": func(p *caller, id string, version int) (string, reply) {
			return "setUserRoles", p.do(rolesText, map[string]any{"u": id, "r": []string{"READER"}, "v": version})
		},
		"suspension": func(p *caller, id string, _ int) (string, reply) {
			return "suspendUser", p.do(suspendText, map[string]any{"u": id})
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := begin(t)
			s.account("ada", identity.Admin)
			s.account("bob", identity.Admin)
			callers, victims := []*caller{s.as("ada"), s.as("bob")}, []string{"bob", "ada"}
			// Both are let in before either is done: the rows of admins are held meanwhile.
			hold, err := s.db.Begin(t.Context())
			require.NoError(t, err)
			_, err = hold.Exec(t.Context(), "SELECT FROM auth.user_roles FOR UPDATE")
			require.NoError(t, err)
			faults := make([][]string, 2)
			var wg sync.WaitGroup
			for i, p := range callers {
				id, version := s.id(victims[i])
				wg.Go(func() {
					mutation, r := take(p, id, version)
					faults[i] = r.faults(mutation)
					if r.code != "" {
						faults[i] = []string{r.code}
					}
				})
			}
			s.await(2)
			require.NoError(t, hold.Rollback(t.Context()))
			wg.Wait()
			require.ElementsMatch(t, [][]string{nil, {"INVALID_STATE"}}, faults)
			var left int
			require.NoError(t, s.db.QueryRow(t.Context(), `SELECT count(*) FROM auth.user_roles r JOIN auth.users u ON u.id = r.user_id
				WHERE r.role = 'ADMIN' AND u.status = 'ACTIVE'`).Scan(&left))
			require.Equal(t, 1, left)
		})
	}
}

// A rebuild is asked for by a request and done by the queue, with the rights of the
// writer; whoever waits sees how far it is.
func TestARebuildIsDoneByTheQueue(t *testing.T) {
	s := begin(t)
	s.account("root", identity.Admin)
	_, err := s.db.Exec(t.Context(), "UPDATE view.language SET name = 'x' WHERE tag = 'it'") // behind the triggers' back
	require.NoError(t, err)
	root := s.as("root")
	r := root.do(`mutation { rebuildReadModels(input: {names: ["language", "tag"]}) { job { id state } userErrors { code } } }`, nil)
	require.Empty(t, r.faults("rebuildReadModels"))
	asked, _ := r.data["rebuildReadModels"]["job"].(map[string]any)
	require.Eventually(t, func() bool {
		r := root.do(`{ jobs(filter: {kind: "rebuild_read_models"}) { nodes { id state attempt progress { done total step } lastError { message } } } }`, nil)
		nodes, _ := r.data["jobs"]["nodes"].([]any)
		require.Len(t, nodes, 1)
		job, _ := nodes[0].(map[string]any)
		require.Equal(t, asked["id"], job["id"])
		require.Nil(t, job["lastError"], job)
		if job["state"] != "COMPLETED" {
			return false
		}
		require.Equal(t, map[string]any{"done": 2.0, "total": 2.0, "step": "language"}, job["progress"])
		return true
	}, 30*time.Second, 20*time.Millisecond, s.log)
	var differ int
	require.NoError(t, s.db.QueryRow(t.Context(), "SELECT count(*) FROM view.verify() WHERE missing + surplus > 0").Scan(&differ))
	require.Zero(t, differ)
}
