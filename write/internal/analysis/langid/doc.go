// Package langid tells the language of a text by github.com/pemistahl/lingua-go.
//
// It is asked whether a text is in the language that it is declared to be in, not
// which of all languages it could be: the candidates are the declared language, those
// it is easily mixed up with, and a few that any text may turn out to be in. That
// keeps memory down. A language's model is loaded when it is first a candidate and
// stays for the life of the process, which is why the statistics of three letters
// alone are used: those of all 75 languages take 50 MB, of a dozen and their
// neighbours some 25 MB (TestWhatModelsTake measures).
//
// The models of 75 languages are part of the program and make it some 124 MB larger.
// So this package is for the writer alone: nothing else may import it.
package langid
