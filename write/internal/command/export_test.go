package command

import "strings"

// Wanted is what a fault says of a broken rule, which a tag may give with a parameter.
func Wanted(rule string) string {
	if sentence := wanted[rule]; sentence != "" {
		return sentence
	}
	name, _, _ := strings.Cut(rule, "=")
	return wanted[name]
}
