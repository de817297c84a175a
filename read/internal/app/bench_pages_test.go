package app

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// pageList is a list of works: how a client asks for it, and its rows in SQL.
type pageList struct{ name, sort, filter, where string }

// pageOrders are the keys of each order as its cursors name them, and the order
// from the beginning and from the end.
var pageOrders = map[string]struct{ keys, begin, end string }{
	"TITLE":   {"sort_title, id::text", "sort_title, id", "sort_title DESC, id DESC"},
	"NEWEST":  {"published_at::text, id::text", "published_at DESC, id DESC", "published_at, id"},
	"YEAR":    {"coalesce(year_from, 32767)::text, id::text", "coalesce(year_from, 32767), id", "coalesce(year_from, 32767) DESC, id DESC"},
	"POPULAR": {"popularity::text, id::text", "popularity DESC, id DESC", "popularity, id"},
	"SERIES": {
		"coalesce(series_slug, '~'), coalesce(series_position, 0)::text, id::text", "coalesce(series_slug, '~'), coalesce(series_position, 0), id",
		"coalesce(series_slug, '~') DESC, coalesce(series_position, 0) DESC, id DESC",
	},
}

var pageLists = []pageList{
	{"all, by title", "TITLE", `{}`, "true"},
	{"all, newest first", "NEWEST", `{}`, "true"},
	{"all, by year", "YEAR", `{}`, "true"},
	{"all, most popular first", "POPULAR", `{}`, "true"},
	{"all, by series", "SERIES", `{}`, "true"},
	{"in English, by title", "TITLE", `{"originalLanguage":["en"]}`, "original_language = 'en'"},
	{"in Swahili, by title", "TITLE", `{"originalLanguage":["sw"]}`, "original_language = 'sw'"},
	{"in Swahili or Thai, by title", "TITLE", `{"originalLanguage":["sw","th"]}`, "original_language IN ('sw', 'th')"},
	{"poetry, most popular first", "POPULAR", `{"literatureType":["POETRY"]}`, "literature_type = 'POETRY'"},
	{"translated into Thai, by title", "TITLE", `{"translatedInto":["th"]}`, "translation_languages @> '{th}'"},
	{"a common tag, by title", "TITLE", `{"tag":["made-theme-0"]}`, "tag_ids @> ARRAY[(SELECT id FROM view.tag WHERE slug = 'made-theme-0')]"},
	{"a rare tag, by title", "TITLE", `{"tag":["made-theme-199"]}`, "tag_ids @> ARRAY[(SELECT id FROM view.tag WHERE slug = 'made-theme-199')]"},
	{"a common category, by title", "TITLE", `{"category":["/made/genre-1/"]}`, "category_path_ids @> ARRAY[(SELECT id FROM view.category WHERE path = '/made/genre-1/')]"},
	{"a rare category, newest first", "NEWEST", `{"category":["/made/genre-40/"]}`, "category_path_ids @> ARRAY[(SELECT id FROM view.category WHERE path = '/made/genre-40/')]"},
	{"made 1300 to 1310, by title", "TITLE", `{"year":{"from":1300,"to":1310}}`, "year_from <= 1310 AND year_to >= 1300"},
	{"in Swahili, of 1300 to 1310, by title", "TITLE", `{"originalLanguage":["sw"],"year":{"from":1300,"to":1310}}`, "original_language = 'sw' AND year_from <= 1310 AND year_to >= 1300"},
	{"in English, of 1300 to 1310, by title", "TITLE", `{"originalLanguage":["en"],"year":{"from":1300,"to":1310}}`, "original_language = 'en' AND year_from <= 1310 AND year_to >= 1300"},
	{"poetry with a rare tag, newest first", "NEWEST", `{"literatureType":["POETRY"],"tag":["made-theme-150"]}`, "literature_type = 'POETRY' AND tag_ids @> ARRAY[(SELECT id FROM view.tag WHERE slug = 'made-theme-150')]"},
	{"since 1900, by year", "YEAR", `{"year":{"from":1900}}`, "year_to >= 1900"},
	{"with 2 translations or more, by title", "TITLE", `{"minTranslations":2}`, "translation_count >= 2"},
	{"titles that begin with se, by title", "TITLE", `{"titlePrefix":"se"}`, "starts_with(sort_title, 'se')"},
	{"titles that begin with se, newest first", "NEWEST", `{"titlePrefix":"se"}`, "starts_with(sort_title, 'se')"},
}

// BenchmarkLoadPages prints what a page of works costs at the beginning of a list
// and near its end, by order and filter, in libraries of the sizes that were asked
// for, side by side: every page a miss over HTTP.
func BenchmarkLoadPages(b *testing.B) {
	readers, heads := []*running{}, []string{}
	for _, address := range libraries(b) {
		env := settings(b, "TERCUL_LOG_LEVEL", "error")
		env["TERCUL_DATABASE_URL"] = address
		s := begin(b, env)
		var works int
		require.NoError(b, s.r.db.QueryRow(context.Background(), "SELECT count(*) FROM view.work").Scan(&works))
		readers, heads = append(readers, s), append(heads, fmt.Sprintf("%18s", fmt.Sprintf("%d works", works)))
	}
	for b.Loop() {
		fmt.Printf("\nA page of 20 works that no cache holds, over HTTP: median ms of %d pages at the beginning of the list | near its end\n", pagesAsked)
		fmt.Printf("%-42s%s\n", "list", strings.Join(heads, ""))
		for _, list := range pageLists {
			row := fmt.Sprintf("%-42s", list.name)
			for _, s := range readers {
				row += fmt.Sprintf("%18s", s.page(b, list, false)+" | "+s.page(b, list, true))
			}
			fmt.Println(row)
		}
	}
}

const pagesAsked = 30

// page is what a page of a list costs.
func (s *running) page(b *testing.B, list pageList, deep bool) string {
	order := pageOrders[list.sort]
	from, skip := order.begin, 0
	if deep {
		from, skip = order.end, 25 // so that whole pages follow
	}
	rows, err := s.r.db.Query(context.Background(), fmt.Sprintf(
		`SELECT translate(encode(convert_to(left(md5(c.k), 8) || c.k, 'UTF8'), 'base64'), E'+/=\n', '-_')
		FROM (SELECT json_build_array('1:Query.works:%s', %s)::text AS k FROM view.work WHERE %s ORDER BY %s OFFSET $1 LIMIT $2) c`,
		list.sort, order.keys, list.where, from), skip, pagesAsked)
	require.NoError(b, err)
	cursors, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(b, err)
	if len(cursors) < pagesAsked {
		return "-" // the list is too short to have an end of its own
	}
	failed := ""
	took := timed(cursors, func(i int) {
		path := s.document("Works") + "&variables=" + url.QueryEscape(fmt.Sprintf(`{"sort":%q,"filter":%s,"after":%q}`, list.sort, list.filter, cursors[i]))
		if status := s.status(b, path); status != http.StatusOK {
			failed = fmt.Sprint(status)
		}
	})
	if failed != "" {
		return failed
	}
	return fmt.Sprintf("%.1f", float64(took)/float64(time.Millisecond))
}

func (s *running) status(b *testing.B, path string) int {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, s.url+path, nil)
	require.NoError(b, err)
	res, err := client.Do(req)
	require.NoError(b, err)
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	return res.StatusCode
}
