-- Picture bytes on their way in. All of it is scratch paper: the phone keeps the picture until the
-- photo is complete, so whatever stands here may be thrown away and sent again.

CREATE TABLE upload (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,
    member        uuid NOT NULL,
    photo         uuid NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('full', 'thumb')),
    length        bigint NOT NULL CHECK (length > 0),
    received      bigint NOT NULL DEFAULT 0,    -- = length only when hash and photo are settled, too
    metadata      text NOT NULL DEFAULT '',     -- as it came, to be told again
    created_at    timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz NOT NULL,
    finished_at   timestamptz,
    CONSTRAINT upload_pk PRIMARY KEY (organisation, id),
    CONSTRAINT upload_photo FOREIGN KEY (organisation, photo) REFERENCES photo (organisation, id),
    CONSTRAINT upload_member FOREIGN KEY (organisation, member) REFERENCES member (organisation, id),
    CONSTRAINT upload_received CHECK (received BETWEEN 0 AND length),
    CONSTRAINT upload_finished CHECK ((finished_at IS NOT NULL) = (received = length))
);
CREATE INDEX upload_by_photo ON upload (organisation, photo);
CREATE INDEX upload_by_expiry ON upload (organisation, expires_at);

CREATE TABLE upload_piece (
    organisation  uuid NOT NULL,
    upload        uuid NOT NULL,
    start         bigint NOT NULL CHECK (start >= 0),
    bytes         bigint NOT NULL CHECK (bytes > 0),
    name          text NOT NULL,                -- last part of its key in the store
    CONSTRAINT upload_piece_pk PRIMARY KEY (organisation, upload, start),
    CONSTRAINT upload_piece_upload FOREIGN KEY (organisation, upload)
        REFERENCES upload (organisation, id) ON DELETE CASCADE
);

-- A picture that cannot be shown says why, once, instead of being tried at every look.
ALTER TABLE photo
    ADD COLUMN no_preview text CHECK (no_preview IN
        ('not_a_picture', 'damaged', 'too_many_pixels', 'too_hungry', 'too_slow')),
    ADD COLUMN phone_preview_at timestamptz;    -- the phone's own thumbnail, ahead of the picture
CREATE INDEX photo_to_develop ON photo (organisation, id)
    WHERE state = 'complete' AND thumbnail_at IS NULL AND no_preview IS NULL;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['upload', 'upload_piece']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY own_company ON %I TO daywork_app USING '
            '(organisation = nullif(current_setting(''daywork.organisation'', true), '''')::uuid)', name);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO daywork_app', name);
    END LOOP;
END $$;
