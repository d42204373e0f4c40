-- Claiming rows of {{table}} over all brands. Installed once per leased table.

-- The dispatcher sees which rows are due and nothing of what is in them.
CREATE POLICY dispatch_{{table}} ON {{table}} TO chimera_dispatch USING (true) WITH CHECK (true);
GRANT SELECT (id, brand_id, queue, stage, scopes, priority, due_at, lease_until, lease_owner, fence, status),
      UPDATE (due_at, lease_until) ON {{table}} TO chimera_dispatch;
CREATE INDEX {{table}}_due ON {{table}} (due_at) WHERE due_at IS NOT NULL;

-- Promise: returns ids of one brand (the one with the most urgent due row) that nobody holds, locked.
CREATE FUNCTION {{table}}_pick(p_queues text[], p_stages text[], p_count integer)
RETURNS TABLE (id bigint, brand_id bigint) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_brand bigint;
BEGIN
  SELECT t.brand_id INTO v_brand FROM {{table}} t
   WHERE t.due_at <= chimera_now() AND t.queue = ANY (p_queues) AND t.stage = ANY (p_stages)
     AND NOT EXISTS (SELECT 1 FROM governance_control c WHERE c.status = 'IN_FORCE' AND c.scope = ANY (t.scopes))
   ORDER BY t.priority, t.due_at LIMIT 1 FOR UPDATE OF t SKIP LOCKED;
  IF NOT FOUND THEN RETURN; END IF;
  RETURN QUERY
    SELECT t.id, t.brand_id FROM {{table}} t
     WHERE t.due_at <= chimera_now() AND t.queue = ANY (p_queues) AND t.stage = ANY (p_stages) AND t.brand_id = v_brand
       AND NOT EXISTS (SELECT 1 FROM governance_control c WHERE c.status = 'IN_FORCE' AND c.scope = ANY (t.scopes))
     ORDER BY t.priority, t.due_at LIMIT p_count FOR UPDATE OF t SKIP LOCKED;
END
$$;
REVOKE ALL ON FUNCTION {{table}}_pick(text[], text[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {{table}}_pick(text[], text[], integer) TO chimera_app, chimera_operator;
ALTER FUNCTION {{table}}_pick(text[], text[], integer) OWNER TO chimera_dispatch;

-- Promise: one call is one transaction; each returned row is leased to p_owner under a new fencing number, and the
-- claim is in governance_attempt. A claim changes no status.
CREATE FUNCTION {{table}}_claim(p_queues text[], p_stages text[], p_count integer, p_owner text, p_lease interval)
RETURNS TABLE (id bigint, brand_id bigint, stage text, fence bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_ids bigint[];
  v_brand bigint;
BEGIN
  SELECT array_agg(p.id), min(p.brand_id) INTO v_ids, v_brand FROM {{table}}_pick(p_queues, p_stages, p_count) p;
  IF v_ids IS NULL THEN RETURN; END IF;
  PERFORM set_config('app.brand', v_brand::text, true), set_config('app.actor', p_owner, true);
  RETURN QUERY
    WITH claimed AS (
      UPDATE {{table}} t SET fence = t.fence + 1, attempts = t.attempts + 1, lease_owner = p_owner,
             lease_until = chimera_now() + p_lease, due_at = chimera_now() + p_lease
       WHERE t.id = ANY (v_ids) AND t.due_at <= chimera_now()
      RETURNING t.id, t.brand_id, t.stage, t.fence
    ), noted AS (
      INSERT INTO governance_attempt (brand_id, subject, fence, stage, owner, outcome)
      SELECT c.brand_id, '{{subject}}:' || c.id, c.fence, c.stage, p_owner, '' FROM claimed c
    )
    SELECT c.id, c.brand_id, c.stage::text, c.fence FROM claimed c;
END
$$;

-- Promise: extends the leases that are still held under these fencing numbers; ids that do not come back are lost.
CREATE FUNCTION {{table}}_renew(p_ids bigint[], p_fences bigint[], p_lease interval)
RETURNS SETOF bigint LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE {{table}} t SET lease_until = chimera_now() + p_lease, due_at = chimera_now() + p_lease
    FROM unnest(p_ids, p_fences) AS held (id, fence)
   WHERE t.id = held.id AND t.fence = held.fence AND t.lease_until IS NOT NULL
  RETURNING t.id
$$;
REVOKE ALL ON FUNCTION {{table}}_renew(bigint[], bigint[], interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {{table}}_renew(bigint[], bigint[], interval) TO chimera_app;
ALTER FUNCTION {{table}}_renew(bigint[], bigint[], interval) OWNER TO chimera_dispatch;

-- Which queues hold rows that have been due for longer than p_late: what the sweeper asks.
CREATE FUNCTION {{table}}_waiting(p_late interval)
RETURNS TABLE (queue text, stage text, rows bigint) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT t.queue::text, t.stage::text, count(*) FROM {{table}} t
   WHERE t.due_at <= chimera_now() - p_late
     AND NOT EXISTS (SELECT 1 FROM governance_control c WHERE c.status = 'IN_FORCE' AND c.scope = ANY (t.scopes))
   GROUP BY 1, 2
$$;
REVOKE ALL ON FUNCTION {{table}}_waiting(interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {{table}}_waiting(interval) TO chimera_app, chimera_operator;
ALTER FUNCTION {{table}}_waiting(interval) OWNER TO chimera_dispatch;
