-- The chain of evidence: one row a link, a chain a site. Links are added and never changed.

CREATE TABLE chain_link (
    organisation  uuid NOT NULL,
    site          uuid NOT NULL,
    number        bigint NOT NULL CHECK (number > 0),
    kind          text NOT NULL CHECK (kind <> ''),
    subject       uuid NOT NULL,                -- no foreign keys: a link outlives what it speaks of
    version       integer NOT NULL,
    content       bytea NOT NULL CHECK (octet_length(content) = 32),
    detail        text NOT NULL DEFAULT '',
    previous      bytea NOT NULL CHECK (octet_length(previous) = 32),
    hash          bytea NOT NULL CHECK (octet_length(hash) = 32),
    at            timestamptz NOT NULL,
    CONSTRAINT chain_link_pk PRIMARY KEY (organisation, site, number)
);
CREATE INDEX chain_link_about ON chain_link (organisation, subject, kind);
CREATE INDEX chain_link_by_code ON chain_link (substring(hash FROM 1 FOR 7));

ALTER TABLE chain_link ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_company ON chain_link TO daywork_app
    USING (organisation = nullif(current_setting('daywork.organisation', true), '')::uuid);
GRANT SELECT, INSERT ON chain_link TO daywork_app;

-- Whoever holds a check code may find its link before a company is known; nothing else is told.
CREATE FUNCTION link_with_code(p_low bytea, p_high bytea)
RETURNS TABLE (organisation uuid, site uuid, number bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.organisation, l.site, l.number FROM chain_link l
    WHERE substring(l.hash FROM 1 FOR 7) BETWEEN p_low AND p_high
      AND octet_length(p_low) = 7 AND substring(p_low FROM 1 FOR 6) = substring(p_high FROM 1 FOR 6)
    ORDER BY l.at LIMIT 1
$$;
