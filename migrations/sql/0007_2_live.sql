-- A word to whoever shows a count, when it may have changed: {"o": company, "s": site} when what
-- waits on a site did, {"o": company, "m": member} when an inbox did. Whoever writes, it is said;
-- the listener asks for the count itself, with the reader's own rights.

CREATE FUNCTION say_waiting_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('daywork_live', json_build_object('o', organisation, 's', site)::text)
    FROM (SELECT DISTINCT organisation, site FROM after_it WHERE kind <> 'photo.record') AS touched;
    RETURN NULL;
END $$;
CREATE TRIGGER live_insert AFTER INSERT ON entry REFERENCING NEW TABLE AS after_it
    FOR EACH STATEMENT EXECUTE FUNCTION say_waiting_changed();
CREATE TRIGGER live_update AFTER UPDATE ON entry REFERENCING NEW TABLE AS after_it
    FOR EACH STATEMENT EXECUTE FUNCTION say_waiting_changed();

CREATE FUNCTION say_inbox_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('daywork_live', json_build_object('o', organisation, 'm', member)::text)
    FROM (SELECT DISTINCT organisation, member FROM after_it) AS touched;
    RETURN NULL;
END $$;
CREATE TRIGGER live_insert AFTER INSERT ON message REFERENCING NEW TABLE AS after_it
    FOR EACH STATEMENT EXECUTE FUNCTION say_inbox_changed();
CREATE TRIGGER live_update AFTER UPDATE ON message REFERENCING NEW TABLE AS after_it
    FOR EACH STATEMENT EXECUTE FUNCTION say_inbox_changed();
