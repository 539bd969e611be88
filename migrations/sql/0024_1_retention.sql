-- What was purged after its time. The record stays, with hash and code; the picture's bytes, the
-- worker's name and number go. Each purge is a link of the chain, so that nobody can claim one.

CREATE TABLE retention_purge (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,
    site          uuid NOT NULL,
    kept_until    date NOT NULL,                   -- as it was reckoned when it was purged
    reason        text NOT NULL CHECK (reason <> ''),
    photos        integer NOT NULL CHECK (photos >= 0),
    bytes         bigint NOT NULL CHECK (bytes >= 0),
    workers       integer NOT NULL CHECK (workers >= 0),
    made_by       uuid NOT NULL,
    at            timestamptz NOT NULL,
    CONSTRAINT retention_purge_pk PRIMARY KEY (organisation, id),
    CONSTRAINT retention_purge_of_site UNIQUE (organisation, site, id),
    CONSTRAINT retention_purge_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id),
    CONSTRAINT retention_purge_made_by FOREIGN KEY (organisation, made_by) REFERENCES member (organisation, id),
    CONSTRAINT retention_purge_something CHECK (photos + workers > 0)
);
ALTER TABLE retention_purge ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_company ON retention_purge TO daywork_app
    USING (organisation = nullif(current_setting('daywork.organisation', true), '')::uuid);
GRANT SELECT, INSERT ON retention_purge TO daywork_app;

ALTER TABLE photo ADD COLUMN purge uuid;
ALTER TABLE photo ADD CONSTRAINT photo_purge FOREIGN KEY (organisation, site, purge)
    REFERENCES retention_purge (organisation, site, id);
CREATE INDEX photo_by_purge ON photo (organisation, purge) WHERE purge IS NOT NULL;
ALTER TABLE worker ADD COLUMN purge uuid;
ALTER TABLE worker ADD CONSTRAINT worker_purge FOREIGN KEY (organisation, purge)
    REFERENCES retention_purge (organisation, id);
CREATE INDEX worker_by_purge ON worker (organisation, purge) WHERE purge IS NOT NULL;

-- The last day a site was paid or worked on: what three years are counted from.
CREATE FUNCTION last_pay_of(of_organisation uuid, of_site uuid) RETURNS date
LANGUAGE sql STABLE AS $$
    SELECT greatest(
        (SELECT max(p.paid_on) FROM payment p WHERE p.organisation = of_organisation
            AND p.site = of_site AND p.voided_at IS NULL),
        (SELECT max(w.pay_day) FROM wage_sheet w WHERE w.organisation = of_organisation
            AND w.site = of_site),
        (SELECT max(w.closed_at)::date FROM settlement w WHERE w.organisation = of_organisation
            AND w.site = of_site),
        (SELECT max(e.work_day) FROM entry e WHERE e.organisation = of_organisation
            AND e.site = of_site))
$$;

-- Until when a site's records must be kept; null: as long as it is not completed and settled.
CREATE FUNCTION records_kept_until(of_organisation uuid, of_site uuid) RETURNS date
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN s.completed_on IS NOT NULL AND s.settled_on IS NOT NULL THEN
        (greatest(s.completed_on, s.settled_on, last_pay_of(s.organisation, s.id))
            + interval '3 years')::date END
    FROM site s WHERE s.organisation = of_organisation AND s.id = of_site
$$;

-- The lock itself: whatever the app gets wrong, nothing is purged before its day.
CREATE FUNCTION guard_photo_purge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(records_kept_until(NEW.organisation, NEW.site) >= current_date, true) THEN
        RAISE EXCEPTION 'the records of this site are still to be kept'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'retention_lock';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard_purge BEFORE UPDATE OF purge ON photo FOR EACH ROW
    WHEN (NEW.purge IS DISTINCT FROM OLD.purge) EXECUTE FUNCTION guard_photo_purge();

CREATE FUNCTION guard_worker_purge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM roster r WHERE r.organisation = NEW.organisation AND r.worker = NEW.id
               AND coalesce(records_kept_until(r.organisation, r.site) >= current_date, true)) THEN
        RAISE EXCEPTION 'a site of this worker still keeps its records'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'retention_lock';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard_purge BEFORE UPDATE OF purge, anonymised_at ON worker FOR EACH ROW
    WHEN (NEW.purge IS DISTINCT FROM OLD.purge OR NEW.anonymised_at IS DISTINCT FROM OLD.anonymised_at)
    EXECUTE FUNCTION guard_worker_purge();
