-- +goose Up
-- +goose StatementBegin
-- Works and their expressions (IFLA LRM): the original text and every translation are expressions of one work.
CREATE TABLE core.works (
  id                uuid PRIMARY KEY,
  kind              text NOT NULL GENERATED ALWAYS AS ('WORK') STORED,
  original_language core.langtag NOT NULL REFERENCES core.languages (tag),
  literature_type   text NOT NULL CHECK (literature_type IN ('POETRY','PROSE','DRAMA','ESSAY','LETTER','ORAL','OTHER')),
  created_edtf      core.edtf,
  year_from         int CHECK (year_from <> 0),
  year_to           int CHECK (year_to <> 0),
  description       text CHECK (char_length(description) <= 5000),
  series_id         uuid REFERENCES core.series,
  series_position   int CHECK (series_position > 0),
  status            text NOT NULL DEFAULT 'DRAFT' CHECK (status IN ('DRAFT','PUBLISHED','UNPUBLISHED','WITHHELD')),
  published_at      timestamptz,
  version           int NOT NULL DEFAULT 1 CHECK (version > 0),
  created_by        uuid REFERENCES auth.users,
  updated_by        uuid REFERENCES auth.users,
  created_at        timestamptz NOT NULL DEFAULT now(),
  updated_at        timestamptz NOT NULL DEFAULT now(),
  deleted_at        timestamptz,
  deleted_by        uuid REFERENCES auth.users,
  FOREIGN KEY (id, kind) REFERENCES core.subjects (id, kind),
  CHECK (year_to >= year_from),
  CHECK (series_position IS NULL OR series_id IS NOT NULL),
  CHECK (status <> 'PUBLISHED' OR published_at IS NOT NULL)
);
CREATE INDEX works_series ON core.works (series_id, series_position) WHERE series_id IS NOT NULL;
CREATE INDEX works_language ON core.works (original_language);

CREATE TABLE core.work_titles (
  id         uuid PRIMARY KEY,
  work_id    uuid NOT NULL REFERENCES core.works,
  language   core.langtag NOT NULL REFERENCES core.languages (tag),
  title      text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 300),
  subtitle   text CHECK (char_length(subtitle) <= 300),
  sort_title text NOT NULL CHECK (char_length(sort_title) BETWEEN 1 AND 300),
  title_kind text NOT NULL DEFAULT 'PRIMARY' CHECK (title_kind IN ('PRIMARY','ORIGINAL','ALTERNATIVE','INCIPIT','TRANSLITERATION')),
  position   smallint NOT NULL DEFAULT 0,
  UNIQUE (work_id, language, title)
);
CREATE UNIQUE INDEX work_titles_primary ON core.work_titles (work_id, language) WHERE title_kind = 'PRIMARY';
CREATE INDEX work_titles_trgm ON core.work_titles USING gin (lower(title) public.gin_trgm_ops);
CREATE INDEX work_titles_prefix ON core.work_titles ((view.sort_key(title) COLLATE "C"), work_id);
CREATE INDEX work_titles_sort_prefix ON core.work_titles ((view.sort_key(sort_title) COLLATE "C"), work_id);

CREATE TABLE core.work_contributors (
  work_id     uuid NOT NULL REFERENCES core.works,
  person_id   uuid NOT NULL REFERENCES core.persons,
  role        text NOT NULL CHECK (role IN ('AUTHOR','ATTRIBUTED','COLLECTOR','EDITOR','DEDICATEE','COMPOSER')),
  position    smallint NOT NULL DEFAULT 0,
  credited_as text CHECK (char_length(credited_as) <= 200),
  certainty   text NOT NULL DEFAULT 'CERTAIN' CHECK (certainty IN ('CERTAIN','PROBABLE','DISPUTED','SPURIOUS')),
  PRIMARY KEY (work_id, person_id, role)
);
-- Who is named as the author of a work: its authors and those it is attributed to (MARC relators aut and att), unless the
-- attribution is known to be wrong. Whoever collected, edited or set it to music is a contributor with that role.
CREATE FUNCTION core.is_author(role text, certainty text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT role IN ('AUTHOR','ATTRIBUTED') AND certainty <> 'SPURIOUS'
$$;
CREATE INDEX work_contributors_person ON core.work_contributors (person_id, role, work_id);

CREATE TABLE core.expressions (
  id                   uuid PRIMARY KEY,
  kind                 text NOT NULL GENERATED ALWAYS AS ('EXPRESSION') STORED,
  work_id              uuid NOT NULL REFERENCES core.works,
  expression_kind      text NOT NULL CHECK (expression_kind IN ('ORIGINAL','TRANSLATION','ADAPTATION','TRANSLITERATION')),
  language             core.langtag NOT NULL REFERENCES core.languages (tag),
  title                text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 300),
  subtitle             text CHECK (char_length(subtitle) <= 300),
  source_expression_id uuid,                         -- what a relay translation was made from: another expression of the work
  source_language      core.langtag REFERENCES core.languages (tag),
  origin               text NOT NULL DEFAULT 'HUMAN' CHECK (origin IN ('HUMAN','MACHINE','MACHINE_POSTEDITED','UNKNOWN')),
  completeness         text NOT NULL DEFAULT 'COMPLETE' CHECK (completeness IN ('COMPLETE','PARTIAL','EXCERPT','SYNOPSIS')), -- SYNOPSIS: a summary in the library's own words in place of the text
  form                 text CHECK (form IN ('VERSE','PROSE','MIXED')),
  year                 int CHECK (year <> 0),
  notes                text CHECK (char_length(notes) <= 5000),
  provenance           text CHECK (char_length(provenance) <= 500),
  source_url           text CHECK (char_length(source_url) <= 500),
  credit               text CHECK (char_length(credit) <= 1000),      -- the attribution line its licence asks for
  quality              smallint NOT NULL DEFAULT 1 CHECK (quality BETWEEN 0 AND 4), -- Wikisource: no text, not proofread, problematic, proofread, validated
  status               text NOT NULL DEFAULT 'DRAFT' CHECK (status IN ('DRAFT','IN_REVIEW','PUBLISHED','UNPUBLISHED','WITHHELD')),
  published_at         timestamptz,
  text_revision        int NOT NULL DEFAULT 0 CHECK (text_revision >= 0),
  content_hash         bytea,
  line_count           int NOT NULL DEFAULT 0 CHECK (line_count >= 0),
  char_count           int NOT NULL DEFAULT 0 CHECK (char_count >= 0),
  version              int NOT NULL DEFAULT 1 CHECK (version > 0),
  created_by           uuid REFERENCES auth.users,
  updated_by           uuid REFERENCES auth.users,
  created_at           timestamptz NOT NULL DEFAULT now(),
  updated_at           timestamptz NOT NULL DEFAULT now(),
  deleted_at           timestamptz,
  deleted_by           uuid REFERENCES auth.users,
  FOREIGN KEY (id, kind) REFERENCES core.subjects (id, kind),
  UNIQUE (work_id, id),
  FOREIGN KEY (work_id, source_expression_id) REFERENCES core.expressions (work_id, id),
  CHECK (source_expression_id <> id),
  CHECK (expression_kind <> 'ORIGINAL' OR source_expression_id IS NULL),
  CHECK (status <> 'PUBLISHED' OR published_at IS NOT NULL)
);
CREATE UNIQUE INDEX expressions_one_original ON core.expressions (work_id, language) WHERE expression_kind = 'ORIGINAL' AND deleted_at IS NULL;
CREATE INDEX expressions_language ON core.expressions (language);
CREATE INDEX expressions_source ON core.expressions (source_expression_id) WHERE source_expression_id IS NOT NULL;

CREATE TABLE core.expression_contributors (
  expression_id uuid NOT NULL REFERENCES core.expressions,
  person_id     uuid NOT NULL REFERENCES core.persons,
  role          text NOT NULL CHECK (role IN ('TRANSLATOR','EDITOR','ANNOTATOR','ILLUSTRATOR','READER','TRANSCRIBER','PROOFREADER')),
  position      smallint NOT NULL DEFAULT 0,
  credited_as   text CHECK (char_length(credited_as) <= 200),
  PRIMARY KEY (expression_id, person_id, role)
);
CREATE INDEX expression_contributors_person ON core.expression_contributors (person_id, role, expression_id);
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP TABLE core.expression_contributors;
DROP TABLE core.expressions;
DROP TABLE core.work_contributors;
DROP FUNCTION core.is_author(text, text);
DROP TABLE core.work_titles;
DROP TABLE core.works;
-- +goose StatementEnd
