-- Which days a site works: its country's holidays, and its own closures and extra workdays.

ALTER TABLE site
    ADD COLUMN country text NOT NULL DEFAULT 'CN'
        CONSTRAINT site_country CHECK (country ~ '^([A-Z]{2})?$'),   -- ISO 3166-1; '' has no holidays
    ADD COLUMN region text NOT NULL DEFAULT '' CONSTRAINT site_region CHECK (length(region) <= 40),
    ADD COLUMN delay_tolerance smallint NOT NULL DEFAULT 3           -- days a forecast may be late
        CONSTRAINT site_delay_tolerance CHECK (delay_tolerance BETWEEN 1 AND 90);

-- Sites that were made before said nothing of a country: only China's own clock says so.
UPDATE site SET country = '' WHERE time_zone NOT IN ('Asia/Shanghai', 'Asia/Urumqi');

-- An exception is taken back, never removed: what was forecast by it can be understood later.
CREATE TABLE site_exception (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,
    site          uuid NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('closed', 'worked')),
    first_day     date NOT NULL,
    last_day      date NOT NULL,
    cause         text NOT NULL CHECK (cause IN ('weather', 'order', 'holiday', 'other')),
    weather       text CHECK (weather IN
        ('rain', 'storm', 'wind', 'snow', 'frost', 'heat', 'dust', 'flood')),
    reason        text NOT NULL DEFAULT '',
    created_by    uuid NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    withdrawn_by  uuid,
    withdrawn_at  timestamptz,
    CONSTRAINT site_exception_pk PRIMARY KEY (organisation, id),
    CONSTRAINT site_exception_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id),
    CONSTRAINT site_exception_author FOREIGN KEY (organisation, created_by)
        REFERENCES member (organisation, id),
    CONSTRAINT site_exception_order CHECK (last_day BETWEEN first_day AND first_day + 366),
    CONSTRAINT site_exception_weather CHECK ((cause = 'weather') = (weather IS NOT NULL)),
    CONSTRAINT site_exception_withdrawn CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL))
);
CREATE INDEX site_exception_by_day ON site_exception (organisation, site, first_day)
    WHERE withdrawn_at IS NULL;
