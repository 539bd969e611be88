-- Who approves on a site, in how many steps, who stands in for whom, and months that are closed.

-- No row: one step, nothing by itself, no deadline.
CREATE TABLE approval_rule (
    organisation  uuid NOT NULL,
    site          uuid NOT NULL,
    steps         smallint NOT NULL DEFAULT 1 CHECK (steps IN (1, 2)),   -- supervisor; then office
    automatic     boolean NOT NULL DEFAULT false,    -- without a doubt and within the limits
    automatic_man_days numeric(8, 2) CHECK (automatic_man_days >= 0),    -- 工 a sheet; null: no limit
    automatic_amount numeric(14, 2) CHECK (automatic_amount >= 0),       -- pay of a sheet; null: no limit
    sign_days     smallint CHECK (sign_days BETWEEN 1 AND 365),  -- daywork is signed within so many days
    set_by        uuid NOT NULL,
    set_at        timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT approval_rule_pk PRIMARY KEY (organisation, site),
    CONSTRAINT approval_rule_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id),
    CONSTRAINT approval_rule_set_by FOREIGN KEY (organisation, set_by) REFERENCES member (organisation, id)
);

CREATE TABLE deputy (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,
    site          uuid NOT NULL,
    absent        uuid NOT NULL,
    deputy        uuid NOT NULL,
    first_day     date NOT NULL,
    last_day      date NOT NULL,
    created_by    uuid NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    ended_at      timestamptz,                       -- taken back before its last day
    CONSTRAINT deputy_pk PRIMARY KEY (organisation, id),
    CONSTRAINT deputy_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id),
    CONSTRAINT deputy_absent FOREIGN KEY (organisation, absent) REFERENCES member (organisation, id),
    CONSTRAINT deputy_deputy FOREIGN KEY (organisation, deputy) REFERENCES member (organisation, id),
    CONSTRAINT deputy_created_by FOREIGN KEY (organisation, created_by) REFERENCES member (organisation, id),
    CONSTRAINT deputy_order CHECK (last_day >= first_day),
    CONSTRAINT deputy_other CHECK (absent <> deputy)
);
CREATE INDEX deputy_by_deputy ON deputy (organisation, deputy) WHERE ended_at IS NULL;

-- Each closing and reopening of a month; the last one of a month says how it is.
CREATE TABLE month_closing (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,
    site          uuid NOT NULL,
    month         date NOT NULL CHECK (extract(day FROM month) = 1),
    what          text NOT NULL CHECK (what IN ('closed', 'reopened')),
    reason        text NOT NULL CHECK (reason <> ''),
    member        uuid NOT NULL,
    at            timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT month_closing_pk PRIMARY KEY (organisation, id),
    CONSTRAINT month_closing_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id),
    CONSTRAINT month_closing_member FOREIGN KEY (organisation, member) REFERENCES member (organisation, id)
);
CREATE INDEX month_closing_by_month ON month_closing (organisation, site, month, at DESC);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['approval_rule', 'deputy', 'month_closing']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY own_company ON %I TO daywork_app USING '
            '(organisation = nullif(current_setting(''daywork.organisation'', true), '''')::uuid)', name);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO daywork_app', name);
    END LOOP;
END $$;
GRANT UPDATE ON approval_rule, deputy TO daywork_app;

-- The member's sites where somebody's place is taken today, with the role stood in for.
CREATE FUNCTION stands_in(p_organisation uuid, p_member uuid)
RETURNS TABLE (site uuid, role text) LANGUAGE sql STABLE AS $$
    SELECT DISTINCT d.site, ms.role
    FROM deputy d
    JOIN site s ON s.organisation = d.organisation AND s.id = d.site
    JOIN membership ms ON ms.organisation = d.organisation AND ms.site = d.site
         AND ms.member = d.absent AND ms.withdrawn_at IS NULL
    WHERE d.organisation = p_organisation AND d.deputy = p_member AND d.ended_at IS NULL
      AND ms.role IN ('supervisor', 'office')
      AND (now() AT TIME ZONE s.time_zone)::date BETWEEN d.first_day AND d.last_day
$$;

-- Whose turn a record is that has passed so many steps, deputies included; owners may always.
CREATE FUNCTION deciders(p_organisation uuid, p_site uuid, p_passed integer)
RETURNS TABLE (member uuid) LANGUAGE sql STABLE AS $$
    WITH turn AS (
        SELECT CASE WHEN p_passed > 0 AND EXISTS (
            SELECT FROM approval_rule r WHERE r.organisation = p_organisation
            AND r.site = p_site AND r.steps = 2) THEN 'office' ELSE 'supervisor' END AS role
    )
    SELECT ms.member FROM membership ms, turn
    WHERE ms.organisation = p_organisation AND ms.site = p_site AND ms.withdrawn_at IS NULL
      AND ms.role = turn.role
    UNION
    SELECT d.deputy FROM deputy d
    JOIN site s ON s.organisation = d.organisation AND s.id = d.site
    JOIN membership ms ON ms.organisation = d.organisation AND ms.site = d.site
         AND ms.member = d.absent AND ms.withdrawn_at IS NULL
    JOIN turn ON ms.role = turn.role
    WHERE d.organisation = p_organisation AND d.site = p_site AND d.ended_at IS NULL
      AND (now() AT TIME ZONE s.time_zone)::date BETWEEN d.first_day AND d.last_day
$$;
