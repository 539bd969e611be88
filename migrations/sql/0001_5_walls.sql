-- The second wall. The app works as a role that owns nothing; each transaction names its company.

DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'daywork_app') THEN
        BEGIN
            CREATE ROLE daywork_app NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;  -- another database of this server was made at the same moment
        END;
    END IF;
    IF NOT pg_has_role(current_user, 'daywork_app', 'MEMBER') THEN
        EXECUTE format('GRANT daywork_app TO %I', current_user);
    END IF;
END $$;

GRANT USAGE ON SCHEMA public TO daywork_app;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'member', 'session', 'invitation', 'sign_in_code', 'audit_event', 'site', 'membership',
        'trade', 'crew', 'worker', 'roster', 'task', 'rate', 'entry', 'entry_version', 'decision',
        'labour_sheet', 'labour_line', 'advance', 'progress_report', 'photo', 'sync_mutation',
        'site_revision', 'site_revision_nonce', 'feed']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY own_company ON %I TO daywork_app USING '
            '(organisation = nullif(current_setting(''daywork.organisation'', true), '''')::uuid)', name);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO daywork_app', name);
    END LOOP;
END $$;

ALTER TABLE organisation ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_company ON organisation TO daywork_app
    USING (id = nullif(current_setting('daywork.organisation', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON organisation TO daywork_app;

-- What is evidence can be added and read, never changed: not even by a mistake in our own code.
REVOKE UPDATE ON entry_version, decision, audit_event, site_revision_nonce FROM daywork_app;

-- Sign-in attempts are counted before a company is known, and swept when they are old.
GRANT SELECT, INSERT, DELETE ON sign_in_attempt TO daywork_app;
