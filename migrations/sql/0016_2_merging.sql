-- One person entered twice. No row of work, pay or signature is rewritten: the worker who was
-- merged points at the one kept (always at the last one, never along a chain), and sums follow.

ALTER TABLE worker ADD COLUMN merged_into uuid;
ALTER TABLE worker ADD CONSTRAINT worker_merged_into FOREIGN KEY (organisation, merged_into)
    REFERENCES worker (organisation, id);
ALTER TABLE worker ADD CONSTRAINT worker_not_into_itself CHECK (merged_into <> id);
CREATE INDEX worker_by_merged_into ON worker (organisation, merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE worker_merge (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,
    kept          uuid NOT NULL,
    merged        uuid NOT NULL,
    found_by      text NOT NULL CHECK (found_by IN ('identity', 'name_and_phone', 'hand')),
    reason        text NOT NULL DEFAULT '',
    before        jsonb NOT NULL DEFAULT '{}',     -- the rosters as they were, to undo by
    made_by       uuid NOT NULL,
    made_at       timestamptz NOT NULL DEFAULT now(),
    undone_at     timestamptz,
    undone_by     uuid,
    undo_reason   text NOT NULL DEFAULT '',
    CONSTRAINT worker_merge_pk PRIMARY KEY (organisation, id),
    CONSTRAINT worker_merge_kept FOREIGN KEY (organisation, kept) REFERENCES worker (organisation, id),
    CONSTRAINT worker_merge_merged FOREIGN KEY (organisation, merged) REFERENCES worker (organisation, id),
    CONSTRAINT worker_merge_made_by FOREIGN KEY (organisation, made_by) REFERENCES member (organisation, id),
    CONSTRAINT worker_merge_two CHECK (kept <> merged),
    CONSTRAINT worker_merge_undone CHECK ((undone_at IS NULL) = (undone_by IS NULL))
);
CREATE UNIQUE INDEX worker_merged_once ON worker_merge (organisation, merged) WHERE undone_at IS NULL;
CREATE INDEX worker_merge_by_kept ON worker_merge (organisation, kept);

-- Two workers somebody has looked at: they are two people.
CREATE TABLE worker_told_apart (
    organisation  uuid NOT NULL,
    one           uuid NOT NULL,
    other         uuid NOT NULL,
    member        uuid NOT NULL,
    at            timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT worker_told_apart_pk PRIMARY KEY (organisation, one, other),
    CONSTRAINT worker_told_apart_one FOREIGN KEY (organisation, one) REFERENCES worker (organisation, id),
    CONSTRAINT worker_told_apart_other FOREIGN KEY (organisation, other) REFERENCES worker (organisation, id),
    CONSTRAINT worker_told_apart_order CHECK (one < other)
);
