-- tags: 
-- max age: 5m0s

-- smallest
SELECT row_to_json("o#") AS data, CASE WHEN r2.j IS NULL THEN $5::text ELSE r2.t END AS tags, NULL::text AS fault, r2.j IS NULL AS missing, false AS lasting, pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin
FROM (SELECT 1) one
LEFT JOIN LATERAL (SELECT coalesce(r4.j, r7.j, r10.j, r13.j, r16.j, r19.j, r22.j, r25.j) AS j, concat_ws(' ', r4.t, r7.t, r10.t, r13.t, r16.t, r19.t, r22.t, r25.t) AS t
FROM (SELECT x.id, x.kind, (SELECT d.old_public_id
FROM view.redirect d
WHERE d.old_id = $1::uuid) AS redirected_from
FROM view.subject x
WHERE x.kind = $2::text AND x.id = coalesce((SELECT d.new_id
FROM view.redirect d
WHERE d.old_id = $3::uuid), $4::uuid)) t1
LEFT JOIN LATERAL (SELECT row_to_json("o#5") AS j, t3.public_id AS t
FROM view.person t3
CROSS JOIN LATERAL (SELECT 'Author'::text AS "__typename", t3.public_id AS "id", t3.name AS "name") "o#5"
WHERE t3.id = t1.id AND t1.kind = 'PERSON' LIMIT 1) r4 ON true
LEFT JOIN LATERAL (SELECT row_to_json("o#8") AS j, t6.public_id AS t
FROM view.category t6
CROSS JOIN LATERAL (SELECT 'Category'::text AS "__typename", t6.public_id AS "id") "o#8"
WHERE t6.id = t1.id AND t1.kind = 'CATEGORY' LIMIT 1) r7 ON true
LEFT JOIN LATERAL (SELECT row_to_json("o#11") AS j, t9.public_id AS t
FROM view.collection t9
CROSS JOIN LATERAL (SELECT 'Collection'::text AS "__typename", t9.public_id AS "id") "o#11"
WHERE t9.id = t1.id AND t1.kind = 'COLLECTION' LIMIT 1) r10 ON true
LEFT JOIN LATERAL (SELECT row_to_json("o#14") AS j, t12.public_id AS t
FROM view.comment t12
CROSS JOIN LATERAL (SELECT 'Comment'::text AS "__typename", t12.public_id AS "id") "o#14"
WHERE t12.id = t1.id AND t1.kind = 'COMMENT' LIMIT 1) r13 ON true
LEFT JOIN LATERAL (SELECT row_to_json("o#17") AS j, t15.public_id AS t
FROM view.users_public t15
CROSS JOIN LATERAL (SELECT 'PublicUser'::text AS "__typename", t15.public_id AS "id") "o#17"
WHERE t15.id = t1.id AND t1.kind = 'USER' LIMIT 1) r16 ON true
LEFT JOIN LATERAL (SELECT row_to_json("o#20") AS j, t18.public_id AS t
FROM view.tag t18
CROSS JOIN LATERAL (SELECT 'Tag'::text AS "__typename", t18.public_id AS "id") "o#20"
WHERE t18.id = t1.id AND t1.kind = 'TAG' LIMIT 1) r19 ON true
LEFT JOIN LATERAL (SELECT row_to_json("o#23") AS j, t21.public_id AS t
FROM view.expression t21
CROSS JOIN LATERAL (SELECT 'Translation'::text AS "__typename", t21.public_id AS "id") "o#23"
WHERE t21.id = t1.id AND t1.kind = 'EXPRESSION' LIMIT 1) r22 ON true
LEFT JOIN LATERAL (SELECT row_to_json("o#26") AS j, t24.public_id AS t
FROM view.work t24
CROSS JOIN LATERAL (SELECT 'Work'::text AS "__typename", t24.public_id AS "id", t24.slug AS "slug", t1.redirected_from AS "redirectedFrom") "o#26"
WHERE t24.id = t1.id AND t1.kind = 'WORK' LIMIT 1) r25 ON true LIMIT 1) r2 ON true
CROSS JOIN LATERAL (SELECT r2.j AS "node") "o#";

-- fullest
SELECT row_to_json("o#") AS data, CASE WHEN r2.j IS NULL THEN $5::text ELSE r2.t END AS tags, NULL::text AS fault, r2.j IS NULL AS missing, false AS lasting, pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin
FROM (SELECT 1) one
LEFT JOIN LATERAL (SELECT coalesce(r4.j, r7.j, r10.j, r13.j, r16.j, r19.j, r22.j, r25.j) AS j, concat_ws(' ', r4.t, r7.t, r10.t, r13.t, r16.t, r19.t, r22.t, r25.t) AS t
FROM (SELECT x.id, x.kind, (SELECT d.old_public_id
FROM view.redirect d
WHERE d.old_id = $1::uuid) AS redirected_from
FROM view.subject x
WHERE x.kind = $2::text AND x.id = coalesce((SELECT d.new_id
FROM view.redirect d
WHERE d.old_id = $3::uuid), $4::uuid)) t1
LEFT JOIN LATERAL (SELECT row_to_json("o#5") AS j, t3.public_id AS t
FROM view.person t3
CROSS JOIN LATERAL (SELECT 'Author'::text AS "__typename", t3.public_id AS "id", t3.name AS "name") "o#5"
WHERE t3.id = t1.id AND t1.kind = 'PERSON' LIMIT 1) r4 ON true
LEFT JOIN LATERAL (SELECT row_to_json("o#8") AS j, t6.public_id AS t
FROM view.category t6
CROSS JOIN LATERAL (SELECT 'Category'::text AS "__typename", t6.public_id AS "id") "o#8"
WHERE t6.id = t1.id AND t1.kind = 'CATEGORY' LIMIT 1) r7 ON true
LEFT JOIN LATERAL (SELECT row_to_json("o#11") AS j, t9.public_id AS t
FROM view.collection t9
CROSS JOIN LATERAL (SELECT 'Collection'::text AS "__typename", t9.public_id AS "id") "o#11"
WHERE t9.id = t1.id AND t1.kind = 'COLLECTION' LIMIT 1) r10 ON true
LEFT JOIN LATERAL (SELECT row_to_json("o#14") AS j, t12.public_id AS t
FROM view.comment t12
CROSS JOIN LATERAL (SELECT 'Comment'::text AS "__typename", t12.public_id AS "id") "o#14"
WHERE t12.id = t1.id AND t1.kind = 'COMMENT' LIMIT 1) r13 ON true
LEFT JOIN LATERAL (SELECT row_to_json("o#17") AS j, t15.public_id AS t
FROM view.users_public t15
CROSS JOIN LATERAL (SELECT 'PublicUser'::text AS "__typename", t15.public_id AS "id") "o#17"
WHERE t15.id = t1.id AND t1.kind = 'USER' LIMIT 1) r16 ON true
LEFT JOIN LATERAL (SELECT row_to_json("o#20") AS j, t18.public_id AS t
FROM view.tag t18
CROSS JOIN LATERAL (SELECT 'Tag'::text AS "__typename", t18.public_id AS "id") "o#20"
WHERE t18.id = t1.id AND t1.kind = 'TAG' LIMIT 1) r19 ON true
LEFT JOIN LATERAL (SELECT row_to_json("o#23") AS j, t21.public_id AS t
FROM view.expression t21
CROSS JOIN LATERAL (SELECT 'Translation'::text AS "__typename", t21.public_id AS "id") "o#23"
WHERE t21.id = t1.id AND t1.kind = 'EXPRESSION' LIMIT 1) r22 ON true
LEFT JOIN LATERAL (SELECT row_to_json("o#26") AS j, t24.public_id AS t
FROM view.work t24
CROSS JOIN LATERAL (SELECT 'Work'::text AS "__typename", t24.public_id AS "id", t24.slug AS "slug", t1.redirected_from AS "redirectedFrom") "o#26"
WHERE t24.id = t1.id AND t1.kind = 'WORK' LIMIT 1) r25 ON true LIMIT 1) r2 ON true
CROSS JOIN LATERAL (SELECT r2.j AS "node") "o#";
