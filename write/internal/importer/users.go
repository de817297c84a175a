package importer

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/ids"
)

type user struct {
	id                                         uuid.UUID
	username, display, bio, website, visibilty string
	languages                                  []byte
	joined                                     time.Time
}

var usersTable = table{
	name: "auth.users", key: []string{"id"},
	columns: []string{"id", "username", "username_canonical", "created_at"},
	insert:  "status", values: "'ACTIVE'",
}

var profilesTable = table{
	name: "social.profiles", key: []string{"user_id"}, owner: "user_id",
	columns: []string{"user_id", "display_name", "bio", "website", "languages", "visibility"},
}

func userStage() runner {
	return stage[userRecord, user]{
		form: form[userRecord, user]{
			kind: "users", id: func(r *userRecord) string { return r.ID }, accept: acceptUser, weigh: light[userRecord],
		},
		subject: true,
		apply:   applyUsers,
	}
}

var username = regexp.MustCompile(`^[A-Za-z0-9_]{3,30}$`)

func acceptUser(c *check, r *userRecord) (user, uuid.UUID) {
	c.required("id", &r.ID, maxID)
	if !username.MatchString(r.Username) {
		c.fault("username", "%q is not a user name: 3 to 30 letters, digits and underscores", r.Username)
	}
	c.line("display_name", &r.DisplayName, 80)
	c.text("bio", &r.Bio, 2000)
	c.line("website", &r.Website, 500)
	if r.Website != "" && !strings.HasPrefix(r.Website, "https://") {
		c.fault("website", "does not begin with https://")
	}
	c.oneOf("visibility", &r.Visibility, "PUBLIC", "PUBLIC", "MEMBERS", "PRIVATE")
	for i := range r.Languages {
		c.language(fmt.Sprintf("languages.%d", i), &r.Languages[i], "")
	}
	joined, err := time.Parse(time.DateOnly, r.Joined)
	if err != nil {
		c.fault("joined", "%q is not a day (like 2024-01-02)", r.Joined)
	}
	languages, _ := json.Marshal(append([]string{}, r.Languages...))
	id := ids.For(ids.User, r.ID)
	return user{id, r.Username, r.DisplayName, r.Bio, r.Website, r.Visibility, languages, joined}, id
}

func applyUsers(ctx context.Context, s *step, batch []entry[user]) error {
	names := make([]string, len(batch))
	for i, e := range batch {
		names[i] = strings.ToLower(e.val.username)
	}
	taken, err := pairs[string](ctx, s.tx, "SELECT username_canonical, id FROM auth.users WHERE username_canonical = ANY($1)", names)
	if err != nil {
		return err
	}
	var users, profiles [][]any
	for i, e := range batch {
		u := e.val
		if owner, used := taken[names[i]]; used && owner != u.id {
			s.reject(e.at, "username", "%q belongs to another user", u.username)
			continue
		}
		taken[names[i]] = u.id
		users = append(users, []any{u.id, u.username, names[i], u.joined})
		profiles = append(profiles, []any{u.id, null(u.display), null(u.bio), null(u.website), u.languages, u.visibilty})
	}
	if err := s.copyInto(ctx, usersTable, users); err != nil {
		return err
	}
	if err := s.copyInto(ctx, profilesTable, profiles); err != nil {
		return err
	}
	return s.syncSubjects(ctx, "USER", usersTable, profilesTable)
}
