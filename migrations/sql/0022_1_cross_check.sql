-- Cross-check (对工): a worker confirms what was recorded of a month, or disputes single days of it.

-- What a site lets its workers see. No row: their own pay too, for a fortnight.
CREATE TABLE cross_check_rule (
    organisation  uuid NOT NULL,
    site          uuid NOT NULL,
    shows_pay     boolean NOT NULL DEFAULT true,
    link_days     smallint NOT NULL DEFAULT 14 CHECK (link_days BETWEEN 1 AND 90),
    set_by        uuid NOT NULL,
    set_at        timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT cross_check_rule_pk PRIMARY KEY (organisation, site),
    CONSTRAINT cross_check_rule_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id),
    CONSTRAINT cross_check_rule_set_by FOREIGN KEY (organisation, set_by) REFERENCES member (organisation, id)
);

-- A private address for one worker and month. Only the hash of its token is kept: who reads the
-- database opens nothing.
CREATE TABLE cross_check_link (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,
    site          uuid NOT NULL,
    worker        uuid NOT NULL,
    month         date NOT NULL CHECK (extract(day FROM month) = 1),
    shows_pay     boolean NOT NULL,                -- never when its maker may not see pay
    token_hash    bytea NOT NULL,
    made_by       uuid NOT NULL,
    made_at       timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    revoked_at    timestamptz,
    revoked_by    uuid,
    wrong_digits  smallint NOT NULL DEFAULT 0,     -- one after another; too many end the link
    opened_at     timestamptz,                     -- with the right digits, last
    pass_hash     bytea,                           -- of the secret that the reader's browser holds
    pass_until    timestamptz,
    CONSTRAINT cross_check_link_pk PRIMARY KEY (organisation, id),
    CONSTRAINT cross_check_link_on_site UNIQUE (organisation, site, id),
    CONSTRAINT cross_check_link_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id),
    CONSTRAINT cross_check_link_worker FOREIGN KEY (organisation, worker) REFERENCES worker (organisation, id),
    CONSTRAINT cross_check_link_made_by FOREIGN KEY (organisation, made_by) REFERENCES member (organisation, id),
    CONSTRAINT cross_check_link_revoked_by FOREIGN KEY (organisation, revoked_by) REFERENCES member (organisation, id),
    CONSTRAINT cross_check_link_pass CHECK ((pass_hash IS NULL) = (pass_until IS NULL))
);
CREATE UNIQUE INDEX cross_check_link_token ON cross_check_link (token_hash);
CREATE INDEX cross_check_link_by_month ON cross_check_link (organisation, site, month, worker)
    WHERE revoked_at IS NULL;

-- What a worker said, bound to what he was shown. It never changes; he may say something else later.
CREATE TABLE cross_check (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,                   -- named by the page or the phone
    site          uuid NOT NULL,
    worker        uuid NOT NULL,
    month         date NOT NULL CHECK (extract(day FROM month) = 1),
    outcome       text NOT NULL CHECK (outcome IN ('confirmed', 'disputed')),
    name          text NOT NULL CHECK (name <> ''),
    strokes       text NOT NULL DEFAULT '' CHECK (length(strokes) <= 40000),
    shown         jsonb NOT NULL,                  -- {"days": {"2026-03-05": ["1", "2.5"]}, "pay": {…}}
    shown_sha256  bytea NOT NULL CHECK (octet_length(shown_sha256) = 32),  -- of the days
    claims        jsonb NOT NULL DEFAULT '{}',     -- {"2026-03-05": ["1", "0", "I was there"]}
    link          uuid,                            -- by a private address, or
    taken_by      uuid,                            -- on whose phone
    mutation      uuid,
    device        text NOT NULL DEFAULT '',
    signed_at     timestamptz,                     -- by the phone's clock
    clock_doubtful boolean NOT NULL DEFAULT false,
    at            timestamptz NOT NULL,
    CONSTRAINT cross_check_pk PRIMARY KEY (organisation, id),
    CONSTRAINT cross_check_on_site UNIQUE (organisation, site, id),
    CONSTRAINT cross_check_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id),
    CONSTRAINT cross_check_worker FOREIGN KEY (organisation, worker) REFERENCES worker (organisation, id),
    CONSTRAINT cross_check_link FOREIGN KEY (organisation, site, link)
        REFERENCES cross_check_link (organisation, site, id),
    CONSTRAINT cross_check_taken_by FOREIGN KEY (organisation, taken_by) REFERENCES member (organisation, id),
    CONSTRAINT cross_check_mutation UNIQUE (organisation, mutation),
    CONSTRAINT cross_check_one_way CHECK (num_nonnulls(link, taken_by) = 1)
);
CREATE INDEX cross_check_by_month ON cross_check (organisation, site, month, worker, at DESC);

-- A day that a worker remembers otherwise, and what came of it.
CREATE TABLE cross_check_dispute (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,
    cross_check   uuid NOT NULL,
    site          uuid NOT NULL,
    worker        uuid NOT NULL,
    work_day      date NOT NULL,
    man_days      numeric(6, 3) NOT NULL CHECK (man_days >= 0),        -- as it was shown
    overtime_hours numeric(5, 2) NOT NULL CHECK (overtime_hours >= 0),
    claimed_man_days numeric(6, 3) NOT NULL CHECK (claimed_man_days >= 0),
    claimed_overtime numeric(5, 2) NOT NULL CHECK (claimed_overtime >= 0),
    reason        text NOT NULL CHECK (reason <> ''),
    at            timestamptz NOT NULL,
    outcome       text CHECK (outcome IN ('agreed', 'declined')),
    answer        text CHECK (answer <> ''),
    answered_by   uuid,
    answered_at   timestamptz,
    CONSTRAINT cross_check_dispute_pk PRIMARY KEY (organisation, id),
    CONSTRAINT cross_check_dispute_of FOREIGN KEY (organisation, site, cross_check)
        REFERENCES cross_check (organisation, site, id),
    CONSTRAINT cross_check_dispute_worker FOREIGN KEY (organisation, worker) REFERENCES worker (organisation, id),
    CONSTRAINT cross_check_dispute_answered_by FOREIGN KEY (organisation, answered_by) REFERENCES member (organisation, id),
    CONSTRAINT cross_check_dispute_answered CHECK (num_nulls(outcome, answer, answered_by, answered_at) IN (0, 4))
);
-- A day is in dispute once at a time.
CREATE UNIQUE INDEX cross_check_dispute_open_once ON cross_check_dispute (organisation, site, worker, work_day)
    WHERE outcome IS NULL;
CREATE INDEX cross_check_dispute_by_day ON cross_check_dispute (organisation, site, work_day);
CREATE INDEX cross_check_dispute_by_check ON cross_check_dispute (organisation, cross_check);

-- Who holds an address is not signed in: the company is found by the token, as with an invitation.
CREATE FUNCTION organisation_of_cross_check(p_token_hash bytea)
RETURNS TABLE (organisation uuid, link uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.organisation, l.id FROM cross_check_link l WHERE l.token_hash = p_token_hash
$$;
REVOKE ALL ON FUNCTION organisation_of_cross_check(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION organisation_of_cross_check(bytea) TO daywork_app;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['cross_check_rule', 'cross_check_link', 'cross_check', 'cross_check_dispute']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY own_company ON %I TO daywork_app USING '
            '(organisation = nullif(current_setting(''daywork.organisation'', true), '''')::uuid)', name);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO daywork_app', name);
    END LOOP;
END $$;
GRANT UPDATE ON cross_check_rule TO daywork_app;
GRANT UPDATE (revoked_at, revoked_by, wrong_digits, opened_at, pass_hash, pass_until)
    ON cross_check_link TO daywork_app;
GRANT UPDATE (outcome, answer, answered_by, answered_at) ON cross_check_dispute TO daywork_app;
