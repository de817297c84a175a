-- +goose Up
-- +goose StatementBegin
-- The read models that are tables, in the order in which they build on each other. Categories come again at the end:
-- works need their tree, they need the works' number.
CREATE FUNCTION view.models() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
  SELECT '{category,work,expression,person,tag,language,users_public,collection_item,collection,comment}'::text[]
$$;

-- The columns of a model's key and all its columns, quoted and separated by commas, and the key of s and t compared.
CREATE FUNCTION view.model_shape(relation text, OUT key text, OUT columns text, OUT matched text)
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
  SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FILTER (WHERE a.attnum = ANY (i.indkey)),
         string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum),
         string_agg(format('s.%1$I = t.%1$I', a.attname), ' AND ' ORDER BY a.attnum) FILTER (WHERE a.attnum = ANY (i.indkey))
  FROM pg_attribute a JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
  WHERE a.attrelid = ('view.' || quote_ident(relation))::regclass AND a.attnum > 0 AND NOT a.attisdropped
$$;

-- Makes one table equal to its source and tells how many rows that took.
CREATE FUNCTION view.rebuild(relation text) RETURNS bigint LANGUAGE plpgsql SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  shape record := view.model_shape(relation);
  gone bigint := 0;
  put bigint;
  filled boolean;
BEGIN
  EXECUTE format('SELECT EXISTS (SELECT FROM view.%I)', relation) INTO filled;
  IF NOT filled THEN
    -- Nothing to compare with, and no key to be in the way: a loader may have taken that off too.
    EXECUTE format('INSERT INTO view.%I SELECT s.* FROM view.%I s', relation, relation || '_source');
    GET DIAGNOSTICS put = ROW_COUNT;
  ELSE
    EXECUTE format('DELETE FROM view.%I t WHERE NOT EXISTS (SELECT FROM view.%I s WHERE %s)', relation, relation || '_source', shape.matched);
    GET DIAGNOSTICS gone = ROW_COUNT;
    EXECUTE format(
      'INSERT INTO view.%1$I SELECT s.* FROM view.%2$I s LEFT JOIN view.%1$I t ON %3$s WHERE t.* IS DISTINCT FROM s.* ON CONFLICT (%4$s) DO UPDATE SET (%5$s) = ROW (excluded.*)',
      relation, relation || '_source', shape.matched, shape.key, shape.columns);
    GET DIAGNOSTICS put = ROW_COUNT;
  END IF;
  RETURN gone + put;
END $$;

-- One step of a rebuild, for whoever does not own the tables. The models built on this one wait for their own turn.
CREATE FUNCTION view.refresh_model(relation text) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  was text := coalesce(current_setting('tercul.defer_refresh', true), '');
  changed bigint;
BEGIN
  IF relation IS NULL OR relation <> ALL (view.models()) THEN
    RAISE EXCEPTION 'there is no table % in the read model', relation USING ERRCODE = 'invalid_parameter_value';
  END IF;
  LOCK TABLE core.subjects IN EXCLUSIVE MODE;
  PERFORM set_config('tercul.defer_refresh', 'on', true);
  changed := view.rebuild(relation);
  -- The models built on this one are planned by what it holds now, and so is the first question after the load.
  IF changed > 1000 THEN
    EXECUTE format('ANALYZE view.%I', relation);
  END IF;
  PERFORM set_config('tercul.defer_refresh', was, true);
  RETURN changed;
END $$;

-- Makes every table equal to its source. Writers wait meanwhile, readers do not. What a bulk load has deferred is
-- announced here, as "everything".
CREATE FUNCTION view.refresh_all() RETURNS TABLE (relation text, changed bigint) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  was text := coalesce(current_setting('tercul.defer_refresh', true), '');
  total bigint := 0;
BEGIN
  LOCK TABLE core.subjects IN EXCLUSIVE MODE;
  IF was = 'on' THEN
    -- What was loaded a moment ago has no statistics yet.
    ANALYZE core.subjects, core.slugs, core.works, core.work_titles, core.work_contributors, core.expressions, core.expression_contributors, core.persons, core.person_names,
      core.rights, core.alignments, core.external_ids, core.subject_tags, core.subject_categories, stats.totals, social.comments, social.collection_items;
  END IF;
  FOREACH relation IN ARRAY view.models() || '{category}'::text[] LOOP
    changed := view.refresh_model(relation);
    total := total + changed;
    RETURN NEXT;
  END LOOP;
  IF total > 0 OR was = 'on' THEN
    PERFORM ops.announce('{*}');
  END IF;
END $$;

-- Compares every table with its source, both ways: rows that it lacks, rows that it should not have. All zeros is right.
CREATE FUNCTION view.verify() RETURNS TABLE (relation text, missing bigint, surplus bigint) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  shape record;
BEGIN
  FOREACH relation IN ARRAY view.models() LOOP
    shape := view.model_shape(relation);
    EXECUTE format(
      'SELECT count(*) FILTER (WHERE s.* IS DISTINCT FROM NULL), count(*) FILTER (WHERE t.* IS DISTINCT FROM NULL) FROM (SELECT s.* FROM view.%2$I s) s FULL JOIN view.%1$I t ON %3$s WHERE s.* IS DISTINCT FROM t.*',
      relation, relation || '_source', shape.matched) INTO missing, surplus;
    RETURN NEXT;
  END LOOP;
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP FUNCTION view.verify();
DROP FUNCTION view.refresh_all();
DROP FUNCTION view.refresh_model(text);
DROP FUNCTION view.rebuild(text);
DROP FUNCTION view.model_shape(text);
DROP FUNCTION view.models();
-- +goose StatementEnd
