-- +goose Up
-- +goose StatementBegin
-- Tags grow by themselves and have synonyms; categories are curated and form a tree.
CREATE TABLE core.tags (
  id             uuid PRIMARY KEY,
  kind           text NOT NULL GENERATED ALWAYS AS ('TAG') STORED,
  name           text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
  name_canonical text NOT NULL UNIQUE,
  tag_kind       text NOT NULL DEFAULT 'FREEFORM' CHECK (tag_kind IN ('FREEFORM','THEME','MOTIF','PERIOD','MOVEMENT','CHARACTER','WARNING')),
  synonym_of     uuid REFERENCES core.tags,
  status         text NOT NULL DEFAULT 'ACTIVE' CHECK (status IN ('ACTIVE','PENDING','BANNED')),
  version        int NOT NULL DEFAULT 1 CHECK (version > 0),
  created_at     timestamptz NOT NULL DEFAULT now(),
  updated_at     timestamptz NOT NULL DEFAULT now(),
  FOREIGN KEY (id, kind) REFERENCES core.subjects (id, kind),
  CHECK (synonym_of <> id)
);
CREATE INDEX tags_synonyms ON core.tags (synonym_of) WHERE synonym_of IS NOT NULL;

CREATE TABLE core.subject_tags (
  subject_id uuid NOT NULL REFERENCES core.subjects,
  tag_id     uuid NOT NULL REFERENCES core.tags,
  tagged_by  uuid REFERENCES auth.users,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (subject_id, tag_id)
);
CREATE INDEX subject_tags_tag ON core.subject_tags (tag_id, subject_id);

CREATE TABLE core.categories (
  id            uuid PRIMARY KEY,
  kind          text NOT NULL GENERATED ALWAYS AS ('CATEGORY') STORED,
  parent_id     uuid REFERENCES core.categories,
  category_kind text NOT NULL CHECK (category_kind IN ('GENRE','FORM','MOVEMENT','PERIOD','SUBJECT','AUDIENCE')),
  names         jsonb NOT NULL CHECK (jsonb_typeof(names) = 'object'),   -- {"en": "Epic", "it": "Epica"}
  path          text NOT NULL UNIQUE CHECK (char_length(path) <= 300 AND path ~ '^/([a-z0-9-]+/)+$'),
  ordinal       int NOT NULL DEFAULT 0,
  version       int NOT NULL DEFAULT 1 CHECK (version > 0),
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now(),
  deleted_at    timestamptz,
  FOREIGN KEY (id, kind) REFERENCES core.subjects (id, kind),
  CHECK (parent_id <> id)
);
CREATE INDEX categories_parent ON core.categories (parent_id);

CREATE TABLE core.subject_categories (
  subject_id  uuid NOT NULL REFERENCES core.subjects,
  category_id uuid NOT NULL REFERENCES core.categories,
  PRIMARY KEY (subject_id, category_id)
);
CREATE INDEX subject_categories_category ON core.subject_categories (category_id, subject_id);

-- Rights, per subject and jurisdiction; '*' is everywhere else.
CREATE TABLE core.rights (
  id                 uuid PRIMARY KEY,
  subject_id         uuid NOT NULL REFERENCES core.subjects,
  jurisdiction       text NOT NULL DEFAULT '*' CHECK (jurisdiction = '*' OR jurisdiction ~ '^[A-Z]{2}$'),
  status             text NOT NULL CHECK (status IN ('PUBLIC_DOMAIN','LICENSED','IN_COPYRIGHT','PERMISSION','ORPHAN','UNKNOWN')),
  license_id         text REFERENCES core.licenses,
  holder             text CHECK (char_length(holder) <= 300),
  statement_uri      text CHECK (char_length(statement_uri) <= 500),
  public_domain_from int,
  basis              text CHECK (char_length(basis) <= 2000),
  evidence_url       text CHECK (char_length(evidence_url) <= 500),
  determined_by      uuid REFERENCES auth.users,
  determined_at      timestamptz NOT NULL DEFAULT now(),
  version            int NOT NULL DEFAULT 1 CHECK (version > 0),
  UNIQUE (subject_id, jurisdiction),
  CHECK (status <> 'LICENSED' OR license_id IS NOT NULL)
);
CREATE INDEX rights_license ON core.rights (license_id);

-- What a subject's description was, version by version: written once, never changed.
CREATE TABLE core.revisions (
  subject_id uuid NOT NULL REFERENCES core.subjects,
  version    int NOT NULL CHECK (version > 0),
  snapshot   jsonb NOT NULL,
  patch      jsonb,
  actor_id   uuid REFERENCES auth.users,
  message    text CHECK (char_length(message) <= 500),
  request_id text CHECK (char_length(request_id) <= 100),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (subject_id, version)
);
CREATE INDEX revisions_actor ON core.revisions (actor_id) WHERE actor_id IS NOT NULL;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP TABLE core.revisions;
DROP TABLE core.rights;
DROP TABLE core.subject_categories;
DROP TABLE core.categories;
DROP TABLE core.subject_tags;
DROP TABLE core.tags;
-- +goose StatementEnd
