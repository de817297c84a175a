-- +goose Up
-- +goose StatementBegin
-- What every read model shares. Each has three things in one file: view.x_source, a plain view that says in one query
-- what a row is; view.x, a table of the same shape; view.refresh_x(ids), which makes the table equal to the view there.
-- Statement triggers on the base tables (on_*) find the touched ids and refresh; statement triggers on the tables
-- (*_changed) announce what changed and pass it on to the models that depend on it.

-- A bulk load sets tercul.defer_refresh for its transaction and calls view.refresh_all() before it commits.
CREATE FUNCTION view.deferred() RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce(current_setting('tercul.defer_refresh', true), '') = 'on'
$$;
-- Popularity follows the counters without a word: it must not purge a page.
CREATE FUNCTION view.silent() RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce(current_setting('tercul.silent', true), '') = 'on'
$$;

-- With every tag that names a subject goes the kind of such tags (kind:work for work_…, kind:text for text:expr_…): an
-- answer that bears more tags than an edge takes names kinds in their place, and is purged by them all the same.
CREATE FUNCTION ops.announce(tags text[], hard boolean DEFAULT false) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  IF cardinality(tags) > 0 THEN
    INSERT INTO ops.outbox (tags, hard) VALUES (announce.tags || ARRAY(
      SELECT DISTINCT 'kind:' || substring(t FROM '^([a-z]+)(?:_|:[a-z]+_)') FROM unnest(announce.tags) t WHERE t ~ '^[a-z]+(_|:[a-z]+_)'), announce.hard);
  END IF;
END $$;
COMMENT ON FUNCTION ops.announce(text[], boolean) IS 'Tells every cache, after the commit, to forget what carries one of these tags; hard is for edges, which may else give it once more while they ask anew.';

CREATE FUNCTION ops.outbox_appended() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  PERFORM pg_notify('tercul_outbox', '');
  RETURN NULL;
END $$;
CREATE TRIGGER outbox_appended AFTER INSERT ON ops.outbox FOR EACH STATEMENT EXECUTE FUNCTION ops.outbox_appended();

CREATE FUNCTION ops.refuse_truncate() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF view.deferred() THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION 'TRUNCATE of %.% would leave the read model behind', TG_TABLE_SCHEMA, TG_TABLE_NAME
    USING HINT = 'Use DELETE, or SET LOCAL tercul.defer_refresh = ''on'' and SELECT view.refresh_all() in the same transaction.';
END $$;

-- Puts handler behind INSERT, UPDATE and DELETE of target. It finds the rows in "changed", and in "before" what an
-- UPDATE has replaced.
CREATE PROCEDURE ops.watch(target regclass, handler regproc) LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
  stem text := (SELECT relname FROM pg_class WHERE oid = target);
BEGIN
  EXECUTE format('CREATE TRIGGER %I AFTER INSERT ON %s REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION %s()', stem || '_inserted', target, handler);
  EXECUTE format('CREATE TRIGGER %I AFTER UPDATE ON %s REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION %s()', stem || '_updated', target, handler);
  EXECUTE format('CREATE TRIGGER %I AFTER DELETE ON %s REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION %s()', stem || '_deleted', target, handler);
  EXECUTE format('CREATE OR REPLACE TRIGGER %I BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate()', stem || '_truncated', target);
END $$;

-- A subject's row is the lock of all that is derived from it: a refresh takes it first and reads afterwards, in a new
-- snapshot, so that of two transactions that touch the same subject the second sees what the first has done. It does
-- not stand in the way of foreign keys. (At REPEATABLE READ there is no new snapshot: writers use READ COMMITTED.)
CREATE FUNCTION view.lock_subjects(ids uuid[]) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  PERFORM 1 FROM core.subjects WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;
END $$;

-- Refreshes whatever kinds of subject these are.
CREATE FUNCTION view.refresh_subjects(ids uuid[]) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  found record;
BEGIN
  SELECT array_agg(id) FILTER (WHERE kind = 'WORK') AS works, array_agg(id) FILTER (WHERE kind = 'EXPRESSION') AS expressions,
         array_agg(id) FILTER (WHERE kind = 'PERSON') AS persons, array_agg(id) FILTER (WHERE kind = 'TAG') AS tags,
         array_agg(id) FILTER (WHERE kind = 'COLLECTION') AS collections
  INTO found FROM core.subjects WHERE id = ANY (ids);
  IF found.works IS NOT NULL THEN PERFORM view.refresh_work(found.works); END IF;
  IF found.expressions IS NOT NULL THEN PERFORM view.refresh_expression(found.expressions); END IF;
  IF found.persons IS NOT NULL THEN PERFORM view.refresh_person(found.persons); END IF;
  IF found.tags IS NOT NULL THEN PERFORM view.refresh_tag(found.tags); END IF;
  IF found.collections IS NOT NULL THEN PERFORM view.refresh_collection(found.collections); END IF;
END $$;

-- The name under which the lists of a kind are announced.
CREATE FUNCTION view.list_tag(kind text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT 'list:' || CASE kind WHEN 'PERSON' THEN 'author' ELSE core.prefix(kind) END
$$;

-- A subject has come into sight or gone out of it: so has what hangs on it. FOR UPDATE waits for the transactions that
-- are hanging something on it now (their foreign keys hold the row), so that nothing of theirs is overlooked.
CREATE FUNCTION view.visibility_changed(ids uuid[]) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  PERFORM 1 FROM core.subjects WHERE id = ANY (ids) ORDER BY id FOR UPDATE;
  PERFORM ops.announce(ARRAY(
    SELECT 'rights:' || s.public_id FROM core.subjects s WHERE s.id = ANY (ids) AND EXISTS (SELECT FROM core.rights r WHERE r.subject_id = s.id)
    UNION SELECT o.public_id FROM core.id_redirects r JOIN core.subjects o ON o.id = r.old_id WHERE r.new_id = ANY (ids)
    UNION SELECT view.list_tag(o.kind) FROM core.id_redirects r JOIN core.subjects o ON o.id = r.old_id WHERE r.new_id = ANY (ids)
    UNION SELECT 'trending:' || lower(t.period) FROM stats.trending t WHERE t.subject_id = ANY (ids)));
  PERFORM view.refresh_collection_item(c.ids, visibility_changed.ids)
    FROM (SELECT array_agg(DISTINCT collection_id) AS ids FROM social.collection_items WHERE subject_id = ANY (visibility_changed.ids)) c
    WHERE c.ids IS NOT NULL;
  PERFORM view.refresh_comment(c.ids)
    FROM (SELECT array_agg(id) AS ids FROM social.comments WHERE subject_id = ANY (visibility_changed.ids)) c
    WHERE c.ids IS NOT NULL;
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP FUNCTION view.visibility_changed(uuid[]);
DROP FUNCTION view.list_tag(text);
DROP FUNCTION view.refresh_subjects(uuid[]);
DROP FUNCTION view.lock_subjects(uuid[]);
DROP PROCEDURE ops.watch(regclass, regproc);
DROP FUNCTION ops.refuse_truncate() CASCADE;
DROP TRIGGER outbox_appended ON ops.outbox;
DROP FUNCTION ops.outbox_appended();
DROP FUNCTION ops.announce(text[], boolean);
DROP FUNCTION view.silent();
DROP FUNCTION view.deferred();
-- +goose StatementEnd
