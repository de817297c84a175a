-- +goose Up
-- +goose StatementBegin
-- The groups of an alignment that touch a range of lines of one of its sides, seen from that side.
CREATE FUNCTION view.groups_at(alignment uuid, flipped boolean, lines int4range)
RETURNS TABLE (idx int, here int4range, there int4range, linear boolean, confidence real)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $$
BEGIN
  IF flipped THEN
    RETURN QUERY SELECT g.idx, g.right_lines, g.left_lines, g.linear, g.confidence FROM core.alignment_groups g WHERE g.alignment_id = alignment AND g.right_lines && lines;
  ELSE
    RETURN QUERY SELECT g.idx, g.left_lines, g.right_lines, g.linear, g.confidence FROM core.alignment_groups g WHERE g.alignment_id = alignment AND g.left_lines && lines;
  END IF;
END $$;

-- A text beside others, row by row. A row is the least run of lines of the pivot that no group of any alignment reaches
-- across; linear groups answer line by line; lines that only the other text has join the row of the group before them,
-- or the first row. Cells come in the order of others: the lines from..to of that text, NULL where it has none.
-- Of several alignments an approved one is taken, else the surest. Lines that the rights hide are in no cell.
-- Rows begin after the row that begins at after_row_seq, and touch from_seq..to_seq; only the groups near them are read.
CREATE FUNCTION view.parallel_rows(pivot uuid, others uuid[], from_seq int, to_seq int, after_row_seq int, max_rows int)
RETURNS TABLE (row_key int, pivot_from int, pivot_to int, other_from int[], other_to int[], confidence real[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan SET jit = off ROWS 100 AS $$
DECLARE
  total int := (SELECT e.readable_lines FROM view.expression e WHERE e.id = pivot);
  last int := least(coalesce(to_seq, total), total);
  first int := greatest(1, from_seq, after_row_seq);
  start int := first;
  reach int;
  below int;
  sides record;
  keys int[];
BEGIN
  IF last IS NULL OR first > last OR max_rows < 1 THEN
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

  -- Forward until there are enough rows: keys are the first lines of rows, and one more, where the last of them ends.
  reach := start + max_rows + 1;
  LOOP
    reach := least(reach, total);
    keys := ARRAY(
      SELECT n FROM generate_series(start, reach + 1) n WHERE n > total
      UNION ALL
      (SELECT n FROM generate_series(start, least(reach + 1, total)) n
       EXCEPT
       SELECT inside.n
       FROM unnest(sides.alignments, sides.flips) a (id, flipped) CROSS JOIN LATERAL view.groups_at(a.id, a.flipped, int4range(start, reach, '[]')) g
       CROSS JOIN LATERAL generate_series(lower(g.here) + 1, upper(g.here) - 1) inside (n)
       WHERE NOT g.linear AND g.there IS NOT NULL)
      ORDER BY 1);
    EXIT WHEN reach >= total OR keys[cardinality(keys)] > last
      OR cardinality(keys) - 1 >= max_rows + CASE WHEN after_row_seq >= start THEN 1 ELSE 0 END;
    reach := reach + (reach - start);
  END LOOP;

  RETURN QUERY
  WITH rows AS (
    SELECT k.n, k.key, keys[k.n + 1] - 1 AS until FROM unnest(keys) WITH ORDINALITY k (key, n)
    WHERE k.n < cardinality(keys) AND k.key > coalesce(after_row_seq, 0) AND k.key <= last AND keys[k.n + 1] > coalesce(from_seq, 0)
    ORDER BY k.key LIMIT max_rows),
  span AS (SELECT min(r.key) AS a, max(r.until) AS b FROM rows r),
  sides AS (
    SELECT a.n, a.id, a.flipped, a.sureness, a.readable
    FROM unnest(sides.alignments, sides.flips, sides.sureness, sides.readable) WITH ORDINALITY a (id, flipped, sureness, readable, n)),
  groups AS (
    SELECT s.n, s.id, s.flipped, g.idx, g.here, g.there, g.linear, coalesce(g.confidence, s.sureness) AS sure
    FROM span CROSS JOIN sides s CROSS JOIN LATERAL view.groups_at(s.id, s.flipped, int4range(span.a, span.b, '[]')) g),
  -- Groups with no line of the pivot, those right behind the window's last group with them: each joins the group before
  -- it, or the first row when there is none.
  extra AS (
    SELECT s.n, coalesce(upper(f.here) - 1, 1) AS line, x.there, coalesce(x.confidence, s.sureness) AS sure
    FROM span CROSS JOIN sides s
    LEFT JOIN (SELECT g.n, min(g.idx) AS low, max(g.idx) AS high FROM groups g GROUP BY g.n) w USING (n)
    CROSS JOIN LATERAL (
      SELECT g.idx, CASE WHEN s.flipped THEN g.left_lines ELSE g.right_lines END AS there, g.confidence
      FROM core.alignment_groups g
      WHERE g.alignment_id = s.id AND CASE WHEN s.flipped THEN g.right_lines ELSE g.left_lines END IS NULL
        AND g.idx > CASE WHEN span.a = 1 THEN -1 ELSE w.low END
        AND g.idx < coalesce((SELECT h.idx FROM core.alignment_groups h
                              WHERE h.alignment_id = s.id AND h.idx > coalesce(w.high, -1) AND CASE WHEN s.flipped THEN h.right_lines ELSE h.left_lines END IS NOT NULL
                              ORDER BY h.idx LIMIT 1), 2147483647)) x
    LEFT JOIN LATERAL (
      SELECT CASE WHEN s.flipped THEN h.right_lines ELSE h.left_lines END AS here
      FROM core.alignment_groups h
      WHERE h.alignment_id = s.id AND h.idx < x.idx AND CASE WHEN s.flipped THEN h.right_lines ELSE h.left_lines END IS NOT NULL
      ORDER BY h.idx DESC LIMIT 1) f ON true),
  cells AS (
    SELECT r.key, g.n,
           CASE WHEN g.linear THEN lower(g.there) + greatest(r.key, lower(g.here)) - lower(g.here) ELSE lower(g.there) END AS a,
           CASE WHEN g.linear THEN lower(g.there) + least(r.until, upper(g.here) - 1) - lower(g.here) ELSE upper(g.there) - 1 END AS b, g.sure
    FROM rows r JOIN groups g ON lower(g.here) <= r.until AND upper(g.here) > r.key AND g.there IS NOT NULL
    UNION ALL
    SELECT r.key, x.n, lower(x.there), upper(x.there) - 1, x.sure FROM rows r JOIN extra x ON x.line BETWEEN r.key AND r.until),
  merged AS (
    SELECT c.key, c.n, min(c.a) AS a, least(max(c.b), s.readable) AS b, min(c.sure) AS sure
    FROM cells c JOIN sides s USING (n) GROUP BY c.key, c.n, s.readable HAVING min(c.a) <= s.readable)
  SELECT r.key, r.key, r.until, array_agg(m.a ORDER BY s.n), array_agg(m.b ORDER BY s.n), array_agg(m.sure ORDER BY s.n)
  FROM rows r CROSS JOIN sides s LEFT JOIN merged m ON m.key = r.key AND m.n = s.n
  GROUP BY r.key, r.until ORDER BY r.key;
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP FUNCTION view.parallel_rows(uuid, uuid[], int, int, int, int);
DROP FUNCTION view.groups_at(uuid, boolean, int4range);
-- +goose StatementEnd
