-- +goose Up
-- +goose StatementBegin
CREATE VIEW view.person_source AS
SELECT
  p.id, s.public_id, coalesce(sl.slug, s.public_id)::text AS slug,
  coalesce(n.name, sl.slug, s.public_id) AS name, coalesce(n.language, 'und') AS name_language,
  view.sort_key(coalesce(n.sort_name, sl.slug, s.public_id)) COLLATE "C" AS sort_name,
  coalesce(n.names, '[]') AS names, coalesce(n.by_language, '{}') AS names_by_language,
  p.person_kind, p.birth_edtf::text AS birth_edtf, p.death_edtf::text AS death_edtf, p.birth_year, p.death_year, p.floruit, p.birth_place, p.death_place, p.country_code, p.bio,
  w.n > 0 AS is_author, t.n > 0 AS is_translator,
  ARRAY(SELECT unnest(w.languages) UNION SELECT unnest(t.languages) ORDER BY 1) AS languages,
  w.n AS work_count, t.n AS translation_count, coalesce(x.ids, '[]') AS external_ids, coalesce(o.popularity, 0) AS popularity, p.updated_at, p.version
FROM core.persons p
JOIN core.subjects s ON s.id = p.id
LEFT JOIN core.slugs sl ON sl.subject_id = p.id AND sl.is_current
LEFT JOIN stats.totals o ON o.subject_id = p.id
-- The name is the first primary one, which is in the person's own language. A hint for searching is not a name.
LEFT JOIN LATERAL (
  SELECT (array_agg(o.name ORDER BY o.n))[1] AS name, (array_agg(o.language ORDER BY o.n))[1]::text AS language, (array_agg(o.sort_name ORDER BY o.n))[1] AS sort_name,
         jsonb_agg(jsonb_build_object('language', o.language, 'name', o.name, 'sortName', o.sort_name, 'kind', o.name_kind) ORDER BY o.n) AS names,
         jsonb_object_agg(o.language, o.name) FILTER (WHERE o.name_kind = 'PRIMARY') AS by_language
  FROM (SELECT language, name, sort_name, name_kind, row_number() OVER (ORDER BY name_kind <> 'PRIMARY', position, id) AS n
        FROM core.person_names WHERE person_id = p.id AND name_kind <> 'SEARCH_HINT') o) n ON true
LEFT JOIN LATERAL (
  SELECT count(DISTINCT wo.id)::int AS n, array_agg(DISTINCT wo.original_language) AS languages
  FROM core.work_contributors wc JOIN view.work wo ON wo.id = wc.work_id
  WHERE wc.person_id = p.id AND core.is_author(wc.role, wc.certainty)) w ON true
LEFT JOIN LATERAL (
  SELECT count(*)::int AS n, array_agg(DISTINCT ex.language) AS languages
  FROM core.expression_contributors ec JOIN view.expression ex ON ex.id = ec.expression_id
  WHERE ec.person_id = p.id AND ec.role = 'TRANSLATOR') t ON true
LEFT JOIN LATERAL (
  SELECT jsonb_agg(jsonb_build_object('scheme', ei.scheme, 'value', ei.value) ORDER BY ei.scheme, ei.value) AS ids
  FROM core.external_ids ei WHERE ei.subject_id = p.id) x ON true
WHERE p.status = 'PUBLISHED' AND p.deleted_at IS NULL;

CREATE TABLE view.person (
  id                uuid PRIMARY KEY,
  public_id         text NOT NULL UNIQUE,
  slug              text NOT NULL UNIQUE DEFERRABLE,
  name              text NOT NULL,
  name_language     text NOT NULL,
  sort_name         text COLLATE "C" NOT NULL,
  names             jsonb NOT NULL,
  names_by_language jsonb NOT NULL,
  person_kind       text NOT NULL,
  birth_edtf        text,
  death_edtf        text,
  birth_year        int,
  death_year        int,
  floruit           text,
  birth_place       text,
  death_place       text,
  country_code      text,
  bio               text,
  is_author         boolean NOT NULL,
  is_translator     boolean NOT NULL,
  languages         text[] NOT NULL,
  work_count        int NOT NULL,
  translation_count int NOT NULL,
  external_ids      jsonb NOT NULL,
  popularity        double precision NOT NULL,
  updated_at        timestamptz NOT NULL,
  version           int NOT NULL
) WITH (fillfactor = 90);
CREATE INDEX person_name ON view.person (sort_name, id);
CREATE INDEX person_popular ON view.person (popularity DESC, id DESC);
CREATE INDEX author_name ON view.person (sort_name, id) WHERE is_author;
CREATE INDEX author_popular ON view.person (popularity DESC, id DESC) WHERE is_author;
CREATE INDEX author_born ON view.person (coalesce(birth_year, 32767), id) WHERE is_author;
CREATE INDEX author_country_name ON view.person (country_code, sort_name, id) WHERE is_author;
CREATE INDEX author_most_works ON view.person (work_count DESC, id DESC) WHERE is_author;
CREATE INDEX translator_name ON view.person (sort_name, id) WHERE is_translator;
CREATE INDEX translator_popular ON view.person (popularity DESC, id DESC) WHERE is_translator;
CREATE INDEX translator_born ON view.person (coalesce(birth_year, 32767), id) WHERE is_translator;
CREATE INDEX translator_country_name ON view.person (country_code, sort_name, id) WHERE is_translator;
CREATE INDEX translator_most_texts ON view.person (translation_count DESC, id DESC) WHERE is_translator;
CREATE INDEX person_languages ON view.person USING gin (languages) WITH (fastupdate = off);

CREATE FUNCTION view.refresh_person(ids uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan SET jit = off AS $$
BEGIN
  PERFORM view.lock_subjects(ids);
  DELETE FROM view.person p WHERE p.id = ANY (ids) AND NOT EXISTS (SELECT FROM view.person_source s WHERE s.id = p.id);
  INSERT INTO view.person AS p SELECT s.* FROM view.person_source s WHERE s.id = ANY (ids)
  ON CONFLICT (id) DO UPDATE SET
    (id, public_id, slug, name, name_language, sort_name, names, names_by_language, person_kind, birth_edtf, death_edtf, birth_year, death_year, floruit,
     birth_place, death_place, country_code, bio, is_author, is_translator, languages, work_count, translation_count, external_ids, popularity, updated_at, version) = ROW (excluded.*)
    WHERE p.* IS DISTINCT FROM excluded.*;
END $$;

-- ── the table has changed

CREATE FUNCTION view.person_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  n bigint := (SELECT count(*) FROM changed);
BEGIN
  IF n = 0 OR view.silent() THEN
    RETURN NULL;
  END IF;
  INSERT INTO ops.change_candidates (subject_id, kind, change, version)
    SELECT id, 'PERSON', CASE TG_OP WHEN 'INSERT' THEN 'CREATED' WHEN 'UPDATE' THEN 'UPDATED' ELSE 'DELETED' END, version FROM changed ORDER BY id;
  IF view.deferred() THEN
    RETURN NULL;
  END IF;
  PERFORM ops.announce(CASE WHEN n > 10000 THEN '{*}' ELSE ARRAY(SELECT 'list:author' UNION SELECT public_id FROM changed) END);
  IF TG_OP <> 'UPDATE' THEN
    PERFORM view.visibility_changed(ARRAY(SELECT id FROM changed));
  END IF;
  RETURN NULL;
END $$;
CALL ops.watch('view.person', 'view.person_changed');

-- ── what a person is made of has changed

-- A person who goes out of sight goes out of the credits too. FOR UPDATE waits for credits being given now.
CREATE FUNCTION view.on_persons() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  ids uuid[] := ARRAY(SELECT id FROM changed);
  seen uuid[];
  users uuid[];
BEGIN
  IF view.deferred() OR cardinality(ids) = 0 THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    ids := ARRAY(SELECT unnest(ids) UNION SELECT id FROM before);
    seen := ARRAY(SELECT b.id FROM before b LEFT JOIN changed c USING (id) WHERE (b.status, b.deleted_at IS NULL) IS DISTINCT FROM (c.status, c.deleted_at IS NULL));
    users := ARRAY(
      SELECT u.id FROM before b FULL JOIN changed c USING (id) CROSS JOIN LATERAL (VALUES (b.claimed_by), (c.claimed_by)) u (id)
      WHERE u.id IS NOT NULL AND (b.claimed_by IS DISTINCT FROM c.claimed_by OR b.id = ANY (seen)));
    IF cardinality(seen) > 0 THEN
      PERFORM 1 FROM core.persons WHERE id = ANY (seen) ORDER BY id FOR UPDATE;
      PERFORM view.refresh_work(ARRAY(SELECT DISTINCT work_id FROM core.work_contributors WHERE person_id = ANY (seen)));
      PERFORM view.refresh_expression(ARRAY(SELECT DISTINCT expression_id FROM core.expression_contributors WHERE person_id = ANY (seen)));
    END IF;
  ELSE
    users := ARRAY(SELECT claimed_by FROM changed WHERE claimed_by IS NOT NULL);
  END IF;
  PERFORM view.refresh_person(ids);
  IF cardinality(users) > 0 THEN PERFORM view.refresh_user(users); END IF;
  RETURN NULL;
END $$;
CALL ops.watch('core.persons', 'view.on_persons');

CREATE FUNCTION view.on_person_names() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF view.deferred() THEN
    RETURN NULL;
  ELSIF TG_OP = 'UPDATE' THEN
    PERFORM view.refresh_person(ARRAY(SELECT person_id FROM changed UNION SELECT person_id FROM before));
  ELSE
    PERFORM view.refresh_person(ARRAY(SELECT DISTINCT person_id FROM changed));
  END IF;
  RETURN NULL;
END $$;
CALL ops.watch('core.person_names', 'view.on_person_names');
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP FUNCTION view.on_person_names() CASCADE;
DROP FUNCTION view.on_persons() CASCADE;
DROP FUNCTION view.person_changed() CASCADE;
DROP FUNCTION view.refresh_person(uuid[]);
DROP TABLE view.person;
DROP VIEW view.person_source;
-- +goose StatementEnd
