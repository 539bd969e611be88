-- A signature that a phone kept and sent later: which mutation brought it, and what the phone's clock
-- said when it was taken. All empty: it was taken with the office listening, and "at" is its moment.
ALTER TABLE signature
    ADD COLUMN mutation       uuid,
    ADD COLUMN device         text NOT NULL DEFAULT '',
    ADD COLUMN signed_at      timestamptz,                    -- by the phone's clock; "at" is the receipt
    ADD COLUMN clock_doubtful boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT signature_mutation UNIQUE (organisation, mutation);

-- Who has signed stands on the entry that phones hold.
CREATE FUNCTION feed_signature() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM touch_feed('entry', array_agg(organisation), array_agg(site), array_agg(entry), false)
    FROM changed HAVING count(*) > 0;
    RETURN NULL;
END $$;
CREATE TRIGGER feed_insert AFTER INSERT ON signature REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION feed_signature();
