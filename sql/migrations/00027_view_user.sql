-- +goose Up
-- +goose StatementBegin
-- Members as everybody sees them. The reader does not know who asks, so a profile for members only is a stub like a
-- private one. A contribution is a revision, of a description or of a text.
CREATE VIEW view.users_public_source AS
SELECT
  u.id, s.public_id, u.username, u.username_canonical, coalesce(p.visibility, 'PUBLIC') AS visibility,
  CASE WHEN o.open THEN p.display_name END AS display_name, CASE WHEN o.open THEN p.bio END AS bio,
  CASE WHEN o.open THEN p.website END AS website, CASE WHEN o.open THEN coalesce(p.languages, '[]') END AS languages,
  (u.created_at AT TIME ZONE 'UTC')::date AS joined_on,
  ((SELECT count(*) FROM core.revisions r WHERE r.actor_id = u.id) + (SELECT count(*) FROM core.text_revisions r WHERE r.actor_id = u.id))::int AS contribution_count,
  CASE WHEN o.open THEN (SELECT pe.id FROM core.persons pe WHERE pe.claimed_by = u.id AND pe.status = 'PUBLISHED' AND pe.deleted_at IS NULL) END AS claimed_person_id,
  greatest(u.version, p.version) AS version
FROM auth.users u
JOIN core.subjects s ON s.id = u.id
LEFT JOIN social.profiles p ON p.user_id = u.id
CROSS JOIN LATERAL (SELECT coalesce(p.visibility, 'PUBLIC') = 'PUBLIC' AS open) o
WHERE u.status IN ('ACTIVE','SUSPENDED','LOCKED') AND u.deleted_at IS NULL;

CREATE TABLE view.users_public (
  id                 uuid PRIMARY KEY,
  public_id          text NOT NULL UNIQUE,
  username           text NOT NULL,
  username_canonical text NOT NULL UNIQUE DEFERRABLE,
  visibility         text NOT NULL,
  display_name       text,
  bio                text,
  website            text,
  languages          jsonb,
  joined_on          date NOT NULL,
  contribution_count int NOT NULL,
  claimed_person_id  uuid,
  version            int NOT NULL
);

CREATE FUNCTION view.refresh_user(ids uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan SET jit = off AS $$
BEGIN
  PERFORM view.lock_subjects(ids);
  DELETE FROM view.users_public u WHERE u.id = ANY (ids) AND NOT EXISTS (SELECT FROM view.users_public_source s WHERE s.id = u.id);
  INSERT INTO view.users_public AS u SELECT s.* FROM view.users_public_source s WHERE s.id = ANY (ids)
  ON CONFLICT (id) DO UPDATE SET
    (id, public_id, username, username_canonical, visibility, display_name, bio, website, languages, joined_on, contribution_count, claimed_person_id, version) = ROW (excluded.*)
    WHERE u.* IS DISTINCT FROM excluded.*;
END $$;

-- ── the table has changed

CREATE FUNCTION view.user_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  n bigint := (SELECT count(*) FROM changed);
  seen uuid[];
BEGIN
  IF n = 0 OR view.deferred() THEN
    RETURN NULL;
  END IF;
  PERFORM ops.announce(CASE WHEN n > 10000 THEN '{*}' ELSE ARRAY(SELECT 'list:user' UNION SELECT public_id FROM changed) END);
  IF TG_OP = 'UPDATE' THEN
    PERFORM view.refresh_collection(ARRAY(
      SELECT co.id FROM before b JOIN changed c USING (id) JOIN social.collections co ON co.owner_id = c.id WHERE b.username <> c.username));
  ELSE
    seen := ARRAY(SELECT id FROM changed);
    -- FOR UPDATE waits for what the member is making now.
    PERFORM 1 FROM auth.users WHERE id = ANY (seen) ORDER BY id FOR UPDATE;
    PERFORM view.refresh_collection(ARRAY(SELECT id FROM social.collections WHERE owner_id = ANY (seen)));
    PERFORM view.refresh_comment(ARRAY(SELECT id FROM social.comments WHERE author_id = ANY (seen)));
    PERFORM view.visibility_changed(seen);
  END IF;
  RETURN NULL;
END $$;
CALL ops.watch('view.users_public', 'view.user_changed');

-- ── what a member is made of has changed

CREATE FUNCTION view.on_users() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF view.deferred() THEN
    RETURN NULL;
  ELSIF TG_OP = 'UPDATE' THEN
    PERFORM view.refresh_user(ARRAY(SELECT id FROM changed UNION SELECT id FROM before));
  ELSE
    PERFORM view.refresh_user(ARRAY(SELECT id FROM changed));
  END IF;
  RETURN NULL;
END $$;
CALL ops.watch('auth.users', 'view.on_users');

CREATE FUNCTION view.on_profiles() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF view.deferred() THEN
    RETURN NULL;
  ELSIF TG_OP = 'UPDATE' THEN
    PERFORM view.refresh_user(ARRAY(SELECT user_id FROM changed UNION SELECT user_id FROM before));
  ELSE
    PERFORM view.refresh_user(ARRAY(SELECT user_id FROM changed));
  END IF;
  RETURN NULL;
END $$;
CALL ops.watch('social.profiles', 'view.on_profiles');
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP FUNCTION view.on_profiles() CASCADE;
DROP FUNCTION view.on_users() CASCADE;
DROP FUNCTION view.user_changed() CASCADE;
DROP FUNCTION view.refresh_user(uuid[]);
DROP TABLE view.users_public;
DROP VIEW view.users_public_source;
-- +goose StatementEnd
