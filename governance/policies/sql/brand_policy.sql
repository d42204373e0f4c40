-- Promise: the rules of a brand change by exactly one version at a time, so that of two who edit the same version one
-- is refused, and the record names every version that ever judged.
CREATE FUNCTION governance_brandpolicy_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state_version <> 1 THEN
      RAISE EXCEPTION 'brandpolicy_starts_with_one: the first version is 1, not %', NEW.state_version
        USING ERRCODE = 'CH001';
    END IF;
  ELSIF NEW.state_version <> OLD.state_version + 1 THEN
    RAISE EXCEPTION 'brandpolicy_next_version: version % follows %, not %', OLD.state_version + 1, OLD.state_version,
      NEW.state_version USING ERRCODE = 'CH001';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER next_governance_brandpolicy BEFORE INSERT OR UPDATE ON governance_brandpolicy FOR EACH ROW
  EXECUTE FUNCTION governance_brandpolicy_next();
