package slugs

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestMakeRomanises(t *testing.T) {
	for in, want := range map[string]string{
		"Divina Commedia":    "divina-commedia",
		"Les Misérables":     "les-miserables",
		"Ἀγαμέμνων":          "agamemnon",
		"Преступление":       "prestuplenie",
		"Евгений Онегин":     "evgenii-onegin",
		"Saṁyuttanikāya":     "samyuttanikaya",
		"a_b / c":            "a-b-c",
		"—":                  "",
		"Why? & how":         "why-and-how",
		"Þæt wæs gód cyning": "thaet-waes-god-cyning",
	} {
		require.Equal(t, want, Make(in), in)
	}
	require.NotEmpty(t, Make("論語"))
	require.NotEmpty(t, Make("رباعیات خیام"))
}

func TestMakeCutsAtAWord(t *testing.T) {
	got := Make(strings.Repeat("wonderful ", 20))
	require.LessOrEqual(t, len(got), comfortable)
	require.True(t, strings.HasSuffix(got, "wonderful"))
	require.Len(t, Make(strings.Repeat("x", 300)), comfortable)
}

func TestFamilyName(t *testing.T) {
	for in, want := range map[string]string{
		"Henry Wadsworth Longfellow":           "longfellow",
		"Luís de Camões":                       "camoes",
		"Ubisi T":                              "ubisi",
		"Mahlangu K.M":                         "mahlangu",
		"Martin Luther King, Jr.":              "king",
		"Susana Ackah (OLE Ghana)":             "ackah",
		"Bhikkhu Sujato":                       "sujato",
		"Voltaire":                             "voltaire",
		"Anonymous (Boni & Liveright edition)": "anonymous",
	} {
		require.Equal(t, want, Family(in), in)
	}
	require.NotEmpty(t, Family("鳩摩羅什"))
	require.NotEmpty(t, Family("ሂሩት"))
}

func TestEverySlugIsValid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.String().Draw(t, "in")
		for _, s := range []string{Make(in), Family(in), FromID(in)} {
			require.True(t, s == "" || Valid(s), "%q", s)
		}
	})
}
