-- +goose Up
-- +goose StatementBegin
-- What the history keeps of a description: the input that would make it again, by the names that the write service's
-- mutations use. Counts, times and everything derived stay out.
CREATE FUNCTION core.work_snapshot(work uuid) RETURNS jsonb LANGUAGE sql STABLE STRICT SET search_path = pg_catalog AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'originalLanguage', w.original_language, 'literatureType', w.literature_type, 'created', w.created_edtf,
    'yearFrom', w.year_from, 'yearTo', w.year_to, 'description', w.description, 'seriesId', w.series_id, 'seriesPosition', w.series_position,
    'titles', (SELECT jsonb_agg(jsonb_build_object('language', x.language, 'title', x.title, 'subtitle', x.subtitle, 'sortTitle', x.sort_title, 'kind', x.title_kind)
      ORDER BY x.position, x.id) FROM core.work_titles x WHERE x.work_id = w.id),
    'contributors', (SELECT jsonb_agg(jsonb_build_object('personId', core.typeid('PERSON', x.person_id), 'role', x.role, 'certainty', x.certainty, 'creditedAs', x.credited_as)
      ORDER BY x.position, x.person_id, x.role) FROM core.work_contributors x WHERE x.work_id = w.id),
    'tagIds', (SELECT jsonb_agg(core.typeid('TAG', x.tag_id) ORDER BY x.tag_id) FROM core.subject_tags x WHERE x.subject_id = w.id),
    'categoryIds', (SELECT jsonb_agg(core.typeid('CATEGORY', x.category_id) ORDER BY x.category_id) FROM core.subject_categories x WHERE x.subject_id = w.id)))
  FROM core.works w WHERE w.id = work
$$;

CREATE FUNCTION core.expression_snapshot(expression uuid) RETURNS jsonb LANGUAGE sql STABLE STRICT SET search_path = pg_catalog AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'workId', core.typeid('WORK', e.work_id), 'kind', e.expression_kind, 'language', e.language, 'title', e.title, 'subtitle', e.subtitle,
    'sourceExpressionId', core.typeid('EXPRESSION', e.source_expression_id), 'origin', e.origin, 'completeness', e.completeness, 'form', e.form,
    'year', e.year, 'notes', e.notes, 'provenance', e.provenance, 'sourceUrl', e.source_url, 'credit', e.credit, 'quality', e.quality,
    'contributors', (SELECT jsonb_agg(jsonb_build_object('personId', core.typeid('PERSON', x.person_id), 'role', x.role, 'creditedAs', x.credited_as)
      ORDER BY x.position, x.person_id, x.role) FROM core.expression_contributors x WHERE x.expression_id = e.id)))
  FROM core.expressions e WHERE e.id = expression
$$;

CREATE FUNCTION core.person_snapshot(person uuid) RETURNS jsonb LANGUAGE sql STABLE STRICT SET search_path = pg_catalog AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'kind', p.person_kind, 'birth', p.birth_edtf, 'death', p.death_edtf, 'birthYear', p.birth_year, 'deathYear', p.death_year,
    'floruit', p.floruit, 'birthPlace', p.birth_place, 'deathPlace', p.death_place, 'country', p.country_code, 'bio', p.bio,
    'names', (SELECT jsonb_agg(jsonb_build_object('language', x.language, 'name', x.name, 'sortName', x.sort_name, 'kind', x.name_kind)
      ORDER BY x.position, x.id) FROM core.person_names x WHERE x.person_id = p.id)))
  FROM core.persons p WHERE p.id = person
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP FUNCTION core.person_snapshot(uuid);
DROP FUNCTION core.expression_snapshot(uuid);
DROP FUNCTION core.work_snapshot(uuid);
-- +goose StatementEnd
