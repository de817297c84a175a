package tsql_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/sql/testdb"
)

// The vectors of the TypeID specification, under prefixes of ours.
func TestTypeIDs(t *testing.T) {
	t.Parallel()
	tx := testdb.Tx(t)
	for _, c := range []struct{ kind, id, want string }{
		{"WORK", "00000000-0000-0000-0000-000000000000", "work_00000000000000000000000000"},
		{"EXPRESSION", "00000000-0000-0000-0000-000000000001", "expr_00000000000000000000000001"},
		{"PERSON", "00000000-0000-0000-0000-00000000000a", "prsn_0000000000000000000000000a"},
		{"USER", "00000000-0000-0000-0000-000000000020", "user_00000000000000000000000010"},
		{"TAG", "ffffffff-ffff-ffff-ffff-ffffffffffff", "tag_7zzzzzzzzzzzzzzzzzzzzzzzzz"},
		{"CATEGORY", "0110c853-1d09-52d8-d73e-1194e95b5f19", "cat_0123456789abcdefghjkmnpqrs"},
		{"COLLECTION", "01890a5d-ac96-774b-bcce-b302099a8057", "coll_01h455vb4pex5vsknk084sn02q"},
		{"COMMENT", "fedcba98-7654-3210-fedc-ba9876543210", "cmnt_7yvjx9gxjm688fxq5tk1v58cgg"},
		{"ALIGNMENT", "80000000-0000-0000-0000-000000000000", "algn_40000000000000000000000000"},
		{"CONTRIBUTION", "00000000-0000-7000-8000-000000000000", "ctrb_0000000000e008000000000000"},
	} {
		require.Equal(t, []string{c.want}, ask(t, tx, `SELECT core.typeid($1, $2)`, c.kind, c.id), c.id)
	}
	require.Equal(t, []string{"<null>"}, ask(t, tx, `SELECT core.typeid('BOOK', gen_random_uuid())`))
}
