// Package config loads a service's settings from the environment into a struct,
// and refuses to start on a bad one: every fault is reported at once, each with
// the variable's name, its value (never a secret) and what to do about it.
//
//	type Config struct {
//		Addr string        `env:"TERCUL_READ_ADDR" envDefault:"127.0.0.1:8080" validate:"hostname_port" desc:"Where to listen."`
//		DB   string        `env:"TERCUL_DATABASE_URL" validate:"required,pgurl" secret:"true" desc:"Postgres." example:"postgres://localhost/tercul"`
//		Wait time.Duration `env:"TERCUL_TIMEOUT" envDefault:"5s" validate:"min=100ms" desc:"For one answer."`
//	}
//	cfg, err := config.Load[Config](config.Environ())
//
// A variable that is set to nothing counts as not set. NAME_FILE names a file
// whose content, less the white space around it, is the value of NAME. Structs
// nest, with an envPrefix. A config that has a method Check() []config.Fault is
// asked for what no single field can tell.
//
// Validators are those of go-playground/validator for single values, and pgurl,
// redisurl. The tag desc is required: Table makes the documentation of it.
package config
