-- What a plan is held against at the moment in which it would begin, and whenever somebody edits it: the time that is
-- left and the money that is left. Its shape was checked before (agents/worker/checking.py).

-- Promise: of the plans [{"goal", "scopes", "estimate", "lasts", "steps": [{"key", "deadline", "lasts"}]}] those that may not
-- begin now, each with the first thing that is in its way; NULL when all may. `lasts` are seconds from now: of the plan
-- until its last step has usually ended, of a step until it has.
--   time         the trend, the campaign or the goal itself is over before the plan would be done
--   step_over, step_beyond, step_short   a step's own deadline is over, lies behind the goal's, or comes too early
--   money        a scope has less left until the goal is over than the plan would cost: today's rest, and a whole limit
--                for each further UTC day; in total what is left of it
-- A run that somebody asked for again (cause replay:...) has a time of its own.
CREATE FUNCTION agents_plan_refused(p_brand bigint, p_plans jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  v_now timestamptz := chimera_now();
  v_day date := (chimera_now() AT TIME ZONE 'UTC')::date;
  v_refused jsonb;
BEGIN
  WITH p AS MATERIALIZED (
    SELECT x.goal, x.scopes, x.estimate, x.steps, coalesce(x.lasts, 0) AS lasts, g.deadline, r.expires_at, c.ends_at,
           least(g.deadline, r.expires_at, c.ends_at) AS until
      FROM jsonb_to_recordset(p_plans) AS x (goal bigint, scopes text[], estimate bigint, lasts integer, steps jsonb)
      JOIN agents_goal g ON g.brand_id = p_brand AND g.id = x.goal
      LEFT JOIN publishing_trend r ON r.brand_id = p_brand AND r.id = g.trend_id AND g.cause NOT LIKE 'replay:%'
      LEFT JOIN agents_campaign c ON c.brand_id = p_brand AND c.id = g.campaign_id AND g.cause NOT LIKE 'replay:%'
  ), step AS (
    SELECT DISTINCT ON (p.goal) p.goal, s.key, s.deadline, s.lasts
      FROM p CROSS JOIN LATERAL ROWS FROM (jsonb_to_recordset(p.steps) AS (key text, deadline timestamptz, lasts integer))
                WITH ORDINALITY AS s (key, deadline, lasts, n)
     WHERE s.deadline < v_now + make_interval(secs => coalesce(s.lasts, 0)) OR s.deadline <= v_now OR s.deadline > p.deadline
     ORDER BY p.goal, s.n
  ), purse AS (
    SELECT DISTINCT ON (p.goal) p.goal, l.scope, l.window, o.left_over, (p.until AT TIME ZONE 'UTC')::date > v_day AS further
      FROM p JOIN governance_budgetlimit l ON l.brand_id = p_brand AND l.scope = ANY (p.scopes)
      LEFT JOIN governance_budget b ON b.brand_id = p_brand AND b.scope = l.scope
            AND b.day = CASE WHEN l.window = 'day' THEN v_day ELSE DATE '0001-01-01' END
      CROSS JOIN LATERAL (
        SELECT coalesce(b.limit_usd_micros - b.reserved_usd_micros - b.settled_usd_micros, l.limit_usd_micros)
             + CASE WHEN l.window = 'day'
                    THEN l.limit_usd_micros * greatest(0, (p.until AT TIME ZONE 'UTC')::date - v_day) ELSE 0 END AS left_over
      ) o
     WHERE p.estimate > 0 AND o.left_over < p.estimate
     ORDER BY p.goal, o.left_over
  )
  SELECT jsonb_agg(
           CASE WHEN p.until < v_now + make_interval(secs => p.lasts) OR p.until <= v_now THEN jsonb_build_object(
                  'goal', p.goal, 'of', 'time', 'until', p.until, 'lasts', p.lasts, 'is_over', p.until <= v_now,
                  'whose', CASE p.until WHEN p.expires_at THEN 'trend' WHEN p.ends_at THEN 'campaign' ELSE 'goal' END)
                WHEN step.goal IS NOT NULL THEN jsonb_build_object(
                  'goal', p.goal, 'step', step.key, 'deadline', step.deadline, 'lasts', step.lasts, 'until', p.deadline,
                  'of', CASE WHEN step.deadline <= v_now THEN 'step_over'
                             WHEN step.deadline > p.deadline THEN 'step_beyond' ELSE 'step_short' END)
                ELSE jsonb_build_object(
                  'goal', p.goal, 'of', 'money', 'scope', purse.scope, 'left', purse.left_over, 'estimate', p.estimate,
                  'until', p.until, 'window', purse.window, 'further', purse.further)
           END ORDER BY p.goal)
    INTO v_refused
    FROM p LEFT JOIN step ON step.goal = p.goal LEFT JOIN purse ON purse.goal = p.goal
   WHERE p.until < v_now + make_interval(secs => p.lasts) OR p.until <= v_now
      OR step.goal IS NOT NULL OR purse.goal IS NOT NULL;
  RETURN v_refused;
END
$$;
