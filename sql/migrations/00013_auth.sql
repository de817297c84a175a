-- +goose Up
-- +goose StatementBegin
-- Passwords, sessions, tokens and keys. Whatever proves who somebody is is kept as a hash, or sealed by a key that the
-- database does not have.
CREATE TABLE auth.credentials (
  user_id      uuid PRIMARY KEY REFERENCES auth.users,
  password_phc text NOT NULL CHECK (password_phc LIKE '$argon2id$%'),
  pepper_id    text NOT NULL CHECK (char_length(pepper_id) BETWEEN 1 AND 40),
  changed_at   timestamptz NOT NULL DEFAULT now()
);

-- The peppers that passwords are hashed with, each by an id and a proof: the writer's settings have the peppers. So a
-- setting that has another one under the same id is found before it does harm.
CREATE TABLE auth.peppers (
  id         text PRIMARY KEY CHECK (char_length(id) BETWEEN 1 AND 32),
  proof      bytea NOT NULL CHECK (octet_length(proof) = 32),
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE auth.user_roles (
  user_id    uuid NOT NULL REFERENCES auth.users,
  role       text NOT NULL CHECK (role IN ('CONTRIBUTOR','REVIEWER','EDITOR','ADMIN')), -- everybody is a reader
  granted_by uuid REFERENCES auth.users,
  granted_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, role)
);
CREATE INDEX user_roles_role ON auth.user_roles (role, user_id);

CREATE TABLE auth.reviewer_languages (
  user_id  uuid NOT NULL REFERENCES auth.users,
  language core.langtag NOT NULL,
  PRIMARY KEY (user_id, language)
);

CREATE TABLE auth.sessions (
  id                  uuid PRIMARY KEY,
  user_id             uuid NOT NULL REFERENCES auth.users,
  mode                text NOT NULL CHECK (mode IN ('COOKIE','BEARER')),
  created_at          timestamptz NOT NULL DEFAULT now(),
  last_seen_at        timestamptz NOT NULL DEFAULT now(),
  idle_expires_at     timestamptz NOT NULL,
  absolute_expires_at timestamptz NOT NULL,
  reauth_at           timestamptz,                  -- when the password was last given in this session
  ip                  inet,
  user_agent          text CHECK (char_length(user_agent) <= 512),
  revoked_at          timestamptz,
  revoke_reason       text CHECK (char_length(revoke_reason) <= 60),
  CHECK (idle_expires_at <= absolute_expires_at)
);
CREATE INDEX sessions_live ON auth.sessions (user_id, last_seen_at DESC) WHERE revoked_at IS NULL;
CREATE INDEX sessions_expired ON auth.sessions (absolute_expires_at);

-- A family is the tokens of one session: it has one live leaf, and a used one that comes back ends the family.
CREATE TABLE auth.refresh_tokens (
  id          uuid PRIMARY KEY,
  session_id  uuid NOT NULL REFERENCES auth.sessions ON DELETE CASCADE,
  token_hash  bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
  parent_id   uuid UNIQUE REFERENCES auth.refresh_tokens ON DELETE CASCADE,
  issued_at   timestamptz NOT NULL DEFAULT now(),
  expires_at  timestamptz NOT NULL,
  used_at     timestamptz,
  grace_until timestamptz                           -- a lost answer may be asked for again until then
);
CREATE UNIQUE INDEX refresh_tokens_leaf ON auth.refresh_tokens (session_id) WHERE used_at IS NULL;

CREATE TABLE auth.one_time_tokens (
  id          uuid PRIMARY KEY,
  user_id     uuid NOT NULL REFERENCES auth.users,
  purpose     text NOT NULL CHECK (purpose IN ('EMAIL_VERIFY','PASSWORD_RESET','EMAIL_CHANGE')),
  token_hash  bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
  email       text CHECK (char_length(email) <= 254), -- the address that the token was sent to
  expires_at  timestamptz NOT NULL,
  consumed_at timestamptz,
  created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX one_time_tokens_live ON auth.one_time_tokens (user_id, purpose) WHERE consumed_at IS NULL;
CREATE INDEX one_time_tokens_expired ON auth.one_time_tokens (expires_at);

-- Failed sign-ins of an account: each doubles the wait. The account is a hash, so that unknown ones count alike.
CREATE TABLE auth.login_failures (
  login_hash   bytea PRIMARY KEY CHECK (octet_length(login_hash) = 32),
  failures     int NOT NULL CHECK (failures > 0),
  last_at      timestamptz NOT NULL DEFAULT now(),
  locked_until timestamptz
);
CREATE INDEX login_failures_old ON auth.login_failures (last_at);

CREATE TABLE auth.signing_keys (
  id         uuid PRIMARY KEY,
  user_id    uuid NOT NULL REFERENCES auth.users,
  alg        text NOT NULL CHECK (alg = 'ED25519'),
  public_key bytea NOT NULL CHECK (octet_length(public_key) = 32),
  label      text NOT NULL CHECK (char_length(label) BETWEEN 1 AND 80),
  created_at timestamptz NOT NULL DEFAULT now(),
  revoked_at timestamptz
);
CREATE UNIQUE INDEX signing_keys_live ON auth.signing_keys (public_key) WHERE revoked_at IS NULL;
CREATE INDEX signing_keys_user ON auth.signing_keys (user_id);

CREATE TABLE auth.signature_nonces (
  key_id     uuid NOT NULL REFERENCES auth.signing_keys ON DELETE CASCADE,
  nonce      text NOT NULL CHECK (char_length(nonce) BETWEEN 8 AND 128),
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (key_id, nonce)
);
CREATE INDEX signature_nonces_expired ON auth.signature_nonces (expires_at);

-- Keys that sign access tokens, by the thumbprint of the public half. The private half is sealed by a key from the
-- writer's configuration.
CREATE TABLE auth.jwt_keys (
  kid          text PRIMARY KEY CHECK (char_length(kid) BETWEEN 8 AND 64),
  public_jwk   jsonb NOT NULL,
  private_enc  bytea NOT NULL,
  status       text NOT NULL CHECK (status IN ('NEXT','ACTIVE','RETIRING','RETIRED')),
  activated_at timestamptz NOT NULL,                -- of a NEXT key, when it is to sign
  retire_at    timestamptz,                         -- of a RETIRING key, when its last tokens have run out
  created_at   timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX jwt_keys_active ON auth.jwt_keys (status) WHERE status = 'ACTIVE';

CREATE TABLE auth.security_events (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id    uuid REFERENCES auth.users,
  event      text NOT NULL CHECK (char_length(event) BETWEEN 1 AND 60),
  ip         inet,
  user_agent text CHECK (char_length(user_agent) <= 512),
  at         timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX security_events_user ON auth.security_events (user_id, at DESC);
CREATE INDEX security_events_old ON auth.security_events (at);
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP TABLE auth.security_events;
DROP TABLE auth.jwt_keys;
DROP TABLE auth.signature_nonces;
DROP TABLE auth.signing_keys;
DROP TABLE auth.login_failures;
DROP TABLE auth.one_time_tokens;
DROP TABLE auth.refresh_tokens;
DROP TABLE auth.sessions;
DROP TABLE auth.reviewer_languages;
DROP TABLE auth.user_roles;
DROP TABLE auth.peppers;
DROP TABLE auth.credentials;
-- +goose StatementEnd
