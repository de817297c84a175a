-- The database as the migrations leave it, for reading and for review. Written by "make generate"; a test checks that
-- it is current. Change the migrations, not this file.

-- Extensions

CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS unaccent WITH SCHEMA public;

-- Schemas

CREATE SCHEMA core; COMMENT ON SCHEMA core IS 'The library: works, expressions, texts, persons, taxonomy, rights.';
CREATE SCHEMA auth; COMMENT ON SCHEMA auth IS 'Accounts. The reader has no grant here.';
CREATE SCHEMA social; COMMENT ON SCHEMA social IS 'What members make: profiles, collections, comments, likes.';
CREATE SCHEMA stats; COMMENT ON SCHEMA stats IS 'Counters and rankings: they expire, they are never purged.';
CREATE SCHEMA ops; COMMENT ON SCHEMA ops IS 'Outbox, change feed, persisted documents, import runs.';
CREATE SCHEMA view; COMMENT ON SCHEMA view IS 'The denormalised read model: the only schema the reader may use.';

-- Domains

CREATE DOMAIN core.edtf AS text CHECK (((char_length(VALUE) <= 40) AND (VALUE ~ '^[-0-9XYZ~?%./\[\]{},TES:+ ]+$'::text)));
CREATE DOMAIN core.langtag AS text CHECK (((char_length(VALUE) <= 35) AND (VALUE ~ '^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(-x(-[a-z0-9]{1,8})+)?$'::text)));
CREATE DOMAIN core.slug AS text CHECK ((((char_length(VALUE) >= 1) AND (char_length(VALUE) <= 120)) AND (VALUE ~ '^[a-z0-9]+([.-][a-z0-9]+)*$'::text)));

-- Tables

CREATE TABLE core.alignment_groups (
  alignment_id uuid NOT NULL,
  idx integer NOT NULL,
  left_lines int4range,
  right_lines int4range,
  linear boolean DEFAULT false NOT NULL,
  confidence real,
  note text,
  stale boolean DEFAULT false NOT NULL,
  CONSTRAINT alignment_groups_pkey PRIMARY KEY (alignment_id, idx),
  CONSTRAINT alignment_groups_alignment_id_fkey FOREIGN KEY (alignment_id) REFERENCES core.alignments(id) ON DELETE CASCADE,
  CONSTRAINT alignment_groups_alignment_id_left_lines_excl EXCLUDE USING gist (alignment_id WITH =, left_lines WITH &&),
  CONSTRAINT alignment_groups_alignment_id_right_lines_excl EXCLUDE USING gist (alignment_id WITH =, right_lines WITH &&),
  CONSTRAINT alignment_groups_check CHECK (((left_lines IS NOT NULL) OR (right_lines IS NOT NULL))),
  CONSTRAINT alignment_groups_check1 CHECK (((NOT linear) OR COALESCE(((upper(left_lines) - lower(left_lines)) = (upper(right_lines) - lower(right_lines))), false))),
  CONSTRAINT alignment_groups_confidence_check CHECK (((confidence >= (0)::double precision) AND (confidence <= (1)::double precision))),
  CONSTRAINT alignment_groups_idx_check CHECK ((idx >= 0)),
  CONSTRAINT alignment_groups_left_lines_check CHECK (((left_lines IS NULL) OR ((NOT isempty(left_lines)) AND (lower(left_lines) > 0) AND (NOT upper_inf(left_lines))))),
  CONSTRAINT alignment_groups_note_check CHECK ((char_length(note) <= 500)),
  CONSTRAINT alignment_groups_right_lines_check CHECK (((right_lines IS NULL) OR ((NOT isempty(right_lines)) AND (lower(right_lines) > 0) AND (NOT upper_inf(right_lines)))))
);

CREATE TABLE core.alignment_origins (
  alignment_id uuid NOT NULL,
  left_revision integer NOT NULL,
  right_revision integer NOT NULL,
  status text NOT NULL,
  groups jsonb NOT NULL,
  CONSTRAINT alignment_origins_pkey PRIMARY KEY (alignment_id),
  CONSTRAINT alignment_origins_alignment_id_fkey FOREIGN KEY (alignment_id) REFERENCES core.alignments(id) ON DELETE CASCADE,
  CONSTRAINT alignment_origins_groups_check CHECK ((jsonb_typeof(groups) = 'array'::text)),
  CONSTRAINT alignment_origins_status_check CHECK ((status = ANY (ARRAY['SUGGESTED'::text, 'APPROVED'::text])))
);

CREATE TABLE core.alignments (
  id uuid NOT NULL,
  kind text GENERATED ALWAYS AS ('ALIGNMENT'::text) STORED NOT NULL,
  work_id uuid NOT NULL,
  left_id uuid NOT NULL,
  right_id uuid NOT NULL,
  left_revision integer NOT NULL,
  right_revision integer NOT NULL,
  method text NOT NULL,
  status text NOT NULL,
  confidence real,
  approved_by uuid,
  version integer DEFAULT 1 NOT NULL,
  created_by uuid,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT alignments_pkey PRIMARY KEY (id),
  CONSTRAINT alignments_approved_by_fkey FOREIGN KEY (approved_by) REFERENCES auth.users(id),
  CONSTRAINT alignments_created_by_fkey FOREIGN KEY (created_by) REFERENCES auth.users(id),
  CONSTRAINT alignments_id_kind_fkey FOREIGN KEY (id, kind) REFERENCES core.subjects(id, kind),
  CONSTRAINT alignments_left_id_left_revision_fkey FOREIGN KEY (left_id, left_revision) REFERENCES core.text_revisions(expression_id, revision),
  CONSTRAINT alignments_right_id_right_revision_fkey FOREIGN KEY (right_id, right_revision) REFERENCES core.text_revisions(expression_id, revision),
  CONSTRAINT alignments_work_id_fkey FOREIGN KEY (work_id) REFERENCES core.works(id),
  CONSTRAINT alignments_check CHECK ((left_id < right_id)),
  CONSTRAINT alignments_confidence_check CHECK (((confidence >= (0)::double precision) AND (confidence <= (1)::double precision))),
  CONSTRAINT alignments_method_check CHECK ((method = ANY (ARRAY['MANUAL'::text, 'LENGTH_BASED'::text, 'EMBEDDING'::text, 'IMPORTED'::text, 'LINE_COUNT'::text]))),
  CONSTRAINT alignments_status_check CHECK ((status = ANY (ARRAY['SUGGESTED'::text, 'APPROVED'::text, 'STALE'::text, 'REJECTED'::text]))),
  CONSTRAINT alignments_version_check CHECK ((version > 0))
);

CREATE TABLE core.categories (
  id uuid NOT NULL,
  kind text GENERATED ALWAYS AS ('CATEGORY'::text) STORED NOT NULL,
  parent_id uuid,
  category_kind text NOT NULL,
  names jsonb NOT NULL,
  path text NOT NULL,
  ordinal integer DEFAULT 0 NOT NULL,
  version integer DEFAULT 1 NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  deleted_at timestamp with time zone,
  CONSTRAINT categories_pkey PRIMARY KEY (id),
  CONSTRAINT categories_path_key UNIQUE (path),
  CONSTRAINT categories_id_kind_fkey FOREIGN KEY (id, kind) REFERENCES core.subjects(id, kind),
  CONSTRAINT categories_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES core.categories(id),
  CONSTRAINT categories_category_kind_check CHECK ((category_kind = ANY (ARRAY['GENRE'::text, 'FORM'::text, 'MOVEMENT'::text, 'PERIOD'::text, 'SUBJECT'::text, 'AUDIENCE'::text]))),
  CONSTRAINT categories_check CHECK ((parent_id <> id)),
  CONSTRAINT categories_names_check CHECK ((jsonb_typeof(names) = 'object'::text)),
  CONSTRAINT categories_path_check CHECK (((char_length(path) <= 300) AND (path ~ '^/([a-z0-9-]+/)+$'::text))),
  CONSTRAINT categories_version_check CHECK ((version > 0))
);

CREATE TABLE core.contribution_events (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  contribution_id uuid NOT NULL,
  actor_id uuid,
  from_status text,
  to_status text NOT NULL,
  detail jsonb DEFAULT '{}'::jsonb NOT NULL,
  at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT contribution_events_pkey PRIMARY KEY (id),
  CONSTRAINT contribution_events_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES auth.users(id),
  CONSTRAINT contribution_events_contribution_id_fkey FOREIGN KEY (contribution_id) REFERENCES core.contributions(id)
);

CREATE TABLE core.contribution_reviews (
  id uuid NOT NULL,
  contribution_id uuid NOT NULL,
  reviewer_id uuid NOT NULL,
  decision text NOT NULL,
  comment text,
  contribution_version integer NOT NULL,
  superseded boolean DEFAULT false NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT contribution_reviews_pkey PRIMARY KEY (id),
  CONSTRAINT contribution_reviews_contribution_id_fkey FOREIGN KEY (contribution_id) REFERENCES core.contributions(id),
  CONSTRAINT contribution_reviews_reviewer_id_fkey FOREIGN KEY (reviewer_id) REFERENCES auth.users(id),
  CONSTRAINT contribution_reviews_check CHECK (((decision = 'APPROVE'::text) OR (char_length(comment) >= 10))),
  CONSTRAINT contribution_reviews_comment_check CHECK ((char_length(comment) <= 5000)),
  CONSTRAINT contribution_reviews_decision_check CHECK ((decision = ANY (ARRAY['APPROVE'::text, 'REQUEST_CHANGES'::text, 'REJECT'::text])))
);

CREATE TABLE core.contributions (
  id uuid NOT NULL,
  kind text GENERATED ALWAYS AS ('CONTRIBUTION'::text) STORED NOT NULL,
  author_id uuid NOT NULL,
  contribution_type text NOT NULL,
  target_id uuid,
  languages text[] DEFAULT '{}'::text[] NOT NULL,
  title text NOT NULL,
  message text,
  base_version integer,
  base_revision integer,
  patch jsonb NOT NULL,
  base jsonb,
  proposed jsonb,
  status text DEFAULT 'DRAFT'::text NOT NULL,
  required_approvals smallint DEFAULT 1 NOT NULL,
  assigned_to uuid,
  submitted_at timestamp with time zone,
  decided_at timestamp with time zone,
  applied_at timestamp with time zone,
  applied_id uuid,
  applied_version integer,
  version integer DEFAULT 1 NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT contributions_pkey PRIMARY KEY (id),
  CONSTRAINT contributions_applied_id_fkey FOREIGN KEY (applied_id) REFERENCES core.subjects(id),
  CONSTRAINT contributions_assigned_to_fkey FOREIGN KEY (assigned_to) REFERENCES auth.users(id),
  CONSTRAINT contributions_author_id_fkey FOREIGN KEY (author_id) REFERENCES auth.users(id),
  CONSTRAINT contributions_id_kind_fkey FOREIGN KEY (id, kind) REFERENCES core.subjects(id, kind),
  CONSTRAINT contributions_target_id_fkey FOREIGN KEY (target_id) REFERENCES core.subjects(id),
  CONSTRAINT contributions_base_revision_check CHECK ((base_revision >= 0)),
  CONSTRAINT contributions_base_version_check CHECK ((base_version > 0)),
  CONSTRAINT contributions_check CHECK ((assigned_to <> author_id)),
  CONSTRAINT contributions_check1 CHECK (((target_id IS NOT NULL) OR (contribution_type = ANY (ARRAY['CREATE_WORK'::text, 'CREATE_AUTHOR'::text])))),
  CONSTRAINT contributions_check2 CHECK (((status = 'APPLIED'::text) = (applied_at IS NOT NULL))),
  CONSTRAINT contributions_contribution_type_check CHECK ((contribution_type = ANY (ARRAY['CREATE_WORK'::text, 'CREATE_TRANSLATION'::text, 'CREATE_AUTHOR'::text, 'EDIT_WORK'::text, 'EDIT_TRANSLATION'::text, 'EDIT_AUTHOR'::text, 'EDIT_TEXT'::text, 'ALIGNMENT'::text]))),
  CONSTRAINT contributions_message_check CHECK ((char_length(message) <= 5000)),
  CONSTRAINT contributions_patch_check CHECK ((octet_length((patch)::text) <= 4194304)),
  CONSTRAINT contributions_required_approvals_check CHECK (((required_approvals >= 1) AND (required_approvals <= 5))),
  CONSTRAINT contributions_status_check CHECK ((status = ANY (ARRAY['DRAFT'::text, 'SUBMITTED'::text, 'IN_REVIEW'::text, 'CHANGES_REQUESTED'::text, 'APPROVED'::text, 'APPLIED'::text, 'REJECTED'::text, 'WITHDRAWN'::text, 'CONFLICTED'::text]))),
  CONSTRAINT contributions_title_check CHECK (((char_length(title) >= 1) AND (char_length(title) <= 200))),
  CONSTRAINT contributions_version_check CHECK ((version > 0))
);

CREATE TABLE core.countries (
  code text NOT NULL,
  iso3 text NOT NULL,
  name text NOT NULL,
  CONSTRAINT countries_pkey PRIMARY KEY (code),
  CONSTRAINT countries_iso3_key UNIQUE (iso3),
  CONSTRAINT countries_code_check CHECK ((code ~ '^[A-Z]{2}$'::text)),
  CONSTRAINT countries_iso3_check CHECK ((iso3 ~ '^[A-Z]{3}$'::text))
);

CREATE TABLE core.expression_contributors (
  expression_id uuid NOT NULL,
  person_id uuid NOT NULL,
  role text NOT NULL,
  "position" smallint DEFAULT 0 NOT NULL,
  credited_as text,
  CONSTRAINT expression_contributors_pkey PRIMARY KEY (expression_id, person_id, role),
  CONSTRAINT expression_contributors_expression_id_fkey FOREIGN KEY (expression_id) REFERENCES core.expressions(id),
  CONSTRAINT expression_contributors_person_id_fkey FOREIGN KEY (person_id) REFERENCES core.persons(id),
  CONSTRAINT expression_contributors_credited_as_check CHECK ((char_length(credited_as) <= 200)),
  CONSTRAINT expression_contributors_role_check CHECK ((role = ANY (ARRAY['TRANSLATOR'::text, 'EDITOR'::text, 'ANNOTATOR'::text, 'ILLUSTRATOR'::text, 'READER'::text, 'TRANSCRIBER'::text, 'PROOFREADER'::text])))
);

CREATE TABLE core.expressions (
  id uuid NOT NULL,
  kind text GENERATED ALWAYS AS ('EXPRESSION'::text) STORED NOT NULL,
  work_id uuid NOT NULL,
  expression_kind text NOT NULL,
  language core.langtag NOT NULL,
  title text NOT NULL,
  subtitle text,
  source_expression_id uuid,
  source_language core.langtag,
  origin text DEFAULT 'HUMAN'::text NOT NULL,
  completeness text DEFAULT 'COMPLETE'::text NOT NULL,
  form text,
  year integer,
  notes text,
  provenance text,
  source_url text,
  credit text,
  quality smallint DEFAULT 1 NOT NULL,
  status text DEFAULT 'DRAFT'::text NOT NULL,
  published_at timestamp with time zone,
  text_revision integer DEFAULT 0 NOT NULL,
  content_hash bytea,
  line_count integer DEFAULT 0 NOT NULL,
  char_count integer DEFAULT 0 NOT NULL,
  version integer DEFAULT 1 NOT NULL,
  created_by uuid,
  updated_by uuid,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  deleted_at timestamp with time zone,
  deleted_by uuid,
  CONSTRAINT expressions_pkey PRIMARY KEY (id),
  CONSTRAINT expressions_work_id_id_key UNIQUE (work_id, id),
  CONSTRAINT expressions_created_by_fkey FOREIGN KEY (created_by) REFERENCES auth.users(id),
  CONSTRAINT expressions_deleted_by_fkey FOREIGN KEY (deleted_by) REFERENCES auth.users(id),
  CONSTRAINT expressions_id_kind_fkey FOREIGN KEY (id, kind) REFERENCES core.subjects(id, kind),
  CONSTRAINT expressions_language_fkey FOREIGN KEY (language) REFERENCES core.languages(tag),
  CONSTRAINT expressions_source_language_fkey FOREIGN KEY (source_language) REFERENCES core.languages(tag),
  CONSTRAINT expressions_updated_by_fkey FOREIGN KEY (updated_by) REFERENCES auth.users(id),
  CONSTRAINT expressions_work_id_fkey FOREIGN KEY (work_id) REFERENCES core.works(id),
  CONSTRAINT expressions_work_id_source_expression_id_fkey FOREIGN KEY (work_id, source_expression_id) REFERENCES core.expressions(work_id, id),
  CONSTRAINT expressions_char_count_check CHECK ((char_count >= 0)),
  CONSTRAINT expressions_check CHECK ((source_expression_id <> id)),
  CONSTRAINT expressions_check1 CHECK (((expression_kind <> 'ORIGINAL'::text) OR (source_expression_id IS NULL))),
  CONSTRAINT expressions_check2 CHECK (((status <> 'PUBLISHED'::text) OR (published_at IS NOT NULL))),
  CONSTRAINT expressions_completeness_check CHECK ((completeness = ANY (ARRAY['COMPLETE'::text, 'PARTIAL'::text, 'EXCERPT'::text, 'SYNOPSIS'::text]))),
  CONSTRAINT expressions_credit_check CHECK ((char_length(credit) <= 1000)),
  CONSTRAINT expressions_expression_kind_check CHECK ((expression_kind = ANY (ARRAY['ORIGINAL'::text, 'TRANSLATION'::text, 'ADAPTATION'::text, 'TRANSLITERATION'::text]))),
  CONSTRAINT expressions_form_check CHECK ((form = ANY (ARRAY['VERSE'::text, 'PROSE'::text, 'MIXED'::text]))),
  CONSTRAINT expressions_line_count_check CHECK ((line_count >= 0)),
  CONSTRAINT expressions_notes_check CHECK ((char_length(notes) <= 5000)),
  CONSTRAINT expressions_origin_check CHECK ((origin = ANY (ARRAY['HUMAN'::text, 'MACHINE'::text, 'MACHINE_POSTEDITED'::text, 'UNKNOWN'::text]))),
  CONSTRAINT expressions_provenance_check CHECK ((char_length(provenance) <= 500)),
  CONSTRAINT expressions_quality_check CHECK (((quality >= 0) AND (quality <= 4))),
  CONSTRAINT expressions_source_url_check CHECK ((char_length(source_url) <= 500)),
  CONSTRAINT expressions_status_check CHECK ((status = ANY (ARRAY['DRAFT'::text, 'IN_REVIEW'::text, 'PUBLISHED'::text, 'UNPUBLISHED'::text, 'WITHHELD'::text]))),
  CONSTRAINT expressions_subtitle_check CHECK ((char_length(subtitle) <= 300)),
  CONSTRAINT expressions_text_revision_check CHECK ((text_revision >= 0)),
  CONSTRAINT expressions_title_check CHECK (((char_length(title) >= 1) AND (char_length(title) <= 300))),
  CONSTRAINT expressions_version_check CHECK ((version > 0)),
  CONSTRAINT expressions_year_check CHECK ((year <> 0))
);

CREATE TABLE core.external_ids (
  scheme text NOT NULL,
  value text NOT NULL,
  subject_id uuid NOT NULL,
  kind text NOT NULL,
  source text,
  verified_by uuid,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT external_ids_pkey PRIMARY KEY (scheme, value, kind),
  CONSTRAINT external_ids_subject_id_scheme_value_key UNIQUE (subject_id, scheme, value),
  CONSTRAINT external_ids_subject_id_kind_fkey FOREIGN KEY (subject_id, kind) REFERENCES core.subjects(id, kind),
  CONSTRAINT external_ids_verified_by_fkey FOREIGN KEY (verified_by) REFERENCES auth.users(id),
  CONSTRAINT external_ids_check CHECK (((scheme <> 'WIKIDATA'::text) OR (value ~ '^Q[1-9][0-9]*$'::text))),
  CONSTRAINT external_ids_check1 CHECK (((scheme <> 'ISNI'::text) OR (value ~ '^[0-9]{15}[0-9X]$'::text))),
  CONSTRAINT external_ids_check2 CHECK (((scheme <> 'VIAF'::text) OR (value ~ '^[0-9]{1,22}$'::text))),
  CONSTRAINT external_ids_scheme_check CHECK ((scheme = ANY (ARRAY['WIKIDATA'::text, 'VIAF'::text, 'ISNI'::text, 'OCLC'::text, 'LCCN'::text, 'ISBN13'::text, 'OPENLIBRARY'::text, 'GUTENBERG'::text, 'WIKISOURCE'::text, 'PERSEUS_CTS'::text, 'DRACOR'::text, 'ORCID'::text, 'GEONAMES'::text, 'DOI'::text]))),
  CONSTRAINT external_ids_source_check CHECK ((char_length(source) <= 500)),
  CONSTRAINT external_ids_value_check CHECK (((char_length(value) >= 1) AND (char_length(value) <= 200)))
);

CREATE TABLE core.id_redirects (
  old_id uuid NOT NULL,
  new_id uuid NOT NULL,
  reason text NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT id_redirects_pkey PRIMARY KEY (old_id),
  CONSTRAINT id_redirects_new_id_fkey FOREIGN KEY (new_id) REFERENCES core.subjects(id),
  CONSTRAINT id_redirects_old_id_fkey FOREIGN KEY (old_id) REFERENCES core.subjects(id),
  CONSTRAINT id_redirects_check CHECK ((old_id <> new_id)),
  CONSTRAINT id_redirects_reason_check CHECK ((reason = ANY (ARRAY['MERGE'::text, 'SPLIT'::text, 'IMPORT'::text])))
);

CREATE TABLE core.languages (
  tag core.langtag NOT NULL,
  iso639_3 text NOT NULL,
  script text NOT NULL,
  direction text NOT NULL,
  name_en text NOT NULL,
  name_native text,
  CONSTRAINT languages_pkey PRIMARY KEY (tag),
  CONSTRAINT languages_direction_check CHECK ((direction = ANY (ARRAY['LTR'::text, 'RTL'::text, 'TTB'::text]))),
  CONSTRAINT languages_iso639_3_check CHECK ((iso639_3 ~ '^[a-z]{3}$'::text)),
  CONSTRAINT languages_name_en_check CHECK (((char_length(name_en) >= 1) AND (char_length(name_en) <= 100))),
  CONSTRAINT languages_name_native_check CHECK (((char_length(name_native) >= 1) AND (char_length(name_native) <= 100))),
  CONSTRAINT languages_script_check CHECK ((script ~ '^[A-Z][a-z]{3}$'::text))
);

CREATE TABLE core.licenses (
  id text NOT NULL,
  name text NOT NULL,
  url text NOT NULL,
  open boolean NOT NULL,
  allows_derivatives boolean NOT NULL,
  allows_commercial boolean NOT NULL,
  requires_attribution boolean NOT NULL,
  share_alike boolean NOT NULL,
  CONSTRAINT licenses_pkey PRIMARY KEY (id),
  CONSTRAINT licenses_id_check CHECK ((id ~ '^[A-Za-z0-9][A-Za-z0-9.+-]{0,63}$'::text))
);

CREATE TABLE core.person_names (
  id uuid NOT NULL,
  person_id uuid NOT NULL,
  language core.langtag NOT NULL,
  name text NOT NULL,
  sort_name text NOT NULL,
  name_kind text DEFAULT 'PRIMARY'::text NOT NULL,
  "position" smallint DEFAULT 0 NOT NULL,
  CONSTRAINT person_names_pkey PRIMARY KEY (id),
  CONSTRAINT person_names_person_id_language_name_key UNIQUE (person_id, language, name),
  CONSTRAINT person_names_language_fkey FOREIGN KEY (language) REFERENCES core.languages(tag),
  CONSTRAINT person_names_person_id_fkey FOREIGN KEY (person_id) REFERENCES core.persons(id),
  CONSTRAINT person_names_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
  CONSTRAINT person_names_name_kind_check CHECK ((name_kind = ANY (ARRAY['PRIMARY'::text, 'ALIAS'::text, 'PEN_NAME'::text, 'BIRTH'::text, 'TRANSLITERATION'::text, 'SEARCH_HINT'::text]))),
  CONSTRAINT person_names_sort_name_check CHECK (((char_length(sort_name) >= 1) AND (char_length(sort_name) <= 200)))
);

CREATE TABLE core.persons (
  id uuid NOT NULL,
  kind text GENERATED ALWAYS AS ('PERSON'::text) STORED NOT NULL,
  person_kind text DEFAULT 'INDIVIDUAL'::text NOT NULL,
  birth_edtf core.edtf,
  death_edtf core.edtf,
  birth_year integer,
  death_year integer,
  floruit text,
  birth_place text,
  death_place text,
  country_code text,
  bio text,
  claimed_by uuid,
  status text DEFAULT 'PUBLISHED'::text NOT NULL,
  version integer DEFAULT 1 NOT NULL,
  created_by uuid,
  updated_by uuid,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  deleted_at timestamp with time zone,
  deleted_by uuid,
  CONSTRAINT persons_pkey PRIMARY KEY (id),
  CONSTRAINT persons_claimed_by_key UNIQUE (claimed_by),
  CONSTRAINT persons_claimed_by_fkey FOREIGN KEY (claimed_by) REFERENCES auth.users(id),
  CONSTRAINT persons_country_code_fkey FOREIGN KEY (country_code) REFERENCES core.countries(code),
  CONSTRAINT persons_created_by_fkey FOREIGN KEY (created_by) REFERENCES auth.users(id),
  CONSTRAINT persons_deleted_by_fkey FOREIGN KEY (deleted_by) REFERENCES auth.users(id),
  CONSTRAINT persons_id_kind_fkey FOREIGN KEY (id, kind) REFERENCES core.subjects(id, kind),
  CONSTRAINT persons_updated_by_fkey FOREIGN KEY (updated_by) REFERENCES auth.users(id),
  CONSTRAINT persons_bio_check CHECK ((char_length(bio) <= 10000)),
  CONSTRAINT persons_birth_place_check CHECK ((char_length(birth_place) <= 200)),
  CONSTRAINT persons_birth_year_check CHECK ((birth_year <> 0)),
  CONSTRAINT persons_check CHECK ((death_year >= birth_year)),
  CONSTRAINT persons_death_place_check CHECK ((char_length(death_place) <= 200)),
  CONSTRAINT persons_death_year_check CHECK ((death_year <> 0)),
  CONSTRAINT persons_floruit_check CHECK ((char_length(floruit) <= 100)),
  CONSTRAINT persons_person_kind_check CHECK ((person_kind = ANY (ARRAY['INDIVIDUAL'::text, 'GROUP'::text, 'ANONYMOUS'::text, 'TRADITIONAL'::text]))),
  CONSTRAINT persons_status_check CHECK ((status = ANY (ARRAY['DRAFT'::text, 'PUBLISHED'::text, 'WITHHELD'::text]))),
  CONSTRAINT persons_version_check CHECK ((version > 0))
);

CREATE TABLE core.revisions (
  subject_id uuid NOT NULL,
  version integer NOT NULL,
  snapshot jsonb NOT NULL,
  patch jsonb,
  actor_id uuid,
  message text,
  request_id text,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  contribution_id uuid,
  CONSTRAINT revisions_pkey PRIMARY KEY (subject_id, version),
  CONSTRAINT revisions_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES auth.users(id),
  CONSTRAINT revisions_contribution_id_fkey FOREIGN KEY (contribution_id) REFERENCES core.contributions(id),
  CONSTRAINT revisions_subject_id_fkey FOREIGN KEY (subject_id) REFERENCES core.subjects(id),
  CONSTRAINT revisions_message_check CHECK ((char_length(message) <= 500)),
  CONSTRAINT revisions_request_id_check CHECK ((char_length(request_id) <= 100)),
  CONSTRAINT revisions_version_check CHECK ((version > 0))
);

CREATE TABLE core.rights (
  id uuid NOT NULL,
  subject_id uuid NOT NULL,
  jurisdiction text DEFAULT '*'::text NOT NULL,
  status text NOT NULL,
  license_id text,
  holder text,
  statement_uri text,
  public_domain_from integer,
  basis text,
  evidence_url text,
  determined_by uuid,
  determined_at timestamp with time zone DEFAULT now() NOT NULL,
  version integer DEFAULT 1 NOT NULL,
  CONSTRAINT rights_pkey PRIMARY KEY (id),
  CONSTRAINT rights_subject_id_jurisdiction_key UNIQUE (subject_id, jurisdiction),
  CONSTRAINT rights_determined_by_fkey FOREIGN KEY (determined_by) REFERENCES auth.users(id),
  CONSTRAINT rights_license_id_fkey FOREIGN KEY (license_id) REFERENCES core.licenses(id),
  CONSTRAINT rights_subject_id_fkey FOREIGN KEY (subject_id) REFERENCES core.subjects(id),
  CONSTRAINT rights_basis_check CHECK ((char_length(basis) <= 2000)),
  CONSTRAINT rights_check CHECK (((status <> 'LICENSED'::text) OR (license_id IS NOT NULL))),
  CONSTRAINT rights_evidence_url_check CHECK ((char_length(evidence_url) <= 500)),
  CONSTRAINT rights_holder_check CHECK ((char_length(holder) <= 300)),
  CONSTRAINT rights_jurisdiction_check CHECK (((jurisdiction = '*'::text) OR (jurisdiction ~ '^[A-Z]{2}$'::text))),
  CONSTRAINT rights_statement_uri_check CHECK ((char_length(statement_uri) <= 500)),
  CONSTRAINT rights_status_check CHECK ((status = ANY (ARRAY['PUBLIC_DOMAIN'::text, 'LICENSED'::text, 'IN_COPYRIGHT'::text, 'PERMISSION'::text, 'ORPHAN'::text, 'UNKNOWN'::text]))),
  CONSTRAINT rights_version_check CHECK ((version > 0))
);

CREATE TABLE core.series (
  id uuid NOT NULL,
  slug core.slug NOT NULL,
  title text NOT NULL,
  language core.langtag,
  CONSTRAINT series_pkey PRIMARY KEY (id),
  CONSTRAINT series_slug_key UNIQUE (slug),
  CONSTRAINT series_language_fkey FOREIGN KEY (language) REFERENCES core.languages(tag),
  CONSTRAINT series_title_check CHECK (((char_length(title) >= 1) AND (char_length(title) <= 300)))
);

CREATE TABLE core.slugs (
  kind text NOT NULL,
  scope_id uuid DEFAULT '00000000-0000-0000-0000-000000000000'::uuid NOT NULL,
  slug core.slug NOT NULL,
  subject_id uuid NOT NULL,
  is_current boolean DEFAULT true NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT slugs_pkey PRIMARY KEY (kind, scope_id, slug),
  CONSTRAINT slugs_subject_id_kind_fkey FOREIGN KEY (subject_id, kind) REFERENCES core.subjects(id, kind),
  CONSTRAINT slugs_check CHECK (((kind = ANY (ARRAY['EXPRESSION'::text, 'COLLECTION'::text])) OR (scope_id = '00000000-0000-0000-0000-000000000000'::uuid)))
);

CREATE TABLE core.subject_categories (
  subject_id uuid NOT NULL,
  category_id uuid NOT NULL,
  CONSTRAINT subject_categories_pkey PRIMARY KEY (subject_id, category_id),
  CONSTRAINT subject_categories_category_id_fkey FOREIGN KEY (category_id) REFERENCES core.categories(id),
  CONSTRAINT subject_categories_subject_id_fkey FOREIGN KEY (subject_id) REFERENCES core.subjects(id)
);

CREATE TABLE core.subject_tags (
  subject_id uuid NOT NULL,
  tag_id uuid NOT NULL,
  tagged_by uuid,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT subject_tags_pkey PRIMARY KEY (subject_id, tag_id),
  CONSTRAINT subject_tags_subject_id_fkey FOREIGN KEY (subject_id) REFERENCES core.subjects(id),
  CONSTRAINT subject_tags_tag_id_fkey FOREIGN KEY (tag_id) REFERENCES core.tags(id),
  CONSTRAINT subject_tags_tagged_by_fkey FOREIGN KEY (tagged_by) REFERENCES auth.users(id)
);

CREATE TABLE core.subjects (
  id uuid NOT NULL,
  kind text NOT NULL,
  public_id text GENERATED ALWAYS AS (core.typeid(kind, id)) STORED NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT subjects_pkey PRIMARY KEY (id),
  CONSTRAINT subjects_id_kind_key UNIQUE (id, kind),
  CONSTRAINT subjects_public_id_key UNIQUE (public_id),
  CONSTRAINT subjects_kind_check CHECK ((kind = ANY (ARRAY['WORK'::text, 'EXPRESSION'::text, 'PERSON'::text, 'USER'::text, 'TAG'::text, 'CATEGORY'::text, 'COLLECTION'::text, 'COMMENT'::text, 'ALIGNMENT'::text, 'CONTRIBUTION'::text])))
);

CREATE TABLE core.tags (
  id uuid NOT NULL,
  kind text GENERATED ALWAYS AS ('TAG'::text) STORED NOT NULL,
  name text NOT NULL,
  name_canonical text NOT NULL,
  tag_kind text DEFAULT 'FREEFORM'::text NOT NULL,
  synonym_of uuid,
  status text DEFAULT 'ACTIVE'::text NOT NULL,
  version integer DEFAULT 1 NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT tags_pkey PRIMARY KEY (id),
  CONSTRAINT tags_name_canonical_key UNIQUE (name_canonical),
  CONSTRAINT tags_id_kind_fkey FOREIGN KEY (id, kind) REFERENCES core.subjects(id, kind),
  CONSTRAINT tags_synonym_of_fkey FOREIGN KEY (synonym_of) REFERENCES core.tags(id),
  CONSTRAINT tags_check CHECK ((synonym_of <> id)),
  CONSTRAINT tags_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
  CONSTRAINT tags_status_check CHECK ((status = ANY (ARRAY['ACTIVE'::text, 'PENDING'::text, 'BANNED'::text]))),
  CONSTRAINT tags_tag_kind_check CHECK ((tag_kind = ANY (ARRAY['FREEFORM'::text, 'THEME'::text, 'MOTIF'::text, 'PERIOD'::text, 'MOVEMENT'::text, 'CHARACTER'::text, 'WARNING'::text]))),
  CONSTRAINT tags_version_check CHECK ((version > 0))
);

CREATE TABLE core.term_documents (
  language text NOT NULL,
  term text COLLATE "C" NOT NULL,
  documents integer NOT NULL,
  CONSTRAINT term_documents_pkey PRIMARY KEY (language, term),
  CONSTRAINT term_documents_documents_check CHECK ((documents > 0))
);

CREATE TABLE core.text_analyses (
  expression_id uuid NOT NULL,
  revision integer NOT NULL,
  analyzer integer NOT NULL,
  language core.langtag NOT NULL,
  detected_language core.langtag,
  coverage double precision NOT NULL,
  types integer,
  corpus integer DEFAULT 0 NOT NULL,
  measures jsonb NOT NULL,
  keywords jsonb NOT NULL,
  stanzas jsonb NOT NULL,
  analyzed_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT text_analyses_pkey PRIMARY KEY (expression_id, revision, analyzer),
  CONSTRAINT text_analyses_expression_id_revision_fkey FOREIGN KEY (expression_id, revision) REFERENCES core.text_revisions(expression_id, revision),
  CONSTRAINT text_analyses_analyzer_check CHECK ((analyzer > 0)),
  CONSTRAINT text_analyses_corpus_check CHECK ((corpus >= 0)),
  CONSTRAINT text_analyses_coverage_check CHECK (((coverage >= (0)::double precision) AND (coverage <= (1)::double precision))),
  CONSTRAINT text_analyses_keywords_check CHECK ((jsonb_typeof(keywords) = 'array'::text)),
  CONSTRAINT text_analyses_measures_check CHECK ((jsonb_typeof(measures) = 'array'::text)),
  CONSTRAINT text_analyses_stanzas_check CHECK ((jsonb_typeof(stanzas) = 'array'::text)),
  CONSTRAINT text_analyses_types_check CHECK ((types >= 0))
);

CREATE TABLE core.text_lines (
  expression_id uuid NOT NULL,
  seq integer NOT NULL,
  line_key uuid NOT NULL,
  ref text NOT NULL,
  unit_id uuid,
  line_kind text DEFAULT 'VERSE'::text NOT NULL,
  stanza_start boolean DEFAULT false NOT NULL,
  speaker text,
  content text NOT NULL,
  CONSTRAINT text_lines_pkey PRIMARY KEY (expression_id, seq) DEFERRABLE,
  CONSTRAINT text_lines_expression_id_ref_key UNIQUE (expression_id, ref) DEFERRABLE,
  CONSTRAINT text_lines_line_key_key UNIQUE (line_key) DEFERRABLE,
  CONSTRAINT text_lines_expression_id_fkey FOREIGN KEY (expression_id) REFERENCES core.expressions(id),
  CONSTRAINT text_lines_expression_id_unit_id_fkey FOREIGN KEY (expression_id, unit_id) REFERENCES core.text_units(expression_id, id),
  CONSTRAINT text_lines_content_check CHECK ((char_length(content) <= 100000)),
  CONSTRAINT text_lines_line_kind_check CHECK ((line_kind = ANY (ARRAY['VERSE'::text, 'PROSE'::text, 'HEADING'::text, 'SPEAKER'::text, 'STAGE'::text, 'NOTE'::text]))),
  CONSTRAINT text_lines_ref_check CHECK (((char_length(ref) <= 80) AND (ref ~ '^[0-9A-Za-z]+(\.[0-9A-Za-z]+)*$'::text))),
  CONSTRAINT text_lines_seq_check CHECK ((seq > 0)),
  CONSTRAINT text_lines_speaker_check CHECK ((char_length(speaker) <= 200))
);

CREATE TABLE core.text_revisions (
  expression_id uuid NOT NULL,
  revision integer NOT NULL,
  content_hash bytea NOT NULL,
  lines jsonb NOT NULL,
  line_count integer NOT NULL,
  message text,
  actor_id uuid,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  contribution_id uuid,
  CONSTRAINT text_revisions_pkey PRIMARY KEY (expression_id, revision),
  CONSTRAINT text_revisions_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES auth.users(id),
  CONSTRAINT text_revisions_contribution_id_fkey FOREIGN KEY (contribution_id) REFERENCES core.contributions(id),
  CONSTRAINT text_revisions_expression_id_fkey FOREIGN KEY (expression_id) REFERENCES core.expressions(id),
  CONSTRAINT text_revisions_line_count_check CHECK ((line_count >= 0)),
  CONSTRAINT text_revisions_lines_check CHECK ((jsonb_typeof(lines) = 'array'::text)),
  CONSTRAINT text_revisions_message_check CHECK ((char_length(message) <= 500)),
  CONSTRAINT text_revisions_revision_check CHECK ((revision > 0))
);

CREATE TABLE core.text_units (
  id uuid NOT NULL,
  expression_id uuid NOT NULL,
  parent_id uuid,
  ordinal integer NOT NULL,
  unit_kind text NOT NULL,
  ref text NOT NULL,
  label text,
  CONSTRAINT text_units_pkey PRIMARY KEY (id),
  CONSTRAINT text_units_expression_id_id_key UNIQUE (expression_id, id),
  CONSTRAINT text_units_expression_id_ref_key UNIQUE (expression_id, ref),
  CONSTRAINT text_units_expression_id_fkey FOREIGN KEY (expression_id) REFERENCES core.expressions(id),
  CONSTRAINT text_units_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES core.text_units(id),
  CONSTRAINT text_units_label_check CHECK ((char_length(label) <= 300)),
  CONSTRAINT text_units_ref_check CHECK (((char_length(ref) <= 60) AND (ref ~ '^[0-9A-Za-z]+(\.[0-9A-Za-z]+)*$'::text))),
  CONSTRAINT text_units_unit_kind_check CHECK ((unit_kind = ANY (ARRAY['BOOK'::text, 'PART'::text, 'CHAPTER'::text, 'CANTO'::text, 'ACT'::text, 'SCENE'::text, 'POEM'::text, 'STANZA'::text, 'PARAGRAPH'::text, 'SECTION'::text])))
);

CREATE TABLE core.text_vocabularies (
  expression_id uuid NOT NULL,
  revision integer NOT NULL,
  language text NOT NULL,
  terms text[] NOT NULL,
  CONSTRAINT text_vocabularies_pkey PRIMARY KEY (expression_id),
  CONSTRAINT text_vocabularies_expression_id_fkey FOREIGN KEY (expression_id) REFERENCES core.expressions(id),
  CONSTRAINT text_vocabularies_language_check CHECK ((language ~ '^[a-z]{2,3}$'::text)),
  CONSTRAINT text_vocabularies_revision_check CHECK ((revision > 0))
);

CREATE TABLE core.work_contributors (
  work_id uuid NOT NULL,
  person_id uuid NOT NULL,
  role text NOT NULL,
  "position" smallint DEFAULT 0 NOT NULL,
  credited_as text,
  certainty text DEFAULT 'CERTAIN'::text NOT NULL,
  CONSTRAINT work_contributors_pkey PRIMARY KEY (work_id, person_id, role),
  CONSTRAINT work_contributors_person_id_fkey FOREIGN KEY (person_id) REFERENCES core.persons(id),
  CONSTRAINT work_contributors_work_id_fkey FOREIGN KEY (work_id) REFERENCES core.works(id),
  CONSTRAINT work_contributors_certainty_check CHECK ((certainty = ANY (ARRAY['CERTAIN'::text, 'PROBABLE'::text, 'DISPUTED'::text, 'SPURIOUS'::text]))),
  CONSTRAINT work_contributors_credited_as_check CHECK ((char_length(credited_as) <= 200)),
  CONSTRAINT work_contributors_role_check CHECK ((role = ANY (ARRAY['AUTHOR'::text, 'ATTRIBUTED'::text, 'COLLECTOR'::text, 'EDITOR'::text, 'DEDICATEE'::text, 'COMPOSER'::text])))
);

CREATE TABLE core.work_titles (
  id uuid NOT NULL,
  work_id uuid NOT NULL,
  language core.langtag NOT NULL,
  title text NOT NULL,
  subtitle text,
  sort_title text NOT NULL,
  title_kind text DEFAULT 'PRIMARY'::text NOT NULL,
  "position" smallint DEFAULT 0 NOT NULL,
  CONSTRAINT work_titles_pkey PRIMARY KEY (id),
  CONSTRAINT work_titles_work_id_language_title_key UNIQUE (work_id, language, title),
  CONSTRAINT work_titles_language_fkey FOREIGN KEY (language) REFERENCES core.languages(tag),
  CONSTRAINT work_titles_work_id_fkey FOREIGN KEY (work_id) REFERENCES core.works(id),
  CONSTRAINT work_titles_sort_title_check CHECK (((char_length(sort_title) >= 1) AND (char_length(sort_title) <= 300))),
  CONSTRAINT work_titles_subtitle_check CHECK ((char_length(subtitle) <= 300)),
  CONSTRAINT work_titles_title_check CHECK (((char_length(title) >= 1) AND (char_length(title) <= 300))),
  CONSTRAINT work_titles_title_kind_check CHECK ((title_kind = ANY (ARRAY['PRIMARY'::text, 'ORIGINAL'::text, 'ALTERNATIVE'::text, 'INCIPIT'::text, 'TRANSLITERATION'::text])))
);

CREATE TABLE core.works (
  id uuid NOT NULL,
  kind text GENERATED ALWAYS AS ('WORK'::text) STORED NOT NULL,
  original_language core.langtag NOT NULL,
  literature_type text NOT NULL,
  created_edtf core.edtf,
  year_from integer,
  year_to integer,
  description text,
  series_id uuid,
  series_position integer,
  status text DEFAULT 'DRAFT'::text NOT NULL,
  published_at timestamp with time zone,
  version integer DEFAULT 1 NOT NULL,
  created_by uuid,
  updated_by uuid,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  deleted_at timestamp with time zone,
  deleted_by uuid,
  CONSTRAINT works_pkey PRIMARY KEY (id),
  CONSTRAINT works_created_by_fkey FOREIGN KEY (created_by) REFERENCES auth.users(id),
  CONSTRAINT works_deleted_by_fkey FOREIGN KEY (deleted_by) REFERENCES auth.users(id),
  CONSTRAINT works_id_kind_fkey FOREIGN KEY (id, kind) REFERENCES core.subjects(id, kind),
  CONSTRAINT works_original_language_fkey FOREIGN KEY (original_language) REFERENCES core.languages(tag),
  CONSTRAINT works_series_id_fkey FOREIGN KEY (series_id) REFERENCES core.series(id),
  CONSTRAINT works_updated_by_fkey FOREIGN KEY (updated_by) REFERENCES auth.users(id),
  CONSTRAINT works_check CHECK ((year_to >= year_from)),
  CONSTRAINT works_check1 CHECK (((series_position IS NULL) OR (series_id IS NOT NULL))),
  CONSTRAINT works_check2 CHECK (((status <> 'PUBLISHED'::text) OR (published_at IS NOT NULL))),
  CONSTRAINT works_description_check CHECK ((char_length(description) <= 5000)),
  CONSTRAINT works_literature_type_check CHECK ((literature_type = ANY (ARRAY['POETRY'::text, 'PROSE'::text, 'DRAMA'::text, 'ESSAY'::text, 'LETTER'::text, 'ORAL'::text, 'OTHER'::text]))),
  CONSTRAINT works_series_position_check CHECK ((series_position > 0)),
  CONSTRAINT works_status_check CHECK ((status = ANY (ARRAY['DRAFT'::text, 'PUBLISHED'::text, 'UNPUBLISHED'::text, 'WITHHELD'::text]))),
  CONSTRAINT works_version_check CHECK ((version > 0)),
  CONSTRAINT works_year_from_check CHECK ((year_from <> 0)),
  CONSTRAINT works_year_to_check CHECK ((year_to <> 0))
);

CREATE TABLE auth.credentials (
  user_id uuid NOT NULL,
  password_phc text NOT NULL,
  pepper_id text NOT NULL,
  changed_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT credentials_pkey PRIMARY KEY (user_id),
  CONSTRAINT credentials_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id),
  CONSTRAINT credentials_password_phc_check CHECK ((password_phc ~~ '$argon2id$%'::text)),
  CONSTRAINT credentials_pepper_id_check CHECK (((char_length(pepper_id) >= 1) AND (char_length(pepper_id) <= 40)))
);

CREATE TABLE auth.jwt_keys (
  kid text NOT NULL,
  public_jwk jsonb NOT NULL,
  private_enc bytea NOT NULL,
  status text NOT NULL,
  activated_at timestamp with time zone NOT NULL,
  retire_at timestamp with time zone,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT jwt_keys_pkey PRIMARY KEY (kid),
  CONSTRAINT jwt_keys_kid_check CHECK (((char_length(kid) >= 8) AND (char_length(kid) <= 64))),
  CONSTRAINT jwt_keys_status_check CHECK ((status = ANY (ARRAY['NEXT'::text, 'ACTIVE'::text, 'RETIRING'::text, 'RETIRED'::text])))
);

CREATE TABLE auth.login_failures (
  login_hash bytea NOT NULL,
  failures integer NOT NULL,
  last_at timestamp with time zone DEFAULT now() NOT NULL,
  locked_until timestamp with time zone,
  CONSTRAINT login_failures_pkey PRIMARY KEY (login_hash),
  CONSTRAINT login_failures_failures_check CHECK ((failures > 0)),
  CONSTRAINT login_failures_login_hash_check CHECK ((octet_length(login_hash) = 32))
);

CREATE TABLE auth.one_time_tokens (
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  purpose text NOT NULL,
  token_hash bytea NOT NULL,
  email text,
  expires_at timestamp with time zone NOT NULL,
  consumed_at timestamp with time zone,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT one_time_tokens_pkey PRIMARY KEY (id),
  CONSTRAINT one_time_tokens_token_hash_key UNIQUE (token_hash),
  CONSTRAINT one_time_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id),
  CONSTRAINT one_time_tokens_email_check CHECK ((char_length(email) <= 254)),
  CONSTRAINT one_time_tokens_purpose_check CHECK ((purpose = ANY (ARRAY['EMAIL_VERIFY'::text, 'PASSWORD_RESET'::text, 'EMAIL_CHANGE'::text]))),
  CONSTRAINT one_time_tokens_token_hash_check CHECK ((octet_length(token_hash) = 32))
);

CREATE TABLE auth.peppers (
  id text NOT NULL,
  proof bytea NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT peppers_pkey PRIMARY KEY (id),
  CONSTRAINT peppers_id_check CHECK (((char_length(id) >= 1) AND (char_length(id) <= 32))),
  CONSTRAINT peppers_proof_check CHECK ((octet_length(proof) = 32))
);

CREATE TABLE auth.refresh_tokens (
  id uuid NOT NULL,
  session_id uuid NOT NULL,
  token_hash bytea NOT NULL,
  parent_id uuid,
  issued_at timestamp with time zone DEFAULT now() NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  used_at timestamp with time zone,
  grace_until timestamp with time zone,
  CONSTRAINT refresh_tokens_pkey PRIMARY KEY (id),
  CONSTRAINT refresh_tokens_parent_id_key UNIQUE (parent_id),
  CONSTRAINT refresh_tokens_token_hash_key UNIQUE (token_hash),
  CONSTRAINT refresh_tokens_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES auth.refresh_tokens(id) ON DELETE CASCADE,
  CONSTRAINT refresh_tokens_session_id_fkey FOREIGN KEY (session_id) REFERENCES auth.sessions(id) ON DELETE CASCADE,
  CONSTRAINT refresh_tokens_token_hash_check CHECK ((octet_length(token_hash) = 32))
);

CREATE TABLE auth.reviewer_languages (
  user_id uuid NOT NULL,
  language core.langtag NOT NULL,
  CONSTRAINT reviewer_languages_pkey PRIMARY KEY (user_id, language),
  CONSTRAINT reviewer_languages_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id)
);

CREATE TABLE auth.security_events (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  user_id uuid,
  event text NOT NULL,
  ip inet,
  user_agent text,
  at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT security_events_pkey PRIMARY KEY (id),
  CONSTRAINT security_events_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id),
  CONSTRAINT security_events_event_check CHECK (((char_length(event) >= 1) AND (char_length(event) <= 60))),
  CONSTRAINT security_events_user_agent_check CHECK ((char_length(user_agent) <= 512))
);

CREATE TABLE auth.sessions (
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  mode text NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  last_seen_at timestamp with time zone DEFAULT now() NOT NULL,
  idle_expires_at timestamp with time zone NOT NULL,
  absolute_expires_at timestamp with time zone NOT NULL,
  reauth_at timestamp with time zone,
  ip inet,
  user_agent text,
  revoked_at timestamp with time zone,
  revoke_reason text,
  CONSTRAINT sessions_pkey PRIMARY KEY (id),
  CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id),
  CONSTRAINT sessions_check CHECK ((idle_expires_at <= absolute_expires_at)),
  CONSTRAINT sessions_mode_check CHECK ((mode = ANY (ARRAY['COOKIE'::text, 'BEARER'::text]))),
  CONSTRAINT sessions_revoke_reason_check CHECK ((char_length(revoke_reason) <= 60)),
  CONSTRAINT sessions_user_agent_check CHECK ((char_length(user_agent) <= 512))
);

CREATE TABLE auth.signature_nonces (
  key_id uuid NOT NULL,
  nonce text NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT signature_nonces_pkey PRIMARY KEY (key_id, nonce),
  CONSTRAINT signature_nonces_key_id_fkey FOREIGN KEY (key_id) REFERENCES auth.signing_keys(id) ON DELETE CASCADE,
  CONSTRAINT signature_nonces_nonce_check CHECK (((char_length(nonce) >= 8) AND (char_length(nonce) <= 128)))
);

CREATE TABLE auth.signing_keys (
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  alg text NOT NULL,
  public_key bytea NOT NULL,
  label text NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  revoked_at timestamp with time zone,
  CONSTRAINT signing_keys_pkey PRIMARY KEY (id),
  CONSTRAINT signing_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id),
  CONSTRAINT signing_keys_alg_check CHECK ((alg = 'ED25519'::text)),
  CONSTRAINT signing_keys_label_check CHECK (((char_length(label) >= 1) AND (char_length(label) <= 80))),
  CONSTRAINT signing_keys_public_key_check CHECK ((octet_length(public_key) = 32))
);

CREATE TABLE auth.user_roles (
  user_id uuid NOT NULL,
  role text NOT NULL,
  granted_by uuid,
  granted_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT user_roles_pkey PRIMARY KEY (user_id, role),
  CONSTRAINT user_roles_granted_by_fkey FOREIGN KEY (granted_by) REFERENCES auth.users(id),
  CONSTRAINT user_roles_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id),
  CONSTRAINT user_roles_role_check CHECK ((role = ANY (ARRAY['CONTRIBUTOR'::text, 'REVIEWER'::text, 'EDITOR'::text, 'ADMIN'::text])))
);

CREATE TABLE auth.users (
  id uuid NOT NULL,
  kind text GENERATED ALWAYS AS ('USER'::text) STORED NOT NULL,
  username text NOT NULL,
  username_canonical text NOT NULL,
  email text,
  email_canonical text,
  email_verified_at timestamp with time zone,
  status text DEFAULT 'PENDING'::text NOT NULL,
  auth_epoch integer DEFAULT 1 NOT NULL,
  locale text DEFAULT 'en'::text NOT NULL,
  last_login_at timestamp with time zone,
  suspended_until timestamp with time zone,
  suspended_reason text,
  delete_after timestamp with time zone,
  erase_content boolean DEFAULT false NOT NULL,
  version integer DEFAULT 1 NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  deleted_at timestamp with time zone,
  CONSTRAINT users_pkey PRIMARY KEY (id),
  CONSTRAINT users_username_canonical_key UNIQUE (username_canonical),
  CONSTRAINT users_id_kind_fkey FOREIGN KEY (id, kind) REFERENCES core.subjects(id, kind),
  CONSTRAINT users_auth_epoch_check CHECK ((auth_epoch > 0)),
  CONSTRAINT users_check CHECK (((email IS NULL) = (email_canonical IS NULL))),
  CONSTRAINT users_email_check CHECK ((char_length(email) <= 254)),
  CONSTRAINT users_locale_check CHECK ((char_length(locale) <= 35)),
  CONSTRAINT users_status_check CHECK ((status = ANY (ARRAY['PENDING'::text, 'ACTIVE'::text, 'SUSPENDED'::text, 'LOCKED'::text, 'DELETED'::text]))),
  CONSTRAINT users_suspended_reason_check CHECK ((char_length(suspended_reason) <= 1000)),
  CONSTRAINT users_username_check CHECK ((username ~ '^[A-Za-z0-9_]{3,30}$'::text)),
  CONSTRAINT users_version_check CHECK ((version > 0))
);

CREATE TABLE social.bookmarks (
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  subject_id uuid NOT NULL,
  line_key uuid,
  ref text,
  note text,
  labels text[] DEFAULT '{}'::text[] NOT NULL,
  private boolean DEFAULT true NOT NULL,
  version integer DEFAULT 1 NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT bookmarks_pkey PRIMARY KEY (id),
  CONSTRAINT bookmarks_user_id_subject_id_line_key_key UNIQUE NULLS NOT DISTINCT (user_id, subject_id, line_key),
  CONSTRAINT bookmarks_subject_id_fkey FOREIGN KEY (subject_id) REFERENCES core.subjects(id),
  CONSTRAINT bookmarks_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id),
  CONSTRAINT bookmarks_labels_check CHECK ((cardinality(labels) <= 20)),
  CONSTRAINT bookmarks_note_check CHECK ((char_length(note) <= 5000)),
  CONSTRAINT bookmarks_ref_check CHECK ((char_length(ref) <= 80)),
  CONSTRAINT bookmarks_version_check CHECK ((version > 0))
);

CREATE TABLE social.collection_items (
  collection_id uuid NOT NULL,
  subject_id uuid NOT NULL,
  rank text COLLATE "C" NOT NULL,
  note text,
  added_by uuid,
  approval text DEFAULT 'APPROVED'::text NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT collection_items_pkey PRIMARY KEY (collection_id, subject_id),
  CONSTRAINT collection_items_collection_id_rank_key UNIQUE (collection_id, rank) DEFERRABLE,
  CONSTRAINT collection_items_added_by_fkey FOREIGN KEY (added_by) REFERENCES auth.users(id),
  CONSTRAINT collection_items_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES social.collections(id),
  CONSTRAINT collection_items_subject_id_fkey FOREIGN KEY (subject_id) REFERENCES core.subjects(id),
  CONSTRAINT collection_items_approval_check CHECK ((approval = ANY (ARRAY['PENDING'::text, 'APPROVED'::text, 'REJECTED'::text]))),
  CONSTRAINT collection_items_note_check CHECK ((char_length(note) <= 1000)),
  CONSTRAINT collection_items_rank_check CHECK ((rank ~ '^[0-9A-Za-z]{1,64}$'::text))
);

CREATE TABLE social.collection_members (
  collection_id uuid NOT NULL,
  user_id uuid NOT NULL,
  role text NOT NULL,
  CONSTRAINT collection_members_pkey PRIMARY KEY (collection_id, user_id),
  CONSTRAINT collection_members_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES social.collections(id),
  CONSTRAINT collection_members_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id),
  CONSTRAINT collection_members_role_check CHECK ((role = ANY (ARRAY['EDITOR'::text, 'MODERATOR'::text])))
);

CREATE TABLE social.collections (
  id uuid NOT NULL,
  kind text GENERATED ALWAYS AS ('COLLECTION'::text) STORED NOT NULL,
  owner_id uuid NOT NULL,
  title text NOT NULL,
  description text,
  visibility text DEFAULT 'PRIVATE'::text NOT NULL,
  curation text DEFAULT 'CLOSED'::text NOT NULL,
  version integer DEFAULT 1 NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  deleted_at timestamp with time zone,
  CONSTRAINT collections_pkey PRIMARY KEY (id),
  CONSTRAINT collections_id_kind_fkey FOREIGN KEY (id, kind) REFERENCES core.subjects(id, kind),
  CONSTRAINT collections_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES auth.users(id),
  CONSTRAINT collections_curation_check CHECK ((curation = ANY (ARRAY['CLOSED'::text, 'MODERATED'::text, 'OPEN'::text]))),
  CONSTRAINT collections_description_check CHECK ((char_length(description) <= 5000)),
  CONSTRAINT collections_title_check CHECK (((char_length(title) >= 1) AND (char_length(title) <= 150))),
  CONSTRAINT collections_version_check CHECK ((version > 0)),
  CONSTRAINT collections_visibility_check CHECK ((visibility = ANY (ARRAY['PUBLIC'::text, 'UNLISTED'::text, 'PRIVATE'::text])))
);

CREATE TABLE social.comments (
  id uuid NOT NULL,
  kind text GENERATED ALWAYS AS ('COMMENT'::text) STORED NOT NULL,
  subject_id uuid NOT NULL,
  author_id uuid,
  parent_id uuid,
  root_id uuid NOT NULL,
  depth smallint NOT NULL,
  path text COLLATE "C" NOT NULL,
  body text NOT NULL,
  language core.langtag,
  anchor_line uuid,
  anchor_ref text,
  anchor_revision integer,
  status text DEFAULT 'VISIBLE'::text NOT NULL,
  edited_at timestamp with time zone,
  version integer DEFAULT 1 NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  deleted_at timestamp with time zone,
  CONSTRAINT comments_pkey PRIMARY KEY (id),
  CONSTRAINT comments_author_id_fkey FOREIGN KEY (author_id) REFERENCES auth.users(id),
  CONSTRAINT comments_id_kind_fkey FOREIGN KEY (id, kind) REFERENCES core.subjects(id, kind),
  CONSTRAINT comments_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES social.comments(id),
  CONSTRAINT comments_root_id_fkey FOREIGN KEY (root_id) REFERENCES social.comments(id) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT comments_subject_id_fkey FOREIGN KEY (subject_id) REFERENCES core.subjects(id),
  CONSTRAINT comments_anchor_ref_check CHECK ((char_length(anchor_ref) <= 80)),
  CONSTRAINT comments_anchor_revision_check CHECK ((anchor_revision > 0)),
  CONSTRAINT comments_body_check CHECK ((char_length(body) <= 10000)),
  CONSTRAINT comments_check CHECK (((depth = 0) = (parent_id IS NULL))),
  CONSTRAINT comments_check1 CHECK (((depth = 0) = (root_id = id))),
  CONSTRAINT comments_check2 CHECK ((depth = (char_length(path) - char_length(replace(path, '.'::text, ''::text))))),
  CONSTRAINT comments_depth_check CHECK (((depth >= 0) AND (depth <= 7))),
  CONSTRAINT comments_path_check CHECK (((char_length(path) <= 200) AND (path ~ '^[0-9a-z]+(\.[0-9a-z]+)*$'::text))),
  CONSTRAINT comments_status_check CHECK ((status = ANY (ARRAY['VISIBLE'::text, 'PENDING'::text, 'HIDDEN'::text, 'SPAM'::text, 'DELETED'::text]))),
  CONSTRAINT comments_version_check CHECK ((version > 0))
);

CREATE TABLE social.likes (
  user_id uuid NOT NULL,
  subject_id uuid NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT likes_pkey PRIMARY KEY (user_id, subject_id),
  CONSTRAINT likes_subject_id_fkey FOREIGN KEY (subject_id) REFERENCES core.subjects(id),
  CONSTRAINT likes_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id)
);

CREATE TABLE social.profiles (
  user_id uuid NOT NULL,
  display_name text,
  bio text,
  website text,
  languages jsonb DEFAULT '[]'::jsonb NOT NULL,
  visibility text DEFAULT 'PUBLIC'::text NOT NULL,
  version integer DEFAULT 1 NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT profiles_pkey PRIMARY KEY (user_id),
  CONSTRAINT profiles_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id),
  CONSTRAINT profiles_bio_check CHECK ((char_length(bio) <= 2000)),
  CONSTRAINT profiles_display_name_check CHECK (((char_length(display_name) >= 1) AND (char_length(display_name) <= 80))),
  CONSTRAINT profiles_languages_check CHECK ((jsonb_typeof(languages) = 'array'::text)),
  CONSTRAINT profiles_version_check CHECK ((version > 0)),
  CONSTRAINT profiles_visibility_check CHECK ((visibility = ANY (ARRAY['PUBLIC'::text, 'MEMBERS'::text, 'PRIVATE'::text]))),
  CONSTRAINT profiles_website_check CHECK (((char_length(website) <= 500) AND (website ~ '^https://'::text)))
);

CREATE TABLE social.reports (
  id uuid NOT NULL,
  subject_id uuid NOT NULL,
  reporter_id uuid NOT NULL,
  reason text NOT NULL,
  detail text,
  status text DEFAULT 'OPEN'::text NOT NULL,
  note text,
  resolved_by uuid,
  resolved_at timestamp with time zone,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT reports_pkey PRIMARY KEY (id),
  CONSTRAINT reports_reporter_id_fkey FOREIGN KEY (reporter_id) REFERENCES auth.users(id),
  CONSTRAINT reports_resolved_by_fkey FOREIGN KEY (resolved_by) REFERENCES auth.users(id),
  CONSTRAINT reports_subject_id_fkey FOREIGN KEY (subject_id) REFERENCES core.subjects(id),
  CONSTRAINT reports_check CHECK (((status = 'OPEN'::text) = (resolved_at IS NULL))),
  CONSTRAINT reports_detail_check CHECK ((char_length(detail) <= 5000)),
  CONSTRAINT reports_note_check CHECK ((char_length(note) <= 5000)),
  CONSTRAINT reports_reason_check CHECK ((reason = ANY (ARRAY['SPAM'::text, 'ABUSE'::text, 'COPYRIGHT'::text, 'INACCURATE'::text, 'PRIVACY'::text, 'ILLEGAL'::text, 'OTHER'::text]))),
  CONSTRAINT reports_status_check CHECK ((status = ANY (ARRAY['OPEN'::text, 'ACTIONED'::text, 'DISMISSED'::text])))
);

CREATE TABLE social.search_presets (
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  name text NOT NULL,
  query text,
  filter jsonb DEFAULT '{}'::jsonb NOT NULL,
  filter_schema smallint DEFAULT 1 NOT NULL,
  mode text DEFAULT 'HYBRID'::text NOT NULL,
  shared boolean DEFAULT false NOT NULL,
  notify boolean DEFAULT false NOT NULL,
  version integer DEFAULT 1 NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT search_presets_pkey PRIMARY KEY (id),
  CONSTRAINT search_presets_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id),
  CONSTRAINT search_presets_filter_check CHECK ((octet_length((filter)::text) <= 8192)),
  CONSTRAINT search_presets_mode_check CHECK ((mode = ANY (ARRAY['TEXT'::text, 'VECTOR'::text, 'HYBRID'::text]))),
  CONSTRAINT search_presets_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 80))),
  CONSTRAINT search_presets_query_check CHECK ((char_length(query) <= 200)),
  CONSTRAINT search_presets_version_check CHECK ((version > 0))
);

CREATE TABLE stats.batches (
  id uuid NOT NULL,
  views bigint NOT NULL,
  applied_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT batches_pkey PRIMARY KEY (id),
  CONSTRAINT batches_views_check CHECK ((views >= 0))
);

CREATE TABLE stats.brought (
  subject_id uuid NOT NULL,
  views bigint DEFAULT 0 NOT NULL,
  likes bigint DEFAULT 0 NOT NULL,
  bookmarks bigint DEFAULT 0 NOT NULL,
  CONSTRAINT brought_pkey PRIMARY KEY (subject_id),
  CONSTRAINT brought_subject_id_fkey FOREIGN KEY (subject_id) REFERENCES core.subjects(id),
  CONSTRAINT brought_bookmarks_check CHECK ((bookmarks >= 0)),
  CONSTRAINT brought_likes_check CHECK ((likes >= 0)),
  CONSTRAINT brought_views_check CHECK ((views >= 0))
);

CREATE TABLE stats.daily (
  day date NOT NULL,
  subject_id uuid NOT NULL,
  views integer NOT NULL,
  CONSTRAINT daily_pkey PRIMARY KEY (day, subject_id),
  CONSTRAINT daily_subject_id_fkey FOREIGN KEY (subject_id) REFERENCES core.subjects(id),
  CONSTRAINT daily_views_check CHECK ((views > 0))
);

CREATE TABLE stats.hourly (
  hour timestamp with time zone NOT NULL,
  subject_id uuid NOT NULL,
  views integer NOT NULL,
  CONSTRAINT hourly_pkey PRIMARY KEY (hour, subject_id),
  CONSTRAINT hourly_subject_id_fkey FOREIGN KEY (subject_id) REFERENCES core.subjects(id),
  CONSTRAINT hourly_views_check CHECK ((views > 0))
);

CREATE TABLE stats.popularity (
  stretch text NOT NULL,
  kind text NOT NULL,
  subject_id uuid NOT NULL,
  popularity double precision NOT NULL,
  computed_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT popularity_pkey PRIMARY KEY (stretch, subject_id),
  CONSTRAINT popularity_subject_id_kind_fkey FOREIGN KEY (subject_id, kind) REFERENCES core.subjects(id, kind),
  CONSTRAINT popularity_popularity_check CHECK (((popularity >= (0)::double precision) AND (popularity < 'Infinity'::double precision))),
  CONSTRAINT popularity_stretch_check CHECK ((stretch = ANY (ARRAY['WEEK'::text, 'MONTH'::text, 'YEAR'::text])))
);

CREATE TABLE stats.runs (
  job text NOT NULL,
  finished_at timestamp with time zone NOT NULL,
  took interval NOT NULL,
  changed bigint NOT NULL,
  CONSTRAINT runs_pkey PRIMARY KEY (job),
  CONSTRAINT runs_changed_check CHECK ((changed >= 0)),
  CONSTRAINT runs_job_check CHECK (((char_length(job) >= 1) AND (char_length(job) <= 60)))
);

CREATE TABLE stats.totals (
  subject_id uuid NOT NULL,
  kind text NOT NULL,
  views bigint DEFAULT 0 NOT NULL,
  likes bigint DEFAULT 0 NOT NULL,
  bookmarks bigint DEFAULT 0 NOT NULL,
  comments bigint DEFAULT 0 NOT NULL,
  collections bigint DEFAULT 0 NOT NULL,
  popularity double precision DEFAULT 0 NOT NULL,
  as_of timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT totals_pkey PRIMARY KEY (subject_id),
  CONSTRAINT totals_subject_id_kind_fkey FOREIGN KEY (subject_id, kind) REFERENCES core.subjects(id, kind),
  CONSTRAINT totals_bookmarks_check CHECK ((bookmarks >= 0)),
  CONSTRAINT totals_collections_check CHECK ((collections >= 0)),
  CONSTRAINT totals_comments_check CHECK ((comments >= 0)),
  CONSTRAINT totals_likes_check CHECK ((likes >= 0)),
  CONSTRAINT totals_popularity_check CHECK (((popularity >= (0)::double precision) AND (popularity < 'Infinity'::double precision))),
  CONSTRAINT totals_views_check CHECK ((views >= 0))
);

CREATE TABLE stats.trending (
  period text NOT NULL,
  scope text DEFAULT '*'::text NOT NULL,
  kind text NOT NULL,
  rank integer NOT NULL,
  subject_id uuid NOT NULL,
  score double precision NOT NULL,
  z_score double precision NOT NULL,
  computed_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT trending_pkey PRIMARY KEY (period, scope, kind, rank) DEFERRABLE,
  CONSTRAINT trending_period_scope_kind_subject_id_key UNIQUE (period, scope, kind, subject_id) DEFERRABLE,
  CONSTRAINT trending_subject_id_kind_fkey FOREIGN KEY (subject_id, kind) REFERENCES core.subjects(id, kind),
  CONSTRAINT trending_period_check CHECK ((period = ANY (ARRAY['DAY'::text, 'WEEK'::text, 'MONTH'::text]))),
  CONSTRAINT trending_rank_check CHECK (((rank >= 1) AND (rank <= 500))),
  CONSTRAINT trending_scope_check CHECK ((char_length(scope) <= 35))
);

CREATE TABLE ops.audit_log (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  at timestamp with time zone DEFAULT now() NOT NULL,
  actor_id uuid,
  action text NOT NULL,
  subject_id uuid,
  version integer,
  ip inet,
  request_id text,
  signing_key_id uuid,
  detail jsonb DEFAULT '{}'::jsonb NOT NULL,
  CONSTRAINT audit_log_pkey PRIMARY KEY (id),
  CONSTRAINT audit_log_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES auth.users(id),
  CONSTRAINT audit_log_action_check CHECK (((char_length(action) >= 1) AND (char_length(action) <= 60))),
  CONSTRAINT audit_log_detail_check CHECK ((octet_length((detail)::text) <= 16384)),
  CONSTRAINT audit_log_request_id_check CHECK ((char_length(request_id) <= 100))
);

CREATE TABLE ops.change_candidates (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
  subject_id uuid NOT NULL,
  kind text NOT NULL,
  change text NOT NULL,
  version integer NOT NULL,
  at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT change_candidates_pkey PRIMARY KEY (id),
  CONSTRAINT change_candidates_change_check CHECK ((change = ANY (ARRAY['CREATED'::text, 'UPDATED'::text, 'DELETED'::text])))
);

CREATE TABLE ops.changes (
  seq bigint NOT NULL,
  subject_id uuid NOT NULL,
  kind text NOT NULL,
  change text NOT NULL,
  version integer NOT NULL,
  at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT changes_pkey PRIMARY KEY (seq),
  CONSTRAINT changes_change_check CHECK ((change = ANY (ARRAY['CREATED'::text, 'UPDATED'::text, 'DELETED'::text]))),
  CONSTRAINT changes_seq_check CHECK ((seq > 0))
);

CREATE TABLE ops.documents (
  hash text NOT NULL,
  service text DEFAULT 'READ'::text NOT NULL,
  name text NOT NULL,
  operation_type text DEFAULT 'query'::text NOT NULL,
  source text NOT NULL,
  text_hash text GENERATED ALWAYS AS (ops.sha256_hex(source)) STORED NOT NULL,
  cost integer DEFAULT 0 NOT NULL,
  ttl_s integer DEFAULT 0 NOT NULL,
  status text DEFAULT 'ACTIVE'::text NOT NULL,
  owner_id uuid,
  deprecated_at timestamp with time zone,
  sunset_at timestamp with time zone,
  example jsonb,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT documents_pkey PRIMARY KEY (hash),
  CONSTRAINT documents_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES auth.users(id),
  CONSTRAINT documents_cost_check CHECK (((cost >= 0) AND (cost <= 1000))),
  CONSTRAINT documents_example_check CHECK ((jsonb_typeof(example) = 'object'::text)),
  CONSTRAINT documents_hash_check CHECK ((hash ~ '^([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$'::text)),
  CONSTRAINT documents_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
  CONSTRAINT documents_operation_type_check CHECK ((operation_type = 'query'::text)),
  CONSTRAINT documents_service_check CHECK ((service = 'READ'::text)),
  CONSTRAINT documents_source_check CHECK (((octet_length(source) >= 1) AND (octet_length(source) <= 262144))),
  CONSTRAINT documents_status_check CHECK ((status = ANY (ARRAY['PENDING'::text, 'ACTIVE'::text, 'DEPRECATED'::text, 'BLOCKED'::text]))),
  CONSTRAINT documents_ttl_s_check CHECK ((ttl_s >= 0))
);

CREATE TABLE ops.edges (
  name text NOT NULL,
  done pg_snapshot NOT NULL,
  history text NOT NULL,
  at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT edges_pkey PRIMARY KEY (name),
  CONSTRAINT edges_history_check CHECK (((char_length(history) >= 1) AND (char_length(history) <= 200))),
  CONSTRAINT edges_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 300)))
);

CREATE TABLE ops.idempotency_keys (
  principal text NOT NULL,
  key text NOT NULL,
  request_hash bytea NOT NULL,
  outcome jsonb,
  expires_at timestamp with time zone NOT NULL,
  xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
  CONSTRAINT idempotency_keys_pkey PRIMARY KEY (principal, key),
  CONSTRAINT idempotency_keys_key_check CHECK (((char_length(key) >= 8) AND (char_length(key) <= 128))),
  CONSTRAINT idempotency_keys_principal_check CHECK ((char_length(principal) <= 100)),
  CONSTRAINT idempotency_keys_request_hash_check CHECK ((octet_length(request_hash) = 32))
);

CREATE TABLE ops.import_runs (
  id uuid NOT NULL,
  source text NOT NULL,
  digest text,
  status text DEFAULT 'RUNNING'::text NOT NULL,
  stage text,
  counts jsonb DEFAULT '{}'::jsonb NOT NULL,
  problems jsonb DEFAULT '[]'::jsonb NOT NULL,
  started_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  finished_at timestamp with time zone,
  CONSTRAINT import_runs_pkey PRIMARY KEY (id),
  CONSTRAINT import_runs_check CHECK (((status = 'RUNNING'::text) = (finished_at IS NULL))),
  CONSTRAINT import_runs_digest_check CHECK ((char_length(digest) <= 128)),
  CONSTRAINT import_runs_source_check CHECK ((char_length(source) <= 1000)),
  CONSTRAINT import_runs_stage_check CHECK ((char_length(stage) <= 100)),
  CONSTRAINT import_runs_status_check CHECK ((status = ANY (ARRAY['RUNNING'::text, 'DONE'::text, 'FAILED'::text])))
);

CREATE TABLE ops.outbox (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
  tags text[] NOT NULL,
  at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  hard boolean DEFAULT false NOT NULL,
  CONSTRAINT outbox_pkey PRIMARY KEY (id),
  CONSTRAINT outbox_tags_check CHECK ((cardinality(tags) > 0))
);

CREATE TABLE view.category (
  id uuid NOT NULL,
  public_id text NOT NULL,
  path text COLLATE "C" NOT NULL,
  slug text NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  names jsonb NOT NULL,
  names_by_language jsonb NOT NULL,
  parent_id uuid,
  ancestor_ids uuid[] NOT NULL,
  depth integer NOT NULL,
  ordinal integer NOT NULL,
  work_count integer NOT NULL,
  version integer NOT NULL,
  CONSTRAINT category_pkey PRIMARY KEY (id),
  CONSTRAINT category_path_key UNIQUE (path) DEFERRABLE,
  CONSTRAINT category_public_id_key UNIQUE (public_id)
);

CREATE TABLE view.collection (
  id uuid NOT NULL,
  public_id text NOT NULL,
  owner_id uuid,
  owner_username text,
  slug text NOT NULL,
  title text NOT NULL,
  description text,
  visibility text NOT NULL,
  curation text NOT NULL,
  item_count integer NOT NULL,
  popularity double precision NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  version integer NOT NULL,
  CONSTRAINT collection_pkey PRIMARY KEY (id),
  CONSTRAINT collection_owner_id_slug_key UNIQUE (owner_id, slug) DEFERRABLE,
  CONSTRAINT collection_public_id_key UNIQUE (public_id)
);

CREATE TABLE view.collection_item (
  collection_id uuid NOT NULL,
  rank text COLLATE "C" NOT NULL,
  subject_id uuid NOT NULL,
  kind text NOT NULL,
  note text,
  added_at timestamp with time zone NOT NULL,
  CONSTRAINT collection_item_pkey PRIMARY KEY (collection_id, subject_id)
);

CREATE TABLE view.comment (
  id uuid NOT NULL,
  public_id text NOT NULL,
  subject_id uuid NOT NULL,
  root_id uuid NOT NULL,
  parent_id uuid,
  depth integer NOT NULL,
  path text COLLATE "C" NOT NULL,
  author_id uuid,
  body text NOT NULL,
  anchor_ref text,
  anchor_revision integer,
  status text NOT NULL,
  reply_count integer NOT NULL,
  like_count integer NOT NULL,
  created_at timestamp with time zone NOT NULL,
  edited_at timestamp with time zone,
  version integer NOT NULL,
  CONSTRAINT comment_pkey PRIMARY KEY (id),
  CONSTRAINT comment_public_id_key UNIQUE (public_id)
);

CREATE TABLE view.expression (
  id uuid NOT NULL,
  public_id text NOT NULL,
  work_id uuid NOT NULL,
  work_public_id text NOT NULL,
  work_slug text NOT NULL,
  slug text NOT NULL,
  kind text NOT NULL,
  title text NOT NULL,
  subtitle text,
  sort_title text COLLATE "C" NOT NULL,
  language text NOT NULL,
  language_base text NOT NULL,
  script text NOT NULL,
  direction text NOT NULL,
  translator_ids uuid[] NOT NULL,
  translator_public_ids text[] NOT NULL,
  contributors jsonb NOT NULL,
  author_ids uuid[] NOT NULL,
  literature_type text NOT NULL,
  source_id uuid,
  source_language text,
  relay boolean NOT NULL,
  origin text NOT NULL,
  completeness text NOT NULL,
  form text,
  quality smallint NOT NULL,
  year integer,
  notes text,
  provenance text,
  source_url text,
  credit text,
  license_id text,
  rights_class text NOT NULL,
  rights_status text NOT NULL,
  readable_lines integer NOT NULL,
  text_revision integer NOT NULL,
  line_count integer NOT NULL,
  char_count integer NOT NULL,
  aligned_count integer NOT NULL,
  popularity double precision NOT NULL,
  published_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  version integer NOT NULL,
  CONSTRAINT expression_pkey PRIMARY KEY (id),
  CONSTRAINT expression_public_id_key UNIQUE (public_id),
  CONSTRAINT expression_work_slug_slug_key UNIQUE (work_slug, slug) DEFERRABLE
) WITH (fillfactor=90);

CREATE TABLE view.language (
  tag text NOT NULL,
  iso639_3 text NOT NULL,
  script text NOT NULL,
  direction text NOT NULL,
  name text COLLATE "C" NOT NULL,
  native_name text,
  work_count integer NOT NULL,
  translation_count integer NOT NULL,
  CONSTRAINT language_pkey PRIMARY KEY (tag)
);

CREATE TABLE view.person (
  id uuid NOT NULL,
  public_id text NOT NULL,
  slug text NOT NULL,
  name text NOT NULL,
  name_language text NOT NULL,
  sort_name text COLLATE "C" NOT NULL,
  names jsonb NOT NULL,
  names_by_language jsonb NOT NULL,
  person_kind text NOT NULL,
  birth_edtf text,
  death_edtf text,
  birth_year integer,
  death_year integer,
  floruit text,
  birth_place text,
  death_place text,
  country_code text,
  bio text,
  is_author boolean NOT NULL,
  is_translator boolean NOT NULL,
  languages text[] NOT NULL,
  work_count integer NOT NULL,
  translation_count integer NOT NULL,
  external_ids jsonb NOT NULL,
  popularity double precision NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  version integer NOT NULL,
  CONSTRAINT person_pkey PRIMARY KEY (id),
  CONSTRAINT person_public_id_key UNIQUE (public_id),
  CONSTRAINT person_slug_key UNIQUE (slug) DEFERRABLE
) WITH (fillfactor=90);

CREATE TABLE view.tag (
  id uuid NOT NULL,
  public_id text NOT NULL,
  slug text NOT NULL,
  name text COLLATE "C" NOT NULL,
  kind text NOT NULL,
  synonyms text[] NOT NULL,
  usage_count integer NOT NULL,
  version integer NOT NULL,
  CONSTRAINT tag_pkey PRIMARY KEY (id),
  CONSTRAINT tag_public_id_key UNIQUE (public_id),
  CONSTRAINT tag_slug_key UNIQUE (slug) DEFERRABLE
);

CREATE TABLE view.users_public (
  id uuid NOT NULL,
  public_id text NOT NULL,
  username text NOT NULL,
  username_canonical text NOT NULL,
  visibility text NOT NULL,
  display_name text,
  bio text,
  website text,
  languages jsonb,
  joined_on date NOT NULL,
  contribution_count integer NOT NULL,
  claimed_person_id uuid,
  version integer NOT NULL,
  CONSTRAINT users_public_pkey PRIMARY KEY (id),
  CONSTRAINT users_public_public_id_key UNIQUE (public_id),
  CONSTRAINT users_public_username_canonical_key UNIQUE (username_canonical) DEFERRABLE
);

CREATE TABLE view.work (
  id uuid NOT NULL,
  public_id text NOT NULL,
  slug text NOT NULL,
  title text NOT NULL,
  title_language text NOT NULL,
  sort_title text COLLATE "C" NOT NULL,
  titles jsonb NOT NULL,
  titles_by_language jsonb NOT NULL,
  original_language text NOT NULL,
  direction text NOT NULL,
  literature_type text NOT NULL,
  created_edtf text,
  year_from integer,
  year_to integer,
  description text,
  contributors jsonb NOT NULL,
  author_ids uuid[] NOT NULL,
  author_public_ids text[] NOT NULL,
  series_id uuid,
  series_slug text,
  series_title text,
  series_position integer,
  original_id uuid,
  translation_count integer NOT NULL,
  translation_languages text[] NOT NULL,
  tag_ids uuid[] NOT NULL,
  category_ids uuid[] NOT NULL,
  category_path_ids uuid[] NOT NULL,
  rights_class text NOT NULL,
  external_ids jsonb NOT NULL,
  popularity double precision NOT NULL,
  published_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  version integer NOT NULL,
  CONSTRAINT work_pkey PRIMARY KEY (id),
  CONSTRAINT work_public_id_key UNIQUE (public_id),
  CONSTRAINT work_slug_key UNIQUE (slug) DEFERRABLE
) WITH (fillfactor=90);


-- Indexes

CREATE INDEX alignments_created ON core.alignments USING btree (created_at, id);
CREATE INDEX alignments_left ON core.alignments USING btree (left_id, right_id, status);
CREATE UNIQUE INDEX alignments_one_approved ON core.alignments USING btree (left_id, right_id) WHERE (status = 'APPROVED'::text);
CREATE INDEX alignments_right ON core.alignments USING btree (right_id, left_id, status);
CREATE INDEX alignments_updated ON core.alignments USING btree (updated_at, id);
CREATE INDEX alignments_work ON core.alignments USING btree (work_id);
CREATE INDEX categories_parent ON core.categories USING btree (parent_id);
CREATE INDEX contribution_events_contribution ON core.contribution_events USING btree (contribution_id, id);
CREATE UNIQUE INDEX contribution_reviews_live ON core.contribution_reviews USING btree (contribution_id, reviewer_id) WHERE (NOT superseded);
CREATE INDEX contribution_reviews_reviewer ON core.contribution_reviews USING btree (reviewer_id);
CREATE INDEX contributions_assigned ON core.contributions USING btree (assigned_to) WHERE (assigned_to IS NOT NULL);
CREATE INDEX contributions_author ON core.contributions USING btree (author_id, id DESC);
CREATE INDEX contributions_open ON core.contributions USING btree (author_id) WHERE (status <> ALL (ARRAY['APPLIED'::text, 'REJECTED'::text, 'WITHDRAWN'::text]));
CREATE INDEX contributions_queue ON core.contributions USING btree (submitted_at, id) WHERE (status = ANY (ARRAY['SUBMITTED'::text, 'IN_REVIEW'::text]));
CREATE INDEX contributions_status ON core.contributions USING btree (status, id DESC);
CREATE INDEX contributions_target ON core.contributions USING btree (target_id) WHERE (target_id IS NOT NULL);
CREATE INDEX expression_contributors_person ON core.expression_contributors USING btree (person_id, role, expression_id);
CREATE INDEX expressions_deleted ON core.expressions USING btree (deleted_at) WHERE (deleted_at IS NOT NULL);
CREATE INDEX expressions_language ON core.expressions USING btree (language);
CREATE UNIQUE INDEX expressions_one_original ON core.expressions USING btree (work_id, language) WHERE ((expression_kind = 'ORIGINAL'::text) AND (deleted_at IS NULL));
CREATE INDEX expressions_source ON core.expressions USING btree (source_expression_id) WHERE (source_expression_id IS NOT NULL);
CREATE INDEX id_redirects_new ON core.id_redirects USING btree (new_id);
CREATE INDEX person_names_prefix ON core.person_names USING btree (view.sort_key(name) COLLATE "C", person_id);
CREATE UNIQUE INDEX person_names_primary ON core.person_names USING btree (person_id, language) WHERE (name_kind = 'PRIMARY'::text);
CREATE INDEX person_names_sort_prefix ON core.person_names USING btree (view.sort_key(sort_name) COLLATE "C", person_id);
CREATE INDEX person_names_trgm ON core.person_names USING gin (lower(name) public.gin_trgm_ops);
CREATE INDEX persons_deleted ON core.persons USING btree (deleted_at) WHERE (deleted_at IS NOT NULL);
CREATE INDEX revisions_actor ON core.revisions USING btree (actor_id) WHERE (actor_id IS NOT NULL);
CREATE INDEX revisions_contribution ON core.revisions USING btree (contribution_id) WHERE (contribution_id IS NOT NULL);
CREATE INDEX rights_license ON core.rights USING btree (license_id);
CREATE UNIQUE INDEX slugs_current ON core.slugs USING btree (subject_id) WHERE is_current;
CREATE INDEX slugs_subject ON core.slugs USING btree (subject_id);
CREATE INDEX subject_categories_category ON core.subject_categories USING btree (category_id, subject_id);
CREATE INDEX subject_tags_tag ON core.subject_tags USING btree (tag_id, subject_id);
CREATE INDEX tags_synonyms ON core.tags USING btree (synonym_of) WHERE (synonym_of IS NOT NULL);
CREATE INDEX text_revisions_actor ON core.text_revisions USING btree (actor_id) WHERE (actor_id IS NOT NULL);
CREATE INDEX text_revisions_contribution ON core.text_revisions USING btree (contribution_id) WHERE (contribution_id IS NOT NULL);
CREATE UNIQUE INDEX text_units_order ON core.text_units USING btree (expression_id, parent_id, ordinal) NULLS NOT DISTINCT;
CREATE INDEX text_units_parent ON core.text_units USING btree (parent_id) WHERE (parent_id IS NOT NULL);
CREATE INDEX text_vocabularies_language ON core.text_vocabularies USING btree (language);
CREATE INDEX work_contributors_person ON core.work_contributors USING btree (person_id, role, work_id);
CREATE INDEX work_titles_prefix ON core.work_titles USING btree (view.sort_key(title) COLLATE "C", work_id);
CREATE UNIQUE INDEX work_titles_primary ON core.work_titles USING btree (work_id, language) WHERE (title_kind = 'PRIMARY'::text);
CREATE INDEX work_titles_sort_prefix ON core.work_titles USING btree (view.sort_key(sort_title) COLLATE "C", work_id);
CREATE INDEX work_titles_trgm ON core.work_titles USING gin (lower(title) public.gin_trgm_ops);
CREATE INDEX works_deleted ON core.works USING btree (deleted_at) WHERE (deleted_at IS NOT NULL);
CREATE INDEX works_language ON core.works USING btree (original_language);
CREATE INDEX works_series ON core.works USING btree (series_id, series_position) WHERE (series_id IS NOT NULL);
CREATE UNIQUE INDEX jwt_keys_active ON auth.jwt_keys USING btree (status) WHERE (status = 'ACTIVE'::text);
CREATE INDEX login_failures_old ON auth.login_failures USING btree (last_at);
CREATE INDEX one_time_tokens_expired ON auth.one_time_tokens USING btree (expires_at);
CREATE UNIQUE INDEX one_time_tokens_live ON auth.one_time_tokens USING btree (user_id, purpose) WHERE (consumed_at IS NULL);
CREATE UNIQUE INDEX refresh_tokens_leaf ON auth.refresh_tokens USING btree (session_id) WHERE (used_at IS NULL);
CREATE INDEX security_events_old ON auth.security_events USING btree (at);
CREATE INDEX security_events_user ON auth.security_events USING btree (user_id, at DESC);
CREATE INDEX sessions_expired ON auth.sessions USING btree (absolute_expires_at);
CREATE INDEX sessions_live ON auth.sessions USING btree (user_id, last_seen_at DESC) WHERE (revoked_at IS NULL);
CREATE INDEX signature_nonces_expired ON auth.signature_nonces USING btree (expires_at);
CREATE UNIQUE INDEX signing_keys_live ON auth.signing_keys USING btree (public_key) WHERE (revoked_at IS NULL);
CREATE INDEX signing_keys_user ON auth.signing_keys USING btree (user_id);
CREATE INDEX user_roles_role ON auth.user_roles USING btree (role, user_id);
CREATE INDEX users_created ON auth.users USING btree (created_at DESC, id DESC);
CREATE INDEX users_delete ON auth.users USING btree (delete_after) WHERE ((delete_after IS NOT NULL) AND (deleted_at IS NULL));
CREATE UNIQUE INDEX users_email ON auth.users USING btree (email_canonical) WHERE (deleted_at IS NULL);
CREATE INDEX bookmarks_latest ON social.bookmarks USING brin (created_at);
CREATE INDEX bookmarks_subject ON social.bookmarks USING btree (subject_id);
CREATE INDEX bookmarks_user ON social.bookmarks USING btree (user_id, id DESC);
CREATE INDEX collection_items_subject ON social.collection_items USING btree (subject_id);
CREATE INDEX collection_members_user ON social.collection_members USING btree (user_id);
CREATE INDEX collections_deleted ON social.collections USING btree (deleted_at) WHERE (deleted_at IS NOT NULL);
CREATE UNIQUE INDEX collections_owner_title ON social.collections USING btree (owner_id, lower(title)) WHERE (deleted_at IS NULL);
CREATE INDEX comments_author ON social.comments USING btree (author_id, id DESC);
CREATE INDEX comments_deleted ON social.comments USING btree (deleted_at) WHERE (deleted_at IS NOT NULL);
CREATE INDEX comments_held ON social.comments USING btree (id) WHERE (status = 'PENDING'::text);
CREATE INDEX comments_parent ON social.comments USING btree (parent_id) WHERE (parent_id IS NOT NULL);
CREATE INDEX comments_subject ON social.comments USING btree (subject_id);
CREATE UNIQUE INDEX comments_tree ON social.comments USING btree (root_id, path);
CREATE INDEX likes_latest ON social.likes USING brin (created_at);
CREATE INDEX likes_subject ON social.likes USING btree (subject_id, created_at DESC);
CREATE UNIQUE INDEX reports_open ON social.reports USING btree (subject_id, reporter_id) WHERE (status = 'OPEN'::text);
CREATE INDEX reports_queue ON social.reports USING btree (status, id);
CREATE INDEX reports_reporter ON social.reports USING btree (reporter_id, created_at);
CREATE UNIQUE INDEX search_presets_name ON social.search_presets USING btree (user_id, lower(name));
CREATE INDEX batches_age ON stats.batches USING btree (applied_at);
CREATE INDEX daily_subject ON stats.daily USING btree (subject_id, day);
CREATE INDEX hourly_subject ON stats.hourly USING btree (subject_id, hour);
CREATE INDEX popularity_order ON stats.popularity USING btree (stretch, kind, popularity DESC, subject_id DESC);
CREATE INDEX totals_order ON stats.totals USING btree (kind, popularity DESC, subject_id DESC);
CREATE INDEX trending_subject ON stats.trending USING btree (subject_id);
CREATE INDEX audit_log_actor ON ops.audit_log USING btree (actor_id, at, id);
CREATE INDEX audit_log_at ON ops.audit_log USING btree (at, id);
CREATE INDEX audit_log_subject ON ops.audit_log USING btree (subject_id, at, id);
CREATE INDEX change_candidates_order ON ops.change_candidates USING btree (xid, id);
CREATE INDEX changes_kind ON ops.changes USING btree (kind, seq);
CREATE INDEX changes_subject ON ops.changes USING btree (subject_id, seq);
CREATE INDEX documents_owner ON ops.documents USING btree (owner_id) WHERE (owner_id IS NOT NULL);
CREATE INDEX idempotency_keys_expired ON ops.idempotency_keys USING btree (expires_at);
CREATE INDEX import_runs_recent ON ops.import_runs USING btree (started_at DESC);
CREATE INDEX outbox_age ON ops.outbox USING btree (at);
CREATE INDEX outbox_order ON ops.outbox USING btree (xid, id);
CREATE INDEX category_ancestors ON view.category USING gin (ancestor_ids) WITH (fastupdate=off);
CREATE INDEX category_children ON view.category USING btree (parent_id, ordinal, id);
CREATE INDEX category_order ON view.category USING btree (depth, ordinal, id);
CREATE INDEX category_roots ON view.category USING btree (kind, ordinal, id) WHERE (parent_id IS NULL);
CREATE INDEX collection_newest ON view.collection USING btree (created_at DESC, id DESC) WHERE (visibility = 'PUBLIC'::text);
CREATE INDEX collection_owner ON view.collection USING btree (owner_id, updated_at DESC, id DESC);
CREATE INDEX collection_owner_slug ON view.collection USING btree (owner_username, slug);
CREATE INDEX collection_popular ON view.collection USING btree (popularity DESC, id DESC) WHERE (visibility = 'PUBLIC'::text);
CREATE INDEX collection_prefix ON view.collection USING btree (view.sort_key(title) COLLATE "C") WHERE (visibility = 'PUBLIC'::text);
CREATE INDEX collection_recent ON view.collection USING btree (updated_at DESC, id DESC) WHERE (visibility = 'PUBLIC'::text);
CREATE INDEX collection_title ON view.collection USING btree (lower(title), id) WHERE (visibility = 'PUBLIC'::text);
CREATE INDEX collection_item_order ON view.collection_item USING btree (collection_id, rank, subject_id);
CREATE INDEX collection_item_subject ON view.collection_item USING btree (subject_id);
CREATE INDEX comment_author ON view.comment USING btree (author_id, created_at DESC, id DESC);
CREATE INDEX comment_liked ON view.comment USING btree (subject_id, like_count DESC, id DESC) WHERE (depth = 0);
CREATE INDEX comment_newest ON view.comment USING btree (subject_id, created_at DESC, id DESC) WHERE (depth = 0);
CREATE INDEX comment_parent ON view.comment USING btree (parent_id, path) WHERE (parent_id IS NOT NULL);
CREATE INDEX comment_thread ON view.comment USING btree (root_id, path);
CREATE INDEX expression_facets ON view.expression USING gin (translator_ids, author_ids, (ARRAY[language, language_base]), (ARRAY[source_language]), (ARRAY[literature_type]), (ARRAY[origin]), (ARRAY[completeness]), (ARRAY[form]), (ARRAY[rights_class]), (ARRAY[license_id]), (ARRAY[relay]), (ARRAY[(aligned_count > 0)]), (ARRAY[quality])) WITH (fastupdate=off);
CREATE INDEX expression_language_newest ON view.expression USING btree (language_base, published_at DESC, id DESC) WHERE (kind <> 'ORIGINAL'::text);
CREATE INDEX expression_language_popular ON view.expression USING btree (language_base, popularity DESC, id DESC) WHERE (kind <> 'ORIGINAL'::text);
CREATE INDEX expression_language_title ON view.expression USING btree (language_base, sort_title, id) WHERE (kind <> 'ORIGINAL'::text);
CREATE INDEX expression_newest ON view.expression USING btree (published_at DESC, id DESC) WHERE (kind <> 'ORIGINAL'::text);
CREATE INDEX expression_popular ON view.expression USING btree (popularity DESC, id DESC) WHERE (kind <> 'ORIGINAL'::text);
CREATE INDEX expression_relays ON view.expression USING btree (source_id) WHERE (source_id IS NOT NULL);
CREATE INDEX expression_title ON view.expression USING btree (sort_title, id) WHERE (kind <> 'ORIGINAL'::text);
CREATE INDEX expression_work ON view.expression USING btree (work_id, language, quality DESC, id);
CREATE INDEX expression_year ON view.expression USING btree (COALESCE(year, 32767), id) WHERE (kind <> 'ORIGINAL'::text);
CREATE INDEX language_name ON view.language USING btree (name, tag);
CREATE INDEX author_born ON view.person USING btree (COALESCE(birth_year, 32767), id) WHERE is_author;
CREATE INDEX author_country_name ON view.person USING btree (country_code, sort_name, id) WHERE is_author;
CREATE INDEX author_most_texts ON view.person USING btree (translation_count DESC, id DESC) WHERE is_author;
CREATE INDEX author_most_works ON view.person USING btree (work_count DESC, id DESC) WHERE is_author;
CREATE INDEX author_name ON view.person USING btree (sort_name, id) WHERE is_author;
CREATE INDEX author_popular ON view.person USING btree (popularity DESC, id DESC) WHERE is_author;
CREATE INDEX person_languages ON view.person USING gin (languages) WITH (fastupdate=off);
CREATE INDEX person_name ON view.person USING btree (sort_name, id);
CREATE INDEX person_popular ON view.person USING btree (popularity DESC, id DESC);
CREATE INDEX translator_born ON view.person USING btree (COALESCE(birth_year, 32767), id) WHERE is_translator;
CREATE INDEX translator_country_name ON view.person USING btree (country_code, sort_name, id) WHERE is_translator;
CREATE INDEX translator_most_texts ON view.person USING btree (translation_count DESC, id DESC) WHERE is_translator;
CREATE INDEX translator_most_works ON view.person USING btree (work_count DESC, id DESC) WHERE is_translator;
CREATE INDEX translator_name ON view.person USING btree (sort_name, id) WHERE is_translator;
CREATE INDEX translator_popular ON view.person USING btree (popularity DESC, id DESC) WHERE is_translator;
CREATE INDEX tag_kind_name ON view.tag USING btree (kind, lower(name), id);
CREATE INDEX tag_kind_usage ON view.tag USING btree (kind, usage_count DESC, id DESC);
CREATE INDEX tag_name ON view.tag USING btree (lower(name), id);
CREATE INDEX tag_prefix ON view.tag USING btree (view.sort_key(name));
CREATE INDEX tag_usage ON view.tag USING btree (usage_count DESC, id DESC);
CREATE INDEX work_draw ON view.work USING btree (md5(public_id));
CREATE INDEX work_facets ON view.work USING gin (author_ids, translation_languages, tag_ids, category_ids, category_path_ids, (ARRAY[original_language]), (ARRAY[literature_type]), (ARRAY[rights_class]), (ARRAY[LEAST(translation_count, 50)])) WITH (fastupdate=off);
CREATE INDEX work_language_newest ON view.work USING btree (split_part(original_language, '-'::text, 1), published_at DESC, id DESC);
CREATE INDEX work_language_popular ON view.work USING btree (split_part(original_language, '-'::text, 1), popularity DESC, id DESC);
CREATE INDEX work_language_title ON view.work USING btree (split_part(original_language, '-'::text, 1), sort_title, id);
CREATE INDEX work_language_year ON view.work USING btree (split_part(original_language, '-'::text, 1), COALESCE(year_from, 32767), id);
CREATE INDEX work_newest ON view.work USING btree (published_at DESC, id DESC);
CREATE INDEX work_popular ON view.work USING btree (popularity DESC, id DESC);
CREATE INDEX work_series ON view.work USING btree (series_id, series_position, id) WHERE (series_id IS NOT NULL);
CREATE INDEX work_series_order ON view.work USING btree (COALESCE(series_slug, '~'::text), COALESCE(series_position, 0), id);
CREATE INDEX work_title ON view.work USING btree (sort_title, id);
CREATE INDEX work_year ON view.work USING btree (COALESCE(year_from, 32767), id);
CREATE INDEX work_years ON view.work USING gist (int4range(year_from, GREATEST(year_from, year_to), '[]'::text));

-- Views

CREATE VIEW view.alignment AS
 SELECT a.id,
    s.public_id,
    a.work_id,
    a.left_id,
    a.right_id,
    a.left_revision,
    a.right_revision,
    a.method,
    a.status,
    a.confidence,
    a.updated_at
   FROM core.alignments a
     JOIN core.subjects s ON s.id = a.id
     JOIN view.expression l ON l.id = a.left_id AND l.text_revision = a.left_revision AND l.work_id = a.work_id
     JOIN view.expression r ON r.id = a.right_id AND r.text_revision = a.right_revision AND r.work_id = a.work_id
  WHERE a.status = ANY (ARRAY['APPROVED'::text, 'SUGGESTED'::text]);

CREATE VIEW view.alignment_group AS
 SELECT g.alignment_id,
    g.idx,
    lower(g.left_lines) AS left_from,
    upper(g.left_lines) - 1 AS left_to,
    lower(g.right_lines) AS right_from,
    upper(g.right_lines) - 1 AS right_to,
    g.linear,
    g.confidence,
    g.stale
   FROM core.alignment_groups g
     JOIN view.alignment a ON a.id = g.alignment_id;

CREATE VIEW view.alignment_pair AS
 SELECT a.left_id AS expression_id,
    a.right_id AS other_id,
    a.id AS alignment_id,
    false AS flipped,
    a.work_id,
    a.method,
    a.status,
    a.confidence,
    a.updated_at
   FROM view.alignment a
UNION ALL
 SELECT a.right_id AS expression_id,
    a.left_id AS other_id,
    a.id AS alignment_id,
    true AS flipped,
    a.work_id,
    a.method,
    a.status,
    a.confidence,
    a.updated_at
   FROM view.alignment a;

CREATE VIEW view.announcement AS
 SELECT id,
    xid,
    tags,
    at
   FROM ops.outbox;

CREATE VIEW view.category_source AS
 SELECT c.id,
    s.public_id,
    c.path COLLATE "C" AS path,
    "substring"(c.path, '([a-z0-9-]+)/$'::text) AS slug,
    c.category_kind AS kind,
    COALESCE(n.name, c.path) AS name,
    COALESCE(n.names, '[]'::jsonb) AS names,
    c.names AS names_by_language,
    c.parent_id,
    COALESCE(up.ids, '{}'::uuid[]) AS ancestor_ids,
    cardinality(COALESCE(up.ids, '{}'::uuid[])) AS depth,
    c.ordinal,
    view.works_under(c.id) AS work_count,
    c.version
   FROM core.categories c
     JOIN core.subjects s ON s.id = c.id
     LEFT JOIN LATERAL ( SELECT (array_agg(e.value #>> '{}'::text[] ORDER BY (e.key <> 'en'::text), e.key))[1] AS name,
            jsonb_agg(jsonb_build_object('language', e.key, 'name', e.value) ORDER BY (e.key <> 'en'::text), e.key) AS names
           FROM jsonb_each(c.names) e(key, value)) n ON true
     CROSS JOIN LATERAL ( WITH RECURSIVE walk(id, parent_id, deleted_at, n) AS (
                 SELECT p.id,
                    p.parent_id,
                    p.deleted_at,
                    1 AS "?column?"
                   FROM core.categories p
                  WHERE p.id = c.parent_id
                UNION ALL
                 SELECT p.id,
                    p.parent_id,
                    p.deleted_at,
                    walk_1.n + 1
                   FROM walk walk_1
                     JOIN core.categories p ON p.id = walk_1.parent_id
                  WHERE walk_1.n < 16
                )
         SELECT array_agg(walk.id ORDER BY walk.n DESC) AS ids,
            COALESCE(bool_and(walk.deleted_at IS NULL) AND bool_or(walk.parent_id IS NULL), true) AS live
           FROM walk) up
  WHERE c.deleted_at IS NULL AND up.live;

CREATE VIEW view.change AS
 SELECT seq,
    subject_id,
    core.typeid(kind, subject_id) AS public_id,
    kind,
    change,
    version,
    at
   FROM ops.changes c;

CREATE VIEW view.collectable AS
 SELECT work.id,
    work.public_id,
    'WORK'::text AS kind
   FROM view.work
UNION ALL
 SELECT expression.id,
    expression.public_id,
    'EXPRESSION'::text AS kind
   FROM view.expression
UNION ALL
 SELECT person.id,
    person.public_id,
    'PERSON'::text AS kind
   FROM view.person
UNION ALL
 SELECT users_public.id,
    users_public.public_id,
    'USER'::text AS kind
   FROM view.users_public
UNION ALL
 SELECT tag.id,
    tag.public_id,
    'TAG'::text AS kind
   FROM view.tag
UNION ALL
 SELECT category.id,
    category.public_id,
    'CATEGORY'::text AS kind
   FROM view.category;

CREATE VIEW view.collection_item_source AS
 SELECT i.collection_id,
    i.rank,
    i.subject_id,
    s.kind,
    i.note,
    i.created_at AS added_at
   FROM social.collection_items i
     JOIN social.collections c ON c.id = i.collection_id AND (c.visibility = ANY (ARRAY['PUBLIC'::text, 'UNLISTED'::text])) AND c.deleted_at IS NULL
     JOIN view.collectable s ON s.id = i.subject_id
  WHERE i.approval = 'APPROVED'::text;

CREATE VIEW view.collection_source AS
 SELECT c.id,
    s.public_id,
    u.id AS owner_id,
    u.username AS owner_username,
    COALESCE(sl.slug::text, s.public_id) AS slug,
    c.title,
    c.description,
    c.visibility,
    c.curation,
    ( SELECT count(*)::integer AS count
           FROM view.collection_item i
          WHERE i.collection_id = c.id) AS item_count,
    COALESCE(p.popularity, 0::double precision) AS popularity,
    c.created_at,
    c.updated_at,
    c.version
   FROM social.collections c
     JOIN core.subjects s ON s.id = c.id
     LEFT JOIN view.users_public u ON u.id = c.owner_id
     LEFT JOIN core.slugs sl ON sl.subject_id = c.id AND sl.is_current AND sl.scope_id = c.owner_id
     LEFT JOIN stats.totals p ON p.subject_id = c.id
  WHERE (c.visibility = ANY (ARRAY['PUBLIC'::text, 'UNLISTED'::text])) AND c.deleted_at IS NULL;

CREATE VIEW view.comment_source AS
 SELECT c.id,
    s.public_id,
    c.subject_id,
    c.root_id,
    c.parent_id,
    c.depth::integer AS depth,
    c.path,
        CASE
            WHEN v.visible AND (EXISTS ( SELECT
               FROM view.users_public u
              WHERE u.id = c.author_id)) THEN c.author_id
            ELSE NULL::uuid
        END AS author_id,
        CASE
            WHEN v.visible THEN c.body
            ELSE ''::text
        END AS body,
        CASE
            WHEN v.visible THEN c.anchor_ref
            ELSE NULL::text
        END AS anchor_ref,
        CASE
            WHEN v.visible THEN c.anchor_revision
            ELSE NULL::integer
        END AS anchor_revision,
        CASE
            WHEN v.visible THEN 'VISIBLE'::text
            ELSE 'DELETED'::text
        END AS status,
    ( SELECT count(*)::integer AS count
           FROM social.comments r
          WHERE r.parent_id = c.id AND r.status = 'VISIBLE'::text AND r.deleted_at IS NULL) AS reply_count,
    COALESCE(( SELECT t.likes
           FROM stats.totals t
          WHERE t.subject_id = c.id), 0::bigint)::integer AS like_count,
    c.created_at,
        CASE
            WHEN v.visible THEN c.edited_at
            ELSE NULL::timestamp with time zone
        END AS edited_at,
    c.version
   FROM social.comments c
     JOIN core.subjects s ON s.id = c.id
     CROSS JOIN LATERAL ( SELECT c.status = 'VISIBLE'::text AND c.deleted_at IS NULL AS visible) v
  WHERE (EXISTS ( SELECT
           FROM view.commentable o
          WHERE o.id = c.subject_id)) AND (v.visible OR (EXISTS ( SELECT
           FROM social.comments r
          WHERE r.root_id = c.root_id AND r.path > (c.path || '.'::text) AND r.path < (c.path || '/'::text) AND r.status = 'VISIBLE'::text AND r.deleted_at IS NULL)));

CREATE VIEW view.commentable AS
 SELECT collectable.id,
    collectable.public_id,
    collectable.kind
   FROM view.collectable
UNION ALL
 SELECT collection.id,
    collection.public_id,
    'COLLECTION'::text AS kind
   FROM view.collection;

CREATE VIEW view.country AS
 SELECT code,
    iso3,
    name
   FROM core.countries;

CREATE VIEW view.document AS
 SELECT hash,
    text_hash,
    name,
    source,
    operation_type,
    cost,
    ttl_s,
    status,
        CASE
            WHEN status = 'DEPRECATED'::text OR sunset_at IS NOT NULL THEN COALESCE(deprecated_at, created_at)
            ELSE NULL::timestamp with time zone
        END AS deprecated_at,
    sunset_at,
    example,
    created_at
   FROM ops.documents;

CREATE VIEW view.expression_source AS
 SELECT e.id,
    s.public_id,
    e.work_id,
    w.public_id AS work_public_id,
    w.slug AS work_slug,
    COALESCE(sl.slug::text, s.public_id) AS slug,
    e.expression_kind AS kind,
    e.title,
    e.subtitle,
    view.sort_key(e.title) COLLATE "C" AS sort_title,
    e.language::text AS language,
    split_part(e.language::text, '-'::text, 1) AS language_base,
    l.script,
    l.direction,
    COALESCE(c.translator_ids, '{}'::uuid[]) AS translator_ids,
    COALESCE(c.translator_public_ids, '{}'::text[]) AS translator_public_ids,
    COALESCE(c.contributors, '[]'::jsonb) AS contributors,
    w.author_ids,
    w.literature_type,
    src.id AS source_id,
    COALESCE(e.source_language::text, src.language::text,
        CASE
            WHEN e.expression_kind <> 'ORIGINAL'::text THEN w.original_language
            ELSE NULL::text
        END) AS source_language,
    COALESCE(src.expression_kind <> 'ORIGINAL'::text, e.source_language::text <> w.original_language, false) AS relay,
    e.origin,
    e.completeness,
    e.form,
    e.quality,
    e.year,
    e.notes,
    e.provenance,
    e.source_url,
    e.credit,
    r.license_id,
    r.class AS rights_class,
    COALESCE(r.status, 'UNKNOWN'::text) AS rights_status,
    core.readable_lines(r.class, e.line_count) AS readable_lines,
    e.text_revision,
    e.line_count,
    e.char_count,
    a.n AS aligned_count,
    COALESCE(p.popularity, 0::double precision) AS popularity,
    e.published_at,
    e.updated_at,
    e.version
   FROM core.expressions e
     JOIN view.work w ON w.id = e.work_id
     JOIN core.subjects s ON s.id = e.id
     JOIN core.languages l ON l.tag::text = e.language::text
     LEFT JOIN core.slugs sl ON sl.subject_id = e.id AND sl.is_current AND sl.scope_id = e.work_id
     LEFT JOIN core.expressions src ON src.id = e.source_expression_id AND src.status = 'PUBLISHED'::text AND src.deleted_at IS NULL
     LEFT JOIN stats.totals p ON p.subject_id = e.id
     LEFT JOIN LATERAL ( SELECT jsonb_agg(jsonb_build_object('personId', ps.public_id, 'person', ec.person_id, 'role', ec.role, 'creditedAs', ec.credited_as) ORDER BY ec."position", ec.person_id, ec.role) AS contributors,
            array_agg(ec.person_id ORDER BY ec."position", ec.person_id) FILTER (WHERE ec.role = 'TRANSLATOR'::text) AS translator_ids,
            array_agg(ps.public_id ORDER BY ec."position", ec.person_id) FILTER (WHERE ec.role = 'TRANSLATOR'::text) AS translator_public_ids
           FROM core.expression_contributors ec
             JOIN core.persons pe ON pe.id = ec.person_id AND pe.status = 'PUBLISHED'::text AND pe.deleted_at IS NULL
             JOIN core.subjects ps ON ps.id = ec.person_id
          WHERE ec.expression_id = e.id) c ON true
     LEFT JOIN LATERAL ( SELECT (array_agg(ri.status ORDER BY (ri.subject_id <> e.id)))[1] AS status,
            (array_agg(ri.license_id ORDER BY (ri.subject_id <> e.id)))[1] AS license_id,
            COALESCE((array_agg(core.rights_class(ri.status, li.open) ORDER BY (ri.subject_id <> e.id)))[1], 'UNKNOWN'::text) AS class
           FROM core.rights ri
             LEFT JOIN core.licenses li ON li.id = ri.license_id
          WHERE (ri.subject_id = ANY (ARRAY[e.id,
                CASE e.expression_kind
                    WHEN 'ORIGINAL'::text THEN e.work_id
                    ELSE NULL::uuid
                END])) AND ri.jurisdiction = '*'::text) r ON true
     LEFT JOIN LATERAL ( SELECT count(DISTINCT o.id)::integer AS n
           FROM ( SELECT al_1.right_id AS other,
                    al_1.left_revision AS mine,
                    al_1.right_revision AS theirs,
                    al_1.status
                   FROM core.alignments al_1
                  WHERE al_1.left_id = e.id AND al_1.work_id = e.work_id
                UNION ALL
                 SELECT al_1.left_id,
                    al_1.right_revision,
                    al_1.left_revision,
                    al_1.status
                   FROM core.alignments al_1
                  WHERE al_1.right_id = e.id AND al_1.work_id = e.work_id) al
             JOIN core.expressions o ON o.id = al.other AND o.text_revision = al.theirs AND o.work_id = e.work_id AND o.status = 'PUBLISHED'::text AND o.deleted_at IS NULL
          WHERE al.mine = e.text_revision AND (al.status = ANY (ARRAY['APPROVED'::text, 'SUGGESTED'::text]))) a ON true
  WHERE e.status = 'PUBLISHED'::text AND e.deleted_at IS NULL;

CREATE VIEW view.language_source AS
 SELECT tag::text AS tag,
    iso639_3,
    script,
    direction,
    name_en COLLATE "C" AS name,
    name_native AS native_name,
    ( SELECT count(*)::integer AS count
           FROM view.work w
          WHERE split_part(w.original_language, '-'::text, 1) = split_part(l.tag::text, '-'::text, 1) AND w.original_language = l.tag::text) AS work_count,
    ( SELECT count(*)::integer AS count
           FROM view.expression e
          WHERE e.language_base = split_part(l.tag::text, '-'::text, 1) AND e.language = l.tag::text AND e.kind <> 'ORIGINAL'::text) AS translation_count
   FROM core.languages l;

CREATE VIEW view.license AS
 SELECT id,
    name,
    url,
    open,
    allows_derivatives,
    allows_commercial,
    requires_attribution,
    share_alike
   FROM core.licenses;

CREATE VIEW view.person_name_key AS
 SELECT person_id,
    key
   FROM ( SELECT person_names.person_id,
            view.sort_key(person_names.name) COLLATE "C" AS key
           FROM core.person_names
          WHERE person_names.name_kind <> 'SEARCH_HINT'::text
        UNION ALL
         SELECT person_names.person_id,
            view.sort_key(person_names.sort_name) COLLATE "C" AS sort_key
           FROM core.person_names
          WHERE person_names.name_kind <> 'SEARCH_HINT'::text) k
  WHERE (EXISTS ( SELECT
           FROM view.person p
          WHERE p.id = k.person_id));

CREATE VIEW view.person_source AS
 SELECT p.id,
    s.public_id,
    COALESCE(sl.slug::text, s.public_id) AS slug,
    COALESCE(n.name, sl.slug::text, s.public_id) AS name,
    COALESCE(n.language, 'und'::text) AS name_language,
    view.sort_key(COALESCE(n.sort_name, sl.slug::text, s.public_id)) COLLATE "C" AS sort_name,
    COALESCE(n.names, '[]'::jsonb) AS names,
    COALESCE(n.by_language, '{}'::jsonb) AS names_by_language,
    p.person_kind,
    p.birth_edtf::text AS birth_edtf,
    p.death_edtf::text AS death_edtf,
    p.birth_year,
    p.death_year,
    p.floruit,
    p.birth_place,
    p.death_place,
    p.country_code,
    p.bio,
    w.n > 0 AS is_author,
    t.n > 0 AS is_translator,
    ARRAY( SELECT unnest(w.languages) AS unnest
        UNION
         SELECT unnest(t.languages) AS unnest
  ORDER BY 1) AS languages,
    w.n AS work_count,
    t.n AS translation_count,
    COALESCE(x.ids, '[]'::jsonb) AS external_ids,
    COALESCE(o.popularity, 0::double precision) AS popularity,
    p.updated_at,
    p.version
   FROM core.persons p
     JOIN core.subjects s ON s.id = p.id
     LEFT JOIN core.slugs sl ON sl.subject_id = p.id AND sl.is_current
     LEFT JOIN stats.totals o ON o.subject_id = p.id
     LEFT JOIN LATERAL ( SELECT (array_agg(o_1.name ORDER BY o_1.n))[1] AS name,
            (array_agg(o_1.language ORDER BY o_1.n))[1]::text AS language,
            (array_agg(o_1.sort_name ORDER BY o_1.n))[1] AS sort_name,
            jsonb_agg(jsonb_build_object('language', o_1.language, 'name', o_1.name, 'sortName', o_1.sort_name, 'kind', o_1.name_kind) ORDER BY o_1.n) AS names,
            jsonb_object_agg(o_1.language, o_1.name) FILTER (WHERE o_1.name_kind = 'PRIMARY'::text) AS by_language
           FROM ( SELECT person_names.language,
                    person_names.name,
                    person_names.sort_name,
                    person_names.name_kind,
                    row_number() OVER (ORDER BY (person_names.name_kind <> 'PRIMARY'::text), person_names."position", person_names.id) AS n
                   FROM core.person_names
                  WHERE person_names.person_id = p.id AND person_names.name_kind <> 'SEARCH_HINT'::text) o_1) n ON true
     LEFT JOIN LATERAL ( SELECT count(DISTINCT wo.id)::integer AS n,
            array_agg(DISTINCT wo.original_language) AS languages
           FROM core.work_contributors wc
             JOIN view.work wo ON wo.id = wc.work_id
          WHERE wc.person_id = p.id AND core.is_author(wc.role, wc.certainty)) w ON true
     LEFT JOIN LATERAL ( SELECT count(*)::integer AS n,
            array_agg(DISTINCT ex.language) AS languages
           FROM core.expression_contributors ec
             JOIN view.expression ex ON ex.id = ec.expression_id
          WHERE ec.person_id = p.id AND ec.role = 'TRANSLATOR'::text) t ON true
     LEFT JOIN LATERAL ( SELECT jsonb_agg(jsonb_build_object('scheme', ei.scheme, 'value', ei.value) ORDER BY ei.scheme, ei.value) AS ids
           FROM core.external_ids ei
          WHERE ei.subject_id = p.id) x ON true
  WHERE p.status = 'PUBLISHED'::text AND p.deleted_at IS NULL;

CREATE VIEW view.popularity AS
 SELECT popularity.stretch,
    popularity.kind,
    popularity.subject_id,
    popularity.popularity
   FROM stats.popularity
UNION ALL
 SELECT 'ALL'::text AS stretch,
    totals.kind,
    totals.subject_id,
    totals.popularity
   FROM stats.totals;

CREATE VIEW view.redirect AS
 SELECT r.old_id,
    o.public_id AS old_public_id,
    o.kind,
    r.new_id,
    n.public_id AS new_public_id
   FROM core.id_redirects r
     JOIN core.subjects o ON o.id = r.old_id
     JOIN core.subjects n ON n.id = r.new_id
  WHERE (EXISTS ( SELECT
           FROM view.subject s
          WHERE s.id = r.new_id));

CREATE VIEW view.revision AS
 SELECT r.subject_id,
    r.version AS number,
    'METADATA'::text AS kind,
    r.message,
    r.actor_id,
    NULL::integer AS line_count,
    r.created_at
   FROM core.revisions r
  WHERE (EXISTS ( SELECT
           FROM view.subject s
          WHERE s.id = r.subject_id))
UNION ALL
 SELECT t.expression_id AS subject_id,
    t.revision AS number,
    'TEXT'::text AS kind,
    t.message,
    t.actor_id,
    t.line_count,
    t.created_at
   FROM core.text_revisions t
  WHERE (EXISTS ( SELECT
           FROM view.expression e
          WHERE e.id = t.expression_id));

CREATE VIEW view.rights AS
 SELECT subject_id,
    jurisdiction,
    status,
    license_id,
    holder,
    statement_uri,
    public_domain_from,
    basis,
    evidence_url,
    determined_at,
    version
   FROM core.rights r
  WHERE (EXISTS ( SELECT
           FROM view.subject s
          WHERE s.id = r.subject_id));

CREATE VIEW view.series AS
 SELECT id,
    slug::text AS slug,
    title,
    language::text AS language
   FROM core.series;

CREATE VIEW view.slug AS
 SELECT l.kind,
    l.scope_id,
    l.slug::text AS slug,
    COALESCE(t.synonym_of, l.subject_id) AS subject_id,
    l.is_current
   FROM core.slugs l
     LEFT JOIN core.tags t ON t.id = l.subject_id AND t.status = 'ACTIVE'::text
  WHERE (EXISTS ( SELECT
           FROM view.subject s
          WHERE s.id = COALESCE(t.synonym_of, l.subject_id)));

CREATE VIEW view.subject AS
 SELECT commentable.id,
    commentable.public_id,
    commentable.kind
   FROM view.commentable
UNION ALL
 SELECT comment.id,
    comment.public_id,
    'COMMENT'::text AS kind
   FROM view.comment;

CREATE VIEW view.subject_stats AS
 SELECT subject_id,
    kind,
    views,
    likes,
    bookmarks,
    comments,
    collections,
    popularity,
    as_of
   FROM stats.totals t
  WHERE (EXISTS ( SELECT
           FROM view.subject s
          WHERE s.id = t.subject_id));

CREATE VIEW view.tag_source AS
 SELECT t.id,
    s.public_id,
    COALESCE(sl.slug::text, s.public_id) AS slug,
    t.name COLLATE "C" AS name,
    t.tag_kind AS kind,
    ARRAY( SELECT y.name
           FROM core.tags y
          WHERE y.synonym_of = t.id AND y.status = 'ACTIVE'::text
          ORDER BY (y.name COLLATE "C"), y.id) AS synonyms,
    ( SELECT count(*)::integer AS count
           FROM view.work w
          WHERE w.tag_ids @> ARRAY[t.id]) AS usage_count,
    t.version
   FROM core.tags t
     JOIN core.subjects s ON s.id = t.id
     LEFT JOIN core.slugs sl ON sl.subject_id = t.id AND sl.is_current
  WHERE t.synonym_of IS NULL AND t.status = 'ACTIVE'::text;

CREATE VIEW view.text_analysis AS
 SELECT a.expression_id,
    e.public_id,
    a.revision,
    a.analyzer,
    a.language::text AS language,
    a.detected_language::text AS detected_language,
    a.coverage,
    a.measures,
        CASE e.rights_class
            WHEN 'OPEN'::text THEN a.keywords
            ELSE COALESCE(( SELECT jsonb_agg(jsonb_build_object('term', k.word ->> 'term'::text) ORDER BY k.n) AS jsonb_agg
               FROM jsonb_array_elements(a.keywords) WITH ORDINALITY k(word, n)
              WHERE k.n <= LEAST(10, a.types / 10)), '[]'::jsonb)
        END AS keywords,
        CASE e.rights_class
            WHEN 'OPEN'::text THEN a.stanzas
            ELSE '[]'::jsonb
        END AS stanzas,
    a.analyzed_at
   FROM core.text_analyses a
     JOIN view.expression e ON e.id = a.expression_id
  WHERE NOT (EXISTS ( SELECT
           FROM core.text_analyses n
          WHERE n.expression_id = a.expression_id AND n.revision = a.revision AND n.analyzer > a.analyzer));

CREATE VIEW view.text_line AS
 SELECT l.expression_id,
    l.seq,
    l.line_key,
    l.ref,
    u.ref AS unit_ref,
    l.line_kind AS kind,
    l.speaker,
    l.stanza_start,
    l.content
   FROM core.text_lines l
     JOIN view.expression e ON e.id = l.expression_id AND l.seq <= e.readable_lines
     LEFT JOIN core.text_units u ON u.id = l.unit_id;

CREATE VIEW view.text_unit AS
 SELECT u.id,
    u.expression_id,
    u.parent_id,
    u.ordinal,
    u.unit_kind AS kind,
    u.ref,
    u.label
   FROM core.text_units u
     JOIN view.expression e ON e.id = u.expression_id;

CREATE VIEW view.trending AS
 SELECT period,
    scope,
    kind,
    rank,
    subject_id,
    score,
    z_score,
    computed_at
   FROM stats.trending t
  WHERE (EXISTS ( SELECT
           FROM view.subject s
          WHERE s.id = t.subject_id));

CREATE VIEW view.users_public_source AS
 SELECT u.id,
    s.public_id,
    u.username,
    u.username_canonical,
    COALESCE(p.visibility, 'PUBLIC'::text) AS visibility,
        CASE
            WHEN o.open THEN p.display_name
            ELSE NULL::text
        END AS display_name,
        CASE
            WHEN o.open THEN p.bio
            ELSE NULL::text
        END AS bio,
        CASE
            WHEN o.open THEN p.website
            ELSE NULL::text
        END AS website,
        CASE
            WHEN o.open THEN COALESCE(p.languages, '[]'::jsonb)
            ELSE NULL::jsonb
        END AS languages,
    (u.created_at AT TIME ZONE 'UTC'::text)::date AS joined_on,
    ((( SELECT count(*) AS count
           FROM core.revisions r
          WHERE r.actor_id = u.id)) + (( SELECT count(*) AS count
           FROM core.text_revisions r
          WHERE r.actor_id = u.id)))::integer AS contribution_count,
        CASE
            WHEN o.open THEN ( SELECT pe.id
               FROM core.persons pe
              WHERE pe.claimed_by = u.id AND pe.status = 'PUBLISHED'::text AND pe.deleted_at IS NULL)
            ELSE NULL::uuid
        END AS claimed_person_id,
    GREATEST(u.version, p.version) AS version
   FROM auth.users u
     JOIN core.subjects s ON s.id = u.id
     LEFT JOIN social.profiles p ON p.user_id = u.id
     CROSS JOIN LATERAL ( SELECT COALESCE(p.visibility, 'PUBLIC'::text) = 'PUBLIC'::text AS open) o
  WHERE (u.status = ANY (ARRAY['ACTIVE'::text, 'SUSPENDED'::text, 'LOCKED'::text])) AND u.deleted_at IS NULL;

CREATE VIEW view.work_source AS
 SELECT w.id,
    s.public_id,
    COALESCE(sl.slug::text, s.public_id) AS slug,
    COALESCE(t.title, sl.slug::text, s.public_id) AS title,
    COALESCE(t.language, w.original_language)::text AS title_language,
    view.sort_key(COALESCE(t.sort_title, sl.slug::text, s.public_id)) COLLATE "C" AS sort_title,
    COALESCE(t.titles, '[]'::jsonb) AS titles,
    COALESCE(t.by_language, '{}'::jsonb) AS titles_by_language,
    w.original_language::text AS original_language,
    l.direction,
    w.literature_type,
    w.created_edtf::text AS created_edtf,
    w.year_from,
    w.year_to,
    w.description,
    COALESCE(c.contributors, '[]'::jsonb) AS contributors,
    COALESCE(c.author_ids, '{}'::uuid[]) AS author_ids,
    COALESCE(c.author_public_ids, '{}'::text[]) AS author_public_ids,
    w.series_id,
    se.slug::text AS series_slug,
    se.title AS series_title,
    w.series_position,
    e.original_id,
    e.translation_count,
    COALESCE(e.translation_languages, '{}'::text[]) AS translation_languages,
    COALESCE(g.ids, '{}'::uuid[]) AS tag_ids,
    COALESCE(k.ids, '{}'::uuid[]) AS category_ids,
    COALESCE(k.path_ids, '{}'::uuid[]) AS category_path_ids,
    COALESCE(r.class, 'UNKNOWN'::text) AS rights_class,
    COALESCE(x.ids, '[]'::jsonb) AS external_ids,
    COALESCE(p.popularity, 0::double precision) AS popularity,
    w.published_at,
    w.updated_at,
    w.version
   FROM core.works w
     JOIN core.subjects s ON s.id = w.id
     JOIN core.languages l ON l.tag::text = w.original_language::text
     LEFT JOIN core.slugs sl ON sl.subject_id = w.id AND sl.is_current
     LEFT JOIN core.series se ON se.id = w.series_id
     LEFT JOIN stats.totals p ON p.subject_id = w.id
     LEFT JOIN LATERAL ( SELECT (array_agg(o.title ORDER BY o.n))[1] AS title,
            (array_agg(o.language ORDER BY o.n))[1] AS language,
            (array_agg(o.sort_title ORDER BY o.n))[1] AS sort_title,
            jsonb_agg(jsonb_build_object('language', o.language, 'title', o.title, 'sortTitle', o.sort_title, 'subtitle', o.subtitle, 'kind', o.title_kind) ORDER BY o.n) AS titles,
            jsonb_object_agg(o.language, o.title) FILTER (WHERE o.title_kind = 'PRIMARY'::text) AS by_language
           FROM ( SELECT work_titles.language,
                    work_titles.title,
                    work_titles.subtitle,
                    work_titles.sort_title,
                    work_titles.title_kind,
                    row_number() OVER (ORDER BY (work_titles.language::text <> w.original_language::text), (work_titles.title_kind <> 'PRIMARY'::text), work_titles."position", work_titles.id) AS n
                   FROM core.work_titles
                  WHERE work_titles.work_id = w.id) o) t ON true
     LEFT JOIN LATERAL ( SELECT jsonb_agg(jsonb_build_object('personId', o.public_id, 'person', o.person_id, 'role', o.role, 'creditedAs', o.credited_as, 'certainty', o.certainty) ORDER BY o."position", o.person_id, o.role) AS contributors,
            array_agg(o.person_id ORDER BY o."position", o.person_id) FILTER (WHERE o.first_as_author) AS author_ids,
            array_agg(o.public_id ORDER BY o."position", o.person_id) FILTER (WHERE o.first_as_author) AS author_public_ids
           FROM ( SELECT wc.work_id,
                    wc.person_id,
                    wc.role,
                    wc."position",
                    wc.credited_as,
                    wc.certainty,
                    ps.public_id,
                    a.author AND row_number() OVER (PARTITION BY wc.person_id, a.author ORDER BY wc."position", wc.role) = 1 AS first_as_author
                   FROM core.work_contributors wc
                     JOIN core.persons pe ON pe.id = wc.person_id AND pe.status = 'PUBLISHED'::text AND pe.deleted_at IS NULL
                     JOIN core.subjects ps ON ps.id = wc.person_id
                     CROSS JOIN LATERAL ( SELECT core.is_author(wc.role, wc.certainty) AS author) a
                  WHERE wc.work_id = w.id) o) c ON true
     LEFT JOIN LATERAL ( SELECT (array_agg(ex.id ORDER BY (ex.language::text <> w.original_language::text), ex.created_at, ex.id) FILTER (WHERE ex.expression_kind = 'ORIGINAL'::text))[1] AS original_id,
            count(*) FILTER (WHERE ex.expression_kind <> 'ORIGINAL'::text)::integer AS translation_count,
            array_agg(DISTINCT ex.language::text) FILTER (WHERE ex.expression_kind <> 'ORIGINAL'::text) AS translation_languages
           FROM core.expressions ex
          WHERE ex.work_id = w.id AND ex.status = 'PUBLISHED'::text AND ex.deleted_at IS NULL) e ON true
     LEFT JOIN LATERAL ( SELECT array_agg(DISTINCT canonical.id) AS ids
           FROM core.subject_tags st
             JOIN core.tags used ON used.id = st.tag_id AND used.status = 'ACTIVE'::text
             JOIN core.tags canonical ON canonical.id = COALESCE(used.synonym_of, used.id) AND canonical.status = 'ACTIVE'::text
          WHERE st.subject_id = w.id) g ON true
     LEFT JOIN LATERAL ( SELECT array_agg(DISTINCT ca.id) AS ids,
            array_agg(DISTINCT up.id) AS path_ids
           FROM core.subject_categories sc
             JOIN view.category ca ON ca.id = sc.category_id
             CROSS JOIN LATERAL unnest(ca.ancestor_ids || ca.id) up(id)
          WHERE sc.subject_id = w.id) k ON true
     LEFT JOIN LATERAL ( SELECT (array_agg(core.rights_class(ri.status, li.open) ORDER BY (ri.subject_id <> w.id)))[1] AS class
           FROM core.rights ri
             LEFT JOIN core.licenses li ON li.id = ri.license_id
          WHERE (ri.subject_id = ANY (ARRAY[w.id, e.original_id])) AND ri.jurisdiction = '*'::text) r ON true
     LEFT JOIN LATERAL ( SELECT jsonb_agg(jsonb_build_object('scheme', ei.scheme, 'value', ei.value) ORDER BY ei.scheme, ei.value) AS ids
           FROM core.external_ids ei
          WHERE ei.subject_id = w.id) x ON true
  WHERE w.status = 'PUBLISHED'::text AND w.deleted_at IS NULL;

CREATE VIEW view.work_title_key AS
 SELECT work_id,
    key
   FROM ( SELECT work_titles.work_id,
            view.sort_key(work_titles.title) COLLATE "C" AS key
           FROM core.work_titles
        UNION ALL
         SELECT work_titles.work_id,
            view.sort_key(work_titles.sort_title) COLLATE "C" AS sort_key
           FROM core.work_titles) k
  WHERE (EXISTS ( SELECT
           FROM view.work w
          WHERE w.id = k.work_id));


-- Functions

CREATE OR REPLACE FUNCTION core.alignment_document(alignment uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
  SELECT coalesce(jsonb_agg(jsonb_build_array(lower(g.left_lines), upper(g.left_lines) - 1, lower(g.right_lines), upper(g.right_lines) - 1,
    g.linear, g.confidence, g.note, g.stale) ORDER BY g.idx), '[]')
  FROM core.alignment_groups g WHERE g.alignment_id = alignment
$function$;

CREATE OR REPLACE FUNCTION core.expression_snapshot(expression uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE STRICT
 SET search_path TO 'pg_catalog'
AS $function$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'workId', core.typeid('WORK', e.work_id), 'kind', e.expression_kind, 'language', e.language, 'title', e.title, 'subtitle', e.subtitle,
    'sourceExpressionId', core.typeid('EXPRESSION', e.source_expression_id), 'origin', e.origin, 'completeness', e.completeness, 'form', e.form,
    'year', e.year, 'notes', e.notes, 'provenance', e.provenance, 'sourceUrl', e.source_url, 'credit', e.credit, 'quality', e.quality,
    'contributors', (SELECT jsonb_agg(jsonb_build_object('personId', core.typeid('PERSON', x.person_id), 'role', x.role, 'creditedAs', x.credited_as)
      ORDER BY x.position, x.person_id, x.role) FROM core.expression_contributors x WHERE x.expression_id = e.id)))
  FROM core.expressions e WHERE e.id = expression
$function$;

CREATE OR REPLACE FUNCTION core.flatten_redirects()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
AS $function$
BEGIN
  UPDATE core.id_redirects SET new_id = NEW.new_id WHERE new_id = NEW.old_id AND old_id <> NEW.new_id;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION core.forget_history(subject uuid, most integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
AS $function$
DECLARE
  since timestamptz := now() - interval '30 days';
  texts int;
  descriptions int;
BEGIN
  IF EXISTS (SELECT FROM core.id_redirects r WHERE r.old_id = subject) OR NOT EXISTS (
    SELECT FROM core.works w WHERE w.id = subject AND w.deleted_at < since
    UNION ALL SELECT FROM core.persons p WHERE p.id = subject AND p.deleted_at < since
    UNION ALL SELECT FROM core.expressions e JOIN core.works w ON w.id = e.work_id WHERE e.id = subject AND least(e.deleted_at, w.deleted_at) < since) THEN
    RETURN 0;
  END IF;
  DELETE FROM core.text_revisions t WHERE t.expression_id = subject
    AND t.revision IN (SELECT o.revision FROM core.text_revisions o WHERE o.expression_id = subject ORDER BY o.revision LIMIT most);
  GET DIAGNOSTICS texts = ROW_COUNT;
  DELETE FROM core.revisions r WHERE r.subject_id = subject
    AND r.version IN (SELECT o.version FROM core.revisions o WHERE o.subject_id = subject ORDER BY o.version LIMIT most);
  GET DIAGNOSTICS descriptions = ROW_COUNT;
  RETURN texts + descriptions;
END $function$;

CREATE OR REPLACE FUNCTION core.is_author(role text, certainty text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  SELECT role IN ('AUTHOR','ATTRIBUTED') AND certainty <> 'SPURIOUS'
$function$;

CREATE OR REPLACE FUNCTION core.person_snapshot(person uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE STRICT
 SET search_path TO 'pg_catalog'
AS $function$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'kind', p.person_kind, 'birth', p.birth_edtf, 'death', p.death_edtf, 'birthYear', p.birth_year, 'deathYear', p.death_year,
    'floruit', p.floruit, 'birthPlace', p.birth_place, 'deathPlace', p.death_place, 'country', p.country_code, 'bio', p.bio,
    'names', (SELECT jsonb_agg(jsonb_build_object('language', x.language, 'name', x.name, 'sortName', x.sort_name, 'kind', x.name_kind)
      ORDER BY x.position, x.id) FROM core.person_names x WHERE x.person_id = p.id)))
  FROM core.persons p WHERE p.id = person
$function$;

CREATE OR REPLACE FUNCTION core.prefix(kind text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$
  SELECT CASE kind
    WHEN 'WORK' THEN 'work' WHEN 'EXPRESSION' THEN 'expr' WHEN 'PERSON' THEN 'prsn' WHEN 'USER' THEN 'user'
    WHEN 'TAG' THEN 'tag' WHEN 'CATEGORY' THEN 'cat' WHEN 'COLLECTION' THEN 'coll' WHEN 'COMMENT' THEN 'cmnt'
    WHEN 'ALIGNMENT' THEN 'algn' WHEN 'CONTRIBUTION' THEN 'ctrb' END
$function$;

CREATE OR REPLACE FUNCTION core.readable_lines(rights_class text, line_count integer)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  SELECT CASE WHEN rights_class = 'OPEN' THEN line_count ELSE least(40, (line_count + 9) / 10) END
$function$;

CREATE OR REPLACE FUNCTION core.resolve_redirect()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
AS $function$
BEGIN
  PERFORM 1 FROM core.subjects WHERE id IN (NEW.old_id, NEW.new_id) ORDER BY id FOR NO KEY UPDATE;
  NEW.new_id := coalesce((SELECT r.new_id FROM core.id_redirects r WHERE r.old_id = NEW.new_id), NEW.new_id);
  RETURN NEW;
END $function$;

CREATE OR REPLACE FUNCTION core.rights_class(status text, license_open boolean)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  SELECT CASE
    WHEN status = 'PUBLIC_DOMAIN' OR status = 'LICENSED' AND license_open THEN 'OPEN'
    WHEN status IN ('LICENSED','IN_COPYRIGHT','PERMISSION','ORPHAN') THEN 'RESTRICTED'
    ELSE 'UNKNOWN' END
$function$;

CREATE OR REPLACE FUNCTION core.set_vocabulary(expression uuid, revision integer, language text, terms text[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION core.typeid(kind text, id uuid)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION core.work_snapshot(work uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE STRICT
 SET search_path TO 'pg_catalog'
AS $function$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'originalLanguage', w.original_language, 'literatureType', w.literature_type, 'created', w.created_edtf,
    'yearFrom', w.year_from, 'yearTo', w.year_to, 'description', w.description, 'seriesId', w.series_id, 'seriesPosition', w.series_position,
    'titles', (SELECT jsonb_agg(jsonb_build_object('language', x.language, 'title', x.title, 'subtitle', x.subtitle, 'sortTitle', x.sort_title, 'kind', x.title_kind)
      ORDER BY x.position, x.id) FROM core.work_titles x WHERE x.work_id = w.id),
    'contributors', (SELECT jsonb_agg(jsonb_build_object('personId', core.typeid('PERSON', x.person_id), 'role', x.role, 'certainty', x.certainty, 'creditedAs', x.credited_as)
      ORDER BY x.position, x.person_id, x.role) FROM core.work_contributors x WHERE x.work_id = w.id),
    'tagIds', (SELECT jsonb_agg(core.typeid('TAG', x.tag_id) ORDER BY x.tag_id) FROM core.subject_tags x WHERE x.subject_id = w.id),
    'categoryIds', (SELECT jsonb_agg(core.typeid('CATEGORY', x.category_id) ORDER BY x.category_id) FROM core.subject_categories x WHERE x.subject_id = w.id)))
  FROM core.works w WHERE w.id = work
$function$;

CREATE OR REPLACE FUNCTION ops.announce(tags text[], hard boolean DEFAULT false)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
AS $function$
BEGIN
  IF cardinality(tags) > 0 THEN
    INSERT INTO ops.outbox (tags, hard) VALUES (announce.tags || ARRAY(
      SELECT DISTINCT 'kind:' || substring(t FROM '^([a-z]+)(?:_|:[a-z]+_)') FROM unnest(announce.tags) t WHERE t ~ '^[a-z]+(_|:[a-z]+_)'), announce.hard);
  END IF;
END $function$;

CREATE OR REPLACE FUNCTION ops.number_changes(max integer DEFAULT 10000)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
DECLARE
  taken int;
  span bigint := number_changes.max;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('tercul.number_changes', 0));
  LOOP
    WITH head AS MATERIALIZED (SELECT c.* FROM ops.change_candidates c ORDER BY c.id LIMIT span),
    whole AS MATERIALIZED (
      -- Whole transactions, or a limit in the middle of one would make two changes of it; in the order of their last
      -- candidates, so that one that touched a subject earlier is never left for later.
      SELECT x.xid FROM (SELECT DISTINCT h.xid FROM head h) x
      WHERE (SELECT c.id FROM ops.change_candidates c WHERE c.xid = x.xid ORDER BY c.id DESC LIMIT 1) <= (SELECT max(h.id) FROM head h)),
    due AS MATERIALIZED (SELECT h.* FROM head h JOIN whole USING (xid)),
    gone AS (DELETE FROM ops.change_candidates c WHERE c.id = ANY (ARRAY(SELECT d.id FROM due d)) RETURNING c.id),
    net AS (
      SELECT d.xid, d.subject_id, max(d.id) AS last_id, (array_agg(d.kind ORDER BY d.id DESC))[1] AS kind,
             (array_agg(d.change ORDER BY d.id))[1] AS first, (array_agg(d.change ORDER BY d.id DESC))[1] AS last,
             (array_agg(d.version ORDER BY d.id DESC))[1] AS version, max(d.at) AS at
      FROM due d GROUP BY d.xid, d.subject_id),
    numbered AS (
      INSERT INTO ops.changes (seq, subject_id, kind, change, version, at)
      SELECT coalesce((SELECT max(c.seq) FROM ops.changes c), 0) + row_number() OVER (ORDER BY n.last_id), n.subject_id, n.kind,
             CASE WHEN n.last = 'DELETED' THEN 'DELETED' WHEN n.first = 'CREATED' THEN 'CREATED' ELSE 'UPDATED' END, n.version, n.at
      FROM net n WHERE NOT (n.first = 'CREATED' AND n.last = 'DELETED')
      RETURNING seq)
    SELECT count(*) INTO taken FROM gone;
    EXIT WHEN taken > 0 OR NOT EXISTS (SELECT FROM ops.change_candidates);
    span := span * 2; -- every transaction within reach goes on beyond it
  END LOOP;
  RETURN taken;
END $function$;

CREATE OR REPLACE FUNCTION ops.outbox_appended()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
AS $function$
BEGIN
  PERFORM pg_notify('tercul_outbox', '');
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION ops.prune_outbox(keep interval, owed interval DEFAULT '1 day'::interval)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
AS $function$
DECLARE
  n bigint;
BEGIN
  IF keep < interval '10 minutes' OR owed < interval '10 minutes' THEN
    RAISE EXCEPTION 'announcements must be kept for 10 minutes at least' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  DELETE FROM ops.edges e WHERE e.at < now() - owed;
  DELETE FROM ops.outbox WHERE id = ANY (ARRAY(SELECT o.id FROM ops.outbox o WHERE o.at < now() - keep
    AND NOT EXISTS (SELECT FROM ops.edges e WHERE NOT pg_visible_in_snapshot(o.xid, e.done)) ORDER BY o.at LIMIT 10000));
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $function$;

CREATE OR REPLACE FUNCTION ops.refuse_truncate()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
AS $function$
BEGIN
  IF view.deferred() THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION 'TRUNCATE of %.% would leave the read model behind', TG_TABLE_SCHEMA, TG_TABLE_NAME
    USING HINT = 'Use DELETE, or SET LOCAL tercul.defer_refresh = ''on'' and SELECT view.refresh_all() in the same transaction.';
END $function$;

CREATE OR REPLACE FUNCTION ops.sha256_hex(value text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$
  SELECT encode(sha256(convert_to(value, 'UTF8')), 'hex')
$function$;

CREATE OR REPLACE PROCEDURE ops.watch(IN target regclass, IN handler regproc)
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
AS $procedure$
DECLARE
  stem text := (SELECT relname FROM pg_class WHERE oid = target);
BEGIN
  EXECUTE format('CREATE TRIGGER %I AFTER INSERT ON %s REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION %s()', stem || '_inserted', target, handler);
  EXECUTE format('CREATE TRIGGER %I AFTER UPDATE ON %s REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION %s()', stem || '_updated', target, handler);
  EXECUTE format('CREATE TRIGGER %I AFTER DELETE ON %s REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION %s()', stem || '_deleted', target, handler);
  EXECUTE format('CREATE OR REPLACE TRIGGER %I BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate()', stem || '_truncated', target);
END $procedure$;

CREATE OR REPLACE FUNCTION view.align_tags(ids uuid[])
 RETURNS text[]
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
BEGIN
  RETURN ARRAY(
    SELECT 'align:' || core.typeid('EXPRESSION', left_id) FROM core.alignments WHERE left_id = ANY (ids) OR right_id = ANY (ids)
    UNION SELECT 'align:' || core.typeid('EXPRESSION', right_id) FROM core.alignments WHERE left_id = ANY (ids) OR right_id = ANY (ids));
END $function$;

CREATE OR REPLACE FUNCTION view.best_translation(work uuid, languages text[])
 RETURNS uuid
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
  WITH RECURSIVE asked (n, step, range) AS (
    SELECT r.n, 0, lower(r.range) FROM unnest(languages) WITH ORDINALITY r (range, n)
    UNION ALL
    SELECT a.n, a.step + 1, regexp_replace(a.range, '(-[a-z0-9])?-[^-]*$', '') FROM asked a WHERE a.range LIKE '%-%')
  SELECT e.id
  FROM view.expression e JOIN asked a ON lower(e.language) = a.range OR a.step = 0 AND starts_with(lower(e.language), a.range || '-')
  WHERE e.work_id = best_translation.work AND e.kind <> 'ORIGINAL'
  ORDER BY lower(e.language) <> a.range, a.n, a.step, e.quality DESC, e.rights_class <> 'OPEN', e.completeness <> 'COMPLETE', e.popularity DESC, e.id
  LIMIT 1
$function$;

CREATE OR REPLACE FUNCTION view.category_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
DECLARE
  n bigint := (SELECT count(*) FROM changed);
  named uuid[] := ARRAY(SELECT id FROM changed);
  counted boolean := true;
  works uuid[];
BEGIN
  IF n = 0 THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    -- Every publication moves a count: that is no news for the change feed, nor to whoever names the category.
    named := ARRAY(SELECT id FROM before b JOIN changed c USING (id) WHERE to_jsonb(b) - 'work_count' <> to_jsonb(c) - 'work_count');
    counted := EXISTS (SELECT FROM before b JOIN changed c USING (id) WHERE b.work_count <> c.work_count);
    INSERT INTO ops.change_candidates (subject_id, kind, change, version)
      SELECT id, 'CATEGORY', 'UPDATED', version FROM changed WHERE id = ANY (named) ORDER BY id;
  ELSE
    INSERT INTO ops.change_candidates (subject_id, kind, change, version)
      SELECT id, 'CATEGORY', CASE TG_OP WHEN 'INSERT' THEN 'CREATED' ELSE 'DELETED' END, version FROM changed ORDER BY id;
  END IF;
  IF view.deferred() THEN
    RETURN NULL;
  END IF;
  PERFORM ops.announce(CASE WHEN n > 10000 THEN '{*}' ELSE ARRAY(
    SELECT unnest(ARRAY['list:cat', public_id]) FROM changed WHERE id = ANY (named)
    UNION SELECT 'count:cat' WHERE counted) END);
  IF TG_OP = 'UPDATE' THEN
    works := ARRAY(SELECT DISTINCT sc.subject_id FROM before b JOIN changed c USING (id) JOIN core.subject_categories sc ON sc.category_id = c.id WHERE b.ancestor_ids <> c.ancestor_ids);
  ELSE
    works := ARRAY(SELECT DISTINCT sc.subject_id FROM changed c JOIN core.subject_categories sc ON sc.category_id = c.id);
    PERFORM view.visibility_changed(ARRAY(SELECT id FROM changed));
  END IF;
  IF cardinality(works) > 0 THEN PERFORM view.refresh_work(works); END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.cite(subject uuid, format text, ref text, locale text)
 RETURNS text
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION view.cite_bibtex(d jsonb, locale text)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION view.cite_bibtex_escape(value text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  SELECT string_agg(CASE
    WHEN c IN ('{','}','$','&','#','_','%') THEN '\' || c
    WHEN c = '\' THEN '\textbackslash{}' WHEN c = '~' THEN '\textasciitilde{}' WHEN c = '^' THEN '\textasciicircum{}'
    WHEN c IN (E'\n', E'\r', E'\t') THEN ' ' ELSE c END, '' ORDER BY n)
  FROM unnest(string_to_array(value, NULL)) WITH ORDINALITY u (c, n)
$function$;

CREATE OR REPLACE FUNCTION view.cite_bibtex_names(people jsonb)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  SELECT string_agg(CASE WHEN e.person ? 'literal' THEN '{' || view.cite_bibtex_escape(e.person ->> 'literal') || '}'
                         ELSE view.cite_bibtex_escape(e.person ->> 'family') || ', ' || view.cite_bibtex_escape(e.person ->> 'given') END, ' and ' ORDER BY e.n)
  FROM jsonb_array_elements(people) WITH ORDINALITY e (person, n)
$function$;

CREATE OR REPLACE FUNCTION view.cite_csl(d jsonb)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'id', d -> 'id', 'type', 'book', 'title', d -> 'fullTitle', 'author', view.cite_csl_names(d -> 'authors'), 'translator', view.cite_csl_names(d -> 'translators'),
    'issued', view.cite_csl_date(d -> 'yearFrom', d -> 'yearTo', d ->> 'edtf'), 'original-date', view.cite_csl_date(d -> 'originalFrom', d -> 'originalTo', d ->> 'originalEdtf'),
    'original-title', d -> 'originalTitle', 'collection-title', d -> 'series', 'language', d -> 'language', 'locator', d -> 'ref', 'note', d -> 'note', 'URL', d -> 'uri'))::text
$function$;

CREATE OR REPLACE FUNCTION view.cite_csl_date(year_from jsonb, year_to jsonb, edtf text)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  SELECT CASE
    WHEN coalesce(year_from, 'null') = 'null' THEN NULL
    WHEN coalesce(year_to, 'null') IN ('null', year_from) THEN jsonb_build_object('date-parts', jsonb_build_array(jsonb_build_array(year_from)))
    ELSE jsonb_build_object('date-parts', jsonb_build_array(jsonb_build_array(year_from), jsonb_build_array(year_to))) END
    || CASE WHEN edtf ~ '[~?%X]' THEN '{"circa": true}' ELSE '{}' END::jsonb
$function$;

CREATE OR REPLACE FUNCTION view.cite_csl_names(people jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  SELECT jsonb_agg(e.person - 'name' ORDER BY e.n) FROM jsonb_array_elements(people) WITH ORDINALITY e (person, n)
$function$;

CREATE OR REPLACE FUNCTION view.cite_data(subject uuid, ref text, locale text)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION view.cite_date(year_from integer, year_to integer, edtf text, locale text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  SELECT CASE
    WHEN year_from IS NULL THEN '–' || CASE WHEN d.starts ~ '[~%X]' OR d.ends ~ '[~%X]' THEN d.circa ELSE '' END || view.cite_year(year_to, year_to, locale)
    WHEN d.starts ~ '[~%X]' THEN d.circa || view.cite_year(year_from, year_to, locale)
    WHEN d.ends ~ '[~%X]' AND year_to > year_from THEN view.cite_year(year_from, year_from, locale) || '–' || d.circa || view.cite_year(year_to, year_to, locale)
    ELSE view.cite_year(year_from, year_to, locale) END
    || CASE WHEN edtf ~ '/(\.\.)?$' AND year_to IS NULL THEN '–' ELSE '' END || CASE WHEN edtf ~ '[?%]' THEN '?' ELSE '' END
  FROM (SELECT split_part(edtf, '/', 1) AS starts, split_part(edtf, '/', 2) AS ends, view.cite_word('circa', locale) || ' ' AS circa) d
$function$;

CREATE OR REPLACE FUNCTION view.cite_held(work uuid)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
  SELECT nullif(e.completeness, 'COMPLETE') FROM view.expression e WHERE e.work_id = work AND e.readable_lines > 0
  ORDER BY array_position('{COMPLETE,PARTIAL,EXCERPT,SYNOPSIS}', e.completeness) LIMIT 1
$function$;

CREATE OR REPLACE FUNCTION view.cite_initials(given text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  SELECT string_agg(CASE
    WHEN word IN ('von','vom','zu','zum','zur','van','der','den','de','ten','ter','te','del','della','degli','dei','di','da','do','dos','das','du','des','la','le','les','af','av','y','e','ibn','bin','bint','ben','al','el') THEN word
    ELSE (SELECT string_agg(left(part, 1) || '.', '-' ORDER BY m) FROM unnest(string_to_array(word, '-')) WITH ORDINALITY h (part, m) WHERE part <> '') END, ' ' ORDER BY n)
  FROM unnest(string_to_array(given, ' ')) WITH ORDINALITY w (word, n) WHERE word <> ''
$function$;

CREATE OR REPLACE FUNCTION view.cite_name(person jsonb, family_first boolean, initials boolean)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  SELECT CASE
    WHEN person ? 'literal' THEN person ->> 'literal'
    WHEN NOT initials AND (NOT family_first OR n.as_is) THEN person ->> 'name'
    WHEN family_first THEN (person ->> 'family') || ', ' || g.given
    ELSE g.given || ' ' || (person ->> 'family') END
  FROM (SELECT CASE WHEN initials THEN view.cite_initials(person ->> 'given') ELSE person ->> 'given' END AS given) g,
       (SELECT person ->> 'name' = (person ->> 'family') || ' ' || (person ->> 'given') OR (person ->> 'name' ~ '[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]'
               AND person ->> 'name' = (person ->> 'family') || (person ->> 'given')) AS as_is) n
$function$;

CREATE OR REPLACE FUNCTION view.cite_names(people jsonb, inverted boolean, all_inverted boolean, initials boolean, conjunction text, most integer)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  SELECT CASE
    WHEN count(*) = 0 THEN NULL
    WHEN count(*) > most THEN min(n.name) FILTER (WHERE n.i = 1) || ', et al.'
    WHEN count(*) = 1 THEN min(n.name)
    ELSE string_agg(n.name, ', ' ORDER BY n.i) FILTER (WHERE n.i < n.last)
         || CASE WHEN count(*) > 2 OR inverted THEN ', ' ELSE ' ' END || conjunction || ' ' || min(n.name) FILTER (WHERE n.i = n.last) END
  FROM (SELECT e.i, count(*) OVER () AS last, view.cite_name(e.person, CASE e.i WHEN 1 THEN inverted ELSE all_inverted END, initials) AS name
        FROM jsonb_array_elements(people) WITH ORDINALITY e (person, i)) n
$function$;

CREATE OR REPLACE FUNCTION view.cite_people(ids uuid[], locale text)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
  SELECT coalesce(jsonb_agg(CASE WHEN n.entry ->> 'sortName' LIKE '_%, _%'
    THEN jsonb_build_object('family', split_part(n.entry ->> 'sortName', ', ', 1), 'given', substring(n.entry ->> 'sortName' FROM ', (.*)$'), 'name', n.entry -> 'name')
    ELSE jsonb_build_object('literal', coalesce(n.entry ->> 'name', p.name)) END ORDER BY u.n), '[]')
  FROM unnest(ids) WITH ORDINALITY u (id, n)
  JOIN view.person p ON p.id = u.id
  LEFT JOIN LATERAL (
    SELECT e.entry FROM jsonb_array_elements(p.names) WITH ORDINALITY e (entry, n)
    WHERE e.entry ->> 'kind' = 'PRIMARY'
    ORDER BY e.entry ->> 'language' IS DISTINCT FROM locale, e.entry ->> 'language' IS DISTINCT FROM split_part(locale, '-', 1), e.n LIMIT 1) n ON true
$function$;

CREATE OR REPLACE FUNCTION view.cite_ris(d jsonb)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION view.cite_sentences(VARIADIC parts text[])
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  SELECT string_agg(part || CASE WHEN part ~ '[.?!…。？！]["”’»]?$' THEN '' ELSE '.' END, ' ' ORDER BY n)
  FROM unnest(parts) WITH ORDINALITY p (part, n) WHERE part <> ''
$function$;

CREATE OR REPLACE FUNCTION view.cite_text(d jsonb, style text, locale text)
 RETURNS text
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION view.cite_word(word text, locale text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION view.cite_year(year_from integer, year_to integer, locale text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  SELECT CASE
    WHEN year_from IS NULL THEN NULL
    WHEN coalesce(year_to, year_from) = year_from THEN abs(year_from) || CASE WHEN year_from < 0 THEN ' ' || view.cite_word('bce', locale) ELSE '' END
    WHEN (year_from < 0) = (year_to < 0) THEN abs(year_from) || '–' || view.cite_year(year_to, year_to, locale)
    ELSE view.cite_year(year_from, year_from, locale) || '–' || view.cite_year(year_to, year_to, locale) END
$function$;

CREATE OR REPLACE FUNCTION view.collection_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
DECLARE
  n bigint := (SELECT count(*) FROM changed);
  seen uuid[];
BEGIN
  IF n = 0 OR view.silent() THEN
    RETURN NULL;
  END IF;
  -- The feed is for everybody: who lists its collections must not find those that are not listed.
  IF TG_OP = 'UPDATE' THEN
    INSERT INTO ops.change_candidates (subject_id, kind, change, version)
      SELECT c.id, 'COLLECTION', CASE WHEN b.visibility <> 'PUBLIC' THEN 'CREATED' WHEN c.visibility <> 'PUBLIC' THEN 'DELETED' ELSE 'UPDATED' END, c.version
      FROM changed c JOIN before b USING (id) WHERE 'PUBLIC' IN (b.visibility, c.visibility) ORDER BY c.id;
  ELSE
    INSERT INTO ops.change_candidates (subject_id, kind, change, version)
      SELECT id, 'COLLECTION', CASE TG_OP WHEN 'INSERT' THEN 'CREATED' ELSE 'DELETED' END, version FROM changed WHERE visibility = 'PUBLIC' ORDER BY id;
  END IF;
  IF view.deferred() THEN
    RETURN NULL;
  END IF;
  PERFORM ops.announce(CASE WHEN n > 10000 THEN '{*}' ELSE ARRAY(
    SELECT 'list:coll' UNION SELECT public_id FROM changed UNION SELECT core.typeid('USER', owner_id) FROM changed WHERE owner_id IS NOT NULL) END);
  IF TG_OP = 'UPDATE' THEN
    PERFORM ops.announce(ARRAY(SELECT DISTINCT core.typeid('USER', b.owner_id) FROM before b JOIN changed c USING (id) WHERE b.owner_id IS DISTINCT FROM c.owner_id AND b.owner_id IS NOT NULL
      UNION SELECT 'trending:' || lower(t.period) FROM before b JOIN changed c USING (id) JOIN stats.trending t ON t.subject_id = c.id WHERE b.visibility <> c.visibility));
  ELSE
    seen := ARRAY(SELECT id FROM changed);
    PERFORM view.refresh_collection_item(seen, ARRAY(SELECT DISTINCT subject_id FROM social.collection_items WHERE collection_id = ANY (seen)));
    PERFORM view.visibility_changed(seen);
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.collection_item_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
DECLARE
  collections uuid[] := ARRAY(SELECT DISTINCT collection_id FROM changed);
BEGIN
  IF view.deferred() OR cardinality(collections) = 0 THEN
    RETURN NULL;
  END IF;
  PERFORM ops.announce(ARRAY(SELECT core.typeid('COLLECTION', unnest(collections))));
  IF TG_OP <> 'UPDATE' THEN
    PERFORM view.refresh_collection(collections);
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.comment_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
DECLARE
  n bigint := (SELECT count(*) FROM changed);
BEGIN
  IF n = 0 OR view.silent() OR view.deferred() THEN
    RETURN NULL;
  END IF;
  PERFORM ops.announce(CASE WHEN n > 10000 THEN '{*}' ELSE ARRAY(
    SELECT public_id FROM changed UNION SELECT 'comments:' || core.typeid('COMMENT', root_id) FROM changed
    UNION SELECT 'comments:' || s.public_id FROM changed c JOIN core.subjects s ON s.id = c.subject_id) END);
  IF TG_OP = 'UPDATE' THEN
    PERFORM ops.announce(ARRAY(
      SELECT 'comments:' || core.typeid('COMMENT', b.root_id) FROM before b JOIN changed c USING (id) WHERE b.root_id <> c.root_id
      UNION SELECT 'comments:' || s.public_id FROM before b JOIN changed c USING (id) JOIN core.subjects s ON s.id = b.subject_id WHERE b.subject_id <> c.subject_id));
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.count_categories(added uuid[], removed uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
BEGIN
  IF cardinality(added) + cardinality(removed) = 0 THEN
    RETURN;
  END IF;
  PERFORM 1 FROM view.category WHERE id = ANY (added || removed) ORDER BY id FOR UPDATE;
  UPDATE view.category c SET work_count = c.work_count + d.n
  FROM (SELECT id, sum(n)::int AS n FROM (SELECT unnest(added) AS id, 1 AS n UNION ALL SELECT unnest(removed), -1) x GROUP BY id HAVING sum(n) <> 0) d
  WHERE c.id = d.id;
END $function$;

CREATE OR REPLACE FUNCTION view.count_languages(tags text[], works integer[], translations integer[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
BEGIN
  PERFORM 1 FROM view.language WHERE tag = ANY (tags) ORDER BY tag FOR UPDATE;
  UPDATE view.language l SET work_count = l.work_count + d.works, translation_count = l.translation_count + d.translations
  FROM (SELECT u.tag, sum(u.w)::int AS works, sum(u.t)::int AS translations FROM unnest(tags, works, translations) u (tag, w, t) GROUP BY u.tag) d
  WHERE l.tag = d.tag AND (d.works, d.translations) <> (0, 0);
END $function$;

CREATE OR REPLACE FUNCTION view.count_tags(added uuid[], removed uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
BEGIN
  IF cardinality(added) + cardinality(removed) = 0 THEN
    RETURN;
  END IF;
  PERFORM 1 FROM view.tag WHERE id = ANY (added || removed) ORDER BY id FOR UPDATE;
  UPDATE view.tag t SET usage_count = t.usage_count + d.n
  FROM (SELECT id, sum(n)::int AS n FROM (SELECT unnest(added) AS id, 1 AS n UNION ALL SELECT unnest(removed), -1) x GROUP BY id HAVING sum(n) <> 0) d
  WHERE t.id = d.id;
END $function$;

CREATE OR REPLACE FUNCTION view.count_translation_languages(added text[], removed text[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
BEGIN
  IF cardinality(added) + cardinality(removed) > 0 THEN
    PERFORM view.count_languages(added || removed, array_fill(0, ARRAY[cardinality(added) + cardinality(removed)]),
                                 array_fill(1, ARRAY[cardinality(added)]) || array_fill(-1, ARRAY[cardinality(removed)]));
  END IF;
END $function$;

CREATE OR REPLACE FUNCTION view.count_work_languages(added text[], removed text[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
BEGIN
  IF cardinality(added) + cardinality(removed) > 0 THEN
    PERFORM view.count_languages(added || removed, array_fill(1, ARRAY[cardinality(added)]) || array_fill(-1, ARRAY[cardinality(removed)]),
                                 array_fill(0, ARRAY[cardinality(added) + cardinality(removed)]));
  END IF;
END $function$;

CREATE OR REPLACE FUNCTION view.deferred()
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  SELECT coalesce(current_setting('tercul.defer_refresh', true), '') = 'on'
$function$;

CREATE OR REPLACE FUNCTION view.expression_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
DECLARE
  n bigint := (SELECT count(*) FROM changed);
  persons uuid[];
  realigned uuid[];
BEGIN
  IF n = 0 OR view.silent() THEN
    RETURN NULL;
  END IF;
  INSERT INTO ops.change_candidates (subject_id, kind, change, version)
    SELECT id, 'EXPRESSION', CASE TG_OP WHEN 'INSERT' THEN 'CREATED' WHEN 'UPDATE' THEN 'UPDATED' ELSE 'DELETED' END, version FROM changed ORDER BY id;
  IF view.deferred() THEN
    RETURN NULL;
  END IF;

  IF TG_OP = 'UPDATE' THEN
    realigned := ARRAY(SELECT id FROM before b JOIN changed c USING (id) WHERE (b.text_revision, b.work_id) <> (c.text_revision, c.work_id));
    PERFORM ops.announce(CASE WHEN n > 10000 THEN '{*}' ELSE ARRAY(
      SELECT 'list:expr' UNION SELECT public_id FROM changed
      UNION SELECT work_public_id FROM changed UNION SELECT work_public_id FROM before
      UNION SELECT unnest(translator_public_ids) FROM changed UNION SELECT unnest(translator_public_ids) FROM before
      UNION SELECT 'text:' || c.public_id FROM before b JOIN changed c USING (id) WHERE b.readable_lines <> c.readable_lines
      UNION SELECT 'analysis:' || c.public_id FROM before b JOIN changed c USING (id) WHERE b.rights_class <> c.rights_class
      UNION SELECT unnest(view.align_tags(realigned))) END);
    PERFORM view.count_translation_languages(
      ARRAY(SELECT c.language FROM before b JOIN changed c USING (id) WHERE (b.language, b.kind) <> (c.language, c.kind) AND c.kind <> 'ORIGINAL'),
      ARRAY(SELECT b.language FROM before b JOIN changed c USING (id) WHERE (b.language, b.kind) <> (c.language, c.kind) AND b.kind <> 'ORIGINAL'));
    persons := ARRAY(SELECT DISTINCT unnest(b.translator_ids || c.translator_ids) FROM before b JOIN changed c USING (id)
                     WHERE b.translator_ids <> c.translator_ids OR b.language <> c.language);
  ELSE
    realigned := ARRAY(SELECT id FROM changed);
    PERFORM ops.announce(CASE WHEN n > 10000 THEN '{*}' ELSE ARRAY(
      SELECT 'list:expr' UNION SELECT public_id FROM changed UNION SELECT work_public_id FROM changed UNION SELECT unnest(translator_public_ids) FROM changed
      UNION SELECT 'text:' || public_id FROM changed UNION SELECT 'analysis:' || public_id FROM changed UNION SELECT unnest(view.align_tags(realigned))) END);
    PERFORM view.count_translation_languages(CASE TG_OP WHEN 'INSERT' THEN a.tags ELSE '{}' END, CASE TG_OP WHEN 'DELETE' THEN a.tags ELSE '{}' END)
      FROM (SELECT ARRAY(SELECT language FROM changed WHERE kind <> 'ORIGINAL') AS tags) a;
    persons := ARRAY(SELECT DISTINCT unnest(translator_ids) FROM changed);
    PERFORM view.visibility_changed(realigned);
  END IF;
  IF cardinality(persons) > 0 THEN PERFORM view.refresh_person(persons); END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.groups_at(alignment uuid, flipped boolean, lines int4range)
 RETURNS TABLE(idx integer, here int4range, there int4range, linear boolean, confidence real, stale boolean)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
BEGIN
  IF flipped THEN
    RETURN QUERY SELECT g.idx, g.right_lines, g.left_lines, g.linear, g.confidence, g.stale FROM core.alignment_groups g WHERE g.alignment_id = alignment AND g.right_lines && lines;
  ELSE
    RETURN QUERY SELECT g.idx, g.left_lines, g.right_lines, g.linear, g.confidence, g.stale FROM core.alignment_groups g WHERE g.alignment_id = alignment AND g.left_lines && lines;
  END IF;
END $function$;

CREATE OR REPLACE FUNCTION view.groups_behind(alignment uuid, flipped boolean, lines int4range)
 RETURNS TABLE(line integer, there int4range, confidence real, stale boolean)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION view.language_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
BEGIN
  IF view.deferred() OR NOT EXISTS (SELECT FROM changed) THEN
    RETURN NULL;
  ELSIF TG_OP = 'UPDATE' THEN
    -- Every publication moves a count: that is no news to whoever names a language.
    PERFORM ops.announce(ARRAY(
      SELECT DISTINCT t.tag FROM before b JOIN changed c USING (tag) CROSS JOIN LATERAL (VALUES
        ('ref', (b.iso639_3, b.script, b.direction, b.name, b.native_name) IS DISTINCT FROM (c.iso639_3, c.script, c.direction, c.name, c.native_name)),
        ('count:language', (b.work_count, b.translation_count) <> (c.work_count, c.translation_count))) t (tag, told) WHERE t.told));
  ELSE
    PERFORM ops.announce('{ref,count:language}');
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.list_tag(kind text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  SELECT 'list:' || CASE kind WHEN 'PERSON' THEN 'author' ELSE core.prefix(kind) END
$function$;

CREATE OR REPLACE FUNCTION view.localized(names jsonb, langs text[])
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  SELECT coalesce(names ->> langs[1], names ->> langs[2], names ->> langs[3], names ->> langs[4], names ->> langs[5],
                  names ->> langs[6], names ->> langs[7], names ->> langs[8], names ->> langs[9], names ->> langs[10])
$function$;

CREATE OR REPLACE FUNCTION view.lock_expressions(ids uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
BEGIN
  PERFORM view.lock_subjects(ARRAY(
    SELECT work_id FROM core.expressions WHERE id = ANY (ids) UNION SELECT work_id FROM view.expression WHERE id = ANY (ids)));
END $function$;

CREATE OR REPLACE FUNCTION view.lock_subjects(ids uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
BEGIN
  PERFORM 1 FROM core.subjects WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;
END $function$;

CREATE OR REPLACE FUNCTION view.model_shape(relation text, OUT key text, OUT columns text, OUT matched text)
 RETURNS record
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
  SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FILTER (WHERE a.attnum = ANY (i.indkey)),
         string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum),
         string_agg(format('s.%1$I = t.%1$I', a.attname), ' AND ' ORDER BY a.attnum) FILTER (WHERE a.attnum = ANY (i.indkey))
  FROM pg_attribute a JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
  WHERE a.attrelid = ('view.' || quote_ident(relation))::regclass AND a.attnum > 0 AND NOT a.attisdropped
$function$;

CREATE OR REPLACE FUNCTION view.models()
 RETURNS text[]
 LANGUAGE sql
 IMMUTABLE
AS $function$
  SELECT '{category,work,expression,person,tag,language,users_public,collection_item,collection,comment}'::text[]
$function$;

CREATE OR REPLACE FUNCTION view.on_alignment_groups()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION view.on_alignments()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION view.on_categories()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
DECLARE
  ids uuid[] := ARRAY(SELECT id FROM changed);
  held uuid[] := '{}';
BEGIN
  IF view.deferred() OR cardinality(ids) = 0 THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    LOOP
      ids := ARRAY(
        WITH RECURSIVE walk (id, n) AS (
          SELECT unnest(ids), 0 UNION SELECT id, 0 FROM before
          UNION SELECT c.id, walk.n + 1 FROM walk JOIN core.categories c ON c.parent_id = walk.id WHERE walk.n < 16)
        SELECT DISTINCT id FROM walk);
      EXIT WHEN held @> ids;
      PERFORM 1 FROM core.categories WHERE id = ANY (ids) ORDER BY id FOR UPDATE;
      held := ids;
    END LOOP;
  END IF;
  PERFORM view.refresh_category(ids);
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.on_changes()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
BEGIN
  IF EXISTS (SELECT FROM changed) THEN
    PERFORM ops.announce('{changes}');
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.on_collection_items()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
BEGIN
  IF view.deferred() THEN
    RETURN NULL;
  ELSIF TG_OP = 'UPDATE' THEN
    PERFORM view.refresh_collection_item(ARRAY(SELECT collection_id FROM changed UNION SELECT collection_id FROM before),
                                         ARRAY(SELECT subject_id FROM changed UNION SELECT subject_id FROM before));
  ELSE
    PERFORM view.refresh_collection_item(ARRAY(SELECT DISTINCT collection_id FROM changed), ARRAY(SELECT DISTINCT subject_id FROM changed));
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.on_collections()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
BEGIN
  IF view.deferred() THEN
    RETURN NULL;
  ELSIF TG_OP = 'UPDATE' THEN
    PERFORM view.refresh_collection(ARRAY(SELECT id FROM changed UNION SELECT id FROM before));
  ELSE
    PERFORM view.refresh_collection(ARRAY(SELECT id FROM changed));
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.on_comments()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
BEGIN
  IF view.deferred() THEN
    RETURN NULL;
  ELSIF TG_OP = 'UPDATE' THEN
    -- When a comment has moved, so has its whole thread.
    PERFORM view.refresh_comment(ARRAY(
      SELECT id FROM changed UNION SELECT id FROM before
      UNION SELECT t.id FROM before b LEFT JOIN changed c USING (id) JOIN social.comments t ON t.root_id IN (b.root_id, c.root_id)
            WHERE (b.root_id, b.parent_id, b.path) IS DISTINCT FROM (c.root_id, c.parent_id, c.path)));
  ELSIF TG_OP = 'DELETE' THEN
    PERFORM view.refresh_comment(ARRAY(SELECT id FROM changed UNION SELECT parent_id FROM changed WHERE parent_id IS NOT NULL));
  ELSE
    PERFORM view.refresh_comment(ARRAY(SELECT id FROM changed));
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.on_countries()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
BEGIN
  IF NOT view.deferred() AND EXISTS (SELECT FROM changed) THEN
    PERFORM ops.announce('{ref}');
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.on_documents()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
BEGIN
  IF NOT view.deferred() AND EXISTS (SELECT FROM changed) THEN
    PERFORM ops.announce(ARRAY(SELECT 'api' UNION ALL SELECT DISTINCT 'doc:' || left(text_hash, 16) FROM changed));
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.on_expression_contributors()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
BEGIN
  IF view.deferred() THEN
    RETURN NULL;
  ELSIF TG_OP = 'UPDATE' THEN
    PERFORM view.refresh_expression(ARRAY(SELECT expression_id FROM changed UNION SELECT expression_id FROM before));
  ELSE
    PERFORM view.refresh_expression(ARRAY(SELECT DISTINCT expression_id FROM changed));
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.on_expressions()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
DECLARE
  ids uuid[] := ARRAY(SELECT id FROM changed);
  moved uuid[] := ids;
  works uuid[];
BEGIN
  IF view.deferred() OR cardinality(ids) = 0 THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    ids := ARRAY(SELECT unnest(ids) UNION SELECT id FROM before);
    moved := ARRAY(SELECT b.id FROM before b LEFT JOIN changed c USING (id)
      WHERE (b.work_id, b.expression_kind, b.language, b.status, b.deleted_at, b.text_revision) IS DISTINCT FROM (c.work_id, c.expression_kind, c.language, c.status, c.deleted_at, c.text_revision));
    works := ARRAY(SELECT work_id FROM changed WHERE id = ANY (moved) UNION SELECT work_id FROM before WHERE id = ANY (moved));
  ELSE
    works := ARRAY(SELECT DISTINCT work_id FROM changed);
  END IF;
  IF cardinality(works) > 0 THEN PERFORM view.refresh_work(works); END IF;
  IF cardinality(moved) > 0 THEN
    ids := ARRAY(
      SELECT unnest(ids) UNION SELECT id FROM core.expressions WHERE source_expression_id = ANY (moved)
      UNION SELECT right_id FROM core.alignments WHERE left_id = ANY (moved) UNION SELECT left_id FROM core.alignments WHERE right_id = ANY (moved));
  END IF;
  PERFORM view.refresh_expression(ids);
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.on_id_redirects()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
DECLARE
  ids uuid[] := ARRAY(SELECT old_id FROM changed UNION SELECT new_id FROM changed);
BEGIN
  IF view.deferred() OR cardinality(ids) = 0 THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    ids := ARRAY(SELECT unnest(ids) UNION SELECT old_id FROM before UNION SELECT new_id FROM before);
  END IF;
  PERFORM view.lock_subjects(ids);
  -- Lists may be asked for by any id, of whatever kind: those of works and texts by a person's, collections by all.
  PERFORM ops.announce(ARRAY(SELECT public_id FROM core.subjects WHERE id = ANY (ids) UNION SELECT view.list_tag(kind) FROM core.subjects WHERE id = ANY (ids)
    UNION SELECT unnest('{list:work,list:expr,list:cat,list:coll}'::text[])));
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.on_languages()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
DECLARE
  turned text[];
BEGIN
  IF view.deferred() OR NOT EXISTS (SELECT FROM changed) THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    turned := ARRAY(SELECT c.tag FROM before b JOIN changed c USING (tag) WHERE (b.script, b.direction) <> (c.script, c.direction));
    IF cardinality(turned) > 0 THEN
      PERFORM 1 FROM core.languages WHERE tag = ANY (turned) ORDER BY tag FOR UPDATE;
      PERFORM view.refresh_work(ARRAY(SELECT id FROM core.works WHERE original_language = ANY (turned)));
      PERFORM view.refresh_expression(ARRAY(SELECT id FROM core.expressions WHERE language = ANY (turned)));
    END IF;
    PERFORM view.refresh_language(ARRAY(SELECT tag::text FROM changed UNION SELECT tag::text FROM before));
  ELSE
    PERFORM view.refresh_language(ARRAY(SELECT tag::text FROM changed));
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.on_licenses()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
BEGIN
  IF view.deferred() OR NOT EXISTS (SELECT FROM changed) THEN
    RETURN NULL;
  END IF;
  PERFORM ops.announce('{ref}');
  IF TG_OP = 'UPDATE' THEN
    -- FOR UPDATE waits for rights being stated under the licence now: they would read the old terms.
    PERFORM 1 FROM core.licenses WHERE id IN (SELECT id FROM changed) ORDER BY id FOR UPDATE;
    PERFORM view.refresh_rights(ARRAY(SELECT r.subject_id FROM before b JOIN changed c USING (id) JOIN core.rights r ON r.license_id = c.id WHERE b.open <> c.open));
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.on_person_names()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
BEGIN
  IF view.deferred() THEN
    RETURN NULL;
  ELSIF TG_OP = 'UPDATE' THEN
    PERFORM view.refresh_person(ARRAY(SELECT person_id FROM changed UNION SELECT person_id FROM before));
  ELSE
    PERFORM view.refresh_person(ARRAY(SELECT DISTINCT person_id FROM changed));
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.on_persons()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
DECLARE
  ids uuid[] := ARRAY(SELECT id FROM changed);
  seen uuid[];
  users uuid[];
BEGIN
  IF view.deferred() OR cardinality(ids) = 0 THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    ids := ARRAY(SELECT unnest(ids) UNION SELECT id FROM before);
    seen := ARRAY(SELECT b.id FROM before b LEFT JOIN changed c USING (id) WHERE (b.status, b.deleted_at IS NULL) IS DISTINCT FROM (c.status, c.deleted_at IS NULL));
    users := ARRAY(
      SELECT u.id FROM before b FULL JOIN changed c USING (id) CROSS JOIN LATERAL (VALUES (b.claimed_by), (c.claimed_by)) u (id)
      WHERE u.id IS NOT NULL AND (b.claimed_by IS DISTINCT FROM c.claimed_by OR b.id = ANY (seen)));
    IF cardinality(seen) > 0 THEN
      PERFORM 1 FROM core.persons WHERE id = ANY (seen) ORDER BY id FOR UPDATE;
      PERFORM view.refresh_work(ARRAY(SELECT DISTINCT work_id FROM core.work_contributors WHERE person_id = ANY (seen)));
      PERFORM view.refresh_expression(ARRAY(SELECT DISTINCT expression_id FROM core.expression_contributors WHERE person_id = ANY (seen)));
    END IF;
  ELSE
    users := ARRAY(SELECT claimed_by FROM changed WHERE claimed_by IS NOT NULL);
  END IF;
  PERFORM view.refresh_person(ids);
  IF cardinality(users) > 0 THEN PERFORM view.refresh_user(users); END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.on_profiles()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
BEGIN
  IF view.deferred() THEN
    RETURN NULL;
  ELSIF TG_OP = 'UPDATE' THEN
    PERFORM view.refresh_user(ARRAY(SELECT user_id FROM changed UNION SELECT user_id FROM before));
  ELSE
    PERFORM view.refresh_user(ARRAY(SELECT user_id FROM changed));
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.on_revisions()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
DECLARE
  touched uuid[] := ARRAY(SELECT DISTINCT subject_id FROM changed);
  actors uuid[] := ARRAY(SELECT DISTINCT actor_id FROM changed WHERE actor_id IS NOT NULL);
BEGIN
  IF view.deferred() THEN
    RETURN NULL;
  ELSIF TG_OP = 'UPDATE' THEN
    touched := ARRAY(SELECT unnest(touched) UNION SELECT subject_id FROM before);
    actors := ARRAY(SELECT unnest(actors) UNION SELECT actor_id FROM before WHERE actor_id IS NOT NULL);
  END IF;
  PERFORM ops.announce(ARRAY(SELECT public_id FROM core.subjects WHERE id = ANY (touched)));
  IF cardinality(actors) > 0 THEN PERFORM view.refresh_user(actors); END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.on_rights()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
DECLARE
  touched uuid[] := ARRAY(SELECT DISTINCT subject_id FROM changed);
BEGIN
  IF view.deferred() OR cardinality(touched) = 0 THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    touched := ARRAY(SELECT unnest(touched) UNION SELECT subject_id FROM before);
  END IF;
  PERFORM view.lock_subjects(touched);
  PERFORM ops.announce(ARRAY(SELECT 'rights:' || public_id FROM core.subjects WHERE id = ANY (touched)));
  PERFORM view.refresh_rights(touched);
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.on_series()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
BEGIN
  IF view.deferred() OR NOT EXISTS (SELECT FROM changed) THEN
    RETURN NULL;
  END IF;
  PERFORM ops.announce('{ref}');
  IF TG_OP = 'UPDATE' THEN
    -- FOR UPDATE waits for works being put into the series now: they would read the old title.
    PERFORM 1 FROM core.series WHERE id IN (SELECT id FROM changed) ORDER BY id FOR UPDATE;
    PERFORM view.refresh_work(ARRAY(SELECT w.id FROM core.works w WHERE w.series_id IN (SELECT id FROM changed)));
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.on_slugs()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
DECLARE
  ids uuid[] := ARRAY(SELECT DISTINCT subject_id FROM changed);
  canonical uuid[];
BEGIN
  IF view.deferred() OR cardinality(ids) = 0 THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    ids := ARRAY(SELECT unnest(ids) UNION SELECT subject_id FROM before);
  END IF;
  -- The slug of a synonym is shown as one of its canonical tag.
  ids := ARRAY(SELECT unnest(ids) UNION SELECT synonym_of FROM core.tags WHERE id = ANY (ids) AND synonym_of IS NOT NULL);
  PERFORM view.refresh_subjects(ids);
  -- It may have become one while the locks were waited for.
  canonical := ARRAY(SELECT synonym_of FROM core.tags WHERE id = ANY (ids) AND synonym_of IS NOT NULL EXCEPT SELECT unnest(ids));
  PERFORM view.refresh_subjects(canonical);
  ids := ids || canonical;
  PERFORM ops.announce(ARRAY(SELECT public_id FROM view.subject WHERE id = ANY (ids) UNION SELECT view.list_tag(kind) FROM view.subject WHERE id = ANY (ids)));
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.on_subject_parts()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
BEGIN
  IF view.deferred() THEN
    RETURN NULL;
  ELSIF TG_OP = 'UPDATE' THEN
    PERFORM view.refresh_subjects(ARRAY(SELECT subject_id FROM changed UNION SELECT subject_id FROM before));
  ELSE
    PERFORM view.refresh_subjects(ARRAY(SELECT DISTINCT subject_id FROM changed));
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.on_tags()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
DECLARE
  ids uuid[] := ARRAY(SELECT id FROM changed);
  moved uuid[] := '{}';
BEGIN
  IF cardinality(ids) = 0 THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    moved := ARRAY(SELECT b.id FROM before b LEFT JOIN changed c USING (id) WHERE (b.synonym_of, b.status) IS DISTINCT FROM (c.synonym_of, c.status));
    IF cardinality(moved) > 0 THEN
      PERFORM 1 FROM core.tags WHERE id = ANY (moved) OR synonym_of = ANY (moved) ORDER BY id FOR UPDATE;
    END IF;
  END IF;
  -- One at a time from here to the commit: of two that make a chain together, each could else miss the other.
  IF TG_OP <> 'DELETE' AND EXISTS (SELECT FROM changed WHERE synonym_of IS NOT NULL) THEN
    PERFORM pg_advisory_xact_lock(hashtextextended('core.tags.synonym_of', 0));
  END IF;
  IF TG_OP <> 'DELETE' AND EXISTS (
    SELECT FROM core.tags y JOIN core.tags t ON t.id = y.synonym_of
    WHERE t.synonym_of IS NOT NULL AND (y.id = ANY (ids) OR y.synonym_of = ANY (ids))) THEN
    RAISE EXCEPTION 'a synonym must stand for a canonical tag' USING ERRCODE = 'check_violation', CONSTRAINT = 'tags_synonym_of_canonical',
      HINT = 'Let the synonyms of a tag stand for its new canonical tag first.';
  END IF;
  IF view.deferred() THEN
    RETURN NULL;
  END IF;
  PERFORM view.refresh_tag(ARRAY(SELECT unnest(ids) UNION SELECT synonym_of FROM changed WHERE synonym_of IS NOT NULL));
  IF TG_OP = 'UPDATE' THEN
    PERFORM view.refresh_tag(ARRAY(SELECT id FROM before UNION SELECT synonym_of FROM before WHERE synonym_of IS NOT NULL));
    PERFORM view.refresh_work(ARRAY(
      SELECT st.subject_id FROM core.subject_tags st WHERE st.tag_id IN (
        SELECT unnest(moved) UNION SELECT t.id FROM core.tags t WHERE t.synonym_of = ANY (moved))));
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.on_text()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION view.on_text_analyses()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION view.on_text_revisions()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
DECLARE
  expressions uuid[] := ARRAY(SELECT DISTINCT expression_id FROM changed);
  actors uuid[] := ARRAY(SELECT DISTINCT actor_id FROM changed WHERE actor_id IS NOT NULL);
BEGIN
  IF view.deferred() THEN
    RETURN NULL;
  ELSIF TG_OP = 'UPDATE' THEN
    expressions := ARRAY(SELECT unnest(expressions) UNION SELECT expression_id FROM before);
    actors := ARRAY(SELECT unnest(actors) UNION SELECT actor_id FROM before WHERE actor_id IS NOT NULL);
  END IF;
  PERFORM ops.announce(ARRAY(SELECT core.typeid('EXPRESSION', id) FROM unnest(expressions) id));
  IF cardinality(actors) > 0 THEN PERFORM view.refresh_user(actors); END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.on_totals()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
DECLARE
  ids uuid[];
BEGIN
  IF view.deferred() THEN
    RETURN NULL;
  ELSIF TG_OP = 'UPDATE' THEN
    ids := ARRAY(SELECT subject_id FROM before b FULL JOIN changed c USING (subject_id) WHERE (b.popularity, b.likes) IS DISTINCT FROM (c.popularity, c.likes));
  ELSE
    ids := ARRAY(SELECT subject_id FROM changed);
  END IF;
  IF cardinality(ids) > 0 THEN PERFORM view.refresh_popularity(ids); END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.on_trending()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
BEGIN
  IF view.deferred() OR view.silent() THEN
    RETURN NULL;
  END IF;
  PERFORM ops.announce(ARRAY(SELECT DISTINCT 'trending:' || lower(period) FROM changed));
  IF TG_OP = 'UPDATE' THEN
    PERFORM ops.announce(ARRAY(SELECT DISTINCT 'trending:' || lower(period) FROM before WHERE period NOT IN (SELECT period FROM changed)));
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.on_users()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
BEGIN
  IF view.deferred() THEN
    RETURN NULL;
  ELSIF TG_OP = 'UPDATE' THEN
    PERFORM view.refresh_user(ARRAY(SELECT id FROM changed UNION SELECT id FROM before));
  ELSE
    PERFORM view.refresh_user(ARRAY(SELECT id FROM changed));
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.on_work_parts()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
BEGIN
  IF view.deferred() THEN
    RETURN NULL;
  ELSIF TG_OP = 'UPDATE' THEN
    PERFORM view.refresh_work(ARRAY(SELECT work_id FROM changed UNION SELECT work_id FROM before));
  ELSE
    PERFORM view.refresh_work(ARRAY(SELECT DISTINCT work_id FROM changed));
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.on_works()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
BEGIN
  IF view.deferred() THEN
    RETURN NULL;
  ELSIF TG_OP = 'UPDATE' THEN
    PERFORM view.refresh_work(ARRAY(SELECT id FROM changed UNION SELECT id FROM before));
  ELSE
    PERFORM view.refresh_work(ARRAY(SELECT id FROM changed));
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.parallel_rows(pivot uuid, others uuid[], from_seq integer, to_seq integer, after_row_seq integer, max_rows integer)
 RETURNS TABLE(row_key integer, pivot_from integer, pivot_to integer, other_from integer[], other_to integer[], confidence real[], aligned_from integer[], aligned_to integer[], stale boolean[])
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 100
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
 SET jit TO 'off'
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION view.person_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
DECLARE
  n bigint := (SELECT count(*) FROM changed);
BEGIN
  IF n = 0 OR view.silent() THEN
    RETURN NULL;
  END IF;
  INSERT INTO ops.change_candidates (subject_id, kind, change, version)
    SELECT id, 'PERSON', CASE TG_OP WHEN 'INSERT' THEN 'CREATED' WHEN 'UPDATE' THEN 'UPDATED' ELSE 'DELETED' END, version FROM changed ORDER BY id;
  IF view.deferred() THEN
    RETURN NULL;
  END IF;
  PERFORM ops.announce(CASE WHEN n > 10000 THEN '{*}' ELSE ARRAY(SELECT 'list:author' UNION SELECT public_id FROM changed) END);
  IF TG_OP <> 'UPDATE' THEN
    PERFORM view.visibility_changed(ARRAY(SELECT id FROM changed));
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.rebuild(relation text)
 RETURNS bigint
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION view.refresh_all()
 RETURNS TABLE(relation text, changed bigint)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION view.refresh_category(ids uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
 SET jit TO 'off'
AS $function$
BEGIN
  PERFORM view.lock_subjects(ids);
  -- The counts are moved by view.count_categories, which holds only this row.
  PERFORM 1 FROM view.category WHERE id = ANY (ids) ORDER BY id FOR UPDATE;
  DELETE FROM view.category c WHERE c.id = ANY (ids) AND NOT EXISTS (SELECT FROM view.category_source s WHERE s.id = c.id);
  INSERT INTO view.category AS c SELECT s.* FROM view.category_source s WHERE s.id = ANY (ids)
  ON CONFLICT (id) DO UPDATE SET
    (id, public_id, path, slug, kind, name, names, names_by_language, parent_id, ancestor_ids, depth, ordinal, work_count, version) = ROW (excluded.*)
    WHERE c.* IS DISTINCT FROM excluded.*;
END $function$;

CREATE OR REPLACE FUNCTION view.refresh_collection(ids uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
 SET jit TO 'off'
AS $function$
BEGIN
  PERFORM view.lock_subjects(ids);
  DELETE FROM view.collection c WHERE c.id = ANY (ids) AND NOT EXISTS (SELECT FROM view.collection_source s WHERE s.id = c.id);
  INSERT INTO view.collection AS c SELECT s.* FROM view.collection_source s WHERE s.id = ANY (ids)
  ON CONFLICT (id) DO UPDATE SET
    (id, public_id, owner_id, owner_username, slug, title, description, visibility, curation, item_count, popularity, created_at, updated_at, version) = ROW (excluded.*)
    WHERE c.* IS DISTINCT FROM excluded.*;
END $function$;

CREATE OR REPLACE FUNCTION view.refresh_collection_item(collections uuid[], subjects uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
 SET jit TO 'off'
AS $function$
BEGIN
  PERFORM view.lock_subjects(collections);
  DELETE FROM view.collection_item i WHERE i.collection_id = ANY (collections) AND i.subject_id = ANY (subjects)
    AND NOT EXISTS (SELECT FROM view.collection_item_source s WHERE s.collection_id = i.collection_id AND s.subject_id = i.subject_id);
  INSERT INTO view.collection_item AS i SELECT s.* FROM view.collection_item_source s WHERE s.collection_id = ANY (collections) AND s.subject_id = ANY (subjects)
  ON CONFLICT (collection_id, subject_id) DO UPDATE SET (collection_id, rank, subject_id, kind, note, added_at) = ROW (excluded.*)
    WHERE i.* IS DISTINCT FROM excluded.*;
END $function$;

CREATE OR REPLACE FUNCTION view.refresh_comment(ids uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
 SET jit TO 'off'
AS $function$
DECLARE
  family uuid[];
BEGIN
  PERFORM view.lock_subjects(ARRAY(
    SELECT root_id FROM social.comments WHERE id = ANY (ids) UNION SELECT root_id FROM view.comment WHERE id = ANY (ids)));
  family := ARRAY(
    WITH RECURSIVE up (id, parent_id) AS (
      SELECT u.id, c.parent_id FROM unnest(ids) u (id) LEFT JOIN social.comments c ON c.id = u.id
      UNION SELECT v.parent_id, c.parent_id FROM view.comment v LEFT JOIN social.comments c ON c.id = v.parent_id WHERE v.id = ANY (ids) AND v.parent_id IS NOT NULL
      UNION SELECT c.id, c.parent_id FROM up JOIN social.comments c ON c.id = up.parent_id)
    SELECT DISTINCT id FROM up);
  DELETE FROM view.comment c WHERE c.id = ANY (family) AND NOT EXISTS (SELECT FROM view.comment_source s WHERE s.id = c.id);
  INSERT INTO view.comment AS c SELECT s.* FROM view.comment_source s WHERE s.id = ANY (family)
  ON CONFLICT (id) DO UPDATE SET
    (id, public_id, subject_id, root_id, parent_id, depth, path, author_id, body, anchor_ref, anchor_revision, status, reply_count, like_count, created_at, edited_at, version) = ROW (excluded.*)
    WHERE c.* IS DISTINCT FROM excluded.*;
END $function$;

CREATE OR REPLACE FUNCTION view.refresh_expression(ids uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
 SET jit TO 'off'
AS $function$
BEGIN
  PERFORM view.lock_expressions(ids);
  DELETE FROM view.expression e WHERE e.id = ANY (ids) AND NOT EXISTS (SELECT FROM view.expression_source s WHERE s.id = e.id);
  INSERT INTO view.expression AS e SELECT s.* FROM view.expression_source s WHERE s.id = ANY (ids)
  ON CONFLICT (id) DO UPDATE SET
    (id, public_id, work_id, work_public_id, work_slug, slug, kind, title, subtitle, sort_title, language, language_base, script, direction,
     translator_ids, translator_public_ids, contributors, author_ids, literature_type, source_id, source_language, relay, origin, completeness, form,
     quality, year, notes, provenance, source_url, credit, license_id, rights_class, rights_status, readable_lines, text_revision, line_count, char_count,
     aligned_count, popularity, published_at, updated_at, version) = ROW (excluded.*)
    WHERE e.* IS DISTINCT FROM excluded.*;
END $function$;

CREATE OR REPLACE FUNCTION view.refresh_language(tags text[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
 SET jit TO 'off'
AS $function$
BEGIN
  PERFORM 1 FROM core.languages WHERE tag = ANY (tags) ORDER BY tag FOR NO KEY UPDATE;
  PERFORM 1 FROM view.language WHERE tag = ANY (tags) ORDER BY tag FOR UPDATE;
  DELETE FROM view.language l WHERE l.tag = ANY (tags) AND NOT EXISTS (SELECT FROM core.languages s WHERE s.tag = l.tag);
  INSERT INTO view.language AS l SELECT s.* FROM view.language_source s WHERE s.tag = ANY (tags)
  ON CONFLICT (tag) DO UPDATE SET (tag, iso639_3, script, direction, name, native_name, work_count, translation_count) = ROW (excluded.*)
    WHERE l.* IS DISTINCT FROM excluded.*;
END $function$;

CREATE OR REPLACE FUNCTION view.refresh_model(relation text)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION view.refresh_person(ids uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
 SET jit TO 'off'
AS $function$
BEGIN
  PERFORM view.lock_subjects(ids);
  DELETE FROM view.person p WHERE p.id = ANY (ids) AND NOT EXISTS (SELECT FROM view.person_source s WHERE s.id = p.id);
  INSERT INTO view.person AS p SELECT s.* FROM view.person_source s WHERE s.id = ANY (ids)
  ON CONFLICT (id) DO UPDATE SET
    (id, public_id, slug, name, name_language, sort_name, names, names_by_language, person_kind, birth_edtf, death_edtf, birth_year, death_year, floruit,
     birth_place, death_place, country_code, bio, is_author, is_translator, languages, work_count, translation_count, external_ids, popularity, updated_at, version) = ROW (excluded.*)
    WHERE p.* IS DISTINCT FROM excluded.*;
END $function$;

CREATE OR REPLACE FUNCTION view.refresh_popularity(ids uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
 SET jit TO 'off'
AS $function$
DECLARE
  was text := coalesce(current_setting('tercul.silent', true), '');
BEGIN
  PERFORM view.lock_subjects(ARRAY(
    SELECT unnest(ids) UNION SELECT work_id FROM view.expression WHERE id = ANY (ids) UNION SELECT root_id FROM view.comment WHERE id = ANY (ids)));
  PERFORM set_config('tercul.silent', 'on', true);
  UPDATE view.work v SET popularity = p.n FROM (SELECT u.id, coalesce(t.popularity, 0) AS n FROM unnest(ids) u (id) LEFT JOIN stats.totals t ON t.subject_id = u.id) p WHERE v.id = p.id AND v.popularity <> p.n;
  UPDATE view.expression v SET popularity = p.n FROM (SELECT u.id, coalesce(t.popularity, 0) AS n FROM unnest(ids) u (id) LEFT JOIN stats.totals t ON t.subject_id = u.id) p WHERE v.id = p.id AND v.popularity <> p.n;
  UPDATE view.person v SET popularity = p.n FROM (SELECT u.id, coalesce(t.popularity, 0) AS n FROM unnest(ids) u (id) LEFT JOIN stats.totals t ON t.subject_id = u.id) p WHERE v.id = p.id AND v.popularity <> p.n;
  UPDATE view.collection v SET popularity = p.n FROM (SELECT u.id, coalesce(t.popularity, 0) AS n FROM unnest(ids) u (id) LEFT JOIN stats.totals t ON t.subject_id = u.id) p WHERE v.id = p.id AND v.popularity <> p.n;
  UPDATE view.comment v SET like_count = p.n FROM (SELECT u.id, coalesce(t.likes, 0)::int AS n FROM unnest(ids) u (id) LEFT JOIN stats.totals t ON t.subject_id = u.id) p WHERE v.id = p.id AND v.like_count <> p.n;
  PERFORM set_config('tercul.silent', was, true);
END $function$;

CREATE OR REPLACE FUNCTION view.refresh_rights(touched uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
BEGIN
  PERFORM view.lock_expressions(touched);
  PERFORM view.refresh_work(ARRAY(
    SELECT id FROM core.works WHERE id = ANY (touched)
    UNION SELECT work_id FROM core.expressions WHERE id = ANY (touched) AND expression_kind = 'ORIGINAL'));
  PERFORM view.refresh_expression(ARRAY(
    SELECT id FROM core.expressions WHERE id = ANY (touched)
    UNION SELECT id FROM core.expressions WHERE work_id = ANY (touched) AND expression_kind = 'ORIGINAL'));
END $function$;

CREATE OR REPLACE FUNCTION view.refresh_subjects(ids uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
DECLARE
  found record;
BEGIN
  SELECT array_agg(id) FILTER (WHERE kind = 'WORK') AS works, array_agg(id) FILTER (WHERE kind = 'EXPRESSION') AS expressions,
         array_agg(id) FILTER (WHERE kind = 'PERSON') AS persons, array_agg(id) FILTER (WHERE kind = 'TAG') AS tags,
         array_agg(id) FILTER (WHERE kind = 'COLLECTION') AS collections
  INTO found FROM core.subjects WHERE id = ANY (ids);
  IF found.works IS NOT NULL THEN PERFORM view.refresh_work(found.works); END IF;
  IF found.expressions IS NOT NULL THEN PERFORM view.refresh_expression(found.expressions); END IF;
  IF found.persons IS NOT NULL THEN PERFORM view.refresh_person(found.persons); END IF;
  IF found.tags IS NOT NULL THEN PERFORM view.refresh_tag(found.tags); END IF;
  IF found.collections IS NOT NULL THEN PERFORM view.refresh_collection(found.collections); END IF;
END $function$;

CREATE OR REPLACE FUNCTION view.refresh_tag(ids uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
 SET jit TO 'off'
AS $function$
BEGIN
  PERFORM view.lock_subjects(ids);
  -- The counts are moved by view.count_tags, which holds only this row.
  PERFORM 1 FROM view.tag WHERE id = ANY (ids) ORDER BY id FOR UPDATE;
  DELETE FROM view.tag t WHERE t.id = ANY (ids) AND NOT EXISTS (SELECT FROM view.tag_source s WHERE s.id = t.id);
  INSERT INTO view.tag AS t SELECT s.* FROM view.tag_source s WHERE s.id = ANY (ids)
  ON CONFLICT (id) DO UPDATE SET (id, public_id, slug, name, kind, synonyms, usage_count, version) = ROW (excluded.*)
    WHERE t.* IS DISTINCT FROM excluded.*;
END $function$;

CREATE OR REPLACE FUNCTION view.refresh_user(ids uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
 SET jit TO 'off'
AS $function$
BEGIN
  PERFORM view.lock_subjects(ids);
  DELETE FROM view.users_public u WHERE u.id = ANY (ids) AND NOT EXISTS (SELECT FROM view.users_public_source s WHERE s.id = u.id);
  INSERT INTO view.users_public AS u SELECT s.* FROM view.users_public_source s WHERE s.id = ANY (ids)
  ON CONFLICT (id) DO UPDATE SET
    (id, public_id, username, username_canonical, visibility, display_name, bio, website, languages, joined_on, contribution_count, claimed_person_id, version) = ROW (excluded.*)
    WHERE u.* IS DISTINCT FROM excluded.*;
END $function$;

CREATE OR REPLACE FUNCTION view.refresh_work(ids uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
 SET jit TO 'off'
AS $function$
BEGIN
  PERFORM view.lock_subjects(ids);
  DELETE FROM view.work w WHERE w.id = ANY (ids) AND NOT EXISTS (SELECT FROM view.work_source s WHERE s.id = w.id);
  INSERT INTO view.work AS w SELECT s.* FROM view.work_source s WHERE s.id = ANY (ids)
  ON CONFLICT (id) DO UPDATE SET
    (id, public_id, slug, title, title_language, sort_title, titles, titles_by_language, original_language, direction, literature_type, created_edtf, year_from, year_to,
     description, contributors, author_ids, author_public_ids, series_id, series_slug, series_title, series_position, original_id, translation_count, translation_languages,
     tag_ids, category_ids, category_path_ids, rights_class, external_ids, popularity, published_at, updated_at, version) = ROW (excluded.*)
    WHERE w.* IS DISTINCT FROM excluded.*;
END $function$;

CREATE OR REPLACE FUNCTION view.related_works(work uuid, max integer)
 RETURNS TABLE(id uuid, score double precision)
 LANGUAGE plpgsql
 STABLE ROWS 10
 SET search_path TO 'pg_catalog'
AS $function$
DECLARE
  w record;
  base text; -- of the language, whatever its script
  authors uuid[];
  tags uuid[];
  categories uuid[];
BEGIN
  SELECT o.id, o.author_ids, o.series_id, o.series_position, o.tag_ids, o.category_ids, o.original_language, o.literature_type, o.year_from
  INTO w FROM view.work o WHERE o.id = related_works.work;
  IF w.id IS NULL THEN
    RETURN;
  END IF;
  base := split_part(w.original_language, '-', 1);
  authors := ARRAY(SELECT p.id FROM view.person p WHERE p.id = ANY (w.author_ids) AND p.work_count < 1000 ORDER BY p.work_count, p.id LIMIT 5);
  tags := ARRAY(SELECT t.id FROM view.tag t WHERE t.id = ANY (w.tag_ids) AND t.usage_count < 1000 ORDER BY t.usage_count, t.id LIMIT 5);
  categories := ARRAY(SELECT c.id FROM view.category c WHERE c.id = ANY (w.category_ids) AND c.work_count < 1000 ORDER BY c.work_count, c.id LIMIT 5);
  RETURN QUERY
  WITH candidates AS (
    SELECT c.id FROM view.work c WHERE c.author_ids && authors
    UNION SELECT c.id FROM view.work c WHERE c.tag_ids && tags
    UNION SELECT c.id FROM view.work c WHERE c.category_ids && categories
    UNION (SELECT c.id FROM view.work c WHERE c.series_id = w.series_id AND c.series_position >= w.series_position ORDER BY c.series_id, c.series_position, c.id LIMIT 100)
    UNION (SELECT c.id FROM view.work c WHERE c.series_id = w.series_id AND c.series_position < w.series_position ORDER BY c.series_id DESC, c.series_position DESC, c.id DESC LIMIT 100)
    UNION (SELECT c.id FROM view.work c WHERE split_part(c.original_language, '-', 1) = base AND coalesce(c.year_from, 32767) >= w.year_from
           ORDER BY coalesce(c.year_from, 32767), c.id LIMIT 100)
    UNION (SELECT c.id FROM view.work c WHERE split_part(c.original_language, '-', 1) = base AND coalesce(c.year_from, 32767) < w.year_from
           ORDER BY coalesce(c.year_from, 32767) DESC, c.id DESC LIMIT 100)
    UNION (SELECT c.id FROM view.work c WHERE split_part(c.original_language, '-', 1) = base ORDER BY c.popularity DESC, c.id DESC LIMIT 100))
  SELECT c.id, s.score
  FROM candidates n JOIN view.work c ON c.id = n.id
  CROSS JOIN LATERAL (
    SELECT CASE WHEN c.author_ids && w.author_ids THEN 5.0 ELSE 0.0 END
         + CASE WHEN c.series_id = w.series_id THEN 4.0 ELSE 0.0 END
         + 1.5 * least(4, cardinality(ARRAY(SELECT unnest(c.category_ids) INTERSECT SELECT unnest(w.category_ids))))
         + 1.0 * least(4, cardinality(ARRAY(SELECT unnest(c.tag_ids) INTERSECT SELECT unnest(w.tag_ids))))
         + CASE WHEN c.original_language = w.original_language AND abs(c.year_from - w.year_from) <= 100 THEN 1.0 ELSE 0.0 END
         + CASE WHEN c.literature_type = w.literature_type THEN 0.5 ELSE 0.0 END AS points) p
  CROSS JOIN LATERAL (SELECT p.points::double precision AS score) s
  WHERE c.id <> w.id
  ORDER BY s.score DESC, c.popularity DESC, c.id LIMIT related_works.max;
END $function$;

CREATE OR REPLACE FUNCTION view.revision_lines(expression uuid, revision integer)
 RETURNS TABLE(seq integer, line_key uuid, ref text, unit_ref text, kind text, speaker text, stanza_start boolean, content text)
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 200
 SET search_path TO 'pg_catalog'
AS $function$
  SELECT l.n::int, (l.line ->> 'k')::uuid, l.line ->> 'r', u.ref, coalesce(l.line ->> 't', 'VERSE'), l.line ->> 'p', coalesce((l.line ->> 's')::boolean, false), l.line ->> 'c'
  FROM view.expression e
  JOIN core.text_revisions r ON r.expression_id = e.id AND r.revision = revision_lines.revision
  CROSS JOIN LATERAL jsonb_array_elements(r.lines) WITH ORDINALITY l (line, n)
  LEFT JOIN core.text_units u ON u.expression_id = e.id AND u.ref = substring(l.line ->> 'r' FROM '^(.*)\.[^.]*$')
  WHERE e.id = revision_lines.expression AND l.n <= CASE e.rights_class WHEN 'OPEN' THEN r.line_count ELSE least(e.readable_lines, core.readable_lines(e.rights_class, r.line_count)) END
  ORDER BY l.n
$function$;

CREATE OR REPLACE FUNCTION view.silent()
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  SELECT coalesce(current_setting('tercul.silent', true), '') = 'on'
$function$;

CREATE OR REPLACE FUNCTION view.sort_key(value text)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$
BEGIN
  RETURN translate(lower(regexp_replace(public.unaccent('public.unaccent'::regdictionary, normalize(value, NFC)),
    '[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]', '', 'g')
    COLLATE pg_catalog.pg_c_utf8), 'ς', 'σ') COLLATE "C";
END $function$;

CREATE OR REPLACE FUNCTION view.survivors(ids uuid[])
 RETURNS uuid[]
 LANGUAGE sql
 STABLE STRICT COST 10000
 SET search_path TO 'pg_catalog'
AS $function$
  SELECT coalesce(array_agg(coalesce(d.new_id, i.id) ORDER BY i.n), '{}') FROM unnest(ids) WITH ORDINALITY i (id, n) LEFT JOIN view.redirect d ON d.old_id = i.id
$function$;

CREATE OR REPLACE FUNCTION view.tag_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
DECLARE
  n bigint := (SELECT count(*) FROM changed);
  named uuid[] := ARRAY(SELECT id FROM changed);
  counted boolean := true;
BEGIN
  IF n = 0 THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    -- Every publication moves a count: that is no news for the change feed, nor to whoever names the tag.
    named := ARRAY(SELECT id FROM before b JOIN changed c USING (id) WHERE (b.slug, b.name, b.kind, b.synonyms, b.version) IS DISTINCT FROM (c.slug, c.name, c.kind, c.synonyms, c.version));
    counted := EXISTS (SELECT FROM before b JOIN changed c USING (id) WHERE b.usage_count <> c.usage_count);
    INSERT INTO ops.change_candidates (subject_id, kind, change, version)
      SELECT id, 'TAG', 'UPDATED', version FROM changed WHERE id = ANY (named) ORDER BY id;
  ELSE
    INSERT INTO ops.change_candidates (subject_id, kind, change, version)
      SELECT id, 'TAG', CASE TG_OP WHEN 'INSERT' THEN 'CREATED' ELSE 'DELETED' END, version FROM changed ORDER BY id;
  END IF;
  IF view.deferred() THEN
    RETURN NULL;
  END IF;
  PERFORM ops.announce(CASE WHEN n > 10000 THEN '{*}' ELSE ARRAY(
    SELECT unnest(ARRAY['list:tag', public_id]) FROM changed WHERE id = ANY (named)
    UNION SELECT 'count:tag' WHERE counted) END);
  IF TG_OP <> 'UPDATE' THEN
    PERFORM view.visibility_changed(ARRAY(SELECT id FROM changed));
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.text_diff(expression uuid, from_rev integer, to_rev integer)
 RETURNS TABLE(ord integer, op text, line_key uuid, from_ref text, to_ref text, from_content text, to_content text)
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 200
 SET search_path TO 'pg_catalog'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION view.user_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
DECLARE
  n bigint := (SELECT count(*) FROM changed);
  seen uuid[];
BEGIN
  IF n = 0 OR view.deferred() THEN
    RETURN NULL;
  END IF;
  PERFORM ops.announce(CASE WHEN n > 10000 THEN '{*}' ELSE ARRAY(SELECT 'list:user' UNION SELECT public_id FROM changed) END);
  IF TG_OP = 'UPDATE' THEN
    PERFORM view.refresh_collection(ARRAY(
      SELECT co.id FROM before b JOIN changed c USING (id) JOIN social.collections co ON co.owner_id = c.id WHERE b.username <> c.username));
  ELSE
    seen := ARRAY(SELECT id FROM changed);
    -- FOR UPDATE waits for what the member is making now.
    PERFORM 1 FROM auth.users WHERE id = ANY (seen) ORDER BY id FOR UPDATE;
    PERFORM view.refresh_collection(ARRAY(SELECT id FROM social.collections WHERE owner_id = ANY (seen)));
    PERFORM view.refresh_comment(ARRAY(SELECT id FROM social.comments WHERE author_id = ANY (seen)));
    PERFORM view.visibility_changed(seen);
  END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.verify()
 RETURNS TABLE(relation text, missing bigint, surplus bigint)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION view.visibility_changed(ids uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
BEGIN
  PERFORM 1 FROM core.subjects WHERE id = ANY (ids) ORDER BY id FOR UPDATE;
  PERFORM ops.announce(ARRAY(
    SELECT 'rights:' || s.public_id FROM core.subjects s WHERE s.id = ANY (ids) AND EXISTS (SELECT FROM core.rights r WHERE r.subject_id = s.id)
    UNION SELECT o.public_id FROM core.id_redirects r JOIN core.subjects o ON o.id = r.old_id WHERE r.new_id = ANY (ids)
    UNION SELECT view.list_tag(o.kind) FROM core.id_redirects r JOIN core.subjects o ON o.id = r.old_id WHERE r.new_id = ANY (ids)
    UNION SELECT 'trending:' || lower(t.period) FROM stats.trending t WHERE t.subject_id = ANY (ids)));
  PERFORM view.refresh_collection_item(c.ids, visibility_changed.ids)
    FROM (SELECT array_agg(DISTINCT collection_id) AS ids FROM social.collection_items WHERE subject_id = ANY (visibility_changed.ids)) c
    WHERE c.ids IS NOT NULL;
  PERFORM view.refresh_comment(c.ids)
    FROM (SELECT array_agg(id) AS ids FROM social.comments WHERE subject_id = ANY (visibility_changed.ids)) c
    WHERE c.ids IS NOT NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.work_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
DECLARE
  n bigint := (SELECT count(*) FROM changed);
  persons uuid[];
  expressions uuid[];
BEGIN
  IF n = 0 OR view.silent() THEN
    RETURN NULL;
  END IF;
  INSERT INTO ops.change_candidates (subject_id, kind, change, version)
    SELECT id, 'WORK', CASE TG_OP WHEN 'INSERT' THEN 'CREATED' WHEN 'UPDATE' THEN 'UPDATED' ELSE 'DELETED' END, version FROM changed ORDER BY id;
  IF view.deferred() THEN
    RETURN NULL;
  END IF;

  IF TG_OP = 'UPDATE' THEN
    PERFORM ops.announce(CASE WHEN n > 10000 THEN '{*}' ELSE ARRAY(
      SELECT 'list:work' UNION SELECT public_id FROM changed UNION SELECT unnest(author_public_ids) FROM changed UNION SELECT unnest(author_public_ids) FROM before) END);
    PERFORM view.count_tags(ARRAY(SELECT unnest(c.tag_ids) FROM before b JOIN changed c USING (id) WHERE b.tag_ids <> c.tag_ids),
                            ARRAY(SELECT unnest(b.tag_ids) FROM before b JOIN changed c USING (id) WHERE b.tag_ids <> c.tag_ids));
    PERFORM view.count_categories(ARRAY(SELECT unnest(c.category_path_ids) FROM before b JOIN changed c USING (id) WHERE b.category_path_ids <> c.category_path_ids),
                                  ARRAY(SELECT unnest(b.category_path_ids) FROM before b JOIN changed c USING (id) WHERE b.category_path_ids <> c.category_path_ids));
    PERFORM view.count_work_languages(ARRAY(SELECT c.original_language FROM before b JOIN changed c USING (id) WHERE b.original_language <> c.original_language),
                                      ARRAY(SELECT b.original_language FROM before b JOIN changed c USING (id) WHERE b.original_language <> c.original_language));
    persons := ARRAY(SELECT DISTINCT unnest(b.author_ids || c.author_ids) FROM before b JOIN changed c USING (id)
                     WHERE b.author_ids <> c.author_ids OR b.original_language <> c.original_language);
    expressions := ARRAY(SELECT e.id FROM before b JOIN changed c USING (id) JOIN core.expressions e ON e.work_id = c.id
                         WHERE (b.slug, b.author_ids, b.literature_type, b.original_language) IS DISTINCT FROM (c.slug, c.author_ids, c.literature_type, c.original_language));
  ELSE
    PERFORM ops.announce(CASE WHEN n > 10000 THEN '{*}' ELSE ARRAY(
      SELECT 'list:work' UNION SELECT public_id FROM changed UNION SELECT unnest(author_public_ids) FROM changed) END);
    PERFORM view.count_tags(CASE TG_OP WHEN 'INSERT' THEN a.ids ELSE '{}' END, CASE TG_OP WHEN 'DELETE' THEN a.ids ELSE '{}' END) FROM (SELECT ARRAY(SELECT unnest(tag_ids) FROM changed) AS ids) a;
    PERFORM view.count_categories(CASE TG_OP WHEN 'INSERT' THEN a.ids ELSE '{}' END, CASE TG_OP WHEN 'DELETE' THEN a.ids ELSE '{}' END) FROM (SELECT ARRAY(SELECT unnest(category_path_ids) FROM changed) AS ids) a;
    PERFORM view.count_work_languages(CASE TG_OP WHEN 'INSERT' THEN a.tags ELSE '{}' END, CASE TG_OP WHEN 'DELETE' THEN a.tags ELSE '{}' END) FROM (SELECT ARRAY(SELECT original_language FROM changed) AS tags) a;
    persons := ARRAY(SELECT DISTINCT unnest(author_ids) FROM changed);
    expressions := ARRAY(SELECT e.id FROM changed c JOIN core.expressions e ON e.work_id = c.id);
    PERFORM view.visibility_changed(ARRAY(SELECT id FROM changed));
  END IF;
  IF cardinality(expressions) > 0 THEN PERFORM view.refresh_expression(expressions); END IF;
  IF cardinality(persons) > 0 THEN PERFORM view.refresh_person(persons); END IF;
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION view.works_under(category uuid)
 RETURNS integer
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
BEGIN
  RETURN (SELECT count(*) FROM view.work WHERE category_path_ids @> ARRAY[category]);
END $function$;


-- Triggers

CREATE TRIGGER alignment_groups_deleted AFTER DELETE ON core.alignment_groups REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_alignment_groups();
CREATE TRIGGER alignment_groups_inserted AFTER INSERT ON core.alignment_groups REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_alignment_groups();
CREATE TRIGGER alignment_groups_truncated BEFORE TRUNCATE ON core.alignment_groups FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER alignment_groups_updated AFTER UPDATE ON core.alignment_groups REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_alignment_groups();
CREATE TRIGGER alignments_deleted AFTER DELETE ON core.alignments REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_alignments();
CREATE TRIGGER alignments_inserted AFTER INSERT ON core.alignments REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_alignments();
CREATE TRIGGER alignments_truncated BEFORE TRUNCATE ON core.alignments FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER alignments_updated AFTER UPDATE ON core.alignments REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_alignments();
CREATE TRIGGER categories_deleted AFTER DELETE ON core.categories REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_categories();
CREATE TRIGGER categories_inserted AFTER INSERT ON core.categories REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_categories();
CREATE TRIGGER categories_truncated BEFORE TRUNCATE ON core.categories FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER categories_updated AFTER UPDATE ON core.categories REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_categories();
CREATE TRIGGER countries_deleted AFTER DELETE ON core.countries REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_countries();
CREATE TRIGGER countries_inserted AFTER INSERT ON core.countries REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_countries();
CREATE TRIGGER countries_truncated BEFORE TRUNCATE ON core.countries FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER countries_updated AFTER UPDATE ON core.countries REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_countries();
CREATE TRIGGER expression_contributors_deleted AFTER DELETE ON core.expression_contributors REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_expression_contributors();
CREATE TRIGGER expression_contributors_inserted AFTER INSERT ON core.expression_contributors REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_expression_contributors();
CREATE TRIGGER expression_contributors_truncated BEFORE TRUNCATE ON core.expression_contributors FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER expression_contributors_updated AFTER UPDATE ON core.expression_contributors REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_expression_contributors();
CREATE TRIGGER expressions_deleted AFTER DELETE ON core.expressions REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_expressions();
CREATE TRIGGER expressions_inserted AFTER INSERT ON core.expressions REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_expressions();
CREATE TRIGGER expressions_truncated BEFORE TRUNCATE ON core.expressions FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER expressions_updated AFTER UPDATE ON core.expressions REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_expressions();
CREATE TRIGGER external_ids_deleted AFTER DELETE ON core.external_ids REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_subject_parts();
CREATE TRIGGER external_ids_inserted AFTER INSERT ON core.external_ids REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_subject_parts();
CREATE TRIGGER external_ids_truncated BEFORE TRUNCATE ON core.external_ids FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER external_ids_updated AFTER UPDATE ON core.external_ids REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_subject_parts();
CREATE TRIGGER id_redirects_deleted AFTER DELETE ON core.id_redirects REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_id_redirects();
CREATE TRIGGER id_redirects_flat AFTER INSERT OR UPDATE OF old_id, new_id ON core.id_redirects FOR EACH ROW EXECUTE FUNCTION core.flatten_redirects();
CREATE TRIGGER id_redirects_inserted AFTER INSERT ON core.id_redirects REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_id_redirects();
CREATE TRIGGER id_redirects_resolve BEFORE INSERT OR UPDATE OF old_id, new_id ON core.id_redirects FOR EACH ROW EXECUTE FUNCTION core.resolve_redirect();
CREATE TRIGGER id_redirects_truncated BEFORE TRUNCATE ON core.id_redirects FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER id_redirects_updated AFTER UPDATE ON core.id_redirects REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_id_redirects();
CREATE TRIGGER languages_deleted AFTER DELETE ON core.languages REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_languages();
CREATE TRIGGER languages_inserted AFTER INSERT ON core.languages REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_languages();
CREATE TRIGGER languages_truncated BEFORE TRUNCATE ON core.languages FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER languages_updated AFTER UPDATE ON core.languages REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_languages();
CREATE TRIGGER licenses_deleted AFTER DELETE ON core.licenses REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_licenses();
CREATE TRIGGER licenses_inserted AFTER INSERT ON core.licenses REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_licenses();
CREATE TRIGGER licenses_truncated BEFORE TRUNCATE ON core.licenses FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER licenses_updated AFTER UPDATE ON core.licenses REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_licenses();
CREATE TRIGGER person_names_deleted AFTER DELETE ON core.person_names REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_person_names();
CREATE TRIGGER person_names_inserted AFTER INSERT ON core.person_names REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_person_names();
CREATE TRIGGER person_names_truncated BEFORE TRUNCATE ON core.person_names FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER person_names_updated AFTER UPDATE ON core.person_names REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_person_names();
CREATE TRIGGER persons_deleted AFTER DELETE ON core.persons REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_persons();
CREATE TRIGGER persons_inserted AFTER INSERT ON core.persons REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_persons();
CREATE TRIGGER persons_truncated BEFORE TRUNCATE ON core.persons FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER persons_updated AFTER UPDATE ON core.persons REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_persons();
CREATE TRIGGER revisions_deleted AFTER DELETE ON core.revisions REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_revisions();
CREATE TRIGGER revisions_inserted AFTER INSERT ON core.revisions REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_revisions();
CREATE TRIGGER revisions_truncated BEFORE TRUNCATE ON core.revisions FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER revisions_updated AFTER UPDATE ON core.revisions REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_revisions();
CREATE TRIGGER rights_deleted AFTER DELETE ON core.rights REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_rights();
CREATE TRIGGER rights_inserted AFTER INSERT ON core.rights REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_rights();
CREATE TRIGGER rights_truncated BEFORE TRUNCATE ON core.rights FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER rights_updated AFTER UPDATE ON core.rights REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_rights();
CREATE TRIGGER series_deleted AFTER DELETE ON core.series REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_series();
CREATE TRIGGER series_inserted AFTER INSERT ON core.series REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_series();
CREATE TRIGGER series_truncated BEFORE TRUNCATE ON core.series FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER series_updated AFTER UPDATE ON core.series REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_series();
CREATE TRIGGER slugs_deleted AFTER DELETE ON core.slugs REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_slugs();
CREATE TRIGGER slugs_inserted AFTER INSERT ON core.slugs REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_slugs();
CREATE TRIGGER slugs_truncated BEFORE TRUNCATE ON core.slugs FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER slugs_updated AFTER UPDATE ON core.slugs REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_slugs();
CREATE TRIGGER subject_categories_deleted AFTER DELETE ON core.subject_categories REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_subject_parts();
CREATE TRIGGER subject_categories_inserted AFTER INSERT ON core.subject_categories REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_subject_parts();
CREATE TRIGGER subject_categories_truncated BEFORE TRUNCATE ON core.subject_categories FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER subject_categories_updated AFTER UPDATE ON core.subject_categories REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_subject_parts();
CREATE TRIGGER subject_tags_deleted AFTER DELETE ON core.subject_tags REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_subject_parts();
CREATE TRIGGER subject_tags_inserted AFTER INSERT ON core.subject_tags REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_subject_parts();
CREATE TRIGGER subject_tags_truncated BEFORE TRUNCATE ON core.subject_tags FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER subject_tags_updated AFTER UPDATE ON core.subject_tags REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_subject_parts();
CREATE TRIGGER tags_deleted AFTER DELETE ON core.tags REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_tags();
CREATE TRIGGER tags_inserted AFTER INSERT ON core.tags REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_tags();
CREATE TRIGGER tags_truncated BEFORE TRUNCATE ON core.tags FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER tags_updated AFTER UPDATE ON core.tags REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_tags();
CREATE TRIGGER text_analyses_deleted AFTER DELETE ON core.text_analyses REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_text_analyses();
CREATE TRIGGER text_analyses_inserted AFTER INSERT ON core.text_analyses REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_text_analyses();
CREATE TRIGGER text_analyses_truncated BEFORE TRUNCATE ON core.text_analyses FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER text_analyses_updated AFTER UPDATE ON core.text_analyses REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_text_analyses();
CREATE TRIGGER text_lines_deleted AFTER DELETE ON core.text_lines REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_text();
CREATE TRIGGER text_lines_inserted AFTER INSERT ON core.text_lines REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_text();
CREATE TRIGGER text_lines_truncated BEFORE TRUNCATE ON core.text_lines FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER text_lines_updated AFTER UPDATE ON core.text_lines REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_text();
CREATE TRIGGER text_revisions_deleted AFTER DELETE ON core.text_revisions REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_text_revisions();
CREATE TRIGGER text_revisions_inserted AFTER INSERT ON core.text_revisions REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_text_revisions();
CREATE TRIGGER text_revisions_truncated BEFORE TRUNCATE ON core.text_revisions FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER text_revisions_updated AFTER UPDATE ON core.text_revisions REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_text_revisions();
CREATE TRIGGER text_units_deleted AFTER DELETE ON core.text_units REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_text();
CREATE TRIGGER text_units_inserted AFTER INSERT ON core.text_units REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_text();
CREATE TRIGGER text_units_truncated BEFORE TRUNCATE ON core.text_units FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER text_units_updated AFTER UPDATE ON core.text_units REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_text();
CREATE TRIGGER work_contributors_deleted AFTER DELETE ON core.work_contributors REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_work_parts();
CREATE TRIGGER work_contributors_inserted AFTER INSERT ON core.work_contributors REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_work_parts();
CREATE TRIGGER work_contributors_truncated BEFORE TRUNCATE ON core.work_contributors FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER work_contributors_updated AFTER UPDATE ON core.work_contributors REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_work_parts();
CREATE TRIGGER work_titles_deleted AFTER DELETE ON core.work_titles REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_work_parts();
CREATE TRIGGER work_titles_inserted AFTER INSERT ON core.work_titles REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_work_parts();
CREATE TRIGGER work_titles_truncated BEFORE TRUNCATE ON core.work_titles FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER work_titles_updated AFTER UPDATE ON core.work_titles REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_work_parts();
CREATE TRIGGER works_deleted AFTER DELETE ON core.works REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_works();
CREATE TRIGGER works_inserted AFTER INSERT ON core.works REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_works();
CREATE TRIGGER works_truncated BEFORE TRUNCATE ON core.works FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER works_updated AFTER UPDATE ON core.works REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_works();
CREATE TRIGGER users_deleted AFTER DELETE ON auth.users REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_users();
CREATE TRIGGER users_inserted AFTER INSERT ON auth.users REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_users();
CREATE TRIGGER users_truncated BEFORE TRUNCATE ON auth.users FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER users_updated AFTER UPDATE ON auth.users REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_users();
CREATE TRIGGER collection_items_deleted AFTER DELETE ON social.collection_items REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_collection_items();
CREATE TRIGGER collection_items_inserted AFTER INSERT ON social.collection_items REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_collection_items();
CREATE TRIGGER collection_items_truncated BEFORE TRUNCATE ON social.collection_items FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER collection_items_updated AFTER UPDATE ON social.collection_items REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_collection_items();
CREATE TRIGGER collections_deleted AFTER DELETE ON social.collections REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_collections();
CREATE TRIGGER collections_inserted AFTER INSERT ON social.collections REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_collections();
CREATE TRIGGER collections_truncated BEFORE TRUNCATE ON social.collections FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER collections_updated AFTER UPDATE ON social.collections REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_collections();
CREATE TRIGGER comments_deleted AFTER DELETE ON social.comments REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_comments();
CREATE TRIGGER comments_inserted AFTER INSERT ON social.comments REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_comments();
CREATE TRIGGER comments_truncated BEFORE TRUNCATE ON social.comments FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER comments_updated AFTER UPDATE ON social.comments REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_comments();
CREATE TRIGGER profiles_deleted AFTER DELETE ON social.profiles REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_profiles();
CREATE TRIGGER profiles_inserted AFTER INSERT ON social.profiles REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_profiles();
CREATE TRIGGER profiles_truncated BEFORE TRUNCATE ON social.profiles FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER profiles_updated AFTER UPDATE ON social.profiles REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_profiles();
CREATE TRIGGER totals_deleted AFTER DELETE ON stats.totals REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_totals();
CREATE TRIGGER totals_inserted AFTER INSERT ON stats.totals REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_totals();
CREATE TRIGGER totals_truncated BEFORE TRUNCATE ON stats.totals FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER totals_updated AFTER UPDATE ON stats.totals REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_totals();
CREATE TRIGGER trending_deleted AFTER DELETE ON stats.trending REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_trending();
CREATE TRIGGER trending_inserted AFTER INSERT ON stats.trending REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_trending();
CREATE TRIGGER trending_truncated BEFORE TRUNCATE ON stats.trending FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER trending_updated AFTER UPDATE ON stats.trending REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_trending();
CREATE TRIGGER changes_deleted AFTER DELETE ON ops.changes REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_changes();
CREATE TRIGGER changes_inserted AFTER INSERT ON ops.changes REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_changes();
CREATE TRIGGER changes_truncated BEFORE TRUNCATE ON ops.changes FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER changes_updated AFTER UPDATE ON ops.changes REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_changes();
CREATE TRIGGER documents_deleted AFTER DELETE ON ops.documents REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_documents();
CREATE TRIGGER documents_inserted AFTER INSERT ON ops.documents REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_documents();
CREATE TRIGGER documents_truncated BEFORE TRUNCATE ON ops.documents FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER documents_updated AFTER UPDATE ON ops.documents REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.on_documents();
CREATE TRIGGER outbox_appended AFTER INSERT ON ops.outbox FOR EACH STATEMENT EXECUTE FUNCTION ops.outbox_appended();
CREATE TRIGGER category_deleted AFTER DELETE ON view.category REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.category_changed();
CREATE TRIGGER category_inserted AFTER INSERT ON view.category REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.category_changed();
CREATE TRIGGER category_truncated BEFORE TRUNCATE ON view.category FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER category_updated AFTER UPDATE ON view.category REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.category_changed();
CREATE TRIGGER collection_deleted AFTER DELETE ON view.collection REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.collection_changed();
CREATE TRIGGER collection_inserted AFTER INSERT ON view.collection REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.collection_changed();
CREATE TRIGGER collection_truncated BEFORE TRUNCATE ON view.collection FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER collection_updated AFTER UPDATE ON view.collection REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.collection_changed();
CREATE TRIGGER collection_item_deleted AFTER DELETE ON view.collection_item REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.collection_item_changed();
CREATE TRIGGER collection_item_inserted AFTER INSERT ON view.collection_item REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.collection_item_changed();
CREATE TRIGGER collection_item_truncated BEFORE TRUNCATE ON view.collection_item FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER collection_item_updated AFTER UPDATE ON view.collection_item REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.collection_item_changed();
CREATE TRIGGER comment_deleted AFTER DELETE ON view.comment REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.comment_changed();
CREATE TRIGGER comment_inserted AFTER INSERT ON view.comment REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.comment_changed();
CREATE TRIGGER comment_truncated BEFORE TRUNCATE ON view.comment FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER comment_updated AFTER UPDATE ON view.comment REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.comment_changed();
CREATE TRIGGER expression_deleted AFTER DELETE ON view.expression REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.expression_changed();
CREATE TRIGGER expression_inserted AFTER INSERT ON view.expression REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.expression_changed();
CREATE TRIGGER expression_truncated BEFORE TRUNCATE ON view.expression FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER expression_updated AFTER UPDATE ON view.expression REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.expression_changed();
CREATE TRIGGER language_deleted AFTER DELETE ON view.language REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.language_changed();
CREATE TRIGGER language_inserted AFTER INSERT ON view.language REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.language_changed();
CREATE TRIGGER language_truncated BEFORE TRUNCATE ON view.language FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER language_updated AFTER UPDATE ON view.language REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.language_changed();
CREATE TRIGGER person_deleted AFTER DELETE ON view.person REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.person_changed();
CREATE TRIGGER person_inserted AFTER INSERT ON view.person REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.person_changed();
CREATE TRIGGER person_truncated BEFORE TRUNCATE ON view.person FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER person_updated AFTER UPDATE ON view.person REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.person_changed();
CREATE TRIGGER tag_deleted AFTER DELETE ON view.tag REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.tag_changed();
CREATE TRIGGER tag_inserted AFTER INSERT ON view.tag REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.tag_changed();
CREATE TRIGGER tag_truncated BEFORE TRUNCATE ON view.tag FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER tag_updated AFTER UPDATE ON view.tag REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.tag_changed();
CREATE TRIGGER users_public_deleted AFTER DELETE ON view.users_public REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.user_changed();
CREATE TRIGGER users_public_inserted AFTER INSERT ON view.users_public REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.user_changed();
CREATE TRIGGER users_public_truncated BEFORE TRUNCATE ON view.users_public FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER users_public_updated AFTER UPDATE ON view.users_public REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.user_changed();
CREATE TRIGGER work_deleted AFTER DELETE ON view.work REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.work_changed();
CREATE TRIGGER work_inserted AFTER INSERT ON view.work REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.work_changed();
CREATE TRIGGER work_truncated BEFORE TRUNCATE ON view.work FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_truncate();
CREATE TRIGGER work_updated AFTER UPDATE ON view.work REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION view.work_changed();

-- Grants on schemas, tables, views and functions

GRANT USAGE ON SCHEMA core TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE core.alignment_groups TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE core.alignment_origins TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE core.alignments TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE core.categories TO tercul_writer;
GRANT INSERT, SELECT ON TABLE core.contribution_events TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE core.contribution_reviews TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE core.contributions TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE core.countries TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE core.expression_contributors TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE core.expressions TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE core.external_ids TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE core.id_redirects TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE core.languages TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE core.licenses TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE core.person_names TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE core.persons TO tercul_writer;
GRANT INSERT, SELECT ON TABLE core.revisions TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE core.rights TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE core.series TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE core.slugs TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE core.subject_categories TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE core.subject_tags TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE core.subjects TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE core.tags TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE core.term_documents TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE core.text_analyses TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE core.text_lines TO tercul_writer;
GRANT INSERT, SELECT ON TABLE core.text_revisions TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE core.text_units TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE core.text_vocabularies TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE core.work_contributors TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE core.work_titles TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE core.works TO tercul_writer;
GRANT EXECUTE ON FUNCTION core.alignment_document(alignment uuid) TO tercul_writer;
GRANT EXECUTE ON FUNCTION core.expression_snapshot(expression uuid) TO tercul_writer;
GRANT EXECUTE ON FUNCTION core.forget_history(subject uuid, most integer) TO tercul_writer;
GRANT EXECUTE ON FUNCTION core.person_snapshot(person uuid) TO tercul_writer;
GRANT EXECUTE ON FUNCTION core.prefix(kind text) TO tercul_reader;
GRANT EXECUTE ON FUNCTION core.prefix(kind text) TO tercul_writer;
GRANT EXECUTE ON FUNCTION core.rights_class(status text, license_open boolean) TO tercul_writer;
GRANT EXECUTE ON FUNCTION core.set_vocabulary(expression uuid, revision integer, language text, terms text[]) TO tercul_writer;
GRANT EXECUTE ON FUNCTION core.typeid(kind text, id uuid) TO tercul_reader;
GRANT EXECUTE ON FUNCTION core.typeid(kind text, id uuid) TO tercul_writer;
GRANT EXECUTE ON FUNCTION core.work_snapshot(work uuid) TO tercul_writer;
GRANT USAGE ON SCHEMA auth TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE auth.credentials TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE auth.jwt_keys TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE auth.login_failures TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE auth.one_time_tokens TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE auth.peppers TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE auth.refresh_tokens TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE auth.reviewer_languages TO tercul_writer;
GRANT DELETE, INSERT, SELECT ON TABLE auth.security_events TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE auth.sessions TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE auth.signature_nonces TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE auth.signing_keys TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE auth.user_roles TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE auth.users TO tercul_writer;
GRANT USAGE ON SCHEMA social TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE social.bookmarks TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE social.collection_items TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE social.collection_members TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE social.collections TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE social.comments TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE social.likes TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE social.profiles TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE social.reports TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE social.search_presets TO tercul_writer;
GRANT USAGE ON SCHEMA stats TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE stats.batches TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE stats.brought TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE stats.daily TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE stats.hourly TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE stats.popularity TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE stats.runs TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE stats.totals TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE stats.trending TO tercul_writer;
GRANT USAGE ON SCHEMA ops TO tercul_writer;
GRANT INSERT, SELECT ON TABLE ops.audit_log TO tercul_writer;
GRANT SELECT ON TABLE ops.change_candidates TO tercul_writer;
GRANT SELECT ON TABLE ops.changes TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE ops.documents TO tercul_writer;
GRANT INSERT, SELECT, UPDATE ON TABLE ops.edges TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE ops.idempotency_keys TO tercul_writer;
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE ops.import_runs TO tercul_writer;
GRANT INSERT, SELECT ON TABLE ops.outbox TO tercul_writer;
GRANT EXECUTE ON FUNCTION ops.announce(tags text[], hard boolean) TO tercul_writer;
GRANT EXECUTE ON FUNCTION ops.number_changes(max integer) TO tercul_writer;
GRANT EXECUTE ON FUNCTION ops.prune_outbox(keep interval, owed interval) TO tercul_writer;
GRANT EXECUTE ON FUNCTION ops.sha256_hex(value text) TO tercul_writer;
GRANT USAGE ON SCHEMA view TO tercul_reader;
GRANT USAGE ON SCHEMA view TO tercul_writer;
GRANT SELECT ON TABLE view.alignment TO tercul_reader;
GRANT SELECT ON TABLE view.alignment TO tercul_writer;
GRANT SELECT ON TABLE view.alignment_group TO tercul_reader;
GRANT SELECT ON TABLE view.alignment_group TO tercul_writer;
GRANT SELECT ON TABLE view.alignment_pair TO tercul_reader;
GRANT SELECT ON TABLE view.alignment_pair TO tercul_writer;
GRANT SELECT ON TABLE view.announcement TO tercul_reader;
GRANT SELECT ON TABLE view.announcement TO tercul_writer;
GRANT SELECT ON TABLE view.category TO tercul_reader;
GRANT SELECT ON TABLE view.category TO tercul_writer;
GRANT SELECT ON TABLE view.category_source TO tercul_writer;
GRANT SELECT ON TABLE view.change TO tercul_reader;
GRANT SELECT ON TABLE view.change TO tercul_writer;
GRANT SELECT ON TABLE view.collectable TO tercul_reader;
GRANT SELECT ON TABLE view.collectable TO tercul_writer;
GRANT SELECT ON TABLE view.collection TO tercul_reader;
GRANT SELECT ON TABLE view.collection TO tercul_writer;
GRANT SELECT ON TABLE view.collection_item TO tercul_reader;
GRANT SELECT ON TABLE view.collection_item TO tercul_writer;
GRANT SELECT ON TABLE view.collection_item_source TO tercul_writer;
GRANT SELECT ON TABLE view.collection_source TO tercul_writer;
GRANT SELECT ON TABLE view.comment TO tercul_reader;
GRANT SELECT ON TABLE view.comment TO tercul_writer;
GRANT SELECT ON TABLE view.comment_source TO tercul_writer;
GRANT SELECT ON TABLE view.commentable TO tercul_reader;
GRANT SELECT ON TABLE view.commentable TO tercul_writer;
GRANT SELECT ON TABLE view.country TO tercul_reader;
GRANT SELECT ON TABLE view.country TO tercul_writer;
GRANT SELECT ON TABLE view.document TO tercul_reader;
GRANT SELECT ON TABLE view.document TO tercul_writer;
GRANT SELECT ON TABLE view.expression TO tercul_reader;
GRANT SELECT ON TABLE view.expression TO tercul_writer;
GRANT SELECT ON TABLE view.expression_source TO tercul_writer;
GRANT SELECT ON TABLE view.language TO tercul_reader;
GRANT SELECT ON TABLE view.language TO tercul_writer;
GRANT SELECT ON TABLE view.language_source TO tercul_writer;
GRANT SELECT ON TABLE view.license TO tercul_reader;
GRANT SELECT ON TABLE view.license TO tercul_writer;
GRANT SELECT ON TABLE view.person TO tercul_reader;
GRANT SELECT ON TABLE view.person TO tercul_writer;
GRANT SELECT ON TABLE view.person_name_key TO tercul_reader;
GRANT SELECT ON TABLE view.person_name_key TO tercul_writer;
GRANT SELECT ON TABLE view.person_source TO tercul_writer;
GRANT SELECT ON TABLE view.popularity TO tercul_reader;
GRANT SELECT ON TABLE view.redirect TO tercul_reader;
GRANT SELECT ON TABLE view.redirect TO tercul_writer;
GRANT SELECT ON TABLE view.revision TO tercul_reader;
GRANT SELECT ON TABLE view.revision TO tercul_writer;
GRANT SELECT ON TABLE view.rights TO tercul_reader;
GRANT SELECT ON TABLE view.rights TO tercul_writer;
GRANT SELECT ON TABLE view.series TO tercul_reader;
GRANT SELECT ON TABLE view.series TO tercul_writer;
GRANT SELECT ON TABLE view.slug TO tercul_reader;
GRANT SELECT ON TABLE view.slug TO tercul_writer;
GRANT SELECT ON TABLE view.subject TO tercul_reader;
GRANT SELECT ON TABLE view.subject TO tercul_writer;
GRANT SELECT ON TABLE view.subject_stats TO tercul_reader;
GRANT SELECT ON TABLE view.subject_stats TO tercul_writer;
GRANT SELECT ON TABLE view.tag TO tercul_reader;
GRANT SELECT ON TABLE view.tag TO tercul_writer;
GRANT SELECT ON TABLE view.tag_source TO tercul_writer;
GRANT SELECT ON TABLE view.text_analysis TO tercul_reader;
GRANT SELECT ON TABLE view.text_analysis TO tercul_writer;
GRANT SELECT ON TABLE view.text_line TO tercul_reader;
GRANT SELECT ON TABLE view.text_line TO tercul_writer;
GRANT SELECT ON TABLE view.text_unit TO tercul_reader;
GRANT SELECT ON TABLE view.text_unit TO tercul_writer;
GRANT SELECT ON TABLE view.trending TO tercul_reader;
GRANT SELECT ON TABLE view.trending TO tercul_writer;
GRANT SELECT ON TABLE view.users_public TO tercul_reader;
GRANT SELECT ON TABLE view.users_public TO tercul_writer;
GRANT SELECT ON TABLE view.users_public_source TO tercul_writer;
GRANT SELECT ON TABLE view.work TO tercul_reader;
GRANT SELECT ON TABLE view.work TO tercul_writer;
GRANT SELECT ON TABLE view.work_source TO tercul_writer;
GRANT SELECT ON TABLE view.work_title_key TO tercul_reader;
GRANT SELECT ON TABLE view.work_title_key TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.best_translation(work uuid, languages text[]) TO tercul_reader;
GRANT EXECUTE ON FUNCTION view.best_translation(work uuid, languages text[]) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.cite(subject uuid, format text, ref text, locale text) TO tercul_reader;
GRANT EXECUTE ON FUNCTION view.cite(subject uuid, format text, ref text, locale text) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.cite_bibtex(d jsonb, locale text) TO tercul_reader;
GRANT EXECUTE ON FUNCTION view.cite_bibtex(d jsonb, locale text) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.cite_bibtex_escape(value text) TO tercul_reader;
GRANT EXECUTE ON FUNCTION view.cite_bibtex_escape(value text) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.cite_bibtex_names(people jsonb) TO tercul_reader;
GRANT EXECUTE ON FUNCTION view.cite_bibtex_names(people jsonb) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.cite_csl(d jsonb) TO tercul_reader;
GRANT EXECUTE ON FUNCTION view.cite_csl(d jsonb) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.cite_csl_date(year_from jsonb, year_to jsonb, edtf text) TO tercul_reader;
GRANT EXECUTE ON FUNCTION view.cite_csl_date(year_from jsonb, year_to jsonb, edtf text) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.cite_csl_names(people jsonb) TO tercul_reader;
GRANT EXECUTE ON FUNCTION view.cite_csl_names(people jsonb) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.cite_data(subject uuid, ref text, locale text) TO tercul_reader;
GRANT EXECUTE ON FUNCTION view.cite_data(subject uuid, ref text, locale text) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.cite_date(year_from integer, year_to integer, edtf text, locale text) TO tercul_reader;
GRANT EXECUTE ON FUNCTION view.cite_date(year_from integer, year_to integer, edtf text, locale text) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.cite_held(work uuid) TO tercul_reader;
GRANT EXECUTE ON FUNCTION view.cite_held(work uuid) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.cite_initials(given text) TO tercul_reader;
GRANT EXECUTE ON FUNCTION view.cite_initials(given text) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.cite_name(person jsonb, family_first boolean, initials boolean) TO tercul_reader;
GRANT EXECUTE ON FUNCTION view.cite_name(person jsonb, family_first boolean, initials boolean) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.cite_names(people jsonb, inverted boolean, all_inverted boolean, initials boolean, conjunction text, most integer) TO tercul_reader;
GRANT EXECUTE ON FUNCTION view.cite_names(people jsonb, inverted boolean, all_inverted boolean, initials boolean, conjunction text, most integer) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.cite_people(ids uuid[], locale text) TO tercul_reader;
GRANT EXECUTE ON FUNCTION view.cite_people(ids uuid[], locale text) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.cite_ris(d jsonb) TO tercul_reader;
GRANT EXECUTE ON FUNCTION view.cite_ris(d jsonb) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.cite_sentences(VARIADIC parts text[]) TO tercul_reader;
GRANT EXECUTE ON FUNCTION view.cite_sentences(VARIADIC parts text[]) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.cite_text(d jsonb, style text, locale text) TO tercul_reader;
GRANT EXECUTE ON FUNCTION view.cite_text(d jsonb, style text, locale text) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.cite_word(word text, locale text) TO tercul_reader;
GRANT EXECUTE ON FUNCTION view.cite_word(word text, locale text) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.cite_year(year_from integer, year_to integer, locale text) TO tercul_reader;
GRANT EXECUTE ON FUNCTION view.cite_year(year_from integer, year_to integer, locale text) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.deferred() TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.localized(names jsonb, langs text[]) TO tercul_reader;
GRANT EXECUTE ON FUNCTION view.localized(names jsonb, langs text[]) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.models() TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.parallel_rows(pivot uuid, others uuid[], from_seq integer, to_seq integer, after_row_seq integer, max_rows integer) TO tercul_reader;
GRANT EXECUTE ON FUNCTION view.parallel_rows(pivot uuid, others uuid[], from_seq integer, to_seq integer, after_row_seq integer, max_rows integer) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.refresh_all() TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.refresh_category(ids uuid[]) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.refresh_collection(ids uuid[]) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.refresh_collection_item(collections uuid[], subjects uuid[]) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.refresh_comment(ids uuid[]) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.refresh_expression(ids uuid[]) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.refresh_language(tags text[]) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.refresh_model(relation text) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.refresh_person(ids uuid[]) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.refresh_popularity(ids uuid[]) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.refresh_tag(ids uuid[]) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.refresh_user(ids uuid[]) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.refresh_work(ids uuid[]) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.related_works(work uuid, max integer) TO tercul_reader;
GRANT EXECUTE ON FUNCTION view.related_works(work uuid, max integer) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.revision_lines(expression uuid, revision integer) TO tercul_reader;
GRANT EXECUTE ON FUNCTION view.revision_lines(expression uuid, revision integer) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.sort_key(value text) TO tercul_reader;
GRANT EXECUTE ON FUNCTION view.sort_key(value text) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.survivors(ids uuid[]) TO tercul_reader;
GRANT EXECUTE ON FUNCTION view.survivors(ids uuid[]) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.text_diff(expression uuid, from_rev integer, to_rev integer) TO tercul_reader;
GRANT EXECUTE ON FUNCTION view.text_diff(expression uuid, from_rev integer, to_rev integer) TO tercul_writer;
GRANT EXECUTE ON FUNCTION view.verify() TO tercul_writer;
