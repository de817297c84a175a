package langtag_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/langtag"
)

func TestCanonical(t *testing.T) {
	for in, want := range map[string]string{
		"it": "it", "IT": "it", "zh-hans": "zh-Hans", "EN-us": "en-US", "pi-Latn": "pi-Latn",
		"iw": "he", "zh-yue": "yue", "tl": "tl", "yue-Hant": "yue-Hant", "ha-NE": "ha-NE",
		"tw-akuapem": "tw-akuapem", "lgg-X-Official": "lgg-x-official", "grc": "grc", "de-1996": "de-1996",
		"en-latn-VARIANTX": "en-Latn-variantx", "zzz-us": "zzz-US", "en-Latn": "en-Latn", "und": "und",
		"zzz-x-ab": "zzz-x-ab", "EN_gb": "en-GB",
	} {
		got, err := langtag.Canonical(in)
		require.NoError(t, err, in)
		assert.Equal(t, want, got, in)
	}
	for _, in := range []string{"", "a", "en--us", "en-x", "english language", "é", "zzz_variantx", strings.Repeat("en-", 30)} {
		_, err := langtag.Canonical(in)
		assert.ErrorIs(t, err, langtag.ErrMalformed, in)
	}
}

func FuzzCanonicalIsAFixpoint(f *testing.F) {
	for _, tag := range []string{"it", "zh-Hans-CN", "iw", "en-variantx", "x-private", "de-u-co-phonebk", "zh-cmn"} {
		f.Add(tag)
	}
	f.Fuzz(func(t *testing.T, tag string) {
		once, err := langtag.Canonical(tag)
		if err != nil {
			return
		}
		twice, err := langtag.Canonical(once)
		require.NoError(t, err, "%q of %q", once, tag)
		assert.Equal(t, once, twice, tag)
	})
}
