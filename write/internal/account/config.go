package account

import (
	"runtime"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tercul/tercul/write/internal/password"
	"github.com/tercul/tercul/write/internal/secret"
)

// PasswordConfig is how passwords are judged and kept; the same for every writer,
// and for the command line.
type PasswordConfig struct {
	Peppers    secret.Ring `env:"TERCUL_WRITE_PEPPERS" validate:"required" secret:"true" example:"2026:<base64 of 32 random bytes>" desc:"Keys that passwords are hashed with besides their salt, by id, the one in use first. Lost, nobody can sign in any more. openssl rand -base64 32 makes one."`
	Memory     uint32      `env:"TERCUL_WRITE_HASH_MEMORY" envDefault:"19456" validate:"min=19456,max=1048576" desc:"Memory of one hash of a password, in KiB."`
	Time       uint32      `env:"TERCUL_WRITE_HASH_TIME" envDefault:"2" validate:"min=2,max=16" desc:"Passes over that memory."`
	Concurrent int         `env:"TERCUL_WRITE_HASH_CONCURRENT" envDefault:"0" validate:"min=0,max=256" desc:"The most hashes computed at once; 0 for as many as there are processors."`
	BreachList string      `env:"TERCUL_WRITE_BREACH_LIST" validate:"omitempty,file" example:"/srv/pwned-passwords-sha1-ordered-by-hash.txt" desc:"A file of stolen passwords in the format of Pwned Passwords, ordered by hash."`
}

// Open makes the hasher and the judge of passwords.
func (c PasswordConfig) Open(metrics prometheus.Registerer) (*password.Hasher, *password.Policy, error) {
	concurrent := c.Concurrent
	if concurrent == 0 {
		concurrent = runtime.NumCPU()
	}
	hasher, err := password.New(password.Config{
		Peppers: c.Peppers, Memory: c.Memory, Time: c.Time, Threads: 1, Concurrent: concurrent, Metrics: metrics,
	})
	if err != nil {
		return nil, nil, err
	}
	judge, err := password.NewPolicy(password.PolicyConfig{BreachList: c.BreachList, Words: []string{"tercul"}})
	return hasher, judge, err
}
