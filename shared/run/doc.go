// Package run is the life cycle of a process: one shape of main, and a group of
// services that start in order and stop in reverse.
//
//	func main() { run.Main("reader", realMain) }
//
//	func realMain(ctx context.Context) error {
//		var g run.Group
//		g.Add(run.Service{Name: "evict", Run: subscriber.Run})
//		g.Add(run.Service{Name: "http", Run: server.Run, Stop: 20 * time.Second})
//		return g.Run(ctx)
//	}
//
// A service is one function that runs until its context ends. It calls ready
// once it can be used; the next one starts only then. When the group's context
// ends, or any service returns, services are stopped from the last to the first:
// each has its context cancelled and its own time to finish, so that the server
// that takes requests is gone before what answers them. A service that does not
// finish in time is reported by name and left behind.
package run
