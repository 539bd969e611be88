-- How tasks hang on one another. A link is part of the plan, which changes; the audit keeps it.
CREATE TABLE task_link (
    organisation  uuid NOT NULL,
    site          uuid NOT NULL,
    predecessor   uuid NOT NULL,
    successor     uuid NOT NULL,
    kind          text NOT NULL DEFAULT 'FS' CHECK (kind IN ('FS', 'SS', 'FF', 'SF')),
    lag           smallint NOT NULL DEFAULT 0 CHECK (lag BETWEEN -366 AND 366),   -- workdays
    CONSTRAINT task_link_pk PRIMARY KEY (organisation, predecessor, successor),
    CONSTRAINT task_link_predecessor FOREIGN KEY (organisation, site, predecessor)
        REFERENCES task (organisation, site, id),
    CONSTRAINT task_link_successor FOREIGN KEY (organisation, site, successor)
        REFERENCES task (organisation, site, id),
    CONSTRAINT task_link_two CHECK (predecessor <> successor)
);
CREATE INDEX task_link_by_site ON task_link (organisation, site);

-- Days lost on a task by one cause: said by hand, or found by the server. One open row a task and
-- cause; what it said and how bad it became stays when it is closed.
CREATE TABLE delay (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,
    site          uuid NOT NULL,
    task          uuid NOT NULL,
    cause         text NOT NULL CHECK (cause IN ('weather', 'material', 'drawing', 'labour', 'plant',
        'client', 'permit', 'other', 'late_start', 'late_finish', 'forecast', 'float_lost')),
    detected      boolean NOT NULL,
    days          numeric(6, 1) NOT NULL CHECK (days >= 0),
    told_days     numeric(6, 1) NOT NULL,          -- as many when people were last told
    worsened      integer NOT NULL DEFAULT 0,
    facts         jsonb NOT NULL DEFAULT '{}',     -- the figures it was judged by
    opened_on     date NOT NULL,                   -- on the site's calendar
    checked_on    date NOT NULL,
    closed_on     date,
    closed_why    text CHECK (closed_why IN ('recovered', 'superseded', 'withdrawn', 'plan_changed')),
    created_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT delay_pk PRIMARY KEY (organisation, id),
    CONSTRAINT delay_task FOREIGN KEY (organisation, site, task)
        REFERENCES task (organisation, site, id),
    CONSTRAINT delay_origin CHECK (detected =
        (cause IN ('late_start', 'late_finish', 'forecast', 'float_lost'))),
    CONSTRAINT delay_closed CHECK ((closed_on IS NULL) = (closed_why IS NULL))
);
CREATE UNIQUE INDEX delay_open_once ON delay (organisation, task, cause) WHERE closed_on IS NULL;
CREATE INDEX delay_by_site ON delay (organisation, site, opened_on);

ALTER TABLE entry DROP CONSTRAINT entry_kind_check;
ALTER TABLE entry ADD CONSTRAINT entry_kind_check CHECK (kind IN
    ('labour.sheet', 'progress.report', 'photo.record', 'labour.advance', 'delay.report'));

CREATE TABLE delay_report (
    organisation  uuid NOT NULL,
    entry         uuid NOT NULL,
    site          uuid NOT NULL,
    task          uuid NOT NULL,
    work_day      date NOT NULL,
    cause         text NOT NULL CHECK (cause IN
        ('weather', 'material', 'drawing', 'labour', 'plant', 'client', 'permit', 'other')),
    days          numeric(5, 1) NOT NULL CHECK (days > 0 AND days <= 366),
    note          text NOT NULL DEFAULT '',
    delay         uuid,                            -- what it was counted in
    CONSTRAINT delay_report_pk PRIMARY KEY (organisation, entry),
    CONSTRAINT delay_report_entry FOREIGN KEY (organisation, entry) REFERENCES entry (organisation, id),
    CONSTRAINT delay_report_task FOREIGN KEY (organisation, site, task)
        REFERENCES task (organisation, site, id),
    CONSTRAINT delay_report_delay FOREIGN KEY (organisation, delay) REFERENCES delay (organisation, id)
);
CREATE INDEX delay_report_by_task ON delay_report (organisation, task, cause);
CREATE INDEX delay_report_by_site ON delay_report (organisation, site, work_day);

-- Whom a site's office wants told of delays, besides its supervisors.
CREATE TABLE delay_watcher (
    organisation  uuid NOT NULL,
    site          uuid NOT NULL,
    member        uuid NOT NULL,
    CONSTRAINT delay_watcher_pk PRIMARY KEY (organisation, site, member),
    CONSTRAINT delay_watcher_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id),
    CONSTRAINT delay_watcher_member FOREIGN KEY (organisation, member)
        REFERENCES member (organisation, id)
);

-- The last day on which a site was gone through, by its own calendar.
CREATE TABLE delay_check (
    organisation  uuid NOT NULL,
    site          uuid NOT NULL,
    checked_on    date NOT NULL,
    CONSTRAINT delay_check_pk PRIMARY KEY (organisation, site),
    CONSTRAINT delay_check_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id)
);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['site_exception', 'task_link', 'delay', 'delay_report',
        'delay_watcher', 'delay_check']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY own_company ON %I TO daywork_app USING '
            '(organisation = nullif(current_setting(''daywork.organisation'', true), '''')::uuid)', name);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO daywork_app', name);
    END LOOP;
END $$;
GRANT DELETE ON task_link, delay_watcher TO daywork_app;
