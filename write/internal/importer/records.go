package importer

import "github.com/go-json-experiment/json/jsontext"

// The records of the import form. Pointers are values that may be unknown;
// Extra collects members that the form does not know, which are reported.

type authorRecord struct {
	ID         string         `json:"id"`
	Slug       string         `json:"slug"`
	Kind       string         `json:"kind"`
	Names      []nameRecord   `json:"names"`
	BirthYear  *int           `json:"birth_year"`
	DeathYear  *int           `json:"death_year"`
	Birth      string         `json:"birth"`
	Death      string         `json:"death"`
	Floruit    string         `json:"floruit"`
	BirthPlace string         `json:"birth_place"`
	DeathPlace string         `json:"death_place"`
	Country    *string        `json:"country"`
	Bio        string         `json:"bio"`
	Wikidata   *string        `json:"wikidata"`
	Source     string         `json:"source"`
	License    *string        `json:"license"`
	Extra      jsontext.Value `json:",embed"`
}

type nameRecord struct {
	Language *string `json:"language"`
	Script   string  `json:"script"`
	Name     string  `json:"name"`
	SortName string  `json:"sort_name"`
	Kind     string  `json:"kind"`
}

type workRecord struct {
	ID               string              `json:"id"`
	Slug             string              `json:"slug"`
	AuthorIDs        []string            `json:"author_ids"`
	Contributors     []contributorRecord `json:"contributors"`
	Title            string              `json:"title"`
	Subtitle         string              `json:"subtitle"`
	Titles           []titleRecord       `json:"titles"`
	OriginalLanguage string              `json:"original_language"`
	Script           string              `json:"script"`
	LiteratureType   string              `json:"literature_type"`
	Genres           []string            `json:"genres"`
	Tags             []string            `json:"tags"`
	Created          string              `json:"created"`
	YearFrom         *int                `json:"year_from"`
	YearTo           *int                `json:"year_to"`
	Description      string              `json:"description"`
	Collection       string              `json:"collection"`
	Series           *seriesRecord       `json:"series"`
	RefPrefix        string              `json:"ref_prefix"`
	Wikidata         *string             `json:"wikidata"`
	Extra            jsontext.Value      `json:",embed"`

	textFields
}

type titleRecord struct {
	Language string `json:"language"`
	Title    string `json:"title"`
	Subtitle string `json:"subtitle"`
	Kind     string `json:"kind"`
}

type contributorRecord struct {
	AuthorID   string `json:"author_id"`
	Role       string `json:"role"`
	Certainty  string `json:"certainty"`
	CreditedAs string `json:"credited_as"`
}

type seriesRecord struct {
	Slug     string `json:"slug"`
	Title    string `json:"title"`
	Position *int   `json:"position"`
}

// textFields are shared by works, whose text is the original, and translations.
type textFields struct {
	Text       string  `json:"text"`
	TextExtent string  `json:"text_extent"`
	Form       string  `json:"form"`
	Quality    *int    `json:"quality"`
	Credit     string  `json:"credit"`
	Source     string  `json:"source"`
	License    *string `json:"license"`
}

type translationRecord struct {
	ID            string         `json:"id"`
	Slug          string         `json:"slug"`
	WorkID        string         `json:"work_id"`
	Language      string         `json:"language"`
	Script        string         `json:"script"`
	Title         string         `json:"title"`
	Subtitle      string         `json:"subtitle"`
	Translator    *string        `json:"translator"`
	TranslatorID  string         `json:"translator_id"`
	TranslatorIDs []string       `json:"translator_ids"`
	Translators   []string       `json:"translators"`
	SourceID      string         `json:"source_id"`
	Origin        string         `json:"origin"`
	Year          *int           `json:"year"`
	Notes         string         `json:"notes"`
	Provenance    string         `json:"provenance"`
	Extra         jsontext.Value `json:",embed"`

	textFields
}

type userRecord struct {
	ID          string         `json:"id"`
	Username    string         `json:"username"`
	DisplayName string         `json:"display_name"`
	Bio         string         `json:"bio"`
	Website     string         `json:"website"`
	Languages   []string       `json:"languages"`
	Visibility  string         `json:"visibility"`
	Joined      string         `json:"joined"`
	Extra       jsontext.Value `json:",embed"`
}

type categoryRecord struct {
	ID    string         `json:"id"`
	Path  string         `json:"path"`
	Kind  string         `json:"kind"`
	Names []categoryName `json:"names"`
	Extra jsontext.Value `json:",embed"`
}

type categoryName struct {
	Language string `json:"language"`
	Name     string `json:"name"`
}

type tagRecord struct {
	ID       string         `json:"id"`
	Name     string         `json:"name"`
	Kind     string         `json:"kind"`
	Synonyms []string       `json:"synonyms"`
	Extra    jsontext.Value `json:",embed"`
}

type subjectRef struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
}

type rightsRecord struct {
	Subject          subjectRef     `json:"subject"`
	Jurisdiction     string         `json:"jurisdiction"`
	Status           string         `json:"status"`
	License          *string        `json:"license"`
	Holder           string         `json:"holder"`
	StatementURI     string         `json:"statement_uri"`
	PublicDomainFrom *int           `json:"public_domain_from"`
	Basis            string         `json:"basis"`
	EvidenceURL      string         `json:"evidence_url"`
	Extra            jsontext.Value `json:",embed"`
}

type alignmentRecord struct {
	Left       subjectRef             `json:"left"`
	Right      subjectRef             `json:"right"`
	Groups     []alignmentGroupRecord `json:"groups"`
	Status     string                 `json:"status"`
	Confidence *float64               `json:"confidence"`
	Extra      jsontext.Value         `json:",embed"`
}

type alignmentGroupRecord struct {
	Left  []int `json:"left"`
	Right []int `json:"right"`
}

type historyRecord struct {
	Subject subjectRef     `json:"subject"`
	Actor   string         `json:"actor"`
	Message string         `json:"message"`
	Created string         `json:"created"`
	Text    string         `json:"text"`
	Extra   jsontext.Value `json:",embed"`
}

type collectionRecord struct {
	ID          string                 `json:"id"`
	Slug        string                 `json:"slug"`
	Owner       string                 `json:"owner"`
	Title       string                 `json:"title"`
	Description string                 `json:"description"`
	Visibility  string                 `json:"visibility"`
	Curation    string                 `json:"curation"`
	Items       []collectionItemRecord `json:"items"`
	Extra       jsontext.Value         `json:",embed"`
}

type collectionItemRecord struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
	Note string `json:"note"`
}

type commentRecord struct {
	ID             string         `json:"id"`
	Subject        subjectRef     `json:"subject"`
	Author         string         `json:"author"`
	Parent         string         `json:"parent"`
	Body           string         `json:"body"`
	Created        string         `json:"created"`
	Edited         string         `json:"edited"`
	AnchorRef      string         `json:"anchor_ref"`
	AnchorRevision *int           `json:"anchor_revision"`
	Status         string         `json:"status"`
	Extra          jsontext.Value `json:",embed"`
}

type statsRecord struct {
	Subject   subjectRef     `json:"subject"`
	Views     int64          `json:"views"`
	Likes     int64          `json:"likes"`
	Bookmarks int64          `json:"bookmarks"`
	Extra     jsontext.Value `json:",embed"`
}

type trendingRecord struct {
	Period string         `json:"period"`
	Scope  string         `json:"scope"`
	Kind   string         `json:"kind"`
	ID     string         `json:"id"`
	Rank   int            `json:"rank"`
	Score  float64        `json:"score"`
	ZScore float64        `json:"z_score"`
	Extra  jsontext.Value `json:",embed"`
}
