-- +goose Up
-- +goose StatementBegin
-- A text is ordered lines with stable keys and citable refs, never one blob. Revisions are immutable.
CREATE TABLE core.text_units (
  id            uuid PRIMARY KEY,
  expression_id uuid NOT NULL REFERENCES core.expressions,
  parent_id     uuid REFERENCES core.text_units,
  ordinal       int NOT NULL,
  unit_kind     text NOT NULL CHECK (unit_kind IN ('BOOK','PART','CHAPTER','CANTO','ACT','SCENE','POEM','STANZA','PARAGRAPH','SECTION')),
  ref           text NOT NULL CHECK (char_length(ref) <= 60 AND ref ~ '^[0-9A-Za-z]+(\.[0-9A-Za-z]+)*$'),
  label         text CHECK (char_length(label) <= 300),
  UNIQUE (expression_id, ref),
  UNIQUE (expression_id, id)
);
CREATE UNIQUE INDEX text_units_order ON core.text_units (expression_id, parent_id, ordinal) NULLS NOT DISTINCT;
CREATE INDEX text_units_parent ON core.text_units (parent_id) WHERE parent_id IS NOT NULL;

-- The current text. line_key survives renumbering: anchors and diffs hold on to it.
CREATE TABLE core.text_lines (
  expression_id uuid NOT NULL REFERENCES core.expressions,
  seq           int NOT NULL CHECK (seq > 0),
  line_key      uuid NOT NULL,
  ref           text NOT NULL CHECK (char_length(ref) <= 80 AND ref ~ '^[0-9A-Za-z]+(\.[0-9A-Za-z]+)*$'),
  unit_id       uuid,
  line_kind     text NOT NULL DEFAULT 'VERSE' CHECK (line_kind IN ('VERSE','PROSE','HEADING','SPEAKER','STAGE','NOTE')),
  stanza_start  boolean NOT NULL DEFAULT false,      -- opens a new stanza or group of paragraphs
  speaker       text CHECK (char_length(speaker) <= 200),
  content       text NOT NULL CHECK (char_length(content) <= 100000),
  PRIMARY KEY (expression_id, seq) DEFERRABLE,
  UNIQUE (expression_id, ref) DEFERRABLE,
  UNIQUE (line_key) DEFERRABLE,
  FOREIGN KEY (expression_id, unit_id) REFERENCES core.text_units (expression_id, id)
);

-- lines: [{"k": line_key, "r": ref, "c": content, "t": kind, "s": stanza start?, "p": speaker?}]
CREATE TABLE core.text_revisions (
  expression_id uuid NOT NULL REFERENCES core.expressions,
  revision      int NOT NULL CHECK (revision > 0),
  content_hash  bytea NOT NULL,
  lines         jsonb NOT NULL CHECK (jsonb_typeof(lines) = 'array'),
  line_count    int NOT NULL CHECK (line_count >= 0),
  message       text CHECK (char_length(message) <= 500),
  actor_id      uuid REFERENCES auth.users,
  created_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (expression_id, revision)
);
ALTER TABLE core.text_revisions ALTER COLUMN lines SET COMPRESSION lz4;
CREATE INDEX text_revisions_actor ON core.text_revisions (actor_id) WHERE actor_id IS NOT NULL;

-- Pairwise n:m line ranges, bound to two revisions.
CREATE TABLE core.alignments (
  id             uuid PRIMARY KEY,
  kind           text NOT NULL GENERATED ALWAYS AS ('ALIGNMENT') STORED,
  work_id        uuid NOT NULL REFERENCES core.works,
  left_id        uuid NOT NULL,
  right_id       uuid NOT NULL,
  left_revision  int NOT NULL,
  right_revision int NOT NULL,
  method         text NOT NULL CHECK (method IN ('MANUAL','LENGTH_BASED','EMBEDDING','IMPORTED','LINE_COUNT')),
  status         text NOT NULL CHECK (status IN ('SUGGESTED','APPROVED','STALE','REJECTED')),
  confidence     real CHECK (confidence BETWEEN 0 AND 1),
  approved_by    uuid REFERENCES auth.users,
  version        int NOT NULL DEFAULT 1 CHECK (version > 0),
  created_by     uuid REFERENCES auth.users,
  created_at     timestamptz NOT NULL DEFAULT now(),
  updated_at     timestamptz NOT NULL DEFAULT now(),
  FOREIGN KEY (id, kind) REFERENCES core.subjects (id, kind),
  FOREIGN KEY (left_id, left_revision) REFERENCES core.text_revisions,
  FOREIGN KEY (right_id, right_revision) REFERENCES core.text_revisions,
  CHECK (left_id < right_id)
);
CREATE UNIQUE INDEX alignments_one_approved ON core.alignments (left_id, right_id) WHERE status = 'APPROVED';
CREATE INDEX alignments_left ON core.alignments (left_id, right_id, status);
CREATE INDEX alignments_right ON core.alignments (right_id, left_id, status);
CREATE INDEX alignments_work ON core.alignments (work_id);
CREATE INDEX alignments_created ON core.alignments (created_at, id);
CREATE INDEX alignments_updated ON core.alignments (updated_at, id);

CREATE TABLE core.alignment_groups (
  alignment_id uuid NOT NULL REFERENCES core.alignments ON DELETE CASCADE,
  idx          int NOT NULL CHECK (idx >= 0),
  left_lines   int4range,                            -- line numbers; NULL for a side that has nothing
  right_lines  int4range,
  linear       boolean NOT NULL DEFAULT false,       -- both ranges have the same length and answer line by line
  confidence   real CHECK (confidence BETWEEN 0 AND 1),
  note         text CHECK (char_length(note) <= 500),
  stale        boolean NOT NULL DEFAULT false,       -- a text has changed here since it was said that these lines answer each other
  PRIMARY KEY (alignment_id, idx),
  CHECK (left_lines IS NOT NULL OR right_lines IS NOT NULL),
  CHECK (left_lines IS NULL OR (NOT isempty(left_lines) AND lower(left_lines) > 0 AND NOT upper_inf(left_lines))),
  CHECK (right_lines IS NULL OR (NOT isempty(right_lines) AND lower(right_lines) > 0 AND NOT upper_inf(right_lines))),
  CHECK (NOT linear OR coalesce(upper(left_lines) - lower(left_lines) = upper(right_lines) - lower(right_lines), false)),
  EXCLUDE USING gist (alignment_id WITH =, left_lines WITH &&),
  EXCLUDE USING gist (alignment_id WITH =, right_lines WITH &&)
);

-- What somebody said of two texts, of the revisions that they had then, while the alignment itself follows their edits:
-- its groups are made anew of these by every edit, so that what is undone comes back whole.
CREATE TABLE core.alignment_origins (
  alignment_id   uuid PRIMARY KEY REFERENCES core.alignments ON DELETE CASCADE,
  left_revision  int NOT NULL,
  right_revision int NOT NULL,
  status         text NOT NULL CHECK (status IN ('SUGGESTED','APPROVED')),
  groups         jsonb NOT NULL CHECK (jsonb_typeof(groups) = 'array') -- core.alignment_document
);
ALTER TABLE core.alignment_origins ALTER COLUMN groups SET COMPRESSION lz4;

-- The groups of an alignment, in order: [left from, left to, right from, right to, linear, confidence, note, stale].
CREATE FUNCTION core.alignment_document(alignment uuid) RETURNS jsonb LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_array(lower(g.left_lines), upper(g.left_lines) - 1, lower(g.right_lines), upper(g.right_lines) - 1,
    g.linear, g.confidence, g.note, g.stale) ORDER BY g.idx), '[]')
  FROM core.alignment_groups g WHERE g.alignment_id = alignment
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP FUNCTION core.alignment_document(uuid);
DROP TABLE core.alignment_origins;
DROP TABLE core.alignment_groups;
DROP TABLE core.alignments;
DROP TABLE core.text_revisions;
DROP TABLE core.text_lines;
DROP TABLE core.text_units;
-- +goose StatementEnd
