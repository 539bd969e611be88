-- Wage sheets (工资表) and settlements (结算). What was closed is a version with every figure of
-- every worker as it was then: rows are added and read, never changed, whatever happens to the
-- records they were made from.

-- A month of a crew, or of the whole site (crew null), that the office has begun to make. Its
-- figures are those of now; closing makes a version of it and takes it away.
CREATE TABLE wage_draft (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,
    site          uuid NOT NULL,
    crew          uuid,
    month         date NOT NULL CHECK (extract(day FROM month) = 1),
    pay_day       date,                            -- on which it is meant to be paid
    made_by       uuid NOT NULL,
    made_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT wage_draft_pk PRIMARY KEY (organisation, id),
    CONSTRAINT wage_draft_once UNIQUE NULLS NOT DISTINCT (organisation, site, month, crew),
    CONSTRAINT wage_draft_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id),
    CONSTRAINT wage_draft_crew FOREIGN KEY (organisation, site, crew) REFERENCES crew (organisation, site, id),
    CONSTRAINT wage_draft_made_by FOREIGN KEY (organisation, made_by) REFERENCES member (organisation, id)
);

CREATE TABLE wage_sheet (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,
    site          uuid NOT NULL,
    crew          uuid,
    month         date NOT NULL CHECK (extract(day FROM month) = 1),
    version       integer NOT NULL CHECK (version > 0),
    reason        text NOT NULL DEFAULT '',        -- why it takes the place of the version before
    employer      text NOT NULL,                   -- names as they were
    site_name     text NOT NULL,
    crew_name     text NOT NULL DEFAULT '',
    currency      text NOT NULL,
    hours_per_day numeric(4, 2)[] NOT NULL,        -- every divisor that made 工 of hours
    pay_day       date,
    warnings      jsonb NOT NULL DEFAULT '[]',     -- what was missing and let pass
    workers       integer NOT NULL CHECK (workers > 0),
    man_days      numeric(10, 3) NOT NULL,
    overtime_hours numeric(10, 2) NOT NULL,
    earned        numeric(14, 2) NOT NULL,
    advances      numeric(14, 2) NOT NULL,
    paid          numeric(14, 2) NOT NULL,
    payable       numeric(14, 2) NOT NULL,
    closed_by     uuid NOT NULL,
    closed_at     timestamptz NOT NULL,
    CONSTRAINT wage_sheet_pk PRIMARY KEY (organisation, id),
    CONSTRAINT wage_sheet_on_site UNIQUE (organisation, site, id),
    CONSTRAINT wage_sheet_once UNIQUE NULLS NOT DISTINCT (organisation, site, month, crew, version),
    CONSTRAINT wage_sheet_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id),
    CONSTRAINT wage_sheet_crew FOREIGN KEY (organisation, site, crew) REFERENCES crew (organisation, site, id),
    CONSTRAINT wage_sheet_closed_by FOREIGN KEY (organisation, closed_by) REFERENCES member (organisation, id),
    CONSTRAINT wage_sheet_reason CHECK ((version = 1) = (reason = '')),
    CONSTRAINT wage_sheet_payable CHECK (payable = earned - advances - paid)
);

-- One worker of a version: what the law wants on the wage ledger (State Council order 724, art. 15).
CREATE TABLE wage_line (
    organisation  uuid NOT NULL,
    sheet         uuid NOT NULL,
    worker        uuid NOT NULL,
    position      integer NOT NULL CHECK (position > 0),
    name          text NOT NULL,
    number        text NOT NULL DEFAULT '',
    trade         text NOT NULL DEFAULT '',
    crews         text NOT NULL DEFAULT '',
    phone         text NOT NULL DEFAULT '',
    identity_mask text NOT NULL DEFAULT '',        -- whole numbers stay in the register
    bank_name     text NOT NULL DEFAULT '',
    bank_mask     text NOT NULL DEFAULT '',
    days          integer NOT NULL,                -- days with work
    man_days      numeric(8, 3) NOT NULL,
    hours         numeric(8, 2) NOT NULL,          -- those 工 in hours
    overtime_workday numeric(8, 2) NOT NULL,       -- hours, by the kind of day
    overtime_rest numeric(8, 2) NOT NULL,
    overtime_holiday numeric(8, 2) NOT NULL,
    rates         jsonb NOT NULL DEFAULT '[]',     -- [{unit, amount, man_days}]
    labour        numeric(12, 2) NOT NULL,
    overtime      numeric(12, 2) NOT NULL,
    piecework     numeric(12, 2) NOT NULL,
    monthly       numeric(12, 2) NOT NULL,
    allowances    numeric(12, 2) NOT NULL,
    deductions    numeric(12, 2) NOT NULL CHECK (deductions >= 0),
    earned        numeric(12, 2) NOT NULL,
    advances      numeric(12, 2) NOT NULL,
    paid          numeric(12, 2) NOT NULL,
    payable       numeric(12, 2) NOT NULL,
    items         jsonb NOT NULL DEFAULT '[]',     -- each allowance and deduction: [{kind, amount, note, day}]
    CONSTRAINT wage_line_pk PRIMARY KEY (organisation, sheet, worker),
    CONSTRAINT wage_line_sheet FOREIGN KEY (organisation, sheet) REFERENCES wage_sheet (organisation, id),
    CONSTRAINT wage_line_worker FOREIGN KEY (organisation, worker) REFERENCES worker (organisation, id),
    CONSTRAINT wage_line_earned CHECK
        (earned = labour + overtime + piecework + monthly + allowances - deductions),
    CONSTRAINT wage_line_payable CHECK (payable = earned - advances - paid)
);
CREATE INDEX wage_line_by_worker ON wage_line (organisation, worker);

-- What a worker is owed to a day, on one site, from the first record on.
CREATE TABLE settlement (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,
    site          uuid NOT NULL,
    worker        uuid NOT NULL,
    version       integer NOT NULL CHECK (version > 0),
    reason        text NOT NULL DEFAULT '',
    batch         uuid,                            -- a crew that leaves together
    until_day     date NOT NULL,                   -- the last day it counts
    why           text NOT NULL CHECK (why IN ('left', 'completed', 'ended', 'other')),
    employer      text NOT NULL,
    site_name     text NOT NULL,
    currency      text NOT NULL,
    name          text NOT NULL,
    number        text NOT NULL DEFAULT '',
    trade         text NOT NULL DEFAULT '',
    crews         text NOT NULL DEFAULT '',
    phone         text NOT NULL DEFAULT '',
    identity_mask text NOT NULL DEFAULT '',
    bank_name     text NOT NULL DEFAULT '',
    bank_mask     text NOT NULL DEFAULT '',
    first_day     date,                            -- of the first record
    last_day      date,                            -- of the last one
    man_days      numeric(10, 3) NOT NULL,
    overtime_hours numeric(10, 2) NOT NULL,
    labour        numeric(14, 2) NOT NULL,
    overtime      numeric(14, 2) NOT NULL,
    piecework     numeric(14, 2) NOT NULL,
    monthly       numeric(14, 2) NOT NULL,
    allowances    numeric(14, 2) NOT NULL,
    deductions    numeric(14, 2) NOT NULL CHECK (deductions >= 0),
    earned        numeric(14, 2) NOT NULL,
    advances      numeric(14, 2) NOT NULL,
    paid          numeric(14, 2) NOT NULL,
    payable       numeric(14, 2) NOT NULL,
    months        jsonb NOT NULL DEFAULT '[]',     -- [{month, man_days, overtime_hours, earned, advances, paid}]
    warnings      jsonb NOT NULL DEFAULT '[]',
    closed_by     uuid NOT NULL,
    closed_at     timestamptz NOT NULL,
    CONSTRAINT settlement_pk PRIMARY KEY (organisation, id),
    CONSTRAINT settlement_once UNIQUE (organisation, site, worker, version),
    CONSTRAINT settlement_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id),
    CONSTRAINT settlement_worker FOREIGN KEY (organisation, worker) REFERENCES worker (organisation, id),
    CONSTRAINT settlement_closed_by FOREIGN KEY (organisation, closed_by) REFERENCES member (organisation, id),
    CONSTRAINT settlement_reason CHECK ((version = 1) = (reason = '')),
    CONSTRAINT settlement_earned CHECK
        (earned = labour + overtime + piecework + monthly + allowances - deductions),
    CONSTRAINT settlement_payable CHECK (payable = earned - advances - paid)
);
CREATE INDEX settlement_by_batch ON settlement (organisation, batch) WHERE batch IS NOT NULL;

-- The signed paper, photographed or scanned; its bytes lie in the store of photos.
CREATE TABLE wage_paper (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,
    site          uuid NOT NULL,
    sheet         uuid,
    settlement    uuid,
    name          text NOT NULL,
    media_type    text NOT NULL CHECK (media_type IN ('application/pdf', 'image/jpeg', 'image/png')),
    bytes         bigint NOT NULL CHECK (bytes > 0),
    sha256        bytea NOT NULL CHECK (octet_length(sha256) = 32),
    uploaded_by   uuid NOT NULL,
    at            timestamptz NOT NULL,
    CONSTRAINT wage_paper_pk PRIMARY KEY (organisation, id),
    CONSTRAINT wage_paper_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id),
    CONSTRAINT wage_paper_sheet FOREIGN KEY (organisation, site, sheet) REFERENCES wage_sheet (organisation, site, id),
    CONSTRAINT wage_paper_settlement FOREIGN KEY (organisation, settlement) REFERENCES settlement (organisation, id),
    CONSTRAINT wage_paper_uploaded_by FOREIGN KEY (organisation, uploaded_by) REFERENCES member (organisation, id),
    CONSTRAINT wage_paper_of_one CHECK (num_nonnulls(sheet, settlement) = 1)
);
CREATE INDEX wage_paper_by_sheet ON wage_paper (organisation, sheet) WHERE sheet IS NOT NULL;

-- A worker has signed for a version, would not, or was not there. The words are those of `signature`.
CREATE TABLE wage_signature (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,
    site          uuid NOT NULL,
    sheet         uuid,
    settlement    uuid,
    worker        uuid NOT NULL,
    outcome       text NOT NULL CHECK (outcome IN ('signed', 'for_record', 'refused', 'absent')),
    name          text NOT NULL CHECK (name <> ''),
    witness       text NOT NULL DEFAULT '',
    note          text NOT NULL DEFAULT '',
    strokes       text NOT NULL DEFAULT '' CHECK (length(strokes) <= 40000),
    paper         uuid,                            -- where it can be seen, when signed on paper
    taken_by      uuid NOT NULL,
    at            timestamptz NOT NULL,
    CONSTRAINT wage_signature_pk PRIMARY KEY (organisation, id),
    CONSTRAINT wage_signature_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id),
    CONSTRAINT wage_signature_line FOREIGN KEY (organisation, sheet, worker)
        REFERENCES wage_line (organisation, sheet, worker),
    CONSTRAINT wage_signature_settlement FOREIGN KEY (organisation, settlement) REFERENCES settlement (organisation, id),
    CONSTRAINT wage_signature_worker FOREIGN KEY (organisation, worker) REFERENCES worker (organisation, id),
    CONSTRAINT wage_signature_paper FOREIGN KEY (organisation, paper) REFERENCES wage_paper (organisation, id),
    CONSTRAINT wage_signature_taken_by FOREIGN KEY (organisation, taken_by) REFERENCES member (organisation, id),
    CONSTRAINT wage_signature_of_one CHECK (num_nonnulls(sheet, settlement) = 1),
    CONSTRAINT wage_signature_witness CHECK (outcome IN ('signed', 'for_record') OR witness <> ''),
    CONSTRAINT wage_signature_strokes CHECK (outcome IN ('signed', 'for_record') OR strokes = '')
);
CREATE INDEX wage_signature_by_sheet ON wage_signature (organisation, sheet) WHERE sheet IS NOT NULL;
CREATE INDEX wage_signature_by_settlement ON wage_signature (organisation, settlement)
    WHERE settlement IS NOT NULL;

ALTER TABLE payment
    ADD CONSTRAINT payment_wage_sheet FOREIGN KEY (organisation, site, wage_sheet)
        REFERENCES wage_sheet (organisation, site, id),
    ADD CONSTRAINT payment_settlement FOREIGN KEY (organisation, settlement)
        REFERENCES settlement (organisation, id);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['wage_draft', 'wage_sheet', 'wage_line', 'settlement', 'wage_paper',
        'wage_signature']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY own_company ON %I TO daywork_app USING '
            '(organisation = nullif(current_setting(''daywork.organisation'', true), '''')::uuid)', name);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO daywork_app', name);
    END LOOP;
END $$;
GRANT UPDATE, DELETE ON wage_draft TO daywork_app;
