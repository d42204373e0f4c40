-- Claiming rows of {{table}} over all brands, brand after brand. Replaces the functions of claim.sql (docs/adr/0015).

DROP FUNCTION {{table}}_claim(text[], text[], integer, text, interval);
DROP FUNCTION {{table}}_pick(text[], text[], integer);
DROP INDEX {{table}}_due;
-- One partial index serves ready, delayed and leased rows, and leads from brand to brand without reading what lies
-- between. The stage is not in it: a row that goes on to its next stage in the same hands touches no index at all.
CREATE INDEX {{table}}_turn ON {{table}} (queue, priority, brand_id, due_at) WHERE due_at IS NOT NULL;
ALTER TABLE {{table}} SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

-- Promise: ids of rows of one queue, stage, priority and brand that are due, that nobody holds and no control stops,
-- locked. The most urgent priority first; within it the next brand after p_after, and round again: a flood of one brand
-- makes another wait for one batch at most.
CREATE FUNCTION {{table}}_pick(p_queues text[], p_stages text[], p_count integer, p_after bigint)
RETURNS TABLE (id bigint, brand_id bigint) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
#variable_conflict use_column
DECLARE
  v_stopped text[] := coalesce((SELECT array_agg(c.scope::text) FROM governance_control c WHERE c.status = 'IN_FORCE'), '{}');
  v_now timestamptz := chimera_now();
  v_queue text;
  v_stage text;
  v_priority smallint;
  v_brand bigint;
BEGIN
  IF 'fleet' = ANY (v_stopped) THEN RETURN; END IF;
  FOREACH v_queue IN ARRAY p_queues LOOP
    v_priority := -32768;
    LOOP
      SELECT t.priority INTO v_priority FROM {{table}} t
       WHERE t.queue = v_queue AND t.priority > v_priority AND t.due_at <= v_now AND t.stage = ANY (p_stages)
       ORDER BY t.priority LIMIT 1;
      EXIT WHEN NOT FOUND;
      SELECT t.brand_id, t.stage INTO v_brand, v_stage FROM {{table}} t
       WHERE t.queue = v_queue AND t.priority = v_priority AND t.brand_id > p_after
         AND t.due_at <= v_now AND t.stage = ANY (p_stages) AND NOT (t.scopes::text[] && v_stopped)
       ORDER BY t.brand_id, t.due_at LIMIT 1 FOR UPDATE OF t SKIP LOCKED;
      IF NOT FOUND THEN
        SELECT t.brand_id, t.stage INTO v_brand, v_stage FROM {{table}} t
         WHERE t.queue = v_queue AND t.priority = v_priority AND t.brand_id <= p_after
           AND t.due_at <= v_now AND t.stage = ANY (p_stages) AND NOT (t.scopes::text[] && v_stopped)
         ORDER BY t.brand_id, t.due_at LIMIT 1 FOR UPDATE OF t SKIP LOCKED;
      END IF;
      CONTINUE WHEN NOT FOUND;  -- all of this priority is held or stopped: the next one
      RETURN QUERY
        SELECT t.id, t.brand_id FROM {{table}} t
         WHERE t.queue = v_queue AND t.priority = v_priority AND t.brand_id = v_brand
           AND t.due_at <= v_now AND t.stage = v_stage AND NOT (t.scopes::text[] && v_stopped)
         ORDER BY t.due_at LIMIT p_count FOR UPDATE OF t SKIP LOCKED;
      RETURN;
    END LOOP;
  END LOOP;
END
$$;
REVOKE ALL ON FUNCTION {{table}}_pick(text[], text[], integer, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {{table}}_pick(text[], text[], integer, bigint) TO chimera_app, chimera_operator;
ALTER FUNCTION {{table}}_pick(text[], text[], integer, bigint) OWNER TO chimera_dispatch;

-- Promise: one call is one transaction; each returned row is leased to p_owner under a new fencing number, and the
-- claim is in governance_attempt. A claim changes no status.
CREATE FUNCTION {{table}}_claim(
  p_queues text[], p_stages text[], p_count integer, p_owner text, p_lease interval, p_after bigint
) RETURNS TABLE (id bigint, brand_id bigint, stage text, fence bigint) LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
  v_ids bigint[];
  v_brand bigint;
  v_now timestamptz;
BEGIN
  SELECT array_agg(p.id), min(p.brand_id) INTO v_ids, v_brand FROM {{table}}_pick(p_queues, p_stages, p_count, p_after) p;
  IF v_ids IS NULL THEN RETURN; END IF;
  PERFORM set_config('app.brand', v_brand::text, true), set_config('app.actor', p_owner, true);
  v_now := chimera_now();
  RETURN QUERY
    WITH claimed AS (
      UPDATE {{table}} t SET fence = t.fence + 1, attempts = t.attempts + 1, lease_owner = p_owner,
             lease_until = v_now + p_lease, due_at = v_now + p_lease
       WHERE t.id = ANY (v_ids) AND t.due_at <= v_now
      RETURNING t.id, t.brand_id, t.stage, t.fence
    ), noted AS (
      INSERT INTO governance_attempt (brand_id, subject, fence, stage, owner, outcome, claimed_at)
      SELECT c.brand_id, '{{subject}}:' || c.id, c.fence, c.stage, p_owner, '', v_now FROM claimed c
    )
    SELECT c.id, c.brand_id, c.stage::text, c.fence FROM claimed c;
END
$$;

-- Promise: extends the leases that are still held under these fencing numbers, and never makes one shorter (a lease that
-- was extended for a long call stays so); ids that do not come back are lost.
DROP FUNCTION {{table}}_renew(bigint[], bigint[], interval);
CREATE FUNCTION {{table}}_renew(p_ids bigint[], p_fences bigint[], p_lease interval)
RETURNS SETOF bigint LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE {{table}} t SET lease_until = greatest(t.lease_until, chimera_now() + p_lease),
         due_at = greatest(t.lease_until, chimera_now() + p_lease)
    FROM unnest(p_ids, p_fences) AS held (id, fence)
   WHERE t.id = held.id AND t.fence = held.fence AND t.lease_until IS NOT NULL
  RETURNING t.id
$$;
REVOKE ALL ON FUNCTION {{table}}_renew(bigint[], bigint[], interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {{table}}_renew(bigint[], bigint[], interval) TO chimera_app;
ALTER FUNCTION {{table}}_renew(bigint[], bigint[], interval) OWNER TO chimera_dispatch;
