-- What many hands on one queue may do to a card, whoever writes the statement.
--
-- Promises, each named in the error's constraint:
--   review_asks_one_thing               what a card is about and the content that it shows never change
--   review_claim_is_in_ones_own_name    nobody claims or renews for somebody else
--   review_is_claimed_by_another        while somebody's claim lives nobody else claims the card or answers it
--   review_late_is_not_answered         after its deadline a card can only expire
--   review_yes_covers_its_content       a yes is for the content of the card, or for exactly what was made of it
--   review_undo_is_in_time              an answer is taken back before it is final and before anybody used it, or never
--   review_undo_is_ones_own             by whoever gave it
--   review_is_used_when_final           nobody acts on an answer that can still be taken back
--   review_is_used_once                 what was used stays used
--   review_answer_stays                 an answer is not changed: it is taken back, and another one is given
CREATE FUNCTION governance_refuse_review(p_promise text, p_id bigint, p_said text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%: review % %', p_promise, p_id, p_said USING ERRCODE = '23514', CONSTRAINT = p_promise;
END
$$;

CREATE FUNCTION governance_guard_hands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_actor text := coalesce(current_setting('app.actor', true), '');
  v_now timestamptz := chimera_now();
  v_taken boolean;
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.urgent_at := coalesce(NEW.urgent_at, NEW.deadline);
    RETURN NEW;
  END IF;

  v_taken := OLD.claimed_by NOT IN ('', v_actor) AND OLD.claimed_until > v_now;
  IF NEW.claimed_by <> '' AND (NEW.claimed_by, NEW.claimed_until) IS DISTINCT FROM (OLD.claimed_by, OLD.claimed_until) THEN
    IF NEW.claimed_by <> v_actor THEN
      PERFORM governance_refuse_review('review_claim_is_in_ones_own_name', OLD.id, 'cannot be claimed for somebody else');
    ELSIF v_taken THEN
      PERFORM governance_refuse_review('review_is_claimed_by_another', OLD.id, 'is in the hands of ' || OLD.claimed_by);
    END IF;
  END IF;

  IF NEW.consumed_at IS DISTINCT FROM OLD.consumed_at THEN
    IF OLD.consumed_at IS NOT NULL THEN
      PERFORM governance_refuse_review('review_is_used_once', OLD.id, 'was used before');
    ELSIF NEW.status IN ('APPROVED', 'REJECTED') AND NEW.final_at > v_now THEN
      PERFORM governance_refuse_review('review_is_used_when_final', OLD.id, 'can still be taken back');
    END IF;
  END IF;

  IF OLD.status IN ('APPROVED', 'REJECTED') THEN
    IF NEW.status <> OLD.status THEN
      IF OLD.consumed_at IS NOT NULL OR OLD.final_at <= v_now THEN
        PERFORM governance_refuse_review('review_undo_is_in_time', OLD.id, 'is final');
      ELSIF NEW.status = 'PENDING' AND OLD.decided_by <> v_actor THEN
        PERFORM governance_refuse_review('review_undo_is_ones_own', OLD.id, 'was answered by ' || OLD.decided_by);
      END IF;
    ELSIF (NEW.decided_by, NEW.decided_at, NEW.final_at, NEW.approved_hash, NEW.edited, NEW.reason_code, NEW.answer)
          IS DISTINCT FROM
          (OLD.decided_by, OLD.decided_at, OLD.final_at, OLD.approved_hash, OLD.edited, OLD.reason_code, OLD.answer) THEN
      PERFORM governance_refuse_review('review_answer_stays', OLD.id, 'is answered');
    END IF;
  ELSIF OLD.status = 'PENDING' AND NEW.status IN ('APPROVED', 'REJECTED') THEN
    IF v_taken THEN
      PERFORM governance_refuse_review('review_is_claimed_by_another', OLD.id, 'is in the hands of ' || OLD.claimed_by);
    ELSIF OLD.deadline <= v_now THEN
      PERFORM governance_refuse_review('review_late_is_not_answered', OLD.id, 'was due before');
    END IF;
    NEW.decided_at := coalesce(NEW.decided_at, v_now);
    NEW.final_at := greatest(NEW.final_at, NEW.decided_at);
    IF NEW.status = 'APPROVED' THEN
      IF NEW.approved_hash = '' THEN NEW.approved_hash := coalesce(NEW.edited ->> 'content_hash', NEW.content_hash); END IF;
      IF NEW.approved_hash <> coalesce(NEW.edited ->> 'content_hash', NEW.content_hash) THEN
        PERFORM governance_refuse_review('review_yes_covers_its_content', OLD.id, 'shows other content');
      END IF;
    END IF;
  END IF;

  IF NEW.status <> 'PENDING' AND OLD.status = 'PENDING' THEN
    -- Nobody holds a card that is no question any more.
    NEW.claimed_by := ''; NEW.claimed_until := NULL;
    NEW.held_by := ''; NEW.held_until := NULL; NEW.hold_reason := '';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER hands_governance_reviewitem BEFORE INSERT OR UPDATE ON governance_reviewitem
  FOR EACH ROW EXECUTE FUNCTION governance_guard_hands();

CREATE FUNCTION governance_guard_question() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.subject, NEW.task, NEW.content_hash, NEW.snapshot) IS DISTINCT FROM
     (OLD.subject, OLD.task, OLD.content_hash, OLD.snapshot) THEN
    PERFORM governance_refuse_review('review_asks_one_thing', OLD.id, 'is about ' || OLD.subject || ' and stays so');
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER asks_governance_reviewitem BEFORE UPDATE OF subject, task, content_hash, snapshot ON governance_reviewitem
  FOR EACH ROW EXECUTE FUNCTION governance_guard_question();

-- An answer is shown to whoever acts on it once it is final.
GRANT SELECT (final_at, approved_hash) ON governance_reviewitem TO chimera_dispatch;
SET LOCAL ROLE chimera_dispatch;
CREATE OR REPLACE FUNCTION governance_answered_reviews(p_prefix text, p_count integer)
RETURNS TABLE (id bigint, brand_id bigint, about text) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT r.id, r.brand_id, r.subject::text FROM governance_reviewitem r
   WHERE r.consumed_at IS NULL AND r.status IN ('APPROVED', 'REJECTED', 'EXPIRED') AND starts_with(r.subject, p_prefix)
     AND (r.final_at IS NULL OR r.final_at <= chimera_now())
   ORDER BY r.decided_at LIMIT p_count
$$;

-- Promise, as in grants/sql/keys.sql: true when the yes that a grant names covers exactly this content. What a reviewer
-- edited goes out under the hash of the edited content.
CREATE OR REPLACE FUNCTION governance_grant_is_approved(p_brand bigint, p_approval text, p_hash text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT p_approval = 'judge' OR EXISTS (
    SELECT 1 FROM governance_reviewitem r
     WHERE r.id = substring(p_approval FROM '^governance\.reviewitem:([0-9]{1,18})$')::bigint
       AND r.brand_id = p_brand AND r.status = 'APPROVED' AND r.approved_hash = p_hash)
$$;
SET LOCAL ROLE chimera_owner;
