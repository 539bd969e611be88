-- Cross-check on the foreman's phone: a worker may dispute the sum of a month without knowing the
-- day, and phones hold the months of the workers that their foreman leads.

ALTER TABLE cross_check_dispute ADD COLUMN whole_month boolean NOT NULL DEFAULT false;
-- Of a whole month: work_day is its first day.
ALTER TABLE cross_check_dispute ADD CONSTRAINT cross_check_dispute_month
    CHECK (NOT whole_month OR extract(day FROM work_day) = 1);
DROP INDEX cross_check_dispute_open_once;
CREATE UNIQUE INDEX cross_check_dispute_open_once
    ON cross_check_dispute (organisation, site, worker, work_day, whole_month) WHERE outcome IS NULL;

-- A worker's months on a site, as his foreman's phone shows them to him. One row of the feed a
-- worker with recorded days; who was merged counts as the one kept.
ALTER TABLE feed DROP CONSTRAINT feed_subject_check;
ALTER TABLE feed ADD CONSTRAINT feed_subject_check
    CHECK (subject IN ('site', 'trade', 'crew', 'worker', 'task', 'entry', 'own_month'));

-- Tables whose rows name their site and worker.
CREATE FUNCTION feed_own_month() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM touch_feed('own_month', array_agg(o.organisation), array_agg(o.site), array_agg(o.worker), false)
    FROM (
        SELECT DISTINCT c.organisation, c.site, coalesce(w.merged_into, c.worker) AS worker
        FROM changed c JOIN worker w ON w.organisation = c.organisation AND w.id = c.worker
    ) AS o HAVING count(*) > 0;
    RETURN NULL;
END $$;

-- All sheets of a day booked twice stand: they earn from now on, on every site of the day. Whoever
-- says so has locked these sites. Where a double booking opens or settles by itself, the lines of
-- the site that did it have changed in the same breath; another site's money catches up with its
-- next change, because a phone's push must not wait for the locks of sites it has no part in.
CREATE FUNCTION feed_own_month_doubled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM touch_feed('own_month', array_agg(o.organisation), array_agg(o.site), array_agg(o.worker), false)
    FROM (
        SELECT DISTINCT l.organisation, l.site, c.worker
        FROM after_it c JOIN before_it b ON b.organisation = c.organisation AND b.id = c.id
        JOIN worker w ON w.organisation = c.organisation AND coalesce(w.merged_into, w.id) = c.worker
        JOIN labour_line l ON l.organisation = c.organisation AND l.worker = w.id
                          AND l.work_day = c.work_day AND l.live
        WHERE c.outcome = 'both_stand' AND b.outcome IS DISTINCT FROM c.outcome
    ) AS o HAVING count(*) > 0;
    RETURN NULL;
END $$;
CREATE TRIGGER feed_own_month_update AFTER UPDATE ON double_booking REFERENCING OLD TABLE AS before_it
    NEW TABLE AS after_it FOR EACH STATEMENT EXECUTE FUNCTION feed_own_month_doubled();

-- Two records became one, or two again: the months of both are added up otherwise.
CREATE FUNCTION feed_own_month_merged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM touch_feed('own_month', array_agg(l.organisation), array_agg(l.site), array_agg(l.worker), false)
    FROM (
        SELECT DISTINCT f.organisation, f.site, m.worker
        FROM (
            SELECT a.organisation, a.id, unnest(ARRAY[a.id, a.merged_into, b.merged_into]) AS worker
            FROM after_it a JOIN before_it b ON b.organisation = a.organisation AND b.id = a.id
            WHERE a.merged_into IS DISTINCT FROM b.merged_into
        ) AS m
        JOIN roster r ON r.organisation = m.organisation AND r.worker IN (m.id, m.worker)
        JOIN feed f ON f.organisation = r.organisation AND f.site = r.site
                   AND f.subject = 'own_month' AND f.id = r.worker
        WHERE m.worker IS NOT NULL
    ) AS l HAVING count(*) > 0;
    RETURN NULL;
END $$;
CREATE TRIGGER feed_own_month_update AFTER UPDATE ON worker REFERENCING OLD TABLE AS before_it
    NEW TABLE AS after_it FOR EACH STATEMENT EXECUTE FUNCTION feed_own_month_merged();

-- Who comes to a crew brings his months to its foreman's phone; from the phone of the one he
-- leaves they go, because that one's scope has moved. A worker without recorded days has none.
CREATE FUNCTION roster_scope_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM feed WHERE organisation = NEW.organisation AND site = NEW.site
                   AND subject = 'own_month' AND id = NEW.worker) THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        UPDATE membership SET scope_version = scope_version + 1
        WHERE organisation = NEW.organisation AND site = NEW.site AND member = (
            SELECT c.foreman FROM crew c
            WHERE c.organisation = OLD.organisation AND c.site = OLD.site AND c.id = OLD.crew);
    END IF;
    PERFORM touch_feed('own_month', ARRAY[NEW.organisation], ARRAY[NEW.site], ARRAY[NEW.worker], false);
    RETURN NULL;
END $$;
CREATE TRIGGER roster_scope_new AFTER INSERT ON roster
    FOR EACH ROW EXECUTE FUNCTION roster_scope_moves();
CREATE TRIGGER roster_scope_changed AFTER UPDATE ON roster
    FOR EACH ROW WHEN (NEW.crew IS DISTINCT FROM OLD.crew) EXECUTE FUNCTION roster_scope_moves();

DO $$
DECLARE
    name  text;
    event text;
BEGIN
    FOREACH name IN ARRAY ARRAY['labour_line', 'pay_item', 'advance', 'payment',
                                'cross_check', 'cross_check_dispute'] LOOP
        FOREACH event IN ARRAY ARRAY['INSERT', 'UPDATE', 'DELETE'] LOOP
            EXECUTE format(
                'CREATE TRIGGER %I AFTER %s ON %I REFERENCING %s TABLE AS changed '
                'FOR EACH STATEMENT EXECUTE FUNCTION feed_own_month()',
                'feed_own_month_' || lower(event), event, name,
                CASE WHEN event = 'DELETE' THEN 'OLD' ELSE 'NEW' END);
        END LOOP;
    END LOOP;
END $$;

-- Months of before: those a phone can still show.
SELECT touch_feed('own_month', array_agg(o.organisation), array_agg(o.site), array_agg(o.worker), false)
FROM (
    SELECT DISTINCT l.organisation, l.site, coalesce(w.merged_into, l.worker) AS worker
    FROM labour_line l JOIN worker w ON w.organisation = l.organisation AND w.id = l.worker
    WHERE l.live AND l.work_day >= current_date - 70
) AS o HAVING count(*) > 0;
