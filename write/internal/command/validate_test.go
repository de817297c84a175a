package command_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

type inner struct {
	Title string `json:"title" validate:"min=1,max=3,line"`
}

// form has each of the rules.
type form struct {
	Line     string                      `json:"line" validate:"omitempty,line"`
	Prose    string                      `json:"prose" validate:"omitempty,prose"`
	Date     string                      `json:"date" validate:"omitempty,edtf"`
	Slug     string                      `json:"slug" validate:"omitempty,slug"`
	Username string                      `json:"username" validate:"omitempty,username"`
	Site     string                      `json:"site" validate:"omitempty,https"`
	Address  string                      `json:"address" validate:"omitempty,address"`
	ID       *publicid.ID                `json:"id" validate:"omitempty,kind=WORK EXPRESSION"`
	Items    []inner                     `json:"items" validate:"max=2,dive"`
	Labels   []string                    `json:"labels" validate:"omitempty,min=2,unique,dive,max=4"`
	Number   *int                        `json:"number" validate:"omitempty,min=1,max=9"`
	Patch    graphql.Omittable[*string]  `json:"patch" validate:"omitempty,max=3"`
	List     graphql.Omittable[[]string] `json:"list" validate:"omitempty,max=1"`
}

func TestEveryRule(t *testing.T) {
	v, err := command.NewValidator()
	require.NoError(t, err)
	work, person := publicid.ID{Kind: "WORK"}, publicid.ID{Kind: "PERSON"}
	text := func(s string) graphql.Omittable[*string] { return graphql.OmittableOf(&s) }
	ten, zero := 10, 0
	for name, c := range map[string]struct {
		in   form
		want string
	}{
		"nothing":                  {form{}, ""},
		"a line":                   {form{Line: "Ὀδύσσεια — 紅樓夢 שָׁלוֹם\u200f"}, ""},
		"a blank line":             {form{Line: " \t"}, "BLANK line"},
		"blank prose":              {form{Prose: "  \n"}, "BLANK prose"},
		"two lines":                {form{Line: "a\nb"}, "INVALID line"},
		"a line separator":         {form{Line: "a\u2028b"}, "INVALID line"},
		"an override":              {form{Line: "a\u202eb"}, "INVALID line"},
		"an isolate":               {form{Prose: "a\u2067b"}, "INVALID prose"},
		"prose":                    {form{Prose: "a\n\tb"}, ""},
		"a bell":                   {form{Prose: "a\ab"}, "INVALID prose"},
		"a date":                   {form{Date: "-0700~"}, ""},
		"no date":                  {form{Date: "some day"}, "INVALID date"},
		"a slug":                   {form{Slug: "la-commedia.2"}, ""},
		"no slug":                  {form{Slug: "La Commedia"}, "INVALID slug"},
		"a username":               {form{Username: "ada_1"}, ""},
		"no username":              {form{Username: "a b"}, "INVALID username"},
		"a site":                   {form{Site: "https://example.org/x"}, ""},
		"plain HTTP":               {form{Site: "http://example.org"}, "INVALID site"},
		"a script":                 {form{Site: "javascript:alert(1)"}, "INVALID site"},
		"a site with a password":   {form{Site: "https://a:b@example.org"}, "INVALID site"},
		"an address":               {form{Address: "ada@example.org"}, ""},
		"a second header":          {form{Address: "ada@example.org\r\nBcc: x@example.org"}, "INVALID address"},
		"an id":                    {form{ID: &work}, ""},
		"another kind":             {form{ID: &person}, "INVALID id"},
		"items":                    {form{Items: []inner{{"a"}, {""}, {"b"}}}, "TOO_MANY items"},
		"inside an item":           {form{Items: []inner{{"a"}, {"abcd"}}}, "TOO_LONG items.1.title"},
		"length is in code points": {form{Items: []inner{{"紅樓夢"}}}, ""},
		"an empty one":             {form{Items: []inner{{""}}}, "BLANK items.0.title"},
		"too few":                  {form{Labels: []string{"a"}}, "TOO_SHORT labels"},
		"twice":                    {form{Labels: []string{"a", "a"}}, "DUPLICATE labels"},
		"a long label":             {form{Labels: []string{"a", "abcde"}}, "TOO_LONG labels.1"},
		"too much":                 {form{Number: &ten}, "INVALID number"},
		"too little":               {form{Number: &zero}, "INVALID number"},
		"a patch":                  {form{Patch: text("abc")}, ""},
		"a long patch":             {form{Patch: text("abcd")}, "TOO_LONG patch"},
		"a patch that takes away":  {form{Patch: graphql.OmittableOf[*string](nil)}, ""},
		"a list in a patch":        {form{List: graphql.OmittableOf([]string{"a", "b"})}, "TOO_MANY list"},
		"all at once":              {form{Slug: "?", Date: "?"}, "INVALID date, INVALID slug"},
	} {
		var got []string
		for _, f := range v.Struct(c.in) {
			got = append(got, string(f.Code)+" "+strings.Join(f.Field, "."))
			require.NotEmpty(t, f.Message, name)
		}
		require.Equal(t, c.want, strings.Join(got, ", "), name)
	}
}

func TestFaultsSayWhatAMessageNeeds(t *testing.T) {
	f := command.Fault(apperr.UserTooLong, "titles.0.title", "It is too long.", "max", "300")
	require.Equal(t, []string{"titles", "0", "title"}, f.Field)
	require.Equal(t, map[string]string{"max": "300"}, f.Params)
	require.Nil(t, command.Fault(apperr.UserConflict, "", "x").Field)
	require.EqualError(t, command.Faults{f}, "TOO_LONG titles.0.title")
}

// TestAPatchChangesSomething: null changes something, nothing at all does not.
func TestAPatchChangesSomething(t *testing.T) {
	v, err := command.NewValidator()
	require.NoError(t, err)
	in := model.UpdateWorkInput{ID: publicid.ID{Kind: "WORK"}, ExpectedVersion: 1}
	faults := v.Struct(in)
	require.EqualError(t, faults, "BLANK patch")
	require.Equal(t, "Say what to change.", faults[0].Message)
	in.Patch.Description = graphql.OmittableOf[*string](nil)
	require.Empty(t, v.Struct(in))
	wrapped := model.CreateContributionInput{Title: "x", Patch: model.ContributionPatch{UpdateWork: &model.UpdateWorkInput{ID: in.ID, ExpectedVersion: 1}}}
	require.EqualError(t, v.Struct(wrapped), "BLANK patch.updateWork.patch")
}

// TestEveryRuleHasASentence of its own: the schema's rules are in the models' tags.
func TestEveryRuleHasASentence(t *testing.T) {
	generated, err := os.ReadFile("../model/generated.go")
	require.NoError(t, err)
	general := regexp.MustCompile(`^(omitempty|omitnil|required|dive|unique(=\w+)?|min=\d+|min=-\d+|max=\d+)$`)
	for _, tag := range regexp.MustCompile(`validate:"([^"]+)"`).FindAllStringSubmatch(string(generated), -1) {
		for _, rule := range strings.Split(tag[1], ",") {
			if !general.MatchString(rule) {
				require.NotEmpty(t, command.Wanted(rule), rule)
			}
		}
	}
}
