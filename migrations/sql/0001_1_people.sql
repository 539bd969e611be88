-- Companies, members, sessions, invitations: who may do what.

CREATE TABLE organisation (
    id            uuid PRIMARY KEY,
    name          text NOT NULL CHECK (name <> ''),
    currency      text NOT NULL DEFAULT 'CNY' CHECK (currency ~ '^[A-Z]{3}$'),
    language      text NOT NULL DEFAULT 'zh-CN' CHECK (language IN ('zh-CN', 'en')),
    is_demo       boolean NOT NULL DEFAULT false,
    created_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE member (
    organisation  uuid NOT NULL REFERENCES organisation (id),
    id            uuid NOT NULL,
    name          text NOT NULL CHECK (name <> ''),
    phone         text,
    email         text,
    password_hash text,
    language      text NOT NULL DEFAULT 'zh-CN' CHECK (language IN ('zh-CN', 'en')),
    mode          text NOT NULL DEFAULT 'light' CHECK (mode IN ('auto', 'light', 'dark', 'glare')),
    is_owner      boolean NOT NULL DEFAULT false,
    active        boolean NOT NULL DEFAULT true,
    created_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT member_pk PRIMARY KEY (organisation, id),
    CONSTRAINT member_phone_once UNIQUE (organisation, phone),
    CONSTRAINT member_email_once UNIQUE (organisation, email),
    CONSTRAINT member_reachable CHECK (phone IS NOT NULL OR email IS NOT NULL)
);
CREATE INDEX member_by_phone ON member (phone);
CREATE INDEX member_by_email ON member (email);

CREATE TABLE session (
    organisation  uuid NOT NULL,
    token_hash    bytea NOT NULL,
    id            uuid NOT NULL,
    member        uuid NOT NULL,
    device        text NOT NULL DEFAULT '',
    user_agent    text NOT NULL DEFAULT '',
    long_lived    boolean NOT NULL DEFAULT false,
    created_at    timestamptz NOT NULL DEFAULT now(),
    last_seen_at  timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz NOT NULL,
    revoked_at    timestamptz,
    CONSTRAINT session_pk PRIMARY KEY (organisation, token_hash),
    CONSTRAINT session_member FOREIGN KEY (organisation, member) REFERENCES member (organisation, id)
);
CREATE INDEX session_by_member ON session (organisation, member);

CREATE TABLE invitation (
    organisation  uuid NOT NULL REFERENCES organisation (id),
    id            uuid NOT NULL,
    token_hash    bytea NOT NULL,
    member        uuid,                          -- null: somebody new; else a new way in for this member
    name          text NOT NULL,
    phone         text,
    email         text,
    is_owner      boolean NOT NULL DEFAULT false,
    roles         jsonb NOT NULL DEFAULT '[]',   -- [{"site", "role", "crews": []}]
    created_by    uuid NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz NOT NULL,
    accepted_at   timestamptz,
    accepted_by   uuid,
    revoked_at    timestamptz,
    CONSTRAINT invitation_pk PRIMARY KEY (organisation, id),
    CONSTRAINT invitation_by FOREIGN KEY (organisation, created_by) REFERENCES member (organisation, id),
    CONSTRAINT invitation_member FOREIGN KEY (organisation, member) REFERENCES member (organisation, id)
);
CREATE INDEX invitation_by_token ON invitation (token_hash);

-- Six digits typed on a phone: pairs a signed-in member's other device, or stands for an invitation.
CREATE TABLE sign_in_code (
    organisation  uuid NOT NULL REFERENCES organisation (id),
    id            uuid NOT NULL,
    code_hash     bytea NOT NULL,
    member        uuid,
    invitation    uuid,
    created_at    timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz NOT NULL,
    used_at       timestamptz,
    CONSTRAINT sign_in_code_pk PRIMARY KEY (organisation, id),
    CONSTRAINT sign_in_code_member FOREIGN KEY (organisation, member) REFERENCES member (organisation, id),
    CONSTRAINT sign_in_code_invitation FOREIGN KEY (organisation, invitation) REFERENCES invitation (organisation, id),
    CONSTRAINT sign_in_code_one CHECK (num_nonnulls(member, invitation) = 1)
);
CREATE INDEX sign_in_code_by_hash ON sign_in_code (code_hash);

-- Counted before anybody is known, so it has no company: it holds salted hashes and times only.
CREATE TABLE sign_in_attempt (
    key_hash      bytea NOT NULL,
    at            timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sign_in_attempt_by_key ON sign_in_attempt (key_hash, at);

CREATE TABLE audit_event (
    organisation  uuid NOT NULL REFERENCES organisation (id),
    id            uuid NOT NULL,
    at            timestamptz NOT NULL DEFAULT now(),
    member        uuid,
    site          uuid,
    entry         uuid,
    action        text NOT NULL,
    detail        jsonb NOT NULL DEFAULT '{}',
    CONSTRAINT audit_event_pk PRIMARY KEY (organisation, id)
);
CREATE INDEX audit_event_by_entry ON audit_event (organisation, entry, at) WHERE entry IS NOT NULL;
CREATE INDEX audit_event_by_site ON audit_event (organisation, site, at);

-- The only look-ups across companies: what signing in needs before the company is known.
CREATE FUNCTION members_with_login(p_login text)
RETURNS TABLE (organisation uuid, organisation_name text, member uuid, password_hash text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT m.organisation, o.name, m.id, m.password_hash
    FROM member m JOIN organisation o ON o.id = m.organisation
    WHERE m.active AND (m.phone = p_login OR m.email = p_login)
    ORDER BY o.created_at
$$;

CREATE FUNCTION organisation_of_invitation(p_token_hash bytea)
RETURNS TABLE (organisation uuid, invitation uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT i.organisation, i.id FROM invitation i WHERE i.token_hash = p_token_hash
$$;

CREATE FUNCTION organisation_of_code(p_code_hash bytea)
RETURNS TABLE (organisation uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.organisation, c.id FROM sign_in_code c
    WHERE c.code_hash = p_code_hash AND c.used_at IS NULL AND c.expires_at > now()
$$;

CREATE FUNCTION any_organisation() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM organisation)
$$;
