package textstore

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/alignform"
)

func pair(n int) alignform.Group {
	l := alignform.Lines{From: n, To: n}
	return alignform.Group{Left: l, Right: l, Linear: true}
}

// Of a long alignment only the groups that differ are written.
func TestOnlyWhatDiffersIsWritten(t *testing.T) {
	moved := pair(2)
	moved.Stale = true
	w := &carrying{}
	w.regroup(moving{present: []alignform.Group{pair(1), pair(2), pair(3)}}, []alignform.Group{pair(1), moved, pair(3)})
	require.Equal(t, []int32{1}, w.goneAt)
	require.Len(t, w.groups, 1)
	w = &carrying{}
	w.regroup(moving{present: []alignform.Group{pair(1), pair(2)}}, []alignform.Group{pair(1)})
	require.Equal(t, []int32{1}, w.goneAt)
	require.Empty(t, w.groups)
}

// Two that were approved at different times do not both come back.
func TestOneApprovedComesBack(t *testing.T) {
	w := &carrying{approved: map[[2]uuid.UUID]bool{}}
	good := alignform.Carried{Groups: []alignform.Group{pair(1)}, Holds: 1}
	for _, id := range []string{"00000000-0000-7000-8000-000000000001", "00000000-0000-7000-8000-000000000002"} {
		w.take(moving{id: uuid.MustParse(id), status: stale, kept: true, statusSaid: approved}, good)
	}
	require.Equal(t, []string{approved}, w.statuses)
	require.Equal(t, 1, w.count.Kept)
}
