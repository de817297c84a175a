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
FROM ((SELECT t2.*
FROM (SELECT t2.*
FROM view.work t2
WHERE split_part(t2.original_language, '-', 1) = $3::text AND (t2.published_at, t2.id) < ($1::timestamptz, $2::uuid) ORDER BY t2.published_at DESC, t2.id DESC LIMIT 2000) t2
WHERE (((t2.author_ids && (SELECT view.survivors($4::uuid[]))::uuid[]) AND (t2.category_path_ids && (SELECT array_agg(k.id)
FROM view.category k
WHERE k.path = ANY ($5::text[]))::uuid[]) AND (t2.id = ANY ((SELECT view.survivors($6::uuid[]))::uuid[])) AND (ARRAY[t2.literature_type] && $7::text[]) AND (ARRAY[least(t2.translation_count, 50)] && (SELECT array_agg(n)
FROM generate_series(greatest(least($8::int, 50), 0), 50) n) AND t2.translation_count >= $9::int) AND (ARRAY[t2.original_language] && (SELECT array_agg(l.tag)
FROM view.language l
WHERE l.tag = ANY ($10::text[]) OR split_part(l.tag, '-', 1) = ANY ($11::text[]))::text[]) AND (ARRAY[t2.rights_class] && $12::text[]) AND (t2.series_id = (SELECT s.id
FROM view.series s
WHERE s.slug = $13::text)) AND (t2.tag_ids && (SELECT array_agg(s.subject_id)
FROM view.slug s
WHERE s.kind = 'TAG' AND s.slug = ANY ($14::text[]))::uuid[]) AND (t2.id IN (SELECT k.work_id
FROM view.work_title_key k
WHERE k.key >= (SELECT view.sort_key($15::text)) AND k.key < (SELECT view.sort_key($16::text)) || chr(1114111) AND (SELECT view.sort_key($17::text)) <> '')) AND (t2.translation_languages && (SELECT array_agg(l.tag)
FROM view.language l
WHERE l.tag = ANY ($18::text[]) OR split_part(l.tag, '-', 1) = ANY ($19::text[]))::text[]) AND (int4range(t2.year_from, greatest(t2.year_from, t2.year_to), '[]') && int4range($20::int, $21::int, '[]') AND coalesce(t2.year_to, t2.year_from) >= coalesce($22::int, -32768) AND t2.year_from <= coalesce($23::int, 32767)))) IS TRUE LIMIT 2 + 1) UNION ALL (SELECT t2.*
FROM (SELECT t2.published_at AS k0, t2.id AS k1
FROM view.work t2
WHERE split_part(t2.original_language, '-', 1) = $3::text AND (t2.published_at, t2.id) < ($1::timestamptz, $2::uuid) ORDER BY t2.published_at DESC, t2.id DESC OFFSET 1999 LIMIT 1) e6
CROSS JOIN LATERAL (SELECT t2.*
FROM view.work t2
WHERE e6.k0 IS NOT NULL AND ((t2.author_ids && (SELECT view.survivors($4::uuid[]))::uuid[]) AND (t2.category_path_ids && (SELECT array_agg(k.id)
FROM view.category k
WHERE k.path = ANY ($5::text[]))::uuid[]) AND (t2.id = ANY ((SELECT view.survivors($6::uuid[]))::uuid[])) AND (ARRAY[t2.literature_type] && $7::text[]) AND (ARRAY[least(t2.translation_count, 50)] && (SELECT array_agg(n)
FROM generate_series(greatest(least($8::int, 50), 0), 50) n) AND t2.translation_count >= $9::int) AND (ARRAY[t2.original_language] && (SELECT array_agg(l.tag)
FROM view.language l
WHERE l.tag = ANY ($10::text[]) OR split_part(l.tag, '-', 1) = ANY ($11::text[]))::text[]) AND (ARRAY[t2.rights_class] && $12::text[]) AND (t2.series_id = (SELECT s.id
FROM view.series s
WHERE s.slug = $13::text)) AND (t2.tag_ids && (SELECT array_agg(s.subject_id)
FROM view.slug s
WHERE s.kind = 'TAG' AND s.slug = ANY ($14::text[]))::uuid[]) AND (t2.id IN (SELECT k.work_id
FROM view.work_title_key k
WHERE k.key >= (SELECT view.sort_key($15::text)) AND k.key < (SELECT view.sort_key($16::text)) || chr(1114111) AND (SELECT view.sort_key($17::text)) <> '')) AND (t2.translation_languages && (SELECT array_agg(l.tag)
FROM view.language l
WHERE l.tag = ANY ($18::text[]) OR split_part(l.tag, '-', 1) = ANY ($19::text[]))::text[]) AND (int4range(t2.year_from, greatest(t2.year_from, t2.year_to), '[]') && int4range($20::int, $21::int, '[]') AND coalesce(t2.year_to, t2.year_from) >= coalesce($22::int, -32768) AND t2.year_from <= coalesce($23::int, 32767))) OFFSET 0) t2
WHERE (t2.published_at, t2.id) < (e6.k0, e6.k1) ORDER BY t2.published_at DESC, t2.id DESC LIMIT 2 + 1)) t2 LIMIT 2 + 1) t2) t2
CROSS JOIN LATERAL (SELECT t2.title AS "title") "o#3"
CROSS JOIN LATERAL (SELECT (SELECT translate(encode(convert_to(left(md5(c.k), 8) || c.k, 'UTF8'), 'base64'), E'+/=\n', '-_')
FROM (SELECT json_build_array('1:Query.works:NEWEST', (t2.published_at)::text, (t2.id)::text)::text AS k) c) AS "cursor", row_to_json("o#3") AS "node") "o#4") x) pg
CROSS JOIN LATERAL (SELECT count(*) AS n
FROM (SELECT 1
FROM view.work t2
WHERE ((t2.author_ids && (SELECT view.survivors($4::uuid[]))::uuid[]) AND (t2.category_path_ids && (SELECT array_agg(k.id)
FROM view.category k
WHERE k.path = ANY ($5::text[]))::uuid[]) AND (t2.id = ANY ((SELECT view.survivors($6::uuid[]))::uuid[])) AND (ARRAY[t2.literature_type] && $7::text[]) AND (ARRAY[least(t2.translation_count, 50)] && (SELECT array_agg(n)
FROM generate_series(greatest(least($8::int, 50), 0), 50) n) AND t2.translation_count >= $9::int) AND (ARRAY[t2.original_language] && (SELECT array_agg(l.tag)
FROM view.language l
WHERE l.tag = ANY ($10::text[]) OR split_part(l.tag, '-', 1) = ANY ($11::text[]))::text[]) AND (ARRAY[t2.rights_class] && $12::text[]) AND (t2.series_id = (SELECT s.id
FROM view.series s
WHERE s.slug = $13::text)) AND (t2.tag_ids && (SELECT array_agg(s.subject_id)
FROM view.slug s
WHERE s.kind = 'TAG' AND s.slug = ANY ($14::text[]))::uuid[]) AND (t2.id IN (SELECT k.work_id
FROM view.work_title_key k
WHERE k.key >= (SELECT view.sort_key($15::text)) AND k.key < (SELECT view.sort_key($16::text)) || chr(1114111) AND (SELECT view.sort_key($17::text)) <> '')) AND (t2.translation_languages && (SELECT array_agg(l.tag)
FROM view.language l
WHERE l.tag = ANY ($18::text[]) OR split_part(l.tag, '-', 1) = ANY ($19::text[]))::text[]) AND (int4range(t2.year_from, greatest(t2.year_from, t2.year_to), '[]') && int4range($20::int, $21::int, '[]') AND coalesce(t2.year_to, t2.year_from) >= coalesce($22::int, -32768) AND t2.year_from <= coalesce($23::int, 32767))) LIMIT 10001) c) total
CROSS JOIN LATERAL (SELECT pg.n > 2 AS "hasNextPage", pg.c AS "endCursor") "o#5"
CROSS JOIN LATERAL (SELECT coalesce(pg.j0, '[]'::json) AS "edges", row_to_json("o#5") AS "pageInfo", least(total.n, 10000) AS "totalCount") "o#") r1 ON true
CROSS JOIN LATERAL (SELECT r1.j AS "works") "o#";
