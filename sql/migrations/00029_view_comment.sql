-- +goose Up
-- +goose StatementBegin
-- What can be commented on; a comment is seen while that is.
CREATE VIEW view.commentable AS
SELECT id, public_id, kind FROM view.collectable
UNION ALL SELECT id, public_id, 'COLLECTION' FROM view.collection;

-- A comment that is gone, or held back, leaves a stub while a visible reply hangs on it, however far below: between
-- path || '.' and path || '/' lies everything under it. Likes follow the counters as popularity does, silently.
CREATE VIEW view.comment_source AS
SELECT
  c.id, s.public_id, c.subject_id, c.root_id, c.parent_id, c.depth::int AS depth, c.path,
  CASE WHEN v.visible AND EXISTS (SELECT FROM view.users_public u WHERE u.id = c.author_id) THEN c.author_id END AS author_id,
  CASE WHEN v.visible THEN c.body ELSE '' END AS body, CASE WHEN v.visible THEN c.anchor_ref END AS anchor_ref, CASE WHEN v.visible THEN c.anchor_revision END AS anchor_revision,
  CASE WHEN v.visible THEN 'VISIBLE' ELSE 'DELETED' END AS status,
  (SELECT count(*)::int FROM social.comments r WHERE r.parent_id = c.id AND r.status = 'VISIBLE' AND r.deleted_at IS NULL) AS reply_count,
  coalesce((SELECT t.likes FROM stats.totals t WHERE t.subject_id = c.id), 0)::int AS like_count,
  c.created_at, CASE WHEN v.visible THEN c.edited_at END AS edited_at, c.version
FROM social.comments c
JOIN core.subjects s ON s.id = c.id
CROSS JOIN LATERAL (SELECT c.status = 'VISIBLE' AND c.deleted_at IS NULL AS visible) v
WHERE EXISTS (SELECT FROM view.commentable o WHERE o.id = c.subject_id)
  AND (v.visible OR EXISTS (
    SELECT FROM social.comments r
    WHERE r.root_id = c.root_id AND r.path > c.path || '.' AND r.path < c.path || '/' AND r.status = 'VISIBLE' AND r.deleted_at IS NULL));

CREATE TABLE view.comment (
  id              uuid PRIMARY KEY,
  public_id       text NOT NULL UNIQUE,
  subject_id      uuid NOT NULL,
  root_id         uuid NOT NULL,
  parent_id       uuid,
  depth           int NOT NULL,
  path            text COLLATE "C" NOT NULL,
  author_id       uuid,
  body            text NOT NULL,
  anchor_ref      text,
  anchor_revision int,
  status          text NOT NULL,
  reply_count     int NOT NULL,
  like_count      int NOT NULL,
  created_at      timestamptz NOT NULL,
  edited_at       timestamptz,
  version         int NOT NULL
);
CREATE INDEX comment_newest ON view.comment (subject_id, created_at DESC, id DESC) WHERE depth = 0;
CREATE INDEX comment_liked ON view.comment (subject_id, like_count DESC, id DESC) WHERE depth = 0;
CREATE INDEX comment_thread ON view.comment (root_id, path);
CREATE INDEX comment_parent ON view.comment (parent_id, path) WHERE parent_id IS NOT NULL;
CREATE INDEX comment_author ON view.comment (author_id, created_at DESC, id DESC);

-- With a comment those above it change too: their replies are counted, their stubs come and go. The first comment of
-- the thread is the lock of all of it.
CREATE FUNCTION view.refresh_comment(ids uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan SET jit = off AS $$
DECLARE
  family uuid[];
BEGIN
  PERFORM view.lock_subjects(ARRAY(
    SELECT root_id FROM social.comments WHERE id = ANY (ids) UNION SELECT root_id FROM view.comment WHERE id = ANY (ids)));
  family := ARRAY(
    WITH RECURSIVE up (id, parent_id) AS (
      SELECT u.id, c.parent_id FROM unnest(ids) u (id) LEFT JOIN social.comments c ON c.id = u.id
      UNION SELECT v.parent_id, c.parent_id FROM view.comment v LEFT JOIN social.comments c ON c.id = v.parent_id WHERE v.id = ANY (ids) AND v.parent_id IS NOT NULL
      UNION SELECT c.id, c.parent_id FROM up JOIN social.comments c ON c.id = up.parent_id)
    SELECT DISTINCT id FROM up);
  DELETE FROM view.comment c WHERE c.id = ANY (family) AND NOT EXISTS (SELECT FROM view.comment_source s WHERE s.id = c.id);
  INSERT INTO view.comment AS c SELECT s.* FROM view.comment_source s WHERE s.id = ANY (family)
  ON CONFLICT (id) DO UPDATE SET
    (id, public_id, subject_id, root_id, parent_id, depth, path, author_id, body, anchor_ref, anchor_revision, status, reply_count, like_count, created_at, edited_at, version) = ROW (excluded.*)
    WHERE c.* IS DISTINCT FROM excluded.*;
END $$;

-- ── the table has changed

CREATE FUNCTION view.comment_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  n bigint := (SELECT count(*) FROM changed);
BEGIN
  IF n = 0 OR view.silent() OR view.deferred() THEN
    RETURN NULL;
  END IF;
  PERFORM ops.announce(CASE WHEN n > 10000 THEN '{*}' ELSE ARRAY(
    SELECT public_id FROM changed UNION SELECT 'comments:' || core.typeid('COMMENT', root_id) FROM changed
    UNION SELECT 'comments:' || s.public_id FROM changed c JOIN core.subjects s ON s.id = c.subject_id) END);
  IF TG_OP = 'UPDATE' THEN
    PERFORM ops.announce(ARRAY(
      SELECT 'comments:' || core.typeid('COMMENT', b.root_id) FROM before b JOIN changed c USING (id) WHERE b.root_id <> c.root_id
      UNION SELECT 'comments:' || s.public_id FROM before b JOIN changed c USING (id) JOIN core.subjects s ON s.id = b.subject_id WHERE b.subject_id <> c.subject_id));
  END IF;
  RETURN NULL;
END $$;
CALL ops.watch('view.comment', 'view.comment_changed');

-- ── comments have changed

CREATE FUNCTION view.on_comments() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF view.deferred() THEN
    RETURN NULL;
  ELSIF TG_OP = 'UPDATE' THEN
    -- When a comment has moved, so has its whole thread.
    PERFORM view.refresh_comment(ARRAY(
      SELECT id FROM changed UNION SELECT id FROM before
      UNION SELECT t.id FROM before b LEFT JOIN changed c USING (id) JOIN social.comments t ON t.root_id IN (b.root_id, c.root_id)
            WHERE (b.root_id, b.parent_id, b.path) IS DISTINCT FROM (c.root_id, c.parent_id, c.path)));
  ELSIF TG_OP = 'DELETE' THEN
    PERFORM view.refresh_comment(ARRAY(SELECT id FROM changed UNION SELECT parent_id FROM changed WHERE parent_id IS NOT NULL));
  ELSE
    PERFORM view.refresh_comment(ARRAY(SELECT id FROM changed));
  END IF;
  RETURN NULL;
END $$;
CALL ops.watch('social.comments', 'view.on_comments');

-- ── counters: popularity and likes are copied without a word

CREATE FUNCTION view.on_totals() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  ids uuid[];
BEGIN
  IF view.deferred() THEN
    RETURN NULL;
  ELSIF TG_OP = 'UPDATE' THEN
    ids := ARRAY(SELECT subject_id FROM before b FULL JOIN changed c USING (subject_id) WHERE (b.popularity, b.likes) IS DISTINCT FROM (c.popularity, c.likes));
  ELSE
    ids := ARRAY(SELECT subject_id FROM changed);
  END IF;
  IF cardinality(ids) > 0 THEN PERFORM view.refresh_popularity(ids); END IF;
  RETURN NULL;
END $$;
CALL ops.watch('stats.totals', 'view.on_totals');

CREATE FUNCTION view.refresh_popularity(ids uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan SET jit = off AS $$
DECLARE
  was text := coalesce(current_setting('tercul.silent', true), '');
BEGIN
  PERFORM view.lock_subjects(ARRAY(
    SELECT unnest(ids) UNION SELECT work_id FROM view.expression WHERE id = ANY (ids) UNION SELECT root_id FROM view.comment WHERE id = ANY (ids)));
  PERFORM set_config('tercul.silent', 'on', true);
  UPDATE view.work v SET popularity = p.n FROM (SELECT u.id, coalesce(t.popularity, 0) AS n FROM unnest(ids) u (id) LEFT JOIN stats.totals t ON t.subject_id = u.id) p WHERE v.id = p.id AND v.popularity <> p.n;
  UPDATE view.expression v SET popularity = p.n FROM (SELECT u.id, coalesce(t.popularity, 0) AS n FROM unnest(ids) u (id) LEFT JOIN stats.totals t ON t.subject_id = u.id) p WHERE v.id = p.id AND v.popularity <> p.n;
  UPDATE view.person v SET popularity = p.n FROM (SELECT u.id, coalesce(t.popularity, 0) AS n FROM unnest(ids) u (id) LEFT JOIN stats.totals t ON t.subject_id = u.id) p WHERE v.id = p.id AND v.popularity <> p.n;
  UPDATE view.collection v SET popularity = p.n FROM (SELECT u.id, coalesce(t.popularity, 0) AS n FROM unnest(ids) u (id) LEFT JOIN stats.totals t ON t.subject_id = u.id) p WHERE v.id = p.id AND v.popularity <> p.n;
  UPDATE view.comment v SET like_count = p.n FROM (SELECT u.id, coalesce(t.likes, 0)::int AS n FROM unnest(ids) u (id) LEFT JOIN stats.totals t ON t.subject_id = u.id) p WHERE v.id = p.id AND v.like_count <> p.n;
  PERFORM set_config('tercul.silent', was, true);
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP FUNCTION view.refresh_popularity(uuid[]);
DROP FUNCTION view.on_totals() CASCADE;
DROP FUNCTION view.on_comments() CASCADE;
DROP FUNCTION view.comment_changed() CASCADE;
DROP FUNCTION view.refresh_comment(uuid[]);
DROP TABLE view.comment;
DROP VIEW view.comment_source;
DROP VIEW view.commentable;
-- +goose StatementEnd
