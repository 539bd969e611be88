-- The lock over what came after it: pay that was booked counts for the last pay, a day in dispute
-- holds the site, and a bank list that was booked loses its names only after its time.

CREATE OR REPLACE FUNCTION last_pay_of(of_organisation uuid, of_site uuid) RETURNS date
LANGUAGE sql STABLE AS $$
    SELECT greatest(
        (SELECT max(p.paid_on) FROM payment p WHERE p.organisation = of_organisation
            AND p.site = of_site AND p.voided_at IS NULL),
        (SELECT max(w.pay_day) FROM wage_sheet w WHERE w.organisation = of_organisation
            AND w.site = of_site),
        (SELECT max(w.closed_at)::date FROM settlement w WHERE w.organisation = of_organisation
            AND w.site = of_site),
        (SELECT max(i.work_day) FROM pay_item i WHERE i.organisation = of_organisation
            AND i.site = of_site AND i.voided_at IS NULL),
        (SELECT max(e.work_day) FROM entry e WHERE e.organisation = of_organisation
            AND e.site = of_site))
$$;

-- Null as well while a worker still waits for the answer to a day he disputes.
CREATE OR REPLACE FUNCTION records_kept_until(of_organisation uuid, of_site uuid) RETURNS date
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN s.completed_on IS NOT NULL AND s.settled_on IS NOT NULL AND NOT EXISTS (
            SELECT FROM cross_check_dispute d WHERE d.organisation = s.organisation
            AND d.site = s.id AND d.outcome IS NULL) THEN
        (greatest(s.completed_on, s.settled_on, last_pay_of(s.organisation, s.id))
            + interval '3 years')::date END
    FROM site s WHERE s.organisation = of_organisation AND s.id = of_site
$$;

-- A list that was booked stays; one that was only looked at may go.
CREATE FUNCTION guard_bank_import() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.booked_at IS NOT NULL AND (TG_OP = 'DELETE'
            OR coalesce(records_kept_until(OLD.organisation, OLD.site) >= current_date, true)) THEN
        RAISE EXCEPTION 'a booked bank list is kept with the records of its site'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'retention_lock';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER guard_lines BEFORE UPDATE OF lines ON bank_import FOR EACH ROW
    WHEN (NEW.lines IS DISTINCT FROM OLD.lines) EXECUTE FUNCTION guard_bank_import();
CREATE TRIGGER guard_delete BEFORE DELETE ON bank_import FOR EACH ROW
    EXECUTE FUNCTION guard_bank_import();
