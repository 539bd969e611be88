-- Days lost wait for approval too: the index of what waits holds them beside the others.
DROP INDEX entry_waiting;
CREATE INDEX entry_waiting ON entry (organisation, site, work_day)
    WHERE state = 'submitted'
      AND kind IN ('labour.sheet', 'progress.report', 'delay.report', 'labour.advance');
