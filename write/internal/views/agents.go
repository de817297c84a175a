package views

import "strings"

// programs are words in the user agents of programs that no reader looks at: those
// that search, preview, watch and copy, and the libraries of HTTP. They say so
// themselves; whoever pretends to be a browser is held by the bounds.
var programs = []string{
	"bot", "crawl", "spider", "slurp", "scrap", "archive", "fetch", "preview", "externalhit", "embed", "monitor", "uptime",
	"pingdom", "headless", "phantomjs", "lighthouse", "pagespeed", "validator", "scan", "check", "feed", "curl", "wget", "python",
	"java/", "okhttp", "axios", "node", "ruby", "perl", "php", "go-http", "httpclient", "http-client", "httpx", "+http",
	"chatgpt", "claude", "anthropic", "openai", "google-", "mediapartners", "facebookcatalog", "whatsapp",
}

// phones are makers of phones whose names hold one of these words.
var phones = strings.NewReplacer("cubot", "")

// reader tells whether somebody reads by this program.
func reader(agent string) bool {
	agent = phones.Replace(strings.ToLower(agent))
	for _, word := range programs {
		if strings.Contains(agent, word) {
			return false
		}
	}
	return len(strings.TrimSpace(agent)) > 0
}
