-- tags: 
-- max age: 10m0s

-- smallest
SELECT row_to_json("o#") AS data, CASE WHEN r2.j IS NULL THEN  'list:author' ELSE r2.t END AS tags, NULL::text AS fault, r2.j IS NULL AS missing, false AS lasting, pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin
FROM (SELECT 1) one
LEFT JOIN LATERAL (SELECT row_to_json("o#12") AS j, concat_ws(' ', t1.public_id, r3.t) AS t
FROM (SELECT v.*,  NULL::text AS redirected_from
FROM view.person v
WHERE true AND v.id = (SELECT x.subject_id
FROM view.slug x
WHERE x.kind = 'PERSON' AND x.slug = $1::text)) t1
LEFT JOIN LATERAL (SELECT row_to_json("o#") AS j, pg.t AS t
FROM (SELECT 1) one
CROSS JOIN LATERAL (SELECT count(*) AS n, string_agg(x.t, ' ') AS t, json_agg(x.j0 ORDER BY x.i) FILTER (WHERE x.i <= 2) AS j0
FROM (SELECT t4."#" AS i, row_to_json("o#11") AS j0, concat_ws(' ', t4.public_id, r5.t) AS t
FROM (SELECT t4.*, row_number() OVER () AS "#"
FROM (SELECT t4.*
FROM (SELECT w.*
FROM view.work w
WHERE w.author_ids @> ARRAY[t1.id] OFFSET 0) t4 ORDER BY t4.sort_title, t4.id LIMIT 2 + 1) t4) t4
LEFT JOIN LATERAL (SELECT row_to_json("o#") AS j, pg.t AS t
FROM (SELECT 1) one
CROSS JOIN LATERAL (SELECT count(*) AS n, string_agg(x.t, ' ') AS t, json_agg(x.j0 ORDER BY x.i) FILTER (WHERE x.i <= 1) AS j0
FROM (SELECT t6."#" AS i, row_to_json("o#10") AS j0, r7.t AS t
FROM (SELECT t6.*, row_number() OVER () AS "#"
FROM (SELECT t6.*
FROM view.expression t6
WHERE t6.work_id = t4.id AND t6.kind <> 'ORIGINAL' AND (t6.language = ANY ($2::text[]) OR t6.language_base = ANY ($3::text[])) ORDER BY t6.language, -t6.quality, t6.id LIMIT 1 + 1) t6) t6
LEFT JOIN LATERAL (SELECT row_to_json("o#") AS j, concat_ws(' ', 'text:' || t6.public_id, pg.t) AS t
FROM (SELECT 1) one
CROSS JOIN LATERAL (SELECT count(*) AS n, string_agg(x.t, ' ') AS t, json_agg(x.j0 ORDER BY x.i) FILTER (WHERE x.i <= 1) AS j0
FROM (SELECT t8."#" AS i, row_to_json("o#9") AS j0, NULL::text AS t
FROM (SELECT t8.*, row_number() OVER () AS "#"
FROM (SELECT t8.*
FROM view.text_line t8
WHERE t8.expression_id = t6.id ORDER BY t8.seq LIMIT 1 + 1) t8) t8
CROSS JOIN LATERAL (SELECT t8.content AS "content") "o#9") x) pg
CROSS JOIN LATERAL (SELECT coalesce(pg.j0, '[]'::json) AS "nodes") "o#") r7 ON true
CROSS JOIN LATERAL (SELECT r7.j AS "text") "o#10") x) pg
CROSS JOIN LATERAL (SELECT coalesce(pg.j0, '[]'::json) AS "nodes") "o#") r5 ON true
CROSS JOIN LATERAL (SELECT t4.title AS "title", r5.j AS "translations") "o#11") x) pg
CROSS JOIN LATERAL (SELECT coalesce(pg.j0, '[]'::json) AS "nodes") "o#") r3 ON true
CROSS JOIN LATERAL (SELECT r3.j AS "works") "o#12" LIMIT 1) r2 ON true
CROSS JOIN LATERAL (SELECT r2.j AS "author") "o#";

-- fullest
SELECT row_to_json("o#") AS data, CASE WHEN r2.j IS NULL THEN  'list:author' ELSE r2.t END AS tags, NULL::text AS fault, r2.j IS NULL AS missing, false AS lasting, pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin
FROM (SELECT 1) one
LEFT JOIN LATERAL (SELECT row_to_json("o#12") AS j, concat_ws(' ', t1.public_id, r3.t) AS t
FROM (SELECT v.*,  NULL::text AS redirected_from
FROM view.person v
WHERE true AND v.id = (SELECT x.subject_id
FROM view.slug x
WHERE x.kind = 'PERSON' AND x.slug = $1::text)) t1
LEFT JOIN LATERAL (SELECT row_to_json("o#") AS j, pg.t AS t
FROM (SELECT 1) one
CROSS JOIN LATERAL (SELECT count(*) AS n, string_agg(x.t, ' ') AS t, json_agg(x.j0 ORDER BY x.i) FILTER (WHERE x.i <= 2) AS j0
FROM (SELECT t4."#" AS i, row_to_json("o#11") AS j0, concat_ws(' ', t4.public_id, r5.t) AS t
FROM (SELECT t4.*, row_number() OVER () AS "#"
FROM (SELECT t4.*
FROM (SELECT w.*
FROM view.work w
WHERE w.author_ids @> ARRAY[t1.id] OFFSET 0) t4 ORDER BY t4.sort_title, t4.id LIMIT 2 + 1) t4) t4
LEFT JOIN LATERAL (SELECT row_to_json("o#") AS j, pg.t AS t
FROM (SELECT 1) one
CROSS JOIN LATERAL (SELECT count(*) AS n, string_agg(x.t, ' ') AS t, json_agg(x.j0 ORDER BY x.i) FILTER (WHERE x.i <= 1) AS j0
FROM (SELECT t6."#" AS i, row_to_json("o#10") AS j0, r7.t AS t
FROM (SELECT t6.*, row_number() OVER () AS "#"
FROM (SELECT t6.*
FROM view.expression t6
WHERE t6.work_id = t4.id AND t6.kind <> 'ORIGINAL' AND (t6.language = ANY ($2::text[]) OR t6.language_base = ANY ($3::text[])) ORDER BY t6.language, -t6.quality, t6.id LIMIT 1 + 1) t6) t6
LEFT JOIN LATERAL (SELECT row_to_json("o#") AS j, concat_ws(' ', 'text:' || t6.public_id, pg.t) AS t
FROM (SELECT 1) one
CROSS JOIN LATERAL (SELECT count(*) AS n, string_agg(x.t, ' ') AS t, json_agg(x.j0 ORDER BY x.i) FILTER (WHERE x.i <= 1) AS j0
FROM (SELECT t8."#" AS i, row_to_json("o#9") AS j0, NULL::text AS t
FROM (SELECT t8.*, row_number() OVER () AS "#"
FROM (SELECT t8.*
FROM view.text_line t8
WHERE t8.expression_id = t6.id ORDER BY t8.seq LIMIT 1 + 1) t8) t8
CROSS JOIN LATERAL (SELECT t8.content AS "content") "o#9") x) pg
CROSS JOIN LATERAL (SELECT coalesce(pg.j0, '[]'::json) AS "nodes") "o#") r7 ON true
CROSS JOIN LATERAL (SELECT r7.j AS "text") "o#10") x) pg
CROSS JOIN LATERAL (SELECT coalesce(pg.j0, '[]'::json) AS "nodes") "o#") r5 ON true
CROSS JOIN LATERAL (SELECT t4.title AS "title", r5.j AS "translations") "o#11") x) pg
CROSS JOIN LATERAL (SELECT coalesce(pg.j0, '[]'::json) AS "nodes") "o#") r3 ON true
CROSS JOIN LATERAL (SELECT r3.j AS "works") "o#12" LIMIT 1) r2 ON true
CROSS JOIN LATERAL (SELECT r2.j AS "author") "o#";
