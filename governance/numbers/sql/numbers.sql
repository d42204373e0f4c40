-- How long an answer took, and that it was given: by the statement that gives it, without another round trip.
--
-- Promises: `opened_at` is when whoever has the card open opened it, and stays with the answer; an answer that holds has
-- exactly one row, one that was taken back has one that says when; nobody writes these rows by hand.
CREATE FUNCTION governance_time_hands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status = 'PENDING' THEN
    IF NEW.claimed_by = '' THEN
      NEW.opened_at := NULL;
    ELSIF NEW.claimed_by <> OLD.claimed_by OR OLD.claimed_until <= chimera_now() THEN
      NEW.opened_at := chimera_now();
    ELSE
      NEW.opened_at := OLD.opened_at;
    END IF;
  ELSE
    NEW.opened_at := OLD.opened_at;
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER timed_governance_reviewitem BEFORE UPDATE ON governance_reviewitem
  FOR EACH ROW EXECUTE FUNCTION governance_time_hands();

CREATE POLICY dispatch_governance_reviewanswer ON governance_reviewanswer TO chimera_dispatch
  USING (true) WITH CHECK (true);
GRANT SELECT (id, brand_id, item_id, reviewer, kind, content_hash, undone_at),
   INSERT (brand_id, item_id, reviewer, answer, kind, agent, platform, group_key, content_hash, waited_s, took_ms, first_id, at),
   UPDATE (undone_at) ON governance_reviewanswer TO chimera_dispatch;

CREATE FUNCTION governance_tell_answer() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  v_now timestamptz := chimera_now();
BEGIN
  IF OLD.status = 'PENDING' THEN
    INSERT INTO governance_reviewanswer (brand_id, item_id, reviewer, answer, kind, agent, platform, group_key,
                                         content_hash, waited_s, took_ms, first_id, at)
    VALUES (NEW.brand_id, NEW.id, NEW.decided_by,
            CASE WHEN NEW.status = 'REJECTED' THEN 'rejected' WHEN NEW.edited IS NOT NULL THEN 'edited' ELSE 'approved' END,
            NEW.kind, NEW.agent, NEW.platform, NEW.group_key, NEW.content_hash,
            greatest(0, extract(epoch FROM v_now - NEW.made_at))::integer,
            CASE WHEN OLD.claimed_by = NEW.decided_by
                 THEN least(greatest(0, extract(epoch FROM v_now - OLD.opened_at) * 1000), 2000000000)::integer END,
            (SELECT max(f.id) FROM governance_reviewanswer f
              WHERE f.brand_id = NEW.brand_id AND f.content_hash = NEW.content_hash AND f.reviewer <> NEW.decided_by
                AND f.undone_at IS NULL AND NEW.kind NOT IN ('in_doubt', 'exhausted')
                AND f.kind NOT IN ('in_doubt', 'exhausted')),
            v_now);
  ELSE
    UPDATE governance_reviewanswer a SET undone_at = v_now
     WHERE a.brand_id = NEW.brand_id AND a.item_id = NEW.id AND a.undone_at IS NULL;
  END IF;
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION governance_tell_answer() FROM PUBLIC;
ALTER FUNCTION governance_tell_answer() OWNER TO chimera_dispatch;
SET LOCAL ROLE chimera_dispatch;
GRANT EXECUTE ON FUNCTION governance_tell_answer() TO chimera_owner;
SET LOCAL ROLE chimera_owner;
CREATE TRIGGER told_governance_reviewitem AFTER UPDATE OF status ON governance_reviewitem FOR EACH ROW
  WHEN (OLD.status <> NEW.status AND (NEW.status IN ('APPROVED', 'REJECTED')
        OR (OLD.status IN ('APPROVED', 'REJECTED') AND NEW.status = 'PENDING')))
  EXECUTE FUNCTION governance_tell_answer();
