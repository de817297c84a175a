// Command urls writes the addresses of a load test to standard output, as a JSON
// list, from what the running reader holds.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/tercul/tercul/loadtest/scenario"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "urls:", err)
		os.Exit(1)
	}
}

func run() error {
	base := flag.String("base", "http://127.0.0.1:8080", "the reader's address")
	folder := flag.String("documents", "read/operations", "the folder of the documents")
	count := flag.Int("count", 20000, "how many addresses")
	works := flag.Int("works", 5000, "how many works to draw from at most")
	seed := flag.Uint64("seed", 1, "the same seed draws the same addresses")
	flag.Parse()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	docs := scenario.Documents{Folder: *folder}
	lib, err := scenario.Read(ctx, &http.Client{Timeout: 10 * time.Second}, *base, docs, *works)
	if err != nil {
		return err
	}
	addresses, err := scenario.Draw(lib, docs, *base, *count, *seed)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(addresses)
}
