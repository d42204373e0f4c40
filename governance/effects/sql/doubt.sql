-- An act outside is never repeated blindly, whoever writes the statement.
--
-- Promises, each named in the error's constraint:
--   effect_is_for_one_act             what is sent, under which key and to which class of platform never changes
--   effect_is_never_repeated_blindly  `sends` rises by one: from INTENDED, or while SENT on a platform of class A that
--                                     still knows the key (24 h since the first send)
--   effect_grant_is_for_one_send      a new grant stands on the effect only together with a new send, and the other way
--   effect_evidence_is_append_only    look-ups are added one by one, stamped here, never changed
--   effect_waits_out_the_call         an absence counts only when the call that it is about can no longer run
--   effect_reopens_with_a_proof       SENT -> INTENDED: class B and three absences since the last send, or the answer of
--                                     that very call, which was the only one of class B or C, that nothing was sent;
--                                     IN_DOUBT -> INTENDED: a human's answer "retry", given after the last send
CREATE FUNCTION governance_guard_sends() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_last jsonb;
  v_count integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.sends := 0; NEW.sent_at := NULL; NEW.first_sent_at := NULL; NEW.absences := 0; NEW.incarnation := 0;
    IF NEW.lookups <> '[]' OR NEW.grant_jti <> '' OR NEW.stage_ids <> '{}' OR NEW.reopened_by <> '' THEN
      RAISE EXCEPTION 'effect_evidence_is_append_only: an effect is born without a past'
        USING ERRCODE = '23514', CONSTRAINT = 'effect_evidence_is_append_only';
    END IF;
    RETURN NEW;
  END IF;

  IF (NEW.subject, NEW.kind, NEW.key, NEW.payload_hash, NEW.platform_class, NEW.task)
     IS DISTINCT FROM (OLD.subject, OLD.kind, OLD.key, OLD.payload_hash, OLD.platform_class, OLD.task) THEN
    RAISE EXCEPTION 'effect_is_for_one_act: effect % is for % and stays so', OLD.id, OLD.subject
      USING ERRCODE = '23514', CONSTRAINT = 'effect_is_for_one_act';
  END IF;

  NEW.absences := OLD.absences;
  IF NEW.lookups IS DISTINCT FROM OLD.lookups THEN
    v_count := jsonb_array_length(OLD.lookups);
    v_last := NEW.lookups -> v_count;
    IF jsonb_array_length(NEW.lookups) <> v_count + 1 OR NEW.lookups - v_count <> OLD.lookups
       OR OLD.status NOT IN ('SENT', 'IN_DOUBT') OR NEW.status <> OLD.status OR NEW.sends <> OLD.sends
       OR v_last ->> 'result' IS NULL OR v_last ->> 'result' NOT IN ('absent', 'found', 'failed', 'not_sent') THEN
      RAISE EXCEPTION 'effect_evidence_is_append_only: one entry at a time, on an effect that was sent'
        USING ERRCODE = '23514', CONSTRAINT = 'effect_evidence_is_append_only';
    END IF;
    IF v_last ->> 'result' = 'absent' THEN
      IF chimera_now() < OLD.sent_at + make_interval(secs => OLD.call_timeout_s) THEN
        RAISE EXCEPTION 'effect_waits_out_the_call: the call of effect % may still run', OLD.id
          USING ERRCODE = '23514', CONSTRAINT = 'effect_waits_out_the_call';
      END IF;
      NEW.absences := OLD.absences + 1;
    END IF;
    v_last := v_last || jsonb_build_object('at', chimera_now(), 'send', OLD.sends);
    NEW.lookups := OLD.lookups || jsonb_build_array(v_last);
  END IF;

  NEW.first_sent_at := OLD.first_sent_at;
  NEW.incarnation := OLD.incarnation;
  IF NEW.sends IS DISTINCT FROM OLD.sends THEN
    IF NEW.sends <> OLD.sends + 1 OR NEW.status <> 'SENT'
       OR NOT (OLD.status = 'INTENDED'
               OR (OLD.status = 'SENT' AND OLD.platform_class = 'A'
                   AND chimera_now() < OLD.first_sent_at + interval '24 hours')) THEN
      RAISE EXCEPTION 'effect_is_never_repeated_blindly: effect % is % on a platform of class % and was sent % times',
        OLD.id, OLD.status, OLD.platform_class, OLD.sends
        USING ERRCODE = '23514', CONSTRAINT = 'effect_is_never_repeated_blindly';
    END IF;
    NEW.sent_at := chimera_now();
    NEW.absences := 0;
    SELECT i.number INTO NEW.incarnation FROM governance_incarnation i;
    IF OLD.status = 'INTENDED' THEN
      NEW.first_sent_at := NEW.sent_at;
      NEW.stage_ids := '{}';
    END IF;
  ELSE
    NEW.sent_at := OLD.sent_at;
  END IF;
  IF (NEW.sends <> OLD.sends) <> (NEW.grant_jti <> OLD.grant_jti)
     OR (NEW.sends = OLD.sends AND OLD.sends > 0 AND NEW.sent_fence <> OLD.sent_fence)
     OR (OLD.status = 'INTENDED' AND NEW.status = 'SENT' AND NEW.sends = OLD.sends) THEN
    RAISE EXCEPTION 'effect_grant_is_for_one_send: a send of effect % needs a new grant, and a grant a send', OLD.id
      USING ERRCODE = '23514', CONSTRAINT = 'effect_grant_is_for_one_send';
  END IF;

  IF NEW.status = 'INTENDED' AND OLD.status <> 'INTENDED' THEN
    v_last := OLD.lookups -> -1;
    IF NOT coalesce(CASE OLD.status
      WHEN 'SENT' THEN OLD.platform_class <> 'A' AND (
           (OLD.platform_class = 'B' AND OLD.absences >= 3)
           OR (v_last ->> 'result' = 'not_sent' AND (v_last ->> 'send')::integer = OLD.sends))
      WHEN 'IN_DOUBT' THEN EXISTS (
           SELECT 1 FROM governance_reviewitem r
            WHERE r.brand_id = OLD.brand_id AND r.subject = OLD.subject AND r.kind = 'in_doubt' AND r.answer = 'retry'
              AND r.status = 'APPROVED' AND r.decided_at >= OLD.sent_at
              AND 'governance.reviewitem:' || r.id = NEW.reopened_by)
      END, false) THEN
      RAISE EXCEPTION 'effect_reopens_with_a_proof: effect % is % (class %) with % absences since its last send',
        OLD.id, OLD.status, OLD.platform_class, OLD.absences
        USING ERRCODE = '23514', CONSTRAINT = 'effect_reopens_with_a_proof';
    END IF;
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER sends_governance_effect BEFORE INSERT OR UPDATE ON governance_effect
  FOR EACH ROW EXECUTE FUNCTION governance_guard_sends();

-- The incarnation only rises.
CREATE FUNCTION governance_guard_incarnation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.number <= OLD.number THEN
    RAISE EXCEPTION 'incarnation_rises: % is not after %', NEW.number, OLD.number
      USING ERRCODE = '23514', CONSTRAINT = 'incarnation_rises';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER rises_governance_incarnation BEFORE UPDATE ON governance_incarnation
  FOR EACH ROW EXECUTE FUNCTION governance_guard_incarnation();
INSERT INTO governance_incarnation (id, number, reason) VALUES (1, 1, 'installed');

-- Promise: true only for the grant id and fencing number that stand on an effect which is SENT, by this incarnation of
-- the installation. A worker that was frozen, or that lived before a restore, holds a grant that counts no more.
GRANT SELECT (incarnation) ON governance_effect TO chimera_dispatch;
GRANT SELECT ON governance_incarnation TO chimera_dispatch;
GRANT UPDATE (status, state_version, lifted_at) ON governance_control TO chimera_dispatch;
SET LOCAL ROLE chimera_dispatch;
CREATE OR REPLACE FUNCTION governance_grant_stands(p_brand bigint, p_key text, p_jti text, p_fence bigint, p_hash text)
RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM governance_effect e
                  WHERE e.brand_id = p_brand AND e.key = p_key AND e.status = 'SENT'
                    AND e.grant_jti = p_jti AND e.sent_fence = p_fence AND e.payload_hash = p_hash
                    AND e.incarnation = (SELECT i.number FROM governance_incarnation i))
$$;
SET LOCAL ROLE chimera_owner;

-- Lifting the quarantine is the application's after a clean pass of `reconcile --open`: this one scope and no other.
CREATE FUNCTION governance_end_quarantine() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  v_count integer;
BEGIN
  UPDATE governance_control SET status = 'LIFTED', state_version = state_version + 1, lifted_at = chimera_now()
   WHERE scope = 'effects' AND status = 'IN_FORCE';
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END
$$;
REVOKE ALL ON FUNCTION governance_end_quarantine() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance_end_quarantine() TO chimera_app, chimera_operator;
ALTER FUNCTION governance_end_quarantine() OWNER TO chimera_dispatch;
