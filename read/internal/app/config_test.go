package app

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/config"
)

func TestSettingsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../../docs/operations/reader.md")
	require.NoError(t, err)
	assert.Contains(t, string(text), config.Table(Config{}), "paste what reader --help prints into the page")
}

func TestEveryFaultOfTheSettings(t *testing.T) {
	_, err := LoadConfig(map[string]string{
		"TERCUL_READ_ADDR": "here", "TERCUL_REDIS_URL": "http://x", "TERCUL_DOCUMENTS": "some", "TERCUL_L1_MB": "0",
	})
	for _, name := range []string{"TERCUL_READ_ADDR", "TERCUL_DATABASE_URL", "TERCUL_REDIS_URL", "TERCUL_DOCUMENTS", "TERCUL_L1_MB"} {
		require.ErrorContains(t, err, name)
	}
	_, err = LoadConfig(map[string]string{"TERCUL_DATABASE_URL": "postgres://h/d", "TERCUL_READ_TIMEOUT": "10s"})
	require.ErrorContains(t, err, "TERCUL_DATABASE_STATEMENT_TIMEOUT")
}

func TestOriginLimitLeavesConnectionsForTheReaderItself(t *testing.T) {
	for conns, want := range map[string]int{"1": 1, "2": 1, "16": 14} {
		cfg, err := LoadConfig(map[string]string{"TERCUL_DATABASE_URL": "postgres://h/d", "TERCUL_DATABASE_MAX_CONNS": conns})
		require.NoError(t, err)
		assert.Equal(t, want, cfg.originLimit())
	}
	cfg, err := LoadConfig(map[string]string{"TERCUL_DATABASE_URL": "postgres://h/d", "TERCUL_READ_ORIGIN_LIMIT": "3"})
	require.NoError(t, err)
	assert.Equal(t, 3, cfg.originLimit())
}
