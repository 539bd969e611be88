-- Entries and their particulars. Nothing approved changes in place, and nothing is ever deleted.

CREATE TABLE entry (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,
    site          uuid NOT NULL,
    kind          text NOT NULL
        CHECK (kind IN ('labour.sheet', 'progress.report', 'photo.record', 'labour.advance')),
    crew          uuid,
    task          uuid,
    work_day      date NOT NULL,
    author        uuid NOT NULL,
    state         text NOT NULL DEFAULT 'submitted'
        CHECK (state IN ('submitted', 'approved', 'returned', 'void')),
    version       integer NOT NULL DEFAULT 1 CHECK (version > 0),
    received_at   timestamptz NOT NULL DEFAULT now(),
    clock_doubtful boolean NOT NULL DEFAULT false,
    return_reason text,
    decided_by    uuid,
    decided_at    timestamptz,
    CONSTRAINT entry_pk PRIMARY KEY (organisation, id),
    CONSTRAINT entry_on_site UNIQUE (organisation, site, id),
    CONSTRAINT entry_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id),
    CONSTRAINT entry_author FOREIGN KEY (organisation, author) REFERENCES member (organisation, id),
    CONSTRAINT entry_crew FOREIGN KEY (organisation, site, crew) REFERENCES crew (organisation, site, id),
    CONSTRAINT entry_task FOREIGN KEY (organisation, site, task) REFERENCES task (organisation, site, id)
);
CREATE INDEX entry_by_day ON entry (organisation, site, work_day, kind);
CREATE INDEX entry_waiting ON entry (organisation, site, work_day)
    WHERE state = 'submitted' AND kind IN ('labour.sheet', 'progress.report', 'labour.advance');

CREATE TABLE entry_version (
    organisation  uuid NOT NULL,
    entry         uuid NOT NULL,
    version       integer NOT NULL,
    mutation      uuid NOT NULL,
    author        uuid NOT NULL,
    device        text NOT NULL DEFAULT '',
    client_time   timestamptz,                 -- what the phone's clock said; never corrected
    received_at   timestamptz NOT NULL DEFAULT now(),
    reason        text,
    payload       jsonb NOT NULL,
    sha256        bytea NOT NULL,
    CONSTRAINT entry_version_pk PRIMARY KEY (organisation, entry, version),
    CONSTRAINT entry_version_entry FOREIGN KEY (organisation, entry) REFERENCES entry (organisation, id)
);

CREATE TABLE decision (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,
    site          uuid NOT NULL,
    entry         uuid NOT NULL,
    version       integer NOT NULL,
    outcome       text NOT NULL CHECK (outcome IN ('approved', 'returned', 'reopened')),
    reason        text,
    member        uuid NOT NULL,
    at            timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT decision_pk PRIMARY KEY (organisation, id),
    CONSTRAINT decision_version FOREIGN KEY (organisation, entry, version)
        REFERENCES entry_version (organisation, entry, version),
    CONSTRAINT decision_member FOREIGN KEY (organisation, member) REFERENCES member (organisation, id),
    CONSTRAINT decision_reason CHECK (outcome = 'approved' OR reason <> '')
);
CREATE INDEX decision_by_entry ON decision (organisation, entry, at);

CREATE TABLE labour_sheet (
    organisation  uuid NOT NULL,
    entry         uuid NOT NULL,
    note          text NOT NULL DEFAULT '',
    man_days      numeric(8, 3) NOT NULL,
    overtime_hours numeric(8, 2) NOT NULL,
    workers       integer NOT NULL,
    CONSTRAINT labour_sheet_pk PRIMARY KEY (organisation, entry),
    CONSTRAINT labour_sheet_entry FOREIGN KEY (organisation, entry) REFERENCES entry (organisation, id)
);

-- Lines of every version; `live` marks those of the sheet's present version. Site, day, crew and
-- state are repeated here so that a month is summed from one index.
CREATE TABLE labour_line (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,
    sheet         uuid NOT NULL,
    version       integer NOT NULL,
    live          boolean NOT NULL DEFAULT true,
    site          uuid NOT NULL,
    crew          uuid NOT NULL,
    worker        uuid NOT NULL,
    task          uuid,
    work_day      date NOT NULL,
    state         text NOT NULL DEFAULT 'submitted',
    unit          text NOT NULL CHECK (unit IN ('man_days', 'hours')),
    amount        numeric(6, 3) NOT NULL CHECK (amount >= 0),         -- as entered, in its unit
    man_days      numeric(6, 3) NOT NULL CHECK (man_days >= 0),
    hours_per_day numeric(4, 2) NOT NULL,                             -- the divisor that made man_days
    overtime_hours numeric(5, 2) NOT NULL DEFAULT 0 CHECK (overtime_hours >= 0),
    note          text NOT NULL DEFAULT '',
    rate          uuid,                                               -- fixed when approved
    rate_amount   numeric(12, 2),
    rate_unit     text,
    earned        numeric(12, 2),
    overtime_earned numeric(12, 2),
    CONSTRAINT labour_line_pk PRIMARY KEY (organisation, sheet, version, id),
    CONSTRAINT labour_line_once UNIQUE (organisation, sheet, version, worker),
    CONSTRAINT labour_line_sheet FOREIGN KEY (organisation, sheet) REFERENCES entry (organisation, id),
    CONSTRAINT labour_line_worker FOREIGN KEY (organisation, worker) REFERENCES worker (organisation, id),
    CONSTRAINT labour_line_task FOREIGN KEY (organisation, site, task) REFERENCES task (organisation, site, id)
);
CREATE INDEX labour_line_by_site ON labour_line (organisation, site, work_day)
    INCLUDE (worker, crew, task, state, man_days, overtime_hours, earned, overtime_earned)
    WHERE live AND state <> 'void';
CREATE INDEX labour_line_by_worker ON labour_line (organisation, worker, work_day)
    INCLUDE (sheet, site, state, man_days) WHERE live AND state <> 'void';

CREATE TABLE advance (
    organisation  uuid NOT NULL,
    entry         uuid NOT NULL,
    site          uuid NOT NULL,
    worker        uuid NOT NULL,
    work_day      date NOT NULL,
    state         text NOT NULL DEFAULT 'submitted',
    amount        numeric(12, 2) NOT NULL CHECK (amount > 0),
    note          text NOT NULL DEFAULT '',
    CONSTRAINT advance_pk PRIMARY KEY (organisation, entry),
    CONSTRAINT advance_entry FOREIGN KEY (organisation, entry) REFERENCES entry (organisation, id),
    CONSTRAINT advance_worker FOREIGN KEY (organisation, worker) REFERENCES worker (organisation, id)
);
CREATE INDEX advance_by_site ON advance (organisation, site, work_day);
CREATE INDEX advance_by_worker ON advance (organisation, worker, work_day);

CREATE TABLE progress_report (
    organisation  uuid NOT NULL,
    entry         uuid NOT NULL,
    site          uuid NOT NULL,
    task          uuid NOT NULL,
    work_day      date NOT NULL,
    percent       numeric(5, 2) NOT NULL CHECK (percent BETWEEN 0 AND 100),
    quantity_done numeric(14, 3),
    percent_before numeric(5, 2) NOT NULL,      -- a report going down is allowed and marked
    status        text NOT NULL CHECK (status IN ('not_begun', 'going', 'stopped', 'done')),
    cause         text CHECK (cause IN ('rain', 'material', 'drawing', 'labour', 'plant', 'permit', 'other')),
    note          text NOT NULL DEFAULT '',
    CONSTRAINT progress_report_pk PRIMARY KEY (organisation, entry),
    CONSTRAINT progress_report_entry FOREIGN KEY (organisation, entry) REFERENCES entry (organisation, id),
    CONSTRAINT progress_report_task FOREIGN KEY (organisation, site, task) REFERENCES task (organisation, site, id),
    CONSTRAINT progress_report_cause CHECK (status <> 'stopped' OR cause IS NOT NULL)
);
CREATE INDEX progress_report_by_task ON progress_report (organisation, task, work_day);

CREATE TABLE photo (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,                -- the entry's id
    site          uuid NOT NULL,
    of_entry      uuid,                         -- may arrive after its photo, so no foreign key
    task          uuid,
    state         text NOT NULL DEFAULT 'awaiting_bytes' CHECK (state IN ('awaiting_bytes', 'complete')),
    taken_at      timestamptz,
    taken_at_source text NOT NULL DEFAULT 'clock' CHECK (taken_at_source IN ('exif', 'clock', 'file')),
    latitude      double precision,
    longitude     double precision,
    accuracy_m    double precision,
    sha256        bytea NOT NULL,
    bytes         bigint NOT NULL CHECK (bytes > 0),
    width         integer NOT NULL,
    height        integer NOT NULL,
    media_type    text NOT NULL,
    note          text NOT NULL DEFAULT '',
    completed_at  timestamptz,
    thumbnail_at  timestamptz,
    CONSTRAINT photo_pk PRIMARY KEY (organisation, id),
    CONSTRAINT photo_entry FOREIGN KEY (organisation, id) REFERENCES entry (organisation, id)
);
CREATE INDEX photo_of_entry ON photo (organisation, of_entry) WHERE of_entry IS NOT NULL;
CREATE INDEX photo_by_hash ON photo (organisation, site, sha256);
