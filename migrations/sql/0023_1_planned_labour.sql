-- What a task's labour was planned to cost, and where it is booked. The budget beside it is of all
-- kinds of cost together; labour is compared with this one.
ALTER TABLE task
    ADD COLUMN cost_code text NOT NULL DEFAULT '',
    ADD COLUMN labour_budget numeric(16, 2) NOT NULL DEFAULT 0
        CONSTRAINT task_labour_budget CHECK (labour_budget >= 0);
