-- +goose Up
-- +goose StatementBegin
-- What a text is like, in numbers: one row for each revision of a text and each version of the analyzer that has read
-- it. A job of the writer makes them; they may be made anew from the text at any time.
CREATE TABLE core.text_analyses (
  expression_id     uuid NOT NULL,
  revision          int NOT NULL,
  analyzer          int NOT NULL CHECK (analyzer > 0),
  language          core.langtag NOT NULL,           -- declared when the text was read
  detected_language core.langtag,                    -- the likeliest; NULL where that cannot be told
  coverage          double precision NOT NULL CHECK (coverage BETWEEN 0 AND 1), -- the share of the text that was read
  types             int CHECK (types >= 0),          -- different words; NULL where the script does not divide them
  corpus            int NOT NULL DEFAULT 0 CHECK (corpus >= 0), -- how many texts the keywords were weighed against
  measures          jsonb NOT NULL CHECK (jsonb_typeof(measures) = 'array'),  -- [{"name", "value", "method", "reason"}]
  keywords          jsonb NOT NULL CHECK (jsonb_typeof(keywords) = 'array'),  -- [{"term", "score", "frequency"}], the best first
  stanzas           jsonb NOT NULL CHECK (jsonb_typeof(stanzas) = 'array'),   -- [{"lines", "scheme"}], in their order
  analyzed_at       timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (expression_id, revision, analyzer),
  FOREIGN KEY (expression_id, revision) REFERENCES core.text_revisions
);

-- The words of each text as it is now, and in how many texts of a language each word is: what keywords are weighed by.
-- The second follows from the first.
CREATE TABLE core.text_vocabularies (
  expression_id uuid PRIMARY KEY REFERENCES core.expressions,
  revision      int NOT NULL CHECK (revision > 0),
  language      text NOT NULL CHECK (language ~ '^[a-z]{2,3}$'), -- the primary subtag
  terms         text[] NOT NULL
);
ALTER TABLE core.text_vocabularies ALTER COLUMN terms SET COMPRESSION lz4;
CREATE INDEX text_vocabularies_language ON core.text_vocabularies (language);
CREATE TABLE core.term_documents (
  language  text NOT NULL,
  term      text COLLATE "C" NOT NULL,
  documents int NOT NULL CHECK (documents > 0),
  PRIMARY KEY (language, term)
);

-- Counts a text's words in place of those that it had. The caller holds the lock of the corpus.
CREATE FUNCTION core.set_vocabulary(expression uuid, revision int, language text, terms text[]) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
  was record;
BEGIN
  SELECT v.language, v.terms INTO was FROM core.text_vocabularies v WHERE v.expression_id = expression;
  IF FOUND THEN
    DELETE FROM core.term_documents d USING unnest(was.terms) t (term) WHERE d.language = was.language AND d.term = t.term AND d.documents = 1;
    UPDATE core.term_documents d SET documents = d.documents - 1 FROM unnest(was.terms) t (term) WHERE d.language = was.language AND d.term = t.term;
  END IF;
  INSERT INTO core.text_vocabularies AS v VALUES (expression, set_vocabulary.revision, set_vocabulary.language, set_vocabulary.terms)
  ON CONFLICT (expression_id) DO UPDATE SET revision = excluded.revision, language = excluded.language, terms = excluded.terms;
  INSERT INTO core.term_documents AS d SELECT set_vocabulary.language, t.term, 1 FROM unnest(set_vocabulary.terms) t (term)
  ON CONFLICT ON CONSTRAINT term_documents_pkey DO UPDATE SET documents = d.documents + 1;
END $$;

-- Of a text that is not open only so much is told as an excerpt would tell: the best keywords, a tenth of the different
-- words and ten at most, without how often they come; and no stanzas. Numbers about the whole are nobody's words.
CREATE VIEW view.text_analysis AS
SELECT a.expression_id, e.public_id, a.revision, a.analyzer, a.language::text AS language, a.detected_language::text AS detected_language, a.coverage, a.measures,
       CASE e.rights_class WHEN 'OPEN' THEN a.keywords ELSE
         coalesce((SELECT jsonb_agg(jsonb_build_object('term', k.word ->> 'term') ORDER BY k.n)
                   FROM jsonb_array_elements(a.keywords) WITH ORDINALITY k (word, n) WHERE k.n <= least(10, a.types / 10)), '[]') END AS keywords,
       CASE e.rights_class WHEN 'OPEN' THEN a.stanzas ELSE '[]' END AS stanzas, a.analyzed_at
FROM core.text_analyses a
JOIN view.expression e ON e.id = a.expression_id
WHERE NOT EXISTS (SELECT FROM core.text_analyses n WHERE n.expression_id = a.expression_id AND n.revision = a.revision AND n.analyzer > a.analyzer);

-- Of what can be seen and what cannot, as with texts.
CREATE FUNCTION view.on_text_analyses() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  ids uuid[] := ARRAY(SELECT DISTINCT expression_id FROM changed);
BEGIN
  IF view.deferred() THEN
    RETURN NULL;
  ELSIF TG_OP = 'UPDATE' THEN
    ids := ARRAY(SELECT unnest(ids) UNION SELECT expression_id FROM before);
  END IF;
  PERFORM ops.announce(ARRAY(SELECT 'analysis:' || core.typeid('EXPRESSION', id) FROM unnest(ids) id));
  RETURN NULL;
END $$;
CALL ops.watch('core.text_analyses', 'view.on_text_analyses');
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP FUNCTION view.on_text_analyses() CASCADE;
DROP VIEW view.text_analysis;
DROP FUNCTION core.set_vocabulary(uuid, int, text, text[]);
DROP TABLE core.term_documents;
DROP TABLE core.text_vocabularies;
DROP TABLE core.text_analyses;
-- +goose StatementEnd
