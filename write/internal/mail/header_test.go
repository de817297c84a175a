package mail

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNothingBreaksOutOfAHeader(t *testing.T) {
	c := composer(t)
	for _, bad := range []string{"a\r\nBcc: b@example.com", "a\nb", "a\rb", "a\x00b", "a\u2028b", "a\u0085b", "\xff"} {
		for name, content := range map[string]Content{
			"username": VerifyAddress{bad, "t"}, "token": ResetPassword{"ada", bad}, "title": ContributionDecided{"ada", "c", bad, Approved, nil},
			"note": ContributionDecided{"ada", "c", "t", Approved, []string{bad}}, "id": ContributionDecided{"ada", bad, "t", Approved, nil},
		} {
			_, err := c.Compose("en", "reader@example.com", content)
			require.ErrorContains(t, err, "control character", name)
			assert.NotContains(t, err.Error(), bad)
		}
		_, err := c.Compose("en", bad+"@example.com", AddressTaken{"ada"})
		require.ErrorIs(t, err, ErrAddress)
		// A message that somebody made by hand.
		for name, change := range map[string]func(*Message){
			"to": func(m *Message) { m.To = "reader@example.com" + bad }, "subject": func(m *Message) { m.Subject = bad },
			"id": func(m *Message) { m.ID = bad }, "from": func(m *Message) { m.From.Name = bad },
			"from address": func(m *Message) { m.From.Address = bad + "@example.org" },
		} {
			m := compose(t, AddressTaken{"ada"})
			change(&m)
			folder := t.TempDir()
			drop, err := NewDrop(folder)
			require.NoError(t, err)
			err = drop.Send(t.Context(), m)
			require.Error(t, err, name)
			assert.True(t, Permanent(err), name)
			assert.Empty(t, dropped(t, folder))
		}
	}
}

func TestCheckAddress(t *testing.T) {
	for _, good := range []string{"a@example.org", "a.b+c@mail.example.org", "a@xn--bcher-kva.example", "a@localhost"} {
		require.NoError(t, CheckAddress(good), good)
	}
	for _, bad := range []string{
		"", "a", "@", "a@", "@example.org", "a@b@c", "a b@example.org", "A <a@example.org>", "<a@example.org>", "a@example.org (b)",
		`"a b"@example.org`, "a@example.org, b@example.org", "ä@example.org", "a@bücher.example", "a@example.org\n", " a@example.org",
		strings.Repeat("a", 65) + "@example.org", "a@" + strings.Repeat("b.", 130) + "org",
	} {
		require.ErrorIs(t, CheckAddress(bad), ErrAddress, bad)
	}
}

func FuzzCheckAddress(f *testing.F) {
	f.Add("a@example.org")
	f.Add("a@example.org\r\nBcc: b@c")
	f.Fuzz(func(t *testing.T, address string) {
		if CheckAddress(address) == nil {
			assert.NotContains(t, address, "\n")
			assert.NotContains(t, address, ",")
			assert.NotContains(t, address, ">")
		}
	})
}
