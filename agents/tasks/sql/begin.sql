-- Promise: each wish of [{"agent", "soul", "trend", "cause", "batch", "wish", "relevance", "similarity", "deadline",
-- "scopes", "campaign", "campaign_version", "queue", "reason"}] whose cause is new in this brand becomes a goal with its planning task, due
-- now, both with the versions that they are made with. One call, one transaction of its own unless the caller has one.
-- Returns the ids of the goals that are new.
CREATE FUNCTION agents_goal_begin(p_brand bigint, p_actor text, p_wishes jsonb) RETURNS bigint[] LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_now timestamptz := chimera_now();
  v_policy integer;
  v_goals bigint[];
BEGIN
  PERFORM set_config('app.brand', p_brand::text, true), set_config('app.actor', p_actor, true);
  v_policy := governance_policy_version(p_brand);
  WITH w AS (
    SELECT * FROM jsonb_to_recordset(p_wishes) AS x (agent bigint, soul bigint, trend bigint, cause text, batch text,
             wish text, relevance integer, similarity integer, deadline timestamptz, scopes text[], campaign bigint,
             campaign_version integer, queue text, reason text)
  ), goals AS (
    INSERT INTO agents_goal (brand_id, status, state_version, agent_id, soul_id, trend_id, cause, batch, wish,
                             relevance_bp, similarity_bp, deadline, made_at, campaign_id, campaign_version,
                             policy_version, reason)
    SELECT p_brand, 'PROPOSED', 1, w.agent, w.soul, w.trend, w.cause, coalesce(w.batch, ''), w.wish, w.relevance,
           w.similarity, w.deadline, v_now, w.campaign, w.campaign_version, v_policy,
           coalesce(w.reason, '') FROM w
    ON CONFLICT (brand_id, cause) DO NOTHING
    RETURNING id, agent_id, soul_id, cause, deadline, campaign_id, campaign_version
  ), tasks AS (
    INSERT INTO agents_task (brand_id, status, state_version, queue, scopes, due_at, lease_owner, fence, attempts,
                             attempts_max, priority, note, goal_id, agent_id, soul_id, kind, outward, unmet, feedback,
                             deadline, made_at, campaign_id, campaign_version, policy_version)
    SELECT p_brand, 'READY', 1, coalesce(w.queue, 'think'), w.scopes, v_now, '', 0, 0, 5, 5, '', g.id, g.agent_id, g.soul_id, 'plan',
           false, 0, '[]', g.deadline, v_now, g.campaign_id, g.campaign_version, v_policy
      FROM goals g JOIN w ON w.cause = g.cause
    RETURNING goal_id
  )
  SELECT array_agg(t.goal_id ORDER BY t.goal_id) INTO v_goals FROM tasks t;
  RETURN coalesce(v_goals, '{}');
END
$$;
