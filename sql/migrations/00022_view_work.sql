-- +goose Up
-- +goose StatementBegin
-- How rights class a text: OPEN is shown in full, everything else as an excerpt.
CREATE FUNCTION core.rights_class(status text, license_open boolean) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN status = 'PUBLIC_DOMAIN' OR status = 'LICENSED' AND license_open THEN 'OPEN'
    WHEN status IN ('LICENSED','IN_COPYRIGHT','PERMISSION','ORPHAN') THEN 'RESTRICTED'
    ELSE 'UNKNOWN' END
$$;

CREATE VIEW view.work_source AS
SELECT
  w.id, s.public_id, coalesce(sl.slug, s.public_id)::text AS slug,
  coalesce(t.title, sl.slug, s.public_id) AS title, coalesce(t.language, w.original_language)::text AS title_language,
  view.sort_key(coalesce(t.sort_title, sl.slug, s.public_id)) COLLATE "C" AS sort_title,
  coalesce(t.titles, '[]') AS titles, coalesce(t.by_language, '{}') AS titles_by_language,
  w.original_language::text AS original_language, l.direction, w.literature_type, w.created_edtf::text AS created_edtf, w.year_from, w.year_to, w.description,
  coalesce(c.contributors, '[]') AS contributors, coalesce(c.author_ids, '{}') AS author_ids, coalesce(c.author_public_ids, '{}') AS author_public_ids,
  w.series_id, se.slug::text AS series_slug, se.title AS series_title, w.series_position,
  e.original_id, e.translation_count, coalesce(e.translation_languages, '{}') AS translation_languages,
  coalesce(g.ids, '{}') AS tag_ids, coalesce(k.ids, '{}') AS category_ids, coalesce(k.path_ids, '{}') AS category_path_ids,
  coalesce(r.class, 'UNKNOWN') AS rights_class, coalesce(x.ids, '[]') AS external_ids,
  coalesce(p.popularity, 0) AS popularity, w.published_at, w.updated_at, w.version
FROM core.works w
JOIN core.subjects s ON s.id = w.id
JOIN core.languages l ON l.tag = w.original_language
LEFT JOIN core.slugs sl ON sl.subject_id = w.id AND sl.is_current
LEFT JOIN core.series se ON se.id = w.series_id
LEFT JOIN stats.totals p ON p.subject_id = w.id
-- What is joined from here on is one row each: the planner leaves out what a query does not ask for. The title is the
-- one in the original language, else the first.
LEFT JOIN LATERAL (
  SELECT (array_agg(o.title ORDER BY o.n))[1] AS title, (array_agg(o.language ORDER BY o.n))[1] AS language, (array_agg(o.sort_title ORDER BY o.n))[1] AS sort_title,
         jsonb_agg(jsonb_build_object('language', o.language, 'title', o.title, 'sortTitle', o.sort_title, 'subtitle', o.subtitle, 'kind', o.title_kind) ORDER BY o.n) AS titles,
         jsonb_object_agg(o.language, o.title) FILTER (WHERE o.title_kind = 'PRIMARY') AS by_language
  FROM (SELECT language, title, subtitle, sort_title, title_kind,
               row_number() OVER (ORDER BY language <> w.original_language, title_kind <> 'PRIMARY', position, id) AS n
        FROM core.work_titles WHERE work_id = w.id) o) t ON true
LEFT JOIN LATERAL (
  SELECT jsonb_agg(jsonb_build_object('personId', o.public_id, 'person', o.person_id, 'role', o.role, 'creditedAs', o.credited_as, 'certainty', o.certainty) ORDER BY o.position, o.person_id, o.role) AS contributors,
         array_agg(o.person_id ORDER BY o.position, o.person_id) FILTER (WHERE o.first_as_author) AS author_ids,
         array_agg(o.public_id ORDER BY o.position, o.person_id) FILTER (WHERE o.first_as_author) AS author_public_ids
  FROM (SELECT wc.*, ps.public_id, a.author AND row_number() OVER (PARTITION BY wc.person_id, a.author ORDER BY wc.position, wc.role) = 1 AS first_as_author
        FROM core.work_contributors wc
        JOIN core.persons pe ON pe.id = wc.person_id AND pe.status = 'PUBLISHED' AND pe.deleted_at IS NULL
        JOIN core.subjects ps ON ps.id = wc.person_id
        CROSS JOIN LATERAL (SELECT core.is_author(wc.role, wc.certainty) AS author) a
        WHERE wc.work_id = w.id) o) c ON true
LEFT JOIN LATERAL (
  SELECT (array_agg(ex.id ORDER BY ex.language <> w.original_language, ex.created_at, ex.id) FILTER (WHERE ex.expression_kind = 'ORIGINAL'))[1] AS original_id,
         count(*) FILTER (WHERE ex.expression_kind <> 'ORIGINAL')::int AS translation_count,
         array_agg(DISTINCT ex.language::text) FILTER (WHERE ex.expression_kind <> 'ORIGINAL') AS translation_languages
  FROM core.expressions ex WHERE ex.work_id = w.id AND ex.status = 'PUBLISHED' AND ex.deleted_at IS NULL) e ON true
-- Synonyms count as the tag they stand for.
LEFT JOIN LATERAL (
  SELECT array_agg(DISTINCT canonical.id) AS ids
  FROM core.subject_tags st JOIN core.tags used ON used.id = st.tag_id AND used.status = 'ACTIVE'
  JOIN core.tags canonical ON canonical.id = coalesce(used.synonym_of, used.id) AND canonical.status = 'ACTIVE'
  WHERE st.subject_id = w.id) g ON true
LEFT JOIN LATERAL (
  SELECT array_agg(DISTINCT ca.id) AS ids, array_agg(DISTINCT up.id) AS path_ids
  FROM core.subject_categories sc JOIN view.category ca ON ca.id = sc.category_id
  CROSS JOIN LATERAL unnest(ca.ancestor_ids || ca.id) up (id)
  WHERE sc.subject_id = w.id) k ON true
-- What is stated of the work itself, else of its original text.
LEFT JOIN LATERAL (
  SELECT (array_agg(core.rights_class(ri.status, li.open) ORDER BY ri.subject_id <> w.id))[1] AS class
  FROM core.rights ri LEFT JOIN core.licenses li ON li.id = ri.license_id
  WHERE ri.subject_id IN (w.id, e.original_id) AND ri.jurisdiction = '*') r ON true
LEFT JOIN LATERAL (
  SELECT jsonb_agg(jsonb_build_object('scheme', ei.scheme, 'value', ei.value) ORDER BY ei.scheme, ei.value) AS ids
  FROM core.external_ids ei WHERE ei.subject_id = w.id) x ON true
WHERE w.status = 'PUBLISHED' AND w.deleted_at IS NULL;

CREATE TABLE view.work (
  id                    uuid PRIMARY KEY,
  public_id             text NOT NULL UNIQUE,
  slug                  text NOT NULL UNIQUE DEFERRABLE,
  title                 text NOT NULL,
  title_language        text NOT NULL,
  sort_title            text COLLATE "C" NOT NULL,
  titles                jsonb NOT NULL,
  titles_by_language    jsonb NOT NULL,
  original_language     text NOT NULL,
  direction             text NOT NULL,
  literature_type       text NOT NULL,
  created_edtf          text,
  year_from             int,
  year_to               int,
  description           text,
  contributors          jsonb NOT NULL,
  author_ids            uuid[] NOT NULL,
  author_public_ids     text[] NOT NULL,
  series_id             uuid,
  series_slug           text,
  series_title          text,
  series_position       int,
  original_id           uuid,
  translation_count     int NOT NULL,
  translation_languages text[] NOT NULL,
  tag_ids               uuid[] NOT NULL,
  category_ids          uuid[] NOT NULL,
  category_path_ids     uuid[] NOT NULL,
  rights_class          text NOT NULL,
  external_ids          jsonb NOT NULL,
  popularity            double precision NOT NULL,
  published_at          timestamptz NOT NULL,
  updated_at            timestamptz NOT NULL,
  version               int NOT NULL
) WITH (fillfactor = 90);
CREATE INDEX work_title ON view.work (sort_title, id);
CREATE INDEX work_newest ON view.work (published_at DESC, id DESC);
CREATE INDEX work_year ON view.work (coalesce(year_from, 32767), id);
CREATE INDEX work_popular ON view.work (popularity DESC, id DESC);
CREATE INDEX work_series ON view.work (series_id, series_position, id) WHERE series_id IS NOT NULL;
-- Scripts and titles go together, and so do ages and languages: a list in one language is read along an order of its own.
CREATE INDEX work_language_title ON view.work (split_part(original_language, '-', 1), sort_title, id);
CREATE INDEX work_language_newest ON view.work (split_part(original_language, '-', 1), published_at DESC, id DESC);
CREATE INDEX work_language_year ON view.work (split_part(original_language, '-', 1), coalesce(year_from, 32767), id);
CREATE INDEX work_language_popular ON view.work (split_part(original_language, '-', 1), popularity DESC, id DESC);
-- What works are filtered by, in one index: it finds those with several values at once by the rarest of these.
CREATE INDEX work_facets ON view.work USING gin (author_ids, translation_languages, tag_ids, category_ids, category_path_ids,
  (ARRAY[original_language]), (ARRAY[literature_type]), (ARRAY[rights_class]), (ARRAY[least(translation_count, 50)])) WITH (fastupdate = off);
CREATE INDEX work_years ON view.work USING gist (int4range(year_from, greatest(year_from, year_to), '[]'));

CREATE FUNCTION view.refresh_work(ids uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan SET jit = off AS $$
BEGIN
  PERFORM view.lock_subjects(ids);
  DELETE FROM view.work w WHERE w.id = ANY (ids) AND NOT EXISTS (SELECT FROM view.work_source s WHERE s.id = w.id);
  INSERT INTO view.work AS w SELECT s.* FROM view.work_source s WHERE s.id = ANY (ids)
  ON CONFLICT (id) DO UPDATE SET
    (id, public_id, slug, title, title_language, sort_title, titles, titles_by_language, original_language, direction, literature_type, created_edtf, year_from, year_to,
     description, contributors, author_ids, author_public_ids, series_id, series_slug, series_title, series_position, original_id, translation_count, translation_languages,
     tag_ids, category_ids, category_path_ids, rights_class, external_ids, popularity, published_at, updated_at, version) = ROW (excluded.*)
    WHERE w.* IS DISTINCT FROM excluded.*;
END $$;

-- ── the table has changed

CREATE FUNCTION view.work_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  n bigint := (SELECT count(*) FROM changed);
  persons uuid[];
  expressions uuid[];
BEGIN
  IF n = 0 OR view.silent() THEN
    RETURN NULL;
  END IF;
  INSERT INTO ops.change_candidates (subject_id, kind, change, version)
    SELECT id, 'WORK', CASE TG_OP WHEN 'INSERT' THEN 'CREATED' WHEN 'UPDATE' THEN 'UPDATED' ELSE 'DELETED' END, version FROM changed ORDER BY id;
  IF view.deferred() THEN
    RETURN NULL;
  END IF;

  IF TG_OP = 'UPDATE' THEN
    PERFORM ops.announce(CASE WHEN n > 10000 THEN '{*}' ELSE ARRAY(
      SELECT 'list:work' UNION SELECT public_id FROM changed UNION SELECT unnest(author_public_ids) FROM changed UNION SELECT unnest(author_public_ids) FROM before) END);
    PERFORM view.count_tags(ARRAY(SELECT unnest(c.tag_ids) FROM before b JOIN changed c USING (id) WHERE b.tag_ids <> c.tag_ids),
                            ARRAY(SELECT unnest(b.tag_ids) FROM before b JOIN changed c USING (id) WHERE b.tag_ids <> c.tag_ids));
    PERFORM view.count_categories(ARRAY(SELECT unnest(c.category_path_ids) FROM before b JOIN changed c USING (id) WHERE b.category_path_ids <> c.category_path_ids),
                                  ARRAY(SELECT unnest(b.category_path_ids) FROM before b JOIN changed c USING (id) WHERE b.category_path_ids <> c.category_path_ids));
    PERFORM view.count_work_languages(ARRAY(SELECT c.original_language FROM before b JOIN changed c USING (id) WHERE b.original_language <> c.original_language),
                                      ARRAY(SELECT b.original_language FROM before b JOIN changed c USING (id) WHERE b.original_language <> c.original_language));
    persons := ARRAY(SELECT DISTINCT unnest(b.author_ids || c.author_ids) FROM before b JOIN changed c USING (id)
                     WHERE b.author_ids <> c.author_ids OR b.original_language <> c.original_language);
    expressions := ARRAY(SELECT e.id FROM before b JOIN changed c USING (id) JOIN core.expressions e ON e.work_id = c.id
                         WHERE (b.slug, b.author_ids, b.literature_type, b.original_language) IS DISTINCT FROM (c.slug, c.author_ids, c.literature_type, c.original_language));
  ELSE
    PERFORM ops.announce(CASE WHEN n > 10000 THEN '{*}' ELSE ARRAY(
      SELECT 'list:work' UNION SELECT public_id FROM changed UNION SELECT unnest(author_public_ids) FROM changed) END);
    PERFORM view.count_tags(CASE TG_OP WHEN 'INSERT' THEN a.ids ELSE '{}' END, CASE TG_OP WHEN 'DELETE' THEN a.ids ELSE '{}' END) FROM (SELECT ARRAY(SELECT unnest(tag_ids) FROM changed) AS ids) a;
    PERFORM view.count_categories(CASE TG_OP WHEN 'INSERT' THEN a.ids ELSE '{}' END, CASE TG_OP WHEN 'DELETE' THEN a.ids ELSE '{}' END) FROM (SELECT ARRAY(SELECT unnest(category_path_ids) FROM changed) AS ids) a;
    PERFORM view.count_work_languages(CASE TG_OP WHEN 'INSERT' THEN a.tags ELSE '{}' END, CASE TG_OP WHEN 'DELETE' THEN a.tags ELSE '{}' END) FROM (SELECT ARRAY(SELECT original_language FROM changed) AS tags) a;
    persons := ARRAY(SELECT DISTINCT unnest(author_ids) FROM changed);
    expressions := ARRAY(SELECT e.id FROM changed c JOIN core.expressions e ON e.work_id = c.id);
    PERFORM view.visibility_changed(ARRAY(SELECT id FROM changed));
  END IF;
  IF cardinality(expressions) > 0 THEN PERFORM view.refresh_expression(expressions); END IF;
  IF cardinality(persons) > 0 THEN PERFORM view.refresh_person(persons); END IF;
  RETURN NULL;
END $$;
CALL ops.watch('view.work', 'view.work_changed');

-- ── what a work is made of has changed

CREATE FUNCTION view.on_works() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF view.deferred() THEN
    RETURN NULL;
  ELSIF TG_OP = 'UPDATE' THEN
    PERFORM view.refresh_work(ARRAY(SELECT id FROM changed UNION SELECT id FROM before));
  ELSE
    PERFORM view.refresh_work(ARRAY(SELECT id FROM changed));
  END IF;
  RETURN NULL;
END $$;
CALL ops.watch('core.works', 'view.on_works');

-- Titles and contributors.
CREATE FUNCTION view.on_work_parts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF view.deferred() THEN
    RETURN NULL;
  ELSIF TG_OP = 'UPDATE' THEN
    PERFORM view.refresh_work(ARRAY(SELECT work_id FROM changed UNION SELECT work_id FROM before));
  ELSE
    PERFORM view.refresh_work(ARRAY(SELECT DISTINCT work_id FROM changed));
  END IF;
  RETURN NULL;
END $$;
CALL ops.watch('core.work_titles', 'view.on_work_parts');
CALL ops.watch('core.work_contributors', 'view.on_work_parts');

-- What any subject can have: slugs, other catalogues' ids, tags, categories.
CREATE FUNCTION view.on_subject_parts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF view.deferred() THEN
    RETURN NULL;
  ELSIF TG_OP = 'UPDATE' THEN
    PERFORM view.refresh_subjects(ARRAY(SELECT subject_id FROM changed UNION SELECT subject_id FROM before));
  ELSE
    PERFORM view.refresh_subjects(ARRAY(SELECT DISTINCT subject_id FROM changed));
  END IF;
  RETURN NULL;
END $$;
CALL ops.watch('core.external_ids', 'view.on_subject_parts');
CALL ops.watch('core.subject_tags', 'view.on_subject_parts');
CALL ops.watch('core.subject_categories', 'view.on_subject_parts');

CREATE FUNCTION view.on_series() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF view.deferred() OR NOT EXISTS (SELECT FROM changed) THEN
    RETURN NULL;
  END IF;
  PERFORM ops.announce('{ref}');
  IF TG_OP = 'UPDATE' THEN
    -- FOR UPDATE waits for works being put into the series now: they would read the old title.
    PERFORM 1 FROM core.series WHERE id IN (SELECT id FROM changed) ORDER BY id FOR UPDATE;
    PERFORM view.refresh_work(ARRAY(SELECT w.id FROM core.works w WHERE w.series_id IN (SELECT id FROM changed)));
  END IF;
  RETURN NULL;
END $$;
CALL ops.watch('core.series', 'view.on_series');
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP FUNCTION view.on_series() CASCADE;
DROP FUNCTION view.on_subject_parts() CASCADE;
DROP FUNCTION view.on_work_parts() CASCADE;
DROP FUNCTION view.on_works() CASCADE;
DROP FUNCTION view.work_changed() CASCADE;
DROP FUNCTION view.refresh_work(uuid[]);
DROP TABLE view.work;
DROP VIEW view.work_source;
DROP FUNCTION core.rights_class(text, boolean);
-- +goose StatementEnd
