-- +goose Up
-- +goose StatementBegin
-- Without the right to show a text, a tenth of it and at most forty lines.
CREATE FUNCTION core.readable_lines(rights_class text, line_count int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN rights_class = 'OPEN' THEN line_count ELSE least(40, (line_count + 9) / 10) END
$$;

CREATE VIEW view.expression_source AS
SELECT
  e.id, s.public_id, e.work_id, w.public_id AS work_public_id, w.slug AS work_slug, coalesce(sl.slug, s.public_id)::text AS slug,
  e.expression_kind AS kind, e.title, e.subtitle, view.sort_key(e.title) COLLATE "C" AS sort_title,
  e.language::text AS language, split_part(e.language, '-', 1) AS language_base, l.script, l.direction,
  coalesce(c.translator_ids, '{}') AS translator_ids, coalesce(c.translator_public_ids, '{}') AS translator_public_ids, coalesce(c.contributors, '[]') AS contributors,
  w.author_ids, w.literature_type, src.id AS source_id, coalesce(e.source_language, src.language, CASE WHEN e.expression_kind <> 'ORIGINAL' THEN w.original_language END)::text AS source_language,
  coalesce(src.expression_kind <> 'ORIGINAL', e.source_language <> w.original_language, false) AS relay,
  e.origin, e.completeness, e.form, e.quality, e.year, e.notes, e.provenance, e.source_url, e.credit,
  r.license_id, r.class AS rights_class, coalesce(r.status, 'UNKNOWN') AS rights_status, core.readable_lines(r.class, e.line_count) AS readable_lines,
  e.text_revision, e.line_count, e.char_count, a.n AS aligned_count,
  coalesce(p.popularity, 0) AS popularity, e.published_at, e.updated_at, e.version
FROM core.expressions e
JOIN view.work w ON w.id = e.work_id
JOIN core.subjects s ON s.id = e.id
JOIN core.languages l ON l.tag = e.language
-- A slug is good within the work that it was given in.
LEFT JOIN core.slugs sl ON sl.subject_id = e.id AND sl.is_current AND sl.scope_id = e.work_id
LEFT JOIN core.expressions src ON src.id = e.source_expression_id AND src.status = 'PUBLISHED' AND src.deleted_at IS NULL
LEFT JOIN stats.totals p ON p.subject_id = e.id
LEFT JOIN LATERAL (
  SELECT jsonb_agg(jsonb_build_object('personId', ps.public_id, 'person', ec.person_id, 'role', ec.role, 'creditedAs', ec.credited_as) ORDER BY ec.position, ec.person_id, ec.role) AS contributors,
         array_agg(ec.person_id ORDER BY ec.position, ec.person_id) FILTER (WHERE ec.role = 'TRANSLATOR') AS translator_ids,
         array_agg(ps.public_id ORDER BY ec.position, ec.person_id) FILTER (WHERE ec.role = 'TRANSLATOR') AS translator_public_ids
  FROM core.expression_contributors ec
  JOIN core.persons pe ON pe.id = ec.person_id AND pe.status = 'PUBLISHED' AND pe.deleted_at IS NULL
  JOIN core.subjects ps ON ps.id = ec.person_id
  WHERE ec.expression_id = e.id) c ON true
-- What is stated of the text itself; of an original text, else what is stated of the work.
LEFT JOIN LATERAL (
  SELECT (array_agg(ri.status ORDER BY ri.subject_id <> e.id))[1] AS status, (array_agg(ri.license_id ORDER BY ri.subject_id <> e.id))[1] AS license_id,
         coalesce((array_agg(core.rights_class(ri.status, li.open) ORDER BY ri.subject_id <> e.id))[1], 'UNKNOWN') AS class
  FROM core.rights ri LEFT JOIN core.licenses li ON li.id = ri.license_id
  WHERE ri.subject_id IN (e.id, CASE e.expression_kind WHEN 'ORIGINAL' THEN e.work_id END) AND ri.jurisdiction = '*') r ON true
-- With how many other texts it can be read side by side.
LEFT JOIN LATERAL (
  SELECT count(DISTINCT o.id)::int AS n
  FROM (SELECT al.right_id AS other, al.left_revision AS mine, al.right_revision AS theirs, al.status FROM core.alignments al WHERE al.left_id = e.id AND al.work_id = e.work_id
        UNION ALL SELECT al.left_id, al.right_revision, al.left_revision, al.status FROM core.alignments al WHERE al.right_id = e.id AND al.work_id = e.work_id) al
  JOIN core.expressions o ON o.id = al.other AND o.text_revision = al.theirs AND o.work_id = e.work_id AND o.status = 'PUBLISHED' AND o.deleted_at IS NULL
  WHERE al.mine = e.text_revision AND al.status IN ('APPROVED','SUGGESTED')) a ON true
WHERE e.status = 'PUBLISHED' AND e.deleted_at IS NULL;

CREATE TABLE view.expression (
  id                    uuid PRIMARY KEY,
  public_id             text NOT NULL UNIQUE,
  work_id               uuid NOT NULL,
  work_public_id        text NOT NULL,
  work_slug             text NOT NULL,
  slug                  text NOT NULL,
  kind                  text NOT NULL,
  title                 text NOT NULL,
  subtitle              text,
  sort_title            text COLLATE "C" NOT NULL,
  language              text NOT NULL,
  language_base         text NOT NULL,
  script                text NOT NULL,
  direction             text NOT NULL,
  translator_ids        uuid[] NOT NULL,
  translator_public_ids text[] NOT NULL,
  contributors          jsonb NOT NULL,
  author_ids            uuid[] NOT NULL,
  literature_type       text NOT NULL,
  source_id             uuid,
  source_language       text,
  relay                 boolean NOT NULL,
  origin                text NOT NULL,
  completeness          text NOT NULL,
  form                  text,
  quality               smallint NOT NULL,
  year                  int,
  notes                 text,
  provenance            text,
  source_url            text,
  credit                text,
  license_id            text,
  rights_class          text NOT NULL,
  rights_status         text NOT NULL,
  readable_lines        int NOT NULL,
  text_revision         int NOT NULL,
  line_count            int NOT NULL,
  char_count            int NOT NULL,
  aligned_count         int NOT NULL,
  popularity            double precision NOT NULL,
  published_at          timestamptz NOT NULL,
  updated_at            timestamptz NOT NULL,
  version               int NOT NULL,
  UNIQUE (work_slug, slug) DEFERRABLE
) WITH (fillfactor = 90);
CREATE INDEX expression_work ON view.expression (work_id, language, quality DESC, id);
-- Lists are of translations.
CREATE INDEX expression_title ON view.expression (sort_title, id) WHERE kind <> 'ORIGINAL';
CREATE INDEX expression_newest ON view.expression (published_at DESC, id DESC) WHERE kind <> 'ORIGINAL';
CREATE INDEX expression_year ON view.expression (coalesce(year, 32767), id) WHERE kind <> 'ORIGINAL';
CREATE INDEX expression_popular ON view.expression (popularity DESC, id DESC) WHERE kind <> 'ORIGINAL';
CREATE INDEX expression_language_title ON view.expression (language_base, sort_title, id) WHERE kind <> 'ORIGINAL';
CREATE INDEX expression_language_newest ON view.expression (language_base, published_at DESC, id DESC) WHERE kind <> 'ORIGINAL';
CREATE INDEX expression_language_popular ON view.expression (language_base, popularity DESC, id DESC) WHERE kind <> 'ORIGINAL';
CREATE INDEX expression_relays ON view.expression (source_id) WHERE source_id IS NOT NULL;
CREATE INDEX expression_facets ON view.expression USING gin (translator_ids, author_ids, (ARRAY[language, language_base]), (ARRAY[source_language]), (ARRAY[literature_type]),
  (ARRAY[origin]), (ARRAY[completeness]), (ARRAY[form]), (ARRAY[rights_class]), (ARRAY[license_id]), (ARRAY[relay]), (ARRAY[aligned_count > 0]), (ARRAY[quality])) WITH (fastupdate = off);

-- The work's row is the lock of all its expressions.
CREATE FUNCTION view.lock_expressions(ids uuid[]) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  PERFORM view.lock_subjects(ARRAY(
    SELECT work_id FROM core.expressions WHERE id = ANY (ids) UNION SELECT work_id FROM view.expression WHERE id = ANY (ids)));
END $$;

CREATE FUNCTION view.refresh_expression(ids uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan SET jit = off AS $$
BEGIN
  PERFORM view.lock_expressions(ids);
  DELETE FROM view.expression e WHERE e.id = ANY (ids) AND NOT EXISTS (SELECT FROM view.expression_source s WHERE s.id = e.id);
  INSERT INTO view.expression AS e SELECT s.* FROM view.expression_source s WHERE s.id = ANY (ids)
  ON CONFLICT (id) DO UPDATE SET
    (id, public_id, work_id, work_public_id, work_slug, slug, kind, title, subtitle, sort_title, language, language_base, script, direction,
     translator_ids, translator_public_ids, contributors, author_ids, literature_type, source_id, source_language, relay, origin, completeness, form,
     quality, year, notes, provenance, source_url, credit, license_id, rights_class, rights_status, readable_lines, text_revision, line_count, char_count,
     aligned_count, popularity, published_at, updated_at, version) = ROW (excluded.*)
    WHERE e.* IS DISTINCT FROM excluded.*;
END $$;

-- ── the table has changed

-- Both sides of every alignment of these expressions.
CREATE FUNCTION view.align_tags(ids uuid[]) RETURNS text[] LANGUAGE plpgsql STABLE SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN ARRAY(
    SELECT 'align:' || core.typeid('EXPRESSION', left_id) FROM core.alignments WHERE left_id = ANY (ids) OR right_id = ANY (ids)
    UNION SELECT 'align:' || core.typeid('EXPRESSION', right_id) FROM core.alignments WHERE left_id = ANY (ids) OR right_id = ANY (ids));
END $$;

CREATE FUNCTION view.expression_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  n bigint := (SELECT count(*) FROM changed);
  persons uuid[];
  realigned uuid[];
BEGIN
  IF n = 0 OR view.silent() THEN
    RETURN NULL;
  END IF;
  INSERT INTO ops.change_candidates (subject_id, kind, change, version)
    SELECT id, 'EXPRESSION', CASE TG_OP WHEN 'INSERT' THEN 'CREATED' WHEN 'UPDATE' THEN 'UPDATED' ELSE 'DELETED' END, version FROM changed ORDER BY id;
  IF view.deferred() THEN
    RETURN NULL;
  END IF;

  IF TG_OP = 'UPDATE' THEN
    realigned := ARRAY(SELECT id FROM before b JOIN changed c USING (id) WHERE (b.text_revision, b.work_id) <> (c.text_revision, c.work_id));
    PERFORM ops.announce(CASE WHEN n > 10000 THEN '{*}' ELSE ARRAY(
      SELECT 'list:expr' UNION SELECT public_id FROM changed
      UNION SELECT work_public_id FROM changed UNION SELECT work_public_id FROM before
      UNION SELECT unnest(translator_public_ids) FROM changed UNION SELECT unnest(translator_public_ids) FROM before
      UNION SELECT 'text:' || c.public_id FROM before b JOIN changed c USING (id) WHERE b.readable_lines <> c.readable_lines
      UNION SELECT 'analysis:' || c.public_id FROM before b JOIN changed c USING (id) WHERE b.rights_class <> c.rights_class
      UNION SELECT unnest(view.align_tags(realigned))) END);
    PERFORM view.count_translation_languages(
      ARRAY(SELECT c.language FROM before b JOIN changed c USING (id) WHERE (b.language, b.kind) <> (c.language, c.kind) AND c.kind <> 'ORIGINAL'),
      ARRAY(SELECT b.language FROM before b JOIN changed c USING (id) WHERE (b.language, b.kind) <> (c.language, c.kind) AND b.kind <> 'ORIGINAL'));
    persons := ARRAY(SELECT DISTINCT unnest(b.translator_ids || c.translator_ids) FROM before b JOIN changed c USING (id)
                     WHERE b.translator_ids <> c.translator_ids OR b.language <> c.language);
  ELSE
    realigned := ARRAY(SELECT id FROM changed);
    PERFORM ops.announce(CASE WHEN n > 10000 THEN '{*}' ELSE ARRAY(
      SELECT 'list:expr' UNION SELECT public_id FROM changed UNION SELECT work_public_id FROM changed UNION SELECT unnest(translator_public_ids) FROM changed
      UNION SELECT 'text:' || public_id FROM changed UNION SELECT 'analysis:' || public_id FROM changed UNION SELECT unnest(view.align_tags(realigned))) END);
    PERFORM view.count_translation_languages(CASE TG_OP WHEN 'INSERT' THEN a.tags ELSE '{}' END, CASE TG_OP WHEN 'DELETE' THEN a.tags ELSE '{}' END)
      FROM (SELECT ARRAY(SELECT language FROM changed WHERE kind <> 'ORIGINAL') AS tags) a;
    persons := ARRAY(SELECT DISTINCT unnest(translator_ids) FROM changed);
    PERFORM view.visibility_changed(realigned);
  END IF;
  IF cardinality(persons) > 0 THEN PERFORM view.refresh_person(persons); END IF;
  RETURN NULL;
END $$;
CALL ops.watch('view.expression', 'view.expression_changed');

-- ── what an expression is made of has changed

-- With an expression its work changes (counts, languages, the original text), and, when it comes into sight or its text
-- moves on, so do the relay translations made from it and the texts aligned with it.
CREATE FUNCTION view.on_expressions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  ids uuid[] := ARRAY(SELECT id FROM changed);
  moved uuid[] := ids;
  works uuid[];
BEGIN
  IF view.deferred() OR cardinality(ids) = 0 THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    ids := ARRAY(SELECT unnest(ids) UNION SELECT id FROM before);
    moved := ARRAY(SELECT b.id FROM before b LEFT JOIN changed c USING (id)
      WHERE (b.work_id, b.expression_kind, b.language, b.status, b.deleted_at, b.text_revision) IS DISTINCT FROM (c.work_id, c.expression_kind, c.language, c.status, c.deleted_at, c.text_revision));
    works := ARRAY(SELECT work_id FROM changed WHERE id = ANY (moved) UNION SELECT work_id FROM before WHERE id = ANY (moved));
  ELSE
    works := ARRAY(SELECT DISTINCT work_id FROM changed);
  END IF;
  IF cardinality(works) > 0 THEN PERFORM view.refresh_work(works); END IF;
  IF cardinality(moved) > 0 THEN
    ids := ARRAY(
      SELECT unnest(ids) UNION SELECT id FROM core.expressions WHERE source_expression_id = ANY (moved)
      UNION SELECT right_id FROM core.alignments WHERE left_id = ANY (moved) UNION SELECT left_id FROM core.alignments WHERE right_id = ANY (moved));
  END IF;
  PERFORM view.refresh_expression(ids);
  RETURN NULL;
END $$;
CALL ops.watch('core.expressions', 'view.on_expressions');

CREATE FUNCTION view.on_expression_contributors() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF view.deferred() THEN
    RETURN NULL;
  ELSIF TG_OP = 'UPDATE' THEN
    PERFORM view.refresh_expression(ARRAY(SELECT expression_id FROM changed UNION SELECT expression_id FROM before));
  ELSE
    PERFORM view.refresh_expression(ARRAY(SELECT DISTINCT expression_id FROM changed));
  END IF;
  RETURN NULL;
END $$;
CALL ops.watch('core.expression_contributors', 'view.on_expression_contributors');

-- ── rights: of a work they reach its original texts, of an original text they reach its work. Which text is that is
-- looked up under the work's lock.

CREATE FUNCTION view.refresh_rights(touched uuid[]) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  PERFORM view.lock_expressions(touched);
  PERFORM view.refresh_work(ARRAY(
    SELECT id FROM core.works WHERE id = ANY (touched)
    UNION SELECT work_id FROM core.expressions WHERE id = ANY (touched) AND expression_kind = 'ORIGINAL'));
  PERFORM view.refresh_expression(ARRAY(
    SELECT id FROM core.expressions WHERE id = ANY (touched)
    UNION SELECT id FROM core.expressions WHERE work_id = ANY (touched) AND expression_kind = 'ORIGINAL'));
END $$;

CREATE FUNCTION view.on_rights() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  touched uuid[] := ARRAY(SELECT DISTINCT subject_id FROM changed);
BEGIN
  IF view.deferred() OR cardinality(touched) = 0 THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    touched := ARRAY(SELECT unnest(touched) UNION SELECT subject_id FROM before);
  END IF;
  PERFORM view.lock_subjects(touched);
  PERFORM ops.announce(ARRAY(SELECT 'rights:' || public_id FROM core.subjects WHERE id = ANY (touched)));
  PERFORM view.refresh_rights(touched);
  RETURN NULL;
END $$;
CALL ops.watch('core.rights', 'view.on_rights');

CREATE FUNCTION view.on_licenses() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF view.deferred() OR NOT EXISTS (SELECT FROM changed) THEN
    RETURN NULL;
  END IF;
  PERFORM ops.announce('{ref}');
  IF TG_OP = 'UPDATE' THEN
    -- FOR UPDATE waits for rights being stated under the licence now: they would read the old terms.
    PERFORM 1 FROM core.licenses WHERE id IN (SELECT id FROM changed) ORDER BY id FOR UPDATE;
    PERFORM view.refresh_rights(ARRAY(SELECT r.subject_id FROM before b JOIN changed c USING (id) JOIN core.rights r ON r.license_id = c.id WHERE b.open <> c.open));
  END IF;
  RETURN NULL;
END $$;
CALL ops.watch('core.licenses', 'view.on_licenses');
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP FUNCTION view.on_licenses() CASCADE;
DROP FUNCTION view.on_rights() CASCADE;
DROP FUNCTION view.refresh_rights(uuid[]);
DROP FUNCTION view.on_expression_contributors() CASCADE;
DROP FUNCTION view.on_expressions() CASCADE;
DROP FUNCTION view.expression_changed() CASCADE;
DROP FUNCTION view.align_tags(uuid[]);
DROP FUNCTION view.refresh_expression(uuid[]);
DROP FUNCTION view.lock_expressions(uuid[]);
DROP TABLE view.expression;
DROP VIEW view.expression_source;
DROP FUNCTION core.readable_lines(text, int);
-- +goose StatementEnd
