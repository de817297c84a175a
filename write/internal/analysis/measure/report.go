package measure

// Version is the number of the method as a whole. It is raised whenever the same
// text would get another report; reports of earlier versions stay.
const Version = 1

// Name is the name of a measure, as the public schema has it.
type Name string

// The measures, in the order in which a report has them.
const (
	Characters         Name = "CHARACTERS"
	Letters            Name = "LETTERS"
	Lines              Name = "LINES"
	Stanzas            Name = "STANZAS"
	Tokens             Name = "TOKENS"
	Types              Name = "TYPES"
	HapaxShare         Name = "HAPAX_SHARE"
	MATTR              Name = "MATTR"
	MTLD               Name = "MTLD"
	LexicalDensity     Name = "LEXICAL_DENSITY"
	LettersPerWord     Name = "LETTERS_PER_WORD"
	Sentences          Name = "SENTENCES"
	WordsPerSentence   Name = "WORDS_PER_SENTENCE"
	ReadingEase        Name = "READING_EASE"
	LIX                Name = "LIX"
	WordsPerLine       Name = "WORDS_PER_LINE"
	LettersPerLine     Name = "LETTERS_PER_LINE"
	SyllablesPerLine   Name = "SYLLABLES_PER_LINE"
	RhymeShare         Name = "RHYME_SHARE"
	LanguageConfidence Name = "LANGUAGE_CONFIDENCE"
	Keywords           Name = "KEYWORDS"
	Sentiment          Name = "SENTIMENT"
)

// Measure is one number with the method that it comes from, or the reason why there
// is none.
type Measure struct {
	Name   Name     `json:"name"`
	Value  *float64 `json:"value"`
	Method string   `json:"method"`
	Reason *string  `json:"reason"`
}

// Measured is a measure with a value.
func Measured(name Name, value float64, method string) Measure {
	return Measure{Name: name, Value: &value, Method: method}
}

// Unsupported is a measure without one.
func Unsupported(name Name, method, reason string) Measure {
	return Measure{Name: name, Method: method, Reason: &reason}
}

// Stanza is one stanza of a poem.
type Stanza struct {
	Lines int `json:"lines"`
	// Scheme is how its lines rhyme with each other; nil where that cannot be told.
	Scheme *string `json:"scheme"`
}

// Term is a word with how often it comes.
type Term struct {
	Word      string
	Frequency int
}

// Report is what is known of a text.
type Report struct {
	Language string // the primary subtag that the rules were taken by
	Measures []Measure
	Stanzas  []Stanza
	// Terms are the different words, the most frequent first; none where the script
	// does not divide words.
	Terms []Term
	// Tokens is how many words there are in all.
	Tokens int
	// Coverage is the share of the text's characters that was read, 0 to 1.
	Coverage float64
	// Sample is the beginning of the text, to tell its language by.
	Sample string
}
