-- Sites and what stands on them: crews, workers, trades, tasks, rates.

CREATE TABLE site (
    organisation  uuid NOT NULL REFERENCES organisation (id),
    id            uuid NOT NULL,
    name          text NOT NULL CHECK (name <> ''),
    time_zone     text NOT NULL DEFAULT 'Asia/Shanghai',
    hours_per_day numeric(4, 2) NOT NULL DEFAULT 8 CHECK (hours_per_day > 0 AND hours_per_day <= 24),
    overtime_hours_per_man_day numeric(4, 2) NOT NULL DEFAULT 8
        CHECK (overtime_hours_per_man_day > 0 AND overtime_hours_per_man_day <= 24),
    rest_weekdays smallint[] NOT NULL DEFAULT '{6,7}',   -- ISO: Monday 1 … Sunday 7
    latitude      double precision,
    longitude     double precision,
    radius_m      integer NOT NULL DEFAULT 500 CHECK (radius_m > 0),
    photo_required boolean NOT NULL DEFAULT false,
    starts_on     date,
    ends_on       date,
    active        boolean NOT NULL DEFAULT true,
    created_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT site_pk PRIMARY KEY (organisation, id)
);

CREATE TABLE membership (
    organisation  uuid NOT NULL,
    site          uuid NOT NULL,
    member        uuid NOT NULL,
    role          text NOT NULL CHECK (role IN ('foreman', 'supervisor', 'office')),
    scope_version integer NOT NULL DEFAULT 1,
    created_at    timestamptz NOT NULL DEFAULT now(),
    withdrawn_at  timestamptz,
    CONSTRAINT membership_pk PRIMARY KEY (organisation, site, member),
    CONSTRAINT membership_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id),
    CONSTRAINT membership_member FOREIGN KEY (organisation, member) REFERENCES member (organisation, id)
);
CREATE INDEX membership_by_member ON membership (organisation, member);

CREATE TABLE trade (
    organisation  uuid NOT NULL REFERENCES organisation (id),
    id            uuid NOT NULL,
    name          text NOT NULL CHECK (name <> ''),
    name_en       text NOT NULL DEFAULT '',
    CONSTRAINT trade_pk PRIMARY KEY (organisation, id),
    CONSTRAINT trade_name_once UNIQUE (organisation, name)
);

CREATE TABLE crew (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,
    site          uuid NOT NULL,
    name          text NOT NULL CHECK (name <> ''),
    trade         uuid,
    foreman       uuid,
    own           boolean NOT NULL DEFAULT true,
    company       text NOT NULL DEFAULT '',              -- the subcontractor's name when not own
    active        boolean NOT NULL DEFAULT true,
    created_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT crew_pk PRIMARY KEY (organisation, id),
    CONSTRAINT crew_on_site UNIQUE (organisation, site, id),
    CONSTRAINT crew_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id),
    CONSTRAINT crew_trade FOREIGN KEY (organisation, trade) REFERENCES trade (organisation, id),
    CONSTRAINT crew_foreman FOREIGN KEY (organisation, foreman) REFERENCES member (organisation, id)
);
CREATE INDEX crew_by_foreman ON crew (organisation, foreman);

CREATE TABLE worker (
    organisation  uuid NOT NULL REFERENCES organisation (id),
    id            uuid NOT NULL,
    name          text NOT NULL CHECK (name <> ''),
    number        text NOT NULL DEFAULT '',
    trade         uuid,
    phone         text,
    created_by    uuid,
    created_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT worker_pk PRIMARY KEY (organisation, id),
    CONSTRAINT worker_trade FOREIGN KEY (organisation, trade) REFERENCES trade (organisation, id)
);

-- A worker on a site, in a crew; one row a site, its crew changes as the worker moves.
CREATE TABLE roster (
    organisation  uuid NOT NULL,
    site          uuid NOT NULL,
    worker        uuid NOT NULL,
    crew          uuid NOT NULL,
    joined_on     date NOT NULL,
    left_on       date,
    CONSTRAINT roster_pk PRIMARY KEY (organisation, site, worker),
    CONSTRAINT roster_worker FOREIGN KEY (organisation, worker) REFERENCES worker (organisation, id),
    CONSTRAINT roster_crew FOREIGN KEY (organisation, site, crew) REFERENCES crew (organisation, site, id),
    CONSTRAINT roster_order CHECK (left_on IS NULL OR left_on >= joined_on)
);
CREATE INDEX roster_by_worker ON roster (organisation, worker);

CREATE TABLE task (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,
    site          uuid NOT NULL,
    parent        uuid,
    position      integer NOT NULL DEFAULT 0,
    code          text NOT NULL,
    name          text NOT NULL CHECK (name <> ''),
    name_en       text NOT NULL DEFAULT '',
    is_summary    boolean NOT NULL DEFAULT false,
    unit          text NOT NULL DEFAULT '',
    quantity      numeric(14, 3) CHECK (quantity > 0),
    weight        numeric(12, 3) NOT NULL DEFAULT 1 CHECK (weight >= 0),
    budget        numeric(16, 2) NOT NULL DEFAULT 0 CHECK (budget >= 0),
    budget_man_days numeric(10, 2) NOT NULL DEFAULT 0 CHECK (budget_man_days >= 0),
    planned_start date,
    planned_finish date,
    crew          uuid,
    -- as of the last report that was not returned:
    percent       numeric(5, 2) NOT NULL DEFAULT 0 CHECK (percent BETWEEN 0 AND 100),
    quantity_done numeric(14, 3) NOT NULL DEFAULT 0,
    status        text NOT NULL DEFAULT 'not_begun'
        CHECK (status IN ('not_begun', 'going', 'stopped', 'done')),
    progress_day  date,
    active        boolean NOT NULL DEFAULT true,
    CONSTRAINT task_pk PRIMARY KEY (organisation, id),
    CONSTRAINT task_on_site UNIQUE (organisation, site, id),
    CONSTRAINT task_code_once UNIQUE (organisation, site, code),
    CONSTRAINT task_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id),
    CONSTRAINT task_parent FOREIGN KEY (organisation, site, parent) REFERENCES task (organisation, site, id),
    CONSTRAINT task_crew FOREIGN KEY (organisation, site, crew) REFERENCES crew (organisation, site, id),
    CONSTRAINT task_order CHECK (planned_finish >= planned_start)
);

CREATE TABLE rate (
    organisation  uuid NOT NULL REFERENCES organisation (id),
    id            uuid NOT NULL,
    worker        uuid,
    trade         uuid,
    unit          text NOT NULL CHECK (unit IN ('man_day', 'hour')),
    amount        numeric(12, 2) NOT NULL CHECK (amount >= 0),
    overtime_hour numeric(12, 2) CHECK (overtime_hour >= 0),  -- null: amount by the site's overtime divisor
    valid_from    date NOT NULL,
    valid_to      date,
    created_by    uuid,
    created_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT rate_pk PRIMARY KEY (organisation, id),
    CONSTRAINT rate_worker FOREIGN KEY (organisation, worker) REFERENCES worker (organisation, id),
    CONSTRAINT rate_trade FOREIGN KEY (organisation, trade) REFERENCES trade (organisation, id),
    CONSTRAINT rate_of_one CHECK (num_nonnulls(worker, trade) = 1),
    CONSTRAINT rate_order CHECK (valid_to IS NULL OR valid_to >= valid_from)
);
CREATE INDEX rate_by_worker ON rate (organisation, worker, valid_from) WHERE worker IS NOT NULL;
CREATE INDEX rate_by_trade ON rate (organisation, trade, valid_from) WHERE trade IS NOT NULL;

-- What a foreman may see follows from the membership and from the crews led: a change of either
-- changes the scope in the same transaction, and the phone starts that site afresh.
CREATE FUNCTION membership_scope_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.role, NEW.withdrawn_at) IS DISTINCT FROM (OLD.role, OLD.withdrawn_at) THEN
        NEW.scope_version := OLD.scope_version + 1;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER membership_scope BEFORE UPDATE ON membership
    FOR EACH ROW EXECUTE FUNCTION membership_scope_moves();

CREATE FUNCTION crew_scope_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE membership SET scope_version = scope_version + 1
    WHERE organisation = NEW.organisation AND site = NEW.site
      AND member IN (NEW.foreman, CASE WHEN TG_OP = 'UPDATE' THEN OLD.foreman END);
    RETURN NULL;
END $$;
CREATE TRIGGER crew_scope_new AFTER INSERT ON crew
    FOR EACH ROW WHEN (NEW.foreman IS NOT NULL) EXECUTE FUNCTION crew_scope_moves();
CREATE TRIGGER crew_scope_changed AFTER UPDATE ON crew
    FOR EACH ROW WHEN (NEW.foreman IS DISTINCT FROM OLD.foreman) EXECUTE FUNCTION crew_scope_moves();
