-- +goose Up
-- +goose StatementBegin
-- Which caches must forget what: appended in the transaction that changed it, published after its commit.
CREATE TABLE ops.outbox (
  id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  xid  xid8 NOT NULL DEFAULT pg_current_xact_id(),
  tags text[] NOT NULL CHECK (cardinality(tags) > 0),
  at   timestamptz NOT NULL DEFAULT clock_timestamp(), -- not the beginning of a transaction that may have run for long
  hard boolean NOT NULL DEFAULT false                -- an edge is to drop it, and not to give it once more while it asks anew
);
CREATE INDEX outbox_order ON ops.outbox (xid, id);
CREATE INDEX outbox_age ON ops.outbox (at);

-- How far each edge (a CDN, a Varnish) has been purged: of all announcements that are visible in the snapshot, and twice. What
-- was committed since is owed to it, and kept in the outbox for it. An edge without a row has to forget everything.
CREATE TABLE ops.edges (
  name    text PRIMARY KEY CHECK (char_length(name) BETWEEN 1 AND 300),
  done    pg_snapshot NOT NULL,
  history text NOT NULL CHECK (char_length(history) BETWEEN 1 AND 200), -- of the database that the snapshot is of
  at      timestamptz NOT NULL DEFAULT now()        -- when it was known to be so
);

-- The public change feed: ordered and gapless, because one transaction at a time numbers what has committed.
CREATE TABLE ops.changes (
  seq        bigint PRIMARY KEY CHECK (seq > 0),
  subject_id uuid NOT NULL,
  kind       text NOT NULL,
  change     text NOT NULL CHECK (change IN ('CREATED','UPDATED','DELETED')),
  version    int NOT NULL,
  at         timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX changes_subject ON ops.changes (subject_id, seq);
CREATE INDEX changes_kind ON ops.changes (kind, seq);

CREATE TABLE ops.change_candidates (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  xid        xid8 NOT NULL DEFAULT pg_current_xact_id(),
  subject_id uuid NOT NULL,
  kind       text NOT NULL,
  change     text NOT NULL CHECK (change IN ('CREATED','UPDATED','DELETED')),
  version    int NOT NULL,
  at         timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX change_candidates_order ON ops.change_candidates (xid, id);

-- convert_to() is only STABLE because conversions can be replaced; from and to UTF-8 nothing is converted.
CREATE FUNCTION ops.sha256_hex(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT encode(sha256(convert_to(value, 'UTF8')), 'hex')
$$;

-- Persisted documents. The hash is the id that clients send: sha256 of the source, or what an older manifest used.
CREATE TABLE ops.documents (
  hash           text PRIMARY KEY CHECK (hash ~ '^([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$'),
  service        text NOT NULL DEFAULT 'READ' CHECK (service = 'READ'),
  name           text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
  operation_type text NOT NULL DEFAULT 'query' CHECK (operation_type = 'query'),
  source         text NOT NULL CHECK (octet_length(source) BETWEEN 1 AND 262144),
  text_hash      text NOT NULL GENERATED ALWAYS AS (ops.sha256_hex(source)) STORED,
  cost           int NOT NULL DEFAULT 0 CHECK (cost BETWEEN 0 AND 1000),
  ttl_s          int NOT NULL DEFAULT 0 CHECK (ttl_s >= 0),
  status         text NOT NULL DEFAULT 'ACTIVE' CHECK (status IN ('PENDING','ACTIVE','DEPRECATED','BLOCKED')),
  owner_id       uuid REFERENCES auth.users,
  deprecated_at  timestamptz,                       -- when its end was set
  sunset_at      timestamptz,
  example        jsonb CHECK (jsonb_typeof(example) = 'object'), -- variables that work on the sample library
  created_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX documents_owner ON ops.documents (owner_id) WHERE owner_id IS NOT NULL;

CREATE TABLE ops.import_runs (
  id          uuid PRIMARY KEY,
  source      text NOT NULL CHECK (char_length(source) <= 1000),
  digest      text CHECK (char_length(digest) <= 128),
  status      text NOT NULL DEFAULT 'RUNNING' CHECK (status IN ('RUNNING','DONE','FAILED')),
  stage       text CHECK (char_length(stage) <= 100),
  counts      jsonb NOT NULL DEFAULT '{}',
  problems    jsonb NOT NULL DEFAULT '[]',
  started_at  timestamptz NOT NULL DEFAULT now(),
  updated_at  timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  CHECK ((status = 'RUNNING') = (finished_at IS NULL))
);
CREATE INDEX import_runs_recent ON ops.import_runs (started_at DESC);
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP TABLE ops.import_runs;
DROP TABLE ops.documents;
DROP FUNCTION ops.sha256_hex(text);
DROP TABLE ops.change_candidates;
DROP TABLE ops.changes;
DROP TABLE ops.edges;
DROP TABLE ops.outbox;
-- +goose StatementEnd
