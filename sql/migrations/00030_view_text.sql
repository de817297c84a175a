-- +goose Up
-- +goose StatementBegin
-- Texts need no second copy: these are plain views, and the triggers announce what changes under them. Lines beyond
-- what the rights allow do not exist for the reader.
CREATE VIEW view.text_line AS
SELECT l.expression_id, l.seq, l.line_key, l.ref, u.ref AS unit_ref, l.line_kind AS kind, l.speaker, l.stanza_start, l.content
FROM core.text_lines l
JOIN view.expression e ON e.id = l.expression_id AND l.seq <= e.readable_lines
LEFT JOIN core.text_units u ON u.id = l.unit_id;

CREATE VIEW view.text_unit AS
SELECT u.id, u.expression_id, u.parent_id, u.ordinal, u.unit_kind AS kind, u.ref, u.label
FROM core.text_units u JOIN view.expression e ON e.id = u.expression_id;

CREATE VIEW view.alignment AS
SELECT a.id, s.public_id, a.work_id, a.left_id, a.right_id, a.left_revision, a.right_revision, a.method, a.status, a.confidence, a.updated_at
FROM core.alignments a
JOIN core.subjects s ON s.id = a.id
JOIN view.expression l ON l.id = a.left_id AND l.text_revision = a.left_revision AND l.work_id = a.work_id
JOIN view.expression r ON r.id = a.right_id AND r.text_revision = a.right_revision AND r.work_id = a.work_id
WHERE a.status IN ('APPROVED','SUGGESTED');

CREATE VIEW view.alignment_group AS
SELECT g.alignment_id, g.idx, lower(g.left_lines) AS left_from, upper(g.left_lines) - 1 AS left_to, lower(g.right_lines) AS right_from, upper(g.right_lines) - 1 AS right_to,
       g.linear, g.confidence, g.stale
FROM core.alignment_groups g JOIN view.alignment a ON a.id = g.alignment_id;

-- Each alignment from both of its sides; flipped when the expression is the right one.
CREATE VIEW view.alignment_pair AS
SELECT a.left_id AS expression_id, a.right_id AS other_id, a.id AS alignment_id, false AS flipped, a.work_id, a.method, a.status, a.confidence, a.updated_at FROM view.alignment a
UNION ALL
SELECT a.right_id, a.left_id, a.id, true, a.work_id, a.method, a.status, a.confidence, a.updated_at FROM view.alignment a;

-- ── what texts and alignments are made of has changed. All of it is announced, whether it can be seen or not: the
-- transaction that brings it into sight may be about to commit, and neither sees the other. An announcement too many
-- costs a miss, one too few would be a lie.

CREATE FUNCTION view.on_text() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  ids uuid[] := ARRAY(SELECT DISTINCT expression_id FROM changed);
BEGIN
  IF view.deferred() THEN
    RETURN NULL;
  ELSIF TG_OP = 'UPDATE' THEN
    ids := ARRAY(SELECT unnest(ids) UNION SELECT expression_id FROM before);
  END IF;
  PERFORM ops.announce(ARRAY(SELECT unnest(ARRAY[core.typeid('EXPRESSION', id), 'text:' || core.typeid('EXPRESSION', id)]) FROM unnest(ids) id));
  RETURN NULL;
END $$;
CALL ops.watch('core.text_lines', 'view.on_text');
CALL ops.watch('core.text_units', 'view.on_text');

CREATE FUNCTION view.on_alignments() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  sides uuid[] := ARRAY(SELECT left_id FROM changed UNION SELECT right_id FROM changed);
BEGIN
  IF view.deferred() OR cardinality(sides) = 0 THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    sides := ARRAY(SELECT unnest(sides) UNION SELECT left_id FROM before UNION SELECT right_id FROM before);
  END IF;
  PERFORM ops.announce(ARRAY(SELECT 'align:' || core.typeid('EXPRESSION', unnest(sides)) UNION SELECT core.typeid('ALIGNMENT', id) FROM changed));
  PERFORM view.refresh_expression(sides);
  RETURN NULL;
END $$;
CALL ops.watch('core.alignments', 'view.on_alignments');

CREATE FUNCTION view.on_alignment_groups() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  ids uuid[] := ARRAY(SELECT DISTINCT alignment_id FROM changed);
BEGIN
  IF view.deferred() OR cardinality(ids) = 0 THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    ids := ARRAY(SELECT unnest(ids) UNION SELECT alignment_id FROM before);
  END IF;
  PERFORM ops.announce(ARRAY(
    SELECT unnest(ARRAY['align:' || core.typeid('EXPRESSION', left_id), 'align:' || core.typeid('EXPRESSION', right_id)]) FROM core.alignments WHERE id = ANY (ids)
    UNION SELECT core.typeid('ALIGNMENT', id) FROM core.alignments WHERE id = ANY (ids)));
  RETURN NULL;
END $$;
CALL ops.watch('core.alignment_groups', 'view.on_alignment_groups');

-- ── a text as it was

-- Revisions keep no units: a line's unit is the one that its ref begins with.
CREATE FUNCTION view.revision_lines(expression uuid, revision int)
RETURNS TABLE (seq int, line_key uuid, ref text, unit_ref text, kind text, speaker text, stanza_start boolean, content text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog ROWS 200 AS $$
  SELECT l.n::int, (l.line ->> 'k')::uuid, l.line ->> 'r', u.ref, coalesce(l.line ->> 't', 'VERSE'), l.line ->> 'p', coalesce((l.line ->> 's')::boolean, false), l.line ->> 'c'
  FROM view.expression e
  JOIN core.text_revisions r ON r.expression_id = e.id AND r.revision = revision_lines.revision
  CROSS JOIN LATERAL jsonb_array_elements(r.lines) WITH ORDINALITY l (line, n)
  LEFT JOIN core.text_units u ON u.expression_id = e.id AND u.ref = substring(l.line ->> 'r' FROM '^(.*)\.[^.]*$')
  WHERE e.id = revision_lines.expression AND l.n <= CASE e.rights_class WHEN 'OPEN' THEN r.line_count ELSE least(e.readable_lines, core.readable_lines(e.rights_class, r.line_count)) END
  ORDER BY l.n
$$;

-- Lines are the same line while they have the same key. The order is that of the newer text; a line that is gone stands
-- after the line that it followed.
CREATE FUNCTION view.text_diff(expression uuid, from_rev int, to_rev int)
RETURNS TABLE (ord int, op text, line_key uuid, from_ref text, to_ref text, from_content text, to_content text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog ROWS 200 AS $$
  WITH a AS (SELECT l.seq, l.line_key, l.ref, l.content FROM view.revision_lines(expression, from_rev) l),
       b AS (SELECT l.seq, l.line_key, l.ref, l.content FROM view.revision_lines(expression, to_rev) l),
       kept AS (SELECT a.seq AS from_seq, b.seq AS to_seq, a.line_key, a.ref AS from_ref, b.ref AS to_ref, a.content AS from_content, b.content AS to_content,
                       count(b.seq) OVER (ORDER BY a.seq) AS run FROM a LEFT JOIN b USING (line_key)),
       placed AS (SELECT k.*, coalesce(k.to_seq, first_value(k.to_seq) OVER (PARTITION BY k.run ORDER BY k.from_seq), 0) AS place FROM kept k
                  UNION ALL SELECT NULL, b.seq, b.line_key, NULL, b.ref, NULL, b.content, 0, b.seq FROM b WHERE NOT EXISTS (SELECT FROM a WHERE a.line_key = b.line_key))
  SELECT row_number() OVER (ORDER BY p.place, p.to_seq IS NULL, p.from_seq)::int,
         CASE WHEN p.to_seq IS NULL THEN 'REMOVED' WHEN p.from_seq IS NULL THEN 'ADDED' WHEN p.from_content = p.to_content THEN 'EQUAL' ELSE 'CHANGED' END,
         p.line_key, p.from_ref, p.to_ref, p.from_content, p.to_content
  FROM placed p ORDER BY 1
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP FUNCTION view.text_diff(uuid, int, int);
DROP FUNCTION view.revision_lines(uuid, int);
DROP FUNCTION view.on_alignment_groups() CASCADE;
DROP FUNCTION view.on_alignments() CASCADE;
DROP FUNCTION view.on_text() CASCADE;
DROP VIEW view.alignment_pair;
DROP VIEW view.alignment_group;
DROP VIEW view.alignment;
DROP VIEW view.text_unit;
DROP VIEW view.text_line;
-- +goose StatementEnd
