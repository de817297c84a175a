-- +goose Up
-- +goose StatementBegin
-- History is written once, and goes with what it is of: a month after the deletion, when nothing can be restored any
-- more. What was merged into something else keeps its history. The writer, who may not delete history, calls this as
-- its owner, for some rows at a time, and is told how many there were; of what is not gone it forgets nothing.
CREATE FUNCTION core.forget_history(subject uuid, most int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
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
END $$;

-- What the job that purges looks for.
CREATE INDEX works_deleted ON core.works (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX expressions_deleted ON core.expressions (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX persons_deleted ON core.persons (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX collections_deleted ON social.collections (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX comments_deleted ON social.comments (deleted_at) WHERE deleted_at IS NOT NULL;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP INDEX social.comments_deleted, social.collections_deleted, core.persons_deleted, core.expressions_deleted, core.works_deleted;
DROP FUNCTION core.forget_history(uuid, int);
-- +goose StatementEnd
