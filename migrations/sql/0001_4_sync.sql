-- What makes the promise hold: the ledger of mutations, and the feed the phones pull.

CREATE TABLE sync_mutation (
    organisation  uuid NOT NULL,
    id            uuid NOT NULL,
    sha256        bytea NOT NULL,
    member        uuid NOT NULL,
    device        text NOT NULL DEFAULT '',
    build         text NOT NULL DEFAULT '',
    site          uuid,
    type          text NOT NULL,
    entity_id     uuid NOT NULL,
    client_time   timestamptz,
    received_at   timestamptz NOT NULL DEFAULT now(),
    skew_seconds  double precision,             -- received_at − client_time of the envelope's sending
    result        text NOT NULL CHECK (result IN ('applied', 'refused', 'quarantined')),
    revision      bigint,
    version       integer,
    problem       jsonb,
    mutation      jsonb,                        -- the whole of it, when it was not applied
    settled_at    timestamptz,                  -- a refused one that was mended or let go
    CONSTRAINT sync_mutation_pk PRIMARY KEY (organisation, id)
);
CREATE INDEX sync_mutation_open ON sync_mutation (organisation, site, received_at)
    WHERE result <> 'applied' AND settled_at IS NULL;
CREATE INDEX sync_mutation_entity ON sync_mutation (organisation, entity_id);

CREATE TABLE site_revision (
    organisation  uuid NOT NULL,
    site          uuid NOT NULL,
    revision      bigint NOT NULL,
    CONSTRAINT site_revision_pk PRIMARY KEY (organisation, site)
);

-- A nonce a revision: after a restore the same number carries another nonce, and the phone notices.
CREATE TABLE site_revision_nonce (
    organisation  uuid NOT NULL,
    site          uuid NOT NULL,
    revision      bigint NOT NULL,
    nonce         uuid NOT NULL DEFAULT gen_random_uuid(),
    at            timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT site_revision_nonce_pk PRIMARY KEY (organisation, site, revision)
);

-- One row for each thing a phone may hold, at the revision of its last change.
CREATE TABLE feed (
    organisation  uuid NOT NULL,
    site          uuid NOT NULL,
    subject       text COLLATE "C" NOT NULL CHECK (subject IN ('site', 'trade', 'crew', 'worker', 'task', 'entry')),
    id            uuid NOT NULL,
    revision      bigint NOT NULL,
    gone          boolean NOT NULL DEFAULT false,
    CONSTRAINT feed_pk PRIMARY KEY (organisation, site, subject, id)
);
CREATE UNIQUE INDEX feed_order ON feed (organisation, site, revision, subject, id);

-- Bumps each touched site once. The row lock on site_revision is held until commit, so the order
-- of revisions is the order of commits, whoever writes. Sites are locked in sorted order.
CREATE FUNCTION touch_feed(p_subject text, p_organisation uuid[], p_site uuid[], p_id uuid[], p_gone boolean)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    touched record;
    now_at  bigint;
BEGIN
    FOR touched IN
        SELECT DISTINCT u.organisation, u.site FROM unnest(p_organisation, p_site) AS u (organisation, site)
        ORDER BY u.organisation, u.site
    LOOP
        INSERT INTO site_revision AS counter (organisation, site, revision)
        VALUES (touched.organisation, touched.site, 1)
        ON CONFLICT (organisation, site) DO UPDATE SET revision = counter.revision + 1
        RETURNING counter.revision INTO now_at;

        INSERT INTO site_revision_nonce (organisation, site, revision)
        VALUES (touched.organisation, touched.site, now_at);

        INSERT INTO feed AS f (organisation, site, subject, id, revision, gone)
        SELECT DISTINCT touched.organisation, touched.site, p_subject, u.id, now_at, p_gone
        FROM unnest(p_site, p_id) AS u (site, id) WHERE u.site = touched.site
        ON CONFLICT (organisation, site, subject, id)
        DO UPDATE SET revision = excluded.revision, gone = excluded.gone;
    END LOOP;
END $$;

-- Tables whose rows name their site and id themselves.
CREATE FUNCTION feed_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM touch_feed(TG_ARGV[0], array_agg(organisation), array_agg(site), array_agg(id), TG_OP = 'DELETE')
    FROM changed HAVING count(*) > 0;
    RETURN NULL;
END $$;

CREATE FUNCTION feed_roster() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM touch_feed('worker', array_agg(organisation), array_agg(site), array_agg(worker), TG_OP = 'DELETE')
    FROM changed HAVING count(*) > 0;
    RETURN NULL;
END $$;

CREATE FUNCTION feed_worker() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM touch_feed('worker', array_agg(r.organisation), array_agg(r.site), array_agg(r.worker), false)
    FROM changed c JOIN roster r ON r.organisation = c.organisation AND r.worker = c.id
    HAVING count(*) > 0;
    RETURN NULL;
END $$;

-- A site is on the phone itself, and brings the company's trades with it.
CREATE FUNCTION feed_site() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM touch_feed('site', array_agg(organisation), array_agg(id), array_agg(id), false)
    FROM changed HAVING count(*) > 0;
    IF TG_OP = 'INSERT' THEN
        PERFORM touch_feed('trade', array_agg(t.organisation), array_agg(c.id), array_agg(t.id), false)
        FROM changed c JOIN trade t ON t.organisation = c.organisation HAVING count(*) > 0;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION feed_trade() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM touch_feed('trade', array_agg(c.organisation), array_agg(s.id), array_agg(c.id), TG_OP = 'DELETE')
    FROM changed c JOIN site s ON s.organisation = c.organisation HAVING count(*) > 0;
    RETURN NULL;
END $$;

-- A member's name stands on the entries a phone shows, but only new pulls need it: no trigger.
DO $$
DECLARE
    watched record;
    event   text;
BEGIN
    FOR watched IN SELECT * FROM (VALUES
        ('crew', 'feed_rows(''crew'')'), ('task', 'feed_rows(''task'')'),
        ('entry', 'feed_rows(''entry'')'), ('photo', 'feed_rows(''entry'')'),
        ('roster', 'feed_roster()'), ('worker', 'feed_worker()'),
        ('site', 'feed_site()'), ('trade', 'feed_trade()')) AS w (name, call)
    LOOP
        FOREACH event IN ARRAY ARRAY['INSERT', 'UPDATE', 'DELETE'] LOOP
            EXECUTE format(
                'CREATE TRIGGER %I AFTER %s ON %I REFERENCING %s TABLE AS changed '
                'FOR EACH STATEMENT EXECUTE FUNCTION %s',
                'feed_' || lower(event), event, watched.name,
                CASE WHEN event = 'DELETE' THEN 'OLD' ELSE 'NEW' END, watched.call);
        END LOOP;
    END LOOP;
END $$;
