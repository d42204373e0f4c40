-- Finishing stages as a set: one call, one transaction, for rows of one brand (docs/adr/0014). Everything hangs off the
-- fenced UPDATE: ids that do not come back were taken over, and nothing of their attempt is kept.
-- Under row-level security an index serves a comparison of plain columns only: what is put together is put together
-- first (`ended`), else every claim of the brand would be read.
-- p_carry: rows that the same worker goes on with stay leased as they are; else they are due for anybody.
-- What was made with a version of persona, campaign or policies that counts no longer drops out like what was taken over
-- (docs/adr/0024): the condition stands in the UPDATE itself, and the caller finds out which of the two it was.

-- Upstream is done: successors with nothing left unmet become READY. Locked in id order. Returns the queues to wake.
CREATE FUNCTION agents_task_release(p_brand bigint, p_done bigint[]) RETURNS text[] LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  v_queues text[];
  v_now timestamptz := chimera_now();
BEGIN
  WITH met AS (
    SELECT d.successor_id AS id, count(*)::integer AS n FROM agents_dependency d
     WHERE d.brand_id = p_brand AND d.predecessor_id = ANY (p_done) GROUP BY d.successor_id
  ), waiting AS (
    SELECT t.id, m.n FROM met m JOIN agents_task t ON t.brand_id = p_brand AND t.id = m.id
     WHERE t.status = 'BLOCKED' ORDER BY t.id FOR UPDATE OF t
  ), released AS (
    UPDATE agents_task t
       SET unmet = t.unmet - w.n,
           status = CASE WHEN t.unmet = w.n THEN 'READY' ELSE t.status END,
           state_version = t.state_version + CASE WHEN t.unmet = w.n THEN 1 ELSE 0 END,
           due_at = CASE WHEN t.unmet = w.n THEN v_now END
      FROM waiting w WHERE t.id = w.id AND t.status = 'BLOCKED'
    RETURNING t.queue::text AS queue, t.status
  )
  SELECT array_agg(DISTINCT r.queue) FILTER (WHERE r.status = 'READY') INTO v_queues FROM released r;
  RETURN v_queues;
END
$$;

-- Promise: READY -> JUDGING (outward) or DONE (inward) for every row of
-- [{"id", "fence", "payload", "hash", "confidence", "inputs", "cost", "held"}] that is still held under its fencing
-- number, with its artifact, its money settled, its successors released. Returns those rows; `wake` names queues.
CREATE FUNCTION agents_task_proposed(p_brand bigint, p_actor text, p_carry boolean, p_rows jsonb)
RETURNS TABLE (id bigint, artifact_id bigint, wake text[]) LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
  v_now timestamptz := chimera_now();
  v_policy integer;
  v_kept bigint[];
  v_done bigint[];
  v_artifacts jsonb;
  v_paid jsonb;
  v_wake text[];
BEGIN
  PERFORM set_config('app.brand', p_brand::text, true), set_config('app.actor', p_actor, true);
  v_policy := governance_policy_version(p_brand);
  WITH r AS (
    SELECT * FROM jsonb_to_recordset(p_rows)
        AS x (id bigint, fence bigint, payload jsonb, hash text, confidence integer, inputs jsonb)
  ), moved AS (
    UPDATE agents_task t
       SET status = CASE WHEN t.outward THEN 'JUDGING' ELSE 'DONE' END, state_version = t.state_version + 1, note = '',
           attempts = CASE WHEN t.outward AND p_carry THEN 1 ELSE 0 END,
           ended_at = CASE WHEN t.outward THEN NULL ELSE v_now END,
           lease_until = CASE WHEN t.outward AND p_carry THEN t.lease_until END,
           lease_owner = CASE WHEN t.outward AND p_carry THEN t.lease_owner ELSE '' END,
           due_at = CASE WHEN NOT t.outward THEN NULL WHEN p_carry THEN t.due_at ELSE v_now END
      FROM r WHERE t.brand_id = p_brand AND t.id = r.id AND t.fence = r.fence AND t.status = 'READY'
       AND t.lease_until IS NOT NULL
       AND (t.keeps_versions OR (
             t.policy_version = v_policy
         AND NOT EXISTS (SELECT 1 FROM agents_agent a WHERE a.brand_id = p_brand AND a.id = t.agent_id
                            AND a.soul_id <> t.soul_id)
         AND (t.campaign_id IS NULL OR EXISTS (
               SELECT 1 FROM agents_campaign c WHERE c.brand_id = p_brand AND c.id = t.campaign_id
                  AND c.version = t.campaign_version AND c.status IN ('ACTIVE', 'PAUSED')))))
    RETURNING t.id, t.outward, r.fence, r.payload, r.hash, r.confidence, r.inputs
  ), kept AS (
    INSERT INTO agents_artifact (brand_id, task_id, fence, payload, content_hash, confidence_bp, inputs, made_at)
    SELECT p_brand, m.id, m.fence, m.payload, m.hash, m.confidence, coalesce(m.inputs, '{}'), v_now FROM moved m
    RETURNING task_id, id
  )
  SELECT array_agg(m.id), array_agg(m.id) FILTER (WHERE NOT m.outward), jsonb_object_agg(k.task_id, k.id)
    INTO v_kept, v_done, v_artifacts FROM moved m JOIN kept k ON k.task_id = m.id;
  IF v_kept IS NULL THEN RETURN; END IF;
  SELECT jsonb_agg(jsonb_build_object('key', 'agents.task:' || r.id || ':' || r.fence, 'amount', r.cost)) INTO v_paid
    FROM jsonb_to_recordset(p_rows) AS r (id bigint, fence bigint, cost bigint, held boolean)
   WHERE r.held AND r.id = ANY (v_kept);
  IF v_paid IS NOT NULL THEN PERFORM governance_settle_set(v_paid); END IF;
  IF v_done IS NOT NULL THEN v_wake := agents_task_release(p_brand, v_done); END IF;
  WITH ended AS MATERIALIZED (
    SELECT 'agents.task:' || r.id AS subject, r.fence FROM jsonb_to_recordset(p_rows) AS r (id bigint, fence bigint)
     WHERE r.id = ANY (CASE WHEN p_carry THEN v_done ELSE v_kept END)
  )
  UPDATE governance_attempt a SET ended_at = v_now, outcome = 'proposed' FROM ended e
   WHERE a.brand_id = p_brand AND a.subject = e.subject AND a.fence = e.fence;
  RETURN QUERY SELECT k, (v_artifacts ->> k::text)::bigint, v_wake FROM unnest(v_kept) AS k;
END
$$;

-- Promise: JUDGING -> ACCEPTED for every row of [{"id", "fence", "artifact", "hash", "snapshot", "findings",
-- "composite", "offline", "ruling", "reasons"}] that is still held and that no control stops, each with its verdict.
-- Only verdicts that accept come here; whatever goes another way is moved row by row.
CREATE FUNCTION agents_task_accepted(p_brand bigint, p_actor text, p_carry boolean, p_rows jsonb)
RETURNS TABLE (id bigint) LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
  v_now timestamptz := chimera_now();
  v_stopped text[] := coalesce((SELECT array_agg(c.scope::text) FROM governance_control c WHERE c.status = 'IN_FORCE'), '{}');
  v_policy integer;
  v_moved bigint[];
BEGIN
  PERFORM set_config('app.brand', p_brand::text, true), set_config('app.actor', p_actor, true);
  v_policy := governance_policy_version(p_brand);
  WITH r AS (
    SELECT * FROM jsonb_to_recordset(p_rows) AS x (id bigint, fence bigint, artifact bigint, hash text, snapshot jsonb,
             findings jsonb, composite integer, offline boolean, ruling text, reasons jsonb)
  ), moved AS (
    UPDATE agents_task t
       SET status = 'ACCEPTED', state_version = t.state_version + 1,
           attempts = CASE WHEN p_carry THEN 1 ELSE 0 END,
           lease_until = CASE WHEN p_carry THEN t.lease_until END,
           lease_owner = CASE WHEN p_carry THEN t.lease_owner ELSE '' END,
           due_at = CASE WHEN p_carry THEN t.due_at ELSE v_now END
      FROM r WHERE t.brand_id = p_brand AND t.id = r.id AND t.fence = r.fence AND t.status = 'JUDGING'
       AND t.lease_until IS NOT NULL AND NOT (t.scopes::text[] && v_stopped)
       AND (t.keeps_versions OR (
             t.policy_version = v_policy
         AND NOT EXISTS (SELECT 1 FROM agents_agent a WHERE a.brand_id = p_brand AND a.id = t.agent_id
                            AND a.soul_id <> t.soul_id)
         AND (t.campaign_id IS NULL OR EXISTS (
               SELECT 1 FROM agents_campaign c WHERE c.brand_id = p_brand AND c.id = t.campaign_id
                  AND c.version = t.campaign_version AND c.status IN ('ACTIVE', 'PAUSED')))))
    RETURNING t.id, r.fence, r.artifact, r.hash, r.snapshot, r.findings, r.composite, r.offline, r.ruling, r.reasons
  ), said AS (
    INSERT INTO agents_verdict (brand_id, task_id, artifact_id, fence, content_hash, snapshot, findings, composite_bp,
                                offline, ruling, reasons, route, made_at)
    SELECT p_brand, m.id, m.artifact, m.fence, m.hash, m.snapshot, m.findings, m.composite, m.offline, m.ruling,
           m.reasons, 'ACCEPT', v_now FROM moved m RETURNING task_id
  )
  SELECT array_agg(s.task_id) INTO v_moved FROM said s;
  IF v_moved IS NULL THEN RETURN; END IF;
  IF NOT p_carry THEN
    WITH ended AS MATERIALIZED (
      SELECT 'agents.task:' || r.id AS subject, r.fence FROM jsonb_to_recordset(p_rows) AS r (id bigint, fence bigint)
       WHERE r.id = ANY (v_moved)
    )
    UPDATE governance_attempt a SET ended_at = v_now, outcome = 'judged' FROM ended e
     WHERE a.brand_id = p_brand AND a.subject = e.subject AND a.fence = e.fence;
  END IF;
  RETURN QUERY SELECT m FROM unnest(v_moved) AS m;
END
$$;

-- Promise: ACCEPTED -> DONE for every row of [{"id", "fence"}] that is still held; what waited for it is released and
-- goals whose outward tasks have all ended are closed. Agents and campaigns are held as they are until the commit: whoever
-- changes one of them comes wholly before this or wholly after it.
CREATE FUNCTION agents_task_committed(p_brand bigint, p_actor text, p_rows jsonb)
RETURNS TABLE (id bigint) LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
  v_now timestamptz := chimera_now();
  v_policy integer;
  v_agents bigint[];
  v_campaigns bigint[];
  v_moved bigint[];
  v_goals bigint[];
BEGIN
  PERFORM set_config('app.brand', p_brand::text, true), set_config('app.actor', p_actor, true);
  v_policy := governance_policy_version(p_brand);
  SELECT array_agg(DISTINCT t.agent_id), array_agg(DISTINCT t.campaign_id) FILTER (WHERE t.campaign_id IS NOT NULL)
    INTO v_agents, v_campaigns FROM jsonb_to_recordset(p_rows) AS r (id bigint)
    JOIN agents_task t ON t.brand_id = p_brand AND t.id = r.id;
  PERFORM 1 FROM agents_agent a WHERE a.brand_id = p_brand AND a.id = ANY (v_agents) ORDER BY a.id FOR SHARE;
  IF v_campaigns IS NOT NULL THEN
    PERFORM 1 FROM agents_campaign c WHERE c.brand_id = p_brand AND c.id = ANY (v_campaigns) ORDER BY c.id FOR SHARE;
  END IF;
  WITH moved AS (
    UPDATE agents_task t SET status = 'DONE', state_version = t.state_version + 1, note = '', ended_at = v_now,
           lease_until = NULL, lease_owner = '', due_at = NULL
      FROM jsonb_to_recordset(p_rows) AS r (id bigint, fence bigint)
     WHERE t.brand_id = p_brand AND t.id = r.id AND t.fence = r.fence AND t.status = 'ACCEPTED'
       AND t.lease_until IS NOT NULL
       AND (t.keeps_versions OR (
             t.policy_version = v_policy
         AND NOT EXISTS (SELECT 1 FROM agents_agent a WHERE a.brand_id = p_brand AND a.id = t.agent_id
                            AND a.soul_id <> t.soul_id)
         AND (t.campaign_id IS NULL OR EXISTS (
               SELECT 1 FROM agents_campaign c WHERE c.brand_id = p_brand AND c.id = t.campaign_id
                  AND c.version = t.campaign_version AND c.status IN ('ACTIVE', 'PAUSED')))))
    RETURNING t.id, t.goal_id
  )
  SELECT array_agg(m.id), array_agg(DISTINCT m.goal_id) INTO v_moved, v_goals FROM moved m;
  IF v_moved IS NULL THEN RETURN; END IF;
  PERFORM agents_goal_close(p_brand, v_goals);
  WITH ended AS MATERIALIZED (
    SELECT 'agents.task:' || r.id AS subject, r.fence FROM jsonb_to_recordset(p_rows) AS r (id bigint, fence bigint)
     WHERE r.id = ANY (v_moved)
  )
  UPDATE governance_attempt a SET ended_at = v_now, outcome = 'committed' FROM ended e
   WHERE a.brand_id = p_brand AND a.subject = e.subject AND a.fence = e.fence;
  RETURN QUERY SELECT m FROM unnest(v_moved) AS m;
END
$$;

-- Promise: an ACTIVE goal ends when every outward task of its plan has: DONE if any of them went out, else FAILED. The
-- goal is locked before its tasks are looked at, so that of two last tasks one sees the other.
CREATE FUNCTION agents_goal_close(p_brand bigint, p_goals bigint[]) RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
  PERFORM 1 FROM agents_goal g WHERE g.brand_id = p_brand AND g.id = ANY (p_goals) ORDER BY g.id FOR UPDATE;
  UPDATE agents_goal g SET state_version = g.state_version + 1,
         status = CASE WHEN e.any_done THEN 'DONE' ELSE 'FAILED' END
    FROM (SELECT t.goal_id, bool_or(t.status = 'DONE') AS any_done FROM agents_task t
           WHERE t.brand_id = p_brand AND t.goal_id = ANY (p_goals) AND t.outward GROUP BY t.goal_id
          HAVING bool_and(t.status IN ('DONE', 'REJECTED', 'EXPIRED', 'CANCELLED'))) e
   WHERE g.brand_id = p_brand AND g.id = ANY (p_goals) AND g.id = e.goal_id AND g.status = 'ACTIVE';
END
$$;

-- Promise: for every plan of [{"goal", "agent", "soul", "scopes", "planning", "estimate", "lasts", "steps": [{"key", "kind",
-- "needs", "outward", "queue", "lasts"}]}] that may begin now (sql/refuse.sql) the plan, its tasks and dependencies, and the
-- goal set going; of the others nothing. A step may bring "params", "deadline" and "attempts_max" of its own. In the
-- transaction that ends the planning task, or starts a held plan. Returns {"queues": to wake, "refused": what may not
-- begin, and why}.
CREATE FUNCTION agents_plan_lay_out(p_brand bigint, p_plans jsonb) RETURNS jsonb LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  v_now timestamptz := chimera_now();
  v_queues text[];
  v_active integer;
  v_refused jsonb := agents_plan_refused(p_brand, p_plans);
  v_plans jsonb := p_plans;
BEGIN
  IF v_refused IS NOT NULL THEN
    SELECT coalesce(jsonb_agg(x.plan ORDER BY x.n), '[]') INTO v_plans
      FROM jsonb_array_elements(p_plans) WITH ORDINALITY AS x (plan, n)
     WHERE NOT EXISTS (SELECT 1 FROM jsonb_array_elements(v_refused) AS r (refusal)
                        WHERE r.refusal -> 'goal' = x.plan -> 'goal');
  END IF;
  WITH p AS (
    SELECT nextval('agents_plan_id_seq') AS plan_id, x.* FROM jsonb_to_recordset(v_plans)
        AS x (goal bigint, agent bigint, soul bigint, scopes text[], planning bigint, estimate bigint, steps jsonb)
  ), plans AS (
    INSERT INTO agents_plan (id, brand_id, goal_id, steps, estimate_usd_micros, made_at)
    SELECT p.plan_id, p_brand, p.goal,
           (SELECT jsonb_agg(s.step - 'outward' - 'queue' - 'lasts' ORDER BY s.n)
              FROM jsonb_array_elements(p.steps) WITH ORDINALITY AS s (step, n)), p.estimate, v_now FROM p
  ), nodes AS MATERIALIZED (
    SELECT nextval('agents_task_id_seq') AS id, o.*
      FROM (SELECT p.plan_id, p.goal, p.agent, p.soul, p.scopes, p.planning, s.key, s.kind, s.needs, s.outward, s.queue,
                   s.params, s.deadline, s.attempts_max
              FROM p CROSS JOIN LATERAL ROWS FROM (jsonb_to_recordset(p.steps)
                AS (key text, kind text, needs jsonb, outward boolean, queue text, params jsonb, deadline timestamptz,
                    attempts_max integer))
                WITH ORDINALITY AS s (key, kind, needs, outward, queue, params, deadline, attempts_max, n)
             ORDER BY p.plan_id, s.n) o
  ), tasks AS (
    INSERT INTO agents_task (id, brand_id, status, state_version, queue, scopes, due_at, lease_owner, fence, attempts,
                             attempts_max, priority, note, goal_id, plan_id, agent_id, soul_id, kind, outward, unmet,
                             feedback, deadline, made_at, campaign_id, campaign_version, policy_version,
                             keeps_versions, params)
    SELECT n.id, p_brand, CASE WHEN jsonb_array_length(n.needs) = 0 THEN 'READY' ELSE 'BLOCKED' END, 1, n.queue,
           n.scopes, CASE WHEN jsonb_array_length(n.needs) = 0 THEN v_now END, '', 0, 0,
           coalesce(n.attempts_max, t.attempts_max), t.priority, '',
           n.goal, n.plan_id, n.agent, n.soul, n.kind, n.outward, jsonb_array_length(n.needs), '[]',
           coalesce(n.deadline, t.deadline), v_now, t.campaign_id, t.campaign_version, t.policy_version, t.keeps_versions,
           n.params
      FROM nodes n JOIN agents_task t ON t.brand_id = p_brand AND t.id = n.planning
    RETURNING queue, status
  ), edges AS (
    INSERT INTO agents_dependency (brand_id, predecessor_id, successor_id)
    SELECT p_brand, b.id, n.id FROM nodes n CROSS JOIN LATERAL jsonb_array_elements_text(n.needs) AS need (key)
      JOIN nodes b ON b.plan_id = n.plan_id AND b.key = need.key
  )
  SELECT array_agg(DISTINCT t.queue::text) FILTER (WHERE t.status = 'READY') INTO v_queues FROM tasks t;
  UPDATE agents_goal g SET status = 'ACTIVE', state_version = g.state_version + 1
    FROM jsonb_to_recordset(v_plans) AS x (goal bigint)
   WHERE g.brand_id = p_brand AND g.id = x.goal AND g.status = 'PROPOSED';
  GET DIAGNOSTICS v_active = ROW_COUNT;
  IF v_active <> jsonb_array_length(v_plans) THEN
    RAISE EXCEPTION 'a goal is no longer proposed; its plan is not laid out' USING ERRCODE = 'CH005';
  END IF;
  RETURN jsonb_build_object('queues', coalesce(v_queues, '{}'), 'refused', coalesce(v_refused, '[]'));
END
$$;
-- Ids are taken before the rows are written, so that edges can name them.
GRANT USAGE ON SEQUENCE agents_plan_id_seq, agents_task_id_seq TO chimera_app, chimera_operator;
