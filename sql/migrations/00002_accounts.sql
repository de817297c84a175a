-- +goose Up
-- +goose StatementBegin
-- Subjects are a supertype: likes, comments, tags and rights point at one real foreign key.
-- A row here is also the lock of everything derived from that subject (see docs/data-model.md).
CREATE TABLE core.subjects (
  id         uuid PRIMARY KEY,
  kind       text NOT NULL CHECK (kind IN ('WORK','EXPRESSION','PERSON','USER','TAG','CATEGORY','COLLECTION','COMMENT','ALIGNMENT','CONTRIBUTION')),
  public_id  text NOT NULL GENERATED ALWAYS AS (core.typeid(kind, id)) STORED UNIQUE,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (id, kind)
);

CREATE TABLE auth.users (
  id                 uuid PRIMARY KEY,
  kind               text NOT NULL GENERATED ALWAYS AS ('USER') STORED,
  username           text NOT NULL CHECK (username ~ '^[A-Za-z0-9_]{3,30}$'),
  username_canonical text NOT NULL UNIQUE,          -- never given out again, not even after deletion
  email              text CHECK (char_length(email) <= 254),
  email_canonical    text,
  email_verified_at  timestamptz,
  status             text NOT NULL DEFAULT 'PENDING' CHECK (status IN ('PENDING','ACTIVE','SUSPENDED','LOCKED','DELETED')),
  auth_epoch         int NOT NULL DEFAULT 1 CHECK (auth_epoch > 0), -- raised when roles, password or standing change: older access tokens die
  locale             text NOT NULL DEFAULT 'en' CHECK (char_length(locale) <= 35),
  last_login_at      timestamptz,
  suspended_until    timestamptz,                   -- with status SUSPENDED; NULL is until further notice
  suspended_reason   text CHECK (char_length(suspended_reason) <= 1000),
  delete_after       timestamptz,                   -- the owner asked for deletion; carried out then unless taken back
  erase_content      boolean NOT NULL DEFAULT false, -- and asked for what they wrote to go, too
  version            int NOT NULL DEFAULT 1 CHECK (version > 0),
  created_at         timestamptz NOT NULL DEFAULT now(),
  updated_at         timestamptz NOT NULL DEFAULT now(),
  deleted_at         timestamptz,
  FOREIGN KEY (id, kind) REFERENCES core.subjects (id, kind),
  CHECK ((email IS NULL) = (email_canonical IS NULL))
);
CREATE UNIQUE INDEX users_email ON auth.users (email_canonical) WHERE deleted_at IS NULL;
CREATE INDEX users_created ON auth.users (created_at DESC, id DESC);
CREATE INDEX users_delete ON auth.users (delete_after) WHERE delete_after IS NOT NULL AND deleted_at IS NULL;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP TABLE auth.users;
DROP TABLE core.subjects;
-- +goose StatementEnd
