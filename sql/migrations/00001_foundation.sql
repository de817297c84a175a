-- +goose Up
-- +goose StatementBegin
-- Extensions, schemas, domains, and the two functions that generated columns depend on.
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS unaccent WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;

-- Nothing is open to everybody: each function is granted by name where it is needed.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO tercul_writer, tercul_reader;

CREATE SCHEMA core;
CREATE SCHEMA auth;
CREATE SCHEMA social;
CREATE SCHEMA stats;
CREATE SCHEMA ops;
CREATE SCHEMA view;
COMMENT ON SCHEMA core IS 'The library: works, expressions, texts, persons, taxonomy, rights.';
COMMENT ON SCHEMA auth IS 'Accounts. The reader has no grant here.';
COMMENT ON SCHEMA social IS 'What members make: profiles, collections, comments, likes.';
COMMENT ON SCHEMA stats IS 'Counters and rankings: they expire, they are never purged.';
COMMENT ON SCHEMA ops IS 'Outbox, change feed, persisted documents, import runs.';
COMMENT ON SCHEMA view IS 'The denormalised read model: the only schema the reader may use.';

-- BCP 47: language, script, region, variants, private use (lgg-x-official, tw-akuapem, zh-Hant, ha-NE).
CREATE DOMAIN core.langtag AS text CHECK (
  char_length(VALUE) <= 35 AND
  VALUE ~ '^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(-x(-[a-z0-9]{1,8})+)?$');
-- EDTF level 0 and 1, with seasons, sets and intervals.
CREATE DOMAIN core.edtf AS text CHECK (char_length(VALUE) <= 40 AND VALUE ~ '^[-0-9XYZ~?%./\[\]{},TES:+ ]+$');
CREATE DOMAIN core.slug AS text CHECK (char_length(VALUE) BETWEEN 1 AND 120 AND VALUE ~ '^[a-z0-9]+([.-][a-z0-9]+)*$');

CREATE FUNCTION core.prefix(kind text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE kind
    WHEN 'WORK' THEN 'work' WHEN 'EXPRESSION' THEN 'expr' WHEN 'PERSON' THEN 'prsn' WHEN 'USER' THEN 'user'
    WHEN 'TAG' THEN 'tag' WHEN 'CATEGORY' THEN 'cat' WHEN 'COLLECTION' THEN 'coll' WHEN 'COMMENT' THEN 'cmnt'
    WHEN 'ALIGNMENT' THEN 'algn' WHEN 'CONTRIBUTION' THEN 'ctrb' END
$$;

-- The public id: prefix and 26 characters of Crockford's base 32. The first byte gives two characters and each
-- following run of five bytes eight, spread inside one 64-bit word: three shifts and masks in place of eight look-ups.
-- It names nothing outside pg_catalog: the reader, who may not look into core, calls it through views.
CREATE FUNCTION core.typeid(kind text, id uuid) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  hex constant text := encode(uuid_send(id), 'hex');
  a int := get_byte(uuid_send(id), 0);
  b bigint := ('x' || substr(hex, 3, 10))::bit(40)::bigint;
  c bigint := ('x' || substr(hex, 13, 10))::bit(40)::bigint;
  d bigint := ('x' || substr(hex, 23, 10))::bit(40)::bigint;
BEGIN
  b := (b & 1048575) | ((b >> 20) << 32);
  c := (c & 1048575) | ((c >> 20) << 32);
  d := (d & 1048575) | ((d >> 20) << 32);
  b := (b & 4393751544831) | ((b & 4499201581906944) << 6);
  c := (c & 4393751544831) | ((c & 4499201581906944) << 6);
  d := (d & 4393751544831) | ((d & 4499201581906944) << 6);
  -- Adding '0' to every byte gives the run '0'..'O', which translate() turns into the alphabet.
  RETURN CASE kind
      WHEN 'WORK' THEN 'work_' WHEN 'EXPRESSION' THEN 'expr_' WHEN 'PERSON' THEN 'prsn_' WHEN 'USER' THEN 'user_' WHEN 'TAG' THEN 'tag_'
      WHEN 'CATEGORY' THEN 'cat_' WHEN 'COLLECTION' THEN 'coll_' WHEN 'COMMENT' THEN 'cmnt_' WHEN 'ALIGNMENT' THEN 'algn_' WHEN 'CONTRIBUTION' THEN 'ctrb_' END
    || translate(encode(int2send((12336 + ((a >> 5) << 8) + (a & 31))::int2)
      || int8send(((b & 8725857424048159) | ((b & 279227437569541088) << 3)) + 3472328296227680304)
      || int8send(((c & 8725857424048159) | ((c & 279227437569541088) << 3)) + 3472328296227680304)
      || int8send(((d & 8725857424048159) | ((d & 279227437569541088) << 3)) + 3472328296227680304),
    'escape'), ':;<=>?@ABCDEFGHIJKLMNO', 'abcdefghjkmnpqrstvwxyz');
END $$;

-- What titles and names are ordered by and found by, and the only place where they are folded: without case and accents
-- (ß is ss, œ oe, ø o, ł l), without the points and marks of Hebrew and Arabic that readers leave out, without the
-- stroke that only stretches Arabic words, the sigma of a word's end as any other. Vowel signs of Indic, Thai or Khmer
-- are letters and stay. It is in this schema because the reader folds by it what it is asked for.
CREATE FUNCTION view.sort_key(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RETURN translate(lower(regexp_replace(public.unaccent('public.unaccent'::regdictionary, normalize(value, NFC)),
    '[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]', '', 'g')
    COLLATE pg_catalog.pg_c_utf8), 'ς', 'σ') COLLATE "C";
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP FUNCTION view.sort_key(text);
DROP FUNCTION core.typeid(text, uuid);
DROP FUNCTION core.prefix(text);
DROP DOMAIN core.slug;
DROP DOMAIN core.edtf;
DROP DOMAIN core.langtag;
DROP SCHEMA view;
DROP SCHEMA ops;
DROP SCHEMA stats;
DROP SCHEMA social;
DROP SCHEMA auth;
DROP SCHEMA core;
ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
-- Extensions stay: another application in the same database may use them.
-- +goose StatementEnd
