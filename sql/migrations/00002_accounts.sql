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
  version            int NOT NULL DEFAULT 1 CHECK (version > 0),
  created_at         timestamptz NOT NULL DEFAULT now(),
  updated_at         timestamptz NOT NULL DEFAULT now(),
  deleted_at         timestamptz,
  FOREIGN KEY (id, kind) REFERENCES core.subjects (id, kind),
  CHECK ((email IS NULL) = (email_canonical IS NULL))
);
CREATE UNIQUE INDEX users_email ON auth.users (email_canonical) WHERE deleted_at IS NULL;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP TABLE auth.users;
DROP TABLE core.subjects;
-- +goose StatementEnd
