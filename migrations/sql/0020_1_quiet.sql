-- What changed is said by the process after its commit, many words in one: inside the writing
-- transactions it made all commits of the server wait for one another.
DROP TRIGGER live_insert ON entry;
DROP TRIGGER live_update ON entry;
DROP FUNCTION say_waiting_changed();
DROP TRIGGER live_insert ON message;
DROP TRIGGER live_update ON message;
DROP FUNCTION say_inbox_changed();
