-- +goose Up
-- +goose StatementBegin
-- What belongs to one member, or is between a member and the moderators. None of it is public but a collection's helpers.
CREATE TABLE social.collection_members (
  collection_id uuid NOT NULL REFERENCES social.collections,
  user_id       uuid NOT NULL REFERENCES auth.users,
  role          text NOT NULL CHECK (role IN ('EDITOR','MODERATOR')),
  PRIMARY KEY (collection_id, user_id)
);
CREATE INDEX collection_members_user ON social.collection_members (user_id);

CREATE TABLE social.bookmarks (
  id         uuid PRIMARY KEY,
  user_id    uuid NOT NULL REFERENCES auth.users,
  subject_id uuid NOT NULL REFERENCES core.subjects,
  line_key   uuid,                                  -- a line of the text, which survives renumbering; NULL is the whole
  ref        text CHECK (char_length(ref) <= 80),
  note       text CHECK (char_length(note) <= 5000),
  labels     text[] NOT NULL DEFAULT '{}' CHECK (cardinality(labels) <= 20),
  private    boolean NOT NULL DEFAULT true,
  version    int NOT NULL DEFAULT 1 CHECK (version > 0),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE NULLS NOT DISTINCT (user_id, subject_id, line_key)
);
CREATE INDEX bookmarks_user ON social.bookmarks (user_id, id DESC);
CREATE INDEX bookmarks_subject ON social.bookmarks (subject_id);

CREATE TABLE social.search_presets (
  id            uuid PRIMARY KEY,
  user_id       uuid NOT NULL REFERENCES auth.users,
  name          text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 80),
  query         text CHECK (char_length(query) <= 200),
  filter        jsonb NOT NULL DEFAULT '{}' CHECK (octet_length(filter::text) <= 8192),
  filter_schema smallint NOT NULL DEFAULT 1,        -- which definition of the filter it was checked by
  mode          text NOT NULL DEFAULT 'HYBRID' CHECK (mode IN ('TEXT','VECTOR','HYBRID')),
  shared        boolean NOT NULL DEFAULT false,
  notify        boolean NOT NULL DEFAULT false,
  version       int NOT NULL DEFAULT 1 CHECK (version > 0),
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX search_presets_name ON social.search_presets (user_id, lower(name));

CREATE TABLE social.reports (
  id          uuid PRIMARY KEY,
  subject_id  uuid NOT NULL REFERENCES core.subjects,
  reporter_id uuid NOT NULL REFERENCES auth.users,
  reason      text NOT NULL CHECK (reason IN ('SPAM','ABUSE','COPYRIGHT','INACCURATE','PRIVACY','ILLEGAL','OTHER')),
  detail      text CHECK (char_length(detail) <= 5000),
  status      text NOT NULL DEFAULT 'OPEN' CHECK (status IN ('OPEN','ACTIONED','DISMISSED')),
  note        text CHECK (char_length(note) <= 5000),
  resolved_by uuid REFERENCES auth.users,
  resolved_at timestamptz,
  created_at  timestamptz NOT NULL DEFAULT now(),
  CHECK ((status = 'OPEN') = (resolved_at IS NULL))
);
CREATE UNIQUE INDEX reports_open ON social.reports (subject_id, reporter_id) WHERE status = 'OPEN';
CREATE INDEX reports_queue ON social.reports (status, id);
CREATE INDEX reports_reporter ON social.reports (reporter_id, created_at);
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP TABLE social.reports;
DROP TABLE social.search_presets;
DROP TABLE social.bookmarks;
DROP TABLE social.collection_members;
-- +goose StatementEnd
