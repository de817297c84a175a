package api

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"

	"github.com/tercul/tercul/read/internal/answer"
)

// TestTheNumberOfAnAnswer is that of the bus, which every reader knows. One that a
// reader has counted by itself would be refused by all of them.
func TestTheNumberOfAnAnswer(t *testing.T) {
	for asOf, want := range map[uint64]string{1795773483509734: "1795773483509734", 1<<52 + 1795773483509734: ""} {
		var h fasthttp.ResponseHeader
		head{entry: &answer.Entry{AsOf: asOf}}.writeShared(&h)
		require.Equal(t, want, string(h.Peek(headerSeq)))
	}
}
