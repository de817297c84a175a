package ids

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Ids are part of every library that was imported: they must never change.
func TestIDsStayAsTheyAre(t *testing.T) {
	require.Equal(t, "3e954ff6-ff17-5bf2-8dc1-d4a5104b546d", For(Work, "dante-inferno-01").String())
	require.NotEqual(t, For(Work, "x"), For(Original, "x"))
	require.EqualValues(t, 5, For(Work, "x").Version())
}
