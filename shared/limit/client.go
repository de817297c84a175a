package limit

import (
	"net/netip"
	"strings"
)

// Proxies are those between the callers and this process, whose word about an
// address is taken. The zero value believes nobody.
type Proxies struct {
	// Prefixes are the proxies' addresses.
	Prefixes []netip.Prefix
	// Hops is how many of the nearest are believed whatever their address is: for a
	// process that only proxies can reach.
	Hops int
}

// ClientIP is the address of the caller: of the peer, unless that is a proxy,
// which names whom it speaks for at the end of X-Forwarded-For; and so on, from
// the right, to the first that is no proxy. Whatever stands to the left of that
// was sent by the caller and may be anything. It may be given in several lines.
//
// An entry that is not an address ends the search at the proxy that passed it
// on. The result is invalid where not even the peer has an address, as on a unix
// socket. It shares no memory with its arguments.
func (p Proxies) ClientIP(remoteAddr string, forwardedFor ...string) netip.Addr {
	client := parseAddr(remoteAddr)
	hop := 0
	for line := len(forwardedFor) - 1; line >= 0; line-- {
		for rest := forwardedFor[line]; rest != ""; hop++ {
			if !p.believes(client, hop) {
				return client
			}
			entry := rest
			if at := strings.LastIndexByte(rest, ','); at >= 0 {
				rest, entry = rest[:at], rest[at+1:]
			} else {
				rest = ""
			}
			named := parseAddr(strings.TrimSpace(entry))
			if !named.IsValid() {
				return client
			}
			client = named
		}
	}
	return client
}

func (p Proxies) believes(addr netip.Addr, hop int) bool {
	if hop < p.Hops {
		return true
	}
	for _, prefix := range p.Prefixes {
		if prefix.Contains(addr) {
			return true
		}
	}
	return false
}

// parseAddr reads an address with or without a port. An IPv4 address in IPv6
// clothes is the IPv4 address, and a zone is left out.
func parseAddr(text string) netip.Addr {
	if both, err := netip.ParseAddrPort(text); err == nil {
		return both.Addr().Unmap().WithZone("")
	}
	addr, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(text, "["), "]"))
	if err != nil {
		return netip.Addr{}
	}
	return addr.Unmap().WithZone("")
}

// network is what one subscriber is given of IPv6: any of its addresses is theirs.
const network = 64

// Subject is whom a limit by address holds for: an IPv4 address, or the /64 that
// an IPv6 address is of.
func Subject(addr netip.Addr) string {
	if !addr.Is6() {
		return addr.String()
	}
	prefix, err := addr.Prefix(network)
	if err != nil {
		return addr.String()
	}
	return prefix.String()
}
