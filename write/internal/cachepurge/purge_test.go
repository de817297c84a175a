package cachepurge_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/writetest"
)

type in = map[string]any

const selection = "purge { tags mode at }"

func TestAPurgeIsAnnounced(t *testing.T) {
	w := writetest.New(t)
	w.Exec("SET LOCAL ROLE tercul_writer")
	admin := w.User(identity.Admin)
	purge := func(input in) writetest.Payload {
		return w.Change(admin, "purgeCache", "PurgeCacheInput", selection, input)
	}
	row := func() string {
		return writetest.One[string](w, "SELECT tags::text || ' ' || hard FROM ops.outbox ORDER BY id DESC LIMIT 1")
	}
	var done struct {
		Tags []string
		Mode string
		At   time.Time
	}
	purge(in{"tags": []string{"work_01h455vb4pex5vsknk084sn02q", "list:work"}}).Ok().Into("purge", &done)
	require.Equal(t, "SOFT", done.Mode)
	require.Equal(t, w.Now, done.At.UTC())
	require.Equal(t, "{work_01h455vb4pex5vsknk084sn02q,list:work,kind:work} false", row(), "with the kinds that answers may bear in their place")
	purge(in{"tags": []string{"*"}, "mode": "HARD"}).Ok()
	require.Equal(t, "{*} true", row())
	require.Equal(t, `{"mode": "HARD", "tags": ["*"]}`, writetest.One[string](w,
		"SELECT detail::text FROM ops.audit_log WHERE action = 'purgeCache' AND actor_id = $1 ORDER BY id DESC LIMIT 1", admin.UserID))
	many := make([]string, 100)
	for i := range many {
		many[i] = fmt.Sprintf("work_%s%03d", strings.Repeat("0", 72), i) // the longest there are
	}
	purge(in{"tags": many}).Ok()
	before := writetest.One[int](w, "SELECT count(*)::int FROM ops.outbox")
	require.Equal(t, []string{"TOO_SHORT tags"}, purge(in{"tags": []string{}}).Codes())
	require.Equal(t, []string{"TOO_MANY tags"}, purge(in{"tags": append(slices.Clone(many), "ref")}).Codes())
	require.Equal(t, []string{"DUPLICATE tags"}, purge(in{"tags": []string{"ref", "ref"}}).Codes())
	require.Equal(t, []string{"INVALID tags.1", "INVALID tags.2", "INVALID tags.3"}, purge(in{"tags": []string{"ref", "Work", "a b", strings.Repeat("a", 81)}}).Codes())
	require.Equal(t, before, writetest.One[int](w, "SELECT count(*)::int FROM ops.outbox"))
}

func TestAdminsAlonePurge(t *testing.T) {
	w := writetest.New(t)
	const document = `mutation { purgeCache(input: {tags: ["ref"]}) { userErrors { code } } }`
	require.Equal(t, "UNAUTHENTICATED", w.Ask(nil, document, nil).Code())
	for _, role := range []identity.Role{identity.Reader, identity.Contributor, identity.Reviewer, identity.Editor} {
		require.Equal(t, "FORBIDDEN", w.Ask(w.User(role), document, nil).Code())
	}
	admin := w.User(identity.Admin)
	admin.ReauthAt = w.Now.Add(-time.Hour)
	require.Equal(t, "REAUTH_REQUIRED", w.Ask(admin, document, nil).Code())
}
