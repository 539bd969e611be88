-- What becomes of a record that was refused or quarantined, and of an outbox that came in a file.

-- The author let it go on the phone: it stays here, but is no longer held up to them.
ALTER TABLE sync_mutation ADD COLUMN dismissed_at timestamptz;

CREATE INDEX sync_mutation_open_of_member ON sync_mutation (organisation, member, received_at)
    WHERE result <> 'applied' AND settled_at IS NULL;

-- The office's word on one letter. Sent anew it goes under a mutation id of its own, because an id
-- keeps its answer for ever; that mutation's ledger row says whether it was applied.
CREATE TABLE letter_decision (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,
    letter        uuid NOT NULL,                -- the mutation that was refused or quarantined
    member        uuid NOT NULL,                -- who decided
    how           text NOT NULL CHECK (how IN ('accepted', 'mended', 'put_aside')),
    reason        text NOT NULL DEFAULT '',
    mutation      uuid,                         -- what it was sent anew as
    at            timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT letter_decision_pk PRIMARY KEY (organisation, id),
    CONSTRAINT letter_decision_letter FOREIGN KEY (organisation, letter) REFERENCES sync_mutation (organisation, id),
    CONSTRAINT letter_decision_member FOREIGN KEY (organisation, member) REFERENCES member (organisation, id),
    CONSTRAINT letter_decision_sent CHECK ((how = 'put_aside') = (mutation IS NULL))
);
CREATE INDEX letter_decision_by_letter ON letter_decision (organisation, letter, at);
CREATE UNIQUE INDEX letter_decision_by_mutation ON letter_decision (organisation, mutation);

-- A rescue file: whose outbox it holds, who brought it, and what became of each record in it.
CREATE TABLE rescue (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,
    member        uuid NOT NULL,                -- whose outbox it is
    brought_by    uuid NOT NULL,
    name          text NOT NULL,                -- of the file
    sha256        bytea NOT NULL,
    bytes         bigint NOT NULL CHECK (bytes > 0),
    device        text NOT NULL,
    build         text NOT NULL,
    exported_at   timestamptz NOT NULL,         -- by the phone's clock
    received_at   timestamptz NOT NULL DEFAULT now(),
    imported_at   timestamptz,                  -- begun; NULL: only looked at
    file_kept     boolean NOT NULL DEFAULT true,
    CONSTRAINT rescue_pk PRIMARY KEY (organisation, id),
    CONSTRAINT rescue_member FOREIGN KEY (organisation, member) REFERENCES member (organisation, id),
    CONSTRAINT rescue_brought_by FOREIGN KEY (organisation, brought_by) REFERENCES member (organisation, id),
    CONSTRAINT rescue_sha256 CHECK (length(sha256) = 32)
);
CREATE INDEX rescue_by_time ON rescue (organisation, received_at);

CREATE TABLE rescue_record (
    organisation  uuid NOT NULL,
    rescue        uuid NOT NULL,
    id            uuid NOT NULL,                -- of the mutation, or of the photo
    kind          text NOT NULL CHECK (kind IN ('record', 'picture')),
    position      integer NOT NULL,
    site          uuid,                         -- as the file says; it need not exist
    type          text NOT NULL,
    work_day      date,
    title         text NOT NULL DEFAULT '',     -- what tells it from others: a crew's lines, a name
    result        text,                         -- NULL: not tried yet
    problem       jsonb,
    CONSTRAINT rescue_record_pk PRIMARY KEY (organisation, rescue, kind, id),
    CONSTRAINT rescue_record_rescue FOREIGN KEY (organisation, rescue) REFERENCES rescue (organisation, id) ON DELETE CASCADE
);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['letter_decision', 'rescue', 'rescue_record']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY own_company ON %I TO daywork_app USING '
            '(organisation = nullif(current_setting(''daywork.organisation'', true), '''')::uuid)', name);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO daywork_app', name);
    END LOOP;
END $$;

-- A decision is evidence: added and read, never changed. What was only looked at may be forgotten.
GRANT UPDATE, DELETE ON rescue, rescue_record TO daywork_app;
