package password

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// ErrMalformed is a stored hash that is none, or whose costs are out of bounds.
var ErrMalformed = errors.New("password: malformed hash")

// The bounds of the costs. Below the least, a hash protects little; above the
// most, one damaged row could stop the service.
const (
	MinMemory  = 19 * 1024   // KiB
	MaxMemory  = 1024 * 1024 // KiB
	MinTime    = 2
	MaxTime    = 64
	MinThreads = 1
	MaxThreads = 16
)

const (
	saltSize = 16
	keySize  = 32
)

// costs are the parameters of Argon2id.
type costs struct {
	memory  uint32 // KiB
	time    uint32
	threads uint8
}

func (c costs) inBounds() bool {
	return c.memory >= MinMemory && c.memory <= MaxMemory &&
		c.time >= MinTime && c.time <= MaxTime &&
		c.threads >= MinThreads && c.threads <= MaxThreads
}

// phc is a hash as the PHC string format has it.
type phc struct {
	costs
	salt, key []byte
}

var unpadded = base64.RawStdEncoding.Strict()

func (p phc) encode() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memory, p.time, p.threads,
		unpadded.EncodeToString(p.salt), unpadded.EncodeToString(p.key))
}

// parsePHC reads what encode writes, and nothing that is written otherwise.
func parsePHC(s string) (phc, error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != "v="+strconv.Itoa(argon2.Version) {
		return phc{}, ErrMalformed
	}
	c, err := parseCosts(parts[3])
	if err != nil {
		return phc{}, err
	}
	salt, errSalt := unpadded.DecodeString(parts[4])
	key, errKey := unpadded.DecodeString(parts[5])
	p := phc{costs: c, salt: salt, key: key}
	// Encoding it again finds what decoding lets pass, such as line ends and leading noughts.
	if errSalt != nil || errKey != nil || len(salt) != saltSize || len(key) != keySize || p.encode() != s {
		return phc{}, ErrMalformed
	}
	return p, nil
}

func parseCosts(s string) (costs, error) {
	fields := strings.Split(s, ",")
	if len(fields) != 3 {
		return costs{}, ErrMalformed
	}
	var numbers [3]uint32
	for i, name := range []string{"m=", "t=", "p="} {
		digits, found := strings.CutPrefix(fields[i], name)
		n, err := strconv.ParseUint(digits, 10, 31)
		if !found || err != nil || n > MaxMemory {
			return costs{}, ErrMalformed
		}
		numbers[i] = uint32(n)
	}
	if numbers[2] > MaxThreads {
		return costs{}, ErrMalformed
	}
	c := costs{memory: numbers[0], time: numbers[1], threads: uint8(numbers[2])} //nolint:gosec // bounded just above
	if !c.inBounds() {
		return costs{}, ErrMalformed
	}
	return c, nil
}
