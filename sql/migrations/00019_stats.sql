-- +goose Up
-- +goose StatementBegin
-- What readers opened, by the hour and by the UTC day: for rankings and series. Hours are kept for 62 days, days for good.
CREATE TABLE stats.hourly (
  hour       timestamptz NOT NULL,
  subject_id uuid NOT NULL REFERENCES core.subjects,
  views      int NOT NULL CHECK (views > 0),
  PRIMARY KEY (hour, subject_id)
);
CREATE INDEX hourly_subject ON stats.hourly (subject_id, hour);

CREATE TABLE stats.daily (
  day        date NOT NULL,
  subject_id uuid NOT NULL REFERENCES core.subjects,
  views      int NOT NULL CHECK (views > 0),
  PRIMARY KEY (day, subject_id)
);
CREATE INDEX daily_subject ON stats.daily (subject_id, day);

-- The ids of the batches of views that are in the tables above, so that none goes in twice.
CREATE TABLE stats.batches (
  id         uuid PRIMARY KEY,
  views      bigint NOT NULL CHECK (views >= 0),
  applied_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX batches_age ON stats.batches (applied_at);

-- What a subject had when it came here: an import's numbers, to which what is counted here is added.
CREATE TABLE stats.brought (
  subject_id uuid PRIMARY KEY REFERENCES core.subjects,
  views      bigint NOT NULL DEFAULT 0 CHECK (views >= 0),
  likes      bigint NOT NULL DEFAULT 0 CHECK (likes >= 0),
  bookmarks  bigint NOT NULL DEFAULT 0 CHECK (bookmarks >= 0)
);

-- When each job was last done, for metrics.
CREATE TABLE stats.runs (
  job         text PRIMARY KEY CHECK (char_length(job) BETWEEN 1 AND 60),
  finished_at timestamptz NOT NULL,
  took        interval NOT NULL,
  changed     bigint NOT NULL CHECK (changed >= 0) -- rows
);

-- Rows come in the order of their time, so that a block range index finds the latest.
CREATE INDEX likes_latest ON social.likes USING brin (created_at);
CREATE INDEX bookmarks_latest ON social.bookmarks USING brin (created_at);
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP INDEX social.bookmarks_latest, social.likes_latest;
DROP TABLE stats.runs;
DROP TABLE stats.brought;
DROP TABLE stats.batches;
DROP TABLE stats.daily;
DROP TABLE stats.hourly;
-- +goose StatementEnd
