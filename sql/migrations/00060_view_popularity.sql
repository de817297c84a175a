-- +goose Up
-- +goose StatementBegin
-- Popularity over stretches of time that end now; for all time it is in stats.totals. Written by the hourly job,
-- which announces "popular" once; like every counter, no row of it is announced.
CREATE TABLE stats.popularity (
  stretch     text NOT NULL CHECK (stretch IN ('WEEK','MONTH','YEAR')),
  kind        text NOT NULL,
  subject_id  uuid NOT NULL,
  popularity  double precision NOT NULL CHECK (popularity >= 0 AND popularity < 'Infinity'),
  computed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (stretch, subject_id),
  FOREIGN KEY (subject_id, kind) REFERENCES core.subjects (id, kind)
);
CREATE INDEX popularity_order ON stats.popularity (stretch, kind, popularity DESC, subject_id DESC);
CREATE INDEX totals_order ON stats.totals (kind, popularity DESC, subject_id DESC);
DROP INDEX stats.totals_popular;

CREATE VIEW view.popularity AS
  SELECT stretch, kind, subject_id, popularity FROM stats.popularity
  UNION ALL
  SELECT 'ALL', kind, subject_id, popularity FROM stats.totals;
GRANT SELECT ON view.popularity TO tercul_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON stats.popularity TO tercul_writer;

-- Orders across: authors by what they translated, translators by what they wrote; works by series; and where a draw begins.
CREATE INDEX author_most_texts ON view.person (translation_count DESC, id DESC) WHERE is_author;
CREATE INDEX translator_most_works ON view.person (work_count DESC, id DESC) WHERE is_translator;
CREATE INDEX work_series_order ON view.work (coalesce(series_slug, '~'), coalesce(series_position, 0), id);
CREATE INDEX work_draw ON view.work (md5(public_id));
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP INDEX view.work_draw, view.work_series_order, view.translator_most_works, view.author_most_texts;
DROP VIEW view.popularity;
CREATE INDEX totals_popular ON stats.totals (kind, popularity DESC, subject_id);
DROP INDEX stats.totals_order;
DROP TABLE stats.popularity;
-- +goose StatementEnd
