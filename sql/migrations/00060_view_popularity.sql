-- +goose Up
-- +goose StatementBegin
-- Popularity over stretches of time that end now; for all time it is in stats.totals. Written by the hourly job, and
-- like every counter it expires from caches and is never announced.
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

-- The orders of lists whose key may be unknown put the unknown last; a draw begins at a hash.
CREATE INDEX work_year_order ON view.work (coalesce(year_from, 32767), id);
CREATE INDEX work_language_year_order ON view.work (original_language, coalesce(year_from, 32767), id);
CREATE INDEX work_type_year_order ON view.work (literature_type, coalesce(year_from, 32767), id);
CREATE INDEX work_series_order ON view.work (coalesce(series_slug, '~'), coalesce(series_position, 0), id);
CREATE INDEX work_draw ON view.work (md5(public_id));
CREATE INDEX expression_year_order ON view.expression (coalesce(year, 32767), id) WHERE kind <> 'ORIGINAL';
CREATE INDEX person_birth_order ON view.person (coalesce(birth_year, 32767), id) WHERE is_author;
CREATE INDEX tag_name_order ON view.tag (lower(name), id);
CREATE INDEX collection_title_order ON view.collection (lower(title), id) WHERE visibility = 'PUBLIC';
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP INDEX view.collection_title_order, view.tag_name_order, view.person_birth_order, view.expression_year_order, view.work_draw,
  view.work_series_order, view.work_type_year_order, view.work_language_year_order, view.work_year_order;
DROP VIEW view.popularity;
CREATE INDEX totals_popular ON stats.totals (kind, popularity DESC, subject_id);
DROP INDEX stats.totals_order;
DROP TABLE stats.popularity;
-- +goose StatementEnd
