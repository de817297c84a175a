package signature

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/dunglas/httpsfv"
)

// message is a request as a signature sees it.
type message struct {
	method, scheme, authority string
	path, query               string // the query with its question mark, or ""
	header                    http.Header
}

// messageOf takes the scheme and the authority from origin.
func messageOf(r *http.Request, origin *url.URL) message {
	m := message{
		method: r.Method, scheme: strings.ToLower(origin.Scheme), header: r.Header,
		path: r.URL.EscapedPath(),
	}
	m.authority = authority(m.scheme, origin.Host)
	if m.path == "" {
		m.path = "/"
	}
	if r.URL.RawQuery != "" || r.URL.ForceQuery {
		m.query = "?" + r.URL.RawQuery
	}
	return m
}

// authority is in lower case and without the port that the scheme has anyway.
func authority(scheme, host string) string {
	host = strings.ToLower(host)
	name, port, err := net.SplitHostPort(host)
	if err != nil || (scheme != "https" || port != "443") && (scheme != "http" || port != "80") {
		return host
	}
	if strings.Contains(name, ":") {
		return "[" + name + "]"
	}
	return name
}

// component answers the value of a component; false where there is none.
func (m message) component(name string) (string, bool) {
	switch name {
	case "@method":
		return m.method, true
	case "@target-uri":
		return m.scheme + "://" + m.authority + m.path + m.query, true
	case "@authority":
		return m.authority, true
	case "@scheme":
		return m.scheme, true
	case "@path":
		return m.path, true
	case "@query":
		return "?" + strings.TrimPrefix(m.query, "?"), true
	case "@request-target":
		return m.path + m.query, true
	}
	return m.field(name)
}

func (m message) field(name string) (string, bool) {
	if name == "" || name != strings.ToLower(name) {
		return "", false
	}
	values := m.header.Values(name)
	trimmed := make([]string, len(values))
	for i, v := range values {
		if strings.ContainsAny(v, "\r\n") {
			return "", false
		}
		trimmed[i] = strings.Trim(v, " \t")
	}
	return strings.Join(trimmed, ", "), len(values) > 0
}

// base is what is signed: a line for each component, and one for the input.
func (m message) base(input httpsfv.InnerList) (string, error) {
	var b strings.Builder
	names, err := covered(input)
	if err != nil {
		return "", err
	}
	for _, name := range names {
		value, ok := m.component(name)
		if !ok {
			return "", ErrComponents
		}
		b.WriteString(`"` + name + `": ` + value + "\n")
	}
	params, err := httpsfv.Marshal(httpsfv.List{input})
	if err != nil {
		return "", ErrMalformed
	}
	b.WriteString(`"@signature-params": ` + params)
	return b.String(), nil
}

// covered are the names of an input: each once, without parameters.
func covered(input httpsfv.InnerList) ([]string, error) {
	names := make([]string, 0, len(input.Items))
	for _, item := range input.Items {
		name, isText := item.Value.(string)
		if !isText || len(item.Params.Names()) > 0 || slices.Contains(names, name) {
			return nil, ErrComponents
		}
		names = append(names, name)
	}
	return names, nil
}
