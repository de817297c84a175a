-- tags: ref
-- max age: 5m0s

-- smallest
SELECT row_to_json("o#") AS data, CASE WHEN r2.j IS NULL THEN  'list:work' ELSE r2.t END AS tags, NULL::text AS fault, r2.j IS NULL AS missing, false AS lasting, pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin
FROM (SELECT 1) one
LEFT JOIN LATERAL (SELECT row_to_json("o#9") AS j, concat_ws(' ', t1.public_id, r4.t, r7.t) AS t
FROM (SELECT v.*,  NULL::text AS redirected_from
FROM view.work v
WHERE true) t1
LEFT JOIN LATERAL (SELECT row_to_json("o#5") AS j, NULL::text AS t
FROM view.language t3
CROSS JOIN LATERAL (SELECT t3.tag AS "tag") "o#5"
WHERE t3.tag = t1.original_language LIMIT 1) r4 ON true
LEFT JOIN LATERAL (SELECT coalesce(json_agg(x.j ORDER BY x.i), '[]'::json) AS j, string_agg(x.t, ' ') AS t
FROM (SELECT t6."#" AS i, row_to_json("o#8") AS j, t6.public_id AS t
FROM (SELECT t6.*, row_number() OVER (ORDER BY t6.n) AS "#"
FROM (SELECT a.*, u.n
FROM unnest(t1.author_ids) WITH ORDINALITY u(id, n) JOIN view.person a ON a.id = u.id) t6) t6
CROSS JOIN LATERAL (SELECT t6.name AS "name") "o#8") x) r7 ON true
CROSS JOIN LATERAL (SELECT t1.public_id AS "id",  coalesce(view.localized(t1.titles_by_language, $1::text[]), t1.title ) AS "title", r4.j AS "originalLanguage", r7.j AS "authors") "o#9" LIMIT 1) r2 ON true
CROSS JOIN LATERAL (SELECT r2.j AS "work") "o#";

-- fullest
SELECT row_to_json("o#") AS data, CASE WHEN r2.j IS NULL THEN  'list:work' ELSE r2.t END AS tags, NULL::text AS fault, r2.j IS NULL AS missing, false AS lasting, pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin
FROM (SELECT 1) one
LEFT JOIN LATERAL (SELECT row_to_json("o#9") AS j, concat_ws(' ', t1.public_id, r4.t, r7.t) AS t
FROM (SELECT v.*,  NULL::text AS redirected_from
FROM view.work v
WHERE true AND v.id = (SELECT x.subject_id
FROM view.slug x
WHERE x.kind = 'WORK' AND x.slug = $1::text)) t1
LEFT JOIN LATERAL (SELECT row_to_json("o#5") AS j, NULL::text AS t
FROM view.language t3
CROSS JOIN LATERAL (SELECT t3.tag AS "tag") "o#5"
WHERE t3.tag = t1.original_language LIMIT 1) r4 ON true
LEFT JOIN LATERAL (SELECT coalesce(json_agg(x.j ORDER BY x.i), '[]'::json) AS j, string_agg(x.t, ' ') AS t
FROM (SELECT t6."#" AS i, row_to_json("o#8") AS j, t6.public_id AS t
FROM (SELECT t6.*, row_number() OVER (ORDER BY t6.n) AS "#"
FROM (SELECT a.*, u.n
FROM unnest(t1.author_ids) WITH ORDINALITY u(id, n) JOIN view.person a ON a.id = u.id) t6) t6
CROSS JOIN LATERAL (SELECT t6.name AS "name") "o#8") x) r7 ON true
CROSS JOIN LATERAL (SELECT t1.public_id AS "id",  coalesce(view.localized(t1.titles_by_language, $2::text[]), t1.title ) AS "title", r4.j AS "originalLanguage", r7.j AS "authors") "o#9" LIMIT 1) r2 ON true
CROSS JOIN LATERAL (SELECT r2.j AS "work") "o#";
