package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/crypto/argon2"
	"golang.org/x/sync/semaphore"

	"github.com/tercul/tercul/write/internal/secret"
)

// ErrUnknownPepper is a hash made under a pepper that the configuration no longer has.
var ErrUnknownPepper = errors.New("password: the hash's pepper is not configured")

// Config says what a hash costs. The zero costs are the least.
type Config struct {
	Peppers    secret.Ring // the first makes new hashes
	Memory     uint32      // KiB
	Time       uint32
	Threads    uint8
	Concurrent int                   // hashes computed at once; the zero value is one
	Random     io.Reader             // of salts; nil is the system's
	Metrics    prometheus.Registerer // nil registers nothing
}

// Hash is what the database stores of a password.
type Hash struct {
	PHC      string
	PepperID string
}

// Format keeps hashes out of logs.
func (Hash) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[hash]") }

// Verdict is what a comparison found.
type Verdict struct {
	Match  bool
	Rehash bool // it matches, and is to be made anew: costs or pepper have changed
}

// Hasher makes and compares hashes.
type Hasher struct {
	peppers secret.Ring
	pepper  secret.Key
	costs   costs
	random  io.Reader
	slots   *semaphore.Weighted
	metrics *metrics
	dummy   phc
	// derive is Argon2id, but for tests of what surrounds it.
	derive func(input, salt []byte, c costs) []byte
}

// New refuses costs out of bounds and a ring without a pepper.
func New(cfg Config) (*Hasher, error) {
	pepper, ok := cfg.Peppers.Active()
	if !ok {
		return nil, errors.New("password: no pepper")
	}
	h := &Hasher{peppers: cfg.Peppers, pepper: pepper, costs: costsOf(cfg), random: cfg.Random, derive: argon2id}
	if !h.costs.inBounds() {
		return nil, fmt.Errorf("password: costs out of bounds: memory %d to %d KiB, time %d to %d, threads %d to %d",
			MinMemory, MaxMemory, MinTime, MaxTime, MinThreads, MaxThreads)
	}
	if h.random == nil {
		h.random = rand.Reader
	}
	salt, err := h.salt()
	if err != nil {
		return nil, err
	}
	h.dummy = phc{costs: h.costs, salt: salt, key: make([]byte, keySize)}
	h.slots = semaphore.NewWeighted(int64(max(cfg.Concurrent, 1)))
	if h.metrics, err = newMetrics(cfg.Metrics); err != nil {
		return nil, fmt.Errorf("password: %w", err)
	}
	return h, nil
}

func costsOf(cfg Config) costs {
	c := costs{memory: cfg.Memory, time: cfg.Time, threads: cfg.Threads}
	if c.memory == 0 {
		c.memory = MinMemory
	}
	if c.time == 0 {
		c.time = MinTime
	}
	if c.threads == 0 {
		c.threads = MinThreads
	}
	return c
}

// Hash makes what is stored of a password that a Policy found good.
func (h *Hasher) Hash(ctx context.Context, password string) (Hash, error) {
	input, err := peppered(h.pepper.Secret, password)
	if err != nil {
		return Hash{}, err
	}
	salt, err := h.salt()
	if err != nil {
		return Hash{}, err
	}
	key, err := h.run(ctx, input, salt, h.costs)
	if err != nil {
		return Hash{}, err
	}
	return Hash{PHC: phc{costs: h.costs, salt: salt, key: key}.encode(), PepperID: h.pepper.ID}, nil
}

// Verify compares a password to what is stored.
func (h *Hasher) Verify(ctx context.Context, password string, stored Hash) (Verdict, error) {
	p, err := parsePHC(stored.PHC)
	if err != nil {
		return Verdict{}, err
	}
	pepper, ok := h.peppers.Find(stored.PepperID)
	if !ok {
		return Verdict{}, ErrUnknownPepper
	}
	match, err := h.compare(ctx, password, pepper, p)
	if err != nil {
		return Verdict{}, err
	}
	return Verdict{Match: match, Rehash: match && (p.costs != h.costs || stored.PepperID != h.pepper.ID)}, nil
}

// Dummy takes the time of Verify, for an account that does not exist.
func (h *Hasher) Dummy(ctx context.Context, password string) error {
	_, err := h.compare(ctx, password, h.pepper.Secret, h.dummy)
	return err
}

// compare takes its time also for what cannot be a password.
func (h *Hasher) compare(ctx context.Context, password string, pepper secret.Secret, p phc) (bool, error) {
	input, unfit := peppered(pepper, password)
	key, err := h.run(ctx, input, p.salt, p.costs)
	if err != nil {
		return false, err
	}
	same := subtle.ConstantTimeCompare(key, p.key) == 1
	return same && unfit == nil, nil
}

// run computes one hash as soon as there is room.
func (h *Hasher) run(ctx context.Context, input, salt []byte, c costs) ([]byte, error) {
	h.metrics.waiting.Inc()
	err := h.slots.Acquire(ctx, 1)
	h.metrics.waiting.Dec()
	if err != nil {
		return nil, fmt.Errorf("password: waited for room to hash: %w", err)
	}
	defer h.slots.Release(1)
	h.metrics.running.Inc()
	defer h.metrics.running.Dec()
	h.metrics.hashes.Inc()
	return h.derive(input, salt, c), nil
}

func (h *Hasher) salt() ([]byte, error) {
	salt := make([]byte, saltSize)
	if _, err := io.ReadFull(h.random, salt); err != nil {
		return nil, fmt.Errorf("password: no random salt: %w", err)
	}
	return salt, nil
}

func argon2id(input, salt []byte, c costs) []byte {
	return argon2.IDKey(input, salt, c.time, c.memory, c.threads, keySize)
}
