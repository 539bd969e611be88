-- Where a waiting record stands in its queue, found once and kept. Whatever may make another reason
-- to look twice, or take one away, is noted in the same transaction; what a note touches is looked
-- at anew until the worker keeps it again. So the queue is never wrong (decision 0038).
CREATE TABLE kept_doubt (
    organisation  uuid NOT NULL,
    entry         uuid NOT NULL,
    version       integer NOT NULL,
    rank          smallint NOT NULL CHECK (rank BETWEEN 0 AND 2),  -- serious, doubtful, clean
    CONSTRAINT kept_doubt_pk PRIMARY KEY (organisation, entry),
    CONSTRAINT kept_doubt_entry FOREIGN KEY (organisation, entry) REFERENCES entry (organisation, id)
);

-- What moved since: a record (or a photo), a worker, a site, or, where none is named, the company.
-- Only ever inserted by who writes: writers never wait for each other. What it touches is looked up
-- by who reads, since a sheet of another site that is not committed yet cannot be seen from here.
CREATE TABLE doubt_moved (
    organisation  uuid NOT NULL REFERENCES organisation (id),
    id            bigint GENERATED ALWAYS AS IDENTITY,
    entry         uuid,                         -- a photo may come before its record: no foreign key
    worker        uuid,
    site          uuid,
    CONSTRAINT doubt_moved_pk PRIMARY KEY (organisation, id),
    CONSTRAINT doubt_moved_worker FOREIGN KEY (organisation, worker)
        REFERENCES worker (organisation, id),
    CONSTRAINT doubt_moved_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id),
    CONSTRAINT doubt_moved_what CHECK (num_nonnulls(entry, worker, site) <= 1)
);

CREATE FUNCTION doubts_move_by_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO doubt_moved (organisation, entry) SELECT DISTINCT organisation, sheet FROM changed;
    RETURN NULL;
END $$;

-- A sheet's state stands on its lines as well, and its version beside what is kept of it.
CREATE FUNCTION doubts_move_by_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO doubt_moved (organisation, entry)
        SELECT organisation, id FROM after_it WHERE kind IN ('progress.report', 'delay.report');
    ELSE
        INSERT INTO doubt_moved (organisation, entry)
        SELECT a.organisation, a.id FROM after_it a
        JOIN before_it b ON b.organisation = a.organisation AND b.id = a.id
        WHERE a.clock_doubtful <> b.clock_doubtful
           OR (a.kind <> 'labour.sheet' AND (a.state, a.version) <> (b.state, b.version));
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION doubts_move_by_photo() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO doubt_moved (organisation, entry)
        SELECT DISTINCT a.organisation, of.entry FROM after_it a
        JOIN before_it b ON b.organisation = a.organisation AND b.id = a.id
        CROSS JOIN LATERAL (VALUES (a.of_entry), (b.of_entry)) AS of (entry)
        WHERE (a.of_entry, a.latitude, a.longitude, a.accuracy_m)
            IS DISTINCT FROM (b.of_entry, b.latitude, b.longitude, b.accuracy_m)
          AND of.entry IS NOT NULL;
    ELSE
        INSERT INTO doubt_moved (organisation, entry)
        SELECT DISTINCT organisation, of_entry FROM after_it WHERE of_entry IS NOT NULL;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION doubts_move_by_worker() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO doubt_moved (organisation, worker)
    SELECT DISTINCT a.organisation, w.id FROM after_it a
    JOIN before_it b ON b.organisation = a.organisation AND b.id = a.id
    CROSS JOIN LATERAL (VALUES (a.id), (a.merged_into), (b.merged_into)) AS w (id)
    WHERE (a.merged_into, a.trade) IS DISTINCT FROM (b.merged_into, b.trade) AND w.id IS NOT NULL;
    RETURN NULL;
END $$;

CREATE FUNCTION doubts_move_by_their_worker() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO doubt_moved (organisation, worker) SELECT DISTINCT organisation, worker FROM changed;
    RETURN NULL;
END $$;

CREATE FUNCTION doubts_move_by_site() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO doubt_moved (organisation, site)
    SELECT a.organisation, a.id FROM after_it a
    JOIN before_it b ON b.organisation = a.organisation AND b.id = a.id
    WHERE (a.photo_required, a.latitude, a.longitude, a.radius_m, a.time_zone)
        IS DISTINCT FROM (b.photo_required, b.latitude, b.longitude, b.radius_m, b.time_zone);
    RETURN NULL;
END $$;

CREATE FUNCTION doubts_move_by_rate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO doubt_moved (organisation) SELECT DISTINCT organisation FROM changed;
    RETURN NULL;
END $$;

DO $$
DECLARE
    watched record;
    event   text;
BEGIN
    FOR watched IN SELECT * FROM (VALUES
        ('labour_line', 'doubts_move_by_line'), ('rate', 'doubts_move_by_rate'),
        ('roster', 'doubts_move_by_their_worker'),
        ('double_booking', 'doubts_move_by_their_worker')) AS w (name, call)
    LOOP
        FOREACH event IN ARRAY ARRAY['INSERT', 'UPDATE', 'DELETE'] LOOP
            EXECUTE format(
                'CREATE TRIGGER %I AFTER %s ON %I REFERENCING %s TABLE AS changed '
                'FOR EACH STATEMENT EXECUTE FUNCTION %s()',
                'doubts_' || lower(event), event, watched.name,
                CASE WHEN event = 'DELETE' THEN 'OLD' ELSE 'NEW' END, watched.call);
        END LOOP;
    END LOOP;
    FOR watched IN SELECT * FROM (VALUES
        ('entry', 'doubts_move_by_entry'), ('photo', 'doubts_move_by_photo'),
        ('worker', 'doubts_move_by_worker'), ('site', 'doubts_move_by_site')) AS w (name, call)
    LOOP
        EXECUTE format(
            'CREATE TRIGGER doubts_update AFTER UPDATE ON %I REFERENCING OLD TABLE AS before_it '
            'NEW TABLE AS after_it FOR EACH STATEMENT EXECUTE FUNCTION %s()', watched.name, watched.call);
        IF watched.name IN ('entry', 'photo') THEN
            EXECUTE format('CREATE TRIGGER doubts_insert AFTER INSERT ON %I REFERENCING NEW TABLE '
                'AS after_it FOR EACH STATEMENT EXECUTE FUNCTION %s()', watched.name, watched.call);
        END IF;
    END LOOP;
    FOREACH event IN ARRAY ARRAY['kept_doubt', 'doubt_moved'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', event);
        EXECUTE format(
            'CREATE POLICY own_company ON %I TO daywork_app USING '
            '(organisation = nullif(current_setting(''daywork.organisation'', true), '''')::uuid)', event);
        EXECUTE format('GRANT SELECT, INSERT, DELETE ON %I TO daywork_app', event);
    END LOOP;
END $$;
