package limit_test

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tercul/tercul/shared/limit"
)

func TestClientIP(t *testing.T) {
	private := limit.Proxies{Prefixes: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}}
	one, two := limit.Proxies{Hops: 1}, limit.Proxies{Hops: 2}
	for name, tc := range map[string]struct {
		proxies limit.Proxies
		remote  string
		headers []string
		want    string
	}{
		"nobody is believed":              {limit.Proxies{}, "203.0.113.1:4711", []string{"198.51.100.9"}, "203.0.113.1"},
		"a stranger is not":               {private, "203.0.113.1:4711", []string{"198.51.100.9"}, "203.0.113.1"},
		"a proxy is":                      {private, "10.1.1.1:4711", []string{"198.51.100.9"}, "198.51.100.9"},
		"what the caller wrote is not":    {private, "10.1.1.1:4711", []string{"1.1.1.1, 2.2.2.2, 198.51.100.9"}, "198.51.100.9"},
		"nor a proxy the caller made up":  {private, "10.1.1.1:4711", []string{"1.1.1.1, 10.9.9.9, 198.51.100.9"}, "198.51.100.9"},
		"two proxies":                     {private, "10.1.1.1:4711", []string{"1.1.1.1, 198.51.100.9, 10.2.2.2"}, "198.51.100.9"},
		"several lines":                   {private, "10.1.1.1:4711", []string{"1.1.1.1", "198.51.100.9,10.3.3.3", "10.2.2.2"}, "198.51.100.9"},
		"the proxy itself":                {private, "10.1.1.1:4711", nil, "10.1.1.1"},
		"proxies all the way":             {private, "10.1.1.1:4711", []string{"10.3.3.3, 10.2.2.2"}, "10.3.3.3"},
		"rubbish":                         {private, "10.1.1.1:4711", []string{"198.51.100.9, unknown"}, "10.1.1.1"},
		"rubbish further left":            {private, "10.1.1.1:4711", []string{"<script>, 198.51.100.9"}, "198.51.100.9"},
		"nothing":                         {private, "10.1.1.1:4711", []string{""}, "10.1.1.1"},
		"an empty entry":                  {private, "10.1.1.1:4711", []string{"198.51.100.9, "}, "10.1.1.1"},
		"a port":                          {private, "10.1.1.1:4711", []string{"198.51.100.9:80"}, "198.51.100.9"},
		"IPv6":                            {private, "[fd00::1]:4711", []string{"2001:db8::7"}, "2001:db8::7"},
		"IPv6 with a port":                {private, "[fd00::1]:4711", []string{"[2001:db8::7]:80"}, "2001:db8::7"},
		"IPv6 in brackets":                {private, "[fd00::1]:4711", []string{"[2001:db8::7]"}, "2001:db8::7"},
		"IPv6 with a zone":                {private, "[fd00::1]:4711", []string{"fe80::7%eth0"}, "fe80::7"},
		"IPv4 in IPv6":                    {private, "[::ffff:10.1.1.1]:4711", []string{"::ffff:198.51.100.9"}, "198.51.100.9"},
		"one hop":                         {one, "203.0.113.1:4711", []string{"1.1.1.1, 198.51.100.9"}, "198.51.100.9"},
		"two hops":                        {two, "203.0.113.1:4711", []string{"1.1.1.1, 198.51.100.9, 203.0.113.2"}, "198.51.100.9"},
		"two hops, asked past the first":  {two, "203.0.113.2:4711", []string{"198.51.100.9"}, "198.51.100.9"},
		"hops and prefixes":               {limit.Proxies{Hops: 1, Prefixes: private.Prefixes}, "203.0.113.1:4711", []string{"1.1.1.1, 198.51.100.9, 10.2.2.2"}, "198.51.100.9"},
		"a socket without an address":     {private, "@", []string{"198.51.100.9"}, "invalid IP"},
		"a socket behind which all stand": {one, "@", []string{"198.51.100.9"}, "198.51.100.9"},
	} {
		assert.Equal(t, tc.want, tc.proxies.ClientIP(tc.remote, tc.headers...).String(), name)
	}
}

func FuzzClientIP(f *testing.F) {
	f.Add("1.1.1.1, 10.9.9.9")
	f.Add(",,[::1]:80, %")
	proxies := limit.Proxies{Prefixes: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	f.Fuzz(func(t *testing.T, forged string) {
		for _, header := range [][]string{{forged, "198.51.100.9"}, {forged + ",198.51.100.9"}, {forged, "198.51.100.9, 10.2.2.2"}} {
			assert.Equal(t, "198.51.100.9", proxies.ClientIP("10.1.1.1:1", header...).String(), "a caller cannot choose its address")
		}
		assert.Equal(t, "203.0.113.1", proxies.ClientIP("203.0.113.1:1", forged).String())
	})
}

func TestSubject(t *testing.T) {
	for addr, want := range map[string]string{
		"198.51.100.9":      "198.51.100.9",
		"2001:db8:1:2::7":   "2001:db8:1:2::/64",
		"2001:db8:1:2:ff::": "2001:db8:1:2::/64",
		"2001:db8:1:3::7":   "2001:db8:1:3::/64",
	} {
		assert.Equal(t, want, limit.Subject(netip.MustParseAddr(addr)))
	}
	assert.Equal(t, "invalid IP", limit.Subject(netip.Addr{}), "all who have none are one")
}
