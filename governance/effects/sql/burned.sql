-- The guard of doubt.sql with one more proof; everything else is as it was there.
--
--   effect_reopens_with_a_proof  SENT -> INTENDED also when the grant of the last send was burned: no connector used it
--                                and none can. On class A only when that send was the only one since it was opened: an
--                                earlier one, under the same key, may be what is live.
CREATE OR REPLACE FUNCTION governance_guard_sends() RETURNS trigger LANGUAGE plpgsql AS $$
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
      WHEN 'SENT' THEN
           (OLD.platform_class = 'B' AND OLD.absences >= 3)
           OR (OLD.platform_class <> 'A'
               AND v_last ->> 'result' = 'not_sent' AND (v_last ->> 'send')::integer = OLD.sends)
           OR (NEW.reopened_by = 'grant burned' AND governance_grant_is_burned(OLD.grant_jti)
               AND (OLD.platform_class <> 'A' OR OLD.sent_at = OLD.first_sent_at))
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
