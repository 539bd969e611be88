-- Somebody outside the office has looked at a daywork sheet and put a name to it, or would not.

CREATE TABLE signature (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,
    site          uuid NOT NULL,
    entry         uuid NOT NULL,
    version       integer NOT NULL,                 -- what was signed; a later version is not
    party         text NOT NULL CHECK (party IN ('client', 'worker', 'contractor')),
    outcome       text NOT NULL CHECK (outcome IN ('signed', 'for_record', 'refused', 'absent')),
    name          text NOT NULL CHECK (name <> ''), -- of who signed, refused or was absent
    company       text NOT NULL DEFAULT '',
    witness       text NOT NULL DEFAULT '',         -- who saw that nobody signed
    note          text NOT NULL DEFAULT '',
    strokes       text NOT NULL DEFAULT '' CHECK (length(strokes) <= 40000),  -- an SVG path in a box of 600 × 240; empty: the name was typed
    taken_by      uuid NOT NULL,                    -- on whose phone
    at            timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT signature_pk PRIMARY KEY (organisation, id),
    CONSTRAINT signature_version FOREIGN KEY (organisation, entry, version)
        REFERENCES entry_version (organisation, entry, version),
    CONSTRAINT signature_taken_by FOREIGN KEY (organisation, taken_by) REFERENCES member (organisation, id),
    CONSTRAINT signature_witness CHECK (outcome IN ('signed', 'for_record') OR witness <> ''),
    CONSTRAINT signature_strokes CHECK (outcome IN ('signed', 'for_record') OR strokes = '')
);
CREATE INDEX signature_by_entry ON signature (organisation, entry, at);

ALTER TABLE signature ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_company ON signature TO daywork_app
    USING (organisation = nullif(current_setting('daywork.organisation', true), '')::uuid);
GRANT SELECT, INSERT ON signature TO daywork_app;
