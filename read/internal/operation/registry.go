package operation

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/document"
	"github.com/tercul/tercul/shared/gqlhttp"
)

// Mode says which documents are run.
type Mode string

// The modes. Any is for development.
const (
	Persisted Mode = "persisted"
	Any       Mode = "any"
)

// Config is what a Registry is made of.
type Config struct {
	Checker       *document.Checker
	SchemaVersion string // part of every cache key
	Compile       Compiler
	Verify        Verifier // nil for none
	Mode          Mode
	Shipped       fs.FS            // documents of the reader itself, nil for none
	Entries       []document.Entry // more documents of the reader itself, such as its client's
	Paths         []string         // manifests, documents and folders of them
	Table         Reader           // the table of documents, nil for none
	Path          string           // of canonical URLs; default /graphql
	Poll          time.Duration
	Remember      int // texts in the mode Any; default 256
	Log           zerolog.Logger
	Metrics       prometheus.Registerer
	Now           func() time.Time
	After         func(time.Duration) <-chan time.Time
}

const (
	defaultPoll     = 5 * time.Second
	defaultRemember = 256
)

// index is one state of the registry. It is never changed.
type index struct {
	byID map[string]*Operation // by sha256 and by clients' own ids
	list []*Operation          // by name, then hash

	ended map[string]time.Time // by id, those that were run until then
}

// Registry finds operations. It is safe for concurrent use.
type Registry struct {
	cfg        Config
	current    atomic.Pointer[index]
	generation atomic.Uint64
	wake       chan struct{}
	adHoc      *recent
	buffers    sync.Pool
	meters     meters

	mu     sync.Mutex            // of a refresh
	fixed  []*Operation          // shipped, audit and files
	rows   map[string]*Operation // of the table, by the row's hash
	failed map[string]string     // the row's hash to the text's hash
}

// New loads all documents but those of the table, and tries the table once. The
// error names every document that is at fault.
func New(ctx context.Context, cfg Config) (*Registry, error) {
	if cfg.Path == "" {
		cfg.Path = "/graphql"
	}
	if cfg.Poll <= 0 {
		cfg.Poll = defaultPoll
	}
	if cfg.Remember <= 0 {
		cfg.Remember = defaultRemember
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.After == nil {
		cfg.After = time.After
	}
	r := &Registry{
		cfg: cfg, wake: make(chan struct{}, 1), adHoc: newRecent(cfg.Remember), meters: newMeters(),
		rows: map[string]*Operation{}, failed: map[string]string{},
	}
	r.buffers.New = func() any { b := make([]byte, 0, 1024); return &b }
	if err := r.meters.register(cfg.Metrics); err != nil {
		return nil, fmt.Errorf("documents: %w", err)
	}
	if err := r.loadFixed(ctx); err != nil {
		return nil, err
	}
	if _, err := r.publish(gone{}); err != nil {
		return nil, err
	}
	if err := r.Refresh(ctx); err != nil {
		cfg.Log.Warn().Err(err).Msg("the table of documents could not be read; it is tried again")
	}
	return r, nil
}

// loadFixed compiles what does not change while the process runs.
func (r *Registry) loadFixed(ctx context.Context) error {
	sets, err := fixedSets(r.cfg)
	if err != nil {
		return err
	}
	var faults []error
	for _, set := range sets {
		for _, entry := range set.entries {
			op, err := r.compile(ctx, entry, set.source)
			if err != nil && apperr.From(err).Retryable() { // the database is away: it would be for all
				return fmt.Errorf("document %s: %w", described(entry), err)
			}
			if err != nil {
				faults = append(faults, fmt.Errorf("document %s%s: %w", described(entry), place(err), err))
				continue
			}
			op.own(entry.ID)
			r.fixed = append(r.fixed, op)
		}
	}
	return errors.Join(faults...)
}

// own adds the id that the client's build gave, where it is not the sha256.
func (o *Operation) own(id string) {
	id = strings.TrimPrefix(id, gqlhttp.HashPrefix)
	if id != "" && id != o.hash && !slices.Contains(o.ownNames, id) {
		o.ownNames = append(o.ownNames, id)
	}
}

var errNotFound = apperr.New(apperr.PersistedQueryNotFound, "No document is registered under this id. Register it with tercul documents add; the query operations lists those there are.")

// Lookup finds an operation by its id: the sha256 of its text, with or without
// the prefix "sha256:", or the client's own. It does not allocate, and does not
// keep the id.
func (r *Registry) Lookup(id string) (*Operation, error) {
	if op := r.current.Load().find(id); op != nil {
		return op, nil
	}
	return nil, errNotFound
}

func (x *index) find(id string) *Operation {
	if op := x.byID[strings.TrimPrefix(id, gqlhttp.HashPrefix)]; op != nil {
		return op
	}
	if lower := strings.ToLower(id); lower != id { // hexadecimal in capitals
		if lower = strings.TrimPrefix(lower, gqlhttp.HashPrefix); document.IsID(lower) {
			return x.byID[lower]
		}
	}
	return nil
}

// List returns all operations by name. Treat it as read-only.
func (r *Registry) List() []*Operation { return r.current.Load().list }

// Generation changes whenever the set of documents does. Who answers a question
// without asking Parse compares it first: a blocked document must go at once.
func (r *Registry) Generation() uint64 { return r.generation.Load() }
