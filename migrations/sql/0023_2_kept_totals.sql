-- A month of a site, added up and kept: by crew and task, by worker, by day. What moved since is
-- written down in the same transaction and added up from the lines themselves until the totals are
-- made again, so a total is never wrong and never waited for (decision 0034).
CREATE TABLE labour_total (
    organisation  uuid NOT NULL,
    site          uuid NOT NULL,
    month         date NOT NULL CHECK (extract(day FROM month) = 1),
    way           text NOT NULL CHECK (way IN ('task', 'worker', 'day')),
    number        integer NOT NULL,              -- of the row in its site, month and way
    crew          uuid,
    task          uuid,
    worker        uuid,
    work_day      date,
    crews         uuid[],                        -- a worker's
    hours         numeric[],                     -- hours per 工 that the lines were made with
    man_days      numeric NOT NULL,
    overtime_hours numeric NOT NULL,
    earned        numeric NOT NULL,
    pending_man_days numeric NOT NULL,
    pending_overtime numeric NOT NULL,
    returned_man_days numeric NOT NULL,
    returned_overtime numeric NOT NULL,
    unpriced      bigint NOT NULL,
    held          bigint NOT NULL,
    held_man_days numeric NOT NULL,
    labour        numeric NOT NULL,
    overtime      numeric NOT NULL,
    piecework     numeric NOT NULL,
    monthly       numeric NOT NULL,
    allowances    numeric NOT NULL,
    deductions    numeric NOT NULL,
    CONSTRAINT labour_total_pk PRIMARY KEY (organisation, site, way, month, number),
    CONSTRAINT labour_total_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id),
    CONSTRAINT labour_total_keys CHECK (CASE way
        WHEN 'task' THEN crew IS NOT NULL AND worker IS NULL AND work_day IS NULL
        WHEN 'worker' THEN worker IS NOT NULL AND crew IS NULL AND task IS NULL AND work_day IS NULL
        ELSE work_day IS NOT NULL AND crew IS NULL AND task IS NULL AND worker IS NULL END)
);

-- What moved since the totals were made: a month of a site, or a worker's day, or all of a worker's
-- days, on whichever sites there are lines. Only ever inserted by who writes and deleted by who adds up, so that writers never
-- wait for each other.
CREATE TABLE labour_moved (
    organisation  uuid NOT NULL,
    id            bigint GENERATED ALWAYS AS IDENTITY,
    site          uuid,
    month         date,
    worker        uuid,
    work_day      date,
    CONSTRAINT labour_moved_pk PRIMARY KEY (organisation, id),
    CONSTRAINT labour_moved_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id),
    CONSTRAINT labour_moved_worker FOREIGN KEY (organisation, worker)
        REFERENCES worker (organisation, id),
    CONSTRAINT labour_moved_what CHECK ((site IS NULL) = (month IS NULL)
        AND (worker IS NOT NULL OR work_day IS NULL) AND (site IS NULL) <> (worker IS NULL))
);
CREATE INDEX labour_moved_by_site ON labour_moved (organisation, site, month) WHERE site IS NOT NULL;
CREATE INDEX labour_moved_by_worker ON labour_moved (organisation) WHERE worker IS NOT NULL;

-- Lines and pay items move the months they stand in, before and after.
CREATE FUNCTION labour_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO labour_moved (organisation, site, month)
        SELECT DISTINCT organisation, site, date_trunc('month', work_day)::date FROM after_it;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO labour_moved (organisation, site, month)
        SELECT DISTINCT organisation, site, date_trunc('month', work_day)::date FROM before_it;
    ELSE
        INSERT INTO labour_moved (organisation, site, month)
        SELECT organisation, site, date_trunc('month', work_day)::date FROM before_it
        UNION
        SELECT organisation, site, date_trunc('month', work_day)::date FROM after_it;
    END IF;
    RETURN NULL;
END $$;

-- A double booking moves a worker's day. Which sites that is, is looked up by who adds up: a line
-- of another site that is not committed yet cannot be seen from here.
CREATE FUNCTION labour_moves_by_worker() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        INSERT INTO labour_moved (organisation, worker, work_day)
        SELECT DISTINCT organisation, worker, work_day FROM before_it;
    ELSE
        INSERT INTO labour_moved (organisation, worker, work_day)
        SELECT DISTINCT organisation, worker, work_day FROM after_it;
    END IF;
    RETURN NULL;
END $$;

-- Merging two records of a worker, or parting them, moves which lines a double booking holds.
CREATE FUNCTION labour_moves_by_merging() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO labour_moved (organisation, worker)
    SELECT a.organisation, a.id FROM after_it a
    JOIN before_it b ON b.organisation = a.organisation AND b.id = a.id
    WHERE a.merged_into IS DISTINCT FROM b.merged_into;
    RETURN NULL;
END $$;
CREATE TRIGGER moves_update AFTER UPDATE ON worker REFERENCING OLD TABLE AS before_it
    NEW TABLE AS after_it FOR EACH STATEMENT EXECUTE FUNCTION labour_moves_by_merging();

DO $$
DECLARE
    name text;
    moves text;
BEGIN
    FOREACH name IN ARRAY ARRAY['labour_line', 'pay_item', 'double_booking'] LOOP
        moves := CASE name WHEN 'double_booking' THEN 'labour_moves_by_worker' ELSE 'labour_moves' END;
        EXECUTE format('CREATE TRIGGER moves_insert AFTER INSERT ON %I REFERENCING NEW TABLE AS after_it'
            ' FOR EACH STATEMENT EXECUTE FUNCTION %s()', name, moves);
        EXECUTE format('CREATE TRIGGER moves_update AFTER UPDATE ON %I REFERENCING OLD TABLE AS before_it'
            ' NEW TABLE AS after_it FOR EACH STATEMENT EXECUTE FUNCTION %s()', name, moves);
        EXECUTE format('CREATE TRIGGER moves_delete AFTER DELETE ON %I REFERENCING OLD TABLE AS before_it'
            ' FOR EACH STATEMENT EXECUTE FUNCTION %s()', name, moves);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['labour_total', 'labour_moved'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY own_company ON %I TO daywork_app USING '
            '(organisation = nullif(current_setting(''daywork.organisation'', true), '''')::uuid)', name);
        EXECUTE format('GRANT SELECT, INSERT, DELETE ON %I TO daywork_app', name);
    END LOOP;
END $$;

-- The few approved lines that have no rate yet are listed without reading the month.
CREATE INDEX labour_line_unpriced ON labour_line (organisation, site, work_day)
    WHERE live AND state = 'approved' AND earned IS NULL AND (man_days > 0 OR overtime_hours > 0);

-- Everything there is moved just now: the worker adds it up, month by month.
INSERT INTO labour_moved (organisation, site, month)
SELECT organisation, site, date_trunc('month', work_day)::date FROM labour_line
WHERE live AND state <> 'void'
UNION
SELECT organisation, site, date_trunc('month', work_day)::date FROM pay_item
WHERE voided_at IS NULL;
