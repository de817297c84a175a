-- tags: 
-- max age: 24h0m0s

-- smallest
SELECT row_to_json("o#") AS data, CASE WHEN r2.j IS NULL THEN concat_ws(' ', $4::text, (SELECT e.public_id || ' analysis:' || e.public_id
FROM view.expression e
WHERE e.id = coalesce((SELECT d.new_id
FROM view.redirect d
WHERE d.old_id = $5::uuid), $6::uuid))) ELSE r2.t END AS tags, nullif(concat_ws(E'\n', r2.f), '') AS fault, r2.j IS NULL AS missing, false AS lasting, pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin
FROM (SELECT 1) one
LEFT JOIN LATERAL (SELECT row_to_json("o#12") AS j, concat_ws(' ', r4.t, r7.t, r10.t, t1.text_tag, 'analysis:' || t1.text_tag) AS t, CASE WHEN false THEN '' END AS f
FROM (SELECT a.*, e.id AS text_id, e.text_tag, EXISTS (SELECT 1
FROM view.revision v
WHERE v.subject_id = e.id AND v.kind = 'TEXT' AND v.number = e.asked) AS known
FROM (SELECT x.id, x.public_id AS text_tag, coalesce($1::int, x.text_revision) AS asked
FROM view.expression x
WHERE x.id = coalesce((SELECT d.new_id
FROM view.redirect d
WHERE d.old_id = $2::uuid), $3::uuid)) e LEFT JOIN view.text_analysis a ON a.expression_id = e.id AND a.revision = e.asked) t1
LEFT JOIN LATERAL (SELECT row_to_json("o#5") AS j, t3.public_id AS t
FROM view.expression t3
CROSS JOIN LATERAL (SELECT t3.slug AS "slug") "o#5"
WHERE t3.id = t1.text_id LIMIT 1) r4 ON true
LEFT JOIN LATERAL (SELECT coalesce(json_agg(x.j ORDER BY x.i), '[]'::json) AS j, string_agg(x.t, ' ') AS t
FROM (SELECT t6."#" AS i, row_to_json("o#8") AS j, NULL::text AS t
FROM (SELECT t6.*, row_number() OVER () AS "#"
FROM jsonb_to_recordset(t1.measures) AS t6(name text, value float8, method text, reason text)) t6
CROSS JOIN LATERAL (SELECT t6.name AS "name", CASE WHEN t6.value IS NULL THEN 'UNSUPPORTED' ELSE 'MEASURED' END AS "status", t6.value AS "value") "o#8") x) r7 ON true
LEFT JOIN LATERAL (SELECT coalesce(json_agg(x.j ORDER BY x.i), '[]'::json) AS j, string_agg(x.t, ' ') AS t
FROM (SELECT t9."#" AS i, row_to_json("o#11") AS j, NULL::text AS t
FROM (SELECT t9.*, row_number() OVER () AS "#"
FROM jsonb_to_recordset(t1.keywords) AS t9(term text, score float8, frequency int)) t9
CROSS JOIN LATERAL (SELECT t9.term AS "term") "o#11") x) r10 ON true
CROSS JOIN LATERAL (SELECT t1.revision AS "revision", r4.j AS "translation", r7.j AS "measures", r10.j AS "keywords") "o#12"
WHERE (t1.analyzer IS NOT NULL) LIMIT 1) r2 ON true
CROSS JOIN LATERAL (SELECT r2.j AS "analysis") "o#";

-- fullest
SELECT row_to_json("o#") AS data, CASE WHEN r2.j IS NULL THEN concat_ws(' ', $4::text, (SELECT e.public_id || ' analysis:' || e.public_id
FROM view.expression e
WHERE e.id = coalesce((SELECT d.new_id
FROM view.redirect d
WHERE d.old_id = $5::uuid), $6::uuid))) ELSE r2.t END AS tags, nullif(concat_ws(E'\n', r2.f), '') AS fault, r2.j IS NULL AS missing, false AS lasting, pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin
FROM (SELECT 1) one
LEFT JOIN LATERAL (SELECT row_to_json("o#12") AS j, concat_ws(' ', r4.t, r7.t, r10.t, t1.text_tag, 'analysis:' || t1.text_tag) AS t, CASE  WHEN NOT t1.known THEN 'variables.revision' || ': must name a revision that the text has' WHEN false THEN '' END AS f
FROM (SELECT a.*, e.id AS text_id, e.text_tag, EXISTS (SELECT 1
FROM view.revision v
WHERE v.subject_id = e.id AND v.kind = 'TEXT' AND v.number = e.asked) AS known
FROM (SELECT x.id, x.public_id AS text_tag, coalesce($1::int, x.text_revision) AS asked
FROM view.expression x
WHERE x.id = coalesce((SELECT d.new_id
FROM view.redirect d
WHERE d.old_id = $2::uuid), $3::uuid)) e LEFT JOIN view.text_analysis a ON a.expression_id = e.id AND a.revision = e.asked) t1
LEFT JOIN LATERAL (SELECT row_to_json("o#5") AS j, t3.public_id AS t
FROM view.expression t3
CROSS JOIN LATERAL (SELECT t3.slug AS "slug") "o#5"
WHERE t3.id = t1.text_id LIMIT 1) r4 ON true
LEFT JOIN LATERAL (SELECT coalesce(json_agg(x.j ORDER BY x.i), '[]'::json) AS j, string_agg(x.t, ' ') AS t
FROM (SELECT t6."#" AS i, row_to_json("o#8") AS j, NULL::text AS t
FROM (SELECT t6.*, row_number() OVER () AS "#"
FROM jsonb_to_recordset(t1.measures) AS t6(name text, value float8, method text, reason text)) t6
CROSS JOIN LATERAL (SELECT t6.name AS "name", CASE WHEN t6.value IS NULL THEN 'UNSUPPORTED' ELSE 'MEASURED' END AS "status", t6.value AS "value") "o#8") x) r7 ON true
LEFT JOIN LATERAL (SELECT coalesce(json_agg(x.j ORDER BY x.i), '[]'::json) AS j, string_agg(x.t, ' ') AS t
FROM (SELECT t9."#" AS i, row_to_json("o#11") AS j, NULL::text AS t
FROM (SELECT t9.*, row_number() OVER () AS "#"
FROM jsonb_to_recordset(t1.keywords) AS t9(term text, score float8, frequency int)) t9
CROSS JOIN LATERAL (SELECT t9.term AS "term") "o#11") x) r10 ON true
CROSS JOIN LATERAL (SELECT t1.revision AS "revision", r4.j AS "translation", r7.j AS "measures", r10.j AS "keywords") "o#12"
WHERE (t1.analyzer IS NOT NULL  OR NOT t1.known) LIMIT 1) r2 ON true
CROSS JOIN LATERAL (SELECT r2.j AS "analysis") "o#";
