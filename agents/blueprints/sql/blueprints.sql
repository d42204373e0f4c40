-- A plan that waits for a look has no row in agents_plan and no task: there is nothing that a claim could find.

-- Promise: the steps of a blueprint change only while it is held, each change under the next state_version, counted,
-- and kept with what was before, whoever makes it. What it is about never changes, and it is never deleted.
CREATE FUNCTION agents_blueprint_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.goal_number, NEW.planning_number, NEW.deadline, NEW.made_at)
     IS DISTINCT FROM (OLD.goal_number, OLD.planning_number, OLD.deadline, OLD.made_at) THEN
    RAISE EXCEPTION 'blueprint % stays with its goal and its deadline', OLD.id USING ERRCODE = 'CH001';
  END IF;
  NEW.revision := OLD.revision;
  IF (NEW.steps, NEW.estimate_usd_micros) IS NOT DISTINCT FROM (OLD.steps, OLD.estimate_usd_micros) THEN
    RETURN NEW;
  END IF;
  IF OLD.status <> 'HELD' OR NEW.status <> 'HELD' THEN
    RAISE EXCEPTION 'blueprint % is % and is not edited any more', OLD.id, OLD.status USING ERRCODE = 'CH001';
  END IF;
  IF NEW.state_version <> OLD.state_version + 1 THEN
    RAISE EXCEPTION 'blueprint % is edited without the next state_version', OLD.id USING ERRCODE = 'CH001';
  END IF;
  NEW.revision := OLD.revision + 1;
  INSERT INTO agents_revision (brand_id, blueprint_id, number, before, after, before_hash, after_hash, estimate_before,
                               estimate_after, by, reason, at)
  VALUES (NEW.brand_id, NEW.id, NEW.revision, OLD.steps, NEW.steps,
          encode(sha256(convert_to(OLD.steps::text, 'UTF8')), 'hex'),
          encode(sha256(convert_to(NEW.steps::text, 'UTF8')), 'hex'), OLD.estimate_usd_micros, NEW.estimate_usd_micros,
          coalesce(current_setting('app.actor', true), ''), NEW.reason, chimera_now());
  RETURN NEW;
END
$$;
CREATE TRIGGER keep_agents_blueprint BEFORE UPDATE ON agents_blueprint FOR EACH ROW
EXECUTE FUNCTION agents_blueprint_keep();
CREATE TRIGGER keep_agents_blueprint_row BEFORE DELETE ON agents_blueprint FOR EACH ROW
EXECUTE FUNCTION chimera_refuse_change();
CREATE TRIGGER keep_agents_blueprint_all BEFORE TRUNCATE ON agents_blueprint FOR EACH STATEMENT
EXECUTE FUNCTION chimera_refuse_change();

-- Promise: a plan is laid out, and with it its tasks, only while nobody holds it. The goal is locked before anybody
-- looks, so that of two who hold it and lay it out at once one sees the other.
CREATE FUNCTION agents_plan_not_held() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  PERFORM 1 FROM agents_goal g WHERE g.brand_id = NEW.brand_id AND g.id = NEW.goal_id FOR UPDATE;
  IF EXISTS (SELECT 1 FROM agents_blueprint b
              WHERE b.brand_id = NEW.brand_id AND b.goal_number = NEW.goal_id AND b.status = 'HELD') THEN
    RAISE EXCEPTION 'the plan of goal % is held: it has no tasks before it is started', NEW.goal_id
      USING ERRCODE = 'CH001';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER held_agents_plan BEFORE INSERT ON agents_plan FOR EACH ROW EXECUTE FUNCTION agents_plan_not_held();

CREATE FUNCTION agents_blueprint_first() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_status text;
BEGIN
  SELECT g.status INTO v_status FROM agents_goal g
   WHERE g.brand_id = NEW.brand_id AND g.id = NEW.goal_number FOR UPDATE;
  IF v_status <> 'PROPOSED' OR EXISTS (SELECT 1 FROM agents_plan p
                                        WHERE p.brand_id = NEW.brand_id AND p.goal_id = NEW.goal_number) THEN
    RAISE EXCEPTION 'goal % waits for no plan; there is nothing to hold', NEW.goal_number USING ERRCODE = 'CH001';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER first_agents_blueprint BEFORE INSERT ON agents_blueprint FOR EACH ROW
EXECUTE FUNCTION agents_blueprint_first();

-- Promise: a goal that ends before it is set going takes its held plan with it.
CREATE FUNCTION agents_goal_drops_blueprint() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  UPDATE agents_blueprint b SET status = 'DROPPED', state_version = b.state_version + 1
   WHERE b.brand_id = NEW.brand_id AND b.goal_number = NEW.id AND b.status = 'HELD';
  RETURN NULL;
END
$$;
CREATE TRIGGER drop_agents_blueprint AFTER UPDATE OF status ON agents_goal FOR EACH ROW
WHEN (OLD.status = 'PROPOSED' AND NEW.status IN ('FAILED', 'CANCELLED')) EXECUTE FUNCTION agents_goal_drops_blueprint();
