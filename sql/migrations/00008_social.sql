-- +goose Up
-- +goose StatementBegin
CREATE TABLE social.profiles (
  user_id      uuid PRIMARY KEY REFERENCES auth.users,
  display_name text CHECK (char_length(display_name) BETWEEN 1 AND 80),
  bio          text CHECK (char_length(bio) <= 2000),
  website      text CHECK (char_length(website) <= 500 AND website ~ '^https://'),
  languages    jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(languages) = 'array'),
  visibility   text NOT NULL DEFAULT 'PUBLIC' CHECK (visibility IN ('PUBLIC','MEMBERS','PRIVATE')),
  version      int NOT NULL DEFAULT 1 CHECK (version > 0),
  updated_at   timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE social.collections (
  id          uuid PRIMARY KEY,
  kind        text NOT NULL GENERATED ALWAYS AS ('COLLECTION') STORED,
  owner_id    uuid NOT NULL REFERENCES auth.users,
  title       text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 150),
  description text CHECK (char_length(description) <= 5000),
  visibility  text NOT NULL DEFAULT 'PRIVATE' CHECK (visibility IN ('PUBLIC','UNLISTED','PRIVATE')),
  curation    text NOT NULL DEFAULT 'CLOSED' CHECK (curation IN ('CLOSED','MODERATED','OPEN')),
  version     int NOT NULL DEFAULT 1 CHECK (version > 0),
  created_at  timestamptz NOT NULL DEFAULT now(),
  updated_at  timestamptz NOT NULL DEFAULT now(),
  deleted_at  timestamptz,
  FOREIGN KEY (id, kind) REFERENCES core.subjects (id, kind)
);
CREATE UNIQUE INDEX collections_owner_title ON social.collections (owner_id, lower(title)) WHERE deleted_at IS NULL;

CREATE TABLE social.collection_items (
  collection_id uuid NOT NULL REFERENCES social.collections,
  subject_id    uuid NOT NULL REFERENCES core.subjects,
  rank          text COLLATE "C" NOT NULL CHECK (rank ~ '^[0-9A-Za-z]{1,64}$'),
  note          text CHECK (char_length(note) <= 1000),
  added_by      uuid REFERENCES auth.users,
  approval      text NOT NULL DEFAULT 'APPROVED' CHECK (approval IN ('PENDING','APPROVED','REJECTED')),
  created_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (collection_id, subject_id),
  UNIQUE (collection_id, rank) DEFERRABLE
);
CREATE INDEX collection_items_subject ON social.collection_items (subject_id);

-- path orders a thread: one segment a level, '.' between them, sorted in collation C ("000001.000003").
CREATE TABLE social.comments (
  id              uuid PRIMARY KEY,
  kind            text NOT NULL GENERATED ALWAYS AS ('COMMENT') STORED,
  subject_id      uuid NOT NULL REFERENCES core.subjects,
  author_id       uuid REFERENCES auth.users,
  parent_id       uuid REFERENCES social.comments,
  root_id         uuid NOT NULL REFERENCES social.comments DEFERRABLE INITIALLY DEFERRED,
  depth           smallint NOT NULL CHECK (depth BETWEEN 0 AND 7),
  path            text COLLATE "C" NOT NULL CHECK (char_length(path) <= 200 AND path ~ '^[0-9a-z]+(\.[0-9a-z]+)*$'),
  body            text NOT NULL CHECK (char_length(body) <= 10000),
  language        core.langtag,
  anchor_line     uuid,
  anchor_ref      text CHECK (char_length(anchor_ref) <= 80),
  anchor_revision int CHECK (anchor_revision > 0),
  status          text NOT NULL DEFAULT 'VISIBLE' CHECK (status IN ('VISIBLE','PENDING','HIDDEN','SPAM','DELETED')),
  edited_at       timestamptz,
  version         int NOT NULL DEFAULT 1 CHECK (version > 0),
  created_at      timestamptz NOT NULL DEFAULT now(),
  deleted_at      timestamptz,
  FOREIGN KEY (id, kind) REFERENCES core.subjects (id, kind),
  CHECK ((depth = 0) = (parent_id IS NULL)),
  CHECK ((depth = 0) = (root_id = id)),
  CHECK (depth = char_length(path) - char_length(replace(path, '.', '')))
);
CREATE UNIQUE INDEX comments_tree ON social.comments (root_id, path);
CREATE INDEX comments_subject ON social.comments (subject_id);
CREATE INDEX comments_parent ON social.comments (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX comments_author ON social.comments (author_id, id DESC);
CREATE INDEX comments_held ON social.comments (id) WHERE status = 'PENDING';

CREATE TABLE social.likes (
  user_id    uuid NOT NULL REFERENCES auth.users,
  subject_id uuid NOT NULL REFERENCES core.subjects,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, subject_id)
);
CREATE INDEX likes_subject ON social.likes (subject_id, created_at DESC);

-- Counters live apart from what they count, so that a view or a like never purges a page.
CREATE TABLE stats.totals (
  subject_id  uuid PRIMARY KEY,
  kind        text NOT NULL,
  views       bigint NOT NULL DEFAULT 0 CHECK (views >= 0),
  likes       bigint NOT NULL DEFAULT 0 CHECK (likes >= 0),
  bookmarks   bigint NOT NULL DEFAULT 0 CHECK (bookmarks >= 0),
  comments    bigint NOT NULL DEFAULT 0 CHECK (comments >= 0),
  collections bigint NOT NULL DEFAULT 0 CHECK (collections >= 0),
  popularity  double precision NOT NULL DEFAULT 0 CHECK (popularity >= 0 AND popularity < 'Infinity'),
  as_of       timestamptz NOT NULL DEFAULT now(),
  FOREIGN KEY (subject_id, kind) REFERENCES core.subjects (id, kind)
);
CREATE INDEX totals_popular ON stats.totals (kind, popularity DESC, subject_id);

CREATE TABLE stats.trending (
  period      text NOT NULL CHECK (period IN ('DAY','WEEK','MONTH')),
  scope       text NOT NULL DEFAULT '*' CHECK (char_length(scope) <= 35), -- '*' or a language
  kind        text NOT NULL,
  rank        int NOT NULL CHECK (rank BETWEEN 1 AND 500),
  subject_id  uuid NOT NULL,
  score       double precision NOT NULL,
  z_score     double precision NOT NULL,
  computed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (period, scope, kind, rank) DEFERRABLE,
  UNIQUE (period, scope, kind, subject_id) DEFERRABLE,
  FOREIGN KEY (subject_id, kind) REFERENCES core.subjects (id, kind)
);
CREATE INDEX trending_subject ON stats.trending (subject_id);
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP TABLE stats.trending;
DROP TABLE stats.totals;
DROP TABLE social.likes;
DROP TABLE social.comments;
DROP TABLE social.collection_items;
DROP TABLE social.collections;
DROP TABLE social.profiles;
-- +goose StatementEnd
