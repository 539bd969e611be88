-- Compliance packs are made in the background, one site after the other, and kept for some days.

-- What somebody asked for. The row stays: who took what, when and what for.
CREATE TABLE compliance_pack (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,                   -- named by the page, so a second click finds it
    first         date NOT NULL CHECK (extract(day FROM first) = 1),
    last          date NOT NULL CHECK (extract(day FROM last) = 1),
    language      text NOT NULL CHECK (language IN ('zh-CN', 'en')),
    verify_at     text NOT NULL,                   -- where the codes in it lead
    purpose       text NOT NULL DEFAULT '',        -- with one, numbers stand in it in full
    note          text NOT NULL DEFAULT '',
    sealed_key    bytea,                           -- of the stored bytes, where numbers are in full
    made_by       uuid NOT NULL,
    asked_at      timestamptz NOT NULL,
    done_at       timestamptz,                     -- every site is made, or given up
    expires_at    timestamptz,                     -- until when it is kept, once done
    taken_at      timestamptz,                     -- last downloaded
    removed_at    timestamptz,
    CONSTRAINT compliance_pack_pk PRIMARY KEY (organisation, id),
    CONSTRAINT compliance_pack_made_by FOREIGN KEY (organisation, made_by) REFERENCES member (organisation, id),
    CONSTRAINT compliance_pack_months CHECK (first <= last),
    CONSTRAINT compliance_pack_done CHECK ((done_at IS NULL) = (expires_at IS NULL)),
    CONSTRAINT compliance_pack_sealed CHECK ((purpose <> '') = (sealed_key IS NOT NULL))
);
CREATE INDEX compliance_pack_by_maker ON compliance_pack (organisation, made_by, asked_at DESC);
CREATE INDEX compliance_pack_open ON compliance_pack (organisation, asked_at) WHERE done_at IS NULL;
CREATE INDEX compliance_pack_kept ON compliance_pack (organisation, expires_at)
    WHERE removed_at IS NULL AND done_at IS NOT NULL;

-- One site of it: a zip of its own in the store. Goes when the pack does.
CREATE TABLE compliance_pack_part (
    organisation  uuid NOT NULL,
    pack          uuid NOT NULL,
    site          uuid NOT NULL,
    number        integer NOT NULL CHECK (number > 0),
    state         text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'making', 'done', 'failed')),
    tries         smallint NOT NULL DEFAULT 0,
    files         integer NOT NULL DEFAULT 0,      -- made so far
    files_due     integer NOT NULL DEFAULT 0,      -- about
    moved_at      timestamptz,                     -- a sign of life of whoever makes it
    missing       jsonb NOT NULL DEFAULT '[]',     -- what is missing in it, as the manifest has it
    missing_count integer NOT NULL DEFAULT 0,
    currency      text NOT NULL DEFAULT '',
    bytes         bigint,                          -- of the zip
    sha256        bytea,
    problem       text NOT NULL DEFAULT '',        -- why it was given up: a problem's slug
    CONSTRAINT compliance_pack_part_pk PRIMARY KEY (organisation, pack, site),
    CONSTRAINT compliance_pack_part_number UNIQUE (organisation, pack, number),
    CONSTRAINT compliance_pack_part_of FOREIGN KEY (organisation, pack) REFERENCES compliance_pack (organisation, id),
    CONSTRAINT compliance_pack_part_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id),
    CONSTRAINT compliance_pack_part_done CHECK ((state = 'done') = (bytes IS NOT NULL AND sha256 IS NOT NULL))
);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['compliance_pack', 'compliance_pack_part']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY own_company ON %I TO daywork_app USING '
            '(organisation = nullif(current_setting(''daywork.organisation'', true), '''')::uuid)', name);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO daywork_app', name);
    END LOOP;
END $$;
GRANT UPDATE (done_at, expires_at, taken_at, removed_at) ON compliance_pack TO daywork_app;
GRANT UPDATE, DELETE ON compliance_pack_part TO daywork_app;
