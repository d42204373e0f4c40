-- What a making promises beyond its own row. GEN-7, GOV-1.
--
-- Promises, each named in the error's constraint:
--   making_stays_what_it_is    who it is for, what was asked for, by whom and at which item is written once; a maker's
--                              name for its task changes only with a new beginning; it is begun once more only from ASKED
--   making_money_follows       at the end of a transaction in which the status changed: what is begun, runs or is in
--                              doubt has its own money set aside, and nothing else has any set aside
CREATE FUNCTION publishing_guard_making() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.key, NEW.about, NEW.maker, NEW.vendor, NEW.kind, NEW.model, NEW.request, NEW.request_hash, NEW.item, NEW.count,
      NEW.asked_at)
     IS DISTINCT FROM
     (OLD.key, OLD.about, OLD.maker, OLD.vendor, OLD.kind, OLD.model, OLD.request, OLD.request_hash, OLD.item, OLD.count,
      OLD.asked_at)
     OR (NEW.task_name IS DISTINCT FROM OLD.task_name AND OLD.task_name <> ''
         AND NOT (OLD.status = 'RUNNING' AND NEW.status = 'ASKED'))
     OR NEW.begins <> OLD.begins + (OLD.status = 'ASKED' AND NEW.status = 'BEGUN')::integer THEN
    RAISE EXCEPTION 'making_stays_what_it_is: making % is what it was asked to be', OLD.id
      USING ERRCODE = '23514', CONSTRAINT = 'making_stays_what_it_is';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER stays_publishing_making BEFORE UPDATE ON publishing_making
  FOR EACH ROW EXECUTE FUNCTION publishing_guard_making();

CREATE FUNCTION publishing_making_money() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_now publishing_making%ROWTYPE;
  v_held boolean;
BEGIN
  -- As the row is at the end: what moved twice in one transaction is looked at as it was left.
  SELECT * INTO v_now FROM publishing_making m WHERE m.id = NEW.id AND m.brand_id = NEW.brand_id;
  IF NOT FOUND THEN RETURN NULL; END IF;
  v_held := EXISTS (SELECT 1 FROM governance_hold h
                     WHERE h.brand_id = v_now.brand_id AND h.key = 'making:' || v_now.id || ':' || v_now.begins
                       AND h.status = 'HELD');
  IF v_held IS DISTINCT FROM (v_now.status IN ('BEGUN', 'RUNNING', 'IN_DOUBT')) THEN
    RAISE EXCEPTION 'making_money_follows: making % is %, and that its money is set aside is %', v_now.id, v_now.status,
      v_held
      USING ERRCODE = '23514', CONSTRAINT = 'making_money_follows';
  END IF;
  RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER money_publishing_making AFTER INSERT OR UPDATE OF status ON publishing_making
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION publishing_making_money();

-- Bytes that a making made, or is made from, are not collected (media/sql/assets.sql asks).
CREATE POLICY archivist_publishing_making ON publishing_making FOR SELECT TO chimera_archivist
  USING (brand_id = NULLIF(current_setting('app.brand', true), '')::bigint);
GRANT SELECT ON publishing_making TO chimera_archivist;
