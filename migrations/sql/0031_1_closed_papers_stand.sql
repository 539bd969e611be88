-- A line that stood on a closed paper before its day was booked twice earns again (decision 42).
-- Months kept with it as held are added up anew by the worker.
INSERT INTO labour_moved (organisation, worker, work_day)
SELECT organisation, worker, work_day FROM double_booking WHERE resolved_at IS NULL;
