-- tags: list:cat list:tag list:work
-- max age: 1m0s

-- smallest
SELECT row_to_json("o#") AS data, r1.t AS tags, NULL::text AS fault, false AS missing, false AS lasting, pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin
FROM (SELECT 1) one
LEFT JOIN LATERAL (SELECT row_to_json("o#") AS j, pg.t AS t
FROM (SELECT 1) one
CROSS JOIN LATERAL (SELECT count(*) AS n, string_agg(x.t, ' ') AS t, json_agg(x.j0 ORDER BY x.i) FILTER (WHERE x.i <= 2) AS j0, (array_agg(x.c ORDER BY x.i DESC) FILTER (WHERE x.i <= 2))[1] AS c
FROM (SELECT t2."#" AS i, row_to_json("o#4") AS j0, NULL::text AS t, (SELECT translate(encode(convert_to(left(md5(c.k), 8) || c.k, 'UTF8'), 'base64'), E'+/=\n', '-_')
FROM (SELECT json_build_array('1:Query.works:NEWEST', (t2.published_at)::text, (t2.id)::text)::text AS k) c) AS c
FROM (SELECT t2.*, row_number() OVER () AS "#"
FROM (SELECT t2.*
FROM view.work t2 ORDER BY t2.published_at DESC, t2.id DESC LIMIT 2 + 1) t2) t2
CROSS JOIN LATERAL (SELECT t2.title AS "title") "o#3"
CROSS JOIN LATERAL (SELECT (SELECT translate(encode(convert_to(left(md5(c.k), 8) || c.k, 'UTF8'), 'base64'), E'+/=\n', '-_')
FROM (SELECT json_build_array('1:Query.works:NEWEST', (t2.published_at)::text, (t2.id)::text)::text AS k) c) AS "cursor", row_to_json("o#3") AS "node") "o#4") x) pg
CROSS JOIN LATERAL (SELECT count(*) AS n
FROM (SELECT 1
FROM view.work t2 LIMIT 10001) c) total
CROSS JOIN LATERAL (SELECT pg.n > 2 AS "hasNextPage", pg.c AS "endCursor") "o#5"
CROSS JOIN LATERAL (SELECT coalesce(pg.j0, '[]'::json) AS "edges", row_to_json("o#5") AS "pageInfo", least(total.n, 10000) AS "totalCount") "o#") r1 ON true
CROSS JOIN LATERAL (SELECT r1.j AS "works") "o#";

-- fullest
SELECT row_to_json("o#") AS data, r1.t AS tags, NULL::text AS fault, false AS missing, false AS lasting, pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin
FROM (SELECT 1) one
LEFT JOIN LATERAL (SELECT row_to_json("o#") AS j, pg.t AS t
FROM (SELECT 1) one
CROSS JOIN LATERAL (SELECT count(*) AS n, string_agg(x.t, ' ') AS t, json_agg(x.j0 ORDER BY x.i) FILTER (WHERE x.i <= 2) AS j0, (array_agg(x.c ORDER BY x.i DESC) FILTER (WHERE x.i <= 2))[1] AS c
FROM (SELECT t2."#" AS i, row_to_json("o#4") AS j0, NULL::text AS t, (SELECT translate(encode(convert_to(left(md5(c.k), 8) || c.k, 'UTF8'), 'base64'), E'+/=\n', '-_')
FROM (SELECT json_build_array('1:Query.works:NEWEST', (t2.published_at)::text, (t2.id)::text)::text AS k) c) AS c
FROM (SELECT t2.*, row_number() OVER () AS "#"
FROM (SELECT t2.*
FROM view.work t2
WHERE ((t2.author_ids && view.survivors($1::uuid[])) AND (t2.category_path_ids && (SELECT array_agg(k.id)
FROM view.category k
WHERE k.path = ANY ($2::text[]))::uuid[]) AND (t2.id = ANY (view.survivors($3::uuid[]))) AND (t2.literature_type = ANY ($4::text[])) AND (t2.translation_count >= $5::int) AND (t2.original_language = ANY ((SELECT array_agg(l.tag)
FROM view.language l
WHERE l.tag = ANY ($6::text[]) OR split_part(l.tag, '-', 1) = ANY ($7::text[]))::text[])) AND (t2.rights_class = ANY ($8::text[])) AND (t2.series_id = (SELECT s.id
FROM view.series s
WHERE s.slug = $9::text)) AND (t2.tag_ids && (SELECT array_agg(s.subject_id)
FROM view.slug s
WHERE s.kind = 'TAG' AND s.slug = ANY ($10::text[]))::uuid[]) AND (t2.id IN (SELECT k.work_id
FROM view.work_title_key k
WHERE k.key >= view.sort_key($11::text) AND k.key < view.sort_key($12::text) || chr(1114111) AND view.sort_key($13::text) <> '')) AND (t2.translation_languages && (SELECT array_agg(l.tag)
FROM view.language l
WHERE l.tag = ANY ($14::text[]) OR split_part(l.tag, '-', 1) = ANY ($15::text[]))::text[]) AND (coalesce(t2.year_to, t2.year_from) >= coalesce($16::int, -32768) AND t2.year_from <= coalesce($17::int, 32767))) AND (t2.published_at, t2.id) < ($18::timestamptz, $19::uuid) ORDER BY t2.published_at DESC, t2.id DESC LIMIT 2 + 1) t2) t2
CROSS JOIN LATERAL (SELECT t2.title AS "title") "o#3"
CROSS JOIN LATERAL (SELECT (SELECT translate(encode(convert_to(left(md5(c.k), 8) || c.k, 'UTF8'), 'base64'), E'+/=\n', '-_')
FROM (SELECT json_build_array('1:Query.works:NEWEST', (t2.published_at)::text, (t2.id)::text)::text AS k) c) AS "cursor", row_to_json("o#3") AS "node") "o#4") x) pg
CROSS JOIN LATERAL (SELECT count(*) AS n
FROM (SELECT 1
FROM view.work t2
WHERE ((t2.author_ids && view.survivors($20::uuid[])) AND (t2.category_path_ids && (SELECT array_agg(k.id)
FROM view.category k
WHERE k.path = ANY ($21::text[]))::uuid[]) AND (t2.id = ANY (view.survivors($22::uuid[]))) AND (t2.literature_type = ANY ($23::text[])) AND (t2.translation_count >= $24::int) AND (t2.original_language = ANY ((SELECT array_agg(l.tag)
FROM view.language l
WHERE l.tag = ANY ($25::text[]) OR split_part(l.tag, '-', 1) = ANY ($26::text[]))::text[])) AND (t2.rights_class = ANY ($27::text[])) AND (t2.series_id = (SELECT s.id
FROM view.series s
WHERE s.slug = $28::text)) AND (t2.tag_ids && (SELECT array_agg(s.subject_id)
FROM view.slug s
WHERE s.kind = 'TAG' AND s.slug = ANY ($29::text[]))::uuid[]) AND (t2.id IN (SELECT k.work_id
FROM view.work_title_key k
WHERE k.key >= view.sort_key($30::text) AND k.key < view.sort_key($31::text) || chr(1114111) AND view.sort_key($32::text) <> '')) AND (t2.translation_languages && (SELECT array_agg(l.tag)
FROM view.language l
WHERE l.tag = ANY ($33::text[]) OR split_part(l.tag, '-', 1) = ANY ($34::text[]))::text[]) AND (coalesce(t2.year_to, t2.year_from) >= coalesce($35::int, -32768) AND t2.year_from <= coalesce($36::int, 32767))) LIMIT 10001) c) total
CROSS JOIN LATERAL (SELECT pg.n > 2 AS "hasNextPage", pg.c AS "endCursor") "o#5"
CROSS JOIN LATERAL (SELECT coalesce(pg.j0, '[]'::json) AS "edges", row_to_json("o#5") AS "pageInfo", least(total.n, 10000) AS "totalCount") "o#") r1 ON true
CROSS JOIN LATERAL (SELECT r1.j AS "works") "o#";
