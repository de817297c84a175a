-- +goose Up
-- +goose StatementBegin
-- How many works a category has, those of the categories below it included.
CREATE FUNCTION view.works_under(category uuid) RETURNS int LANGUAGE plpgsql STABLE SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN (SELECT count(*) FROM view.work WHERE category_path_ids @> ARRAY[category]);
END $$;

-- A category is seen while it and all above it are; the walk upwards ends at 16, so that a circle is never seen.
CREATE VIEW view.category_source AS
SELECT
  c.id, s.public_id, c.path COLLATE "C" AS path, substring(c.path FROM '([a-z0-9-]+)/$') AS slug, c.category_kind AS kind,
  coalesce(n.name, c.path) AS name, coalesce(n.names, '[]') AS names, c.names AS names_by_language,
  c.parent_id, coalesce(up.ids, '{}') AS ancestor_ids, cardinality(coalesce(up.ids, '{}')) AS depth, c.ordinal,
  view.works_under(c.id) AS work_count, c.version
FROM core.categories c
JOIN core.subjects s ON s.id = c.id
LEFT JOIN LATERAL (
  SELECT (array_agg(e.value #>> '{}' ORDER BY e.key <> 'en', e.key))[1] AS name,
         jsonb_agg(jsonb_build_object('language', e.key, 'name', e.value) ORDER BY e.key <> 'en', e.key) AS names
  FROM jsonb_each(c.names) e) n ON true
CROSS JOIN LATERAL (
  WITH RECURSIVE walk (id, parent_id, deleted_at, n) AS (
    SELECT p.id, p.parent_id, p.deleted_at, 1 FROM core.categories p WHERE p.id = c.parent_id
    UNION ALL SELECT p.id, p.parent_id, p.deleted_at, walk.n + 1 FROM walk JOIN core.categories p ON p.id = walk.parent_id WHERE walk.n < 16)
  SELECT array_agg(id ORDER BY walk.n DESC) AS ids, coalesce(bool_and(deleted_at IS NULL) AND bool_or(parent_id IS NULL), true) AS live FROM walk) up
WHERE c.deleted_at IS NULL AND up.live;

CREATE TABLE view.category (
  id                uuid PRIMARY KEY,
  public_id         text NOT NULL UNIQUE,
  path              text COLLATE "C" NOT NULL UNIQUE DEFERRABLE,
  slug              text NOT NULL,
  kind              text NOT NULL,
  name              text NOT NULL,
  names             jsonb NOT NULL,
  names_by_language jsonb NOT NULL,
  parent_id         uuid,
  ancestor_ids      uuid[] NOT NULL,
  depth             int NOT NULL,
  ordinal           int NOT NULL,
  work_count        int NOT NULL,
  version           int NOT NULL
);
CREATE INDEX category_children ON view.category (parent_id, ordinal, id);
CREATE INDEX category_roots ON view.category (kind, ordinal, id) WHERE parent_id IS NULL;
CREATE INDEX category_order ON view.category (depth, ordinal, id);
CREATE INDEX category_ancestors ON view.category USING gin (ancestor_ids) WITH (fastupdate = off);

CREATE FUNCTION view.refresh_category(ids uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan SET jit = off AS $$
BEGIN
  PERFORM view.lock_subjects(ids);
  -- The counts are moved by view.count_categories, which holds only this row.
  PERFORM 1 FROM view.category WHERE id = ANY (ids) ORDER BY id FOR UPDATE;
  DELETE FROM view.category c WHERE c.id = ANY (ids) AND NOT EXISTS (SELECT FROM view.category_source s WHERE s.id = c.id);
  INSERT INTO view.category AS c SELECT s.* FROM view.category_source s WHERE s.id = ANY (ids)
  ON CONFLICT (id) DO UPDATE SET
    (id, public_id, path, slug, kind, name, names, names_by_language, parent_id, ancestor_ids, depth, ordinal, work_count, version) = ROW (excluded.*)
    WHERE c.* IS DISTINCT FROM excluded.*;
END $$;

-- Moves the counts by what works have gained and lost: counting again would read every work of a genre.
CREATE FUNCTION view.count_categories(added uuid[], removed uuid[]) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF cardinality(added) + cardinality(removed) = 0 THEN
    RETURN;
  END IF;
  PERFORM 1 FROM view.category WHERE id = ANY (added || removed) ORDER BY id FOR UPDATE;
  UPDATE view.category c SET work_count = c.work_count + d.n
  FROM (SELECT id, sum(n)::int AS n FROM (SELECT unnest(added) AS id, 1 AS n UNION ALL SELECT unnest(removed), -1) x GROUP BY id HAVING sum(n) <> 0) d
  WHERE c.id = d.id;
END $$;

-- ── the table has changed

CREATE FUNCTION view.category_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  n bigint := (SELECT count(*) FROM changed);
  named uuid[] := ARRAY(SELECT id FROM changed);
  counted boolean := true;
  works uuid[];
BEGIN
  IF n = 0 THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    -- Every publication moves a count: that is no news for the change feed, nor to whoever names the category.
    named := ARRAY(SELECT id FROM before b JOIN changed c USING (id) WHERE to_jsonb(b) - 'work_count' <> to_jsonb(c) - 'work_count');
    counted := EXISTS (SELECT FROM before b JOIN changed c USING (id) WHERE b.work_count <> c.work_count);
    INSERT INTO ops.change_candidates (subject_id, kind, change, version)
      SELECT id, 'CATEGORY', 'UPDATED', version FROM changed WHERE id = ANY (named) ORDER BY id;
  ELSE
    INSERT INTO ops.change_candidates (subject_id, kind, change, version)
      SELECT id, 'CATEGORY', CASE TG_OP WHEN 'INSERT' THEN 'CREATED' ELSE 'DELETED' END, version FROM changed ORDER BY id;
  END IF;
  IF view.deferred() THEN
    RETURN NULL;
  END IF;
  PERFORM ops.announce(CASE WHEN n > 10000 THEN '{*}' ELSE ARRAY(
    SELECT unnest(ARRAY['list:cat', public_id]) FROM changed WHERE id = ANY (named)
    UNION SELECT 'count:cat' WHERE counted) END);
  IF TG_OP = 'UPDATE' THEN
    works := ARRAY(SELECT DISTINCT sc.subject_id FROM before b JOIN changed c USING (id) JOIN core.subject_categories sc ON sc.category_id = c.id WHERE b.ancestor_ids <> c.ancestor_ids);
  ELSE
    works := ARRAY(SELECT DISTINCT sc.subject_id FROM changed c JOIN core.subject_categories sc ON sc.category_id = c.id);
    PERFORM view.visibility_changed(ARRAY(SELECT id FROM changed));
  END IF;
  IF cardinality(works) > 0 THEN PERFORM view.refresh_work(works); END IF;
  RETURN NULL;
END $$;
CALL ops.watch('view.category', 'view.category_changed');

-- ── the tree has changed: the category and all below it. FOR UPDATE waits for works, and for other categories, being put
-- into one of them now; with what has come meanwhile it waits again.

CREATE FUNCTION view.on_categories() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  ids uuid[] := ARRAY(SELECT id FROM changed);
  held uuid[] := '{}';
BEGIN
  IF view.deferred() OR cardinality(ids) = 0 THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    LOOP
      ids := ARRAY(
        WITH RECURSIVE walk (id, n) AS (
          SELECT unnest(ids), 0 UNION SELECT id, 0 FROM before
          UNION SELECT c.id, walk.n + 1 FROM walk JOIN core.categories c ON c.parent_id = walk.id WHERE walk.n < 16)
        SELECT DISTINCT id FROM walk);
      EXIT WHEN held @> ids;
      PERFORM 1 FROM core.categories WHERE id = ANY (ids) ORDER BY id FOR UPDATE;
      held := ids;
    END LOOP;
  END IF;
  PERFORM view.refresh_category(ids);
  RETURN NULL;
END $$;
CALL ops.watch('core.categories', 'view.on_categories');
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP FUNCTION view.on_categories() CASCADE;
DROP FUNCTION view.category_changed() CASCADE;
DROP FUNCTION view.count_categories(uuid[], uuid[]);
DROP FUNCTION view.refresh_category(uuid[]);
DROP TABLE view.category;
DROP VIEW view.category_source;
DROP FUNCTION view.works_under(uuid);
-- +goose StatementEnd
