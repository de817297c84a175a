package views

import (
	"net/http"
	"net/netip"

	"github.com/tercul/tercul/write/internal/publicid"
)

// BeaconPath is where pages send what was opened.
const BeaconPath = "/views/{id}"

// Beacon answers navigator.sendBeacon("/views/work_…"), which sends no more than the
// address of what was opened, and never learns the answer: 202, whatever becomes of
// it. No session has a part in it, so that pages of any site may send it.
func Beacon(c *Counter, client func(*http.Request) netip.Addr) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		h := out.Header()
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cache-Control", "no-store")
		if r.Method != http.MethodPost {
			h.Set("Allow", http.MethodPost)
			out.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		id, _ := publicid.Parse(r.PathValue("id")) // what is no id is of no kind that counts
		c.Record(r.Context(), Visit{Subject: id, Client: client(r), UserAgent: clip(r.UserAgent())})
		out.WriteHeader(http.StatusAccepted)
	})
}

// maxAgent is how much of a user agent tells visitors apart.
const maxAgent = 512

func clip(agent string) string { return agent[:min(len(agent), maxAgent)] }
