-- +goose Up
-- +goose StatementBegin
-- Least privilege. The reader sees the schema view alone: a fault in it cannot reach a draft, a hidden line or an
-- account. The writer changes base tables and never the read model, history or the change feed.
GRANT USAGE ON SCHEMA view TO tercul_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA view TO tercul_reader;
REVOKE SELECT ON view.category_source, view.work_source, view.expression_source, view.person_source, view.tag_source, view.language_source,
  view.users_public_source, view.collection_source, view.collection_item_source, view.comment_source FROM tercul_reader;

GRANT USAGE ON SCHEMA core, auth, social, stats, ops, view TO tercul_writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA core, auth, social, stats TO tercul_writer;
REVOKE UPDATE, DELETE ON core.revisions, core.text_revisions, core.contribution_events FROM tercul_writer;
REVOKE UPDATE ON auth.security_events FROM tercul_writer;
GRANT SELECT, INSERT ON ops.outbox TO tercul_writer;
GRANT SELECT, INSERT, UPDATE ON ops.edges TO tercul_writer;
GRANT SELECT ON ops.changes, ops.change_candidates TO tercul_writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON ops.documents, ops.import_runs, ops.idempotency_keys TO tercul_writer;
GRANT SELECT, INSERT ON ops.audit_log TO tercul_writer;
GRANT SELECT ON ALL TABLES IN SCHEMA view TO tercul_writer;

-- Functions of the read model, for whoever may read it.
GRANT EXECUTE ON FUNCTION
  view.localized(jsonb, text[]), view.best_translation(uuid, text[]), view.related_works(uuid, int), view.revision_lines(uuid, int), view.text_diff(uuid, int, int),
  view.parallel_rows(uuid, uuid[], int, int, int, int), view.cite(uuid, text, text, text), view.cite_text(jsonb, text, text), view.cite_data(uuid, text, text),
  view.cite_csl(jsonb), view.cite_csl_date(jsonb, jsonb, text), view.cite_csl_names(jsonb), view.cite_date(int, int, text, text), view.cite_ris(jsonb), view.cite_bibtex(jsonb, text), view.cite_bibtex_names(jsonb), view.cite_bibtex_escape(text), view.cite_sentences(text[]),
  view.cite_names(jsonb, boolean, boolean, boolean, text, int), view.cite_name(jsonb, boolean, boolean), view.cite_initials(text), view.cite_people(uuid[], text), view.cite_held(uuid),
  view.cite_year(int, int, text), view.cite_word(text, text), core.typeid(text, uuid), core.prefix(text), view.sort_key(text), view.survivors(uuid[])
  TO tercul_reader, tercul_writer;

-- What generated columns call, and what a writer may ask for.
GRANT EXECUTE ON FUNCTION
  ops.sha256_hex(text), ops.announce(text[], boolean), ops.number_changes(int), ops.prune_outbox(interval, interval), view.verify(), view.refresh_all(), view.refresh_model(text), view.models(),
  view.refresh_work(uuid[]), view.refresh_expression(uuid[]), view.refresh_person(uuid[]), view.refresh_tag(uuid[]), view.refresh_category(uuid[]), view.refresh_language(text[]),
  view.refresh_user(uuid[]), view.refresh_collection(uuid[]), view.refresh_collection_item(uuid[], uuid[]), view.refresh_comment(uuid[]), view.refresh_popularity(uuid[]),
  view.deferred(), core.rights_class(text, boolean), core.work_snapshot(uuid), core.expression_snapshot(uuid), core.person_snapshot(uuid), core.alignment_document(uuid), core.forget_history(uuid, int),
  core.set_vocabulary(uuid, int, text, text[])
  TO tercul_writer;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA core, ops, view FROM tercul_writer, tercul_reader;
REVOKE ALL ON ALL TABLES IN SCHEMA core, auth, social, stats, ops, view FROM tercul_writer, tercul_reader;
REVOKE ALL ON SCHEMA core, auth, social, stats, ops, view FROM tercul_writer, tercul_reader;
-- +goose StatementEnd
