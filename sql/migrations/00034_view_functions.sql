-- +goose Up
-- +goose StatementBegin
-- The first of langs that names has. One expression, so that the planner puts it in place of the call; ten languages
-- are as many as any question may name.
CREATE FUNCTION view.localized(names jsonb, langs text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(names ->> langs[1], names ->> langs[2], names ->> langs[3], names ->> langs[4], names ->> langs[5],
                  names ->> langs[6], names ->> langs[7], names ->> langs[8], names ->> langs[9], names ->> langs[10])
$$;

-- Ids as they are now: what one of them was merged into, in its place. It is dear, so that a plan asks it once for an
-- index and not for every row of a table.
CREATE FUNCTION view.survivors(ids uuid[]) RETURNS uuid[] LANGUAGE sql STABLE STRICT COST 10000 SET search_path = pg_catalog AS $$
  SELECT coalesce(array_agg(coalesce(d.new_id, i.id) ORDER BY i.n), '{}') FROM unnest(ids) WITH ORDINALITY i (id, n) LEFT JOIN view.redirect d ON d.old_id = i.id
$$;

-- RFC 4647 look-up: each range in order, cut from its end until something answers (zh-Hant-TW, zh-Hant, zh; a single
-- letter goes with what follows it). When no range is answered, the first one that some tag begins with: who asks for
-- zh is better served with zh-Hans than with nothing.
CREATE FUNCTION view.best_translation(work uuid, languages text[]) RETURNS uuid LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
  WITH RECURSIVE asked (n, step, range) AS (
    SELECT r.n, 0, lower(r.range) FROM unnest(languages) WITH ORDINALITY r (range, n)
    UNION ALL
    SELECT a.n, a.step + 1, regexp_replace(a.range, '(-[a-z0-9])?-[^-]*$', '') FROM asked a WHERE a.range LIKE '%-%')
  SELECT e.id
  FROM view.expression e JOIN asked a ON lower(e.language) = a.range OR a.step = 0 AND starts_with(lower(e.language), a.range || '-')
  WHERE e.work_id = best_translation.work AND e.kind <> 'ORIGINAL'
  ORDER BY lower(e.language) <> a.range, a.n, a.step, e.quality DESC, e.rights_class <> 'OPEN', e.completeness <> 'COMPLETE', e.popularity DESC, e.id
  LIMIT 1
$$;

-- Works like this one. Candidates come from indexes, a bounded number from each, and what is common to a thousand works
-- or more finds none, though it counts: the same author 5, the same series 4, each shared category 1.5 and each shared
-- tag 1 (four of either at most), the same language within a hundred years 1, the same kind of literature 0.5.
CREATE FUNCTION view.related_works(work uuid, max int) RETURNS TABLE (id uuid, score double precision)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog ROWS 10 AS $$
DECLARE
  w record;
  base text; -- of the language, whatever its script
  authors uuid[];
  tags uuid[];
  categories uuid[];
BEGIN
  SELECT o.id, o.author_ids, o.series_id, o.series_position, o.tag_ids, o.category_ids, o.original_language, o.literature_type, o.year_from
  INTO w FROM view.work o WHERE o.id = related_works.work;
  IF w.id IS NULL THEN
    RETURN;
  END IF;
  base := split_part(w.original_language, '-', 1);
  authors := ARRAY(SELECT p.id FROM view.person p WHERE p.id = ANY (w.author_ids) AND p.work_count < 1000 ORDER BY p.work_count, p.id LIMIT 5);
  tags := ARRAY(SELECT t.id FROM view.tag t WHERE t.id = ANY (w.tag_ids) AND t.usage_count < 1000 ORDER BY t.usage_count, t.id LIMIT 5);
  categories := ARRAY(SELECT c.id FROM view.category c WHERE c.id = ANY (w.category_ids) AND c.work_count < 1000 ORDER BY c.work_count, c.id LIMIT 5);
  RETURN QUERY
  WITH candidates AS (
    SELECT c.id FROM view.work c WHERE c.author_ids && authors
    UNION SELECT c.id FROM view.work c WHERE c.tag_ids && tags
    UNION SELECT c.id FROM view.work c WHERE c.category_ids && categories
    UNION (SELECT c.id FROM view.work c WHERE c.series_id = w.series_id AND c.series_position >= w.series_position ORDER BY c.series_id, c.series_position, c.id LIMIT 100)
    UNION (SELECT c.id FROM view.work c WHERE c.series_id = w.series_id AND c.series_position < w.series_position ORDER BY c.series_id DESC, c.series_position DESC, c.id DESC LIMIT 100)
    UNION (SELECT c.id FROM view.work c WHERE split_part(c.original_language, '-', 1) = base AND coalesce(c.year_from, 32767) >= w.year_from
           ORDER BY coalesce(c.year_from, 32767), c.id LIMIT 100)
    UNION (SELECT c.id FROM view.work c WHERE split_part(c.original_language, '-', 1) = base AND coalesce(c.year_from, 32767) < w.year_from
           ORDER BY coalesce(c.year_from, 32767) DESC, c.id DESC LIMIT 100)
    UNION (SELECT c.id FROM view.work c WHERE split_part(c.original_language, '-', 1) = base ORDER BY c.popularity DESC, c.id DESC LIMIT 100))
  SELECT c.id, s.score
  FROM candidates n JOIN view.work c ON c.id = n.id
  CROSS JOIN LATERAL (
    SELECT CASE WHEN c.author_ids && w.author_ids THEN 5.0 ELSE 0.0 END
         + CASE WHEN c.series_id = w.series_id THEN 4.0 ELSE 0.0 END
         + 1.5 * least(4, cardinality(ARRAY(SELECT unnest(c.category_ids) INTERSECT SELECT unnest(w.category_ids))))
         + 1.0 * least(4, cardinality(ARRAY(SELECT unnest(c.tag_ids) INTERSECT SELECT unnest(w.tag_ids))))
         + CASE WHEN c.original_language = w.original_language AND abs(c.year_from - w.year_from) <= 100 THEN 1.0 ELSE 0.0 END
         + CASE WHEN c.literature_type = w.literature_type THEN 0.5 ELSE 0.0 END AS points) p
  CROSS JOIN LATERAL (SELECT p.points::double precision AS score) s
  WHERE c.id <> w.id
  ORDER BY s.score DESC, c.popularity DESC, c.id LIMIT related_works.max;
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP FUNCTION view.related_works(uuid, int);
DROP FUNCTION view.best_translation(uuid, text[]);
DROP FUNCTION view.survivors(uuid[]);
DROP FUNCTION view.localized(jsonb, text[]);
-- +goose StatementEnd
