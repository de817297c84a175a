package invalidate

import (
	"errors"
	"strconv"
	"strings"
)

// Kind tells messages apart.
type Kind byte

// The kinds of messages.
const (
	Invalidation Kind = 'i'
	Heartbeat    Kind = 'h'
)

// wireVersion starts every message; a reader that meets another version treats
// the message as one it has missed.
const wireVersion = "1"

// Message is what the bus carries.
//
//	1|i|<epoch>|<seq>|<outbox id>|<xid>|<tag>,<tag>
//	1|h|<epoch>|<last seq>|0|<fence>|
type Message struct {
	Kind   Kind
	Epoch  uint64
	Seq    uint64
	Outbox int64
	// XID is the transaction that changed the tags; of a heartbeat, the fence.
	XID  uint64
	Tags []string
}

// ErrMalformed means that a message was not written by this package.
var ErrMalformed = errors.New("malformed message")

// Append adds the message's wire form to b. The publishing script writes the same
// form; a test holds the two together.
func (m *Message) Append(b []byte) []byte {
	b = append(b, wireVersion...)
	b = append(b, '|', byte(m.Kind), '|')
	b = append(strconv.AppendUint(b, m.Epoch, 10), '|')
	b = append(strconv.AppendUint(b, m.Seq, 10), '|')
	b = append(strconv.AppendInt(b, m.Outbox, 10), '|')
	b = append(strconv.AppendUint(b, m.XID, 10), '|')
	for i, tag := range m.Tags {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, tag...)
	}
	return b
}

// Decode reads a message. It takes only what Append and the script write, and
// keeps no reference to anything but s.
func Decode(s string) (Message, error) {
	f := strings.SplitN(s, "|", 7)
	if len(f) != 7 || f[0] != wireVersion || len(f[1]) != 1 {
		return Message{}, ErrMalformed
	}
	m := Message{Kind: Kind(f[1][0])}
	outbox, ok := number(f[4])
	m.Outbox = int64(outbox) //nolint:gosec // checked below
	var okEpoch, okSeq, okXID bool
	m.Epoch, okEpoch = number(f[2])
	m.Seq, okSeq = number(f[3])
	m.XID, okXID = number(f[5])
	if !ok || !okEpoch || !okSeq || !okXID || m.Outbox < 0 {
		return Message{}, ErrMalformed
	}
	if err := m.readTags(f[6]); err != nil {
		return Message{}, err
	}
	return m, nil
}

func (m *Message) readTags(s string) error {
	switch {
	case m.Kind != Invalidation && m.Kind != Heartbeat, m.Kind == Heartbeat && s != "":
		return ErrMalformed
	case s == "":
		return nil
	}
	m.Tags = strings.Split(s, ",")
	for _, tag := range m.Tags {
		if !Valid(tag) {
			return ErrMalformed
		}
	}
	return nil
}

// number takes the one decimal spelling of a number.
func number(s string) (uint64, bool) {
	if s == "" || (s[0] == '0' && len(s) > 1) {
		return 0, false
	}
	n, err := strconv.ParseUint(s, 10, 64)
	return n, err == nil
}
