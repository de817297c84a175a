-- +goose Up
-- +goose StatementBegin
-- Canonical tags; the others are among their synonyms.
CREATE VIEW view.tag_source AS
SELECT
  t.id, s.public_id, coalesce(sl.slug, s.public_id)::text AS slug, t.name COLLATE "C" AS name, t.tag_kind AS kind,
  ARRAY(SELECT y.name FROM core.tags y WHERE y.synonym_of = t.id AND y.status = 'ACTIVE' ORDER BY y.name COLLATE "C", y.id) AS synonyms,
  (SELECT count(*)::int FROM view.work w WHERE w.tag_ids @> ARRAY[t.id]) AS usage_count, t.version
FROM core.tags t
JOIN core.subjects s ON s.id = t.id
LEFT JOIN core.slugs sl ON sl.subject_id = t.id AND sl.is_current
WHERE t.synonym_of IS NULL AND t.status = 'ACTIVE';

CREATE TABLE view.tag (
  id          uuid PRIMARY KEY,
  public_id   text NOT NULL UNIQUE,
  slug        text NOT NULL UNIQUE DEFERRABLE,
  name        text COLLATE "C" NOT NULL,
  kind        text NOT NULL,
  synonyms    text[] NOT NULL,
  usage_count int NOT NULL,
  version     int NOT NULL
);
CREATE INDEX tag_name ON view.tag (lower(name), id);
CREATE INDEX tag_prefix ON view.tag ((view.sort_key(name) COLLATE "C"));
CREATE INDEX tag_usage ON view.tag (usage_count DESC, id DESC);
CREATE INDEX tag_kind_name ON view.tag (kind, lower(name), id);
CREATE INDEX tag_kind_usage ON view.tag (kind, usage_count DESC, id DESC);

CREATE FUNCTION view.refresh_tag(ids uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan SET jit = off AS $$
BEGIN
  PERFORM view.lock_subjects(ids);
  -- The counts are moved by view.count_tags, which holds only this row.
  PERFORM 1 FROM view.tag WHERE id = ANY (ids) ORDER BY id FOR UPDATE;
  DELETE FROM view.tag t WHERE t.id = ANY (ids) AND NOT EXISTS (SELECT FROM view.tag_source s WHERE s.id = t.id);
  INSERT INTO view.tag AS t SELECT s.* FROM view.tag_source s WHERE s.id = ANY (ids)
  ON CONFLICT (id) DO UPDATE SET (id, public_id, slug, name, kind, synonyms, usage_count, version) = ROW (excluded.*)
    WHERE t.* IS DISTINCT FROM excluded.*;
END $$;

-- Moves the counts by what works have gained and lost.
CREATE FUNCTION view.count_tags(added uuid[], removed uuid[]) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF cardinality(added) + cardinality(removed) = 0 THEN
    RETURN;
  END IF;
  PERFORM 1 FROM view.tag WHERE id = ANY (added || removed) ORDER BY id FOR UPDATE;
  UPDATE view.tag t SET usage_count = t.usage_count + d.n
  FROM (SELECT id, sum(n)::int AS n FROM (SELECT unnest(added) AS id, 1 AS n UNION ALL SELECT unnest(removed), -1) x GROUP BY id HAVING sum(n) <> 0) d
  WHERE t.id = d.id;
END $$;

-- ── the table has changed

CREATE FUNCTION view.tag_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  n bigint := (SELECT count(*) FROM changed);
  named uuid[] := ARRAY(SELECT id FROM changed);
  counted boolean := true;
BEGIN
  IF n = 0 THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    -- Every publication moves a count: that is no news for the change feed, nor to whoever names the tag.
    named := ARRAY(SELECT id FROM before b JOIN changed c USING (id) WHERE (b.slug, b.name, b.kind, b.synonyms, b.version) IS DISTINCT FROM (c.slug, c.name, c.kind, c.synonyms, c.version));
    counted := EXISTS (SELECT FROM before b JOIN changed c USING (id) WHERE b.usage_count <> c.usage_count);
    INSERT INTO ops.change_candidates (subject_id, kind, change, version)
      SELECT id, 'TAG', 'UPDATED', version FROM changed WHERE id = ANY (named) ORDER BY id;
  ELSE
    INSERT INTO ops.change_candidates (subject_id, kind, change, version)
      SELECT id, 'TAG', CASE TG_OP WHEN 'INSERT' THEN 'CREATED' ELSE 'DELETED' END, version FROM changed ORDER BY id;
  END IF;
  IF view.deferred() THEN
    RETURN NULL;
  END IF;
  PERFORM ops.announce(CASE WHEN n > 10000 THEN '{*}' ELSE ARRAY(
    SELECT unnest(ARRAY['list:tag', public_id]) FROM changed WHERE id = ANY (named)
    UNION SELECT 'count:tag' WHERE counted) END);
  IF TG_OP <> 'UPDATE' THEN
    PERFORM view.visibility_changed(ARRAY(SELECT id FROM changed));
  END IF;
  RETURN NULL;
END $$;
CALL ops.watch('view.tag', 'view.tag_changed');

-- ── tags have changed

-- When a tag becomes a synonym, is banned or comes back, every work that has it or one of its synonyms shows another.
-- A synonym stands for a canonical tag and never for another synonym. FOR UPDATE waits for what is being tagged now, with
-- the tag or with one of its synonyms.
CREATE FUNCTION view.on_tags() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  ids uuid[] := ARRAY(SELECT id FROM changed);
  moved uuid[] := '{}';
BEGIN
  IF cardinality(ids) = 0 THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    moved := ARRAY(SELECT b.id FROM before b LEFT JOIN changed c USING (id) WHERE (b.synonym_of, b.status) IS DISTINCT FROM (c.synonym_of, c.status));
    IF cardinality(moved) > 0 THEN
      PERFORM 1 FROM core.tags WHERE id = ANY (moved) OR synonym_of = ANY (moved) ORDER BY id FOR UPDATE;
    END IF;
  END IF;
  -- One at a time from here to the commit: of two that make a chain together, each could else miss the other.
  IF TG_OP <> 'DELETE' AND EXISTS (SELECT FROM changed WHERE synonym_of IS NOT NULL) THEN
    PERFORM pg_advisory_xact_lock(hashtextextended('core.tags.synonym_of', 0));
  END IF;
  IF TG_OP <> 'DELETE' AND EXISTS (
    SELECT FROM core.tags y JOIN core.tags t ON t.id = y.synonym_of
    WHERE t.synonym_of IS NOT NULL AND (y.id = ANY (ids) OR y.synonym_of = ANY (ids))) THEN
    RAISE EXCEPTION 'a synonym must stand for a canonical tag' USING ERRCODE = 'check_violation', CONSTRAINT = 'tags_synonym_of_canonical',
      HINT = 'Let the synonyms of a tag stand for its new canonical tag first.';
  END IF;
  IF view.deferred() THEN
    RETURN NULL;
  END IF;
  PERFORM view.refresh_tag(ARRAY(SELECT unnest(ids) UNION SELECT synonym_of FROM changed WHERE synonym_of IS NOT NULL));
  IF TG_OP = 'UPDATE' THEN
    PERFORM view.refresh_tag(ARRAY(SELECT id FROM before UNION SELECT synonym_of FROM before WHERE synonym_of IS NOT NULL));
    PERFORM view.refresh_work(ARRAY(
      SELECT st.subject_id FROM core.subject_tags st WHERE st.tag_id IN (
        SELECT unnest(moved) UNION SELECT t.id FROM core.tags t WHERE t.synonym_of = ANY (moved))));
  END IF;
  RETURN NULL;
END $$;
CALL ops.watch('core.tags', 'view.on_tags');
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP FUNCTION view.on_tags() CASCADE;
DROP FUNCTION view.tag_changed() CASCADE;
DROP FUNCTION view.count_tags(uuid[], uuid[]);
DROP FUNCTION view.refresh_tag(uuid[]);
DROP TABLE view.tag;
DROP VIEW view.tag_source;
-- +goose StatementEnd
