-- Retention of the record. Promises, whoever calls:
--   an event is deleted only when it is sealed, under a checkpoint that stands outside of the database, and older than
--   184 days (the law asks for six months of logs), however few the caller names;
--   an event is deleted only while it is what was sealed: an act of retention does not cover up what somebody changed;
--   no event is deleted without an act that names its place, and no act is ever deleted;
--   the leaf of a deleted event stays, so the tree can be made again from what is left.
ALTER TABLE governance_putaway ADD CONSTRAINT putaway_once
  EXCLUDE USING gist (int8range(first_seq, last_seq, '[]') WITH &&);

GRANT SELECT ON governance_sealedevent, governance_checkpoint, governance_anchoring TO chimera_archivist;
GRANT SELECT, INSERT ON governance_putaway TO chimera_archivist;
GRANT SELECT, DELETE ON governance_auditevent TO chimera_archivist;
CREATE POLICY archivist_reads_governance_auditevent ON governance_auditevent FOR SELECT TO chimera_archivist
  USING (true);
-- The act comes first: what no act names is not there for this role to delete, whatever function it runs.
CREATE POLICY archivist_deletes_governance_auditevent ON governance_auditevent FOR DELETE TO chimera_archivist
  USING (subject NOT LIKE 'governance.putaway:%'
         AND EXISTS (SELECT 1 FROM governance_sealedevent s JOIN governance_putaway p
                        ON int8range(p.first_seq, p.last_seq, '[]') @> s.seq WHERE s.event_id = governance_auditevent.id));

-- How far the next act may go: from the first place that is not put away to before the first that has to stay, at most
-- p_count places. No row when there is nothing. CH008 when an event in between is missing: that is no matter of age.
CREATE FUNCTION governance_may_put_away(p_days integer, p_count integer)
RETURNS TABLE (first_seq bigint, last_seq bigint, before timestamptz) LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  v_first bigint := coalesce((SELECT max(p.last_seq) + 1 FROM governance_putaway p), 0);
  v_before timestamptz := chimera_now() - make_interval(days => greatest(p_days, 184));
  v_end bigint := least(v_first + p_count, coalesce((
    SELECT max(c.size) FROM governance_checkpoint c JOIN governance_anchoring a
        ON a.generation = c.generation AND a.size >= c.size), 0));
  v_stay bigint;
  v_lost bigint;
BEGIN
  SELECT min(s.seq) FILTER (WHERE e.at >= v_before), min(s.seq) FILTER (WHERE e.id IS NULL) INTO v_stay, v_lost
    FROM governance_sealedevent s LEFT JOIN governance_auditevent e ON e.id = s.event_id
   WHERE s.seq >= v_first AND s.seq < v_end;
  v_end := coalesce(v_stay, v_end);
  IF v_lost < v_end THEN
    RAISE EXCEPTION 'entry % is missing and was not put away: run verify_audit', v_lost USING ERRCODE = 'CH008';
  END IF;
  IF v_end > v_first THEN
    RETURN QUERY SELECT v_first, v_end - 1, v_before;
  END IF;
END
$$;

-- The leaf of an event, made from its row as governance/audit/entries.py makes it; a test compares the two.
CREATE FUNCTION governance_leaf(p governance_auditevent) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT sha256('\x00'::bytea || convert_to(
    '{"action":' || to_json(p.action) || ',"actor":' || to_json(p.actor)
    || ',"at":"' || to_char(p.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || 'Z","body":' || to_json(p.body)
    || ',"brand":' || coalesce(p.brand_id::text, 'null') || ',"from":' || to_json(p.from_status)
    || ',"id":' || p.id || ',"subject":' || to_json(p.subject) || ',"task":' || to_json(p.task_id)
    || ',"to":' || to_json(p.to_status) || ',"version":' || p.state_version || '}', 'UTF8'))
$$;

-- Promise: exactly the stretch that governance_may_put_away names, in one transaction with its act; returns how many
-- events were deleted. Two at once: the second waits and then finds its stretch taken (putaway_once).
CREATE FUNCTION governance_put_away(p_days integer, p_first bigint, p_last bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_may record;
  v_gone bigint;
  v_changed bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('chimera put away'));
  SELECT * INTO v_may FROM governance_may_put_away(p_days, (p_last - p_first + 1)::integer);
  IF v_may IS NULL OR v_may.first_seq <> p_first OR v_may.last_seq < p_last THEN
    RAISE EXCEPTION 'putaway_once: the entries from % to % are not those whose turn it is', p_first, p_last
      USING ERRCODE = '23P01', CONSTRAINT = 'putaway_once';
  END IF;
  SELECT min(s.seq) INTO v_changed FROM governance_sealedevent s JOIN governance_auditevent e ON e.id = s.event_id
   WHERE s.seq BETWEEN p_first AND p_last AND governance_leaf(e) <> s.leaf;
  IF v_changed IS NOT NULL THEN
    RAISE EXCEPTION 'entry % is not what was sealed: run verify_audit', v_changed USING ERRCODE = 'CH008';
  END IF;
  INSERT INTO governance_putaway (first_seq, last_seq, before) VALUES (p_first, p_last, v_may.before);
  DELETE FROM governance_auditevent e USING governance_sealedevent s
   WHERE s.event_id = e.id AND s.seq BETWEEN p_first AND p_last AND e.subject NOT LIKE 'governance.putaway:%';
  GET DIAGNOSTICS v_gone = ROW_COUNT;
  RETURN v_gone;
END
$$;

REVOKE ALL ON FUNCTION governance_may_put_away(integer, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION governance_put_away(integer, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance_may_put_away(integer, integer) TO chimera_app, chimera_operator, chimera_archivist;
GRANT EXECUTE ON FUNCTION governance_put_away(integer, bigint, bigint) TO chimera_app, chimera_operator;
ALTER FUNCTION governance_may_put_away(integer, integer) OWNER TO chimera_archivist;
ALTER FUNCTION governance_put_away(integer, bigint, bigint) OWNER TO chimera_archivist;
