-- A month is kept in every way it is looked at, so that a page of a company reads no more rows than
-- it adds up: by site, crew, task, trade, worker and day; and tasks and workers by year too, so that
-- what was used since the beginning does not grow with the months (decision 0039).
ALTER TABLE labour_total
    DROP CONSTRAINT labour_total_way_check,
    DROP CONSTRAINT labour_total_keys,
    ADD COLUMN trade uuid;
DELETE FROM labour_total;
ALTER TABLE labour_total
    ADD CONSTRAINT labour_total_way CHECK (way IN
        ('site', 'crew', 'task', 'trade', 'worker', 'day', 'task_year', 'worker_year')),
    ADD CONSTRAINT labour_total_keys CHECK (CASE way
        WHEN 'site' THEN num_nonnulls(crew, task, trade, worker, work_day) = 0
        WHEN 'crew' THEN crew IS NOT NULL AND num_nonnulls(task, trade, worker, work_day) = 0
        WHEN 'trade' THEN num_nonnulls(crew, task, worker, work_day) = 0
        WHEN 'day' THEN work_day IS NOT NULL AND num_nonnulls(crew, task, trade, worker) = 0
        WHEN 'worker' THEN worker IS NOT NULL AND num_nonnulls(crew, task, trade, work_day) = 0
        WHEN 'worker_year' THEN worker IS NOT NULL AND num_nonnulls(crew, task, trade, work_day) = 0
        ELSE num_nonnulls(crew, trade, worker, work_day) = 0 END),
    ADD CONSTRAINT labour_total_year
        CHECK (way NOT LIKE '%year' OR extract(month FROM month) = 1);
-- Who has most 工, of all workers: read from the index alone.
CREATE INDEX labour_total_by_month ON labour_total (organisation, site, month)
    INCLUDE (worker, man_days) WHERE way = 'worker';
-- The rows of a page, out of the many it was chosen from.
CREATE INDEX labour_total_by_worker ON labour_total (organisation, worker, month) WHERE way = 'worker';
CREATE INDEX labour_total_by_task ON labour_total (organisation, task, month)
    WHERE way IN ('task', 'task_year');

-- A trade's month is of those who have the trade today: another trade moves all of a worker's months,
-- as merging and parting do.
CREATE OR REPLACE FUNCTION labour_moves_by_merging() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO labour_moved (organisation, worker)
    SELECT a.organisation, a.id FROM after_it a
    JOIN before_it b ON b.organisation = a.organisation AND b.id = a.id
    WHERE (a.merged_into, a.trade) IS DISTINCT FROM (b.merged_into, b.trade);
    RETURN NULL;
END $$;
ALTER FUNCTION labour_moves_by_merging() RENAME TO labour_moves_by_person;

-- Everything there is moved just now: the worker adds it up, month by month.
INSERT INTO labour_moved (organisation, site, month)
SELECT organisation, site, date_trunc('month', work_day)::date FROM labour_line
WHERE live AND state <> 'void'
UNION
SELECT organisation, site, date_trunc('month', work_day)::date FROM pay_item
WHERE voided_at IS NULL;
