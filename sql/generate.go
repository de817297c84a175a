package tsql

//go:generate ../deploy/local/with-services go run ./cmd/schema
