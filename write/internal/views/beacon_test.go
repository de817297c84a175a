package views_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/views"
	"github.com/tercul/tercul/write/internal/writetest"
)

// Whatever is sent, the beacon answers the same.
func TestBeacon(t *testing.T) {
	w := begin(t)
	work, _ := w.Published("La Commedia", "Nel mezzo")
	mux := http.NewServeMux()
	mux.Handle(views.BeaconPath, views.Beacon(w.counter, func(*http.Request) netip.Addr { return netip.MustParseAddr("192.0.2.9") }))
	send := func(method, path, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
		r.Header.Set("User-Agent", browser+strings.Repeat("x", 2000))
		r.Header.Set("Origin", "https://elsewhere.example")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		out := httptest.NewRecorder()
		mux.ServeHTTP(out, r)
		return out
	}
	for _, path := range []string{"/views/" + work.String(), "/views/" + work.String(), "/views/nothing", "/views/work_01h455vb4pex5vsknk084sn02q", "/views/%00"} {
		out := send(http.MethodPost, path, "text of any kind")
		require.Equal(t, http.StatusAccepted, out.Code, path)
		require.Empty(t, out.Body.String())
		require.Equal(t, "no-store", out.Header().Get("Cache-Control"))
		require.Equal(t, "*", out.Header().Get("Access-Control-Allow-Origin"))
	}
	out := send(http.MethodGet, "/views/"+work.String(), "")
	require.Equal(t, http.StatusMethodNotAllowed, out.Code)
	require.Equal(t, "POST", out.Header().Get("Allow"))
	w.flush()
	require.Equal(t, 1, w.stored(work))
	require.Equal(t, 2, outcomes(t, w.reg, "ignored"))
	require.Equal(t, 2, outcomes(t, w.reg, "counted"), "what is not there is found out when it is stored")
}

const recordView = `mutation($id: ID!) { recordView(input: {subjectId: $id}) { ok userErrors { code } } }`

// The mutation is for anybody, with bad credentials too, and is answered 202.
func TestRecordView(t *testing.T) {
	w := writetest.New(t)
	work, _ := w.Published("La Commedia", "Nel mezzo")
	stored := func() int {
		require.NoError(t, w.Views.Drain(t.Context(), writetest.Savepoints{Tx: w.Tx}))
		return writetest.One[int](w, "SELECT coalesce(sum(views), 0)::int FROM stats.totals WHERE subject_id = $1", work.UUID)
	}
	actors := []*identity.Actor{{}, {Refused: apperr.New(apperr.TokenExpired, "It has run out.")}, w.User(identity.Reader), w.User(identity.Admin)}
	for i, who := range actors {
		who.IP, who.UserAgent = netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}), browser
		for range 2 {
			a := w.Ask(who, recordView, map[string]any{"id": work.String()})
			require.Empty(t, a.Errors)
			require.Equal(t, http.StatusAccepted, a.Status)
			require.JSONEq(t, `{"ok":true,"userErrors":[]}`, string(a.Data["recordView"]))
		}
		require.Equal(t, i+1, stored())
	}
	a := w.Ask(actors[0], recordView, map[string]any{"id": "work_01h455vb4pex5vsknk084sn02q"})
	require.Equal(t, http.StatusAccepted, a.Status, "nobody is told what is there")
	a = w.Ask(actors[0], recordView, map[string]any{"id": "nothing"})
	require.Equal(t, http.StatusBadRequest, a.Status)
	require.Equal(t, 4, stored())
	require.Zero(t, writetest.One[int](w, "SELECT count(*)::int FROM ops.audit_log"))
}

func TestMetrics(t *testing.T) {
	w := begin(t)
	work, text := w.Published("La Commedia", "Nel mezzo")
	w.readers(work, 2)
	w.readers(text, 1)
	w.clock = noon.Add(90e9)
	require.NoError(t, testutil.GatherAndCompare(w.reg, strings.NewReader(`
# HELP tercul_views_oldest_seconds How long the oldest view in Redis has waited to be stored.
# TYPE tercul_views_oldest_seconds gauge
tercul_views_oldest_seconds 90
# HELP tercul_views_waiting What waits to be stored: pairs of subject and hour in Redis, views in this process.
# TYPE tercul_views_waiting gauge
tercul_views_waiting{where="process"} 0
tercul_views_waiting{where="redis"} 2
`), "tercul_views_oldest_seconds", "tercul_views_waiting"))
	w.flush()
	n, err := testutil.GatherAndCount(w.reg, "tercul_views_waiting", "tercul_views_oldest_seconds", "tercul_views_total")
	require.NoError(t, err)
	require.Equal(t, 4, n)
	require.Equal(t, "view_flush 3", writetest.One[string](w.World, "SELECT job || ' ' || changed FROM stats.runs"))
}
