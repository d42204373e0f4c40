-- Suspicious items and their release.
--
-- Promises, each named in the error's constraint:
--   release_is_by_who_did_it      whatever was written as its author, it is the actor of the transaction
--   release_is_of_a_held_item     what is released was suspicious
-- An item's suspicion cannot be changed at all: no role of ours may update items.

CREATE FUNCTION publishing_guard_release() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_actor text := coalesce(current_setting('app.actor', true), '');
BEGIN
  IF v_actor = '' THEN
    RAISE EXCEPTION 'release_is_by_who_did_it: a release without an actor is refused'
      USING ERRCODE = '23514', CONSTRAINT = 'release_is_by_who_did_it';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM publishing_feeditem i WHERE i.id = NEW.item AND i.suspicion <> '') THEN
    RAISE EXCEPTION 'release_is_of_a_held_item: item % is not in quarantine', NEW.item
      USING ERRCODE = '23514', CONSTRAINT = 'release_is_of_a_held_item';
  END IF;
  NEW.by := v_actor;
  NEW.at := chimera_now();
  RETURN NEW;
END
$$;
REVOKE ALL ON FUNCTION publishing_guard_release() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION publishing_guard_release() TO chimera_operator;

CREATE TRIGGER guard_publishing_release BEFORE INSERT ON publishing_release
  FOR EACH ROW EXECUTE FUNCTION publishing_guard_release();
