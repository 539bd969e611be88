-- Until when records must be kept: three years after the last pay, and three years after the site
-- was completed with everything settled, whichever is later.

ALTER TABLE site ADD COLUMN completed_on date;
ALTER TABLE site ADD COLUMN settled_on date;
ALTER TABLE worker ADD COLUMN anonymised_at timestamptz;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['worker_identity', 'worker_contract', 'worker_certificate', 'unmasking',
        'worker_import', 'worker_merge', 'worker_told_apart']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY own_company ON %I TO daywork_app USING '
            '(organisation = nullif(current_setting(''daywork.organisation'', true), '''')::uuid)', name);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO daywork_app', name);
    END LOOP;
END $$;
REVOKE UPDATE ON unmasking FROM daywork_app;
