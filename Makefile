# Tercul. `make` alone lists what there is; everything a target makes lies in .tercul, bin and coverage.
SHELL := /bin/bash
.DEFAULT_GOAL := help
MODULES := shared sql read write loadtest
# For `make test`: packages and flags. make test PACKAGES=./read/internal/plan FLAGS='-run Golden -v'
PACKAGES ?= work
FLAGS ?=
# For `make bench-pages`: how many works. A million takes 15 minutes to make.
SIZES ?= 1000 1000000

.PHONY: help up down status logs psql env clean distclean dev build \
	test test-fast test-full test-edge smoke audit soak mutants bench bench-pages bench-edits bench-edge load cover lint fmt check generate tidy ci

help: ## Show this list
	@awk -F ':.*## ' '/^##@/ { printf "\n%s\n", substr($$0, 5) } /^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\nPorts, folders and other settings: docs/operations/local.md\n'

##@ Run it here
up: ## Start everything, fill an empty library with the sample, print what to try (EDGE=1: with a Varnish in front; REPLICA=1: with a standby)
	@REPLICA=$(REPLICA) deploy/local/up

down: ## Stop everything; the data stays
	@deploy/local/down

status: ## Show what runs
	@deploy/local/status || true

logs: ## Show the logs; on a terminal until Ctrl-C
	@deploy/local/logs

psql: ## Open psql on the library (ROLE=reader, writer, migrator or postgres)
	@deploy/local/psql $(ROLE)

env: ## Print the running servers' settings for a shell (ROLE=reader, writer or migrator)
	@deploy/local/env $(ROLE)

dev: ## Run the reader in the foreground and rebuild it at every change
	@scripts/dev.sh

clean: ## Stop, and delete databases, logs and programs
	@deploy/local/clean

distclean: ## The same, and the downloaded servers and tools
	@deploy/local/clean --all

##@ Build and test
build: ## Build bin/reader, bin/writer and bin/tercul
	go build -o bin/ ./read/cmd/reader ./write/cmd/writer ./write/cmd/tercul

test: ## Run every test beside a Postgres and a Redis of its own, with the race detector, then the short proof of freshness
	@scripts/test.sh $(PACKAGES) $(FLAGS)
	@if [ "$(PACKAGES)" = work ]; then scripts/history.sh short; fi

test-fast: ## Run the tests that need no server
	go test -short -trimpath -ldflags=-w $(PACKAGES) $(FLAGS)

test-full: ## Run the tests with the long random searches, and those of the edge
	@TERCUL_TEST_LONG=1 scripts/test.sh $(PACKAGES) -timeout=60m $(FLAGS)
	@scripts/edge.sh

test-edge: ## Run the tests that need a real Varnish (adds it to the private root)
	@scripts/edge.sh $(FLAGS)

soak: ## Prove freshness for an hour, or SOAK=10m; SEED draws the same again (docs/freshness.md)
	@scripts/history.sh soak

mutants: ## Take out one protection of freshness after the other, and expect each to be missed
	@scripts/history.sh mutants

smoke: ## Do what a new user does, beside whatever runs: up, the printed line, up again, down
	@scripts/smoke.sh

audit: ## Run the audits of GraphQL over HTTP
	@deploy/local/with-services go test ./read/internal/app ./write/internal/app -run TestGraphQLHTTPAudits -count=1 -v

bench: ## Measure hits, misses and bare fasthttp side by side
	@scripts/bench.sh

bench-pages: ## Measure list pages in libraries of SIZES works, beside each other (takes the time to make them)
	@TERCUL_BENCH_WORKS="$(SIZES)" scripts/bench.sh pages

bench-edits: ## Measure changes: edits by one editor and by sixteen, and an author renamed who has 5,000 works
	@scripts/bench.sh edits

bench-edge: ## Measure from an edit to the edge that gives it, with a real Varnish
	@scripts/edge.sh bench

load: ## Put load on a running reader
	@scripts/load.sh

cover: ## Show the last test run's coverage in a browser
	go tool cover -html=coverage/coverage.out

##@ Keep it right
fmt: ## Format the Go code
	gofmt -l -w $(MODULES)

lint: ## Lint Go and shell
	@scripts/lint.sh

generate: ## Make the generated code anew
	@scripts/generate.sh

tidy: ## Tidy every module's requirements
	@for module in $(MODULES); do (cd $$module && GOWORK=off go mod tidy) || exit; done

check: ## Check that generated code is current, modules are tidy and each builds alone
	@scripts/check.sh

ci: ## Run what CI runs
	@.ci/run
