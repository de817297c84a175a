-- +goose Up
-- +goose StatementBegin
CREATE VIEW view.language_source AS
SELECT
  l.tag::text AS tag, l.iso639_3, l.script, l.direction, l.name_en COLLATE "C" AS name, l.name_native AS native_name,
  (SELECT count(*)::int FROM view.work w WHERE split_part(w.original_language, '-', 1) = split_part(l.tag::text, '-', 1) AND w.original_language = l.tag) AS work_count,
  (SELECT count(*)::int FROM view.expression e WHERE e.language_base = split_part(l.tag::text, '-', 1) AND e.language = l.tag AND e.kind <> 'ORIGINAL') AS translation_count
FROM core.languages l;

CREATE TABLE view.language (
  tag               text PRIMARY KEY,
  iso639_3          text NOT NULL,
  script            text NOT NULL,
  direction         text NOT NULL,
  name              text COLLATE "C" NOT NULL,
  native_name       text,
  work_count        int NOT NULL,
  translation_count int NOT NULL
);
CREATE INDEX language_name ON view.language (name, tag);
INSERT INTO view.language SELECT s.* FROM view.language_source s;

-- The base row is the lock: a language has no subject.
CREATE FUNCTION view.refresh_language(tags text[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan SET jit = off AS $$
BEGIN
  PERFORM 1 FROM core.languages WHERE tag = ANY (tags) ORDER BY tag FOR NO KEY UPDATE;
  PERFORM 1 FROM view.language WHERE tag = ANY (tags) ORDER BY tag FOR UPDATE;
  DELETE FROM view.language l WHERE l.tag = ANY (tags) AND NOT EXISTS (SELECT FROM core.languages s WHERE s.tag = l.tag);
  INSERT INTO view.language AS l SELECT s.* FROM view.language_source s WHERE s.tag = ANY (tags)
  ON CONFLICT (tag) DO UPDATE SET (tag, iso639_3, script, direction, name, native_name, work_count, translation_count) = ROW (excluded.*)
    WHERE l.* IS DISTINCT FROM excluded.*;
END $$;

CREATE FUNCTION view.count_languages(tags text[], works int[], translations int[]) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  PERFORM 1 FROM view.language WHERE tag = ANY (tags) ORDER BY tag FOR UPDATE;
  UPDATE view.language l SET work_count = l.work_count + d.works, translation_count = l.translation_count + d.translations
  FROM (SELECT u.tag, sum(u.w)::int AS works, sum(u.t)::int AS translations FROM unnest(tags, works, translations) u (tag, w, t) GROUP BY u.tag) d
  WHERE l.tag = d.tag AND (d.works, d.translations) <> (0, 0);
END $$;

CREATE FUNCTION view.count_work_languages(added text[], removed text[]) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF cardinality(added) + cardinality(removed) > 0 THEN
    PERFORM view.count_languages(added || removed, array_fill(1, ARRAY[cardinality(added)]) || array_fill(-1, ARRAY[cardinality(removed)]),
                                 array_fill(0, ARRAY[cardinality(added) + cardinality(removed)]));
  END IF;
END $$;

CREATE FUNCTION view.count_translation_languages(added text[], removed text[]) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF cardinality(added) + cardinality(removed) > 0 THEN
    PERFORM view.count_languages(added || removed, array_fill(0, ARRAY[cardinality(added) + cardinality(removed)]),
                                 array_fill(1, ARRAY[cardinality(added)]) || array_fill(-1, ARRAY[cardinality(removed)]));
  END IF;
END $$;

-- ── the table has changed

CREATE FUNCTION view.language_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF view.deferred() OR NOT EXISTS (SELECT FROM changed) THEN
    RETURN NULL;
  ELSIF TG_OP = 'UPDATE' THEN
    -- Every publication moves a count: that is no news to whoever names a language.
    PERFORM ops.announce(ARRAY(
      SELECT DISTINCT t.tag FROM before b JOIN changed c USING (tag) CROSS JOIN LATERAL (VALUES
        ('ref', (b.iso639_3, b.script, b.direction, b.name, b.native_name) IS DISTINCT FROM (c.iso639_3, c.script, c.direction, c.name, c.native_name)),
        ('count:language', (b.work_count, b.translation_count) <> (c.work_count, c.translation_count))) t (tag, told) WHERE t.told));
  ELSE
    PERFORM ops.announce('{ref,count:language}');
  END IF;
  RETURN NULL;
END $$;
CALL ops.watch('view.language', 'view.language_changed');

-- ── languages have changed. FOR UPDATE waits for works and texts being added in the language now.

CREATE FUNCTION view.on_languages() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  turned text[];
BEGIN
  IF view.deferred() OR NOT EXISTS (SELECT FROM changed) THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    turned := ARRAY(SELECT c.tag FROM before b JOIN changed c USING (tag) WHERE (b.script, b.direction) <> (c.script, c.direction));
    IF cardinality(turned) > 0 THEN
      PERFORM 1 FROM core.languages WHERE tag = ANY (turned) ORDER BY tag FOR UPDATE;
      PERFORM view.refresh_work(ARRAY(SELECT id FROM core.works WHERE original_language = ANY (turned)));
      PERFORM view.refresh_expression(ARRAY(SELECT id FROM core.expressions WHERE language = ANY (turned)));
    END IF;
    PERFORM view.refresh_language(ARRAY(SELECT tag::text FROM changed UNION SELECT tag::text FROM before));
  ELSE
    PERFORM view.refresh_language(ARRAY(SELECT tag::text FROM changed));
  END IF;
  RETURN NULL;
END $$;
CALL ops.watch('core.languages', 'view.on_languages');
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP FUNCTION view.on_languages() CASCADE;
DROP FUNCTION view.language_changed() CASCADE;
DROP FUNCTION view.count_translation_languages(text[], text[]);
DROP FUNCTION view.count_work_languages(text[], text[]);
DROP FUNCTION view.count_languages(text[], int[], int[]);
DROP FUNCTION view.refresh_language(text[]);
DROP TABLE view.language;
DROP VIEW view.language_source;
-- +goose StatementEnd
