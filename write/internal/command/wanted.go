package command

// wanted says what a rule asks for.
var wanted = map[string]string{
	"iso3166_1_alpha2":      "It must be the code of a country in two capital letters (ISO 3166-1), such as IT.",
	"eq=*|iso3166_1_alpha2": "It must be * or the code of a country in two capital letters (ISO 3166-1), such as IT.",

	"line":     "It must be one line, without control characters and without characters that turn the direction of text.",
	"prose":    "It must have no control characters but line breaks and tabs, and none that turn the direction of text.",
	"gtefield": "The last must not lie before the first.",
	"ne":       "There is no year 0: the year before 1 is -1.",
	"url":      "It must be an address such as https://example.org/page.",
	"kind":     "It must be the id of another kind of thing.",
	"edtf":     "It must be a date of EDTF level 1 that the calendar has, such as 1304, 1304/1321 (the earlier one first), 13XX or -0700~.",
	"slug":     "It must consist of small letters and digits, with hyphens between them.",
	"segment":  "It must consist of small letters and digits, with hyphens between them.",
	"username": "It must consist of 3 to 30 letters, digits and underscores.",
	"https":    "It must be an address that begins with https://.",
	"address":  "It must be an address such as name@example.org, in ASCII.",
	"base64":   "It must be written in base64.",
	"tag":      "It must be a tag of caches, such as work_01h455vb4pex5vsknk084sn02q, list:work or *.",
	"document": "It must be the id of a document: sha256: and 64 hexadecimal digits.",
}
