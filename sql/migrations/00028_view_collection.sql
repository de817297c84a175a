-- +goose Up
-- +goose StatementBegin
-- What can be put into a collection; an item is seen while it and the collection are.
CREATE VIEW view.collectable AS
SELECT id, public_id, 'WORK' AS kind FROM view.work
UNION ALL SELECT id, public_id, 'EXPRESSION' FROM view.expression
UNION ALL SELECT id, public_id, 'PERSON' FROM view.person
UNION ALL SELECT id, public_id, 'USER' FROM view.users_public
UNION ALL SELECT id, public_id, 'TAG' FROM view.tag
UNION ALL SELECT id, public_id, 'CATEGORY' FROM view.category;

CREATE TABLE view.collection (
  id             uuid PRIMARY KEY,
  public_id      text NOT NULL UNIQUE,
  owner_id       uuid,                              -- NULL when they are gone
  owner_username text,
  slug           text NOT NULL,
  title          text NOT NULL,
  description    text,
  visibility     text NOT NULL,
  curation       text NOT NULL,
  item_count     int NOT NULL,
  popularity     double precision NOT NULL,
  created_at     timestamptz NOT NULL,
  updated_at     timestamptz NOT NULL,
  version        int NOT NULL,
  UNIQUE (owner_id, slug) DEFERRABLE
);
CREATE INDEX collection_popular ON view.collection (popularity DESC, id DESC) WHERE visibility = 'PUBLIC';
CREATE INDEX collection_newest ON view.collection (created_at DESC, id DESC) WHERE visibility = 'PUBLIC';
CREATE INDEX collection_recent ON view.collection (updated_at DESC, id DESC) WHERE visibility = 'PUBLIC';
CREATE INDEX collection_title ON view.collection (lower(title), id) WHERE visibility = 'PUBLIC';
CREATE INDEX collection_prefix ON view.collection ((view.sort_key(title) COLLATE "C")) WHERE visibility = 'PUBLIC';
CREATE INDEX collection_owner ON view.collection (owner_id, updated_at DESC, id DESC);
CREATE INDEX collection_owner_slug ON view.collection (owner_username, slug);

CREATE TABLE view.collection_item (
  collection_id uuid NOT NULL,
  rank          text COLLATE "C" NOT NULL,
  subject_id    uuid NOT NULL,
  kind          text NOT NULL,
  note          text,
  added_at      timestamptz NOT NULL,
  PRIMARY KEY (collection_id, subject_id)
);
CREATE INDEX collection_item_order ON view.collection_item (collection_id, rank, subject_id);
CREATE INDEX collection_item_subject ON view.collection_item (subject_id);

-- What a member leaves behind is nobody's.
CREATE VIEW view.collection_source AS
SELECT
  c.id, s.public_id, u.id AS owner_id, u.username AS owner_username, coalesce(sl.slug, s.public_id)::text AS slug, c.title, c.description, c.visibility, c.curation,
  (SELECT count(*)::int FROM view.collection_item i WHERE i.collection_id = c.id) AS item_count,
  coalesce(p.popularity, 0) AS popularity, c.created_at, c.updated_at, c.version
FROM social.collections c
JOIN core.subjects s ON s.id = c.id
LEFT JOIN view.users_public u ON u.id = c.owner_id
-- A slug is good among the collections of the owner that it was given to.
LEFT JOIN core.slugs sl ON sl.subject_id = c.id AND sl.is_current AND sl.scope_id = c.owner_id
LEFT JOIN stats.totals p ON p.subject_id = c.id
WHERE c.visibility IN ('PUBLIC','UNLISTED') AND c.deleted_at IS NULL;

CREATE VIEW view.collection_item_source AS
SELECT i.collection_id, i.rank, i.subject_id, s.kind, i.note, i.created_at AS added_at
FROM social.collection_items i
JOIN social.collections c ON c.id = i.collection_id AND c.visibility IN ('PUBLIC','UNLISTED') AND c.deleted_at IS NULL
JOIN view.collectable s ON s.id = i.subject_id
WHERE i.approval = 'APPROVED';

-- The collection's row is the lock of its items.
CREATE FUNCTION view.refresh_collection_item(collections uuid[], subjects uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan SET jit = off AS $$
BEGIN
  PERFORM view.lock_subjects(collections);
  DELETE FROM view.collection_item i WHERE i.collection_id = ANY (collections) AND i.subject_id = ANY (subjects)
    AND NOT EXISTS (SELECT FROM view.collection_item_source s WHERE s.collection_id = i.collection_id AND s.subject_id = i.subject_id);
  INSERT INTO view.collection_item AS i SELECT s.* FROM view.collection_item_source s WHERE s.collection_id = ANY (collections) AND s.subject_id = ANY (subjects)
  ON CONFLICT (collection_id, subject_id) DO UPDATE SET (collection_id, rank, subject_id, kind, note, added_at) = ROW (excluded.*)
    WHERE i.* IS DISTINCT FROM excluded.*;
END $$;

CREATE FUNCTION view.refresh_collection(ids uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan SET jit = off AS $$
BEGIN
  PERFORM view.lock_subjects(ids);
  DELETE FROM view.collection c WHERE c.id = ANY (ids) AND NOT EXISTS (SELECT FROM view.collection_source s WHERE s.id = c.id);
  INSERT INTO view.collection AS c SELECT s.* FROM view.collection_source s WHERE s.id = ANY (ids)
  ON CONFLICT (id) DO UPDATE SET
    (id, public_id, owner_id, owner_username, slug, title, description, visibility, curation, item_count, popularity, created_at, updated_at, version) = ROW (excluded.*)
    WHERE c.* IS DISTINCT FROM excluded.*;
END $$;

-- ── the tables have changed

CREATE FUNCTION view.collection_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  n bigint := (SELECT count(*) FROM changed);
  seen uuid[];
BEGIN
  IF n = 0 OR view.silent() THEN
    RETURN NULL;
  END IF;
  -- The feed is for everybody: who lists its collections must not find those that are not listed.
  IF TG_OP = 'UPDATE' THEN
    INSERT INTO ops.change_candidates (subject_id, kind, change, version)
      SELECT c.id, 'COLLECTION', CASE WHEN b.visibility <> 'PUBLIC' THEN 'CREATED' WHEN c.visibility <> 'PUBLIC' THEN 'DELETED' ELSE 'UPDATED' END, c.version
      FROM changed c JOIN before b USING (id) WHERE 'PUBLIC' IN (b.visibility, c.visibility) ORDER BY c.id;
  ELSE
    INSERT INTO ops.change_candidates (subject_id, kind, change, version)
      SELECT id, 'COLLECTION', CASE TG_OP WHEN 'INSERT' THEN 'CREATED' ELSE 'DELETED' END, version FROM changed WHERE visibility = 'PUBLIC' ORDER BY id;
  END IF;
  IF view.deferred() THEN
    RETURN NULL;
  END IF;
  PERFORM ops.announce(CASE WHEN n > 10000 THEN '{*}' ELSE ARRAY(
    SELECT 'list:coll' UNION SELECT public_id FROM changed UNION SELECT core.typeid('USER', owner_id) FROM changed WHERE owner_id IS NOT NULL) END);
  IF TG_OP = 'UPDATE' THEN
    PERFORM ops.announce(ARRAY(SELECT DISTINCT core.typeid('USER', b.owner_id) FROM before b JOIN changed c USING (id) WHERE b.owner_id IS DISTINCT FROM c.owner_id AND b.owner_id IS NOT NULL
      UNION SELECT 'trending:' || lower(t.period) FROM before b JOIN changed c USING (id) JOIN stats.trending t ON t.subject_id = c.id WHERE b.visibility <> c.visibility));
  ELSE
    seen := ARRAY(SELECT id FROM changed);
    PERFORM view.refresh_collection_item(seen, ARRAY(SELECT DISTINCT subject_id FROM social.collection_items WHERE collection_id = ANY (seen)));
    PERFORM view.visibility_changed(seen);
  END IF;
  RETURN NULL;
END $$;
CALL ops.watch('view.collection', 'view.collection_changed');

CREATE FUNCTION view.collection_item_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  collections uuid[] := ARRAY(SELECT DISTINCT collection_id FROM changed);
BEGIN
  IF view.deferred() OR cardinality(collections) = 0 THEN
    RETURN NULL;
  END IF;
  PERFORM ops.announce(ARRAY(SELECT core.typeid('COLLECTION', unnest(collections))));
  IF TG_OP <> 'UPDATE' THEN
    PERFORM view.refresh_collection(collections);
  END IF;
  RETURN NULL;
END $$;
CALL ops.watch('view.collection_item', 'view.collection_item_changed');

-- ── what collections are made of has changed

CREATE FUNCTION view.on_collections() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF view.deferred() THEN
    RETURN NULL;
  ELSIF TG_OP = 'UPDATE' THEN
    PERFORM view.refresh_collection(ARRAY(SELECT id FROM changed UNION SELECT id FROM before));
  ELSE
    PERFORM view.refresh_collection(ARRAY(SELECT id FROM changed));
  END IF;
  RETURN NULL;
END $$;
CALL ops.watch('social.collections', 'view.on_collections');

CREATE FUNCTION view.on_collection_items() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF view.deferred() THEN
    RETURN NULL;
  ELSIF TG_OP = 'UPDATE' THEN
    PERFORM view.refresh_collection_item(ARRAY(SELECT collection_id FROM changed UNION SELECT collection_id FROM before),
                                         ARRAY(SELECT subject_id FROM changed UNION SELECT subject_id FROM before));
  ELSE
    PERFORM view.refresh_collection_item(ARRAY(SELECT DISTINCT collection_id FROM changed), ARRAY(SELECT DISTINCT subject_id FROM changed));
  END IF;
  RETURN NULL;
END $$;
CALL ops.watch('social.collection_items', 'view.on_collection_items');
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP FUNCTION view.on_collection_items() CASCADE;
DROP FUNCTION view.on_collections() CASCADE;
DROP FUNCTION view.collection_item_changed() CASCADE;
DROP FUNCTION view.collection_changed() CASCADE;
DROP FUNCTION view.refresh_collection(uuid[]);
DROP FUNCTION view.refresh_collection_item(uuid[], uuid[]);
DROP VIEW view.collection_item_source;
DROP VIEW view.collection_source;
DROP TABLE view.collection_item;
DROP TABLE view.collection;
DROP VIEW view.collectable;
-- +goose StatementEnd
