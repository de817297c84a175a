package api

import (
	"net"
	"time"
)

// quiescence bounds how long a connection may take to send a request, to take
// an answer, or to have nothing to say.
const quiescence = time.Minute

// deadlineStep is how much earlier than that the end may come.
const deadlineStep = time.Second

// patient accepts connections whose deadlines move in steps. fasthttp sets
// three deadlines for each request, and each is work for the runtime's timers:
// together they cost as much as everything else this server does for a hit. A
// deadline a minute away need not be moved forward more than once a second.
type patient struct{ net.Listener }

// Accept wraps the connection.
func (p patient) Accept() (net.Conn, error) {
	conn, err := p.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &patientConn{Conn: conn}, nil
}

// patientConn belongs to the one goroutine that serves it, which alone sets
// deadlines.
type patientConn struct {
	net.Conn
	read, write time.Time
}

// SetReadDeadline moves the deadline if that changes much.
func (c *patientConn) SetReadDeadline(t time.Time) error {
	if near(c.read, t) {
		return nil
	}
	c.read = t
	return c.Conn.SetReadDeadline(t)
}

// SetWriteDeadline moves the deadline if that changes much.
func (c *patientConn) SetWriteDeadline(t time.Time) error {
	if near(c.write, t) {
		return nil
	}
	c.write = t
	return c.Conn.SetWriteDeadline(t)
}

// SetDeadline moves both.
func (c *patientConn) SetDeadline(t time.Time) error {
	c.read, c.write = t, t
	return c.Conn.SetDeadline(t)
}

// near tells whether a deadline in force may stay although a slightly later one
// is asked for. Removing one, or an earlier one, is always done.
func near(now, asked time.Time) bool {
	if now.IsZero() || asked.IsZero() {
		return false
	}
	later := asked.Sub(now)
	return later >= 0 && later < deadlineStep
}
