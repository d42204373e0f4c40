-- Who stops and who starts again is written by the database; spending can be stopped as such.
--
-- Promises, each named in the error's constraint:
--   control_stays_what_it_is                  scope, kind, reason, who imposed it and when never change
--   control_incident_needs_a_second_person    who lifts an incident is another person than who imposed it (where the
--                                             installation asks for two people; settled when it is imposed)
--   hold_waits_while_spending_is_stopped      no money is set aside under a stop on spending, whoever writes the hold

-- "user:ada" at the desk and "cli:ada" in a shell are one person.
CREATE FUNCTION governance_person(p_actor text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT lower(substr(p_actor, position(':' in p_actor) + 1))
$$;

CREATE FUNCTION governance_guard_control() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_actor text := coalesce(current_setting('app.actor', true), '');
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.imposed_by := v_actor;
    NEW.resume_asked_by := ''; NEW.resume_asked_at := NULL; NEW.resume_asked_why := '';
    NEW.lifted_by := ''; NEW.lift_reason := '';
    RETURN NEW;
  END IF;
  IF (NEW.scope, NEW.kind, NEW.reason, NEW.since, NEW.incident, NEW.needs_second, NEW.imposed_by,
      NEW.cause, NEW.until) IS DISTINCT FROM (OLD.scope, OLD.kind, OLD.reason, OLD.since, OLD.incident,
      OLD.needs_second, OLD.imposed_by, OLD.cause, OLD.until) THEN
    RAISE EXCEPTION 'control_stays_what_it_is: control % is a % on % by %', OLD.id, OLD.kind, OLD.scope, OLD.imposed_by
      USING ERRCODE = '23514', CONSTRAINT = 'control_stays_what_it_is';
  END IF;
  NEW.resume_asked_by := OLD.resume_asked_by;
  NEW.resume_asked_at := OLD.resume_asked_at;
  IF NEW.resume_asked_why IS DISTINCT FROM OLD.resume_asked_why THEN
    NEW.resume_asked_by := v_actor;
    NEW.resume_asked_at := chimera_now();
  END IF;
  NEW.lifted_by := CASE WHEN NEW.status = 'LIFTED' AND OLD.status <> 'LIFTED' THEN v_actor ELSE OLD.lifted_by END;
  IF NEW.status = 'LIFTED' AND current_user = 'chimera_dispatch' THEN  -- governance_end_quarantine, which has no text
    NEW.lift_reason := 'The platforms were read and nothing was open.';
  ELSIF NEW.status = 'LIFTED' AND current_user = 'chimera_treasurer' THEN  -- the governor, of its own pauses alone
    NEW.lift_reason := 'The budget that was used up has money again.';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER persons_governance_control BEFORE INSERT OR UPDATE ON governance_control
  FOR EACH ROW EXECUTE FUNCTION governance_guard_control();
ALTER TABLE governance_control ADD CONSTRAINT control_incident_needs_a_second_person
  CHECK (NOT needs_second OR status <> 'LIFTED' OR governance_person(lifted_by) <> governance_person(imposed_by));

-- Lifting the quarantine after a clean pass of `reconcile --open`: this one scope, never an incident.
SET LOCAL ROLE chimera_dispatch;
CREATE OR REPLACE FUNCTION governance_end_quarantine() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  v_count integer;
BEGIN
  UPDATE governance_control SET status = 'LIFTED', state_version = state_version + 1, lifted_at = chimera_now()
   WHERE scope = 'effects' AND status = 'IN_FORCE' AND NOT incident;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END
$$;
SET LOCAL ROLE chimera_owner;

-- Asked in the statement that sets money aside. What costs nothing goes on; a hold that is there already stays.
GRANT SELECT ON governance_control TO chimera_treasurer;
CREATE FUNCTION governance_require_spending() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_control governance_control%ROWTYPE;
BEGIN
  SELECT * INTO v_control FROM governance_control c WHERE c.scope = 'spending' AND c.status = 'IN_FORCE'
   ORDER BY c.since, c.id LIMIT 1;
  IF FOUND AND EXISTS (SELECT 1 FROM fresh f WHERE f.amount_usd_micros > 0) THEN
    RAISE EXCEPTION 'A % on spending is in force since % UTC: %', v_control.kind,
      to_char(v_control.since AT TIME ZONE 'UTC', 'HH24:MI'), v_control.reason
      USING ERRCODE = 'CH007', CONSTRAINT = 'hold_waits_while_spending_is_stopped';
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER spending_governance_hold AFTER INSERT ON governance_hold REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION governance_require_spending();
