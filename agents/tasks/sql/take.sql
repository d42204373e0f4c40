-- Taking tasks: the claim, and in the same call everything that a stage needs of them.

-- Promise: the rows of agents_task_claim, each with its agent, goal, plan and what it hangs on. `upstream` is
-- {kind: {"id": artifact, "payload": ...}} with the newest artifact of every task that this one depends on, directly or
-- not; `made` is its own newest artifact for the stages judge and commit; `approval` the used review whose yes covers it;
-- `bounds` the strictest thresholds of its scopes and kind for the stage judge, {act above, retry below}, as they are now;
-- `stale` whether it is made with a version of persona, campaign or policies that counts no longer.
CREATE FUNCTION agents_task_take(
  p_queue text, p_stages text[], p_count integer, p_owner text, p_lease interval, p_after bigint
) RETURNS TABLE (
  id bigint, brand_id bigint, stage text, fence bigint, kind text, outward boolean, attempts integer,
  attempts_max integer, late boolean, scopes text[], note text, feedback jsonb, goal_id bigint, plan_id bigint,
  agent_id bigint, soul_id bigint, handle text, agent_name text, rung text, cause text, wish text, trend_title text,
  estimate_usd_micros bigint, retries integer, upstream jsonb, made jsonb, approval text,
  bounds integer[], stale boolean, params jsonb
) LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
  v_ids bigint[];
  v_brand bigint;
  v_now timestamptz;
  v_policy integer;
BEGIN
  SELECT array_agg(c.id), min(c.brand_id) INTO v_ids, v_brand
    FROM agents_task_claim(ARRAY[p_queue], p_stages, p_count, p_owner, p_lease, p_after) c;
  IF v_ids IS NULL THEN RETURN; END IF;
  v_now := chimera_now();
  v_policy := governance_policy_version(v_brand);
  RETURN QUERY
    SELECT t.id, t.brand_id, t.stage::text, t.fence, t.kind::text, t.outward, t.attempts, t.attempts_max,
           t.deadline <= v_now, t.scopes::text[], t.note, t.feedback, t.goal_id, t.plan_id, t.agent_id, t.soul_id,
           a.handle::text, a.name::text, a.status::text, g.cause::text, g.wish, coalesce(r.title, g.wish)::text,
           coalesce(p.estimate_usd_micros, 0), coalesce(p.retries, 0),
           CASE WHEN t.plan_id IS NULL THEN NULL ELSE agents_task_upstream(t.brand_id, t.id) END,
           CASE WHEN t.stage IN ('judge', 'commit') THEN
             (SELECT jsonb_build_object('id', f.id, 'payload', f.payload, 'content_hash', f.content_hash,
                                        'confidence_bp', f.confidence_bp)
                FROM agents_artifact f WHERE f.brand_id = t.brand_id AND f.task_id = t.id ORDER BY f.fence DESC LIMIT 1)
           END,
           CASE WHEN t.stage = 'commit' THEN
             (SELECT 'governance.reviewitem:' || i.id FROM (SELECT 'agents.task:' || t.id AS subject OFFSET 0) named
                JOIN governance_reviewitem i ON i.brand_id = t.brand_id AND i.subject = named.subject
                JOIN agents_artifact f ON f.brand_id = i.brand_id AND f.content_hash = i.approved_hash AND f.task_id = t.id
               WHERE i.status = 'APPROVED' AND i.consumed_at IS NOT NULL
               ORDER BY f.fence DESC, i.id DESC LIMIT 1)
           END,
           CASE WHEN t.stage = 'judge' THEN
             (SELECT ARRAY[max(x.act_above_bp), max(x.retry_below_bp)] FROM governance_threshold x
               WHERE x.brand_id = t.brand_id AND x.status = 'IN_FORCE' AND x.scope = ANY (t.scopes)
                 AND x.kind IN ('', t.kind))
           END,
           NOT t.keeps_versions AND (a.soul_id <> t.soul_id OR t.policy_version <> v_policy
              OR (t.campaign_id IS NOT NULL AND NOT EXISTS (
                   SELECT 1 FROM agents_campaign c WHERE c.brand_id = t.brand_id AND c.id = t.campaign_id
                      AND c.version = t.campaign_version AND c.status IN ('ACTIVE', 'PAUSED')))),
           t.params
      FROM agents_task t
      JOIN agents_goal g ON g.brand_id = t.brand_id AND g.id = t.goal_id
      JOIN agents_agent a ON a.brand_id = t.brand_id AND a.id = t.agent_id
      LEFT JOIN agents_plan p ON p.brand_id = t.brand_id AND p.id = t.plan_id
      LEFT JOIN publishing_trend r ON r.brand_id = t.brand_id AND r.id = g.trend_id
     WHERE t.brand_id = v_brand AND t.id = ANY (v_ids)
     ORDER BY t.id;
END
$$;

-- The newest artifact of every task that this one hangs on, by kind; NULL when it hangs on nothing.
CREATE FUNCTION agents_task_upstream(p_brand bigint, p_task bigint) RETURNS jsonb LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  v_above bigint[];
BEGIN
  WITH RECURSIVE above (id) AS (
    SELECT d.predecessor_id FROM agents_dependency d WHERE d.brand_id = p_brand AND d.successor_id = p_task
    UNION
    SELECT d.predecessor_id FROM above u
      JOIN agents_dependency d ON d.brand_id = p_brand AND d.successor_id = u.id
  )
  SELECT array_agg(a.id) INTO v_above FROM above a;
  IF v_above IS NULL THEN RETURN NULL; END IF;
  RETURN (
    SELECT jsonb_object_agg(t.kind, jsonb_build_object('id', f.id, 'payload', f.payload,
                                                       'confidence_bp', f.confidence_bp) ORDER BY t.id)
      FROM agents_task t
      CROSS JOIN LATERAL (SELECT a.id, a.payload, a.confidence_bp FROM agents_artifact a
                           WHERE a.brand_id = t.brand_id AND a.task_id = t.id ORDER BY a.fence DESC LIMIT 1) f
     WHERE t.brand_id = p_brand AND t.id = ANY (v_above));
END
$$;
