-- +goose Up
-- +goose StatementBegin
-- What members propose, and its way through review. A patch is against the version (and revision) that its author saw.
CREATE TABLE core.contributions (
  id                 uuid PRIMARY KEY,
  kind               text NOT NULL GENERATED ALWAYS AS ('CONTRIBUTION') STORED,
  author_id          uuid NOT NULL REFERENCES auth.users,
  contribution_type  text NOT NULL CHECK (contribution_type IN ('CREATE_WORK','CREATE_TRANSLATION','CREATE_AUTHOR','EDIT_WORK','EDIT_TRANSLATION','EDIT_AUTHOR','EDIT_TEXT','ALIGNMENT')),
  target_id          uuid REFERENCES core.subjects, -- what is edited; the work of a new translation; the first text of an alignment; NULL for new works and authors
  languages          text[] NOT NULL DEFAULT '{}',  -- a reviewer of one of them decides; with none, any reviewer
  title              text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 200),
  message            text CHECK (char_length(message) <= 5000),
  base_version       int CHECK (base_version > 0),
  base_revision      int CHECK (base_revision >= 0),
  patch              jsonb NOT NULL CHECK (octet_length(patch::text) <= 4194304), -- the editors' input; the writer measures its 2 MB without the blanks of jsonb
  base               jsonb,                         -- the description that the patch was made of; NULL for what is new
  proposed           jsonb,                         -- and what the patch makes of it
  status             text NOT NULL DEFAULT 'DRAFT' CHECK (status IN ('DRAFT','SUBMITTED','IN_REVIEW','CHANGES_REQUESTED','APPROVED','APPLIED','REJECTED','WITHDRAWN','CONFLICTED')),
  required_approvals smallint NOT NULL DEFAULT 1 CHECK (required_approvals BETWEEN 1 AND 5),
  assigned_to        uuid REFERENCES auth.users,
  submitted_at       timestamptz,
  decided_at         timestamptz,
  applied_at         timestamptz,
  applied_id         uuid REFERENCES core.subjects, -- what came of it
  applied_version    int,
  version            int NOT NULL DEFAULT 1 CHECK (version > 0),
  created_at         timestamptz NOT NULL DEFAULT now(),
  updated_at         timestamptz NOT NULL DEFAULT now(),
  FOREIGN KEY (id, kind) REFERENCES core.subjects (id, kind),
  CHECK (assigned_to <> author_id),
  CHECK (target_id IS NOT NULL OR contribution_type IN ('CREATE_WORK','CREATE_AUTHOR')),
  CHECK ((status = 'APPLIED') = (applied_at IS NOT NULL))
);
CREATE INDEX contributions_queue ON core.contributions (submitted_at, id) WHERE status IN ('SUBMITTED','IN_REVIEW');
CREATE INDEX contributions_author ON core.contributions (author_id, id DESC);
CREATE INDEX contributions_open ON core.contributions (author_id) WHERE status NOT IN ('APPLIED','REJECTED','WITHDRAWN');
CREATE INDEX contributions_status ON core.contributions (status, id DESC);
CREATE INDEX contributions_target ON core.contributions (target_id) WHERE target_id IS NOT NULL;
CREATE INDEX contributions_assigned ON core.contributions (assigned_to) WHERE assigned_to IS NOT NULL;

-- A review is of one version of a contribution; a new version leaves it behind.
CREATE TABLE core.contribution_reviews (
  id                   uuid PRIMARY KEY,
  contribution_id      uuid NOT NULL REFERENCES core.contributions,
  reviewer_id          uuid NOT NULL REFERENCES auth.users,
  decision             text NOT NULL CHECK (decision IN ('APPROVE','REQUEST_CHANGES','REJECT')),
  comment              text CHECK (char_length(comment) <= 5000),
  contribution_version int NOT NULL,
  superseded           boolean NOT NULL DEFAULT false,
  created_at           timestamptz NOT NULL DEFAULT now(),
  CHECK (decision = 'APPROVE' OR char_length(comment) >= 10)
);
CREATE UNIQUE INDEX contribution_reviews_live ON core.contribution_reviews (contribution_id, reviewer_id) WHERE NOT superseded;
CREATE INDEX contribution_reviews_reviewer ON core.contribution_reviews (reviewer_id);

-- Every step of a contribution, written once.
CREATE TABLE core.contribution_events (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  contribution_id uuid NOT NULL REFERENCES core.contributions,
  actor_id        uuid REFERENCES auth.users,
  from_status     text,
  to_status       text NOT NULL,
  detail          jsonb NOT NULL DEFAULT '{}',
  at              timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX contribution_events_contribution ON core.contribution_events (contribution_id, id);

-- What was applied stays the cause of what it made.
ALTER TABLE core.revisions ADD COLUMN contribution_id uuid REFERENCES core.contributions;
ALTER TABLE core.text_revisions ADD COLUMN contribution_id uuid REFERENCES core.contributions;
CREATE INDEX revisions_contribution ON core.revisions (contribution_id) WHERE contribution_id IS NOT NULL;
CREATE INDEX text_revisions_contribution ON core.text_revisions (contribution_id) WHERE contribution_id IS NOT NULL;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
ALTER TABLE core.text_revisions DROP COLUMN contribution_id;
ALTER TABLE core.revisions DROP COLUMN contribution_id;
DROP TABLE core.contribution_events;
DROP TABLE core.contribution_reviews;
DROP TABLE core.contributions;
-- +goose StatementEnd
