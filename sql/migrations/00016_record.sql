-- +goose Up
-- +goose StatementBegin
-- What was done by whom, and what was answered to it. Audit rows are written once; the writer's role may not change them.
CREATE TABLE ops.audit_log (
  id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at             timestamptz NOT NULL DEFAULT now(),
  actor_id       uuid REFERENCES auth.users,
  action         text NOT NULL CHECK (char_length(action) BETWEEN 1 AND 60),
  subject_id     uuid,
  version        int,
  ip             inet,
  request_id     text CHECK (char_length(request_id) <= 100),
  signing_key_id uuid,                              -- where the request was signed
  detail         jsonb NOT NULL DEFAULT '{}' CHECK (octet_length(detail::text) <= 16384)
);
CREATE INDEX audit_log_at ON ops.audit_log (at, id);
CREATE INDEX audit_log_actor ON ops.audit_log (actor_id, at, id);
CREATE INDEX audit_log_subject ON ops.audit_log (subject_id, at, id);

-- The outcome of a request that carried an Idempotency-Key, written in the transaction of the change.
CREATE TABLE ops.idempotency_keys (
  principal    text NOT NULL CHECK (char_length(principal) <= 100),
  key          text NOT NULL CHECK (char_length(key) BETWEEN 8 AND 128),
  request_hash bytea NOT NULL CHECK (octet_length(request_hash) = 32),
  outcome      jsonb,
  expires_at   timestamptz NOT NULL,
  xid          xid8 NOT NULL DEFAULT pg_current_xact_id(), -- finds what it has announced (ops.outbox)
  PRIMARY KEY (principal, key)
);
CREATE INDEX idempotency_keys_expired ON ops.idempotency_keys (expires_at);
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP TABLE ops.idempotency_keys;
DROP TABLE ops.audit_log;
-- +goose StatementEnd
