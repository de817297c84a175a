package tsql

import "embed"

// Migrations holds the goose migrations, in the folder "migrations".
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Sample holds the sample library in the form that `tercul import` reads, in the folder "sample".
//
//go:embed sample
var Sample embed.FS
