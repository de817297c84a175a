-- tags: 
-- max age: 5m0s

-- smallest
SELECT row_to_json("o#") AS data, CASE WHEN r2.j IS NULL THEN  'list:work' ELSE r2.t END AS tags, NULL::text AS fault, r2.j IS NULL AS missing, false AS lasting, pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin
FROM (SELECT 1) one
LEFT JOIN LATERAL (SELECT row_to_json("o#3") AS j, t1.public_id AS t
FROM (SELECT v.*,  NULL::text AS redirected_from
FROM view.work v
WHERE true) t1
CROSS JOIN LATERAL (SELECT t1.public_id AS "id") "o#3" LIMIT 1) r2 ON true
CROSS JOIN LATERAL (SELECT r2.j AS "work") "o#";

-- fullest
SELECT row_to_json("o#") AS data, CASE WHEN r2.j IS NULL THEN  $4::text ELSE r2.t END AS tags, NULL::text AS fault, r2.j IS NULL AS missing, false AS lasting, pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin
FROM (SELECT 1) one
LEFT JOIN LATERAL (SELECT row_to_json("o#6") AS j, concat_ws(' ', t1.public_id, r3.t) AS t
FROM (SELECT v.*,  (SELECT d.old_public_id
FROM view.redirect d
WHERE d.old_id = $1::uuid) AS redirected_from
FROM view.work v
WHERE true AND v.id = coalesce((SELECT d.new_id
FROM view.redirect d
WHERE d.old_id = $2::uuid), $3::uuid)) t1
LEFT JOIN LATERAL (SELECT row_to_json("o#") AS j, pg.t AS t
FROM (SELECT 1) one
CROSS JOIN LATERAL (SELECT count(*) AS n, string_agg(x.t, ' ') AS t, json_agg(x.j0 ORDER BY x.i) FILTER (WHERE x.i <= 3) AS j0
FROM (SELECT t4."#" AS i, row_to_json("o#5") AS j0, NULL::text AS t
FROM (SELECT t4.*, row_number() OVER () AS "#"
FROM (SELECT t4.*
FROM view.expression t4
WHERE t4.work_id = t1.id AND t4.kind <> 'ORIGINAL' ORDER BY t4.language, -t4.quality, t4.id LIMIT 3 + 1) t4) t4
CROSS JOIN LATERAL (SELECT t4.slug AS "slug") "o#5") x) pg
CROSS JOIN LATERAL (SELECT coalesce(pg.j0, '[]'::json) AS "nodes") "o#") r3 ON true
CROSS JOIN LATERAL (SELECT t1.public_id AS "id", t1.description AS "description", r3.j AS "translations", t1.slug AS "slug") "o#6" LIMIT 1) r2 ON true
CROSS JOIN LATERAL (SELECT r2.j AS "work") "o#";
