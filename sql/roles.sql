-- The database roles: groups without login, made before the first migration because roles belong to the server and not
-- to the database. Run again at every migration: it changes nothing that is already so, and two databases of one server
-- may run it at the same time.
--   tercul_migrator  owns every object
--   tercul_writer    changes the base tables, may not rewrite history
--   tercul_reader    may SELECT from the schema view, and nothing else
DO $$
DECLARE
  setting record;
BEGIN
  FOR setting IN
    SELECT * FROM (VALUES ('tercul_migrator'), ('tercul_writer'), ('tercul_reader')) r (name)
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = r.name)
  LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', setting.name);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL; -- another database of this server was faster
    END;
  END LOOP;

  FOR setting IN
    SELECT * FROM (VALUES
      ('tercul_migrator', 'statement_timeout', '0'), ('tercul_migrator', 'lock_timeout', '30s'), ('tercul_migrator', 'idle_in_transaction_session_timeout', '10min'),
      ('tercul_writer', 'statement_timeout', '30s'), ('tercul_writer', 'lock_timeout', '5s'), ('tercul_writer', 'idle_in_transaction_session_timeout', '60s'),
      ('tercul_reader', 'statement_timeout', '5s'), ('tercul_reader', 'lock_timeout', '1s'), ('tercul_reader', 'idle_in_transaction_session_timeout', '10s')
    ) s (role, name, value)
    WHERE NOT EXISTS (
      SELECT FROM pg_db_role_setting d JOIN pg_roles r ON r.oid = d.setrole
      WHERE d.setdatabase = 0 AND r.rolname = s.role AND s.name || '=' || s.value = ANY (d.setconfig))
  LOOP
    BEGIN
      EXECUTE format('ALTER ROLE %I SET %I = %L', setting.role, setting.name, setting.value);
    EXCEPTION WHEN internal_error THEN
      NULL; -- "tuple concurrently updated": the same change, made by another database of this server
    END;
  END LOOP;

  IF NOT pg_has_role(current_user, 'tercul_migrator', 'SET') THEN
    EXECUTE format('GRANT tercul_migrator TO %I WITH SET TRUE', current_user);
  END IF;
  IF NOT has_database_privilege('tercul_migrator', current_database(), 'CREATE') THEN
    EXECUTE format('GRANT CREATE, TEMPORARY ON DATABASE %I TO tercul_migrator', current_database());
  END IF;
  IF NOT has_schema_privilege('tercul_migrator', 'public', 'CREATE') THEN
    GRANT USAGE, CREATE ON SCHEMA public TO tercul_migrator;
  END IF;
END $$;
