package password

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // what the lists are made of
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tercul/tercul/shared/apperr"
)

func sha1Hex(s string) string {
	sum := sha1.Sum([]byte(s)) //nolint:gosec // see above
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// breachFile writes a list as Pwned Passwords is distributed.
func breachFile(t testing.TB, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "breached.txt")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func policy(t testing.TB, cfg PolicyConfig) *Policy {
	t.Helper()
	p, err := NewPolicy(cfg)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, p.Close()) })
	return p
}

func TestCheck(t *testing.T) {
	p := policy(t, PolicyConfig{Words: []string{"tercul"}, BreachList: breachFile(t, sha1Hex("vQ8#kT2mZp0wZ")+":3\r\n")})
	owner := Owner{Username: "Zoë_K", Email: "jose.nunez+books@example.org"}
	for password, want := range map[string]apperr.UserCode{
		good:                          "",
		"Ωmega хлеб 🥖 ночь 42":        "",
		strings.Repeat("né#4 ", 25):   apperr.UserPasswordWeak,
		"":                            apperr.UserTooShort,
		"vQ8#kT2mZp0":                 apperr.UserTooShort,
		strings.Repeat("é", 11):       apperr.UserTooShort,
		strings.Repeat("e\u0301", 11): apperr.UserTooShort,
		"ﷺ":                           apperr.UserTooShort, // one character, whatever it is made of
		strings.Repeat("ab#K ", 26):   apperr.UserTooLong,
		strings.Repeat("x", 10_000):   apperr.UserTooLong,
		"vQ8#kT2m\xffZp0wZ":           apperr.UserInvalid,
		"vQ8#kT2m\tZp0wZ":             apperr.UserInvalid,
		"password1234":                apperr.UserPasswordWeak,
		"P@ssw0rd12345":               apperr.UserPasswordWeak,
		"xK9xK9xK9xK9":                apperr.UserPasswordWeak,
		"парольпароль":                apperr.UserPasswordWeak,
		"tercultercul":                apperr.UserPasswordWeak,
		"q7!ZOE_k#pp2Lw9":             apperr.UserPasswordWeak,
		"q7!zöë_k#pp2Lw9":             apperr.UserPasswordWeak,
		"q7!ＺＯＥ_Ｋ#pp2Lw9":             apperr.UserPasswordWeak,
		"9x-José.Núñez-Kw4":           apperr.UserPasswordWeak,
		"vQ8#kT2mZp0wZ":               apperr.UserPasswordBreached,
	} {
		got, err := p.Check(password, owner)
		require.NoError(t, err)
		assert.Equal(t, want, got, "%q", password)
	}
}

func TestAShortNameIsInManyWords(t *testing.T) {
	p := policy(t, PolicyConfig{})
	got, err := p.Check(good, Owner{Username: "somebody", Email: "ju@example.org"})
	require.NoError(t, err)
	assert.Empty(t, got)
	got, err = p.Check(good, Owner{})
	require.NoError(t, err)
	assert.Empty(t, got)
	got, err = p.Check(good, Owner{Username: "bro"})
	require.NoError(t, err)
	assert.Equal(t, apperr.UserPasswordWeak, got)
}

func TestABreachedPasswordIsFoundAsTypedAndAsKept(t *testing.T) {
	decomposed, composed := "cafe\u0301 #kT2 mZp0", "caf\u00e9 #kT2 mZp0"
	for _, listed := range []string{decomposed, composed} {
		p := policy(t, PolicyConfig{BreachList: breachFile(t, sha1Hex(listed)+"\n")})
		got, err := p.Check(decomposed, Owner{})
		require.NoError(t, err)
		assert.Equal(t, apperr.UserPasswordBreached, got)
	}
}

func TestBreachListIsRefused(t *testing.T) {
	low, high := strings.Repeat("0", 40), strings.Repeat("F", 40)
	for name, content := range map[string]string{
		"empty":      "",
		"other":      "password\n123456\n",
		"by count":   high + ":9\n" + low + ":1\n",
		"no count":   low + ":\n",
		"odd count":  low + ":x\n",
		"other last": low + ":1\n" + "password\n",
		"long line":  low + ":" + strings.Repeat("1", 500) + "\n",
		"short hash": low[:38] + "\n",
		"no hex":     strings.Repeat("G", 40) + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewPolicy(PolicyConfig{BreachList: breachFile(t, content)})
			require.ErrorContains(t, err, "breach list")
			assert.NotContains(t, err.Error(), "password\n")
		})
	}
	_, err := NewPolicy(PolicyConfig{BreachList: filepath.Join(t.TempDir(), "none")})
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestADamagedBreachListIsAnErrorWithoutThePassword(t *testing.T) {
	low, high := strings.Repeat("0", 40), strings.Repeat("F", 40)
	p := policy(t, PolicyConfig{BreachList: breachFile(t, low+"\n"+strings.Repeat("?", 30)+"\n"+high+"\n")})
	_, err := p.Check(good, Owner{})
	require.ErrorContains(t, err, "at byte 41")
	assert.NotContains(t, err.Error(), sha1Hex(good))

	p.breach.file = readerAt{}
	_, err = p.Check(good, Owner{})
	require.ErrorContains(t, err, "disk on fire")
	assert.NotContains(t, err.Error(), good)
}

type readerAt struct{}

func (readerAt) ReadAt(b []byte, _ int64) (int, error) {
	return iotest.ErrReader(errors.New("disk on fire")).Read(b)
}

// Whatever lines a list has, exactly its passwords are found.
func TestBreachListFindsExactlyWhatItHolds(t *testing.T) {
	path := breachFile(t, "")
	rapid.Check(t, func(r *rapid.T) {
		listed := rapid.SliceOfNDistinct(rapid.IntRange(0, 200), 1, 60, rapid.ID).Draw(r, "listed")
		ending := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(r, "ending")
		var lines []string
		for _, n := range listed {
			line := sha1Hex(fmt.Sprint(n))
			if rapid.Bool().Draw(r, "lower") {
				line = strings.ToLower(line)
			}
			if count := rapid.Uint64().Draw(r, "count"); count%2 == 0 {
				line += fmt.Sprint(":", count)
			}
			lines = append(lines, line)
		}
		slices.SortFunc(lines, func(a, b string) int { return strings.Compare(strings.ToUpper(a), strings.ToUpper(b)) })
		content := strings.Join(lines, ending)
		if rapid.Bool().Draw(r, "last line ends") {
			content += ending
		}
		require.NoError(r, os.WriteFile(path, []byte(content), 0o600))
		list, err := openBreachList(path)
		require.NoError(r, err)
		defer list.Close()
		for n := range 201 {
			found, err := list.contains(fmt.Sprint(n))
			if err != nil {
				r.Fatal(err)
			}
			if found != slices.Contains(listed, n) {
				r.Fatalf("%d: found is %v", n, found)
			}
		}
	})
}

// A file that is no list may answer anything, but it answers.
func FuzzBreachList(f *testing.F) {
	f.Add([]byte(sha1Hex("1")+":1\n"+sha1Hex("2")), "1")
	f.Add([]byte("\n\n\n"), "")
	f.Add(bytes.Repeat([]byte("A"), 300), "x")
	f.Fuzz(func(t *testing.T, content []byte, password string) {
		l := &breachList{file: bytes.NewReader(content), size: int64(len(content))}
		found, err := l.contains(password)
		if found && err == nil && !bytes.Contains(bytes.ToUpper(content), []byte(sha1Hex(password))) {
			t.Fatal("found what is not there")
		}
	})
}

func FuzzCheck(f *testing.F) {
	p, err := NewPolicy(PolicyConfig{})
	require.NoError(f, err)
	f.Add(good, "somebody", "a@b")
	f.Add("\xff", "ﷺ", "@")
	f.Fuzz(func(t *testing.T, password, username, email string) {
		if len(password) > 200 {
			return // zxcvbn's time, which Check bounds, is not what is looked for
		}
		code, err := p.Check(password, Owner{Username: username, Email: email})
		if err != nil {
			t.Fatal(err)
		}
		if code == "" && len([]rune(password)) < MinLength {
			t.Fatal("a short password passed")
		}
	})
}
