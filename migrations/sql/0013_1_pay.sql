-- Rates nearer and farther than before, overtime by agreement or by statute, and what a worker
-- earns besides the lines of sheets.

-- A rate is of a worker, a crew, a trade or a site; the price of a quantity is of a task.
ALTER TABLE rate
    ADD COLUMN crew uuid,
    ADD COLUMN site uuid,
    ADD COLUMN task uuid,
    ADD COLUMN note text NOT NULL DEFAULT '',
    ADD COLUMN ended_by uuid,                    -- who agreed the one that took its place
    ADD COLUMN ended_at timestamptz,
    ADD CONSTRAINT rate_crew FOREIGN KEY (organisation, crew) REFERENCES crew (organisation, id),
    ADD CONSTRAINT rate_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id),
    ADD CONSTRAINT rate_task FOREIGN KEY (organisation, task) REFERENCES task (organisation, id),
    ADD CONSTRAINT rate_ended_by FOREIGN KEY (organisation, ended_by) REFERENCES member (organisation, id),
    ADD CONSTRAINT rate_ended CHECK ((ended_at IS NULL) = (ended_by IS NULL)),
    DROP CONSTRAINT rate_of_one,
    ADD CONSTRAINT rate_of_one CHECK (num_nonnulls(worker, crew, trade, site, task) = 1),
    DROP CONSTRAINT rate_unit_check,
    ADD CONSTRAINT rate_unit CHECK (unit IN ('man_day', 'hour', 'quantity', 'month')),
    ADD CONSTRAINT rate_of_quantity CHECK ((unit = 'quantity') = (task IS NOT NULL));
CREATE INDEX rate_by_crew ON rate (organisation, crew, valid_from) WHERE crew IS NOT NULL;
CREATE INDEX rate_by_site ON rate (organisation, site, valid_from) WHERE site IS NOT NULL;
CREATE INDEX rate_by_task ON rate (organisation, task, valid_from) WHERE task IS NOT NULL;

-- How a site pays overtime, from a day on; of two that begin on a day the one made later counts.
-- A site without any pays by its agreement.
CREATE TABLE overtime_rule (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,
    site          uuid NOT NULL,
    way           text NOT NULL CHECK (way IN ('agreement', 'statute')),
    valid_from    date NOT NULL,
    note          text NOT NULL DEFAULT '',
    made_by       uuid NOT NULL,
    made_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT overtime_rule_pk PRIMARY KEY (organisation, id),
    CONSTRAINT overtime_rule_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id),
    CONSTRAINT overtime_rule_made_by FOREIGN KEY (organisation, made_by) REFERENCES member (organisation, id)
);
CREATE INDEX overtime_rule_by_site ON overtime_rule (organisation, site, valid_from);

-- How the overtime of a line came about, fixed with its pay.
ALTER TABLE labour_line
    ADD COLUMN overtime_way text,                -- 'own_price', 'divisor' or 'statute'
    ADD COLUMN overtime_base numeric(14, 4),     -- what an hour of 工 or of overtime comes to, before percent
    ADD COLUMN overtime_percent smallint,        -- by statute: 150, 200, 300
    ADD COLUMN overtime_divisor numeric(7, 2),   -- hours by which the price of a 工 was divided
    ADD CONSTRAINT labour_line_overtime_way CHECK (overtime_way IN ('own_price', 'divisor', 'statute'));

-- A quantity of a task, paid at its unit price and shared in a crew. Voided as a whole, never
-- deleted; what live runs have paid of a task is not paid again.
CREATE TABLE piecework_run (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,                 -- named by the form, so a second click finds it
    site          uuid NOT NULL,
    task          uuid NOT NULL,
    crew          uuid NOT NULL,
    first_day     date NOT NULL,
    last_day      date NOT NULL,                 -- the day the pay counts for
    quantity      numeric(14, 3) NOT NULL CHECK (quantity > 0),
    unit          text NOT NULL DEFAULT '',
    unit_price    numeric(12, 2) NOT NULL CHECK (unit_price > 0),
    rate          uuid,
    total         numeric(12, 2) NOT NULL CHECK (total > 0),
    share_by      text NOT NULL CHECK (share_by IN ('man_days', 'given')),
    note          text NOT NULL DEFAULT '',
    made_by       uuid NOT NULL,
    made_at       timestamptz NOT NULL DEFAULT now(),
    voided_at     timestamptz,
    voided_by     uuid,
    void_reason   text CHECK (void_reason <> ''),
    CONSTRAINT piecework_run_pk PRIMARY KEY (organisation, id),
    CONSTRAINT piecework_run_on_site UNIQUE (organisation, site, id),
    CONSTRAINT piecework_run_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id),
    CONSTRAINT piecework_run_task FOREIGN KEY (organisation, site, task) REFERENCES task (organisation, site, id),
    CONSTRAINT piecework_run_crew FOREIGN KEY (organisation, site, crew) REFERENCES crew (organisation, site, id),
    CONSTRAINT piecework_run_rate FOREIGN KEY (organisation, rate) REFERENCES rate (organisation, id),
    CONSTRAINT piecework_run_made_by FOREIGN KEY (organisation, made_by) REFERENCES member (organisation, id),
    CONSTRAINT piecework_run_voided_by FOREIGN KEY (organisation, voided_by) REFERENCES member (organisation, id),
    CONSTRAINT piecework_run_order CHECK (last_day >= first_day),
    CONSTRAINT piecework_run_voided CHECK (
        (voided_at IS NULL) = (voided_by IS NULL) AND (voided_at IS NULL) = (void_reason IS NULL))
);
CREATE INDEX piecework_run_by_task ON piecework_run (organisation, task) WHERE voided_at IS NULL;
CREATE INDEX piecework_run_by_site ON piecework_run (organisation, site, last_day);

-- What a worker earns or loses besides lines. Deductions are negative, a correction either.
CREATE TABLE pay_item (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,
    site          uuid NOT NULL,
    worker        uuid NOT NULL,
    work_day      date NOT NULL,                 -- the day it counts for
    kind          text NOT NULL CHECK (kind IN
        ('piecework', 'allowance', 'deduction', 'meal', 'monthly', 'correction')),
    amount        numeric(12, 2) NOT NULL,
    crew          uuid NOT NULL,                 -- the worker's own, when nothing else says
    task          uuid,
    source        uuid,                          -- the piecework run
    batch         uuid NOT NULL,                 -- what was entered together; a run's own id
    basis         numeric(14, 3),                -- days, 工 or shares the amount was made of
    basis_unit    text CHECK (basis_unit IN ('day', 'man_day', 'share')),
    unit_amount   numeric(12, 2),                -- what one of them came to
    note          text NOT NULL DEFAULT '',
    made_by       uuid NOT NULL,
    made_at       timestamptz NOT NULL DEFAULT now(),
    voided_at     timestamptz,
    voided_by     uuid,
    void_reason   text CHECK (void_reason <> ''),
    CONSTRAINT pay_item_pk PRIMARY KEY (organisation, id),
    CONSTRAINT pay_item_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id),
    CONSTRAINT pay_item_worker FOREIGN KEY (organisation, worker) REFERENCES worker (organisation, id),
    CONSTRAINT pay_item_crew FOREIGN KEY (organisation, site, crew) REFERENCES crew (organisation, site, id),
    CONSTRAINT pay_item_task FOREIGN KEY (organisation, site, task) REFERENCES task (organisation, site, id),
    CONSTRAINT pay_item_source FOREIGN KEY (organisation, site, source)
        REFERENCES piecework_run (organisation, site, id),
    CONSTRAINT pay_item_made_by FOREIGN KEY (organisation, made_by) REFERENCES member (organisation, id),
    CONSTRAINT pay_item_voided_by FOREIGN KEY (organisation, voided_by) REFERENCES member (organisation, id),
    CONSTRAINT pay_item_sign CHECK (CASE kind WHEN 'deduction' THEN amount < 0
        WHEN 'correction' THEN amount <> 0 WHEN 'piecework' THEN amount >= 0 ELSE amount > 0 END),
    CONSTRAINT pay_item_piecework CHECK ((kind = 'piecework') = (source IS NOT NULL)),
    CONSTRAINT pay_item_voided CHECK (
        (voided_at IS NULL) = (voided_by IS NULL) AND (voided_at IS NULL) = (void_reason IS NULL))
);
CREATE INDEX pay_item_by_site ON pay_item (organisation, site, work_day)
    INCLUDE (worker, crew, task, kind, amount) WHERE voided_at IS NULL;
CREATE INDEX pay_item_by_batch ON pay_item (organisation, batch);
CREATE INDEX pay_item_by_worker ON pay_item (organisation, worker, work_day) WHERE voided_at IS NULL;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['overtime_rule', 'piecework_run', 'pay_item']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY own_company ON %I TO daywork_app USING '
            '(organisation = nullif(current_setting(''daywork.organisation'', true), '''')::uuid)', name);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO daywork_app', name);
    END LOOP;
END $$;
-- What was booked does not change: it is voided, or comes to belong to the one worker whom two
-- numbers turned out to be.
GRANT UPDATE (voided_at, voided_by, void_reason) ON piecework_run TO daywork_app;
GRANT UPDATE (voided_at, voided_by, void_reason, worker) ON pay_item TO daywork_app;
