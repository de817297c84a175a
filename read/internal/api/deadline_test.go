package api

import (
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// counted counts what reaches the connection.
type counted struct {
	net.Conn
	sets int
	last time.Time
}

func (c *counted) set(t time.Time) error              { c.sets++; c.last = t; return nil }
func (c *counted) SetReadDeadline(t time.Time) error  { return c.set(t) }
func (c *counted) SetWriteDeadline(t time.Time) error { return c.set(t) }
func (c *counted) SetDeadline(t time.Time) error      { return c.set(t) }

func TestDeadlinesMoveInSteps(t *testing.T) {
	for name, set := range map[string]func(*patientConn, time.Time) error{
		"read": (*patientConn).SetReadDeadline, "write": (*patientConn).SetWriteDeadline,
	} {
		under := &counted{}
		c, begun := &patientConn{Conn: under}, time.Now()
		require.NoError(t, set(c, begun))
		require.NoError(t, set(c, begun.Add(deadlineStep-1)))
		assert.Equal(t, 1, under.sets, name)
		require.NoError(t, set(c, begun.Add(deadlineStep)))
		assert.Equal(t, 2, under.sets, "%s: a step later it moves", name)
		require.NoError(t, set(c, begun))
		assert.Equal(t, 3, under.sets, "%s: an earlier one is always set", name)
		require.NoError(t, set(c, time.Time{}))
		assert.True(t, under.last.IsZero(), "%s: it is always taken away", name)
		require.NoError(t, set(c, begun))
		assert.Equal(t, begun, under.last, name)
		require.NoError(t, c.SetDeadline(begun.Add(time.Hour)))
		require.NoError(t, set(c, begun.Add(time.Hour)))
		assert.Equal(t, 6, under.sets, name)
	}
}

func TestSilentConnectionsAreClosed(t *testing.T) {
	server, client := net.Pipe()
	defer client.Close()
	c := &patientConn{Conn: server}
	require.NoError(t, c.SetReadDeadline(time.Now().Add(time.Millisecond)))
	_, err := c.Read(make([]byte, 1))
	var timeout net.Error
	require.ErrorAs(t, err, &timeout)
	assert.True(t, timeout.Timeout())
}
