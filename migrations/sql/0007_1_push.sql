-- The inbox and what is pushed of it. A message is written by the transaction of what it tells of;
-- so is one delivery for each device it should reach. Sending comes later and only reads these rows.

CREATE TABLE message (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,
    member        uuid NOT NULL,                 -- who reads it
    kind          text NOT NULL CHECK (kind IN
        ('delay', 'approvals', 'returned', 'double_booking', 'signature')),
    notice        text NOT NULL,                 -- which words; worded in the reader's language later
    facts         jsonb NOT NULL DEFAULT '{}',
    subject       text NOT NULL,                 -- what it is about: an unread one is brought up to date
    site          uuid,
    entry         uuid,
    link          text NOT NULL CHECK (link ~ '^/[^/\\]'),
    revision      integer NOT NULL DEFAULT 1,
    created_at    timestamptz NOT NULL DEFAULT now(),
    read_at       timestamptz,
    CONSTRAINT message_pk PRIMARY KEY (organisation, id),
    CONSTRAINT message_member FOREIGN KEY (organisation, member) REFERENCES member (organisation, id),
    CONSTRAINT message_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id),
    CONSTRAINT message_entry FOREIGN KEY (organisation, entry) REFERENCES entry (organisation, id)
);
CREATE UNIQUE INDEX message_unread_once ON message (organisation, member, subject) WHERE read_at IS NULL;
CREATE INDEX message_by_member ON message (organisation, member, created_at DESC);

-- A browser that may be woken. It belongs to one session: whoever signs out is told nothing more.
CREATE TABLE push_subscription (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,
    member        uuid NOT NULL,
    session       bytea NOT NULL,
    endpoint      text NOT NULL CHECK (length(endpoint) <= 1000),
    p256dh        bytea NOT NULL CHECK (length(p256dh) = 65),
    auth          bytea NOT NULL CHECK (length(auth) = 16),
    server_key    text NOT NULL,                 -- our public key it was made for
    device        text NOT NULL DEFAULT '',
    created_at    timestamptz NOT NULL DEFAULT now(),
    seen_at       timestamptz NOT NULL DEFAULT now(),
    gone_at       timestamptz,
    gone_why      text,
    CONSTRAINT push_subscription_pk PRIMARY KEY (organisation, id),
    CONSTRAINT push_subscription_endpoint_once UNIQUE (organisation, endpoint),
    CONSTRAINT push_subscription_member FOREIGN KEY (organisation, member)
        REFERENCES member (organisation, id),
    CONSTRAINT push_subscription_session FOREIGN KEY (organisation, session)
        REFERENCES session (organisation, token_hash),
    CONSTRAINT push_subscription_gone CHECK ((gone_at IS NULL) = (gone_why IS NULL))
);
CREATE INDEX push_subscription_by_member ON push_subscription (organisation, member) WHERE gone_at IS NULL;

-- One revision of one message to one device: waiting → sending → sent; or let go, with why.
CREATE TABLE push_delivery (
    organisation  uuid NOT NULL,
    message       uuid NOT NULL,
    revision      integer NOT NULL,
    subscription  uuid NOT NULL,
    state         text NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'sending', 'sent', 'dropped')),
    why           text,
    not_before    timestamptz NOT NULL,
    attempts      integer NOT NULL DEFAULT 0,
    claimed_at    timestamptz,
    done_at       timestamptz,
    CONSTRAINT push_delivery_pk PRIMARY KEY (organisation, message, revision, subscription),
    CONSTRAINT push_delivery_message FOREIGN KEY (organisation, message)
        REFERENCES message (organisation, id) ON DELETE CASCADE,
    CONSTRAINT push_delivery_subscription FOREIGN KEY (organisation, subscription)
        REFERENCES push_subscription (organisation, id) ON DELETE CASCADE,
    CONSTRAINT push_delivery_done CHECK ((done_at IS NULL) = (state IN ('waiting', 'sending')))
);
CREATE INDEX push_delivery_due ON push_delivery (organisation, not_before)
    WHERE state IN ('waiting', 'sending');
CREATE INDEX push_delivery_by_subscription ON push_delivery (organisation, subscription);

-- What a person wants pushed. No row: everything, but not at night.
CREATE TABLE push_preference (
    organisation  uuid NOT NULL,
    member        uuid NOT NULL,
    muted         text[] NOT NULL DEFAULT '{}',  -- kinds that only lie in the inbox
    quiet         boolean NOT NULL DEFAULT true,
    quiet_from    time NOT NULL DEFAULT '21:00',
    quiet_to      time NOT NULL DEFAULT '06:00',
    CONSTRAINT push_preference_pk PRIMARY KEY (organisation, member),
    CONSTRAINT push_preference_member FOREIGN KEY (organisation, member)
        REFERENCES member (organisation, id)
);

-- Many of a kind on one site become one message: it is told at due_at, and again no sooner than
-- some minutes after told_at.
CREATE TABLE push_bundle (
    organisation  uuid NOT NULL,
    site          uuid NOT NULL,
    kind          text NOT NULL,
    due_at        timestamptz,
    told_at       timestamptz,
    CONSTRAINT push_bundle_pk PRIMARY KEY (organisation, site, kind),
    CONSTRAINT push_bundle_site FOREIGN KEY (organisation, site) REFERENCES site (organisation, id)
);
CREATE INDEX push_bundle_due ON push_bundle (due_at) WHERE due_at IS NOT NULL;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'message', 'push_subscription', 'push_delivery', 'push_preference', 'push_bundle']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY own_company ON %I TO daywork_app USING '
            '(organisation = nullif(current_setting(''daywork.organisation'', true), '''')::uuid)', name);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO daywork_app', name);
    END LOOP;
END $$;

-- The key that proves to push services who we are. It is the installation's, not a company's, and
-- only the tables' owner reads it: no request can, whatever its SQL says.
CREATE TABLE installation_secret (
    name          text PRIMARY KEY,
    value         text NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE installation_secret ENABLE ROW LEVEL SECURITY;
