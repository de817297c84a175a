package langid_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/pemistahl/lingua-go"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/analysis/langid"
)

// texts are old lines, and a few of our own.
var texts = map[string]string{
	"en": "Tyger Tyger, burning bright,\nIn the forests of the night;\nWhat immortal hand or eye,\nCould frame thy fearful symmetry?",
	"it": "Nel mezzo del cammin di nostra vita\nmi ritrovai per una selva oscura,\nché la diritta via era smarrita.",
	"de": "Wer reitet so spät durch Nacht und Wind?\nEs ist der Vater mit seinem Kind;\nEr hat den Knaben wohl in dem Arm,",
	"fr": "La nature est un temple où de vivants piliers\nLaissent parfois sortir de confuses paroles;",
	"es": "En un lugar de la Mancha, de cuyo nombre no quiero acordarme, no ha mucho tiempo que vivía un hidalgo",
	"la": "Arma virumque cano, Troiae qui primus ab oris\nItaliam fato profugus Laviniaque venit litora",
	"ru": "Мой дядя самых честных правил,\nКогда не в шутку занемог,\nОн уважать себя заставил\nИ лучше выдумать не мог.",
	"zh": "床前明月光，疑是地上霜。舉頭望明月，低頭思故鄉。",
	"ja": "ゆく河の流れは絶えずして、しかももとの水にあらず。",
	"ar": "قفا نبك من ذكرى حبيب ومنزل\nبسقط اللوى بين الدخول فحومل\nفتوضح فالمقراة لم يعف رسمها",
	"he": "שיר השירים אשר לשלמה ישקני מנשיקות פיהו כי טובים דודיך מיין לריח שמניך טובים",
	"hi": "बुरा जो देखन मैं चला, बुरा न मिलिया कोय। जो दिल खोजा आपना, मुझसे बुरा न कोय॥ यह दोहा कबीर का है और बहुत प्रसिद्ध है।",
	"el": "Τη γλώσσα μου έδωσαν ελληνική το σπίτι φτωχικό στις αμμουδιές του Ομήρου",
}

func TestIdentify(t *testing.T) {
	id := langid.New()
	for lang, text := range texts {
		tag, m := id.Identify(lang+"-x-any", text)
		require.Equal(t, lang, tag)
		require.NotNil(t, m.Value, lang)
		require.True(t, *m.Value > 0.3 && *m.Value <= 1, "%s: %v", lang, *m.Value)
		again, n := id.Identify(lang, text)
		require.Equal(t, tag, again)
		require.InDelta(t, *m.Value, *n.Value, 1e-9)
	}
}

// TestAWrongDeclarationIsSeen among neighbours and among strangers.
func TestAWrongDeclarationIsSeen(t *testing.T) {
	id := langid.New()
	for declared, text := range map[string]string{"it": "es", "uk": "ru", "hi": "en", "de": "fr", "fa": "ar", "ja": "zh"} {
		tag, m := id.Identify(declared, texts[text])
		require.Equal(t, text, tag, "declared as %s", declared)
		require.NotNil(t, m.Value)
	}
}

func TestUnsupported(t *testing.T) {
	id := langid.New()
	for name, c := range map[string][2]string{
		"no model": {"grc", strings.Repeat("μῆνιν ἄειδε θεὰ Πηληϊάδεω Ἀχιλῆος ", 3)},
		"short":    {"en", "Nevermore"},
		"empty":    {"en", ""},
		"emoji":    {"en", strings.Repeat("🌹", 200)},
	} {
		tag, m := id.Identify(c[0], c[1])
		require.Empty(t, tag, name)
		require.Nil(t, m.Value, name)
		require.NotEmpty(t, *m.Reason, name)
	}
}

// TestWhatModelsTake loads the models of all languages, which is the most that there
// can come to be.
func TestWhatModelsTake(t *testing.T) {
	held := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc >> 20)
	}
	for lang, text := range texts {
		langid.New().Identify(lang, text)
	}
	t.Logf("%d MB with the languages of the tests and their neighbours", held())
	lingua.NewLanguageDetectorBuilder().FromAllLanguages().WithLowAccuracyMode().WithPreloadedLanguageModels().Build()
	t.Logf("%d MB with all", held())
	require.Less(t, held(), int64(300))
}
