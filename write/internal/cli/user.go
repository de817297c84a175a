package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/tercul/tercul/shared/config"
	"github.com/tercul/tercul/shared/langtag"
	"github.com/tercul/tercul/write/internal/account"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
)

// newUser is what the flags of user create say.
type newUser struct {
	username, email, role, passwordFile string
	languages                           []string
	ifMissing                           bool
}

func (a *app) userCommand() *cobra.Command {
	cmd := parent("user", "Make accounts", a.userCreateCommand())
	cmd.Example = example(`tercul user create --role admin --username ada --email ada@example.org`)
	return cmd
}

func (a *app) userCreateCommand() *cobra.Command {
	var u newUser
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Make an account that can be signed in to at once",
		Long: `Makes an account whose address counts as confirmed. The password is asked for on the
terminal, or read from a file. It is hashed as the writer does: TERCUL_WRITE_PEPPERS
must be the writer's.`,
		Example: example(`
			tercul user create --role admin --username ada --email ada@example.org
			tercul user create --role reviewer --language it --username bob --email bob@example.org --password-file /run/secrets/bob`),
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.createUser(cmd.Context(), u) },
	}
	flags := cmd.Flags()
	flags.StringVar(&u.username, "username", "", "the name to sign in with: 3 to 30 letters, digits and underscores")
	flags.StringVar(&u.email, "email", "", "the address")
	flags.StringVar(&u.role, "role", "reader", "reader, contributor, reviewer, editor or admin")
	flags.StringSliceVar(&u.languages, "language", nil, "a language that a reviewer decides about; may be given several times")
	flags.StringVar(&u.passwordFile, "password-file", "", "a file that holds the password; - for standard input")
	flags.BoolVar(&u.ifMissing, "if-missing", false, "do nothing where the name is taken")
	return cmd
}

func (a *app) createUser(ctx context.Context, u newUser) error {
	given, err := u.given()
	if err != nil {
		return err
	}
	cfg, err := config.Load[account.PasswordConfig](config.Environ())
	if err != nil {
		return err
	}
	if len(cfg.Peppers.Keys()) == 0 {
		return errors.New("TERCUL_WRITE_PEPPERS is not set; it must be the writer's")
	}
	hasher, judge, err := cfg.Open(nil)
	if err != nil {
		return err
	}
	defer func() { _ = judge.Close() }()
	return a.withDatabase(ctx, func(conn *pgx.Conn) error {
		if u.ifMissing {
			var there bool
			if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM auth.users WHERE username_canonical = lower($1))", u.username).Scan(&there); err != nil || there {
				return err
			}
		}
		if given.Password, err = a.password(u.passwordFile); err != nil {
			return err
		}
		if _, err := account.CheckPeppers(ctx, conn, cfg.Peppers); err != nil {
			return err
		}
		id, err := account.Create(ctx, conn, hasher, judge, given)
		if err != nil {
			return wordFaults(err)
		}
		a.print("%s", id)
		return nil
	})
}

// given checks what the flags say.
func (u newUser) given() (g account.Given, err error) {
	role, ok := identity.ParseRole(strings.ToUpper(u.role))
	switch {
	case u.username == "" || u.email == "":
		return g, usagef("user create needs --username and --email")
	case !command.Username(u.username):
		return g, usagef("%q is not a username: 3 to 30 letters, digits and underscores", u.username)
	case !ok || role == identity.Anonymous:
		return g, usagef("%q is not a role: reader, contributor, reviewer, editor or admin", u.role)
	case len(u.languages) > 0 && role != identity.Reviewer:
		return g, usagef("--language is for reviewers")
	}
	for _, text := range u.languages {
		tag, err := langtag.Canonical(text)
		if err != nil {
			return g, usagef("%q is not a language tag such as it or zh-Hans", text)
		}
		g.Languages = append(g.Languages, tag)
	}
	g.Username, g.Email, g.Role = u.username, u.email, role
	return g, nil
}

// password reads the file, or asks twice on the terminal.
func (a *app) password(file string) (string, error) {
	switch file {
	case "-":
		text, err := io.ReadAll(io.LimitReader(os.Stdin, 4096))
		return strings.TrimRight(string(text), "\r\n"), err
	case "":
		return a.askPassword()
	}
	text, err := os.ReadFile(file) //nolint:gosec // the operator names the file
	return strings.TrimRight(string(text), "\r\n"), err
}

func (a *app) askPassword() (string, error) {
	terminal := int(os.Stdin.Fd())
	if !term.IsTerminal(terminal) {
		return "", usagef("there is no terminal to ask for the password on: give --password-file")
	}
	var typed [2]string
	for i, prompt := range []string{"Password: ", "Again: "} {
		_, _ = fmt.Fprint(a.err, prompt)
		text, err := term.ReadPassword(terminal)
		_, _ = fmt.Fprintln(a.err)
		if err != nil {
			return "", err
		}
		typed[i] = string(text)
	}
	if typed[0] != typed[1] {
		return "", errors.New("the two are not the same")
	}
	return typed[0], nil
}

// wordFaults says what is wrong with an account.
func wordFaults(err error) error {
	var faults command.Faults
	if !errors.As(err, &faults) {
		return err
	}
	parts := make([]string, len(faults))
	for i, f := range faults {
		parts[i] = strings.Join(f.Field, ".") + ": " + f.Message
	}
	return errors.New(strings.Join(parts, "\n"))
}
