-- Blackouts of brands and of the fleet.
--
-- Promise blackout_is_by_who_made_it: whatever was written as its author, it is the actor of the transaction; and all that
-- changes later is that it is removed.
CREATE FUNCTION publishing_guard_blackout() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(current_setting('app.actor', true), '') = '' THEN
    RAISE EXCEPTION 'blackout_is_by_who_made_it: a blackout without an actor is refused'
      USING ERRCODE = '23514', CONSTRAINT = 'blackout_is_by_who_made_it';
  END IF;
  NEW.by := current_setting('app.actor', true);
  RETURN NEW;
END
$$;
CREATE TRIGGER guard_publishing_blackout BEFORE INSERT ON publishing_blackout
  FOR EACH ROW EXECUTE FUNCTION publishing_guard_blackout();
CREATE TRIGGER guard_publishing_fleetblackout BEFORE INSERT ON publishing_fleetblackout
  FOR EACH ROW EXECUTE FUNCTION publishing_guard_blackout();

CREATE FUNCTION publishing_keep_blackout() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.platform, OLD.begins_at, OLD.ends_at, OLD.reason, OLD."by") IS DISTINCT FROM
     (NEW.platform, NEW.begins_at, NEW.ends_at, NEW.reason, NEW."by") OR OLD.removed_at IS NOT NULL THEN
    RAISE EXCEPTION 'blackout_is_only_removed: blackout % stays as it was made', OLD.id
      USING ERRCODE = '23514', CONSTRAINT = 'blackout_is_only_removed';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER keep_publishing_blackout BEFORE UPDATE ON publishing_blackout
  FOR EACH ROW EXECUTE FUNCTION publishing_keep_blackout();
CREATE TRIGGER keep_publishing_fleetblackout BEFORE UPDATE ON publishing_fleetblackout
  FOR EACH ROW EXECUTE FUNCTION publishing_keep_blackout();
