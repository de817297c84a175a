-- +goose Up
-- +goose StatementBegin
-- The groups of an alignment that touch a range of lines of one of its sides, seen from that side.
CREATE FUNCTION view.groups_at(alignment uuid, flipped boolean, lines int4range)
RETURNS TABLE (idx int, here int4range, there int4range, linear boolean, confidence real, stale boolean)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF flipped THEN
    RETURN QUERY SELECT g.idx, g.right_lines, g.left_lines, g.linear, g.confidence, g.stale FROM core.alignment_groups g WHERE g.alignment_id = alignment AND g.right_lines && lines;
  ELSE
    RETURN QUERY SELECT g.idx, g.left_lines, g.right_lines, g.linear, g.confidence, g.stale FROM core.alignment_groups g WHERE g.alignment_id = alignment AND g.left_lines && lines;
  END IF;
END $$;

-- The groups that have lines of the other side alone and belong to a range of lines of this side: each to the last line
-- of the group before it, or to the first line when there is none.
CREATE FUNCTION view.groups_behind(alignment uuid, flipped boolean, lines int4range)
RETURNS TABLE (line int, there int4range, confidence real, stale boolean)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  low int;
  high int;
BEGIN
  SELECT min(g.idx), max(g.idx) INTO low, high FROM view.groups_at(alignment, flipped, lines) g;
  high := (SELECT g.idx FROM core.alignment_groups g
           WHERE g.alignment_id = alignment AND g.idx > coalesce(high, -1) AND CASE WHEN flipped THEN g.right_lines ELSE g.left_lines END IS NOT NULL ORDER BY g.idx LIMIT 1);
  RETURN QUERY
  SELECT o.line, o.there, o.confidence, o.stale
  FROM (SELECT coalesce((SELECT upper(CASE WHEN flipped THEN h.right_lines ELSE h.left_lines END) - 1 FROM core.alignment_groups h
                         WHERE h.alignment_id = alignment AND h.idx < g.idx AND CASE WHEN flipped THEN h.right_lines ELSE h.left_lines END IS NOT NULL ORDER BY h.idx DESC LIMIT 1), 1) AS line,
               CASE WHEN flipped THEN g.left_lines ELSE g.right_lines END AS there, g.confidence, g.stale
        FROM core.alignment_groups g
        WHERE g.alignment_id = alignment AND g.idx > CASE WHEN lower(lines) = 1 THEN -1 ELSE low END AND g.idx < coalesce(high, 2147483647)
          AND CASE WHEN flipped THEN g.right_lines ELSE g.left_lines END IS NULL) o
  WHERE o.line <@ lines;
END $$;

-- A text beside others, row by row. A row is the least run of lines of the pivot that no group of any alignment reaches
-- across; linear groups answer line by line; lines that only the other text has join the row of the group before them,
-- or the first row. Cells come in the order of others: the lines from..to of that text, NULL where it has none,
-- and which of them, aligned_from..aligned_to, answer the row; the others answer nothing and stand before or after.
-- What answers nothing between lines that do counts with them.
-- A cell is stale where one of its groups is. Of several alignments an approved one is taken, else the surest. Lines that the rights hide are in no cell.
-- Rows begin after the row that begins at after_row_seq, and touch from_seq..to_seq; only the groups near them are read.
CREATE FUNCTION view.parallel_rows(pivot uuid, others uuid[], from_seq int, to_seq int, after_row_seq int, max_rows int)
RETURNS TABLE (row_key int, pivot_from int, pivot_to int, other_from int[], other_to int[], confidence real[], aligned_from int[], aligned_to int[], stale boolean[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan SET jit = off ROWS 100 AS $$
DECLARE
  total int := (SELECT e.readable_lines FROM view.expression e WHERE e.id = pivot);
  last int := least(coalesce(to_seq, total), total);
  start int := least(greatest(1, from_seq, after_row_seq), 1000000000);
  reach int := start + max_rows + 1;
  below int;
  sides record;
  keys int[];     -- the first lines of rows, and one more: the line after the last row
  picked int[];   -- which of them are asked for
BEGIN
  IF last IS NULL OR start > last OR max_rows < 1 THEN
    RETURN;
  END IF;
  SELECT array_agg(a.id ORDER BY o.n) AS alignments, array_agg(a.flipped ORDER BY o.n) AS flips, array_agg(a.confidence ORDER BY o.n) AS sureness,
         array_agg(coalesce(a.readable_lines, 0) ORDER BY o.n) AS readable
  INTO sides
  FROM unnest(others) WITH ORDINALITY o (id, n)
  LEFT JOIN LATERAL (
    SELECT p.alignment_id AS id, p.flipped, p.confidence, e.readable_lines
    FROM view.alignment_pair p JOIN view.expression e ON e.id = p.other_id
    WHERE p.expression_id = pivot AND p.other_id = o.id
    ORDER BY p.status, p.confidence DESC NULLS LAST, p.alignment_id LIMIT 1) a ON true;

  -- Back to where the row of the first line begins.
  LOOP
    SELECT min(lower(g.here)) INTO below
    FROM unnest(sides.alignments, sides.flips) a (id, flipped) CROSS JOIN LATERAL view.groups_at(a.id, a.flipped, int4range(start, start, '[]')) g
    WHERE NOT g.linear AND g.there IS NOT NULL;
    EXIT WHEN below IS NULL OR below >= start;
    start := below;
  END LOOP;

  -- Forward until there are enough rows, doubling the stretch.
  LOOP
    reach := least(reach, total);
    keys := ARRAY(
      (SELECT n FROM generate_series(start, least(reach + 1, total)) n
       EXCEPT
       SELECT inside.n
       FROM unnest(sides.alignments, sides.flips) a (id, flipped) CROSS JOIN LATERAL view.groups_at(a.id, a.flipped, int4range(start, reach, '[]')) g
       CROSS JOIN LATERAL generate_series(lower(g.here) + 1, upper(g.here) - 1) inside (n)
       WHERE NOT g.linear AND g.there IS NOT NULL)
      UNION ALL SELECT total + 1 WHERE reach = total
      ORDER BY 1);
    picked := ARRAY(
      SELECT k.n FROM unnest(keys) WITH ORDINALITY k (key, n)
      WHERE k.n < cardinality(keys) AND k.key > coalesce(after_row_seq, 0) AND k.key <= last AND keys[k.n + 1] > coalesce(from_seq, 0)
      ORDER BY k.n LIMIT max_rows);
    EXIT WHEN reach = total OR keys[cardinality(keys)] > last OR cardinality(picked) = max_rows;
    reach := reach + (reach - start);
  END LOOP;
  IF cardinality(picked) = 0 THEN
    RETURN;
  END IF;

  RETURN QUERY
  WITH side AS (
    SELECT a.* FROM unnest(sides.alignments, sides.flips, sides.sureness, sides.readable) WITH ORDINALITY a (id, flipped, sureness, readable, n)),
  cell AS (
    SELECT r.i, s.n, lower(g.there) + CASE WHEN g.linear THEN greatest(keys[r.i] - lower(g.here), 0) ELSE 0 END AS a,
           upper(g.there) - 1 - CASE WHEN g.linear THEN greatest(upper(g.here) - keys[r.i + 1], 0) ELSE 0 END AS b, coalesce(g.confidence, s.sureness) AS sure, true AS answers, g.stale AS moved
    FROM side s
    CROSS JOIN LATERAL view.groups_at(s.id, s.flipped, int4range(keys[picked[1]], keys[picked[cardinality(picked)] + 1])) g
    CROSS JOIN LATERAL generate_series(width_bucket(lower(g.here), keys), width_bucket(upper(g.here) - 1, keys)) r (i)
    WHERE g.there IS NOT NULL
    UNION ALL
    SELECT width_bucket(o.line, keys), s.n, lower(o.there), upper(o.there) - 1, NULL, false, o.stale
    FROM side s CROSS JOIN LATERAL view.groups_behind(s.id, s.flipped, int4range(keys[picked[1]], keys[picked[cardinality(picked)] + 1])) o),
  merged AS (
    SELECT c.i, c.n, min(c.a) AS a, least(max(c.b), s.readable) AS b, min(c.sure) AS sure,
           nullif(least(min(c.a) FILTER (WHERE c.answers), s.readable + 1), s.readable + 1) AS aligned_a, least(max(c.b) FILTER (WHERE c.answers), s.readable) AS aligned_b, bool_or(c.moved) AS moved
    FROM cell c JOIN side s USING (n) GROUP BY c.i, c.n, s.readable HAVING min(c.a) <= s.readable)
  SELECT keys[p.i], keys[p.i], keys[p.i + 1] - 1, array_agg(m.a ORDER BY s.n), array_agg(m.b ORDER BY s.n), array_agg(m.sure ORDER BY s.n),
         array_agg(m.aligned_a ORDER BY s.n), array_agg(CASE WHEN m.aligned_a IS NOT NULL THEN m.aligned_b END ORDER BY s.n),
         array_agg(coalesce(m.moved, false) ORDER BY s.n)
  FROM unnest(picked) p (i) CROSS JOIN side s LEFT JOIN merged m ON m.i = p.i AND m.n = s.n
  GROUP BY p.i ORDER BY p.i;
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP FUNCTION view.parallel_rows(uuid, uuid[], int, int, int, int);
DROP FUNCTION view.groups_behind(uuid, boolean, int4range);
DROP FUNCTION view.groups_at(uuid, boolean, int4range);
-- +goose StatementEnd
