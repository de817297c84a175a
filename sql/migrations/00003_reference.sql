-- +goose Up
-- +goose StatementBegin
CREATE TABLE core.languages (
  tag         core.langtag PRIMARY KEY,
  iso639_3    text NOT NULL CHECK (iso639_3 ~ '^[a-z]{3}$'),
  script      text NOT NULL CHECK (script ~ '^[A-Z][a-z]{3}$'),
  direction   text NOT NULL CHECK (direction IN ('LTR','RTL','TTB')),
  name_en     text NOT NULL CHECK (char_length(name_en) BETWEEN 1 AND 100),
  name_native text CHECK (char_length(name_native) BETWEEN 1 AND 100)
);

CREATE TABLE core.countries (
  code text PRIMARY KEY CHECK (code ~ '^[A-Z]{2}$'),
  iso3 text NOT NULL UNIQUE CHECK (iso3 ~ '^[A-Z]{3}$'),
  name text NOT NULL
);

CREATE TABLE core.licenses (
  id                   text PRIMARY KEY CHECK (id ~ '^[A-Za-z0-9][A-Za-z0-9.+-]{0,63}$'),
  name                 text NOT NULL,
  url                  text NOT NULL,
  open                 boolean NOT NULL,
  allows_derivatives   boolean NOT NULL,
  allows_commercial    boolean NOT NULL,
  requires_attribution boolean NOT NULL,
  share_alike          boolean NOT NULL
);

-- A series is the book that a canto, chapter or poem belongs to.
CREATE TABLE core.series (
  id       uuid PRIMARY KEY,
  slug     core.slug NOT NULL UNIQUE,
  title    text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 300),
  language core.langtag REFERENCES core.languages (tag)
);

CREATE TABLE core.slugs (
  kind       text NOT NULL,
  scope_id   uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000', -- the work of an expression, the owner of a collection
  slug       core.slug NOT NULL,
  subject_id uuid NOT NULL,
  is_current boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (kind, scope_id, slug),
  CHECK (kind IN ('EXPRESSION','COLLECTION') OR scope_id = '00000000-0000-0000-0000-000000000000'),
  FOREIGN KEY (subject_id, kind) REFERENCES core.subjects (id, kind)
);
CREATE UNIQUE INDEX slugs_current ON core.slugs (subject_id) WHERE is_current;
CREATE INDEX slugs_subject ON core.slugs (subject_id);

CREATE TABLE core.id_redirects (
  old_id     uuid PRIMARY KEY REFERENCES core.subjects,
  new_id     uuid NOT NULL REFERENCES core.subjects,
  reason     text NOT NULL CHECK (reason IN ('MERGE','SPLIT','IMPORT')),
  created_at timestamptz NOT NULL DEFAULT now(),
  CHECK (old_id <> new_id)
);
CREATE INDEX id_redirects_new ON core.id_redirects (new_id);

-- However often something was merged, one step leads from each of its ids to what is left: B -> C makes A -> C of
-- A -> B. The subjects' rows are locked, in the order of every lock on them, so that of two merges that meet the
-- second sees the first. A merge back to what was merged away ends in the check above. What led to a row is moved after
-- the statement, which may itself be about to change those rows.
CREATE FUNCTION core.resolve_redirect() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  PERFORM 1 FROM core.subjects WHERE id IN (NEW.old_id, NEW.new_id) ORDER BY id FOR NO KEY UPDATE;
  NEW.new_id := coalesce((SELECT r.new_id FROM core.id_redirects r WHERE r.old_id = NEW.new_id), NEW.new_id);
  RETURN NEW;
END $$;
CREATE FUNCTION core.flatten_redirects() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  UPDATE core.id_redirects SET new_id = NEW.new_id WHERE new_id = NEW.old_id AND old_id <> NEW.new_id;
  RETURN NULL;
END $$;
CREATE TRIGGER id_redirects_resolve BEFORE INSERT OR UPDATE OF old_id, new_id ON core.id_redirects
  FOR EACH ROW EXECUTE FUNCTION core.resolve_redirect();
CREATE TRIGGER id_redirects_flat AFTER INSERT OR UPDATE OF old_id, new_id ON core.id_redirects
  FOR EACH ROW EXECUTE FUNCTION core.flatten_redirects();

CREATE TABLE core.external_ids (
  scheme      text NOT NULL CHECK (scheme IN ('WIKIDATA','VIAF','ISNI','OCLC','LCCN','ISBN13','OPENLIBRARY','GUTENBERG','WIKISOURCE','PERSEUS_CTS','DRACOR','ORCID','GEONAMES','DOI')),
  value       text NOT NULL CHECK (char_length(value) BETWEEN 1 AND 200),
  subject_id  uuid NOT NULL,
  kind        text NOT NULL,
  source      text CHECK (char_length(source) <= 500),
  verified_by uuid REFERENCES auth.users,
  created_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (scheme, value, kind),
  UNIQUE (subject_id, scheme, value),
  FOREIGN KEY (subject_id, kind) REFERENCES core.subjects (id, kind),
  CHECK (scheme <> 'WIKIDATA' OR value ~ '^Q[1-9][0-9]*$'),
  CHECK (scheme <> 'ISNI' OR value ~ '^[0-9]{15}[0-9X]$'),
  CHECK (scheme <> 'VIAF' OR value ~ '^[0-9]{1,22}$')
);
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP TABLE core.external_ids;
DROP TABLE core.id_redirects;
DROP FUNCTION core.flatten_redirects();
DROP FUNCTION core.resolve_redirect();
DROP TABLE core.slugs;
DROP TABLE core.series;
DROP TABLE core.licenses;
DROP TABLE core.countries;
DROP TABLE core.languages;
-- +goose StatementEnd
