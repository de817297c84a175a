package fault

import "time"

// What faults break.
const (
	bus       = "redis"
	busLine   = "a reader's line to redis"
	queryLine = "a reader's line to postgres"
	reader    = "a reader"
	writer    = "the writer"
	replica   = "the standby"
	texts     = "texts"
)

// silence is how old an answer may be where nothing tells the readers that they hear
// nothing: they give up after three seconds without a sign of life.
const silence = 3500 * time.Millisecond

// polled is how old it may be where readers follow the outbox themselves.
const polled = time.Second

// List is every fault, and what it may cost.
func List() []Fault {
	const s, ms = time.Second, time.Millisecond
	return []Fault{
		{Name: "pause between load and store", Alone: true, Bound: 250 * ms, Least: 3 * s, Most: 6 * s, Touches: []string{busLine, queryLine}, inflict: pause},
		{Name: "writer killed", Bound: silence, Least: 1 * s, Most: 6 * s, Touches: []string{writer}, inflict: killWriter},
		{Name: "reader frozen", Alone: true, Bound: silence, Least: 1 * s, Most: 7 * s, Touches: []string{reader}, inflict: freezeReader},
		{Name: "reader killed, starts on old L2", Alone: true, Least: 500 * ms, Most: 3 * s, Touches: []string{reader, busLine, queryLine}, inflict: killReader},
		{Name: "messages lost", Alone: true, Bound: 2500 * ms, Least: 200 * ms, Most: 1 * s, Touches: []string{busLine}, inflict: loseMessages},
		{Name: "subscribers disconnected", Bound: 250 * ms, Touches: []string{bus}, inflict: killSubscribers},
		{Name: "messages doubled and late", Least: 1 * s, Most: 2 * s, Touches: []string{bus}, inflict: repeatMessages},
		{Name: "slow line to redis", Alone: true, Bound: 1500 * ms, Least: 3 * s, Most: 6 * s, Touches: []string{busLine}, inflict: slowBus},
		{Name: "half-open line to redis", Alone: true, Bound: silence, Least: 4 * s, Most: 8 * s, Touches: []string{busLine}, inflict: halfOpen},
		{Name: "slow subscriber", Alone: true, Bound: silence, Least: 5 * s, Most: 9 * s, Touches: []string{busLine}, inflict: narrow},
		{Name: "redis frozen", Bound: silence, Least: 1 * s, Most: 6 * s, Touches: []string{bus}, inflict: freezeRedis},
		{Name: "redis killed", Bound: polled, Least: 2 * s, Most: 6 * s, Touches: []string{bus}, inflict: killRedis},
		{Name: "redis restarted empty", Bound: polled, Touches: []string{bus}, inflict: killRedis},
		{Name: "redis went backwards", Bound: polled, Least: 2 * s, Most: 4 * s, Touches: []string{bus}, inflict: rewindRedis},
		{Name: "tag versions gone", Least: 1 * s, Most: 2 * s, Touches: []string{bus}, inflict: loseTags},
		{Name: "replay log gone", Bound: 250 * ms, Least: 1 * s, Most: 2 * s, Touches: []string{bus}, inflict: loseLog},
		{Name: "standby stops applying", Least: 2 * s, Most: 5 * s, Touches: []string{replica}, inflict: pauseStandby},
		{Name: "line to postgres cut", Alone: true, Least: 1 * s, Most: 4 * s, Touches: []string{queryLine}, inflict: cutDatabase},
		{Name: "redis killed, slow database", Bound: polled + 1500*ms, Least: 3 * s, Most: 6 * s, Touches: []string{bus, queryLine}, inflict: killRedisAndSlow},
		{Name: "oversize values", Least: 3 * s, Most: 6 * s, Touches: []string{texts}, inflict: oversize},
	}
}
