-- Money that reaches a worker: how an advance was handed over, how much may be lent on a site,
-- and what was paid.

ALTER TABLE advance ADD COLUMN handed text NOT NULL DEFAULT 'cash'
    CONSTRAINT advance_handed CHECK (handed IN ('cash', 'transfer'));

-- How much of an advance is ordinary; above it is a doubt, never a refusal. No row: no limit.
CREATE TABLE advance_limit (
    organisation  uuid NOT NULL,
    site          uuid NOT NULL,
    monthly       numeric(12, 2) CHECK (monthly >= 0),           -- a worker and month; null: no limit
    percent       smallint CHECK (percent BETWEEN 0 AND 100),    -- of what is earned and not yet paid
    set_by        uuid NOT NULL,
    set_at        timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT advance_limit_pk PRIMARY KEY (organisation, site),
    CONSTRAINT advance_limit_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id),
    CONSTRAINT advance_limit_set_by FOREIGN KEY (organisation, set_by) REFERENCES member (organisation, id)
);

-- Phones show the limit beside the keypad: it travels with the site's own row.
CREATE FUNCTION feed_of_site() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM touch_feed('site', array_agg(organisation), array_agg(site), array_agg(site), false)
    FROM changed HAVING count(*) > 0;
    RETURN NULL;
END $$;
CREATE TRIGGER feed_insert AFTER INSERT ON advance_limit REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION feed_of_site();
CREATE TRIGGER feed_update AFTER UPDATE ON advance_limit REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION feed_of_site();

-- A file of the bank, as it was read: first looked at, then booked as a whole or not at all. Of an
-- account number its last four digits are kept.
CREATE TABLE bank_import (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,
    site          uuid NOT NULL,
    name          text NOT NULL,
    sha256        bytea NOT NULL,                -- of the file's bytes
    headings      jsonb NOT NULL,                -- which heading was taken for what
    lines         jsonb NOT NULL,
    made_by       uuid NOT NULL,
    made_at       timestamptz NOT NULL DEFAULT now(),
    booked_at     timestamptz,
    booked_by     uuid,
    undone_at     timestamptz,
    undone_by     uuid,
    undo_reason   text CHECK (undo_reason <> ''),
    CONSTRAINT bank_import_pk PRIMARY KEY (organisation, id),
    CONSTRAINT bank_import_on_site UNIQUE (organisation, site, id),
    CONSTRAINT bank_import_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id),
    CONSTRAINT bank_import_made_by FOREIGN KEY (organisation, made_by) REFERENCES member (organisation, id),
    CONSTRAINT bank_import_booked_by FOREIGN KEY (organisation, booked_by) REFERENCES member (organisation, id),
    CONSTRAINT bank_import_undone_by FOREIGN KEY (organisation, undone_by) REFERENCES member (organisation, id),
    CONSTRAINT bank_import_booked CHECK ((booked_at IS NULL) = (booked_by IS NULL)),
    CONSTRAINT bank_import_undone CHECK (
        (undone_at IS NULL) = (undone_by IS NULL) AND (undone_at IS NULL) = (undo_reason IS NULL)
        AND (undone_at IS NULL OR booked_at IS NOT NULL))
);
-- The same file is booked once, on whichever site of the company.
CREATE UNIQUE INDEX bank_import_once ON bank_import (organisation, sha256)
    WHERE booked_at IS NOT NULL AND undone_at IS NULL;
CREATE INDEX bank_import_by_site ON bank_import (organisation, site, made_at DESC);

CREATE TABLE payment (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,                 -- named by the form, so a second click finds it
    site          uuid NOT NULL,
    worker        uuid NOT NULL,
    paid_on       date NOT NULL,
    for_month     date NOT NULL CHECK (extract(day FROM for_month) = 1),  -- whose wages it pays
    amount        numeric(12, 2) NOT NULL CHECK (amount > 0),
    method        text NOT NULL CHECK (method IN ('bank', 'cash', 'contractor')),  -- 总包代发
    reference     text NOT NULL DEFAULT '',      -- the bank's number of the transfer, or the receipt's
    wage_sheet    uuid,
    settlement    uuid,
    bank_import   uuid,
    note          text NOT NULL DEFAULT '',
    made_by       uuid NOT NULL,
    made_at       timestamptz NOT NULL DEFAULT now(),
    voided_at     timestamptz,
    voided_by     uuid,
    void_reason   text CHECK (void_reason <> ''),
    CONSTRAINT payment_pk PRIMARY KEY (organisation, id),
    CONSTRAINT payment_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id),
    CONSTRAINT payment_worker FOREIGN KEY (organisation, worker) REFERENCES worker (organisation, id),
    CONSTRAINT payment_bank_import FOREIGN KEY (organisation, site, bank_import)
        REFERENCES bank_import (organisation, site, id),
    CONSTRAINT payment_made_by FOREIGN KEY (organisation, made_by) REFERENCES member (organisation, id),
    CONSTRAINT payment_voided_by FOREIGN KEY (organisation, voided_by) REFERENCES member (organisation, id),
    CONSTRAINT payment_voided CHECK (
        (voided_at IS NULL) = (voided_by IS NULL) AND (voided_at IS NULL) = (void_reason IS NULL))
);
-- A bank's number may stand for a whole batch, but for one worker it is paid once.
CREATE UNIQUE INDEX payment_reference_once ON payment (organisation, reference, worker)
    WHERE reference <> '' AND voided_at IS NULL;
CREATE INDEX payment_by_site ON payment (organisation, site, for_month, worker)
    INCLUDE (amount) WHERE voided_at IS NULL;
CREATE INDEX payment_by_day ON payment (organisation, site, paid_on);
CREATE INDEX payment_by_worker ON payment (organisation, worker, paid_on);
CREATE INDEX payment_by_import ON payment (organisation, bank_import) WHERE bank_import IS NOT NULL;
CREATE INDEX payment_by_wage_sheet ON payment (organisation, wage_sheet) WHERE wage_sheet IS NOT NULL;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['advance_limit', 'bank_import', 'payment']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY own_company ON %I TO daywork_app USING '
            '(organisation = nullif(current_setting(''daywork.organisation'', true), '''')::uuid)', name);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO daywork_app', name);
    END LOOP;
END $$;
GRANT UPDATE ON advance_limit, bank_import TO daywork_app;
GRANT DELETE ON bank_import TO daywork_app;      -- a file that was only looked at
-- What was paid does not change: it is voided, and may come to belong to a wage sheet, a settlement,
-- or the one worker whom two numbers turned out to be.
GRANT UPDATE (voided_at, voided_by, void_reason, wage_sheet, settlement, worker) ON payment
    TO daywork_app;
