-- +goose Up
-- +goose StatementBegin
-- Read models whose base row already is the answer: plain views, announced by triggers on the base tables.
CREATE VIEW view.subject AS
SELECT id, public_id, kind FROM view.commentable
UNION ALL SELECT id, public_id, 'COMMENT' FROM view.comment;

CREATE VIEW view.country AS SELECT code, iso3, name FROM core.countries;
CREATE VIEW view.license AS SELECT id, name, url, open, allows_derivatives, allows_commercial, requires_attribution, share_alike FROM core.licenses;
CREATE VIEW view.series AS SELECT id, slug::text AS slug, title, language::text AS language FROM core.series;

CREATE VIEW view.rights AS
SELECT r.subject_id, r.jurisdiction, r.status, r.license_id, r.holder, r.statement_uri, r.public_domain_from, r.basis, r.evidence_url, r.determined_at, r.version
FROM core.rights r WHERE EXISTS (SELECT FROM view.subject s WHERE s.id = r.subject_id);

CREATE VIEW view.revision AS
SELECT r.subject_id, r.version AS number, 'METADATA' AS kind, r.message, r.actor_id, NULL::int AS line_count, r.created_at
FROM core.revisions r WHERE EXISTS (SELECT FROM view.subject s WHERE s.id = r.subject_id)
UNION ALL
SELECT t.expression_id, t.revision, 'TEXT', t.message, t.actor_id, t.line_count, t.created_at
FROM core.text_revisions t WHERE EXISTS (SELECT FROM view.expression e WHERE e.id = t.expression_id);

CREATE VIEW view.slug AS
SELECT l.kind, l.scope_id, l.slug::text AS slug, coalesce(t.synonym_of, l.subject_id) AS subject_id, l.is_current
FROM core.slugs l LEFT JOIN core.tags t ON t.id = l.subject_id AND t.status = 'ACTIVE' -- a synonym's leads to its canonical tag
WHERE EXISTS (SELECT FROM view.subject s WHERE s.id = coalesce(t.synonym_of, l.subject_id));

-- What an id was merged into. Chains are flat where they are written, so this is the end of them.
CREATE VIEW view.redirect AS
SELECT r.old_id, o.public_id AS old_public_id, o.kind, r.new_id, n.public_id AS new_public_id
FROM core.id_redirects r JOIN core.subjects o ON o.id = r.old_id JOIN core.subjects n ON n.id = r.new_id
WHERE EXISTS (SELECT FROM view.subject s WHERE s.id = r.new_id);

-- What a prefix is looked for in: every title and name, in each language and script, as it is written and as it is
-- sorted. Whatever changes here changes the row of the work or person too, which announces it.
CREATE VIEW view.work_title_key AS
SELECT k.work_id, k.key FROM (
  SELECT work_id, view.sort_key(title) COLLATE "C" AS key FROM core.work_titles
  UNION ALL SELECT work_id, view.sort_key(sort_title) COLLATE "C" FROM core.work_titles) k
WHERE EXISTS (SELECT FROM view.work w WHERE w.id = k.work_id);
CREATE VIEW view.person_name_key AS
SELECT k.person_id, k.key FROM (
  SELECT person_id, view.sort_key(name) COLLATE "C" AS key FROM core.person_names WHERE name_kind <> 'SEARCH_HINT'
  UNION ALL SELECT person_id, view.sort_key(sort_name) COLLATE "C" FROM core.person_names WHERE name_kind <> 'SEARCH_HINT') k
WHERE EXISTS (SELECT FROM view.person p WHERE p.id = k.person_id);

CREATE VIEW view.subject_stats AS
SELECT t.subject_id, t.kind, t.views, t.likes, t.bookmarks, t.comments, t.collections, t.popularity, t.as_of
FROM stats.totals t WHERE EXISTS (SELECT FROM view.subject s WHERE s.id = t.subject_id);

CREATE VIEW view.trending AS
SELECT t.period, t.scope, t.kind, t.rank, t.subject_id, t.score, t.z_score, t.computed_at
FROM stats.trending t WHERE EXISTS (SELECT FROM view.subject s WHERE s.id = t.subject_id);

CREATE VIEW view.change AS
SELECT c.seq, c.subject_id, core.typeid(c.kind, c.subject_id) AS public_id, c.kind, c.change, c.version, c.at FROM ops.changes c;

CREATE VIEW view.document AS
SELECT hash, text_hash, name, source, operation_type, cost, ttl_s, status,
  CASE WHEN status = 'DEPRECATED' OR sunset_at IS NOT NULL THEN coalesce(deprecated_at, created_at) END AS deprecated_at, sunset_at, example, created_at
FROM ops.documents;

CREATE VIEW view.announcement AS SELECT id, xid, tags, at FROM ops.outbox;

-- ── what they show has changed

CREATE FUNCTION view.on_countries() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF NOT view.deferred() AND EXISTS (SELECT FROM changed) THEN
    PERFORM ops.announce('{ref}');
  END IF;
  RETURN NULL;
END $$;
CALL ops.watch('core.countries', 'view.on_countries');

CREATE FUNCTION view.on_slugs() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  ids uuid[] := ARRAY(SELECT DISTINCT subject_id FROM changed);
  canonical uuid[];
BEGIN
  IF view.deferred() OR cardinality(ids) = 0 THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    ids := ARRAY(SELECT unnest(ids) UNION SELECT subject_id FROM before);
  END IF;
  -- The slug of a synonym is shown as one of its canonical tag.
  ids := ARRAY(SELECT unnest(ids) UNION SELECT synonym_of FROM core.tags WHERE id = ANY (ids) AND synonym_of IS NOT NULL);
  PERFORM view.refresh_subjects(ids);
  -- It may have become one while the locks were waited for.
  canonical := ARRAY(SELECT synonym_of FROM core.tags WHERE id = ANY (ids) AND synonym_of IS NOT NULL EXCEPT SELECT unnest(ids));
  PERFORM view.refresh_subjects(canonical);
  ids := ids || canonical;
  PERFORM ops.announce(ARRAY(SELECT public_id FROM view.subject WHERE id = ANY (ids) UNION SELECT view.list_tag(kind) FROM view.subject WHERE id = ANY (ids)));
  RETURN NULL;
END $$;
CALL ops.watch('core.slugs', 'view.on_slugs');

CREATE FUNCTION view.on_id_redirects() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  ids uuid[] := ARRAY(SELECT old_id FROM changed UNION SELECT new_id FROM changed);
BEGIN
  IF view.deferred() OR cardinality(ids) = 0 THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    ids := ARRAY(SELECT unnest(ids) UNION SELECT old_id FROM before UNION SELECT new_id FROM before);
  END IF;
  PERFORM view.lock_subjects(ids);
  -- Lists may be asked for by any id, of whatever kind: those of works and texts by a person's, collections by all.
  PERFORM ops.announce(ARRAY(SELECT public_id FROM core.subjects WHERE id = ANY (ids) UNION SELECT view.list_tag(kind) FROM core.subjects WHERE id = ANY (ids)
    UNION SELECT unnest('{list:work,list:expr,list:cat,list:coll}'::text[])));
  RETURN NULL;
END $$;
CALL ops.watch('core.id_redirects', 'view.on_id_redirects');

-- Of what can be seen and what cannot, as with texts.
CREATE FUNCTION view.on_revisions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  touched uuid[] := ARRAY(SELECT DISTINCT subject_id FROM changed);
  actors uuid[] := ARRAY(SELECT DISTINCT actor_id FROM changed WHERE actor_id IS NOT NULL);
BEGIN
  IF view.deferred() THEN
    RETURN NULL;
  ELSIF TG_OP = 'UPDATE' THEN
    touched := ARRAY(SELECT unnest(touched) UNION SELECT subject_id FROM before);
    actors := ARRAY(SELECT unnest(actors) UNION SELECT actor_id FROM before WHERE actor_id IS NOT NULL);
  END IF;
  PERFORM ops.announce(ARRAY(SELECT public_id FROM core.subjects WHERE id = ANY (touched)));
  IF cardinality(actors) > 0 THEN PERFORM view.refresh_user(actors); END IF;
  RETURN NULL;
END $$;
CALL ops.watch('core.revisions', 'view.on_revisions');

CREATE FUNCTION view.on_text_revisions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  expressions uuid[] := ARRAY(SELECT DISTINCT expression_id FROM changed);
  actors uuid[] := ARRAY(SELECT DISTINCT actor_id FROM changed WHERE actor_id IS NOT NULL);
BEGIN
  IF view.deferred() THEN
    RETURN NULL;
  ELSIF TG_OP = 'UPDATE' THEN
    expressions := ARRAY(SELECT unnest(expressions) UNION SELECT expression_id FROM before);
    actors := ARRAY(SELECT unnest(actors) UNION SELECT actor_id FROM before WHERE actor_id IS NOT NULL);
  END IF;
  PERFORM ops.announce(ARRAY(SELECT core.typeid('EXPRESSION', id) FROM unnest(expressions) id));
  IF cardinality(actors) > 0 THEN PERFORM view.refresh_user(actors); END IF;
  RETURN NULL;
END $$;
CALL ops.watch('core.text_revisions', 'view.on_text_revisions');

-- The job that computes the rankings replaces them silently, and announces once what it has replaced.
CREATE FUNCTION view.on_trending() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF view.deferred() OR view.silent() THEN
    RETURN NULL;
  END IF;
  PERFORM ops.announce(ARRAY(SELECT DISTINCT 'trending:' || lower(period) FROM changed));
  IF TG_OP = 'UPDATE' THEN
    PERFORM ops.announce(ARRAY(SELECT DISTINCT 'trending:' || lower(period) FROM before WHERE period NOT IN (SELECT period FROM changed)));
  END IF;
  RETURN NULL;
END $$;
CALL ops.watch('stats.trending', 'view.on_trending');

-- Every answer bears the tag of the document that asked for it: what is said of the document in its headers, and whether
-- it is answered at all, is renewed in every cache.
CREATE FUNCTION view.on_documents() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF NOT view.deferred() AND EXISTS (SELECT FROM changed) THEN
    PERFORM ops.announce(ARRAY(SELECT 'api' UNION ALL SELECT DISTINCT 'doc:' || left(text_hash, 16) FROM changed));
  END IF;
  RETURN NULL;
END $$;
CALL ops.watch('ops.documents', 'view.on_documents');

CREATE FUNCTION view.on_changes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF EXISTS (SELECT FROM changed) THEN
    PERFORM ops.announce('{changes}');
  END IF;
  RETURN NULL;
END $$;
CALL ops.watch('ops.changes', 'view.on_changes');

-- ── the change feed

-- Numbers what has committed: for each transaction and subject the sum of what it did, in the order of the last
-- candidates. A candidate gets its id while its transaction holds the row of the read model that has changed, and holds
-- it to its end. So of two transactions that touch a subject, one has committed before the other's candidates of that
-- subject get their ids, and whoever sees the second's sees the first's: the last number of a subject is what is there.
-- One caller at a time, so that seq has no gap and no reader that has seen seq n can be shown a smaller one later.
-- Answers how many candidates it has taken: max at most, or up to twice as many as the next transaction when that alone
-- has more; 0 when none is left. However many are waiting, it reads the first of them alone, by their index.
CREATE FUNCTION ops.number_changes(max int DEFAULT 10000) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  taken int;
  span bigint := number_changes.max;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('tercul.number_changes', 0));
  LOOP
    WITH head AS MATERIALIZED (SELECT c.* FROM ops.change_candidates c ORDER BY c.id LIMIT span),
    whole AS MATERIALIZED (
      -- Whole transactions, or a limit in the middle of one would make two changes of it; in the order of their last
      -- candidates, so that one that touched a subject earlier is never left for later.
      SELECT x.xid FROM (SELECT DISTINCT h.xid FROM head h) x
      WHERE (SELECT c.id FROM ops.change_candidates c WHERE c.xid = x.xid ORDER BY c.id DESC LIMIT 1) <= (SELECT max(h.id) FROM head h)),
    due AS MATERIALIZED (SELECT h.* FROM head h JOIN whole USING (xid)),
    gone AS (DELETE FROM ops.change_candidates c WHERE c.id = ANY (ARRAY(SELECT d.id FROM due d)) RETURNING c.id),
    net AS (
      SELECT d.xid, d.subject_id, max(d.id) AS last_id, (array_agg(d.kind ORDER BY d.id DESC))[1] AS kind,
             (array_agg(d.change ORDER BY d.id))[1] AS first, (array_agg(d.change ORDER BY d.id DESC))[1] AS last,
             (array_agg(d.version ORDER BY d.id DESC))[1] AS version, max(d.at) AS at
      FROM due d GROUP BY d.xid, d.subject_id),
    numbered AS (
      INSERT INTO ops.changes (seq, subject_id, kind, change, version, at)
      SELECT coalesce((SELECT max(c.seq) FROM ops.changes c), 0) + row_number() OVER (ORDER BY n.last_id), n.subject_id, n.kind,
             CASE WHEN n.last = 'DELETED' THEN 'DELETED' WHEN n.first = 'CREATED' THEN 'CREATED' ELSE 'UPDATED' END, n.version, n.at
      FROM net n WHERE NOT (n.first = 'CREATED' AND n.last = 'DELETED')
      RETURNING seq)
    SELECT count(*) INTO taken FROM gone;
    EXIT WHEN taken > 0 OR NOT EXISTS (SELECT FROM ops.change_candidates);
    span := span * 2; -- every transaction within reach goes on beyond it
  END LOOP;
  RETURN taken;
END $$;

-- Forgets announcements older than keep, which must be longer than any reader replays: the oldest, ten thousand of them
-- at most, and answers how many. After a pause there may be more than one statement has the time for. What an edge still lacks
-- stays, for owed at most: an edge that could not be purged for so long is forgotten, and forgets everything when it is back.
CREATE FUNCTION ops.prune_outbox(keep interval, owed interval DEFAULT '1 day') RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  n bigint;
BEGIN
  IF keep < interval '10 minutes' OR owed < interval '10 minutes' THEN
    RAISE EXCEPTION 'announcements must be kept for 10 minutes at least' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  DELETE FROM ops.edges e WHERE e.at < now() - owed;
  DELETE FROM ops.outbox WHERE id = ANY (ARRAY(SELECT o.id FROM ops.outbox o WHERE o.at < now() - keep
    AND NOT EXISTS (SELECT FROM ops.edges e WHERE NOT pg_visible_in_snapshot(o.xid, e.done)) ORDER BY o.at LIMIT 10000));
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP FUNCTION ops.prune_outbox(interval, interval);
DROP FUNCTION ops.number_changes(int);
DROP FUNCTION view.on_changes() CASCADE;
DROP FUNCTION view.on_documents() CASCADE;
DROP FUNCTION view.on_trending() CASCADE;
DROP FUNCTION view.on_text_revisions() CASCADE;
DROP FUNCTION view.on_revisions() CASCADE;
DROP FUNCTION view.on_id_redirects() CASCADE;
DROP FUNCTION view.on_slugs() CASCADE;
DROP FUNCTION view.on_countries() CASCADE;
DROP VIEW view.announcement;
DROP VIEW view.document;
DROP VIEW view.change;
DROP VIEW view.trending;
DROP VIEW view.subject_stats;
DROP VIEW view.person_name_key;
DROP VIEW view.work_title_key;
DROP VIEW view.redirect;
DROP VIEW view.slug;
DROP VIEW view.revision;
DROP VIEW view.rights;
DROP VIEW view.series;
DROP VIEW view.license;
DROP VIEW view.country;
DROP VIEW view.subject;
-- +goose StatementEnd
