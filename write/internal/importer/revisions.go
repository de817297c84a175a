package importer

import (
	"context"
	"fmt"
)

// snapshots say for each kind of subject how its description is written down
// when an import adds or changes it. The columns that only keep the books, such
// as times and counts, stay out.
var snapshots = map[string]string{
	"core.works": `jsonb_strip_nulls(jsonb_build_object(
		'originalLanguage', t.original_language, 'literatureType', t.literature_type, 'created', t.created_edtf,
		'yearFrom', t.year_from, 'yearTo', t.year_to, 'description', t.description, 'seriesId', t.series_id,
		'titles', (SELECT jsonb_agg(jsonb_build_object('language', x.language, 'title', x.title, 'subtitle', x.subtitle, 'kind', x.title_kind) ORDER BY x.position)
			FROM core.work_titles x WHERE x.work_id = t.id),
		'contributors', (SELECT jsonb_agg(jsonb_build_object('person', x.person_id, 'role', x.role, 'certainty', x.certainty, 'creditedAs', x.credited_as) ORDER BY x.position)
			FROM core.work_contributors x WHERE x.work_id = t.id),
		'tags', (SELECT jsonb_agg(x.tag_id ORDER BY x.tag_id) FROM core.subject_tags x WHERE x.subject_id = t.id),
		'categories', (SELECT jsonb_agg(x.category_id ORDER BY x.category_id) FROM core.subject_categories x WHERE x.subject_id = t.id)))`,
	"core.expressions": `jsonb_strip_nulls(jsonb_build_object(
		'workId', t.work_id, 'kind', t.expression_kind, 'language', t.language, 'title', t.title, 'subtitle', t.subtitle, 'origin', t.origin,
		'completeness', t.completeness, 'form', t.form, 'year', t.year, 'notes', t.notes, 'provenance', t.provenance,
		'sourceUrl', t.source_url, 'credit', t.credit, 'quality', t.quality,
		'contributors', (SELECT jsonb_agg(jsonb_build_object('person', x.person_id, 'role', x.role, 'creditedAs', x.credited_as) ORDER BY x.position)
			FROM core.expression_contributors x WHERE x.expression_id = t.id)))`,
	"core.persons": `jsonb_strip_nulls(jsonb_build_object(
		'kind', t.person_kind, 'birth', t.birth_edtf, 'death', t.death_edtf, 'birthYear', t.birth_year, 'deathYear', t.death_year,
		'floruit', t.floruit, 'birthPlace', t.birth_place, 'deathPlace', t.death_place, 'country', t.country_code, 'bio', t.bio,
		'names', (SELECT jsonb_agg(jsonb_build_object('language', x.language, 'name', x.name, 'kind', x.name_kind) ORDER BY x.position)
			FROM core.person_names x WHERE x.person_id = t.id)))`,
}

// writeDown keeps the present description of what this batch added or changed,
// under its version.
func (s *step) writeDown(ctx context.Context, base table) error {
	snapshot, ok := snapshots[base.name]
	if !ok {
		return nil
	}
	return s.exec(ctx, fmt.Sprintf(`INSERT INTO core.revisions (subject_id, version, snapshot, message)
		SELECT t.id, t.version, %s, $1 FROM %s t WHERE t.id IN (SELECT id FROM in_new UNION SELECT id FROM in_changed)
		ON CONFLICT (subject_id, version) DO NOTHING`, snapshot, base.name), imported)
}
