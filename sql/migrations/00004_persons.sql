-- +goose Up
-- +goose StatementBegin
-- One person for authors and translators; names per language, one of them primary.
CREATE TABLE core.persons (
  id           uuid PRIMARY KEY,
  kind         text NOT NULL GENERATED ALWAYS AS ('PERSON') STORED,
  person_kind  text NOT NULL DEFAULT 'INDIVIDUAL' CHECK (person_kind IN ('INDIVIDUAL','GROUP','ANONYMOUS','TRADITIONAL')),
  birth_edtf   core.edtf,
  death_edtf   core.edtf,
  birth_year   int CHECK (birth_year <> 0),          -- negative years are BCE, and there is no year 0
  death_year   int CHECK (death_year <> 0),
  floruit      text CHECK (char_length(floruit) <= 100),
  birth_place  text CHECK (char_length(birth_place) <= 200),
  death_place  text CHECK (char_length(death_place) <= 200),
  country_code text REFERENCES core.countries,
  bio          text CHECK (char_length(bio) <= 10000),
  claimed_by   uuid UNIQUE REFERENCES auth.users,
  status       text NOT NULL DEFAULT 'PUBLISHED' CHECK (status IN ('DRAFT','PUBLISHED','WITHHELD')),
  version      int NOT NULL DEFAULT 1 CHECK (version > 0),
  created_by   uuid REFERENCES auth.users,
  updated_by   uuid REFERENCES auth.users,
  created_at   timestamptz NOT NULL DEFAULT now(),
  updated_at   timestamptz NOT NULL DEFAULT now(),
  deleted_at   timestamptz,
  deleted_by   uuid REFERENCES auth.users,
  FOREIGN KEY (id, kind) REFERENCES core.subjects (id, kind),
  CHECK (death_year >= birth_year)
);

CREATE TABLE core.person_names (
  id        uuid PRIMARY KEY,
  person_id uuid NOT NULL REFERENCES core.persons,
  language  core.langtag NOT NULL REFERENCES core.languages (tag),
  name      text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
  sort_name text NOT NULL CHECK (char_length(sort_name) BETWEEN 1 AND 200), -- "Family, Given" where the name has the two
  name_kind text NOT NULL DEFAULT 'PRIMARY' CHECK (name_kind IN ('PRIMARY','ALIAS','PEN_NAME','BIRTH','TRANSLITERATION','SEARCH_HINT')),
  position  smallint NOT NULL DEFAULT 0,             -- the first primary name is the person's own
  UNIQUE (person_id, language, name)
);
CREATE UNIQUE INDEX person_names_primary ON core.person_names (person_id, language) WHERE name_kind = 'PRIMARY';
CREATE INDEX person_names_trgm ON core.person_names USING gin (lower(name) public.gin_trgm_ops);
CREATE INDEX person_names_prefix ON core.person_names ((view.sort_key(name) COLLATE "C"), person_id);
CREATE INDEX person_names_sort_prefix ON core.person_names ((view.sort_key(sort_name) COLLATE "C"), person_id);
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP TABLE core.person_names;
DROP TABLE core.persons;
-- +goose StatementEnd
