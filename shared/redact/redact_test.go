package redact_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/redact"
)

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"postgres://me:pass@host/db":                       "postgres://me:xxxxx@host/db",
		"postgres://me:p@ss:w@host:5432/db?sslmode=off":    "postgres://me:xxxxx@host:5432/db?sslmode=off",
		"redis://:pass@host:6379/0":                        "redis://:xxxxx@host:6379/0",
		"postgres://me@host/db":                            "postgres://me@host/db",
		"https://host/a:b@c":                               "https://host/a:b@c",
		"host=h user=u password=pass dbname=d":             "host=h user=u password=xxxxx dbname=d",
		"host=h password='p a s s' dbname=d":               "host=h password=xxxxx dbname=d",
		"postgres://host/db?password=pass&x=1":             "postgres://host/db?password=xxxxx&x=1",
		`{"err":"dial postgres://a:b@c/d: refused","n":1}`: `{"err":"dial postgres://a:xxxxx@c/d: refused","n":1}`,
		"nothing to hide":                                  "nothing to hide",
		"two: a://b:c@d and e://f:g@h":                     "two: a://b:xxxxx@d and e://f:xxxxx@h",
	} {
		assert.Equal(t, want, redact.Text(in))
	}
}

func TestError(t *testing.T) {
	assert.NoError(t, redact.Error(nil))
	assert.Same(t, io.EOF, redact.Error(io.EOF))
	secret := errors.New("cannot reach redis://:pass@h")
	assert.EqualError(t, redact.Error(secret), "cannot reach redis://:xxxxx@h")
	assert.ErrorIs(t, redact.Error(secret), secret)
}

func TestWriter(t *testing.T) {
	var out bytes.Buffer
	line := []byte("redis://:pass@h\n")
	n, err := redact.Writer(&out).Write(line)
	require.NoError(t, err)
	assert.Equal(t, len(line), n)
	assert.Equal(t, "redis://:xxxxx@h\n", out.String())
}
