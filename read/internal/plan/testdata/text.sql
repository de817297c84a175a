-- tags: 
-- max age: 1h0m0s

-- smallest
SELECT row_to_json("o#") AS data, CASE WHEN r1.j IS NULL THEN $4::text ELSE r1.t END AS tags, nullif(concat_ws(E'\n', r1.f), '') AS fault, r1.j IS NULL AS missing, false AS lasting, pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin
FROM (SELECT 1) one
LEFT JOIN LATERAL (SELECT row_to_json("o#") AS j, concat_ws(' ', s2.public_id, 'text:' || s2.public_id, pg.t) AS t, CASE WHEN false THEN '' END AS f
FROM (SELECT e.id, e.public_id, e.text_revision, coalesce($1::int, e.text_revision) AS revision
FROM view.expression e
WHERE e.id = coalesce((SELECT d.new_id
FROM view.redirect d
WHERE d.old_id = $2::uuid), $3::uuid)) s2
CROSS JOIN LATERAL (SELECT count(*) AS n, string_agg(x.t, ' ') AS t, json_agg(x.j0 ORDER BY x.i) FILTER (WHERE x.i <= 10) AS j0
FROM (SELECT t3."#" AS i, row_to_json("o#4") AS j0, NULL::text AS t
FROM (SELECT t3.*, row_number() OVER () AS "#"
FROM (SELECT t3.*
FROM (SELECT l.seq, l.line_key, l.ref, l.unit_ref, l.kind, l.speaker, l.stanza_start, l.content
FROM view.text_line l
WHERE l.expression_id = s2.id AND s2.revision = s2.text_revision UNION ALL SELECT l.seq, l.line_key, l.ref, l.unit_ref, l.kind, l.speaker, l.stanza_start, l.content
FROM view.revision_lines(s2.id, s2.revision) l
WHERE s2.revision <> s2.text_revision) t3
WHERE true ORDER BY t3.seq LIMIT 10 + 1) t3) t3
CROSS JOIN LATERAL (SELECT t3.ref AS "ref", t3.content AS "content") "o#4") x) pg
CROSS JOIN LATERAL (SELECT s2.revision AS "revision", coalesce(pg.j0, '[]'::json) AS "nodes") "o#") r1 ON true
CROSS JOIN LATERAL (SELECT r1.j AS "text") "o#";

-- fullest
SELECT row_to_json("o#") AS data, CASE WHEN r1.j IS NULL THEN $6::text ELSE r1.t END AS tags, nullif(concat_ws(E'\n', r1.f), '') AS fault, r1.j IS NULL AS missing, false AS lasting, pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin
FROM (SELECT 1) one
LEFT JOIN LATERAL (SELECT row_to_json("o#") AS j, concat_ws(' ', s2.public_id, 'text:' || s2.public_id, pg.t) AS t, CASE  WHEN NOT EXISTS (SELECT 1
FROM view.revision v
WHERE v.subject_id = s2.id AND v.kind = 'TEXT' AND v.number = s2.revision) THEN 'variables.revision' || ': must name a revision that the text has'  WHEN NOT EXISTS (SELECT 1
FROM (SELECT l.seq, l.line_key, l.ref, l.unit_ref, l.kind, l.speaker, l.stanza_start, l.content
FROM view.text_line l
WHERE l.expression_id = s2.id AND s2.revision = s2.text_revision UNION ALL SELECT l.seq, l.line_key, l.ref, l.unit_ref, l.kind, l.speaker, l.stanza_start, l.content
FROM view.revision_lines(s2.id, s2.revision) l
WHERE s2.revision <> s2.text_revision) l
WHERE l.ref = $5::text) THEN 'variables.from' || ': must name a line that the text has and that is open'  WHEN false THEN '' END AS f
FROM (SELECT e.id, e.public_id, e.text_revision, coalesce($1::int, e.text_revision) AS revision
FROM view.expression e
WHERE e.id = coalesce((SELECT d.new_id
FROM view.redirect d
WHERE d.old_id = $2::uuid), $3::uuid)) s2
CROSS JOIN LATERAL (SELECT count(*) AS n, string_agg(x.t, ' ') AS t, json_agg(x.j0 ORDER BY x.i) FILTER (WHERE x.i <= 10) AS j0
FROM (SELECT t3."#" AS i, row_to_json("o#4") AS j0, NULL::text AS t
FROM (SELECT t3.*, row_number() OVER () AS "#"
FROM (SELECT t3.*
FROM (SELECT l.seq, l.line_key, l.ref, l.unit_ref, l.kind, l.speaker, l.stanza_start, l.content
FROM view.text_line l
WHERE l.expression_id = s2.id AND s2.revision = s2.text_revision UNION ALL SELECT l.seq, l.line_key, l.ref, l.unit_ref, l.kind, l.speaker, l.stanza_start, l.content
FROM view.revision_lines(s2.id, s2.revision) l
WHERE s2.revision <> s2.text_revision) t3
WHERE true AND t3.seq >= coalesce((SELECT l.seq
FROM (SELECT l.seq, l.line_key, l.ref, l.unit_ref, l.kind, l.speaker, l.stanza_start, l.content
FROM view.text_line l
WHERE l.expression_id = s2.id AND s2.revision = s2.text_revision UNION ALL SELECT l.seq, l.line_key, l.ref, l.unit_ref, l.kind, l.speaker, l.stanza_start, l.content
FROM view.revision_lines(s2.id, s2.revision) l
WHERE s2.revision <> s2.text_revision) l
WHERE l.ref = $4::text), 2147483647) ORDER BY t3.seq LIMIT 10 + 1) t3) t3
CROSS JOIN LATERAL (SELECT t3.ref AS "ref", t3.content AS "content") "o#4") x) pg
CROSS JOIN LATERAL (SELECT s2.revision AS "revision", coalesce(pg.j0, '[]'::json) AS "nodes") "o#") r1 ON true
CROSS JOIN LATERAL (SELECT r1.j AS "text") "o#";
