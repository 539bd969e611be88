-- A worker booked for more than a day on several sheets of one day. Open as long as the sheets say
-- so and nobody has said that they all stand; open ones earn nothing yet. Each time it opens is a
-- row of its own: what was said the time before stays readable.
CREATE TABLE double_booking (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL DEFAULT gen_random_uuid(),
    worker        uuid NOT NULL,
    work_day      date NOT NULL,
    booked        numeric(7, 3) NOT NULL CHECK (booked > 1),  -- 工 on all sheets together
    claims        text NOT NULL,                   -- sheet=工,… by sheet: other claims open it anew
    opened_at     timestamptz NOT NULL DEFAULT now(),
    decided_by    uuid,
    decided_at    timestamptz,
    reason        text CHECK (reason <> ''),
    counts        uuid,                            -- the one sheet that counts, the others are put right
    outcome       text CHECK (outcome IN ('both_stand', 'one_counts', 'settled')),
    resolved_at   timestamptz,
    CONSTRAINT double_booking_pk PRIMARY KEY (organisation, id),
    CONSTRAINT double_booking_worker FOREIGN KEY (organisation, worker)
        REFERENCES worker (organisation, id),
    CONSTRAINT double_booking_decided_by FOREIGN KEY (organisation, decided_by)
        REFERENCES member (organisation, id),
    CONSTRAINT double_booking_counts FOREIGN KEY (organisation, counts)
        REFERENCES entry (organisation, id),
    CONSTRAINT double_booking_decided CHECK ((decided_by IS NULL) = (decided_at IS NULL)
        AND (decided_by IS NULL) = (reason IS NULL) AND (counts IS NULL OR decided_by IS NOT NULL)),
    CONSTRAINT double_booking_resolved CHECK ((outcome IS NULL) = (resolved_at IS NULL)
        AND (outcome IS DISTINCT FROM 'both_stand' OR decided_by IS NOT NULL)
        AND (outcome IS DISTINCT FROM 'one_counts' OR counts IS NOT NULL))
);
CREATE UNIQUE INDEX double_booking_open_once ON double_booking (organisation, worker, work_day)
    WHERE resolved_at IS NULL;
CREATE INDEX double_booking_by_day ON double_booking (organisation, work_day, worker, opened_at);

ALTER TABLE double_booking ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_company ON double_booking TO daywork_app USING
    (organisation = nullif(current_setting('daywork.organisation', true), '')::uuid);
GRANT SELECT, INSERT ON double_booking TO daywork_app;
GRANT UPDATE (booked, claims, decided_by, decided_at, reason, counts, outcome, resolved_at)
    ON double_booking TO daywork_app;

-- What is booked twice already, in months that are not closed yet: the rest was paid as it stands.
INSERT INTO double_booking (organisation, worker, work_day, booked, claims)
SELECT l.organisation, l.worker, l.work_day, sum(l.man_days),
       string_agg(l.sheet || '=' || l.man_days, ',' ORDER BY l.sheet)
FROM labour_line l
WHERE l.live AND l.state <> 'void' AND l.state <> 'returned' AND l.man_days > 0
GROUP BY l.organisation, l.worker, l.work_day
HAVING count(*) > 1 AND sum(l.man_days) > 1 AND NOT bool_or('closed' = (
    SELECT c.what FROM month_closing c
    WHERE c.organisation = l.organisation AND c.site = l.site
      AND c.month = date_trunc('month', l.work_day)::date
    ORDER BY c.at DESC, c.id DESC LIMIT 1));
