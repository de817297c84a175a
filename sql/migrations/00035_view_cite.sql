-- +goose Up
-- +goose StatementBegin
-- Citations in the common formats. Names go by the stored "Family, Given" where it has a comma and stay whole where not;
-- a name that begins with the family name is not turned around in running text. A year before the common era is written
-- as one, and what EDTF says of a date (1140~, 19XX, 1308/..) in words. Everything is escaped for the format it goes into. The address is
-- the public id behind the setting tercul.public_url of the connection; without one "tercul:<public id>", which links nowhere.

-- The words of a citation in a language we have them in, else in English.
CREATE FUNCTION view.cite_word(word text, locale text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(w.words ->> split_part(lower(coalesce(locale, 'en')), '-', 1), w.words ->> 'en')
  FROM (SELECT '{
    "and": {"en": "and", "it": "e", "fr": "et", "de": "und", "es": "y", "pt": "e"},
    "bce": {"en": "BCE", "it": "a.C.", "fr": "av. J.-C.", "de": "v. Chr.", "es": "a. C.", "pt": "a.C."},
    "circa": {"en": "ca.", "it": "ca.", "fr": "vers", "de": "um", "es": "ca.", "pt": "ca."},
    "nodate": {"en": "n.d.", "it": "s.d.", "fr": "s. d.", "de": "o. J.", "es": "s. f.", "pt": "s.d."},
    "by": {"en": "Translated by", "it": "Traduzione di", "fr": "Traduit par", "de": "Übersetzt von", "es": "Traducido por", "pt": "Traduzido por"},
    "trans": {"en": "Trans.", "it": "Trad.", "fr": "trad.", "de": "Übers.", "es": "Trad.", "pt": "Trad."},
    "PARTIAL": {"en": "Incomplete", "it": "Incompleto", "fr": "Incomplet", "de": "Unvollständig", "es": "Incompleto", "pt": "Incompleto"},
    "EXCERPT": {"en": "Excerpt", "it": "Estratto", "fr": "Extrait", "de": "Auszug", "es": "Fragmento", "pt": "Excerto"},
    "SYNOPSIS": {"en": "Synopsis", "it": "Sinossi", "fr": "Synopsis", "de": "Zusammenfassung", "es": "Sinopsis", "pt": "Sinopse"},
    "held": {"en": "Text in the library", "it": "Testo nella biblioteca", "fr": "Texte dans la bibliothèque", "de": "Text in der Bibliothek", "es": "Texto en la biblioteca", "pt": "Texto na biblioteca"},
    "original": {"en": "Original work published", "it": "Opera originale pubblicata", "fr": "Ouvrage original publié en", "de": "Originalwerk veröffentlicht", "es": "Obra original publicada en", "pt": "Obra original publicada em"}
  }'::jsonb -> word AS words) w
$$;

CREATE FUNCTION view.cite_year(year_from int, year_to int, locale text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN year_from IS NULL THEN NULL
    WHEN coalesce(year_to, year_from) = year_from THEN abs(year_from) || CASE WHEN year_from < 0 THEN ' ' || view.cite_word('bce', locale) ELSE '' END
    WHEN (year_from < 0) = (year_to < 0) THEN abs(year_from) || '–' || view.cite_year(year_to, year_to, locale)
    ELSE view.cite_year(year_from, year_from, locale) || '–' || view.cite_year(year_to, year_to, locale) END
$$;

-- The same with what EDTF knows of the date: approximate (~, % and digits X that nobody knows), uncertain (?), open ends.
CREATE FUNCTION view.cite_date(year_from int, year_to int, edtf text, locale text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN year_from IS NULL THEN '–' || CASE WHEN d.starts ~ '[~%X]' OR d.ends ~ '[~%X]' THEN d.circa ELSE '' END || view.cite_year(year_to, year_to, locale)
    WHEN d.starts ~ '[~%X]' THEN d.circa || view.cite_year(year_from, year_to, locale)
    WHEN d.ends ~ '[~%X]' AND year_to > year_from THEN view.cite_year(year_from, year_from, locale) || '–' || d.circa || view.cite_year(year_to, year_to, locale)
    ELSE view.cite_year(year_from, year_to, locale) END
    || CASE WHEN edtf ~ '/(\.\.)?$' AND year_to IS NULL THEN '–' ELSE '' END || CASE WHEN edtf ~ '[?%]' THEN '?' ELSE '' END
  FROM (SELECT split_part(edtf, '/', 1) AS starts, split_part(edtf, '/', 2) AS ends, view.cite_word('circa', locale) || ' ' AS circa) d
$$;

-- The people, in order: [{"family", "given", "name"}] or [{"literal"}], in the locale's form of the name where there is one.
CREATE FUNCTION view.cite_people(ids uuid[], locale text) RETURNS jsonb LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
  SELECT coalesce(jsonb_agg(CASE WHEN n.entry ->> 'sortName' LIKE '_%, _%'
    THEN jsonb_build_object('family', split_part(n.entry ->> 'sortName', ', ', 1), 'given', substring(n.entry ->> 'sortName' FROM ', (.*)$'), 'name', n.entry -> 'name')
    ELSE jsonb_build_object('literal', coalesce(n.entry ->> 'name', p.name)) END ORDER BY u.n), '[]')
  FROM unnest(ids) WITH ORDINALITY u (id, n)
  JOIN view.person p ON p.id = u.id
  LEFT JOIN LATERAL (
    SELECT e.entry FROM jsonb_array_elements(p.names) WITH ORDINALITY e (entry, n)
    WHERE e.entry ->> 'kind' = 'PRIMARY'
    ORDER BY e.entry ->> 'language' IS DISTINCT FROM locale, e.entry ->> 'language' IS DISTINCT FROM split_part(locale, '-', 1), e.n LIMIT 1) n ON true
$$;

-- "H. W." of "Henry Wadsworth", "J.-P." of "Jean-Paul", "J. W. von" of "Johann Wolfgang von".
CREATE FUNCTION view.cite_initials(given text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT string_agg(CASE
    WHEN word IN ('von','vom','zu','zum','zur','van','der','den','de','ten','ter','te','del','della','degli','dei','di','da','do','dos','das','du','des','la','le','les','af','av','y','e','ibn','bin','bint','ben','al','el') THEN word
    ELSE (SELECT string_agg(left(part, 1) || '.', '-' ORDER BY m) FROM unnest(string_to_array(word, '-')) WITH ORDINALITY h (part, m) WHERE part <> '') END, ' ' ORDER BY n)
  FROM unnest(string_to_array(given, ' ')) WITH ORDINALITY w (word, n) WHERE word <> ''
$$;

-- One name, in order (family first or last), in full or with initials. Cao Xueqin is Cao Xueqin in either order, and
-- 曹雪芹 too; Ford Madox Ford begins with his family name and yet is not a Ford of the given names "Madox Ford".
CREATE FUNCTION view.cite_name(person jsonb, family_first boolean, initials boolean) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN person ? 'literal' THEN person ->> 'literal'
    WHEN NOT initials AND (NOT family_first OR n.as_is) THEN person ->> 'name'
    WHEN family_first THEN (person ->> 'family') || ', ' || g.given
    ELSE g.given || ' ' || (person ->> 'family') END
  FROM (SELECT CASE WHEN initials THEN view.cite_initials(person ->> 'given') ELSE person ->> 'given' END AS given) g,
       (SELECT person ->> 'name' = (person ->> 'family') || ' ' || (person ->> 'given') OR (person ->> 'name' ~ '[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]'
               AND person ->> 'name' = (person ->> 'family') || (person ->> 'given')) AS as_is) n
$$;

-- Several names: the first inverted if inverted, the others if all_inverted; beyond most, the first and "et al.".
CREATE FUNCTION view.cite_names(people jsonb, inverted boolean, all_inverted boolean, initials boolean, conjunction text, most int) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN count(*) = 0 THEN NULL
    WHEN count(*) > most THEN min(n.name) FILTER (WHERE n.i = 1) || ', et al.'
    WHEN count(*) = 1 THEN min(n.name)
    ELSE string_agg(n.name, ', ' ORDER BY n.i) FILTER (WHERE n.i < n.last)
         || CASE WHEN count(*) > 2 OR inverted THEN ', ' ELSE ' ' END || conjunction || ' ' || min(n.name) FILTER (WHERE n.i = n.last) END
  FROM (SELECT e.i, count(*) OVER () AS last, view.cite_name(e.person, CASE e.i WHEN 1 THEN inverted ELSE all_inverted END, initials) AS name
        FROM jsonb_array_elements(people) WITH ORDINALITY e (person, i)) n
$$;

-- Sentences, each closed by one full stop.
CREATE FUNCTION view.cite_sentences(VARIADIC parts text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT string_agg(part || CASE WHEN part ~ '[.?!…。？！]["”’»]?$' THEN '' ELSE '.' END, ' ' ORDER BY n)
  FROM unnest(parts) WITH ORDINALITY p (part, n) WHERE part <> ''
$$;

-- In one pass, so that the backslash of one escape is not escaped by the next.
CREATE FUNCTION view.cite_bibtex_escape(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT string_agg(CASE
    WHEN c IN ('{','}','$','&','#','_','%') THEN '\' || c
    WHEN c = '\' THEN '\textbackslash{}' WHEN c = '~' THEN '\textasciitilde{}' WHEN c = '^' THEN '\textasciicircum{}'
    WHEN c IN (E'\n', E'\r', E'\t') THEN ' ' ELSE c END, '' ORDER BY n)
  FROM unnest(string_to_array(value, NULL)) WITH ORDINALITY u (c, n)
$$;

-- A name without a comma is braced, or BibTeX would take its last word for the family.
CREATE FUNCTION view.cite_bibtex_names(people jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT string_agg(CASE WHEN e.person ? 'literal' THEN '{' || view.cite_bibtex_escape(e.person ->> 'literal') || '}'
                         ELSE view.cite_bibtex_escape(e.person ->> 'family') || ', ' || view.cite_bibtex_escape(e.person ->> 'given') END, ' and ' ORDER BY e.n)
  FROM jsonb_array_elements(people) WITH ORDINALITY e (person, n)
$$;

CREATE FUNCTION view.cite_bibtex(d jsonb, locale text) RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
  SELECT '@book{' || (d ->> 'id') || E',\n' || string_agg(format('  %s = {%s}', f.name, f.value), E',\n' ORDER BY f.n) || E'\n}'
  FROM (
    -- Names come escaped, an address must not be, and braces keep a title's capitals.
    SELECT f.n, f.name, CASE WHEN f.name IN ('author','translator','url') THEN f.value WHEN f.name IN ('title','subtitle','origtitle') THEN '{' || view.cite_bibtex_escape(f.value) || '}'
                             ELSE view.cite_bibtex_escape(f.value) END AS value
    FROM (VALUES
      (1, 'author', view.cite_bibtex_names(d -> 'authors')), (2, 'translator', view.cite_bibtex_names(d -> 'translators')),
      (3, 'title', d ->> 'title'), (4, 'subtitle', d ->> 'subtitle'), (5, 'origtitle', d ->> 'originalTitle'), (6, 'series', d ->> 'series'),
      (7, 'year', view.cite_year((d ->> 'yearFrom')::int, (d ->> 'yearTo')::int, 'en')),
      (8, 'origdate', view.cite_year((d ->> 'originalFrom')::int, (d ->> 'originalTo')::int, 'en')),
      (9, 'language', d ->> 'language'), (10, 'pages', d ->> 'ref'), (11, 'note', d ->> 'note'), (12, 'url', d ->> 'uri')) f (n, name, value)
    WHERE f.value <> '') f
$$;

CREATE FUNCTION view.cite_ris(d jsonb) RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
  SELECT string_agg(f.tag || '  - ' || regexp_replace(f.value, '[\r\n\t]+', ' ', 'g'), E'\r\n' ORDER BY f.n, f.m) || E'\r\nER  - \r\n'
  FROM (
    SELECT 1, 0, 'TY', 'BOOK'
    UNION ALL SELECT 2, a.n, 'AU', coalesce(a.person ->> 'literal', (a.person ->> 'family') || ', ' || (a.person ->> 'given')) FROM jsonb_array_elements(d -> 'authors') WITH ORDINALITY a (person, n)
    UNION ALL SELECT 3, a.n, 'A4', coalesce(a.person ->> 'literal', (a.person ->> 'family') || ', ' || (a.person ->> 'given')) FROM jsonb_array_elements(d -> 'translators') WITH ORDINALITY a (person, n)
    UNION ALL SELECT v.n, 0, v.tag, v.value FROM (VALUES
      (4, 'TI', d ->> 'fullTitle'), (5, 'OP', d ->> 'originalTitle'), (6, 'T2', d ->> 'series'),
      (7, 'PY', view.cite_year((d ->> 'yearFrom')::int, (d ->> 'yearTo')::int, 'en')), (8, 'LA', d ->> 'language'),
      (9, 'SE', d ->> 'ref'), (10, 'N1', d ->> 'note'), (11, 'UR', d ->> 'uri'), (12, 'ID', d ->> 'id')) v (n, tag, value)
  ) f (n, m, tag, value) WHERE f.value <> ''
$$;

CREATE FUNCTION view.cite_csl_date(year_from jsonb, year_to jsonb, edtf text) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN coalesce(year_from, 'null') = 'null' THEN NULL
    WHEN coalesce(year_to, 'null') IN ('null', year_from) THEN jsonb_build_object('date-parts', jsonb_build_array(jsonb_build_array(year_from)))
    ELSE jsonb_build_object('date-parts', jsonb_build_array(jsonb_build_array(year_from), jsonb_build_array(year_to))) END
    || CASE WHEN edtf ~ '[~?%X]' THEN '{"circa": true}' ELSE '{}' END::jsonb
$$;

CREATE FUNCTION view.cite_csl_names(people jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT jsonb_agg(e.person - 'name' ORDER BY e.n) FROM jsonb_array_elements(people) WITH ORDINALITY e (person, n)
$$;

CREATE FUNCTION view.cite_csl(d jsonb) RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'id', d -> 'id', 'type', 'book', 'title', d -> 'fullTitle', 'author', view.cite_csl_names(d -> 'authors'), 'translator', view.cite_csl_names(d -> 'translators'),
    'issued', view.cite_csl_date(d -> 'yearFrom', d -> 'yearTo', d ->> 'edtf'), 'original-date', view.cite_csl_date(d -> 'originalFrom', d -> 'originalTo', d ->> 'originalEdtf'),
    'original-title', d -> 'originalTitle', 'collection-title', d -> 'series', 'language', d -> 'language', 'locator', d -> 'ref', 'note', d -> 'note', 'URL', d -> 'uri'))::text
$$;

-- What the library has of a work in place of its whole text: NULL where it has that, or nothing.
CREATE FUNCTION view.cite_held(work uuid) RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
  SELECT nullif(e.completeness, 'COMPLETE') FROM view.expression e WHERE e.work_id = work AND e.readable_lines > 0
  ORDER BY array_position('{COMPLETE,PARTIAL,EXCERPT,SYNOPSIS}', e.completeness) LIMIT 1
$$;

-- What there is to say of a work or an expression. A text that is not whole has an extent, to be said after its title;
-- a work is whole, and a note tells what the library has of it.
CREATE FUNCTION view.cite_data(subject uuid, ref text, locale text) RETURNS jsonb LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
  SELECT d.data || jsonb_build_object('ref', nullif(ref, ''), 'uri', coalesce(nullif(current_setting('tercul.public_url', true), '') || '/', 'tercul:') || (d.data ->> 'id'),
    'fullTitle', (d.data ->> 'title') || CASE WHEN d.data ->> 'subtitle' <> '' THEN ': ' || (d.data ->> 'subtitle') ELSE '' END)
  FROM (
    SELECT jsonb_build_object('id', w.public_id, 'title', coalesce(view.localized(w.titles_by_language, ARRAY[locale, split_part(locale, '-', 1)]), w.title),
      'authors', view.cite_people(w.author_ids, locale), 'translators', '[]'::jsonb, 'yearFrom', w.year_from, 'yearTo', w.year_to, 'edtf', w.created_edtf, 'series', w.series_title, 'language', w.original_language,
      'note', view.cite_word('held', locale) || ': ' || view.cite_word(view.cite_held(w.id), locale)) AS data
    FROM view.work w WHERE w.id = subject
    UNION ALL
    SELECT jsonb_build_object('id', e.public_id, 'title', e.title, 'subtitle', e.subtitle, 'authors', view.cite_people(e.author_ids, locale),
      'translators', view.cite_people(e.translator_ids, locale), 'language', e.language, 'series', w.series_title, 'extent', x.extent, 'note', nullif(concat_ws('; ', x.extent, e.credit), ''),
      'yearFrom', coalesce(e.year, CASE e.kind WHEN 'ORIGINAL' THEN w.year_from END), 'yearTo', coalesce(e.year, CASE e.kind WHEN 'ORIGINAL' THEN w.year_to END),
      'edtf', CASE WHEN e.kind = 'ORIGINAL' AND e.year IS NULL THEN w.created_edtf END)
      || CASE e.kind WHEN 'ORIGINAL' THEN '{}' ELSE jsonb_build_object('originalTitle', w.title, 'originalFrom', w.year_from, 'originalTo', w.year_to, 'originalEdtf', w.created_edtf) END
    FROM view.expression e JOIN view.work w ON w.id = e.work_id CROSS JOIN LATERAL (SELECT view.cite_word(nullif(e.completeness, 'COMPLETE'), locale) AS extent) x WHERE e.id = subject) d
$$;

CREATE FUNCTION view.cite_text(d jsonb, style text, locale text) RETURNS text LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $$
DECLARE
  year text := view.cite_date((d ->> 'yearFrom')::int, (d ->> 'yearTo')::int, d ->> 'edtf', locale);
  original text := view.cite_date((d ->> 'originalFrom')::int, (d ->> 'originalTo')::int, d ->> 'originalEdtf', locale);
  conjunction text := view.cite_word('and', locale);
  translators text := view.cite_names(d -> 'translators', false, false, style = 'APA', CASE style WHEN 'APA' THEN '&' ELSE conjunction END, 20);
  title text := concat_ws(' ', d ->> 'fullTitle', '[' || (d ->> 'extent') || ']');
  dated text;
BEGIN
  IF style = 'APA' THEN
    dated := '(' || coalesce(year, view.cite_word('nodate', locale)) || ')';
    RETURN concat_ws(' ',
      CASE WHEN d -> 'authors' = '[]' THEN view.cite_sentences(title || ' ' || dated)
           ELSE view.cite_sentences(view.cite_names(d -> 'authors', true, true, true, '&', 20)) || ' ' || dated || '.' END,
      view.cite_sentences(nullif(concat_ws(' ', CASE WHEN d -> 'authors' <> '[]' THEN title END,
        '(' || nullif(concat_ws('; ', translators || ', ' || view.cite_word('trans', locale), d ->> 'ref'), '') || ')'), '')),
      d ->> 'uri', '(' || view.cite_word('original', locale) || ' ' || original || ')');
  END IF;
  IF style = 'MLA' THEN
    RETURN view.cite_sentences(view.cite_names(d -> 'authors', true, false, false, conjunction, 2), title,
      concat_ws(', ', view.cite_word('by', locale) || ' ' || translators, year, d ->> 'ref', d ->> 'uri'));
  END IF;
  RETURN view.cite_sentences(view.cite_names(d -> 'authors', true, false, false, conjunction, 10), title,
    view.cite_word('by', locale) || ' ' || translators, coalesce(year, view.cite_word('nodate', locale)), d ->> 'ref', d ->> 'uri');
END $$;

-- A citation of a work or an expression, or of the passage ref in it; NULL for anything else.
CREATE FUNCTION view.cite(subject uuid, format text, ref text, locale text) RETURNS text LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $$
DECLARE
  data jsonb := view.cite_data(subject, ref, locale);
BEGIN
  IF data IS NULL THEN
    RETURN NULL;
  END IF;
  CASE format
    WHEN 'CSL_JSON' THEN RETURN view.cite_csl(data);
    WHEN 'BIBTEX' THEN RETURN view.cite_bibtex(data, locale);
    WHEN 'RIS' THEN RETURN view.cite_ris(data);
    WHEN 'APA', 'MLA', 'CHICAGO' THEN RETURN view.cite_text(data, format, locale);
    ELSE RETURN NULL;
  END CASE;
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP FUNCTION view.cite(uuid, text, text, text);
DROP FUNCTION view.cite_text(jsonb, text, text);
DROP FUNCTION view.cite_data(uuid, text, text);
DROP FUNCTION view.cite_held(uuid);
DROP FUNCTION view.cite_csl(jsonb);
DROP FUNCTION view.cite_csl_names(jsonb);
DROP FUNCTION view.cite_csl_date(jsonb, jsonb, text);
DROP FUNCTION view.cite_ris(jsonb);
DROP FUNCTION view.cite_bibtex(jsonb, text);
DROP FUNCTION view.cite_bibtex_names(jsonb);
DROP FUNCTION view.cite_bibtex_escape(text);
DROP FUNCTION view.cite_sentences(text[]);
DROP FUNCTION view.cite_names(jsonb, boolean, boolean, boolean, text, int);
DROP FUNCTION view.cite_name(jsonb, boolean, boolean);
DROP FUNCTION view.cite_initials(text);
DROP FUNCTION view.cite_people(uuid[], text);
DROP FUNCTION view.cite_date(int, int, text, text);
DROP FUNCTION view.cite_year(int, int, text);
DROP FUNCTION view.cite_word(text, text);
-- +goose StatementEnd
