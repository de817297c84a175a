package textform

import (
	"strings"
	"unicode/utf8"
)

// Speaker is the kind of a line that only names who speaks.
const Speaker = "SPEAKER"

const longestSpeaker = 50

// markSpeakers finds the names that head the speeches of a play: a short first
// line of a stanza of several lines, seen at least twice in the play. The lines
// under it carry the name.
func markSpeakers(lines []Line) {
	seen := map[string]int{}
	forSpeeches(lines, func(speech []Line) { seen[speakerName(speech[0].Content)]++ })
	forSpeeches(lines, func(speech []Line) {
		name := speakerName(speech[0].Content)
		if seen[name] < 2 {
			return
		}
		speech[0].Kind = Speaker
		for i := range speech[1:] {
			speech[1+i].Speaker = name
		}
	})
}

// forSpeeches visits every stanza that may be a speech.
func forSpeeches(lines []Line, visit func(speech []Line)) {
	for from := 0; from < len(lines); {
		to := from + 1
		for to < len(lines) && !lines[to].StanzaStart {
			to++
		}
		if first := &lines[from]; to-from > 1 && first.Kind != Stage && utf8.RuneCountInString(first.Content) <= longestSpeaker {
			visit(lines[from:to])
		}
		from = to
	}
}

func speakerName(line string) string {
	return strings.TrimRight(strings.TrimSpace(line), ".:")
}
