-- Sites are kept by year as well as their tasks and workers: what was used since the beginning is then
-- a few years and the months of the last one, however long a site has been at work (decision 0041).
ALTER TABLE labour_total
    DROP CONSTRAINT labour_total_way,
    ADD CONSTRAINT labour_total_way CHECK (way IN ('site', 'crew', 'task', 'trade', 'worker', 'day',
        'site_year', 'task_year', 'worker_year')),
    DROP CONSTRAINT labour_total_keys,
    ADD CONSTRAINT labour_total_keys CHECK (CASE way
        WHEN 'site' THEN num_nonnulls(crew, task, trade, worker, work_day) = 0
        WHEN 'site_year' THEN num_nonnulls(crew, task, trade, worker, work_day) = 0
        WHEN 'crew' THEN crew IS NOT NULL AND num_nonnulls(task, trade, worker, work_day) = 0
        WHEN 'trade' THEN num_nonnulls(crew, task, worker, work_day) = 0
        WHEN 'day' THEN work_day IS NOT NULL AND num_nonnulls(crew, task, trade, worker) = 0
        WHEN 'worker' THEN worker IS NOT NULL AND num_nonnulls(crew, task, trade, work_day) = 0
        WHEN 'worker_year' THEN worker IS NOT NULL AND num_nonnulls(crew, task, trade, work_day) = 0
        ELSE num_nonnulls(crew, trade, worker, work_day) = 0 END);

-- The years there are, of the months there are. A year with a month that moved is read by its months
-- until the worker has made both anew, as ever.
INSERT INTO labour_total (organisation, site, month, way, number, man_days, overtime_hours, earned,
    pending_man_days, pending_overtime, returned_man_days, returned_overtime, unpriced, held,
    held_man_days, labour, overtime, piecework, monthly, allowances, deductions)
SELECT organisation, site, date_trunc('year', month)::date, 'site_year', 1, sum(man_days),
       sum(overtime_hours), sum(earned), sum(pending_man_days), sum(pending_overtime),
       sum(returned_man_days), sum(returned_overtime), sum(unpriced), sum(held),
       sum(held_man_days), sum(labour), sum(overtime), sum(piecework), sum(monthly),
       sum(allowances), sum(deductions)
FROM labour_total WHERE way = 'site' GROUP BY 1, 2, 3;

-- What was paid for a month is added up from the index alone, and is not looked for in all the
-- payments that a site ever made.
DROP INDEX payment_by_site;
CREATE INDEX payment_by_site ON payment (organisation, site, for_month, worker)
    INCLUDE (amount, voided_at);
