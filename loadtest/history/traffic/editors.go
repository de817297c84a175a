package traffic

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tercul/tercul/loadtest/history"
)

// Editors change the library.
type Editors struct {
	Pause time.Duration // of each between two edits, on average

	ledger  *history.Ledger
	report  *history.Report
	library []*Work
	writer  *Writer
	db      *pgxpool.Pool
	held    []sync.Mutex // by register
	news    *Tickets

	oversize  atomic.Bool
	open      sync.RWMutex // held by each edit; see Hold
	mu        sync.Mutex
	complaint map[string]int
}

// NewEditors makes editors of a library. The database is reached past all lines, as
// by an operator's own psql.
func NewEditors(ledger *history.Ledger, report *history.Report, library []*Work, writer *Writer, db *pgxpool.Pool, news *Tickets) *Editors {
	return &Editors{
		Pause: 200 * time.Millisecond, ledger: ledger, report: report, library: library, writer: writer, db: db, news: news,
		held: make([]sync.Mutex, ledger.Registers()), complaint: map[string]int{},
	}
}

// Oversize has texts written from now on that no layer keeps, or not.
func (e *Editors) Oversize(on bool) { e.oversize.Store(on) }

// Hold waits for the edits that are being made, and has no other begin until it is
// released.
func (e *Editors) Hold() (release func()) {
	e.open.Lock()
	return e.open.Unlock
}

// Complain notes an edit that failed, for the log.
func (e *Editors) Complain(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if text := err.Error(); len(e.complaint) < 50 || e.complaint[text] > 0 {
		e.complaint[text]++
	}
}

// Complaints are the failures and how often they came.
func (e *Editors) Complaints() map[string]int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.complaint
}

// Run edits until the context ends: commanders through the write service,
// transactors in SQL.
func (e *Editors) Run(ctx context.Context, seed uint64, commanders, transactors int) {
	var wg sync.WaitGroup
	for i := range commanders {
		rnd := rand.New(rand.NewPCG(seed, uint64(i))) //nolint:gosec // repeatable, guards nothing
		wg.Go(func() { e.loop(ctx, rnd, e.Command) })
	}
	for i := range transactors {
		rnd := rand.New(rand.NewPCG(seed, uint64(1000+i))) //nolint:gosec // repeatable, guards nothing
		wg.Go(func() { e.loop(ctx, rnd, e.Transact) })
	}
	wg.Wait()
}

func (e *Editors) loop(ctx context.Context, rnd *rand.Rand, edit func(context.Context, *rand.Rand)) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Duration(rnd.ExpFloat64() * float64(e.Pause))):
			e.open.RLock()
			edit(ctx, rnd)
			e.open.RUnlock()
		}
	}
}

const commandLimit = 15 * time.Second

// Command changes one register through the write service.
func (e *Editors) Command(ctx context.Context, rnd *rand.Rand) {
	work, kind := rnd.IntN(len(e.library)), []int{regDescription, regTranslation, regText}[rnd.IntN(3)]
	e.CommandOf(ctx, work*perWork+kind)
}

// CommandOf changes that register, and tells whether it is sure to have.
func (e *Editors) CommandOf(ctx context.Context, register int) bool {
	e.held[register].Lock()
	defer e.held[register].Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commandLimit)
	defer cancel()
	counter := e.ledger.Submit(register)
	reply, err := e.command(ctx, register, counter)
	switch {
	case err != nil:
		e.Complain(err)
		return false
	case reply.Refused != "":
		e.ledger.Undo(register, counter)
		return false
	}
	e.ledger.Ack(register, counter, reply.Ticket, reply.Acked)
	e.news.Offer(reply.Ticket)
	e.report.Edited()
	return true
}

// Transact changes a few registers in SQL. One transaction in five takes its time,
// so that others begin after it and commit before it; one in ten is rolled back.
func (e *Editors) Transact(ctx context.Context, rnd *rand.Rand) {
	var registers []int
	for range 1 + rnd.IntN(3) {
		registers = append(registers, rnd.IntN(len(e.library))*perWork+[]int{regAuthor, regTitle, regOriginal}[rnd.IntN(3)])
	}
	slices.Sort(registers)
	open := time.Duration(0)
	if rnd.IntN(5) == 0 {
		open = time.Duration(rnd.IntN(1500)) * time.Millisecond
	}
	e.TransactOf(ctx, slices.Compact(registers), open, rnd.IntN(10) > 0)
}

// announcing is how long the writer may take to announce what was committed past it. Its
// own changes it announces before it acknowledges them.
const announcing = 50 * time.Millisecond

// TransactOf changes those registers, in ascending order.
func (e *Editors) TransactOf(ctx context.Context, registers []int, open time.Duration, commit bool) bool {
	counters := make([]uint64, len(registers))
	for i, register := range registers {
		e.held[register].Lock()
		counters[i] = e.ledger.Submit(register)
	}
	defer func() {
		for _, register := range registers {
			e.held[register].Unlock()
		}
	}()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commandLimit)
	defer cancel()
	committed, known := e.transact(ctx, registers, counters, open, commit)
	acked := time.Now()
	for i, register := range registers {
		switch {
		case committed:
			e.ledger.Ack(register, counters[i], 0, acked.Add(announcing))
			e.report.Edited()
		case known:
			e.ledger.Undo(register, counters[i])
		}
	}
	return committed
}
