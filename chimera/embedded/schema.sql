-- Every table, function, policy and right of an empty database, and the rows that it begins with.
-- Written by manage.py schema from the migrations, never by hand. docs/adr/0062-an-empty-database-is-made-at-once.md
-- migrations: 369326e3b2da20d7109b09f005b769fa608efffd8e0e755044368270d2ba70bb
-- postgres: 18
SELECT '[0]'::public.vector;
SET LOCAL check_function_bodies = false;
SET LOCAL search_path = '';

REVOKE USAGE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO chimera_app;
GRANT USAGE ON SCHEMA public TO chimera_operator;
GRANT USAGE ON SCHEMA public TO chimera_connector;
GRANT USAGE ON SCHEMA public TO chimera_migrator;
GRANT USAGE ON SCHEMA public TO chimera_sealer;
GRANT ALL ON SCHEMA public TO chimera_dispatch;
GRANT ALL ON SCHEMA public TO chimera_recorder;
GRANT ALL ON SCHEMA public TO chimera_treasurer;
GRANT ALL ON SCHEMA public TO chimera_archivist;
GRANT ALL ON SCHEMA public TO chimera_comparer;

CREATE FUNCTION public.agents_archive(p_after interval, p_count integer) RETURNS TABLE(goals bigint, moved bigint)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET lock_timeout TO '2s'
    AS $$
#variable_conflict use_column
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_goals bigint[];
  v_tasks bigint[];
  v_subjects text[];
BEGIN
  SELECT array_agg(id) INTO v_goals FROM agents_archive_pick(p_after, p_count) AS picked (id);
  SELECT array_agg(t.id) INTO v_tasks FROM agents_task t WHERE t.brand_id = v_brand AND t.goal_id = ANY (v_goals);
  SELECT array_agg('agents.task:' || id) INTO v_subjects FROM unnest(v_tasks) AS own (id);
  SELECT v_subjects || array_agg('publishing.post:' || p.id) INTO v_subjects FROM publishing_post p
   WHERE p.brand_id = v_brand AND p.task = ANY (v_subjects);
  RETURN QUERY
    WITH verdict AS (
      DELETE FROM agents_verdict x WHERE x.brand_id = v_brand AND x.task_id = ANY (v_tasks) RETURNING x.*
    ), artifact AS (
      DELETE FROM agents_artifact x WHERE x.brand_id = v_brand AND x.task_id = ANY (v_tasks) RETURNING x.*
    ), dependency AS (
      DELETE FROM agents_dependency x WHERE x.brand_id = v_brand AND x.successor_id = ANY (v_tasks) RETURNING x.*
    ), attempt AS (
      DELETE FROM governance_attempt x WHERE x.brand_id = v_brand AND x.subject = ANY (v_subjects) RETURNING x.*
    ), called AS (
      DELETE FROM core_callrecord x WHERE x.brand_id = v_brand AND x.subject = ANY (v_subjects) RETURNING x.*
    ), hold AS (
      DELETE FROM governance_hold x WHERE x.brand_id = v_brand AND x.about = ANY (v_subjects) RETURNING x.*
    ), task AS (
      DELETE FROM agents_task x WHERE x.brand_id = v_brand AND x.id = ANY (v_tasks) RETURNING x.*
    ), plan AS (
      DELETE FROM agents_plan x WHERE x.brand_id = v_brand AND x.goal_id = ANY (v_goals) RETURNING x.*
    ), goal AS (
      DELETE FROM agents_goal x WHERE x.brand_id = v_brand AND x.id = ANY (v_goals) RETURNING x.*
    ), post AS (
      SELECT t.goal_id, 'publishing.post:' || p.id AS subject, coalesce(p.published_at, p.made_at) AS at
        FROM task t JOIN publishing_post p ON p.brand_id = v_brand AND p.task = 'agents.task:' || t.id
    ), about AS (
      SELECT t.goal_id, 'agents.task:' || t.id AS subject FROM task t UNION ALL SELECT p.goal_id, p.subject FROM post p
    ), work (goal_id, name, id, item) AS (
                SELECT x.id, 'agents_goal', x.id, to_jsonb(x) FROM goal x
      UNION ALL SELECT x.goal_id, 'agents_plan', x.id, to_jsonb(x) FROM plan x
      UNION ALL SELECT x.goal_id, 'agents_task', x.id, to_jsonb(x) FROM task x
      UNION ALL SELECT t.goal_id, 'agents_dependency', x.id, to_jsonb(x) FROM dependency x JOIN task t ON t.id = x.successor_id
      UNION ALL SELECT t.goal_id, 'agents_artifact', x.id, to_jsonb(x) FROM artifact x JOIN task t ON t.id = x.task_id
      UNION ALL SELECT t.goal_id, 'agents_verdict', x.id, to_jsonb(x) FROM verdict x JOIN task t ON t.id = x.task_id
      UNION ALL SELECT a.goal_id, 'governance_attempt', x.id, to_jsonb(x) FROM attempt x JOIN about a ON a.subject = x.subject
      UNION ALL SELECT a.goal_id, 'core_callrecord', x.id, to_jsonb(x) FROM called x JOIN about a ON a.subject = x.subject
      UNION ALL SELECT a.goal_id, 'governance_hold', x.id, to_jsonb(x) FROM hold x JOIN about a ON a.subject = x.about
    ), shelf AS (
      SELECT s.goal_id, jsonb_object_agg(s.name, s.items) AS body, jsonb_object_agg(s.name, s.count) AS counts
        FROM (SELECT w.goal_id, w.name, jsonb_agg(w.item ORDER BY w.id) AS items, count(*) AS count
                FROM work w GROUP BY w.goal_id, w.name) s GROUP BY s.goal_id
    ), ends AS (
      SELECT e.goal_id, max(e.at) AS at FROM (SELECT t.goal_id, coalesce(t.ended_at, t.made_at) AS at FROM task t
                                              UNION ALL SELECT p.goal_id, p.at FROM post p) e GROUP BY e.goal_id
    ), spent AS (
      SELECT a.goal_id, sum(h.settled_usd_micros)::bigint AS micros
        FROM hold h JOIN about a ON a.subject = h.about GROUP BY a.goal_id
    ), kept AS (
      INSERT INTO agents_archivedgoal (id, brand_id, agent_id, cause, batch, wish, ended_as, made_at, ended_at,
                                       spent_usd_micros, counts, body)
      SELECT g.id, g.brand_id, g.agent_id, g.cause, g.batch, g.wish, g.status, g.made_at, greatest(g.made_at, e.at),
             coalesce(m.micros, 0), s.counts,
             convert_to((s.body || jsonb_build_object('trend', (
               SELECT to_jsonb(r) - 'vector' FROM publishing_trend r
                WHERE r.brand_id = v_brand AND r.id = g.trend_id)))::text, 'UTF8')
        FROM goal g JOIN shelf s ON s.goal_id = g.id LEFT JOIN ends e ON e.goal_id = g.id
        LEFT JOIN spent m ON m.goal_id = g.id
      RETURNING id
    ), listed AS (
      INSERT INTO agents_archivedtask (id, brand_id, goal_id, kind, outward, ended_as)
      SELECT t.id, t.brand_id, t.goal_id, t.kind, t.outward, t.status FROM task t
    )
    SELECT (SELECT count(*) FROM kept), (SELECT count(*) FROM work);
END
$$;

CREATE FUNCTION public.agents_archive_pick(p_after interval, p_count integer) RETURNS SETOF bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_before timestamptz := chimera_now() - greatest(p_after, interval '1 day');
BEGIN
  RETURN QUERY
    SELECT g.id FROM agents_goal g
     WHERE g.brand_id = v_brand AND g.status IN ('DONE', 'FAILED', 'CANCELLED') AND g.made_at <= v_before
       AND NOT EXISTS (SELECT 1 FROM publishing_trend r
                        WHERE r.brand_id = v_brand AND r.id = g.trend_id AND r.expires_at > chimera_now())
       AND NOT EXISTS (
         SELECT 1 FROM agents_task t WHERE t.brand_id = v_brand AND t.goal_id = g.id AND (
              t.status NOT IN ('DONE', 'REJECTED', 'EXPIRED', 'CANCELLED') OR t.lease_until IS NOT NULL
           OR coalesce(t.ended_at, t.made_at) > v_before
           OR EXISTS (SELECT 1 FROM governance_hold h WHERE h.brand_id = v_brand
                         AND h.about = 'agents.task:' || t.id AND h.status NOT IN ('SETTLED', 'VOID'))
           OR EXISTS (SELECT 1 FROM governance_reviewitem v WHERE v.brand_id = v_brand
                         AND v.task = 'agents.task:' || t.id AND v.consumed_at IS NULL)
           OR EXISTS (SELECT 1 FROM governance_effect e WHERE e.brand_id = v_brand
                         AND e.task = 'agents.task:' || t.id AND e.status NOT IN ('CONFIRMED', 'REFUTED'))
           OR EXISTS (SELECT 1 FROM publishing_post p WHERE p.brand_id = v_brand AND p.task = 'agents.task:' || t.id
                         AND (p.status NOT IN ('PUBLISHED', 'FAILED', 'CANCELLED', 'REVERTED')
                           OR coalesce(p.published_at, p.made_at) > v_before
                           OR EXISTS (SELECT 1 FROM governance_hold h WHERE h.brand_id = v_brand
                                         AND h.about = 'publishing.post:' || p.id
                                         AND h.status NOT IN ('SETTLED', 'VOID'))))))
     ORDER BY g.made_at, g.id LIMIT p_count FOR UPDATE OF g SKIP LOCKED;
END
$$;

CREATE FUNCTION public.agents_artifact_is_a_copy() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF NOT NEW.inputs ? 'reused' THEN
    RAISE EXCEPTION 'the desk writes no results; it may only take a former one over' USING ERRCODE = 'CH001';
  END IF;
  IF NOT EXISTS (
    SELECT 1
      FROM agents_artifact former
      JOIN agents_task was ON was.brand_id = former.brand_id AND was.id = former.task_id
      JOIN agents_task is_now ON is_now.brand_id = NEW.brand_id AND is_now.id = NEW.task_id
     WHERE former.brand_id = NEW.brand_id
       AND former.id::text = NEW.inputs ->> 'reused'
       AND former.content_hash = NEW.content_hash
       AND former.payload = NEW.payload
       AND was.kind = is_now.kind
       AND was.agent_id = is_now.agent_id
       AND NOT was.outward
  ) THEN
    RAISE EXCEPTION 'artifact % is no result that task % may take over', NEW.inputs ->> 'reused', NEW.task_id
      USING ERRCODE = 'CH001';
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION public.agents_blueprint_first() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
  v_status text;
BEGIN
  SELECT g.status INTO v_status FROM agents_goal g
   WHERE g.brand_id = NEW.brand_id AND g.id = NEW.goal_number FOR UPDATE;
  IF v_status <> 'PROPOSED' OR EXISTS (SELECT 1 FROM agents_plan p
                                        WHERE p.brand_id = NEW.brand_id AND p.goal_id = NEW.goal_number) THEN
    RAISE EXCEPTION 'goal % waits for no plan; there is nothing to hold', NEW.goal_number USING ERRCODE = 'CH001';
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION public.agents_blueprint_keep() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF (NEW.goal_number, NEW.planning_number, NEW.deadline, NEW.made_at)
     IS DISTINCT FROM (OLD.goal_number, OLD.planning_number, OLD.deadline, OLD.made_at) THEN
    RAISE EXCEPTION 'blueprint % stays with its goal and its deadline', OLD.id USING ERRCODE = 'CH001';
  END IF;
  NEW.revision := OLD.revision;
  IF (NEW.steps, NEW.estimate_usd_micros) IS NOT DISTINCT FROM (OLD.steps, OLD.estimate_usd_micros) THEN
    RETURN NEW;
  END IF;
  IF OLD.status <> 'HELD' OR NEW.status <> 'HELD' THEN
    RAISE EXCEPTION 'blueprint % is % and is not edited any more', OLD.id, OLD.status USING ERRCODE = 'CH001';
  END IF;
  IF NEW.state_version <> OLD.state_version + 1 THEN
    RAISE EXCEPTION 'blueprint % is edited without the next state_version', OLD.id USING ERRCODE = 'CH001';
  END IF;
  NEW.revision := OLD.revision + 1;
  INSERT INTO agents_revision (brand_id, blueprint_id, number, before, after, before_hash, after_hash, estimate_before,
                               estimate_after, by, reason, at)
  VALUES (NEW.brand_id, NEW.id, NEW.revision, OLD.steps, NEW.steps,
          encode(sha256(convert_to(OLD.steps::text, 'UTF8')), 'hex'),
          encode(sha256(convert_to(NEW.steps::text, 'UTF8')), 'hex'), OLD.estimate_usd_micros, NEW.estimate_usd_micros,
          coalesce(current_setting('app.actor', true), ''), NEW.reason, chimera_now());
  RETURN NEW;
END
$$;

CREATE FUNCTION public.agents_board_counted(p_starts timestamp with time zone[], p_ends timestamp with time zone[], p_midnight timestamp with time zone, p_until timestamp with time zone, p_alone text) RETURNS TABLE(kind text, part bigint, every bigint, of_them bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
#variable_conflict use_column
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_bound bigint[] := string_to_array(NULLIF(current_setting('app.brands', true), ''), ',')::bigint[];
  v_brands bigint[] := ARRAY(SELECT b.id FROM core_brand b WHERE (v_brand IS NULL OR b.id = v_brand)
                                                             AND (v_bound IS NULL OR b.id = ANY (v_bound)));
BEGIN
  RETURN QUERY
    SELECT 'today', 0::bigint, count(*), 0::bigint FROM unnest(v_brands) AS b (id)
      JOIN publishing_post p ON p.brand_id = b.id AND p.published_at >= p_midnight AND p.published_at < p_until
     WHERE p.status = 'PUBLISHED';
  RETURN QUERY
    SELECT 'post', w.number - 1, sum(c.every)::bigint, sum(c.of_them)::bigint
      FROM unnest(p_starts, p_ends) WITH ORDINALITY AS w (since, until, number)
     CROSS JOIN unnest(v_brands) AS b (id)
     CROSS JOIN LATERAL (SELECT count(*) AS every, count(*) FILTER (WHERE o.approval = p_alone) AS of_them
                           FROM publishing_post o
                          WHERE o.brand_id = b.id AND o.published_at >= w.since AND o.published_at < w.until
                            AND o.status = 'PUBLISHED') c
     WHERE c.every > 0 GROUP BY w.number;
  RETURN QUERY
    SELECT 'task', w.number - 1, c.every, c.of_them
      FROM unnest(p_starts, p_ends) WITH ORDINALITY AS w (since, until, number)
     CROSS JOIN LATERAL (SELECT count(*) AS every, count(*) FILTER (WHERE o.status = 'DONE') AS of_them
                           FROM agents_task o
                          WHERE o.outward AND o.ended_at >= w.since AND o.ended_at < w.until
                            AND o.brand_id = ANY (v_brands)) c
     WHERE c.every > 0;
  RETURN QUERY
    SELECT 'card', w.number - 1, c.every, 0::bigint
      FROM unnest(p_starts, p_ends) WITH ORDINALITY AS w (since, until, number)
     CROSS JOIN LATERAL (SELECT count(*) AS every FROM governance_reviewitem o
                          WHERE o.made_at >= w.since AND o.made_at < w.until AND o.kind <> 'sample'
                            AND o.brand_id = ANY (v_brands)) c
     WHERE c.every > 0;
  RETURN QUERY
    SELECT 'spent', w.number - 1, sum(c.every)::bigint, sum(c.of_them)::bigint
      FROM unnest(p_starts, p_ends) WITH ORDINALITY AS w (since, until, number)
     CROSS JOIN unnest(v_brands) AS b (id)
     CROSS JOIN generate_series((w.since AT TIME ZONE 'UTC')::date - 2, (w.until AT TIME ZONE 'UTC')::date, '1 day')
           AS d (day)
     CROSS JOIN LATERAL (SELECT count(*) AS every, sum(o.amount_usd_micros) AS of_them FROM governance_entry o
                          WHERE o.brand_id = b.id AND o.day = d.day::date AND o.at >= w.since AND o.at < w.until) c
     WHERE c.every > 0 GROUP BY w.number;
END
$$;

CREATE FUNCTION public.agents_board_took(p_since timestamp with time zone, p_until timestamp with time zone, p_sample integer, p_claims integer, p_posts integer) RETURNS TABLE(kind text, id bigint, seconds double precision)
    LANGUAGE sql STABLE
    SET search_path TO 'public', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_sort TO 'off'
    AS $_$
(SELECT 'start', t.id, extract(epoch FROM c.claimed_at - t.made_at)::float8
   FROM (SELECT n.brand_id, n.claimed_at, substring(n.subject FROM '^agents\.task:([0-9]{1,18})$')::bigint AS task_id
           FROM (SELECT * FROM governance_attempt ORDER BY id DESC LIMIT p_claims) n
          WHERE n.stage = 'plan' AND n.fence = 1 AND n.claimed_at >= p_since AND n.claimed_at < p_until
          ORDER BY n.id DESC LIMIT p_sample) c
   JOIN agents_task t ON t.brand_id = c.brand_id AND t.id = c.task_id)
UNION ALL
(SELECT 'post', q.id, q.seconds
   FROM (SELECT n.id, n.published_at,
                (SELECT extract(epoch FROM n.published_at - r.first_seen)::float8
                   FROM agents_task t
                   JOIN agents_goal g ON g.brand_id = t.brand_id AND g.id = t.goal_id
                   JOIN publishing_trend r ON r.brand_id = g.brand_id AND r.id = g.trend_id
                  WHERE t.brand_id = n.brand_id
                    AND t.id = (SELECT substring(n.task FROM '^agents\.task:([0-9]{1,18})$')::bigint)) AS seconds
           FROM (SELECT p.*
                   FROM core_brand b
                  CROSS JOIN LATERAL (SELECT o.id, o.brand_id, o.task, o.published_at FROM publishing_post o
                                       WHERE o.brand_id = b.id AND o.status = 'PUBLISHED'
                                         AND o.published_at >= p_since AND o.published_at < p_until
                                       ORDER BY o.published_at DESC LIMIT p_posts) p
                  ORDER BY p.published_at DESC LIMIT p_posts) n
          OFFSET 0) q
  WHERE q.seconds IS NOT NULL ORDER BY q.published_at DESC LIMIT p_sample)
$_$;

CREATE FUNCTION public.agents_campaign_version() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.version := 1;
    RETURN NEW;
  END IF;
  IF (OLD.name, OLD.brief, OLD.about, OLD.starts_at, OLD.ends_at, OLD.day_usd_micros, OLD.total_usd_micros,
      OLD.posts_per_day, OLD.sponsorship)
     IS NOT DISTINCT FROM
     (NEW.name, NEW.brief, NEW.about, NEW.starts_at, NEW.ends_at, NEW.day_usd_micros, NEW.total_usd_micros,
      NEW.posts_per_day, NEW.sponsorship) THEN
    NEW.version := OLD.version;
    RETURN NEW;
  END IF;
  IF OLD.status IN ('ENDED', 'CANCELLED') THEN
    RAISE EXCEPTION 'campaign % has ended (%) and is not edited any more', OLD.id, OLD.status USING ERRCODE = 'CH001';
  END IF;
  NEW.version := OLD.version + 1;
  RETURN NEW;
END
$$;

CREATE FUNCTION public.agents_forget_archived(p_keep interval, p_count integer) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_gone bigint;
BEGIN
  WITH old AS (
    SELECT a.id FROM agents_archivedgoal a
     WHERE a.brand_id = v_brand AND a.ended_at <= chimera_now() - greatest(p_keep, interval '30 days')
     ORDER BY a.ended_at LIMIT p_count
  ), listed AS (
    DELETE FROM agents_archivedtask t USING old WHERE t.brand_id = v_brand AND t.goal_id = old.id
  )
  DELETE FROM agents_archivedgoal a USING old WHERE a.brand_id = v_brand AND a.id = old.id;
  GET DIAGNOSTICS v_gone = ROW_COUNT;
  RETURN v_gone;
END
$$;

CREATE FUNCTION public.agents_forget_feed_items(p_keep interval, p_count integer) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_before timestamptz := chimera_now() - greatest(p_keep, interval '7 days');
  v_gone bigint;
BEGIN
  WITH cited AS (
    SELECT DISTINCT unnest(r.items) AS id FROM publishing_trend r
  ), old AS (
    SELECT i.id FROM publishing_feeditem i
     WHERE i.seen_at <= v_before AND i.published_at <= v_before
       AND NOT EXISTS (SELECT 1 FROM cited WHERE cited.id = i.id)
       AND NOT EXISTS (SELECT 1 FROM publishing_feed f WHERE f.id = i.feed_id AND f.any_age)
     ORDER BY i.seen_at LIMIT p_count
  )
  DELETE FROM publishing_feeditem i USING old WHERE i.id = old.id;
  GET DIAGNOSTICS v_gone = ROW_COUNT;
  RETURN v_gone;
END
$$;

CREATE FUNCTION public.agents_forget_fingerprints(p_older interval, p_count integer) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_gone bigint[];
BEGIN
  WITH gone AS (
    DELETE FROM publishing_fingerprint k USING (
      SELECT f.id FROM publishing_fingerprint f
       WHERE f.brand_id = NULLIF(current_setting('app.brand', true), '')::bigint
         AND f.day < (chimera_now() - greatest(p_older, interval '14 days'))::date
       ORDER BY f.day LIMIT p_count) old WHERE k.id = old.id RETURNING k.id)
  SELECT coalesce(array_agg(g.id), '{}') INTO v_gone FROM gone g;
  DELETE FROM publishing_likeness l USING unnest(v_gone) AS g (id), generate_series(0, 1) AS s (kind)
   WHERE l.id = (g.id << 1 | s.kind) AND l.brand_id = NULLIF(current_setting('app.brand', true), '')::bigint;
  RETURN cardinality(v_gone);
END
$$;

CREATE FUNCTION public.agents_forget_memories(p_keep interval, p_count integer) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_gone bigint;
BEGIN
  DELETE FROM agents_memory k USING (
    SELECT m.id FROM agents_memory m
     WHERE m.brand_id = v_brand AND m.published_at <= chimera_now() - greatest(p_keep, interval '1 day')
       AND (m.is_here OR (m.kept_at IS NULL AND m.forgotten_at IS NOT NULL))
     ORDER BY m.published_at LIMIT p_count) old WHERE k.brand_id = v_brand AND k.id = old.id;
  GET DIAGNOSTICS v_gone = ROW_COUNT;
  RETURN v_gone;
END
$$;

CREATE FUNCTION public.agents_forget_trends(p_keep interval, p_count integer) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_gone bigint;
BEGIN
  DELETE FROM publishing_trend k USING (
    SELECT r.id FROM publishing_trend r
     WHERE r.brand_id = v_brand AND r.expires_at <= chimera_now() - greatest(p_keep, interval '7 days')
       AND NOT EXISTS (SELECT 1 FROM agents_goal g WHERE g.brand_id = v_brand AND g.trend_id = r.id)
     ORDER BY r.expires_at LIMIT p_count) old WHERE k.brand_id = v_brand AND k.id = old.id;
  GET DIAGNOSTICS v_gone = ROW_COUNT;
  RETURN v_gone;
END
$$;

CREATE FUNCTION public.agents_goal_begin(p_brand bigint, p_actor text, p_wishes jsonb) RETURNS bigint[]
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
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

CREATE FUNCTION public.agents_goal_close(p_brand bigint, p_goals bigint[]) RETURNS void
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
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

CREATE FUNCTION public.agents_goal_drops_blueprint() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_seqscan TO 'off'
    AS $$
BEGIN
  UPDATE agents_blueprint b SET status = 'DROPPED', state_version = b.state_version + 1
   WHERE b.brand_id = NEW.brand_id AND b.goal_number = NEW.id AND b.status = 'HELD';
  RETURN NULL;
END
$$;

CREATE FUNCTION public.agents_goal_late(p_late interval, p_count integer) RETURNS TABLE(id bigint, brand_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  SELECT g.id, g.brand_id FROM agents_goal g
   WHERE g.status IN ('PROPOSED', 'ACTIVE') AND g.deadline <= chimera_now() - p_late ORDER BY g.deadline LIMIT p_count
$$;

CREATE FUNCTION public.agents_goal_stale(p_count integer) RETURNS TABLE(id bigint, brand_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  WITH open AS MATERIALIZED (
    SELECT g.id, g.brand_id, g.agent_id, g.soul_id, g.campaign_id, g.campaign_version, g.policy_version
      FROM agents_goal g WHERE g.status IN ('PROPOSED', 'ACTIVE') AND NOT g.keeps_versions
  ), policies AS MATERIALIZED (
    SELECT b.brand_id, governance_policy_version(b.brand_id) AS version FROM (SELECT DISTINCT o.brand_id FROM open o) b
  )
  SELECT o.id, o.brand_id FROM open o
    JOIN policies p ON p.brand_id = o.brand_id
    JOIN agents_agent a ON a.brand_id = o.brand_id AND a.id = o.agent_id
    LEFT JOIN agents_campaign c ON c.brand_id = o.brand_id AND c.id = o.campaign_id
   WHERE (a.soul_id <> o.soul_id OR p.version <> o.policy_version OR c.version <> o.campaign_version
          OR c.status NOT IN ('ACTIVE', 'PAUSED'))
     AND NOT EXISTS (SELECT 1 FROM agents_replan r WHERE r.brand_id = o.brand_id AND r.discarded = o.id)
   ORDER BY o.id LIMIT p_count
$$;

CREATE FUNCTION public.agents_memory_by_graph(p_brand bigint, p_agent bigint) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
DECLARE
  v_plan json;
  v_passing double precision;
  v_all double precision;
BEGIN
  EXECUTE format('EXPLAIN (FORMAT JSON) SELECT FROM agents_memory m WHERE m.brand_id = %s::bigint AND (%s = 0 OR m.agent_id = %s)',
                 p_brand, p_agent, p_agent) INTO v_plan;
  v_passing := (v_plan -> 0 -> 'Plan' ->> 'Plan Rows')::double precision;
  SELECT greatest(c.reltuples, v_passing) INTO v_all FROM pg_class c WHERE c.oid = 'agents_memory'::regclass;
  RETURN v_passing * v_passing > 35000 * v_all;
END
$$;

CREATE FUNCTION public.agents_memory_elsewhere(p_brand bigint, p_actor text, p_kept bigint[], p_wiped bigint[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
  PERFORM set_config('app.brand', p_brand::text, true), set_config('app.actor', p_actor, true);
  UPDATE agents_memory m SET kept_at = chimera_now()
   WHERE m.brand_id = p_brand AND m.post_id = ANY (p_kept) AND NOT m.is_here;
  UPDATE agents_memory m SET kept_at = NULL
   WHERE m.brand_id = p_brand AND m.post_id = ANY (p_wiped) AND NOT m.is_here AND m.forgotten_at IS NOT NULL;
END
$$;

CREATE FUNCTION public.agents_memory_exact(p_brand bigint, p_agent bigint, p_vector public.vector, p_count integer) RETURNS TABLE(id bigint, away double precision)
    LANGUAGE plpgsql STABLE
    SET plan_cache_mode TO 'force_custom_plan'
    SET jit TO 'off'
    AS $$
BEGIN
  RETURN QUERY SELECT m.id, m.vector <=> p_vector FROM agents_memory m
   WHERE m.brand_id = p_brand AND (p_agent = 0 OR m.agent_id = p_agent) AND m.is_here
   ORDER BY m.vector <=> p_vector, m.published_at DESC LIMIT p_count;
END
$$;

CREATE FUNCTION public.agents_memory_exact_max() RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT 1000 $$;

CREATE FUNCTION public.agents_memory_forget(p_authors text[], p_posts bigint[], p_before timestamp with time zone, p_count integer) RETURNS bigint
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_gone bigint;
BEGIN
  UPDATE agents_memory m
     SET is_here = false, text = '', origin = '', vector = NULL, authors = '{}', forgotten_at = chimera_now(),
         kept_at = CASE WHEN m.is_here THEN NULL ELSE m.kept_at END
   WHERE m.brand_id = v_brand AND m.id IN (
         SELECT f.id FROM agents_memory f
          WHERE f.brand_id = v_brand AND f.forgotten_at IS NULL
            AND (f.authors::text[] && p_authors OR f.post_id = ANY (p_posts) OR f.published_at <= p_before)
          ORDER BY f.published_at LIMIT p_count FOR UPDATE);
  GET DIAGNOSTICS v_gone = ROW_COUNT;
  RETURN v_gone;
END
$$;

CREATE FUNCTION public.agents_memory_graph(p_brand bigint, p_agent bigint, p_vector public.vector, p_count integer) RETURNS TABLE(id bigint, away double precision)
    LANGUAGE plpgsql STABLE
    SET plan_cache_mode TO 'force_custom_plan'
    SET jit TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_sort TO 'off'
    SET max_parallel_workers_per_gather TO '0'
    SET "hnsw.ef_search" TO '140'
    SET "hnsw.iterative_scan" TO 'relaxed_order'
    SET "hnsw.max_scan_tuples" TO '20000'
    AS $$
DECLARE
  v_signs bit(256) := binary_quantize(p_vector)::bit(256);
BEGIN
  RETURN QUERY SELECT c.id, c.vector <=> p_vector FROM (
    SELECT m.id, m.vector, m.published_at FROM agents_memory m
     WHERE m.signs IS NOT NULL AND m.brand_id = p_brand AND (p_agent = 0 OR m.agent_id = p_agent)
     ORDER BY m.signs <~> v_signs LIMIT greatest(140, 20 * p_count)) c
   ORDER BY c.vector <=> p_vector, c.published_at DESC LIMIT p_count;
END
$$;

CREATE FUNCTION public.agents_memory_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NOT EXISTS (SELECT 1 FROM publishing_post p
                    WHERE p.brand_id = NEW.brand_id AND p.id = NEW.post_id AND p.status = 'PUBLISHED'
                      AND p.approval <> '') THEN
      RAISE EXCEPTION 'only what was judged and is published is remembered, and post % is not', NEW.post_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'memory_is_of_published_work';
    END IF;
  ELSIF NEW.post_id <> OLD.post_id OR (OLD.forgotten_at IS NOT NULL AND NEW.forgotten_at IS NULL) THEN
    RAISE EXCEPTION 'the memory of post % stays what it is, and forgotten when it was', OLD.post_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'memory_stays_forgotten';
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION public.agents_memory_keep(p_brand bigint, p_actor text, p_rows jsonb) RETURNS SETOF bigint
    LANGUAGE plpgsql
    AS $$
BEGIN
  PERFORM set_config('app.brand', p_brand::text, true), set_config('app.actor', p_actor, true);
  RETURN QUERY
  INSERT INTO agents_memory AS m (brand_id, post_id, agent_id, published_at, is_here, text, origin, vector, kept_at)
  SELECT p_brand, r.post, r.agent, r.at, true, r.text, r.origin, r.vector::vector, chimera_now()
    FROM jsonb_to_recordset(p_rows)
      AS r (post bigint, agent bigint, at timestamptz, text text, origin text, vector text)
   ORDER BY r.post
      ON CONFLICT ON CONSTRAINT memory_once_per_post
      DO UPDATE SET is_here = true, text = excluded.text, origin = excluded.origin, vector = excluded.vector,
                    kept_at = chimera_now() WHERE m.forgotten_at IS NULL
  RETURNING m.post_id;
END
$$;

CREATE FUNCTION public.agents_memory_note(p_brand bigint, p_actor text, p_rows jsonb) RETURNS integer
    LANGUAGE plpgsql
    AS $$
DECLARE
  v_new integer;
BEGIN
  PERFORM set_config('app.brand', p_brand::text, true), set_config('app.actor', p_actor, true);
  INSERT INTO agents_memory (brand_id, post_id, agent_id, published_at, authors)
  SELECT p_brand, r.post, r.agent, r.at, r.authors
    FROM jsonb_to_recordset(p_rows) AS r (post bigint, agent bigint, at timestamptz, authors text[])
      ON CONFLICT ON CONSTRAINT memory_once_per_post DO NOTHING;
  GET DIAGNOSTICS v_new = ROW_COUNT;
  RETURN v_new;
END
$$;

CREATE FUNCTION public.agents_memory_pending(p_brand bigint, p_actor text, p_keep interval, p_count integer) RETURNS TABLE(post_id bigint, agent_id bigint, at timestamp with time zone, payload jsonb, draft_kind text, draft jsonb, is_new boolean, is_gone boolean)
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_custom_plan'
    AS $_$
DECLARE
  v_from timestamptz;
BEGIN
  PERFORM set_config('app.brand', p_brand::text, true), set_config('app.actor', p_actor, true);
  SELECT greatest(chimera_now() - p_keep, max(m.published_at) - interval '1 hour') INTO v_from
    FROM agents_memory m WHERE m.brand_id = p_brand;
  RETURN QUERY
  WITH due AS (
    (SELECT m.post_id AS id, m.published_at, false AS is_new, m.forgotten_at IS NOT NULL AS is_gone
       FROM agents_memory m
      WHERE m.brand_id = p_brand AND (m.kept_at IS NULL) = (m.forgotten_at IS NULL)
      ORDER BY m.published_at LIMIT p_count)
    UNION ALL
    (SELECT p.id, p.published_at, true, false FROM publishing_post p
      WHERE p.brand_id = p_brand AND p.published_at >= v_from AND p.status = 'PUBLISHED' AND p.approval <> ''
        AND NOT EXISTS (SELECT 1 FROM agents_memory m WHERE m.brand_id = p_brand AND m.post_id = p.id)
      ORDER BY p.published_at LIMIT p_count)
  )
  SELECT d.id, substring(a.belongs_to FROM '^agents\.agent:(\d+)$')::bigint, d.published_at, p.payload,
         w.kind::text, w.payload, d.is_new, d.is_gone
    FROM due d
    JOIN publishing_post p ON p.brand_id = p_brand AND p.id = d.id
    JOIN publishing_account a ON a.brand_id = p_brand AND a.id = p.account_id
    LEFT JOIN LATERAL (
      SELECT t.kind, r.payload FROM agents_dependency x
        JOIN agents_task t ON t.brand_id = p_brand AND t.id = x.predecessor_id AND t.kind IN ('draft', 'dictated')
        JOIN agents_artifact r ON r.brand_id = p_brand AND r.task_id = t.id
       WHERE x.brand_id = p_brand AND x.successor_id = substring(p.task FROM '^agents\.task:(\d+)$')::bigint
       ORDER BY r.id DESC LIMIT 1) w ON true
   WHERE a.belongs_to ~ '^agents\.agent:\d+$'
   ORDER BY d.published_at, d.id LIMIT p_count;
END
$_$;

CREATE FUNCTION public.agents_memory_recall(p_brand bigint, p_asks jsonb) RETURNS TABLE(n integer, part text, post_id bigint, agent_id bigint, at timestamp with time zone, words text, origin text, away double precision)
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_custom_plan'
    SET jit TO 'off'
    AS $$
#variable_conflict use_column
DECLARE
  v_one record;
  v_few boolean;
  v_ids bigint[];
  v_aways double precision[];
BEGIN
  PERFORM set_config('app.brand', p_brand::text, true);
  FOR v_one IN SELECT r.n, r.agent, r.vector::vector AS vector, r.count, r.recent_s, r.recent_max
                 FROM jsonb_to_recordset(p_asks) AS r (n integer, agent bigint, vector text, count integer,
                      recent_s double precision, recent_max integer) LOOP
    IF v_one.recent_s > 0 THEN
      RETURN QUERY SELECT v_one.n, 'recent'::text, m.post_id, m.agent_id, m.published_at, m.text, m.origin,
                          NULL::double precision
        FROM agents_memory m
       WHERE m.brand_id = p_brand AND (v_one.agent = 0 OR m.agent_id = v_one.agent) AND m.is_here
         AND m.published_at > chimera_now() - v_one.recent_s * interval '1 second'
       ORDER BY m.published_at DESC, m.id DESC LIMIT v_one.recent_max;
    END IF;
    CONTINUE WHEN v_one.count = 0;
    IF v_one.vector IS NULL THEN  -- no words: like nothing, and gets what there is
      RETURN QUERY SELECT v_one.n, 'alike'::text, m.post_id, m.agent_id, m.published_at, m.text, m.origin,
                          NULL::double precision
        FROM agents_memory m
       WHERE m.brand_id = p_brand AND (v_one.agent = 0 OR m.agent_id = v_one.agent) AND m.is_here
       ORDER BY m.published_at DESC, m.id DESC LIMIT v_one.count;
      CONTINUE;
    END IF;
    SELECT count(*) <= agents_memory_exact_max() INTO v_few FROM (
      SELECT 1 FROM agents_memory m
       WHERE m.brand_id = p_brand AND (v_one.agent = 0 OR m.agent_id = v_one.agent) AND m.is_here
       LIMIT agents_memory_exact_max() + 1) s;
    v_ids := NULL;
    IF v_few THEN
      SELECT array_agg(e.id), array_agg(e.away) INTO v_ids, v_aways
        FROM agents_memory_exact(p_brand, v_one.agent, v_one.vector, v_one.count) e;
    ELSE
      IF agents_memory_by_graph(p_brand, v_one.agent) THEN
        SELECT array_agg(g.id), array_agg(g.away) INTO v_ids, v_aways
          FROM agents_memory_graph(p_brand, v_one.agent, v_one.vector, v_one.count) g;
      END IF;
      IF v_ids IS NULL OR cardinality(v_ids) < v_one.count THEN
        SELECT array_agg(e.id), array_agg(e.away) INTO v_ids, v_aways
          FROM agents_memory_signs(p_brand, v_one.agent, v_one.vector, v_one.count) e;
      END IF;
    END IF;
    RETURN QUERY SELECT v_one.n, 'alike'::text, m.post_id, m.agent_id, m.published_at, m.text, m.origin, u.away
      FROM unnest(v_ids, v_aways) WITH ORDINALITY AS u (id, away, place)
      JOIN agents_memory m ON m.brand_id = p_brand AND m.id = u.id ORDER BY u.place;
  END LOOP;
END
$$;

CREATE FUNCTION public.agents_memory_signs(p_brand bigint, p_agent bigint, p_vector public.vector, p_count integer) RETURNS TABLE(id bigint, away double precision)
    LANGUAGE plpgsql STABLE
    SET plan_cache_mode TO 'force_custom_plan'
    SET jit TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET max_parallel_workers_per_gather TO '0'
    AS $$
DECLARE
  v_signs bit(256) := binary_quantize(p_vector)::bit(256);
  v_ids bigint[];
BEGIN
  v_ids := ARRAY(SELECT m.id FROM agents_memory m
                  WHERE m.brand_id = p_brand AND (p_agent = 0 OR m.agent_id = p_agent) AND m.is_here
                  ORDER BY m.signs <~> v_signs LIMIT greatest(400, 20 * p_count));
  RETURN QUERY SELECT m.id, m.vector <=> p_vector FROM agents_memory m
   WHERE m.id = ANY (v_ids) AND m.brand_id = p_brand
   ORDER BY m.vector <=> p_vector, m.published_at DESC LIMIT p_count;
END
$$;

CREATE FUNCTION public.agents_plan_lay_out(p_brand bigint, p_plans jsonb) RETURNS jsonb
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
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

CREATE FUNCTION public.agents_plan_not_held() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_seqscan TO 'off'
    AS $$
BEGIN
  PERFORM 1 FROM agents_goal g WHERE g.brand_id = NEW.brand_id AND g.id = NEW.goal_id FOR UPDATE;
  IF EXISTS (SELECT 1 FROM agents_blueprint b
              WHERE b.brand_id = NEW.brand_id AND b.goal_number = NEW.goal_id AND b.status = 'HELD') THEN
    RAISE EXCEPTION 'the plan of goal % is held: it has no tasks before it is started', NEW.goal_id
      USING ERRCODE = 'CH001';
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION public.agents_plan_refused(p_brand bigint, p_plans jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
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

CREATE FUNCTION public.agents_shadow_due(p_silent interval, p_count integer) RETURNS TABLE(id bigint, brand_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  SELECT s.id, s.brand_id FROM agents_shadowrun s
   WHERE s.status = 'WAITING' OR (s.status = 'RUNNING' AND s.beat_at <= chimera_now() - p_silent)
   ORDER BY s.id LIMIT p_count
$$;

CREATE FUNCTION public.agents_task_accepted(p_brand bigint, p_actor text, p_carry boolean, p_rows jsonb) RETURNS TABLE(id bigint)
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
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

CREATE FUNCTION public.agents_task_claim(p_queues text[], p_stages text[], p_count integer, p_owner text, p_lease interval, p_after bigint) RETURNS TABLE(id bigint, brand_id bigint, stage text, fence bigint)
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
#variable_conflict use_column
DECLARE
  v_ids bigint[];
  v_brand bigint;
  v_now timestamptz;
BEGIN
  SELECT array_agg(p.id), min(p.brand_id) INTO v_ids, v_brand FROM agents_task_pick(p_queues, p_stages, p_count, p_after) p;
  IF v_ids IS NULL THEN RETURN; END IF;
  PERFORM set_config('app.brand', v_brand::text, true), set_config('app.actor', p_owner, true);
  v_now := chimera_now();
  RETURN QUERY
    WITH claimed AS (
      UPDATE agents_task t SET fence = t.fence + 1, attempts = t.attempts + 1, lease_owner = p_owner,
             lease_until = v_now + p_lease, due_at = v_now + p_lease
       WHERE t.id = ANY (v_ids) AND t.due_at <= v_now
      RETURNING t.id, t.brand_id, t.stage, t.fence
    ), noted AS (
      INSERT INTO governance_attempt (brand_id, subject, fence, stage, owner, outcome, claimed_at)
      SELECT c.brand_id, 'agents.task:' || c.id, c.fence, c.stage, p_owner, '', v_now FROM claimed c
    )
    SELECT c.id, c.brand_id, c.stage::text, c.fence FROM claimed c;
END
$$;

CREATE FUNCTION public.agents_task_committed(p_brand bigint, p_actor text, p_rows jsonb) RETURNS TABLE(id bigint)
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
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

CREATE FUNCTION public.agents_task_pick(p_queues text[], p_stages text[], p_count integer, p_after bigint) RETURNS TABLE(id bigint, brand_id bigint)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_sort TO 'off'
    AS $$
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
      SELECT t.priority INTO v_priority FROM agents_task t
       WHERE t.queue = v_queue AND t.priority > v_priority AND t.due_at <= v_now AND t.stage = ANY (p_stages)
       ORDER BY t.priority LIMIT 1;
      EXIT WHEN NOT FOUND;
      SELECT t.brand_id, t.stage INTO v_brand, v_stage FROM agents_task t
       WHERE t.queue = v_queue AND t.priority = v_priority AND t.brand_id > p_after
         AND t.due_at <= v_now AND t.stage = ANY (p_stages) AND NOT (t.scopes::text[] && v_stopped)
       ORDER BY t.brand_id, t.due_at LIMIT 1 FOR UPDATE OF t SKIP LOCKED;
      IF NOT FOUND THEN
        SELECT t.brand_id, t.stage INTO v_brand, v_stage FROM agents_task t
         WHERE t.queue = v_queue AND t.priority = v_priority AND t.brand_id <= p_after
           AND t.due_at <= v_now AND t.stage = ANY (p_stages) AND NOT (t.scopes::text[] && v_stopped)
         ORDER BY t.brand_id, t.due_at LIMIT 1 FOR UPDATE OF t SKIP LOCKED;
      END IF;
      CONTINUE WHEN NOT FOUND;  -- all of this priority is held or stopped: the next one
      RETURN QUERY
        SELECT t.id, t.brand_id FROM agents_task t
         WHERE t.queue = v_queue AND t.priority = v_priority AND t.brand_id = v_brand
           AND t.due_at <= v_now AND t.stage = v_stage AND NOT (t.scopes::text[] && v_stopped)
         ORDER BY t.due_at LIMIT p_count FOR UPDATE OF t SKIP LOCKED;
      RETURN;
    END LOOP;
  END LOOP;
END
$$;

CREATE FUNCTION public.agents_task_proposed(p_brand bigint, p_actor text, p_carry boolean, p_rows jsonb) RETURNS TABLE(id bigint, artifact_id bigint, wake text[])
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
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

CREATE FUNCTION public.agents_task_release(p_brand bigint, p_done bigint[]) RETURNS text[]
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
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

CREATE FUNCTION public.agents_task_release_of(p_owner_prefix text, p_early interval) RETURNS SETOF text
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  UPDATE agents_task t
     -- greatest() passes over a null
     SET lease_until = NULL, lease_owner = '', due_at = greatest(chimera_now(), t.lease_until - p_early)
   WHERE t.id IN (SELECT h.id FROM agents_task h
                   WHERE h.due_at > chimera_now() AND h.lease_until > chimera_now()
                     AND p_owner_prefix LIKE 'worker:_%.' AND starts_with(h.lease_owner, p_owner_prefix)
                     FOR UPDATE SKIP LOCKED)
  RETURNING t.queue::text
$$;

CREATE FUNCTION public.agents_task_renew(p_ids bigint[], p_fences bigint[], p_lease interval) RETURNS SETOF bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  UPDATE agents_task t SET lease_until = greatest(t.lease_until, chimera_now() + p_lease),
         due_at = greatest(t.lease_until, chimera_now() + p_lease)
    FROM unnest(p_ids, p_fences) AS held (id, fence)
   WHERE t.id = held.id AND t.fence = held.fence AND t.lease_until IS NOT NULL
  RETURNING t.id
$$;

CREATE FUNCTION public.agents_task_take(p_queue text, p_stages text[], p_count integer, p_owner text, p_lease interval, p_after bigint) RETURNS TABLE(id bigint, brand_id bigint, stage text, fence bigint, kind text, outward boolean, attempts integer, attempts_max integer, late boolean, scopes text[], note text, feedback jsonb, goal_id bigint, plan_id bigint, agent_id bigint, soul_id bigint, handle text, agent_name text, rung text, cause text, wish text, trend_title text, estimate_usd_micros bigint, retries integer, upstream jsonb, made jsonb, approval text, bounds integer[], stale boolean, params jsonb)
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
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

CREATE FUNCTION public.agents_task_upstream(p_brand bigint, p_task bigint) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
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

CREATE FUNCTION public.agents_task_waiting(p_late interval) RETURNS TABLE(queue text, stage text, rows bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  SELECT t.queue::text, t.stage::text, count(*) FROM agents_task t
   WHERE t.due_at <= chimera_now() - p_late
     AND NOT EXISTS (SELECT 1 FROM governance_control c WHERE c.status = 'IN_FORCE' AND c.scope = ANY (t.scopes))
   GROUP BY 1, 2
$$;

CREATE FUNCTION public.chimera_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NOT TG_ARGV[1]::jsonb ? NEW.status THEN
      RAISE EXCEPTION '% cannot be born as %', TG_TABLE_NAME, NEW.status USING ERRCODE = 'CH001';
    END IF;
    IF NEW.state_version <> 1 THEN
      RAISE EXCEPTION '% starts with state_version 1, not %', TG_TABLE_NAME, NEW.state_version USING ERRCODE = 'CH001';
    END IF;
    RETURN NEW;
  END IF;
  IF NEW.status IS DISTINCT FROM OLD.status
     AND NOT coalesce(TG_ARGV[0]::jsonb -> OLD.status ? NEW.status, false) THEN
    RAISE EXCEPTION '% % may not go from % to %', TG_TABLE_NAME, OLD.id, OLD.status, NEW.status USING ERRCODE = 'CH001';
  END IF;
  IF NEW.status IS DISTINCT FROM OLD.status AND NEW.state_version <> OLD.state_version + 1 THEN
    RAISE EXCEPTION '% % changes state without the next state_version', TG_TABLE_NAME, OLD.id USING ERRCODE = 'CH001';
  END IF;
  IF NEW.state_version NOT IN (OLD.state_version, OLD.state_version + 1) THEN
    RAISE EXCEPTION '% % jumps from state_version % to %', TG_TABLE_NAME, OLD.id, OLD.state_version, NEW.state_version
      USING ERRCODE = 'CH001';
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION public.chimera_now() RETURNS timestamp with time zone
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT clock_timestamp() + coalesce((SELECT shift FROM public.core_clock), interval '0') $$;

CREATE FUNCTION public.chimera_record() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_actor text := coalesce(current_setting('app.actor', true), '');
  v_new jsonb := CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END;
  v_old jsonb := CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END;
  v_row jsonb := coalesce(v_new, v_old);
  v_body jsonb := '{}';
  v_task text := '';
BEGIN
  IF v_actor = '' THEN
    RAISE EXCEPTION 'a change of % without an actor is refused', TG_TABLE_NAME USING ERRCODE = 'CH004';
  END IF;
  IF TG_ARGV[1] = 'id' THEN
    v_task := TG_ARGV[0] || ':' || (v_row ->> 'id');
  ELSIF TG_ARGV[1] <> '' THEN
    v_task := coalesce(v_row ->> TG_ARGV[1], '');
  END IF;
  FOR i IN 2 .. TG_NARGS - 1 LOOP
    v_body := v_body || jsonb_build_object(TG_ARGV[i], v_row -> TG_ARGV[i]);
  END LOOP;
  INSERT INTO governance_auditevent
         (brand_id, subject, task_id, actor, action, from_status, to_status, state_version, body)
  VALUES ((v_row ->> 'brand_id')::bigint, TG_ARGV[0] || ':' || (v_row ->> 'id'), v_task, v_actor, lower(TG_OP),
          coalesce(v_old ->> 'status', ''), coalesce(v_new ->> 'status', ''),
          coalesce((v_row ->> 'state_version')::integer, 0), v_body::text);
  RETURN NULL;
END
$$;

CREATE FUNCTION public.chimera_record_agents_goal() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_actor text := current_setting('app.actor', true);
BEGIN
  IF coalesce(v_actor, '') = '' THEN
    RAISE EXCEPTION 'a change of agents_goal without an actor is refused' USING ERRCODE = 'CH004';
  END IF;
  IF TG_OP = 'INSERT' THEN
    INSERT INTO governance_auditevent
           (brand_id, subject, task_id, actor, action, from_status, to_status, state_version, body)
    VALUES (NEW.brand_id, 'agents.goal:' || NEW.id, '', v_actor, 'insert', '', NEW.status, NEW.state_version,
            jsonb_build_object('agent_id', NEW.agent_id, 'soul_id', NEW.soul_id, 'trend_id', NEW.trend_id, 'relevance_bp', NEW.relevance_bp)::text);
  ELSE
    INSERT INTO governance_auditevent
           (brand_id, subject, task_id, actor, action, from_status, to_status, state_version, body)
    VALUES (NEW.brand_id, 'agents.goal:' || NEW.id, '', v_actor, 'update', OLD.status, NEW.status, NEW.state_version,
            jsonb_build_object('agent_id', NEW.agent_id, 'soul_id', NEW.soul_id, 'trend_id', NEW.trend_id, 'relevance_bp', NEW.relevance_bp)::text);
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION public.chimera_record_agents_plan() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_actor text := current_setting('app.actor', true);
BEGIN
  IF coalesce(v_actor, '') = '' THEN
    RAISE EXCEPTION 'a change of agents_plan without an actor is refused' USING ERRCODE = 'CH004';
  END IF;
  IF TG_OP = 'INSERT' THEN
    INSERT INTO governance_auditevent
           (brand_id, subject, task_id, actor, action, from_status, to_status, state_version, body)
    VALUES (NEW.brand_id, 'agents.plan:' || NEW.id, '', v_actor, 'insert', '', '', 0,
            jsonb_build_object('goal_id', NEW.goal_id, 'estimate_usd_micros', NEW.estimate_usd_micros, 'retries', NEW.retries, 'returns', NEW.returns)::text);
  ELSE
    INSERT INTO governance_auditevent
           (brand_id, subject, task_id, actor, action, from_status, to_status, state_version, body)
    VALUES (NEW.brand_id, 'agents.plan:' || NEW.id, '', v_actor, 'update', '', '', 0,
            jsonb_build_object('goal_id', NEW.goal_id, 'estimate_usd_micros', NEW.estimate_usd_micros, 'retries', NEW.retries, 'returns', NEW.returns)::text);
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION public.chimera_record_agents_task() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_actor text := current_setting('app.actor', true);
BEGIN
  IF coalesce(v_actor, '') = '' THEN
    RAISE EXCEPTION 'a change of agents_task without an actor is refused' USING ERRCODE = 'CH004';
  END IF;
  IF TG_OP = 'INSERT' THEN
    INSERT INTO governance_auditevent
           (brand_id, subject, task_id, actor, action, from_status, to_status, state_version, body)
    VALUES (NEW.brand_id, 'agents.task:' || NEW.id, 'agents.task:' || NEW.id, v_actor, 'insert', '', NEW.status, NEW.state_version,
            jsonb_build_object('goal_id', NEW.goal_id, 'kind', NEW.kind, 'soul_id', NEW.soul_id, 'fence', NEW.fence, 'attempts', NEW.attempts)::text);
  ELSE
    INSERT INTO governance_auditevent
           (brand_id, subject, task_id, actor, action, from_status, to_status, state_version, body)
    VALUES (NEW.brand_id, 'agents.task:' || NEW.id, 'agents.task:' || NEW.id, v_actor, 'update', OLD.status, NEW.status, NEW.state_version,
            jsonb_build_object('goal_id', NEW.goal_id, 'kind', NEW.kind, 'soul_id', NEW.soul_id, 'fence', NEW.fence, 'attempts', NEW.attempts)::text);
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION public.chimera_record_governance_hold() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_actor text := current_setting('app.actor', true);
BEGIN
  IF coalesce(v_actor, '') = '' THEN
    RAISE EXCEPTION 'a change of governance_hold without an actor is refused' USING ERRCODE = 'CH004';
  END IF;
  IF TG_OP = 'INSERT' THEN
    INSERT INTO governance_auditevent
           (brand_id, subject, task_id, actor, action, from_status, to_status, state_version, body)
    VALUES (NEW.brand_id, 'governance.hold:' || NEW.id, NEW.about, v_actor, 'insert', '', NEW.status, NEW.state_version,
            jsonb_build_object('amount_usd_micros', NEW.amount_usd_micros, 'settled_usd_micros', NEW.settled_usd_micros, 'scopes', NEW.scopes, 'day', NEW.day)::text);
  ELSE
    INSERT INTO governance_auditevent
           (brand_id, subject, task_id, actor, action, from_status, to_status, state_version, body)
    VALUES (NEW.brand_id, 'governance.hold:' || NEW.id, NEW.about, v_actor, 'update', OLD.status, NEW.status, NEW.state_version,
            jsonb_build_object('amount_usd_micros', NEW.amount_usd_micros, 'settled_usd_micros', NEW.settled_usd_micros, 'scopes', NEW.scopes, 'day', NEW.day)::text);
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION public.chimera_refuse_brand() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE EXCEPTION '% % belongs to brand % and stays there', TG_TABLE_NAME, OLD.id, OLD.brand_id USING ERRCODE = 'CH001';
END
$$;

CREATE FUNCTION public.chimera_refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_user = 'chimera_archivist' THEN RETURN OLD; END IF;
  RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, lower(TG_OP) USING ERRCODE = 'CH003';
END
$$;

CREATE FUNCTION public.core_brand_ids() RETURNS SETOF bigint
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$ SELECT id FROM core_brand ORDER BY id $$;

CREATE FUNCTION public.core_brands_of(p_person text) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  SELECT coalesce(string_agg(b.brand_id::text, ',' ORDER BY b.brand_id), '') FROM core_binding b WHERE b.person = p_person
$$;

CREATE FUNCTION public.core_circuit_acting(p_by text) RETURNS void
    LANGUAGE sql
    AS $$
  SELECT set_config('app.actor', 'circuit:' || p_by, true)
   WHERE coalesce(current_setting('app.actor', true), '') = ''
$$;

CREATE FUNCTION public.core_circuit_let_go(p_provider text, p_by text) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  UPDATE core_circuit c SET wait_until = chimera_now()
   WHERE c.provider = p_provider AND c.status = 'HALF_OPEN' AND c.probe_by = p_by
$$;

CREATE FUNCTION public.core_circuit_look(p_provider text, p_window interval) RETURNS TABLE(status text, probe_by text, wait_s double precision, failures integer, note text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  SELECT c.status::text, c.probe_by::text,
         coalesce(greatest(0, extract(epoch FROM c.wait_until - chimera_now())), 0)::double precision,
         (SELECT count(*)::integer FROM unnest(c.failed_at) f WHERE f > chimera_now() - p_window), c.note::text
    FROM core_circuit c WHERE c.provider = p_provider
$$;

CREATE FUNCTION public.core_circuit_pass(p_provider text, p_by text, p_lease interval, p_window interval) RETURNS TABLE(status text, probe_by text, wait_s double precision, failures integer, note text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v core_circuit;
BEGIN
  SELECT * INTO v FROM core_circuit c WHERE c.provider = p_provider;
  IF v.status <> 'CLOSED' AND (v.wait_until <= chimera_now() OR v.probe_by = p_by) THEN
    PERFORM core_circuit_acting(p_by);
    UPDATE core_circuit c
       SET status = 'HALF_OPEN', probe_by = p_by, wait_until = chimera_now() + p_lease,
           state_version = c.state_version + CASE c.status WHEN 'OPEN' THEN 1 ELSE 0 END,
           since = CASE c.status WHEN 'OPEN' THEN chimera_now() ELSE c.since END
     -- Who waited for the row's lock looks again: the winner has changed all of these.
     WHERE c.provider = p_provider AND c.status = v.status AND c.probe_by = v.probe_by AND c.wait_until = v.wait_until;
  END IF;
  RETURN QUERY SELECT * FROM core_circuit_look(p_provider, p_window);
END
$$;

CREATE FUNCTION public.core_circuit_report(p_provider text, p_by text, p_failed boolean, p_note text, p_count integer, p_window interval, p_open interval, p_max interval) RETURNS TABLE(status text, probe_by text, wait_s double precision, failures integer, note text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v core_circuit;
  v_now timestamptz := chimera_now();
  v_failed timestamptz[];
  v_opens boolean;
BEGIN
  PERFORM core_circuit_acting(p_by);
  SELECT * INTO v FROM core_circuit c WHERE c.provider = p_provider FOR UPDATE;
  IF v.id IS NULL AND p_failed THEN
    INSERT INTO core_circuit (provider, status, state_version, failed_at, opens, probe_by, note)
    VALUES (p_provider, 'CLOSED', 1, '{}', 0, '', '') ON CONFLICT (provider) DO NOTHING;
    SELECT * INTO v FROM core_circuit c WHERE c.provider = p_provider FOR UPDATE;
  END IF;
  v_failed := ARRAY(SELECT f FROM unnest(v.failed_at) f WHERE f > v_now - p_window ORDER BY f);
  IF v.status = 'CLOSED' AND NOT p_failed THEN
    UPDATE core_circuit c SET failed_at = v_failed[2:] WHERE c.id = v.id;  -- a success makes up for the oldest failure
  ELSIF v.status = 'HALF_OPEN' AND v.probe_by = p_by AND NOT p_failed THEN
    UPDATE core_circuit c
       SET status = 'CLOSED', state_version = c.state_version + 1, since = v_now, failed_at = '{}', opens = 0,
           wait_until = NULL, probe_by = ''
     WHERE c.id = v.id;
  ELSIF p_failed AND (v.status = 'CLOSED' OR (v.status = 'HALF_OPEN' AND v.probe_by = p_by)) THEN
    v_failed := (v_failed || v_now)[greatest(1, cardinality(v_failed) + 2 - p_count):];
    v_opens := v.status = 'HALF_OPEN' OR cardinality(v_failed) >= p_count;
    UPDATE core_circuit c
       SET failed_at = v_failed, note = left(p_note, 300), probe_by = '',
           status = CASE WHEN v_opens THEN 'OPEN' ELSE c.status END,
           state_version = c.state_version + v_opens::integer, opens = c.opens + v_opens::integer,
           since = CASE WHEN v_opens THEN v_now ELSE c.since END,
           wait_until = CASE WHEN v_opens
                             THEN v_now + core_circuit_span(p_provider, c.opens + 1, p_open, p_max) END
     WHERE c.id = v.id;
  END IF;
  RETURN QUERY SELECT * FROM core_circuit_look(p_provider, p_window);
END
$$;

CREATE FUNCTION public.core_circuit_span(p_provider text, p_opens integer, p_open interval, p_max interval) RETURNS interval
    LANGUAGE sql IMMUTABLE
    AS $$
  SELECT least(p_max, p_open * (2 ^ least(p_opens - 1, 20)))
         * (1 - (('x' || substr(md5(p_provider), 1, 6))::bit(24)::integer % 1000) / 10000.0)
$$;

CREATE FUNCTION public.core_forget_author(p_authors text[]) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_gone bigint;
BEGIN
  DELETE FROM core_disclosure d WHERE d.brand_id = v_brand AND d.author = ANY (p_authors);
  GET DIAGNOSTICS v_gone = ROW_COUNT;
  RETURN v_gone;
END
$$;

CREATE FUNCTION public.core_forget_disclosures(p_keep interval, p_count integer) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_gone bigint;
BEGIN
  DELETE FROM core_disclosure d USING (
    SELECT o.id FROM core_disclosure o
     WHERE o.brand_id = v_brand AND o.told_at <= chimera_now() - greatest(p_keep, interval '1 day')
     ORDER BY o.told_at LIMIT p_count) old WHERE d.brand_id = v_brand AND d.id = old.id;
  GET DIAGNOSTICS v_gone = ROW_COUNT;
  RETURN v_gone;
END
$$;

CREATE FUNCTION public.core_forget_sessions(p_count integer) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_gone bigint;
BEGIN
  DELETE FROM django_session k USING (
    SELECT s.session_key FROM django_session s WHERE s.expire_date <= chimera_now()
     ORDER BY s.expire_date LIMIT p_count) old WHERE k.session_key = old.session_key;
  GET DIAGNOSTICS v_gone = ROW_COUNT;
  RETURN v_gone;
END
$$;

CREATE FUNCTION public.core_forget_ticks(p_older interval, p_count integer) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_gone bigint;
BEGIN
  DELETE FROM core_tick k USING (
    SELECT t.id FROM core_tick t WHERE t.at <= chimera_now() - greatest(p_older, interval '1 day')
     ORDER BY t.id LIMIT p_count) old WHERE k.id = old.id;
  GET DIAGNOSTICS v_gone = ROW_COUNT;
  RETURN v_gone;
END
$$;

CREATE FUNCTION public.governance_abandoned_holds(p_count integer) RETURNS TABLE(brand_id bigint, key text, lost_usd_micros bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  SELECT h.brand_id, h.key::text, CASE WHEN h.spent_if_lost THEN h.amount_usd_micros END FROM governance_hold h
   WHERE h.status = 'HELD' AND h.expires_at <= chimera_now()
     AND NOT EXISTS (SELECT 1 FROM governance_effect e
                      WHERE e.brand_id = h.brand_id AND e.subject = h.about AND e.status IN ('SENT', 'IN_DOUBT'))
   ORDER BY h.expires_at LIMIT p_count
$$;

CREATE FUNCTION public.governance_after_quiet(p_at timestamp with time zone, p_zone text, p_from integer, p_to integer) RETURNS timestamp with time zone
    LANGUAGE sql STABLE
    AS $$
  SELECT CASE
    WHEN p_from IS NULL OR NOT (CASE WHEN p_from < p_to THEN h >= p_from AND h < p_to ELSE h >= p_from OR h < p_to END)
      THEN p_at
    ELSE (date_trunc('day', l) + make_interval(hours => p_to)
          + CASE WHEN h >= p_to THEN interval '1 day' ELSE interval '0' END) AT TIME ZONE p_zone
    END
  FROM (SELECT p_at AT TIME ZONE p_zone AS l, extract(hour FROM p_at AT TIME ZONE p_zone)::integer AS h) local
$$;

CREATE FUNCTION public.governance_answered_reviews(p_prefix text, p_count integer) RETURNS TABLE(id bigint, brand_id bigint, about text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  SELECT r.id, r.brand_id, r.subject::text FROM governance_reviewitem r
   WHERE r.consumed_at IS NULL AND r.status IN ('APPROVED', 'REJECTED', 'EXPIRED') AND starts_with(r.subject, p_prefix)
     AND (r.final_at IS NULL OR r.final_at <= chimera_now())
   ORDER BY r.decided_at LIMIT p_count
$$;

CREATE FUNCTION public.governance_brand_of(p_scope text) RETURNS bigint
    LANGUAGE sql STABLE
    AS $_$
  SELECT CASE WHEN p_scope ~ '^brand:[1-9][0-9]{0,17}$' THEN split_part(p_scope, ':', 2)::bigint
              ELSE (SELECT min(l.brand_id) FROM governance_budgetlimit l WHERE l.scope = p_scope) END
$_$;

CREATE FUNCTION public.governance_brandpolicy_next() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state_version <> 1 THEN
      RAISE EXCEPTION 'brandpolicy_starts_with_one: the first version is 1, not %', NEW.state_version
        USING ERRCODE = 'CH001';
    END IF;
  ELSIF NEW.state_version <> OLD.state_version + 1 THEN
    RAISE EXCEPTION 'brandpolicy_next_version: version % follows %, not %', OLD.state_version + 1, OLD.state_version,
      NEW.state_version USING ERRCODE = 'CH001';
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION public.governance_burn_grant(p_brand bigint, p_key text, p_jti text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET lock_timeout TO '2s'
    AS $$
BEGIN
  IF p_brand IS DISTINCT FROM NULLIF(current_setting('app.brand', true), '')::bigint OR NOT EXISTS (
       SELECT 1 FROM governance_effect e
        WHERE e.brand_id = p_brand AND e.key = p_key AND e.status = 'SENT' AND e.grant_jti = p_jti
          AND e.incarnation = (SELECT i.number FROM governance_incarnation i)) THEN
    RETURN false;
  END IF;
  INSERT INTO governance_grantused (jti, effect_key, burned) VALUES (p_jti, p_key, true) ON CONFLICT (jti) DO NOTHING;
  RETURN coalesce((SELECT u.burned FROM governance_grantused u WHERE u.jti = p_jti), false);
EXCEPTION WHEN lock_not_available THEN
  RETURN false;
END
$$;

CREATE FUNCTION public.governance_check_letter() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF (NEW.subscription_id, NEW.kind, NEW.message_id, NEW.day, NEW.facts) IS DISTINCT FROM
     (OLD.subscription_id, OLD.kind, OLD.message_id, OLD.day, OLD.facts)
     OR (OLD.closed_at IS NOT NULL AND (NEW.closed_at, NEW.count) IS DISTINCT FROM (OLD.closed_at, OLD.count)) THEN
    RAISE EXCEPTION 'letter_says_one_thing: %', OLD.id USING ERRCODE = '23514', CONSTRAINT = 'letter_says_one_thing';
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION public.governance_check_subscription() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_timezone_names z WHERE z.name = NEW.time_zone) THEN
    RAISE EXCEPTION 'subscription_time_zone_is_known: %', NEW.time_zone
      USING ERRCODE = '23514', CONSTRAINT = 'subscription_time_zone_is_known';
  END IF;
  IF TG_OP = 'UPDATE' AND (NEW.secret_number < OLD.secret_number) THEN
    RAISE EXCEPTION 'subscription_secret_only_moves_on: %', OLD.id
      USING ERRCODE = '23514', CONSTRAINT = 'subscription_secret_only_moves_on';
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION public.governance_digest_put(p_subscription bigint, p_day date, p_facts jsonb) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
  INSERT INTO governance_letter (subscription_id, kind, message_id, status, state_version, day, facts, count, due_at,
                                 closed_at, lease_owner, fence, attempts, note, made_at)
  VALUES (p_subscription, 'digest', gen_random_uuid(), 'PENDING', 1, p_day, p_facts, 1, chimera_now(), chimera_now(),
          '', 0, 0, '', chimera_now())
  ON CONFLICT (subscription_id, day) WHERE day IS NOT NULL DO NOTHING;
  RETURN FOUND;
END
$$;

CREATE FUNCTION public.governance_digests_due(p_back interval) RETURNS TABLE(subscription bigint, day date, since timestamp with time zone, brands bigint[], time_zone text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  SELECT t.id, t.day, greatest(chimera_now() - p_back, coalesce(
           (SELECT max(l.made_at) FROM governance_letter l WHERE l.subscription_id = t.id AND l.day IS NOT NULL),
           chimera_now() - interval '1 day')), t.brands, t.time_zone::text
    FROM (SELECT s.id, s.brands, s.made_at, s.time_zone, (chimera_now() AT TIME ZONE s.time_zone)::date AS day,
                 ((chimera_now() AT TIME ZONE s.time_zone)::date + make_interval(hours => s.digest_hour))
                   AT TIME ZONE s.time_zone AS moment
            FROM governance_subscription s WHERE s.is_live AND s.digest_hour IS NOT NULL) t
   WHERE t.moment <= chimera_now() AND t.made_at <= t.moment
     AND NOT EXISTS (SELECT 1 FROM governance_letter l WHERE l.subscription_id = t.id AND l.day >= t.day)
   ORDER BY t.id
$$;

CREATE FUNCTION public.governance_dollars(p_micros bigint) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $_$ SELECT '$' || to_char(p_micros / 1000000.0, 'FM999999999990.009999') $_$;

CREATE FUNCTION public.governance_effect_withdraw(p_subject text, p_kind text, p_sentence text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_effect governance_effect%ROWTYPE;
BEGIN
  SELECT * INTO v_effect FROM governance_effect e
   WHERE e.brand_id = NULLIF(current_setting('app.brand', true), '')::bigint
     AND e.subject = p_subject AND e.kind = p_kind FOR UPDATE;
  IF NOT FOUND THEN RETURN NULL; END IF;
  IF v_effect.status <> 'INTENDED' THEN RETURN v_effect.status; END IF;
  PERFORM governance_end_hold(v_effect.hold_key, NULL);
  UPDATE governance_effect SET status = 'REFUTED', state_version = state_version + 1,
         receipt = jsonb_build_object('sentence', p_sentence) WHERE id = v_effect.id;
  RETURN 'REFUTED';
END
$$;

CREATE FUNCTION public.governance_end_hold(p_key text, p_amount bigint, p_debit text DEFAULT 'calls'::text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_total constant date := '0001-01-01';
  v_hold governance_hold%ROWTYPE;
BEGIN
  IF p_amount IS NOT NULL THEN
    RETURN governance_settle_set(jsonb_build_array(jsonb_build_object('key', p_key, 'amount', p_amount)), p_debit) = 1;
  END IF;
  UPDATE governance_hold h SET status = 'VOID', state_version = h.state_version + 1
   WHERE h.brand_id = v_brand AND h.key = p_key AND h.status = 'HELD' RETURNING * INTO v_hold;
  IF NOT FOUND THEN RETURN false; END IF;
  INSERT INTO governance_fleetreturn (day, held_usd_micros, spent_usd_micros)
  VALUES (v_hold.day, v_hold.amount_usd_micros, 0);
  WITH place AS (
    SELECT b.id FROM governance_budget b
     WHERE b.brand_id = v_brand AND b.scope = ANY (v_hold.scopes)
       AND (b.day = v_hold.day OR b.day = v_total) ORDER BY b.scope, b.day FOR UPDATE OF b
  )
  UPDATE governance_budget b SET reserved_usd_micros = b.reserved_usd_micros - v_hold.amount_usd_micros
    FROM place p WHERE b.id = p.id;
  RETURN true;
END
$$;

CREATE FUNCTION public.governance_end_quarantine() RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_count integer;
BEGIN
  UPDATE governance_control SET status = 'LIFTED', state_version = state_version + 1, lifted_at = chimera_now()
   WHERE scope = 'effects' AND status = 'IN_FORCE' AND NOT incident;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END
$$;

CREATE FUNCTION public.governance_fleet_fold(p_day date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
  PERFORM 1 FROM governance_fleetbudget f WHERE f.day = p_day FOR UPDATE;
  WITH gone AS (
    DELETE FROM governance_fleetreturn r WHERE r.day = p_day RETURNING r.held_usd_micros, r.spent_usd_micros
  ), sums AS (
    SELECT sum(g.held_usd_micros) AS held, sum(g.spent_usd_micros) AS spent FROM gone g HAVING count(*) > 0
  )
  UPDATE governance_fleetbudget f SET reserved_usd_micros = f.reserved_usd_micros - s.held,
         settled_usd_micros = f.settled_usd_micros + s.spent
    FROM sums s WHERE f.day = p_day;
END
$$;

CREATE FUNCTION public.governance_fleet_limit_follows() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_day date := (chimera_now() AT TIME ZONE 'UTC')::date;
  v_used record;
BEGIN
  PERFORM governance_fleet_fold(v_day);
  SELECT f.reserved_usd_micros AS reserved, f.settled_usd_micros AS settled INTO v_used
    FROM governance_fleetbudget f WHERE f.day = v_day FOR UPDATE;
  IF v_used.reserved + v_used.settled > NEW.limit_usd_micros THEN
    PERFORM governance_refuse_limit('fleet', 'day', NEW.limit_usd_micros, v_used.reserved, v_used.settled);
  END IF;
  UPDATE governance_fleetbudget f SET limit_usd_micros = NEW.limit_usd_micros WHERE f.day = v_day;
  RETURN NULL;
END
$$;

CREATE FUNCTION public.governance_fleet_take(p_day date, p_amount bigint) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_gate record;
BEGIN
  INSERT INTO governance_fleetbudget (day, limit_usd_micros) SELECT p_day, l.limit_usd_micros FROM governance_fleetlimit l
  ON CONFLICT (day) DO NOTHING;
  PERFORM governance_fleet_fold(p_day);
  UPDATE governance_fleetbudget f SET reserved_usd_micros = f.reserved_usd_micros + p_amount
   WHERE f.day = p_day AND f.reserved_usd_micros + f.settled_usd_micros + p_amount <= f.limit_usd_micros;
  IF NOT FOUND THEN
    SELECT f.limit_usd_micros AS most, f.reserved_usd_micros AS reserved, f.settled_usd_micros AS settled INTO v_gate
      FROM (SELECT 1) AS one LEFT JOIN governance_fleetbudget f ON f.day = p_day;
    PERFORM governance_refuse('fleet', 'day', v_gate.most, v_gate.reserved, v_gate.settled, p_amount, p_day);
  END IF;
END
$$;

CREATE FUNCTION public.governance_fleet_unfolded() RETURNS SETOF date
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  SELECT DISTINCT r.day FROM governance_fleetreturn r ORDER BY r.day
$$;

CREATE FUNCTION public.governance_fleet_used(p_day date) RETURNS TABLE(used bigint, most bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  SELECT coalesce(f.reserved_usd_micros + f.settled_usd_micros, 0)
         - coalesce((SELECT sum(r.held_usd_micros - r.spent_usd_micros) FROM governance_fleetreturn r WHERE r.day = p_day), 0)::bigint,
         coalesce(f.limit_usd_micros, l.limit_usd_micros)
    FROM governance_fleetlimit l LEFT JOIN governance_fleetbudget f ON f.day = p_day
$$;

CREATE FUNCTION public.governance_grant_answer(p_brand bigint, p_key text, p_jti text) RETURNS TABLE(outcome text, told jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  SELECT a.outcome::text, a.told
    FROM governance_effect e JOIN governance_grantended a ON a.jti = e.grant_jti
   WHERE e.brand_id = p_brand AND e.brand_id = NULLIF(current_setting('app.brand', true), '')::bigint
     AND e.key = p_key AND e.grant_jti = p_jti
$$;

CREATE FUNCTION public.governance_grant_is_approved(p_brand bigint, p_approval text, p_hash text, p_key text) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $_$
  SELECT CASE WHEN e.kind = 'delete' THEN p_approval = e.subject AND p_approval ~ '^publishing\.reversal:[0-9]{1,18}$'
              ELSE p_approval = 'judge' OR EXISTS (
    SELECT 1 FROM governance_reviewitem r
     WHERE r.id = substring(p_approval FROM '^governance\.reviewitem:([0-9]{1,18})$')::bigint
       AND r.brand_id = p_brand AND r.status = 'APPROVED' AND r.approved_hash = p_hash) END
    FROM (SELECT 1) AS one LEFT JOIN governance_effect e ON e.brand_id = p_brand AND e.key = p_key
$_$;

CREATE FUNCTION public.governance_grant_is_burned(p_jti text) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  SELECT EXISTS (SELECT 1 FROM governance_grantused u WHERE u.jti = p_jti AND u.burned)
$$;

CREATE FUNCTION public.governance_grant_stands(p_brand bigint, p_key text, p_jti text, p_fence bigint, p_hash text) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  SELECT EXISTS (SELECT 1 FROM governance_effect e
                  WHERE e.brand_id = p_brand AND e.key = p_key AND e.status = 'SENT'
                    AND e.grant_jti = p_jti AND e.sent_fence = p_fence AND e.payload_hash = p_hash
                    AND e.incarnation = (SELECT i.number FROM governance_incarnation i))
$$;

CREATE FUNCTION public.governance_grant_stop(p_brand bigint, p_key text) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  SELECT 'A ' || c.kind || ' on ' || c.scope || ' is in force since '
         || to_char(c.since AT TIME ZONE 'UTC', 'HH24:MI') || ' UTC: ' || c.reason
    FROM governance_control c
   WHERE c.status = 'IN_FORCE'
     AND (c.scope IN ('fleet', 'effects', 'brand:' || p_brand)  -- also for what was sent before effects had scopes
          OR c.scope = ANY (SELECT unnest(e.scopes) FROM governance_effect e WHERE e.brand_id = p_brand AND e.key = p_key))
   ORDER BY c.since, c.id LIMIT 1
$$;

CREATE FUNCTION public.governance_guard_burned() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF current_user <> 'chimera_dispatch' THEN
    RAISE EXCEPTION 'grant_is_burned_by_its_function: grant % cannot be burned by %', NEW.jti, current_user
      USING ERRCODE = '23514', CONSTRAINT = 'grant_is_burned_by_its_function';
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION public.governance_guard_checkpoint() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
  v_former governance_checkpoint;
BEGIN
  SELECT * INTO v_former FROM governance_checkpoint c ORDER BY c.generation DESC, c.size DESC LIMIT 1;
  IF (v_former.id IS NOT NULL AND NEW.previous IS DISTINCT FROM sha256(convert_to(v_former.note, 'UTF8'))
        AND NOT NEW.generation > v_former.generation)
     OR (v_former.id IS NULL AND NEW.previous IS NOT NULL AND NEW.generation = 0)
     OR NEW.generation < coalesce(v_former.generation, 0)
     OR (NEW.generation = v_former.generation AND NEW.size <= v_former.size)
     OR NEW.size <> coalesce((SELECT max(s.seq) + 1 FROM governance_sealedevent s), 0) THEN
    RAISE EXCEPTION 'checkpoint_follows_the_former: % entries of generation % do not go on where the record ends',
      NEW.size, NEW.generation USING ERRCODE = '23514', CONSTRAINT = 'checkpoint_follows_the_former';
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION public.governance_guard_control() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
  v_actor text := coalesce(current_setting('app.actor', true), '');
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.imposed_by := v_actor;
    NEW.resume_asked_by := ''; NEW.resume_asked_at := NULL; NEW.resume_asked_why := '';
    NEW.lifted_by := ''; NEW.lift_reason := '';
    RETURN NEW;
  END IF;
  IF (NEW.scope, NEW.kind, NEW.reason, NEW.since, NEW.incident, NEW.needs_second, NEW.imposed_by,
      NEW.cause, NEW.until) IS DISTINCT FROM (OLD.scope, OLD.kind, OLD.reason, OLD.since, OLD.incident,
      OLD.needs_second, OLD.imposed_by, OLD.cause, OLD.until) THEN
    RAISE EXCEPTION 'control_stays_what_it_is: control % is a % on % by %', OLD.id, OLD.kind, OLD.scope, OLD.imposed_by
      USING ERRCODE = '23514', CONSTRAINT = 'control_stays_what_it_is';
  END IF;
  NEW.resume_asked_by := OLD.resume_asked_by;
  NEW.resume_asked_at := OLD.resume_asked_at;
  IF NEW.resume_asked_why IS DISTINCT FROM OLD.resume_asked_why THEN
    NEW.resume_asked_by := v_actor;
    NEW.resume_asked_at := chimera_now();
  END IF;
  NEW.lifted_by := CASE WHEN NEW.status = 'LIFTED' AND OLD.status <> 'LIFTED' THEN v_actor ELSE OLD.lifted_by END;
  IF NEW.status = 'LIFTED' AND current_user = 'chimera_dispatch' THEN  -- governance_end_quarantine, which has no text
    NEW.lift_reason := 'The platforms were read and nothing was open.';
  ELSIF NEW.status = 'LIFTED' AND current_user = 'chimera_treasurer' THEN  -- the governor, of its own pauses alone
    NEW.lift_reason := 'The budget that was used up has money again.';
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION public.governance_guard_foureyes() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
  v_actor text := coalesce(current_setting('app.actor', true), '');
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.set_by := v_actor; NEW.ended_by := '';
    RETURN NEW;
  END IF;
  IF (NEW.what, NEW.reason, NEW.set_by, NEW.since) IS DISTINCT FROM (OLD.what, OLD.reason, OLD.set_by, OLD.since) THEN
    RAISE EXCEPTION 'foureyes_stays_what_it_is: rule % is about %', OLD.id, OLD.what
      USING ERRCODE = '23514', CONSTRAINT = 'foureyes_stays_what_it_is';
  END IF;
  NEW.ended_by := CASE WHEN NEW.status = 'ENDED' AND OLD.status <> 'ENDED' THEN v_actor ELSE OLD.ended_by END;
  RETURN NEW;
END
$$;

CREATE FUNCTION public.governance_guard_grant_key() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.made_at := chimera_now();
    NEW.since := NEW.made_at;
    NEW.verifies_until := NULL;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.kid, NEW.x, NEW.voucher, NEW.made_at) IS DISTINCT FROM (OLD.id, OLD.kid, OLD.x, OLD.voucher, OLD.made_at)
  THEN
    RAISE EXCEPTION 'grant_key_is_written_once: grant key % cannot be changed', OLD.kid
      USING ERRCODE = '23514', CONSTRAINT = 'grant_key_is_written_once';
  END IF;
  NEW.since := OLD.since;
  NEW.verifies_until := OLD.verifies_until;
  IF NEW.status IS DISTINCT FROM OLD.status THEN
    NEW.since := chimera_now();
    IF NEW.status = 'RETIRED' THEN NEW.verifies_until := NEW.since + interval '75 seconds'; END IF;
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION public.governance_guard_hands() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.governance_guard_incarnation() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF NEW.number <= OLD.number THEN
    RAISE EXCEPTION 'incarnation_rises: % is not after %', NEW.number, OLD.number
      USING ERRCODE = '23514', CONSTRAINT = 'incarnation_rises';
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION public.governance_guard_places() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
  v_first bigint;
  v_last bigint;
  v_count bigint;
BEGIN
  SELECT min(n.seq), max(n.seq), count(*) INTO v_first, v_last, v_count FROM fresh n;
  IF v_count > 0 AND (v_last - v_first + 1 <> v_count
      OR (v_first > 0 AND NOT EXISTS (SELECT 1 FROM governance_sealedevent s WHERE s.seq = v_first - 1))) THEN
    RAISE EXCEPTION 'sealed_places_have_no_gap: what is sealed goes on where the record ends'
      USING ERRCODE = '23514', CONSTRAINT = 'sealed_places_have_no_gap';
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION public.governance_guard_question() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF (NEW.subject, NEW.task, NEW.content_hash, NEW.snapshot) IS DISTINCT FROM
     (OLD.subject, OLD.task, OLD.content_hash, OLD.snapshot) THEN
    PERFORM governance_refuse_review('review_asks_one_thing', OLD.id, 'is about ' || OLD.subject || ' and stays so');
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION public.governance_guard_sends() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.governance_guard_server() RETURNS trigger
    LANGUAGE plpgsql
    AS $_$
DECLARE
  v_actor text := coalesce(current_setting('app.actor', true), '');
BEGIN
  NEW.pins := coalesce((SELECT jsonb_object_agg(t ->> 'name', t ->> 'sha256') FROM jsonb_array_elements(NEW.tools) t),
                       '{}');
  IF (SELECT count(*) FROM jsonb_object_keys(NEW.pins)) <> jsonb_array_length(NEW.tools)
     OR EXISTS (SELECT 1 FROM jsonb_array_elements(NEW.tools) t WHERE t ->> 'sha256' IS DISTINCT FROM
                  encode(sha256(convert_to(t -> 'told' ->> '$tainted', 'UTF8')), 'hex')) THEN
    RAISE EXCEPTION 'server_pins_are_of_the_tools: the pins of % are not those of its tools', NEW.name
      USING ERRCODE = '23514', CONSTRAINT = 'server_pins_are_of_the_tools';
  END IF;
  NEW.pins_hash := encode(sha256(convert_to(NEW.pins::text, 'UTF8')), 'hex');
  IF TG_OP = 'INSERT' THEN
    NEW.proposed_by := v_actor;
    NEW.reviewed_by := ''; NEW.reviewed_at := NULL; NEW.former_pins := '{}';
    NEW.seen := NULL; NEW.seen_wrong := ''; NEW.seen_hash := ''; NEW.seen_at := NULL; NEW.kept_hash := '';
    RETURN NEW;
  END IF;
  NEW.proposed_by := OLD.proposed_by; NEW.proposed_at := OLD.proposed_at;
  NEW.reviewed_by := OLD.reviewed_by; NEW.reviewed_at := OLD.reviewed_at;
  IF (NEW.name, NEW.url, NEW.transport, NEW.owner) IS DISTINCT FROM (OLD.name, OLD.url, OLD.transport, OLD.owner) THEN
    RAISE EXCEPTION 'server_stays_what_it_is: % is %', OLD.name, OLD.url
      USING ERRCODE = '23514', CONSTRAINT = 'server_stays_what_it_is';
  END IF;
  IF current_user = 'chimera_dispatch' THEN
    IF (OLD.status, NEW.status) IS DISTINCT FROM ('ALLOWED', 'DISABLED') OR (NEW.tools, NEW.former_pins, NEW.lock_hash,
         NEW.sbom_hash, NEW.sbom, NEW.scan_hash, NEW.scan) IS DISTINCT FROM (OLD.tools, OLD.former_pins, OLD.lock_hash,
         OLD.sbom_hash, OLD.sbom, OLD.scan_hash, OLD.scan) THEN
      RAISE EXCEPTION 'server_is_only_disabled_from_below: % stays %', OLD.name, OLD.status
        USING ERRCODE = '23514', CONSTRAINT = 'server_is_only_disabled_from_below';
    END IF;
  ELSIF current_user = 'chimera_owner' AND NEW.owner = 'ours' THEN
    NEW.former_pins := CASE WHEN NEW.pins = OLD.pins THEN OLD.former_pins ELSE OLD.pins END;
  ELSE
    NEW.former_pins := CASE WHEN NEW.pins = OLD.pins THEN OLD.former_pins ELSE '{}' END;
    IF NEW.pins <> OLD.pins AND OLD.status = 'ALLOWED' THEN
      RAISE EXCEPTION 'server_pin_changes_with_a_review: disable % first', OLD.name
        USING ERRCODE = '23514', CONSTRAINT = 'server_pin_changes_with_a_review';
    END IF;
    IF NEW.status = 'ALLOWED' AND OLD.status <> 'ALLOWED' AND current_user <> 'chimera_operator' THEN
      RAISE EXCEPTION 'server_is_allowed_by_the_operator: % stays %', OLD.name, OLD.status
        USING ERRCODE = '23514', CONSTRAINT = 'server_is_allowed_by_the_operator';
    END IF;
  END IF;
  IF NEW.status = 'ALLOWED' AND OLD.status <> 'ALLOWED' THEN
    NEW.reviewed_by := v_actor; NEW.reviewed_at := chimera_now();
    NEW.seen := NULL; NEW.seen_wrong := ''; NEW.seen_hash := ''; NEW.seen_at := NULL; NEW.kept_hash := '';
  END IF;
  RETURN NEW;
END
$_$;

CREATE FUNCTION public.governance_guard_server_second() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE EXCEPTION 'server_needs_second_stays: % was proposed by %', OLD.name, OLD.proposed_by
    USING ERRCODE = '23514', CONSTRAINT = 'server_needs_second_stays';
END
$$;

CREATE FUNCTION public.governance_guard_two() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
  v_actor text := coalesce(current_setting('app.actor', true), '');
  v_sponsored boolean;
  v_first boolean;
  v_second boolean;
  v_brands text;
  v_written text;
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.first_by := ''; NEW.first_at := NULL; NEW.first_hash := ''; NEW.first_edited := NULL;
    v_sponsored := coalesce(NEW.snapshot #>> '{payload,sponsorship}', 'none') <> 'none';
    NEW.needs_two := NEW.needs_two OR governance_needs_two(NEW.brand_id, NEW.kind, v_sponsored, false);
    RETURN NEW;
  END IF;

  v_first := (NEW.first_by, NEW.first_at, NEW.first_hash, NEW.first_edited) IS DISTINCT FROM
             (OLD.first_by, OLD.first_at, OLD.first_hash, OLD.first_edited);
  v_second := OLD.status = 'PENDING' AND NEW.status = 'APPROVED';
  IF v_actor LIKE 'user:%' AND (v_first OR NEW.status IS DISTINCT FROM OLD.status OR (NEW.claimed_by <> ''
       AND (NEW.claimed_by, NEW.claimed_until) IS DISTINCT FROM (OLD.claimed_by, OLD.claimed_until))) THEN
    v_brands := core_brands_of(v_actor);
    IF v_brands <> '' AND NOT NEW.brand_id = ANY (string_to_array(v_brands, ',')::bigint[]) THEN
      PERFORM governance_refuse_review('review_is_of_the_persons_brands', OLD.id, 'is of a brand that is not theirs');
    END IF;
  END IF;

  IF OLD.needs_two AND NOT NEW.needs_two THEN
    PERFORM governance_refuse_review('review_two_stay_two', OLD.id, 'needs two people');
  END IF;
  IF NOT v_first AND NOT v_second THEN
    RETURN NEW;
  END IF;

  IF v_first AND NEW.first_by = '' THEN
    IF NEW.status <> 'PENDING' OR OLD.first_by <> v_actor THEN
      PERFORM governance_refuse_review('review_first_yes_is_ones_own', OLD.id, 'has the first yes of ' || OLD.first_by);
    END IF;
    NEW.first_at := NULL; NEW.first_hash := ''; NEW.first_edited := NULL;
    RETURN NEW;
  END IF;

  v_sponsored := coalesce(NEW.snapshot #>> '{payload,sponsorship}', 'none') <> 'none';
  NEW.needs_two := NEW.needs_two OR governance_needs_two(
    NEW.brand_id, NEW.kind, v_sponsored, coalesce(NEW.edited, NEW.first_edited) IS NOT NULL);
  IF NOT NEW.needs_two THEN
    RETURN NEW;  -- a first yes without need of a second: review_first_yes_is_whole refuses it
  END IF;
  v_written := governance_written_by(NEW.rests_on::text[], v_actor);
  IF v_written IS NOT NULL THEN
    PERFORM governance_refuse_review('review_author_never_approves', OLD.id, 'rests on ' || v_written || ', their own');
  END IF;
  IF v_second THEN
    IF v_first OR OLD.first_by = '' OR NEW.approved_hash <> OLD.first_hash OR NEW.decided_by <> v_actor
       OR governance_person(OLD.first_by) = governance_person(v_actor) THEN
      PERFORM governance_refuse_review('review_needs_two_people', OLD.id, 'needs the yes of two people to the same');
    END IF;
    RETURN NEW;
  END IF;

  IF NEW.status <> 'PENDING' OR NEW.first_by <> v_actor OR (OLD.first_by <> '' AND NEW.first_hash = OLD.first_hash) THEN
    PERFORM governance_refuse_review('review_first_yes_is_ones_own', OLD.id, 'is not open for this first yes');
  ELSIF OLD.claimed_by NOT IN ('', v_actor) AND OLD.claimed_until > chimera_now() THEN
    PERFORM governance_refuse_review('review_is_claimed_by_another', OLD.id, 'is in the hands of ' || OLD.claimed_by);
  ELSIF OLD.deadline <= chimera_now() THEN
    PERFORM governance_refuse_review('review_late_is_not_answered', OLD.id, 'was due before');
  ELSIF NEW.first_hash <> coalesce(NEW.first_edited ->> 'content_hash', NEW.content_hash) THEN
    PERFORM governance_refuse_review('review_yes_covers_its_content', OLD.id, 'shows other content');
  END IF;
  NEW.first_at := chimera_now();
  RETURN NEW;
END
$$;

CREATE FUNCTION public.governance_impose(p_scope text, p_cause text, p_reason text, p_until timestamp with time zone) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_actor text := current_setting('app.actor', true);
  v_count integer;
BEGIN
  PERFORM set_config('app.actor', 'governor', true);
  INSERT INTO governance_control (scope, kind, reason, status, state_version, since, cause, until)
  VALUES (p_scope, 'pause', p_reason, 'IN_FORCE', 1, chimera_now(), p_cause, p_until)
  ON CONFLICT (scope, kind) WHERE status = 'IN_FORCE' DO NOTHING;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  PERFORM set_config('app.actor', coalesce(v_actor, ''), true);
  RETURN v_count = 1;
END
$$;

CREATE FUNCTION public.governance_late_reviews(p_count integer) RETURNS TABLE(id bigint, brand_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  SELECT r.id, r.brand_id FROM governance_reviewitem r
   WHERE r.status = 'PENDING' AND r.deadline <= chimera_now() ORDER BY r.deadline LIMIT p_count
$$;

CREATE TABLE public.governance_auditevent (
    id bigint NOT NULL,
    subject character varying(80) NOT NULL,
    task_id character varying(80) NOT NULL,
    actor character varying(160) NOT NULL,
    action character varying(8) NOT NULL,
    from_status character varying(16) NOT NULL,
    to_status character varying(16) NOT NULL,
    state_version integer NOT NULL,
    body text NOT NULL,
    at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    brand_id bigint,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL
);

ALTER TABLE ONLY public.governance_auditevent FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.governance_leaf(p public.governance_auditevent) RETURNS bytea
    LANGUAGE sql STABLE
    AS $$
  SELECT sha256('\x00'::bytea || convert_to(
    '{"action":' || to_json(p.action) || ',"actor":' || to_json(p.actor)
    || ',"at":"' || to_char(p.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || 'Z","body":' || to_json(p.body)
    || ',"brand":' || coalesce(p.brand_id::text, 'null') || ',"from":' || to_json(p.from_status)
    || ',"id":' || p.id || ',"subject":' || to_json(p.subject) || ',"task":' || to_json(p.task_id)
    || ',"to":' || to_json(p.to_status) || ',"version":' || p.state_version || '}', 'UTF8'))
$$;

CREATE FUNCTION public.governance_letter_land(p_id bigint, p_fence bigint, p_to text, p_after interval, p_note text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_ends boolean := p_to <> 'PENDING';
BEGIN
  UPDATE governance_letter l
     SET status = p_to, state_version = l.state_version + v_ends::integer, lease_owner = '', note = left(p_note, 300),
         due_at = CASE WHEN NOT v_ends THEN chimera_now() + p_after END,
         ended_at = CASE WHEN v_ends THEN chimera_now() END
   WHERE l.id = p_id AND l.fence = p_fence AND l.status = 'PENDING';
  RETURN FOUND;
END
$$;

CREATE FUNCTION public.governance_letter_take(p_owner text, p_lease interval) RETURNS TABLE(id bigint, fence bigint, attempts integer, kind text, message_id uuid, count integer, closed_at timestamp with time zone, day date, facts jsonb, subscription bigint, name text, channel text, address text, is_live boolean, time_zone text, secret_number integer, former_until timestamp with time zone, notices jsonb)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v governance_letter;
BEGIN
  SELECT * INTO v FROM governance_letter l WHERE l.status = 'PENDING' AND l.due_at <= chimera_now()
   ORDER BY l.due_at, l.id LIMIT 1 FOR UPDATE SKIP LOCKED;
  IF v.id IS NULL THEN RETURN; END IF;
  UPDATE governance_letter l
     SET fence = l.fence + 1, attempts = l.attempts + 1, lease_owner = p_owner, due_at = chimera_now() + p_lease,
         closed_at = coalesce(l.closed_at, chimera_now())
   WHERE l.id = v.id RETURNING l.* INTO v;
  RETURN QUERY
    SELECT v.id, v.fence, v.attempts, v.kind::text, v.message_id, v.count, v.closed_at, v.day, v.facts, s.id, s.name::text,
           s.channel::text, s.address::text, s.is_live, s.time_zone::text, s.secret_number, s.former_until,
           coalesce((SELECT jsonb_agg(jsonb_build_object('id', n.id, 'kind', n.kind, 'scope', n.scope, 'subject', n.subject,
                                      'sentence', n.sentence, 'link', n.link, 'at', n.made_at) ORDER BY n.id)
                       FROM governance_letternotice x JOIN governance_notice n ON n.id = x.notice_id
                      WHERE x.letter_id = v.id), '[]')
      FROM governance_subscription s WHERE s.id = v.subscription_id;
END
$$;

CREATE FUNCTION public.governance_lift_exhausted(p_scope text) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_count integer;
BEGIN
  UPDATE governance_control c SET status = 'LIFTED', lifted_at = chimera_now(), state_version = c.state_version + 1
   WHERE c.status = 'IN_FORCE' AND c.scope = p_scope AND c.cause = 'exhausted';
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END
$$;

CREATE FUNCTION public.governance_limit_follows() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_caller text := current_setting('app.brand', true);
  v_day date := (chimera_now() AT TIME ZONE 'UTC')::date;
  v_total constant date := '0001-01-01';
  v_reserved bigint := 0;
  v_settled bigint := 0;
BEGIN
  PERFORM set_config('app.brand', NEW.brand_id::text, true);
  IF NEW."window" = 'total' THEN v_day := v_total; END IF;
  -- Without another limit the scope has refused so far, and there is nothing to count.
  IF TG_OP = 'INSERT' AND EXISTS (SELECT 1 FROM governance_budgetlimit l
                                   WHERE l.brand_id = NEW.brand_id AND l.scope = NEW.scope AND l.id <> NEW.id) THEN
    LOCK TABLE governance_hold IN SHARE ROW EXCLUSIVE MODE;
    SELECT coalesce(sum(h.amount_usd_micros), 0) INTO v_reserved FROM governance_hold h
     WHERE h.brand_id = NEW.brand_id AND h.status = 'HELD' AND NEW.scope = ANY (h.scopes) AND v_day IN (h.day, v_total);
    SELECT coalesce(sum(e.amount_usd_micros), 0) INTO v_settled FROM governance_entry e
     WHERE e.brand_id = NEW.brand_id AND NEW.scope = ANY (e.scopes) AND v_day IN (e.day, v_total);
    IF v_reserved + v_settled > 0 THEN
      INSERT INTO governance_budget (brand_id, scope, day, limit_usd_micros, reserved_usd_micros, settled_usd_micros)
      VALUES (NEW.brand_id, NEW.scope, v_day, greatest(NEW.limit_usd_micros, v_reserved + v_settled), v_reserved, v_settled)
      ON CONFLICT (brand_id, scope, day) DO NOTHING;
    END IF;
  END IF;
  SELECT b.reserved_usd_micros, b.settled_usd_micros INTO v_reserved, v_settled FROM governance_budget b
   WHERE b.brand_id = NEW.brand_id AND b.scope = NEW.scope AND b.day = v_day FOR UPDATE;
  IF v_reserved + v_settled > NEW.limit_usd_micros THEN
    PERFORM governance_refuse_limit(NEW.scope, NEW."window", NEW.limit_usd_micros, v_reserved, v_settled);
  END IF;
  UPDATE governance_budget b SET limit_usd_micros = NEW.limit_usd_micros
   WHERE b.brand_id = NEW.brand_id AND b.scope = NEW.scope AND b.day = v_day;
  PERFORM set_config('app.brand', coalesce(v_caller, ''), true);
  RETURN NULL;
END
$$;

CREATE FUNCTION public.governance_may_put_away(p_days integer, p_count integer) RETURNS TABLE(first_seq bigint, last_seq bigint, before timestamp with time zone)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.governance_needs_two(p_brand bigint, p_kind text, p_sponsored boolean, p_edited boolean) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
  SELECT EXISTS (
    SELECT 1 FROM governance_foureyes f
     WHERE f.brand_id = p_brand AND f.status = 'IN_FORCE' AND p_kind NOT IN ('in_doubt', 'sample', 'by_hand')
       AND (f.what = 'everything' OR f.what = p_kind OR (f.what = 'sponsored' AND p_sponsored)
            OR (f.what = 'edited' AND p_edited)))
$$;

CREATE FUNCTION public.governance_news(p_near interval, p_doubt interval, p_circuit interval, p_record interval, p_cap_bp integer, p_open interval, p_max interval, p_back interval, p_count integer) RETURNS TABLE(kind text, scope text, subject text, key text, facts jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  WITH now AS MATERIALIZED (SELECT chimera_now() AS t), news AS (
    SELECT 'deadline' AS kind, 'brand:' || r.brand_id AS scope, 'governance.reviewitem:' || r.id AS subject,
           'deadline:' || r.id AS key, r.brand_id AS brand,
           jsonb_build_object('id', r.id, 'agent', r.agent, 'deadline', r.deadline) AS facts
      FROM governance_reviewitem r, now
     WHERE r.status = 'PENDING' AND r.kind <> 'sample' AND r.deadline > now.t AND r.deadline <= now.t + p_near
    UNION ALL
    SELECT 'expired', 'brand:' || r.brand_id, 'governance.reviewitem:' || r.id, 'expired:' || r.id, r.brand_id,
           jsonb_build_object('id', r.id, 'agent', r.agent, 'deadline', r.deadline)
      FROM governance_reviewitem r, now
     WHERE r.status = 'EXPIRED' AND r.kind <> 'sample' AND r.deadline > now.t - p_back
    UNION ALL
    SELECT 'doubt', 'brand:' || r.brand_id, 'governance.reviewitem:' || r.id, 'doubt:' || r.id, r.brand_id,
           jsonb_build_object('id', r.id, 'agent', r.agent, 'since', r.made_at)
      FROM governance_reviewitem r, now
     WHERE r.status = 'PENDING' AND r.kind = 'in_doubt' AND r.made_at <= now.t - p_doubt
    UNION ALL
    SELECT CASE c.cause WHEN 'exhausted' THEN 'cap' WHEN 'anomaly' THEN 'anomaly' ELSE 'stop' END,
           CASE WHEN b.brand IS NULL THEN 'fleet' ELSE 'brand:' || b.brand END,
           'governance.control:' || c.id, 'stop:' || c.id, b.brand,
           jsonb_build_object('on', c.scope, 'how', c.kind, 'reason', c.reason, 'by', c.imposed_by, 'until', c.until,
                              'incident', c.incident)
      FROM governance_control c, now, LATERAL (SELECT governance_brand_of(c.scope) AS brand) b
     WHERE c.since > now.t - p_back
    UNION ALL
    SELECT 'resume', CASE WHEN b.brand IS NULL THEN 'fleet' ELSE 'brand:' || b.brand END,
           'governance.control:' || c.id, 'resume:' || c.id, b.brand,
           jsonb_build_object('on', c.scope, 'how', c.kind, 'reason', c.lift_reason, 'by', c.lifted_by)
      FROM governance_control c, now, LATERAL (SELECT governance_brand_of(c.scope) AS brand) b
     WHERE c.status = 'LIFTED' AND c.lifted_at > now.t - p_back
    UNION ALL
    SELECT 'cap', 'brand:' || g.brand_id, '', 'cap:' || g.brand_id || ':' || g.scope || ':' || g.day, g.brand_id,
           jsonb_build_object('on', g.scope, 'window', l.window, 'limit', g.limit_usd_micros,
                              'used', g.reserved_usd_micros + g.settled_usd_micros)
      FROM now, governance_budgetlimit l
      JOIN governance_budget g ON g.brand_id = l.brand_id AND g.scope = l.scope
       AND g.day = CASE l.window WHEN 'total' THEN date '0001-01-01' ELSE (chimera_now() AT TIME ZONE 'UTC')::date END
     WHERE g.limit_usd_micros > 0
       AND (g.reserved_usd_micros + g.settled_usd_micros) * 10000.0 >= g.limit_usd_micros::numeric * p_cap_bp
    UNION ALL
    SELECT 'cap', 'fleet', '', 'cap:fleet:' || f.day, NULL,
           jsonb_build_object('on', 'fleet', 'window', 'day', 'limit', f.limit_usd_micros,
                              'used', f.reserved_usd_micros + f.settled_usd_micros)
      FROM now, governance_fleetbudget f
     WHERE f.day = (now.t AT TIME ZONE 'UTC')::date AND f.limit_usd_micros > 0
       AND (f.reserved_usd_micros + f.settled_usd_micros) * 10000.0 >= f.limit_usd_micros::numeric * p_cap_bp
    UNION ALL
    -- An incident begins with its first opening; each further one made two moves of the row.
    SELECT 'circuit', 'fleet', 'core.circuit:' || c.id,
           'circuit:' || c.provider || ':' || c.state_version - 2 * (c.opens - 1) - (c.status = 'HALF_OPEN')::integer,
           NULL, jsonb_build_object('provider', c.provider, 'note', c.note, 'opens', c.opens)
      FROM core_circuit c, now
     WHERE c.status <> 'CLOSED' AND now.t - c.since + (SELECT coalesce(sum(least(p_max, p_open * (2 ^ least(n - 1, 20)))
                                                              * 0.9), interval '0')
                                                         FROM generate_series(1, c.opens - 1) n) >= p_circuit
    UNION ALL
    SELECT 'record', 'fleet', '', 'record:' || floor(extract(epoch FROM e.at) / 21600), NULL,
           jsonb_build_object('since', e.at)
      FROM now, LATERAL (
        SELECT v.at FROM governance_sealing p JOIN governance_auditevent v ON (v.xid, v.id) > (p.from_xid, p.from_id)
         WHERE EXISTS (SELECT 1 FROM governance_checkpoint)
           AND NOT EXISTS (SELECT 1 FROM governance_sealedevent s WHERE s.event_id = v.id)
         ORDER BY v.xid, v.id LIMIT 1) e
     WHERE e.at <= now.t - p_record
    UNION ALL
    SELECT 'server', 'fleet', 'governance.server:' || s.id, 'server:' || s.id || ':' || s.seen_hash, NULL,
           jsonb_build_object('id', s.id, 'name', s.name)
      FROM governance_server s, now
     WHERE s.status = 'DISABLED' AND s.seen_hash <> '' AND s.seen_hash <> s.kept_hash AND s.seen_at > now.t - p_back
  )
  SELECT w.kind, w.scope, w.subject, w.key,
         w.facts || jsonb_build_object('brand', coalesce((SELECT b.slug FROM core_brand b WHERE b.id = w.brand), ''))
    FROM news w WHERE NOT EXISTS (SELECT 1 FROM governance_notice n WHERE n.key = w.key)
   LIMIT p_count
$$;

CREATE FUNCTION public.governance_note(p_kind text, p_scope text, p_subject text, p_sentence text, p_link text, p_key text, p_fold interval, p_only bigint DEFAULT NULL::bigint) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_id bigint;
  v_now timestamptz := chimera_now();
  v_letter bigint;
  v_count integer;
  s governance_subscription;
BEGIN
  INSERT INTO governance_notice (kind, scope, subject, sentence, link, key, made_at)
  VALUES (p_kind, p_scope, p_subject, p_sentence, p_link, p_key, v_now)
  ON CONFLICT (key) DO NOTHING RETURNING id INTO v_id;
  IF v_id IS NULL THEN RETURN NULL; END IF;
  FOR s IN SELECT * FROM governance_subscription c
            WHERE c.is_live AND CASE WHEN p_only IS NULL
                  THEN NOT c.digest_only AND (c.kinds = '{}' OR p_kind = ANY (c.kinds))
                       AND (c.brands = '{}' OR p_scope = ANY (SELECT 'brand:' || b FROM unnest(c.brands) b))
                  ELSE c.id = p_only END
            ORDER BY c.id
  LOOP
    INSERT INTO governance_letter AS l
           (subscription_id, kind, message_id, status, state_version, count, due_at, lease_owner, fence, attempts, note, made_at)
    VALUES (s.id, p_kind, gen_random_uuid(), 'PENDING', 1, 1,
            CASE WHEN p_only IS NOT NULL THEN v_now ELSE governance_after_quiet(
              greatest(v_now, (SELECT max(f.closed_at) + p_fold FROM governance_letter f
                                WHERE f.subscription_id = s.id AND f.kind = p_kind AND f.closed_at > v_now - p_fold)),
              s.time_zone, s.quiet_from, s.quiet_to) END,
            '', 0, 0, '', v_now)
    ON CONFLICT (subscription_id, kind) WHERE closed_at IS NULL AND day IS NULL
    DO UPDATE SET count = l.count + 1
    RETURNING l.id, l.count INTO v_letter, v_count;
    IF v_count <= 20 THEN
      INSERT INTO governance_letternotice (letter_id, notice_id) VALUES (v_letter, v_id);
    END IF;
  END LOOP;
  RETURN v_id;
END
$$;

CREATE FUNCTION public.governance_note_server() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_verb text := NEW.status;
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.status = OLD.status THEN
    v_verb := CASE WHEN NEW.pins_hash <> OLD.pins_hash OR NEW.lock_hash <> OLD.lock_hash THEN 'LOCKED'
                   WHEN NEW.kept_hash <> OLD.kept_hash THEN 'KEPT'
                   WHEN (NEW.sbom_hash, NEW.scan_hash) IS DISTINCT FROM (OLD.sbom_hash, OLD.scan_hash) THEN 'PAPERS' END;
  END IF;
  IF v_verb IS NOT NULL THEN
    INSERT INTO governance_servernote (server_id, verb, reason, pins_hash, seen, actor)
    VALUES (NEW.id, v_verb, NEW.reason, NEW.pins_hash, CASE WHEN v_verb = 'DISABLED' THEN NEW.seen END,
            coalesce(current_setting('app.actor', true), ''));
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION public.governance_pause_exhausted(p_scope text, p_window text, p_cheapest bigint, p_reason text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_day date := (chimera_now() AT TIME ZONE 'UTC')::date;
  v_unspent bigint;
BEGIN
  IF p_scope = 'fleet' THEN
    PERFORM governance_fleet_fold(v_day);
    SELECT f.limit_usd_micros - f.settled_usd_micros INTO v_unspent FROM governance_fleetbudget f WHERE f.day = v_day;
  ELSE
    SELECT b.limit_usd_micros - b.settled_usd_micros INTO v_unspent FROM governance_budget b
     WHERE b.brand_id = v_brand AND b.scope = p_scope
       AND b.day = CASE WHEN p_window = 'total' THEN date '0001-01-01' ELSE v_day END;
  END IF;
  IF v_unspent IS NULL OR v_unspent >= greatest(1, least(p_cheapest, 10000)) THEN RETURN false; END IF;
  RETURN governance_impose(p_scope, 'exhausted', p_reason,
                           CASE WHEN p_window <> 'total' THEN (v_day + 1)::timestamp AT TIME ZONE 'UTC' END);
END
$$;

CREATE FUNCTION public.governance_person(p_actor text) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $$
  SELECT lower(substr(p_actor, position(':' in p_actor) + 1))
$$;

CREATE FUNCTION public.governance_policy_version(p_brand bigint) RETURNS integer
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce((SELECT p.state_version FROM governance_brandpolicy p WHERE p.brand_id = p_brand), 0) $$;

CREATE FUNCTION public.governance_put_away(p_days integer, p_first bigint, p_last bigint) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.governance_refuse(p_scope text, p_window text, p_limit bigint, p_reserved bigint, p_settled bigint, p_asked bigint, p_today date) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
  RAISE EXCEPTION 'budget of % refuses', p_scope USING ERRCODE = 'CH002', DETAIL = json_build_object(
    'scope', p_scope, 'window', p_window, 'limit', p_limit, 'reserved', p_reserved, 'settled', p_settled,
    'asked', p_asked, 'day', CASE WHEN p_window = 'day' THEN p_today END,
    'reopens', CASE WHEN p_window = 'day' THEN to_char(p_today + 1, 'YYYY-MM-DD') || 'T00:00:00Z' END)::text;
END
$$;

CREATE FUNCTION public.governance_refuse_limit(p_scope text, p_window text, p_limit bigint, p_reserved bigint, p_settled bigint) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
  RAISE EXCEPTION 'the limit of % is below what is in use', p_scope USING ERRCODE = 'CH006', DETAIL = json_build_object(
    'scope', p_scope, 'window', p_window, 'limit', p_limit, 'reserved', p_reserved, 'settled', p_settled)::text;
END
$$;

CREATE FUNCTION public.governance_refuse_review(p_promise text, p_id bigint, p_said text) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE EXCEPTION '%: review % %', p_promise, p_id, p_said USING ERRCODE = '23514', CONSTRAINT = p_promise;
END
$$;

CREATE FUNCTION public.governance_reopen() RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_actor text := current_setting('app.actor', true);
  v_count integer;
BEGIN
  PERFORM set_config('app.actor', 'governor', true);
  UPDATE governance_control c SET status = 'LIFTED', lifted_at = chimera_now(), state_version = c.state_version + 1
   WHERE c.status = 'IN_FORCE' AND c.until <= chimera_now();
  GET DIAGNOSTICS v_count = ROW_COUNT;
  PERFORM set_config('app.actor', coalesce(v_actor, ''), true);
  RETURN v_count;
END
$$;

CREATE FUNCTION public.governance_require_spending() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
  v_control governance_control%ROWTYPE;
BEGIN
  SELECT * INTO v_control FROM governance_control c WHERE c.scope = 'spending' AND c.status = 'IN_FORCE'
   ORDER BY c.since, c.id LIMIT 1;
  IF FOUND AND EXISTS (SELECT 1 FROM fresh f WHERE f.amount_usd_micros > 0) THEN
    RAISE EXCEPTION 'A % on spending is in force since % UTC: %', v_control.kind,
      to_char(v_control.since AT TIME ZONE 'UTC', 'HH24:MI'), v_control.reason
      USING ERRCODE = 'CH007', CONSTRAINT = 'hold_waits_while_spending_is_stopped';
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION public.governance_reserve(p_key text, p_about text, p_scopes text[], p_amount bigint, p_lasts interval) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
  PERFORM governance_reserve_set(
    jsonb_build_array(jsonb_build_object('key', p_key, 'about', p_about, 'scopes', p_scopes, 'amount', p_amount)),
    p_lasts, false);
  RETURN (SELECT h.id FROM governance_hold h
           WHERE h.brand_id = NULLIF(current_setting('app.brand', true), '')::bigint AND h.key = p_key);
END
$$;

CREATE FUNCTION public.governance_reserve_set(p_rows jsonb, p_lasts interval, p_spent_if_lost boolean DEFAULT true) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_now timestamptz := chimera_now();
  v_day date := (v_now AT TIME ZONE 'UTC')::date;
  v_total constant date := '0001-01-01';
  v_want jsonb;
  v_new boolean;
  v_count integer;
  v_amount bigint;
  v_taken bigint[];
  v_gate record;
BEGIN
  WITH made AS (
    INSERT INTO governance_hold
           (brand_id, key, about, scopes, day, amount_usd_micros, status, state_version, expires_at, made_at,
            spent_if_lost)
    SELECT v_brand, r.key, r.about, r.scopes, v_day, r.amount, 'HELD', 1, v_now + p_lasts, v_now, p_spent_if_lost
      FROM jsonb_to_recordset(p_rows) AS r (key text, about text, scopes text[], amount bigint)
    ON CONFLICT (brand_id, key) DO NOTHING RETURNING scopes, amount_usd_micros
  ), per_scope AS (
    SELECT s.scope, sum(m.amount_usd_micros)::bigint AS amount FROM made m, unnest(m.scopes) AS s (scope) GROUP BY s.scope
  ), per_window AS (
    SELECT p.scope, coalesce(l."window", 'day') AS "window", l.limit_usd_micros AS most, p.amount,
           CASE WHEN l."window" = 'total' THEN v_total ELSE v_day END AS day
      FROM per_scope p LEFT JOIN governance_budgetlimit l ON l.brand_id = v_brand AND l.scope = p.scope
  )
  SELECT (SELECT count(*) FROM made), (SELECT sum(m.amount_usd_micros) FROM made m),
         jsonb_agg(jsonb_build_object('scope', w.scope, 'window', w."window", 'day', w.day, 'most', w.most,
                                      'amount', w.amount)),
         bool_or(b.id IS NULL)
    INTO v_count, v_amount, v_want, v_new
    FROM per_window w LEFT JOIN governance_budget b ON b.brand_id = v_brand AND b.scope = w.scope AND b.day = w.day;
  IF v_count = 0 THEN RETURN 0; END IF;
  IF v_new THEN
    INSERT INTO governance_budget (brand_id, scope, day, limit_usd_micros)
    SELECT v_brand, w.scope, w.day, w.most FROM jsonb_to_recordset(v_want) AS w (scope text, day date, most bigint)
     WHERE w.most IS NOT NULL ORDER BY w.scope, w.day
    ON CONFLICT (brand_id, scope, day) DO NOTHING;
  END IF;
  WITH place AS (
    SELECT b.id, w.amount FROM jsonb_to_recordset(v_want) AS w (scope text, day date, most bigint, amount bigint)
      JOIN governance_budget b ON b.brand_id = v_brand AND b.scope = w.scope AND b.day = w.day
     WHERE w.most IS NOT NULL ORDER BY b.scope, b.day FOR UPDATE OF b
  ), taken AS (
    UPDATE governance_budget b SET reserved_usd_micros = b.reserved_usd_micros + p.amount
      FROM place p
     WHERE b.id = p.id AND b.reserved_usd_micros + b.settled_usd_micros + p.amount <= b.limit_usd_micros
    RETURNING b.id
  )
  SELECT array_agg(t.id) INTO v_taken FROM taken t;
  IF coalesce(cardinality(v_taken), 0) <> jsonb_array_length(v_want) THEN
    SELECT w.scope, w."window", w.amount, b.limit_usd_micros, b.reserved_usd_micros, b.settled_usd_micros INTO v_gate
      FROM jsonb_to_recordset(v_want) AS w (scope text, "window" text, day date, most bigint, amount bigint)
      LEFT JOIN governance_budget b ON b.brand_id = v_brand AND b.scope = w.scope AND b.day = w.day
                                   AND w.most IS NOT NULL
     WHERE b.id IS NULL OR NOT b.id = ANY (coalesce(v_taken, '{}'))
     ORDER BY w.scope, w.day LIMIT 1;
    PERFORM governance_refuse(v_gate.scope, v_gate."window", v_gate.limit_usd_micros, v_gate.reserved_usd_micros,
                              v_gate.settled_usd_micros, v_gate.amount, v_day);
  END IF;
  UPDATE governance_fleetbudget f SET reserved_usd_micros = f.reserved_usd_micros + v_amount
   WHERE f.day = v_day AND f.reserved_usd_micros + f.settled_usd_micros + v_amount <= f.limit_usd_micros;
  IF NOT FOUND THEN PERFORM governance_fleet_take(v_day, v_amount); END IF;
  RETURN v_count;
END
$$;

CREATE FUNCTION public.governance_reserve_set_in(p_brand bigint, p_actor text, p_rows jsonb, p_lasts interval) RETURNS integer
    LANGUAGE plpgsql
    AS $$
BEGIN
  PERFORM set_config('app.brand', p_brand::text, true), set_config('app.actor', p_actor, true);
  RETURN governance_reserve_set(p_rows, p_lasts);
END
$$;

CREATE FUNCTION public.governance_revoke_grants(p_scope text) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET lock_timeout TO '100ms'
    AS $$
DECLARE
  v_ends timestamptz := clock_timestamp() + interval '300 milliseconds';
  v_count integer := 0;
  v_effect record;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM governance_control c WHERE c.scope = p_scope AND c.status = 'IN_FORCE') THEN
    RETURN 0;  -- nothing is revoked for a scope that is not stopped
  END IF;
  FOR v_effect IN
    SELECT e.grant_jti, e.key FROM governance_effect e
     WHERE e.status = 'SENT' AND e.incarnation = (SELECT i.number FROM governance_incarnation i)
       AND (p_scope IN ('fleet', 'effects') OR p_scope = 'brand:' || e.brand_id OR p_scope = ANY (e.scopes))
       AND NOT EXISTS (SELECT 1 FROM governance_grantused u WHERE u.jti = e.grant_jti)
     ORDER BY e.id
  LOOP
    BEGIN
      INSERT INTO governance_grantused (jti, effect_key, burned) VALUES (v_effect.grant_jti, v_effect.key, true)
      ON CONFLICT (jti) DO NOTHING;
      IF FOUND THEN v_count := v_count + 1; END IF;
    EXCEPTION WHEN lock_not_available THEN
      EXIT WHEN clock_timestamp() > v_ends;
    END;
  END LOOP;
  RETURN v_count;
END
$$;

CREATE FUNCTION public.governance_server_enter(p_name text, p_tools jsonb, p_lock_hash text, p_sbom_hash text, p_sbom jsonb) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
  v governance_server;
BEGIN
  PERFORM set_config('app.actor', 'migration', true) WHERE coalesce(current_setting('app.actor', true), '') = '';
  SELECT * INTO v FROM governance_server s WHERE s.name = p_name AND s.status <> 'REMOVED' FOR UPDATE;
  IF v.id IS NULL THEN
    INSERT INTO governance_server (name, url, transport, owner, status, state_version, tools, pins, former_pins, pins_hash,
           lock_hash, sbom_hash, sbom, scan_hash, scan, seen_wrong, seen_hash, kept_hash, reason, proposed_by, reviewed_by)
    VALUES (p_name, '', 'streamable_http', 'ours', 'PROPOSED', 1, p_tools, '{}', '{}', '', p_lock_hash, p_sbom_hash,
            p_sbom, '', '{}', '', '', '', '', '', '');
    UPDATE governance_server s SET status = 'ALLOWED', state_version = 2, reason = 'Its lock file came with the code.'
     WHERE s.name = p_name AND s.status = 'PROPOSED';
  ELSIF v.owner = 'ours' AND (v.lock_hash <> p_lock_hash OR v.sbom_hash <> p_sbom_hash) THEN
    UPDATE governance_server s SET tools = p_tools, lock_hash = p_lock_hash, sbom_hash = p_sbom_hash, sbom = p_sbom
     WHERE s.id = v.id;
  END IF;
END
$$;

CREATE FUNCTION public.governance_server_seen(p_name text, p_url text, p_tools jsonb, p_wrong text, p_reason text, p_by text) RETURNS TABLE(outcome text, said text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v governance_server;
  v_pins jsonb := coalesce((SELECT jsonb_object_agg(t ->> 'name', t ->> 'sha256') FROM jsonb_array_elements(p_tools) t),
                           '{}');
BEGIN
  SELECT * INTO v FROM governance_server s
   WHERE s.name = p_name AND s.status <> 'REMOVED' AND (s.url = p_url OR s.owner = 'ours');
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'unknown', '';
  ELSIF v.status <> 'ALLOWED' THEN
    RETURN QUERY SELECT lower(v.status), v.reason;
  ELSIF p_wrong = '' AND (v_pins = v.pins OR (v.former_pins <> '{}' AND v_pins = v.former_pins)) THEN
    RETURN QUERY SELECT 'allowed', '';
  ELSE
    PERFORM set_config('app.actor', 'server:' || p_by, true)
      WHERE coalesce(current_setting('app.actor', true), '') = '';
    UPDATE governance_server s
       SET status = 'DISABLED', state_version = s.state_version + 1, reason = left(p_reason, 500), seen = p_tools,
           seen_wrong = left(p_wrong, 200), seen_hash = encode(sha256(convert_to(v_pins::text || p_wrong, 'UTF8')), 'hex'),
           seen_at = chimera_now(), kept_hash = ''
     WHERE s.id = v.id AND s.status = 'ALLOWED' AND s.state_version = v.state_version;
    RETURN QUERY SELECT 'changed', left(p_reason, 500);
  END IF;
END
$$;

CREATE FUNCTION public.governance_settle_set(p_rows jsonb, p_debit text DEFAULT 'calls'::text) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_now timestamptz := chimera_now();
  v_total constant date := '0001-01-01';
  v_count integer;
  v_sums jsonb;
BEGIN
  WITH ended AS (
    UPDATE governance_hold h SET status = 'SETTLED', settled_usd_micros = r.amount, state_version = h.state_version + 1
      FROM jsonb_to_recordset(p_rows) AS r (key text, amount bigint)
     WHERE h.brand_id = v_brand AND h.key = r.key AND h.status = 'HELD'
    RETURNING h.key, h.about, h.day, h.scopes, h.amount_usd_micros, r.amount
  ), entered AS (
    INSERT INTO governance_entry (brand_id, hold_key, about, scopes, day, debit, credit, amount_usd_micros, at)
    SELECT v_brand, e.key, e.about, e.scopes, e.day, p_debit, 'brand:' || v_brand, e.amount, v_now FROM ended e
     WHERE e.amount > 0
  ), returned AS (
    INSERT INTO governance_fleetreturn (day, held_usd_micros, spent_usd_micros)
    SELECT e.day, sum(e.amount_usd_micros), sum(e.amount) FROM ended e GROUP BY e.day
  ), sums AS (
    SELECT w.day, s.scope, sum(e.amount_usd_micros) AS held, sum(e.amount) AS spent
      FROM ended e, unnest(e.scopes) AS s (scope), LATERAL (VALUES (e.day), (v_total)) AS w (day)
     WHERE w.day = e.day OR s.scope LIKE 'campaign:%' GROUP BY w.day, s.scope
  )
  SELECT (SELECT count(*) FROM ended), (SELECT jsonb_agg(to_jsonb(s)) FROM sums s) INTO v_count, v_sums;
  IF v_count = 0 THEN RETURN 0; END IF;
  WITH place AS (
    SELECT b.id, w.held, w.spent FROM jsonb_to_recordset(v_sums) AS w (day date, scope text, held bigint, spent bigint)
      JOIN governance_budget b ON b.brand_id = v_brand AND b.scope = w.scope AND b.day = w.day
     ORDER BY b.scope, b.day FOR UPDATE OF b
  )
  UPDATE governance_budget b SET reserved_usd_micros = b.reserved_usd_micros - p.held,
         settled_usd_micros = b.settled_usd_micros + p.spent
    FROM place p WHERE b.id = p.id;
  RETURN v_count;
END
$$;

CREATE FUNCTION public.governance_sign_revocation() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  NEW.by := coalesce(current_setting('app.actor', true), '');
  NEW.at := chimera_now();
  RETURN NEW;
END
$$;

CREATE FUNCTION public.governance_tell_answer() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.governance_time_hands() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.governance_use_grant(p_brand bigint, p_key text, p_jti text, p_fence bigint, p_hash text, p_approval text, p_keys text[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_stop text;
  v_revoked boolean;
  v_stands boolean;
  v_approved boolean;
BEGIN
  INSERT INTO governance_grantused (jti, effect_key) VALUES (p_jti, p_key);
  SELECT governance_grant_stop(p_brand, p_key),
         cardinality(p_keys) = 0 OR EXISTS (SELECT 1 FROM governance_grantrevocation r WHERE r.kid = ANY (p_keys)),
         governance_grant_stands(p_brand, p_key, p_jti, p_fence, p_hash),
         governance_grant_is_approved(p_brand, p_approval, p_hash, p_key)
    INTO v_stop, v_revoked, v_stands, v_approved;
  IF v_stop IS NOT NULL THEN RAISE EXCEPTION 'stopped' USING ERRCODE = 'CH010', DETAIL = v_stop; END IF;
  IF v_revoked THEN RAISE EXCEPTION 'revoked' USING ERRCODE = 'CH010'; END IF;
  IF NOT v_stands THEN RAISE EXCEPTION 'replaced' USING ERRCODE = 'CH010'; END IF;
  IF NOT v_approved THEN RAISE EXCEPTION 'unapproved' USING ERRCODE = 'CH010'; END IF;
END
$$;

CREATE FUNCTION public.governance_watch(p_hour_times numeric, p_hold_times numeric, p_floor bigint) RETURNS TABLE(scope text, reason text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
#variable_conflict use_column
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_now timestamptz := chimera_now();
  v_day date := (v_now AT TIME ZONE 'UTC')::date;
  v_found record;
BEGIN
  FOR v_found IN
    WITH hour AS (
      SELECT s.scope, sum(e.amount_usd_micros)::bigint AS now
        FROM governance_entry e, unnest(e.scopes) AS s (scope)
       WHERE e.brand_id = v_brand AND e.day >= v_day - 1 AND e.at > v_now - interval '1 hour'
       GROUP BY s.scope HAVING sum(e.amount_usd_micros) > p_floor
    ), known AS (
      SELECT h.scope, h.now, least(14, v_day - (
               SELECT e.day FROM governance_entry e
                WHERE e.brand_id = v_brand AND e.day >= v_day - 15 AND h.scope = ANY (e.scopes)
                ORDER BY e.day LIMIT 1)) AS days
        FROM hour h
    ), hourly AS (
      SELECT h.scope, h.now,
             (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY b.micros)
                FROM generate_series(1, h.days) AS k, LATERAL (
                  SELECT coalesce(sum(e.amount_usd_micros), 0)::bigint AS micros FROM governance_entry e
                   WHERE e.brand_id = v_brand AND e.day BETWEEN v_day - k - 1 AND v_day - k AND h.scope = ANY (e.scopes)
                     AND e.at > v_now - make_interval(days => k, hours => 1)
                     AND e.at <= v_now - make_interval(days => k)) AS b) AS usual
        FROM known h WHERE h.days >= 3
    ), single AS (
      SELECT l.scope, l.now, u.usual
        FROM (SELECT s.scope, max(h.amount_usd_micros) AS now
                FROM governance_hold h, unnest(h.scopes) AS s (scope)
               WHERE h.brand_id = v_brand AND h.status = 'HELD' AND h.expires_at > v_now AND h.amount_usd_micros > p_floor
               GROUP BY s.scope) AS l,
             LATERAL (SELECT count(*) AS acts, percentile_disc(0.5) WITHIN GROUP (ORDER BY e.amount_usd_micros) AS usual
                        FROM governance_entry e
                       WHERE e.brand_id = v_brand AND e.day > v_day - 14 AND l.scope = ANY (e.scopes)) AS u
       WHERE u.acts >= 20
    ), odd AS (
      SELECT h.scope, format('%s was spent in an hour; %s is usual at this time of the day.',
                             governance_dollars(h.now), governance_dollars(h.usual)) AS reason
        FROM hourly h WHERE h.now > p_hour_times * h.usual
      UNION ALL
      SELECT x.scope, format('%s is set aside for one act; one usually costs %s.',
                             governance_dollars(x.now), governance_dollars(x.usual))
        FROM single x WHERE x.now > p_hold_times * x.usual
    )
    SELECT DISTINCT ON (o.scope) o.scope::text AS scope, o.reason || ' A human must look, and resume it.' AS reason FROM odd o
     WHERE NOT EXISTS (SELECT 1 FROM governance_control c WHERE c.scope = o.scope AND c.cause = 'anomaly'
                        AND (c.status = 'IN_FORCE' OR c.lifted_at > v_now - interval '1 hour'))
     ORDER BY o.scope, o.reason
  LOOP
    IF governance_impose(v_found.scope, 'anomaly', v_found.reason, NULL) THEN
      RETURN QUERY SELECT v_found.scope, v_found.reason;
    END IF;
  END LOOP;
END
$$;

CREATE FUNCTION public.governance_written_by(p_rests_on text[], p_actor text) RETURNS text
    LANGUAGE sql STABLE
    AS $$
  SELECT e.subject FROM governance_auditevent e
   WHERE e.subject = ANY (p_rests_on) AND governance_person(e.actor) = governance_person(p_actor)
     AND (e.action = 'insert' OR e.to_status IN (e.from_status, 'ACTIVE'))
   ORDER BY e.id LIMIT 1
$$;

CREATE FUNCTION public.publishing_around(p_shelf integer, p_bits bit) RETURNS integer[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
DECLARE
  v_around integer[] := '{}';
  v_window integer;
BEGIN
  FOREACH v_window IN ARRAY publishing_windows(p_shelf, p_bits) LOOP
    v_around := v_around || ARRAY[v_window, v_window # 1, v_window # 2, v_window # 4, v_window # 8, v_window # 16,
      v_window # 32, v_window # 64, v_window # 128, v_window # 256, v_window # 512];
  END LOOP;
  RETURN v_around;
END
$$;

CREATE FUNCTION public.publishing_asset_wishes(p_hashes text[], p_warm interval, p_cold interval) RETURNS TABLE(content_hash text, tier text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_former text := coalesce(current_setting('app.brand', true), '');
  v_used timestamptz[] := '{}';
  v_hashes text[] := '{}';
  v_brand bigint;
  v_row record;
BEGIN
  FOREACH v_brand IN ARRAY ARRAY(SELECT core_brand_ids()) LOOP
    PERFORM set_config('app.brand', v_brand::text, true);
    FOR v_row IN SELECT a.content_hash, a.used_at FROM publishing_asset a
                  WHERE a.brand_id = v_brand AND a.content_hash = ANY (p_hashes) LOOP
      v_hashes := v_hashes || v_row.content_hash::text;
      v_used := v_used || v_row.used_at;
    END LOOP;
  END LOOP;
  PERFORM set_config('app.brand', v_former, true);
  RETURN QUERY
    SELECT u.hash, CASE WHEN max(u.used) <= chimera_now() - p_cold THEN 'cold'
                        WHEN max(u.used) <= chimera_now() - p_warm THEN 'warm' ELSE 'hot' END
      FROM unnest(v_hashes, v_used) AS u(hash, used) GROUP BY u.hash;
END
$$;

CREATE FUNCTION public.publishing_assets_needed(p_hashes text[]) RETURNS text[]
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_former text := coalesce(current_setting('app.brand', true), '');
  v_brands bigint[] := ARRAY(SELECT core_brand_ids());
  v_brand bigint;
  v_left text[] := p_hashes;
BEGIN
  IF cardinality(p_hashes) > 1000 THEN
    RAISE EXCEPTION 'at most 1000 hashes are looked up at once, not %', cardinality(p_hashes) USING ERRCODE = '22023';
  END IF;
  v_left := ARRAY(SELECT unnest(v_left) EXCEPT SELECT unnest(ARRAY[s.sbom_hash, s.scan_hash]) FROM governance_server s);
  FOREACH v_brand IN ARRAY v_brands LOOP  -- by an index, and mostly the end of it
    EXIT WHEN cardinality(v_left) = 0;
    PERFORM set_config('app.brand', v_brand::text, true);
    v_left := ARRAY(SELECT unnest(v_left) EXCEPT SELECT a.content_hash FROM publishing_asset a
                     WHERE a.brand_id = v_brand AND a.content_hash = ANY (v_left));
  END LOOP;
  FOREACH v_brand IN ARRAY v_brands LOOP
    EXIT WHEN cardinality(v_left) = 0;
    PERFORM set_config('app.brand', v_brand::text, true);
    v_left := ARRAY(SELECT unnest(v_left) EXCEPT SELECT publishing_media_named(v_left));
  END LOOP;
  PERFORM set_config('app.brand', v_former, true);
  RETURN ARRAY(SELECT unnest(p_hashes) EXCEPT SELECT unnest(v_left));
END
$$;

CREATE FUNCTION public.publishing_bio_read(p_platform text, p_handle text, p_lacks text) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  INSERT INTO publishing_accountcheck AS c (brand_id, account_id, name, holds, lacks)
  SELECT a.brand_id, a.id, 'bio', p_lacks = '', left(p_lacks, 200) FROM publishing_account a
   WHERE a.platform = p_platform AND a.handle = p_handle
      ON CONFLICT (brand_id, account_id, name) DO UPDATE SET holds = excluded.holds, lacks = excluded.lacks
$$;

CREATE FUNCTION public.publishing_canonical(p_value jsonb) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
  CASE jsonb_typeof(p_value)
    WHEN 'object' THEN
      RETURN (SELECT '{' || coalesce(string_agg(to_json(o.key)::text || ':' || publishing_canonical(o.value), ','
                                                ORDER BY o.key COLLATE "C"), '') || '}' FROM jsonb_each(p_value) o);
    WHEN 'array' THEN
      RETURN (SELECT '[' || coalesce(string_agg(publishing_canonical(a.value), ',' ORDER BY a.ordinality), '') || ']'
                FROM jsonb_array_elements(p_value) WITH ORDINALITY a);
    ELSE
      RETURN p_value::text;
  END CASE;
END
$$;

CREATE FUNCTION public.publishing_deliver(p_platform text, p_users text[], p_kinds text[], p_ids text[], p_nameless integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_kept integer;
  v_ours integer;
BEGIN
  WITH ours AS MATERIALIZED (
    SELECT a.brand_id, a.id AS account_id, e.kind, e.name
      FROM unnest(p_users, p_kinds, p_ids) AS e (user_id, kind, name)
      JOIN publishing_credential c ON c.platform_user_id = e.user_id
      JOIN publishing_account a ON a.brand_id = c.brand_id AND a.id = c.account_id AND a.platform = p_platform
  ), kept AS (
    INSERT INTO publishing_delivery (brand_id, account_id, platform, kind, platform_id)
    SELECT DISTINCT o.brand_id, o.account_id, p_platform, o.kind, o.name FROM ours o
        ON CONFLICT DO NOTHING RETURNING 1
  )
  SELECT (SELECT count(*) FROM kept), (SELECT count(*) FROM ours) INTO v_kept, v_ours;
  PERFORM publishing_delivery_count(
    p_platform, v_kept, v_ours - v_kept, cardinality(p_users) - v_ours + greatest(p_nameless, 0), 0);
  RETURN v_kept;
END
$$;

CREATE FUNCTION public.publishing_delivery_count(p_platform text, p_kept integer, p_repeated integer, p_strange integer, p_refused integer) RETURNS void
    LANGUAGE sql
    AS $$
  INSERT INTO publishing_deliverycount AS c (platform, day, kept, repeated, strange, refused)
  VALUES (left(p_platform, 20), (chimera_now() AT TIME ZONE 'UTC')::date, p_kept, p_repeated, p_strange, p_refused)
      ON CONFLICT (platform, day) DO UPDATE
     SET kept = c.kept + p_kept, repeated = c.repeated + p_repeated, strange = c.strange + p_strange,
         refused = c.refused + p_refused
$$;

CREATE FUNCTION public.publishing_delivery_keep() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF (NEW.account_id, NEW.platform, NEW.kind, NEW.platform_id, NEW.came_at)
     IS DISTINCT FROM (OLD.account_id, OLD.platform, OLD.kind, OLD.platform_id, OLD.came_at)
     OR NEW.looks < OLD.looks OR (OLD.due_at IS NULL AND NEW.due_at IS NOT NULL) THEN
    RAISE EXCEPTION 'what a delivery says stays as it is' USING ERRCODE = 'CH003';
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION public.publishing_delivery_refused(p_platform text, p_count integer) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  SELECT publishing_delivery_count(p_platform, 0, 0, 0, greatest(p_count, 0))
$$;

CREATE FUNCTION public.publishing_ears(p_platforms text[]) RETURNS TABLE(brand_id bigint, platform text, at text, handles jsonb, fresh boolean, waits boolean, idle_s double precision, rung bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  SELECT a.brand_id, a.platform::text, coalesce(c.position, '')::text, jsonb_object_agg(lower(a.handle), a.id),
         EXISTS (SELECT FROM publishing_mention m WHERE m.brand_id = a.brand_id AND m.status = 'NEW'),
         EXISTS (SELECT FROM publishing_mention m WHERE m.brand_id = a.brand_id AND m.status IN ('NEW', 'TAKEN')),
         coalesce(extract(epoch FROM chimera_now() - c.read_at), 1e9)::double precision,
         coalesce((SELECT max(d.id) FROM publishing_delivery d WHERE d.brand_id = a.brand_id
                    AND d.platform = a.platform AND d.due_at <= chimera_now()), 0)
    FROM publishing_account a
    LEFT JOIN publishing_cursor c ON c.brand_id = a.brand_id AND c.platform = a.platform
   WHERE a.platform = ANY (p_platforms)
   GROUP BY a.brand_id, a.platform, c.position, c.read_at
   ORDER BY a.platform, a.brand_id
$$;

CREATE FUNCTION public.publishing_effect_label() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $_$
BEGIN
  NEW.labelled := EXISTS (
    SELECT 1 FROM publishing_post p
     WHERE p.id = CASE WHEN NEW.subject ~ '^publishing\.post:[1-9][0-9]{0,17}$' THEN split_part(NEW.subject, ':', 2)::bigint END
       AND p.brand_id = NEW.brand_id AND p.payload @> '{"ai_generated": true}' AND p.content_hash = NEW.payload_hash
       AND encode(sha256(convert_to(publishing_canonical(p.payload), 'UTF8')), 'hex') = NEW.payload_hash);
  RETURN NEW;
END
$_$;

CREATE FUNCTION public.publishing_fingerprint_keep(p_brand bigint, p_rows jsonb) RETURNS void
    LANGUAGE sql
    AS $$
  INSERT INTO publishing_fingerprint
         (brand_id, post_id, place, account_id, day, text_hash, vector, image_sha256, likeness)
  SELECT p.brand_id, p.id, coalesce(m.place, 1) - 1, p.account_id,
         (coalesce(p.due_at, chimera_now()) AT TIME ZONE 'UTC')::date,
         CASE WHEN coalesce(m.place, 1) = 1 THEN r.text_hash ELSE '' END,
         CASE WHEN coalesce(m.place, 1) = 1 THEN r.vector::vector END,
         coalesce(m.item ->> 'sha256', ''), a.likeness
    FROM jsonb_to_recordset(p_rows) AS r (task text, text_hash text, vector text)
    JOIN publishing_post p ON p.brand_id = p_brand AND p.task = r.task
    LEFT JOIN LATERAL jsonb_array_elements(p.payload -> 'media') WITH ORDINALITY AS m (item, place) ON true
    LEFT JOIN publishing_asset a ON a.brand_id = p_brand AND a.content_hash = m.item ->> 'sha256'
      ON CONFLICT DO NOTHING;
$$;

CREATE FUNCTION public.publishing_fleet_near(p_asked jsonb, p_days integer) RETURNS TABLE(n integer, kind text, near integer, own boolean, day date, as_of timestamp with time zone)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET max_parallel_workers_per_gather TO '0'
    SET jit TO 'off'
    SET enable_seqscan TO 'off'
    SET effective_io_concurrency TO '0'
    AS $$
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_now timestamptz := chimera_now();
  v_from date := (v_now AT TIME ZONE 'UTC')::date - p_days;
  v_one jsonb;
  v_image jsonb;
  v_vector vector(256);
  v_bits bit(256);
  v_around integer[];
  v_but bigint[];
BEGIN
  FOR v_one IN SELECT jsonb_array_elements(p_asked) LOOP
    n := (v_one ->> 'n')::integer;
    as_of := v_now;
    v_but := ARRAY(SELECT b::bigint FROM jsonb_array_elements_text(coalesce(v_one -> 'but', '[]')) b);
    kind := 'now'; near := 0; own := true; day := v_from;
    RETURN NEXT;
    IF v_one ->> 'vector' IS NOT NULL THEN
      SELECT 10000, coalesce(f.brand_id = v_brand, false), f.day INTO near, own, day
        FROM publishing_fingerprint f
       WHERE f.text_hash = v_one ->> 'text_hash' AND f.text_hash <> '' AND f.day >= v_from
         AND publishing_stands(f.brand_id, f.post_id)
         AND NOT (f.brand_id = v_brand AND f.post_id = ANY (v_but))
       ORDER BY f.day DESC LIMIT 1;
      IF NOT FOUND THEN
        v_vector := v_one ->> 'vector';
        v_bits := publishing_scattered(binary_quantize(v_vector)::bit(256));
        v_around := publishing_around(0, v_bits);
        -- The wide row is read of the few that can be near. Whether a post stands is asked from the nearest on, and for the
        -- first that does no more.
        SELECT round(10000 * (1 - c.away))::integer, coalesce(c.brand_id = v_brand, false), c.day INTO near, own, day
          FROM (SELECT s.brand_id, s.post_id, s.day,
                       (SELECT f.vector <=> v_vector FROM publishing_fingerprint f WHERE f.id = s.id >> 1) AS away
                  FROM (SELECT k.* FROM publishing_sharing(v_around, v_bits, v_from) k
                         WHERE k.away <= 64 ORDER BY k.away, k.id LIMIT 1000) s
                 ORDER BY 4, s.id) c
         WHERE publishing_stands(c.brand_id, c.post_id)
           AND NOT (c.brand_id = v_brand AND c.post_id = ANY (v_but)) LIMIT 1;
      END IF;
      IF FOUND THEN kind := 'text'; RETURN NEXT; END IF;
    END IF;
    FOR v_image IN SELECT jsonb_array_elements(v_one -> 'images') LOOP
      SELECT 0, coalesce(f.brand_id = v_brand, false), f.day INTO near, own, day
        FROM publishing_fingerprint f
       WHERE f.image_sha256 = v_image ->> 'sha256' AND f.image_sha256 <> '' AND f.day >= v_from
         AND publishing_stands(f.brand_id, f.post_id)
         AND NOT (f.brand_id = v_brand AND f.post_id = ANY (v_but))
       ORDER BY f.day DESC LIMIT 1;
      IF NOT FOUND AND v_image ->> 'likeness' IS NOT NULL THEN
        v_bits := publishing_scattered((v_image ->> 'likeness')::bit(256));
        v_around := publishing_around(1 << 23, v_bits);
        SELECT c.away, coalesce(c.brand_id = v_brand, false), c.day INTO near, own, day
          FROM (SELECT k.* FROM publishing_sharing(v_around, v_bits, v_from) k ORDER BY k.away, k.id LIMIT 1000) c
         WHERE publishing_stands(c.brand_id, c.post_id)
           AND NOT (c.brand_id = v_brand AND c.post_id = ANY (v_but)) LIMIT 1;
      END IF;
      IF FOUND THEN kind := 'image'; RETURN NEXT; END IF;
    END LOOP;
  END LOOP;
END
$$;

CREATE FUNCTION public.publishing_forget_assets(p_keep interval, p_after bigint, p_count integer, p_dry boolean, OUT gone bigint, OUT upto bigint) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_before timestamptz := chimera_now() - greatest(p_keep, interval '1 day');
  v_hashes text[];
BEGIN
  SELECT array_agg(o.content_hash), CASE WHEN count(*) = p_count THEN max(o.id) END INTO v_hashes, upto
    FROM (SELECT a.id, a.content_hash FROM publishing_asset a
           WHERE a.brand_id = v_brand AND a.id > p_after AND a.used_at <= v_before ORDER BY a.id LIMIT p_count) o;
  v_hashes := ARRAY(SELECT unnest(v_hashes) EXCEPT SELECT publishing_media_named(v_hashes));
  gone := cardinality(v_hashes);
  IF NOT p_dry AND gone > 0 THEN
    -- Looked at again: whoever uses one just now has moved its time.
    DELETE FROM publishing_asset a
     WHERE a.brand_id = v_brand AND a.content_hash = ANY (v_hashes) AND a.used_at <= v_before;
    GET DIAGNOSTICS gone = ROW_COUNT;
  END IF;
END
$$;

CREATE FUNCTION public.publishing_guard_accountcheck() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF coalesce(current_setting('app.actor', true), '') = '' THEN
    RAISE EXCEPTION 'accountcheck_is_by_who_said_it: a check without an actor is refused'
      USING ERRCODE = '23514', CONSTRAINT = 'accountcheck_is_by_who_said_it';
  END IF;
  NEW.by := current_setting('app.actor', true);
  NEW.at := chimera_now();
  RETURN NEW;
END
$$;

CREATE FUNCTION public.publishing_guard_blackout() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF coalesce(current_setting('app.actor', true), '') = '' THEN
    RAISE EXCEPTION 'blackout_is_by_who_made_it: a blackout without an actor is refused'
      USING ERRCODE = '23514', CONSTRAINT = 'blackout_is_by_who_made_it';
  END IF;
  NEW.by := current_setting('app.actor', true);
  RETURN NEW;
END
$$;

CREATE FUNCTION public.publishing_guard_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $_$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM publishing_reversal r
                  WHERE r.brand_id = NEW.brand_id AND r.status = 'ASKED' AND r.content_hash = NEW.payload_hash
                    AND r.id = substring(NEW.subject FROM '^publishing\.reversal:([0-9]{1,18})$')::bigint) THEN
    RAISE EXCEPTION 'delete_is_of_a_reversal: nobody asked for what % would delete', NEW.subject
      USING ERRCODE = '23514', CONSTRAINT = 'delete_is_of_a_reversal';
  END IF;
  RETURN NEW;
END
$_$;

CREATE FUNCTION public.publishing_guard_making() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF (NEW.key, NEW.about, NEW.maker, NEW.vendor, NEW.kind, NEW.model, NEW.request, NEW.request_hash, NEW.item, NEW.count,
      NEW.asked_at)
     IS DISTINCT FROM
     (OLD.key, OLD.about, OLD.maker, OLD.vendor, OLD.kind, OLD.model, OLD.request, OLD.request_hash, OLD.item, OLD.count,
      OLD.asked_at)
     OR (NEW.task_name IS DISTINCT FROM OLD.task_name AND OLD.task_name <> ''
         AND NOT (OLD.status = 'RUNNING' AND NEW.status = 'ASKED'))
     OR NEW.begins <> OLD.begins + (OLD.status = 'ASKED' AND NEW.status = 'BEGUN')::integer THEN
    RAISE EXCEPTION 'making_stays_what_it_is: making % is what it was asked to be', OLD.id
      USING ERRCODE = '23514', CONSTRAINT = 'making_stays_what_it_is';
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION public.publishing_guard_release() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
  v_actor text := coalesce(current_setting('app.actor', true), '');
BEGIN
  IF v_actor = '' THEN
    RAISE EXCEPTION 'release_is_by_who_did_it: a release without an actor is refused'
      USING ERRCODE = '23514', CONSTRAINT = 'release_is_by_who_did_it';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM publishing_feeditem i WHERE i.id = NEW.item AND i.suspicion <> '') THEN
    RAISE EXCEPTION 'release_is_of_a_held_item: item % is not in quarantine', NEW.item
      USING ERRCODE = '23514', CONSTRAINT = 'release_is_of_a_held_item';
  END IF;
  NEW.by := v_actor;
  NEW.at := chimera_now();
  RETURN NEW;
END
$$;

CREATE FUNCTION public.publishing_guard_reversal() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.asked_by := coalesce(current_setting('app.actor', true), '');
    NEW.asked_at := chimera_now();
    IF NOT EXISTS (SELECT 1 FROM publishing_post p WHERE p.brand_id = NEW.brand_id AND p.id = NEW.post_id
                      AND p.status = 'PUBLISHED' AND p.platform_id = NEW.payload ->> 'platform_id') THEN
      RAISE EXCEPTION 'reversal_is_of_a_live_post: post % is not live under this id', NEW.post_id
        USING ERRCODE = '23514', CONSTRAINT = 'reversal_is_of_a_live_post';
    END IF;
  ELSIF (NEW.post_id, NEW.way, NEW.payload, NEW.content_hash, NEW.reason, NEW.asked_by, NEW.asked_at)
        IS DISTINCT FROM (OLD.post_id, OLD.way, OLD.payload, OLD.content_hash, OLD.reason, OLD.asked_by, OLD.asked_at) THEN
    RAISE EXCEPTION 'reversal_stays_what_it_is: reversal % is of post % and stays so', OLD.id, OLD.post_id
      USING ERRCODE = '23514', CONSTRAINT = 'reversal_stays_what_it_is';
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION public.publishing_guard_reverted() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM publishing_reversal r
                  WHERE r.brand_id = NEW.brand_id AND r.post_id = NEW.id AND r.way = 'delete' AND r.status = 'DONE') THEN
    RAISE EXCEPTION 'post_is_reverted_by_a_reversal: nothing took post % back', NEW.id
      USING ERRCODE = '23514', CONSTRAINT = 'post_is_reverted_by_a_reversal';
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION public.publishing_heard_nothing(p_brands bigint[], p_platform text, p_from text, p_to text, p_note text) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_count integer;
BEGIN
  INSERT INTO publishing_cursor AS c (brand_id, platform, position, read_at, note)
  SELECT b, p_platform, CASE WHEN p_note = '' THEN p_to ELSE p_from END, chimera_now(), p_note
    FROM unnest(p_brands) AS b ORDER BY b
      ON CONFLICT (brand_id, platform) DO UPDATE
     SET position = CASE WHEN p_note = '' THEN p_to ELSE c.position END, read_at = chimera_now(), note = p_note
   WHERE CASE WHEN p_note = '' THEN c.position = p_from ELSE c.note <> p_note END;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END
$$;

CREATE FUNCTION public.publishing_hiding_claim(p_queues text[], p_stages text[], p_count integer, p_owner text, p_lease interval, p_after bigint) RETURNS TABLE(id bigint, brand_id bigint, stage text, fence bigint)
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
#variable_conflict use_column
DECLARE
  v_ids bigint[];
  v_brand bigint;
  v_now timestamptz;
BEGIN
  SELECT array_agg(p.id), min(p.brand_id) INTO v_ids, v_brand FROM publishing_hiding_pick(p_queues, p_stages, p_count, p_after) p;
  IF v_ids IS NULL THEN RETURN; END IF;
  PERFORM set_config('app.brand', v_brand::text, true), set_config('app.actor', p_owner, true);
  v_now := chimera_now();
  RETURN QUERY
    WITH claimed AS (
      UPDATE publishing_hiding t SET fence = t.fence + 1, attempts = t.attempts + 1, lease_owner = p_owner,
             lease_until = v_now + p_lease, due_at = v_now + p_lease
       WHERE t.id = ANY (v_ids) AND t.due_at <= v_now
      RETURNING t.id, t.brand_id, t.stage, t.fence
    ), noted AS (
      INSERT INTO governance_attempt (brand_id, subject, fence, stage, owner, outcome, claimed_at)
      SELECT c.brand_id, 'publishing.hiding:' || c.id, c.fence, c.stage, p_owner, '', v_now FROM claimed c
    )
    SELECT c.id, c.brand_id, c.stage::text, c.fence FROM claimed c;
END
$$;

CREATE FUNCTION public.publishing_hiding_pick(p_queues text[], p_stages text[], p_count integer, p_after bigint) RETURNS TABLE(id bigint, brand_id bigint)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_sort TO 'off'
    AS $$
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
      SELECT t.priority INTO v_priority FROM publishing_hiding t
       WHERE t.queue = v_queue AND t.priority > v_priority AND t.due_at <= v_now AND t.stage = ANY (p_stages)
       ORDER BY t.priority LIMIT 1;
      EXIT WHEN NOT FOUND;
      SELECT t.brand_id, t.stage INTO v_brand, v_stage FROM publishing_hiding t
       WHERE t.queue = v_queue AND t.priority = v_priority AND t.brand_id > p_after
         AND t.due_at <= v_now AND t.stage = ANY (p_stages) AND NOT (t.scopes::text[] && v_stopped)
       ORDER BY t.brand_id, t.due_at LIMIT 1 FOR UPDATE OF t SKIP LOCKED;
      IF NOT FOUND THEN
        SELECT t.brand_id, t.stage INTO v_brand, v_stage FROM publishing_hiding t
         WHERE t.queue = v_queue AND t.priority = v_priority AND t.brand_id <= p_after
           AND t.due_at <= v_now AND t.stage = ANY (p_stages) AND NOT (t.scopes::text[] && v_stopped)
         ORDER BY t.brand_id, t.due_at LIMIT 1 FOR UPDATE OF t SKIP LOCKED;
      END IF;
      CONTINUE WHEN NOT FOUND;  -- all of this priority is held or stopped: the next one
      RETURN QUERY
        SELECT t.id, t.brand_id FROM publishing_hiding t
         WHERE t.queue = v_queue AND t.priority = v_priority AND t.brand_id = v_brand
           AND t.due_at <= v_now AND t.stage = v_stage AND NOT (t.scopes::text[] && v_stopped)
         ORDER BY t.due_at LIMIT p_count FOR UPDATE OF t SKIP LOCKED;
      RETURN;
    END LOOP;
  END LOOP;
END
$$;

CREATE FUNCTION public.publishing_hiding_release_of(p_owner_prefix text, p_early interval) RETURNS SETOF text
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  UPDATE publishing_hiding t
     -- greatest() passes over a null
     SET lease_until = NULL, lease_owner = '', due_at = greatest(chimera_now(), t.lease_until - p_early)
   WHERE t.id IN (SELECT h.id FROM publishing_hiding h
                   WHERE h.due_at > chimera_now() AND h.lease_until > chimera_now()
                     AND p_owner_prefix LIKE 'worker:_%.' AND starts_with(h.lease_owner, p_owner_prefix)
                     FOR UPDATE SKIP LOCKED)
  RETURNING t.queue::text
$$;

CREATE FUNCTION public.publishing_hiding_renew(p_ids bigint[], p_fences bigint[], p_lease interval) RETURNS SETOF bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  UPDATE publishing_hiding t SET lease_until = greatest(t.lease_until, chimera_now() + p_lease),
         due_at = greatest(t.lease_until, chimera_now() + p_lease)
    FROM unnest(p_ids, p_fences) AS held (id, fence)
   WHERE t.id = held.id AND t.fence = held.fence AND t.lease_until IS NOT NULL
  RETURNING t.id
$$;

CREATE FUNCTION public.publishing_hiding_waiting(p_late interval) RETURNS TABLE(queue text, stage text, rows bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  SELECT t.queue::text, t.stage::text, count(*) FROM publishing_hiding t
   WHERE t.due_at <= chimera_now() - p_late
     AND NOT EXISTS (SELECT 1 FROM governance_control c WHERE c.status = 'IN_FORCE' AND c.scope = ANY (t.scopes))
   GROUP BY 1, 2
$$;

CREATE FUNCTION public.publishing_keep_blackout() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF (OLD.platform, OLD.begins_at, OLD.ends_at, OLD.reason, OLD."by") IS DISTINCT FROM
     (NEW.platform, NEW.begins_at, NEW.ends_at, NEW.reason, NEW."by") OR OLD.removed_at IS NOT NULL THEN
    RAISE EXCEPTION 'blackout_is_only_removed: blackout % stays as it was made', OLD.id
      USING ERRCODE = '23514', CONSTRAINT = 'blackout_is_only_removed';
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION public.publishing_likeness_keep() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
  INSERT INTO publishing_likeness (id, brand_id, post_id, day, shelf, bits)
  SELECT f.id << 1, f.brand_id, f.post_id, f.day, 0, publishing_scattered(binary_quantize(f.vector)::bit(256))
    FROM fresh f WHERE f.vector IS NOT NULL
   UNION ALL
  SELECT f.id << 1 | 1, f.brand_id, f.post_id, f.day, 1 << 23, publishing_scattered(f.likeness)
    FROM fresh f WHERE f.likeness IS NOT NULL
      ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;

CREATE FUNCTION public.publishing_making_claim(p_queues text[], p_stages text[], p_count integer, p_owner text, p_lease interval, p_after bigint) RETURNS TABLE(id bigint, brand_id bigint, stage text, fence bigint)
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
#variable_conflict use_column
DECLARE
  v_ids bigint[];
  v_brand bigint;
  v_now timestamptz;
BEGIN
  SELECT array_agg(p.id), min(p.brand_id) INTO v_ids, v_brand FROM publishing_making_pick(p_queues, p_stages, p_count, p_after) p;
  IF v_ids IS NULL THEN RETURN; END IF;
  PERFORM set_config('app.brand', v_brand::text, true), set_config('app.actor', p_owner, true);
  v_now := chimera_now();
  RETURN QUERY
    WITH claimed AS (
      UPDATE publishing_making t SET fence = t.fence + 1, attempts = t.attempts + 1, lease_owner = p_owner,
             lease_until = v_now + p_lease, due_at = v_now + p_lease
       WHERE t.id = ANY (v_ids) AND t.due_at <= v_now
      RETURNING t.id, t.brand_id, t.stage, t.fence
    ), noted AS (
      INSERT INTO governance_attempt (brand_id, subject, fence, stage, owner, outcome, claimed_at)
      SELECT c.brand_id, 'publishing.making:' || c.id, c.fence, c.stage, p_owner, '', v_now FROM claimed c
    )
    SELECT c.id, c.brand_id, c.stage::text, c.fence FROM claimed c;
END
$$;

CREATE FUNCTION public.publishing_making_money() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
  v_now publishing_making%ROWTYPE;
  v_held boolean;
BEGIN
  -- As the row is at the end: what moved twice in one transaction is looked at as it was left.
  SELECT * INTO v_now FROM publishing_making m WHERE m.id = NEW.id AND m.brand_id = NEW.brand_id;
  IF NOT FOUND THEN RETURN NULL; END IF;
  v_held := EXISTS (SELECT 1 FROM governance_hold h
                     WHERE h.brand_id = v_now.brand_id AND h.key = 'making:' || v_now.id || ':' || v_now.begins
                       AND h.status = 'HELD');
  IF v_held IS DISTINCT FROM (v_now.status IN ('BEGUN', 'RUNNING', 'IN_DOUBT')) THEN
    RAISE EXCEPTION 'making_money_follows: making % is %, and that its money is set aside is %', v_now.id, v_now.status,
      v_held
      USING ERRCODE = '23514', CONSTRAINT = 'making_money_follows';
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION public.publishing_making_pick(p_queues text[], p_stages text[], p_count integer, p_after bigint) RETURNS TABLE(id bigint, brand_id bigint)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_sort TO 'off'
    AS $$
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
      SELECT t.priority INTO v_priority FROM publishing_making t
       WHERE t.queue = v_queue AND t.priority > v_priority AND t.due_at <= v_now AND t.stage = ANY (p_stages)
       ORDER BY t.priority LIMIT 1;
      EXIT WHEN NOT FOUND;
      SELECT t.brand_id, t.stage INTO v_brand, v_stage FROM publishing_making t
       WHERE t.queue = v_queue AND t.priority = v_priority AND t.brand_id > p_after
         AND t.due_at <= v_now AND t.stage = ANY (p_stages) AND NOT (t.scopes::text[] && v_stopped)
       ORDER BY t.brand_id, t.due_at LIMIT 1 FOR UPDATE OF t SKIP LOCKED;
      IF NOT FOUND THEN
        SELECT t.brand_id, t.stage INTO v_brand, v_stage FROM publishing_making t
         WHERE t.queue = v_queue AND t.priority = v_priority AND t.brand_id <= p_after
           AND t.due_at <= v_now AND t.stage = ANY (p_stages) AND NOT (t.scopes::text[] && v_stopped)
         ORDER BY t.brand_id, t.due_at LIMIT 1 FOR UPDATE OF t SKIP LOCKED;
      END IF;
      CONTINUE WHEN NOT FOUND;  -- all of this priority is held or stopped: the next one
      RETURN QUERY
        SELECT t.id, t.brand_id FROM publishing_making t
         WHERE t.queue = v_queue AND t.priority = v_priority AND t.brand_id = v_brand
           AND t.due_at <= v_now AND t.stage = v_stage AND NOT (t.scopes::text[] && v_stopped)
         ORDER BY t.due_at LIMIT p_count FOR UPDATE OF t SKIP LOCKED;
      RETURN;
    END LOOP;
  END LOOP;
END
$$;

CREATE FUNCTION public.publishing_making_release_of(p_owner_prefix text, p_early interval) RETURNS SETOF text
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  UPDATE publishing_making t
     -- greatest() passes over a null
     SET lease_until = NULL, lease_owner = '', due_at = greatest(chimera_now(), t.lease_until - p_early)
   WHERE t.id IN (SELECT h.id FROM publishing_making h
                   WHERE h.due_at > chimera_now() AND h.lease_until > chimera_now()
                     AND p_owner_prefix LIKE 'worker:_%.' AND starts_with(h.lease_owner, p_owner_prefix)
                     FOR UPDATE SKIP LOCKED)
  RETURNING t.queue::text
$$;

CREATE FUNCTION public.publishing_making_renew(p_ids bigint[], p_fences bigint[], p_lease interval) RETURNS SETOF bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  UPDATE publishing_making t SET lease_until = greatest(t.lease_until, chimera_now() + p_lease),
         due_at = greatest(t.lease_until, chimera_now() + p_lease)
    FROM unnest(p_ids, p_fences) AS held (id, fence)
   WHERE t.id = held.id AND t.fence = held.fence AND t.lease_until IS NOT NULL
  RETURNING t.id
$$;

CREATE FUNCTION public.publishing_making_waiting(p_late interval) RETURNS TABLE(queue text, stage text, rows bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  SELECT t.queue::text, t.stage::text, count(*) FROM publishing_making t
   WHERE t.due_at <= chimera_now() - p_late
     AND NOT EXISTS (SELECT 1 FROM governance_control c WHERE c.status = 'IN_FORCE' AND c.scope = ANY (t.scopes))
   GROUP BY 1, 2
$$;

CREATE FUNCTION public.publishing_media_named(p_hashes text[]) RETURNS SETOF text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'pg_temp'
    AS $_$
DECLARE
  v_place text[];
BEGIN
  FOREACH v_place SLICE 1 IN ARRAY ARRAY[
    ['publishing_post', 'r.payload::text'],
    ['publishing_reference', 'r.content_hash'],
    ['publishing_making', 'concat_ws('' '', r.content_hash, r.request)'],
    ['agents_task', 'concat_ws('' '', r.params, r.feedback)'],
    ['agents_plan', 'r.steps::text'],
    ['agents_artifact', 'concat_ws('' '', r.payload, r.inputs)'],
    ['agents_verdict', 'concat_ws('' '', r.snapshot, r.findings)'],
    ['agents_memory', 'concat_ws('' '', r.text, r.origin)'],
    ['agents_archivedgoal', 'convert_from(r.body, ''UTF8'')'],
    ['governance_reviewitem', 'concat_ws('' '', r.snapshot, r.edited, r.first_edited)']] LOOP
    CONTINUE WHEN to_regclass('public.' || v_place[1]) IS NULL;
    RETURN QUERY EXECUTE format(
      'SELECT DISTINCT f.hash[1] FROM %I r CROSS JOIN LATERAL regexp_matches(%s, ''[0-9a-f]{64}'', ''g'') AS f(hash)'
      ' WHERE r.brand_id = NULLIF(current_setting(''app.brand'', true), '''')::bigint AND f.hash[1] = ANY ($1)',
      v_place[1], v_place[2]) USING p_hashes;
  END LOOP;
END
$_$;

CREATE FUNCTION public.publishing_mention_keep() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF (NEW.text <> OLD.text AND NEW.text <> '') OR (NEW.author <> OLD.author AND NEW.author <> '')
     OR NEW.platform_id <> OLD.platform_id OR NEW.account_id <> OLD.account_id
     OR NEW.conversation <> OLD.conversation OR NEW.in_reply_to <> OLD.in_reply_to THEN
    RAISE EXCEPTION 'what a mention says is forgotten or stays as it is' USING ERRCODE = 'CH003';
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION public.publishing_post_claim(p_queues text[], p_stages text[], p_count integer, p_owner text, p_lease interval, p_after bigint) RETURNS TABLE(id bigint, brand_id bigint, stage text, fence bigint)
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
#variable_conflict use_column
DECLARE
  v_ids bigint[];
  v_brand bigint;
  v_now timestamptz;
BEGIN
  SELECT array_agg(p.id), min(p.brand_id) INTO v_ids, v_brand FROM publishing_post_pick(p_queues, p_stages, p_count, p_after) p;
  IF v_ids IS NULL THEN RETURN; END IF;
  PERFORM set_config('app.brand', v_brand::text, true), set_config('app.actor', p_owner, true);
  v_now := chimera_now();
  RETURN QUERY
    WITH claimed AS (
      UPDATE publishing_post t SET fence = t.fence + 1, attempts = t.attempts + 1, lease_owner = p_owner,
             lease_until = v_now + p_lease, due_at = v_now + p_lease
       WHERE t.id = ANY (v_ids) AND t.due_at <= v_now
      RETURNING t.id, t.brand_id, t.stage, t.fence
    ), noted AS (
      INSERT INTO governance_attempt (brand_id, subject, fence, stage, owner, outcome, claimed_at)
      SELECT c.brand_id, 'publishing.post:' || c.id, c.fence, c.stage, p_owner, '', v_now FROM claimed c
    )
    SELECT c.id, c.brand_id, c.stage::text, c.fence FROM claimed c;
END
$$;

CREATE FUNCTION public.publishing_post_pick(p_queues text[], p_stages text[], p_count integer, p_after bigint) RETURNS TABLE(id bigint, brand_id bigint)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_sort TO 'off'
    AS $$
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
      SELECT t.priority INTO v_priority FROM publishing_post t
       WHERE t.queue = v_queue AND t.priority > v_priority AND t.due_at <= v_now AND t.stage = ANY (p_stages)
       ORDER BY t.priority LIMIT 1;
      EXIT WHEN NOT FOUND;
      SELECT t.brand_id, t.stage INTO v_brand, v_stage FROM publishing_post t
       WHERE t.queue = v_queue AND t.priority = v_priority AND t.brand_id > p_after
         AND t.due_at <= v_now AND t.stage = ANY (p_stages) AND NOT (t.scopes::text[] && v_stopped)
       ORDER BY t.brand_id, t.due_at LIMIT 1 FOR UPDATE OF t SKIP LOCKED;
      IF NOT FOUND THEN
        SELECT t.brand_id, t.stage INTO v_brand, v_stage FROM publishing_post t
         WHERE t.queue = v_queue AND t.priority = v_priority AND t.brand_id <= p_after
           AND t.due_at <= v_now AND t.stage = ANY (p_stages) AND NOT (t.scopes::text[] && v_stopped)
         ORDER BY t.brand_id, t.due_at LIMIT 1 FOR UPDATE OF t SKIP LOCKED;
      END IF;
      CONTINUE WHEN NOT FOUND;  -- all of this priority is held or stopped: the next one
      RETURN QUERY
        SELECT t.id, t.brand_id FROM publishing_post t
         WHERE t.queue = v_queue AND t.priority = v_priority AND t.brand_id = v_brand
           AND t.due_at <= v_now AND t.stage = v_stage AND NOT (t.scopes::text[] && v_stopped)
         ORDER BY t.due_at LIMIT p_count FOR UPDATE OF t SKIP LOCKED;
      RETURN;
    END LOOP;
  END LOOP;
END
$$;

CREATE FUNCTION public.publishing_post_release_of(p_owner_prefix text, p_early interval) RETURNS SETOF text
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  UPDATE publishing_post t
     -- greatest() passes over a null
     SET lease_until = NULL, lease_owner = '', due_at = greatest(chimera_now(), t.lease_until - p_early)
   WHERE t.id IN (SELECT h.id FROM publishing_post h
                   WHERE h.due_at > chimera_now() AND h.lease_until > chimera_now()
                     AND p_owner_prefix LIKE 'worker:_%.' AND starts_with(h.lease_owner, p_owner_prefix)
                     FOR UPDATE SKIP LOCKED)
  RETURNING t.queue::text
$$;

CREATE FUNCTION public.publishing_post_renew(p_ids bigint[], p_fences bigint[], p_lease interval) RETURNS SETOF bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  UPDATE publishing_post t SET lease_until = greatest(t.lease_until, chimera_now() + p_lease),
         due_at = greatest(t.lease_until, chimera_now() + p_lease)
    FROM unnest(p_ids, p_fences) AS held (id, fence)
   WHERE t.id = held.id AND t.fence = held.fence AND t.lease_until IS NOT NULL
  RETURNING t.id
$$;

CREATE FUNCTION public.publishing_post_stays() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
  RAISE EXCEPTION 'post_is_for_one_content: post % stays what it was accepted as; schedule another one', OLD.id
    USING ERRCODE = '23514', CONSTRAINT = 'post_is_for_one_content';
END
$$;

CREATE FUNCTION public.publishing_post_waiting(p_late interval) RETURNS TABLE(queue text, stage text, rows bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  SELECT t.queue::text, t.stage::text, count(*) FROM publishing_post t
   WHERE t.due_at <= chimera_now() - p_late
     AND NOT EXISTS (SELECT 1 FROM governance_control c WHERE c.status = 'IN_FORCE' AND c.scope = ANY (t.scopes))
   GROUP BY 1, 2
$$;

CREATE FUNCTION public.publishing_quota_close(p_account bigint, p_scope text, p_until timestamp with time zone) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  INSERT INTO publishing_window AS w (platform, scope, account, span_s, count_max, buckets, counts, closed_until)
  SELECT publishing_quota_platform(p_account), p_scope, CASE p_scope WHEN 'account' THEN p_account ELSE 0 END, 0, 0,
         '{}', '{}', least(p_until, chimera_now() + interval '1 day')
      ON CONFLICT (platform, scope, account, span_s) DO UPDATE
     SET closed_until = greatest(w.closed_until, excluded.closed_until)
$$;

CREATE FUNCTION public.publishing_quota_ends(p_bucket bigint, p_span integer) RETURNS timestamp with time zone
    LANGUAGE sql IMMUTABLE
    AS $$
  SELECT to_timestamp((p_bucket + 1) * publishing_quota_width(p_span) + p_span + 30)
$$;

CREATE FUNCTION public.publishing_quota_free_at(p_buckets bigint[], p_counts integer[], p_span integer, p_max integer, p_now timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE sql IMMUTABLE
    AS $$
  SELECT publishing_quota_ends(min(x.bucket), p_span)
    FROM (SELECT u.bucket, sum(u.n) OVER (ORDER BY u.bucket) AS gone, sum(u.n) OVER () AS whole
            FROM unnest(p_buckets, p_counts) AS u (bucket, n)
           WHERE publishing_quota_ends(u.bucket, p_span) > p_now) x
   WHERE x.whole - x.gone < p_max
$$;

CREATE FUNCTION public.publishing_quota_give_back(p_jti text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v publishing_slot;
BEGIN
  SELECT s.* INTO v FROM publishing_slot s JOIN publishing_account a ON a.id = s.account
   WHERE s.jti = p_jti AND s.returned_at IS NULL
     AND a.brand_id = NULLIF(current_setting('app.brand', true), '')::bigint
     FOR UPDATE OF s;
  IF v.jti IS NULL THEN RETURN false; END IF;
  PERFORM 1 FROM publishing_window w WHERE w.id = ANY (v.windows) ORDER BY w.scope, w.span_s FOR UPDATE;
  UPDATE publishing_window w
     SET counts = (
           SELECT coalesce(array_agg(u.n - CASE WHEN u.bucket
                                              = floor(extract(epoch FROM v.taken_at) / publishing_quota_width(w.span_s))
                                                THEN 1 ELSE 0 END ORDER BY u.place), '{}')
             FROM unnest(w.buckets, w.counts) WITH ORDINALITY AS u (bucket, n, place))
   WHERE w.id = ANY (v.windows);
  UPDATE publishing_slot s SET returned_at = chimera_now() WHERE s.jti = p_jti;
  RETURN true;
END
$$;

CREATE FUNCTION public.publishing_quota_left(p_accounts bigint[], p_ours jsonb) RETURNS TABLE(account bigint, scope text, span_s integer, used integer, count_max integer, free_at timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  WITH mine AS (
    SELECT a.id, a.platform::text AS platform FROM publishing_account a
     WHERE a.id = ANY (p_accounts)
       AND CASE WHEN NULLIF(current_setting('app.brand', true), '') IS NOT NULL
                THEN a.brand_id = current_setting('app.brand')::bigint
                ELSE session_user = 'chimera_operator'
                     AND (NULLIF(current_setting('app.brands', true), '') IS NULL
                          OR a.brand_id = ANY (string_to_array(current_setting('app.brands'), ',')::bigint[])) END)
  SELECT m.id, l.scope, l.span_s, n.used, k.most,
         CASE WHEN n.used >= k.most
              THEN coalesce(publishing_quota_free_at(w.buckets, w.counts, l.span_s, k.most, chimera_now()),
                            chimera_now() + interval '1 day') END
    FROM mine m
   CROSS JOIN LATERAL publishing_quota_limits(m.platform, p_ours -> m.platform) l
    LEFT JOIN publishing_window w ON w.platform = m.platform AND w.scope = l.scope AND w.span_s = l.span_s
          AND w.account = CASE l.scope WHEN 'account' THEN m.id ELSE 0 END
   CROSS JOIN LATERAL (SELECT coalesce(publishing_quota_used(w.buckets, w.counts, l.span_s, chimera_now()), 0) AS used) n
   CROSS JOIN LATERAL (SELECT publishing_quota_max(l.count_max, l.told_max, w.told_max, w.told_at) AS most) k
  UNION ALL
  SELECT m.id, w.scope::text, 0, 0, 0, w.closed_until
    FROM mine m JOIN publishing_window w ON w.platform = m.platform AND w.account IN (0, m.id)
   WHERE w.closed_until > chimera_now()
   ORDER BY 1, 2, 3
$$;

CREATE FUNCTION public.publishing_quota_limits(p_platform text, p_ours jsonb) RETURNS TABLE(scope text, span_s integer, count_max integer, told_max integer)
    LANGUAGE sql STABLE
    AS $$
  SELECT l.scope, l.span_s, min(l.count_max), min(l.told_max)
    FROM (SELECT * FROM (SELECT DISTINCT ON (q.scope, q.span_s) q.scope::text, q.span_s, q.count_max, q.told_max
                           FROM publishing_quota q
                          WHERE q.platform = p_platform AND q.since <= (chimera_now() AT TIME ZONE 'UTC')::date
                          ORDER BY q.scope, q.span_s, q.since DESC) known
          UNION ALL
          SELECT o.scope, o.span_s, o.count_max, o.count_max
            FROM jsonb_to_recordset(coalesce(p_ours, '[]')) AS o (scope text, span_s integer, count_max integer)
           WHERE o.scope IN ('account', 'app', 'fleet') AND o.span_s > 0 AND o.count_max >= 0) l
   GROUP BY 1, 2
$$;

CREATE FUNCTION public.publishing_quota_max(p_limit integer, p_told_limit integer, p_told integer, p_told_at timestamp with time zone) RETURNS integer
    LANGUAGE sql STABLE
    AS $$
  SELECT CASE WHEN p_told IS NOT NULL AND p_told_at > chimera_now() - interval '1 day' THEN least(p_told_limit, p_told)
              ELSE p_limit END
$$;

CREATE FUNCTION public.publishing_quota_platform(p_account bigint) RETURNS text
    LANGUAGE plpgsql
    AS $$
DECLARE
  v_platform text;
BEGIN
  SELECT a.platform INTO v_platform FROM publishing_account a
   WHERE a.id = p_account AND a.brand_id = NULLIF(current_setting('app.brand', true), '')::bigint;
  IF v_platform IS NULL THEN
    RAISE EXCEPTION 'slot_is_of_an_own_account: account % is not of the brand of this transaction', p_account
      USING ERRCODE = '23514', CONSTRAINT = 'slot_is_of_an_own_account';
  END IF;
  RETURN v_platform;
END
$$;

CREATE FUNCTION public.publishing_quota_sum(p_counts integer[]) RETURNS integer
    LANGUAGE sql IMMUTABLE
    AS $$
  SELECT coalesce(sum(n), 0)::integer FROM unnest(p_counts) AS n
$$;

CREATE FUNCTION public.publishing_quota_take(p_account bigint, p_jti text, p_ours jsonb) RETURNS TABLE(platform text, scope text, span_s integer, count_max integer, free_at timestamp with time zone)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
#variable_conflict use_column
DECLARE
  v_now timestamptz;
  v_platform text := publishing_quota_platform(p_account);
  v_windows bigint[];
BEGIN
  IF EXISTS (SELECT FROM publishing_slot s WHERE s.jti = p_jti AND s.account = p_account AND s.returned_at IS NULL) THEN
    RETURN;
  END IF;
  INSERT INTO publishing_window (platform, scope, account, span_s, count_max, buckets, counts)
  SELECT v_platform, l.scope, CASE l.scope WHEN 'account' THEN p_account ELSE 0 END, l.span_s, l.count_max, '{}', '{}'
    FROM publishing_quota_limits(v_platform, p_ours) l
   WHERE NOT EXISTS (SELECT FROM publishing_window w
                      WHERE w.platform = v_platform AND w.scope = l.scope AND w.span_s = l.span_s
                        AND w.account = CASE l.scope WHEN 'account' THEN p_account ELSE 0 END)
   ORDER BY l.scope, l.span_s
      ON CONFLICT DO NOTHING;
  SELECT array_agg(x.id) INTO v_windows
    FROM (SELECT w.id FROM publishing_window w
           WHERE w.platform = v_platform AND w.account IN (0, p_account)
           ORDER BY w.scope, w.span_s FOR UPDATE) x;
  IF v_windows IS NULL THEN RETURN; END IF;
  v_now := chimera_now();  -- whoever waited for the locks counts from here
  RETURN QUERY
    SELECT v_platform, w.scope::text, 0, 0, w.closed_until FROM publishing_window w
     WHERE w.id = ANY (v_windows) AND w.closed_until > v_now
    UNION ALL
    SELECT v_platform, w.scope::text, w.span_s, m.most,
           coalesce(publishing_quota_free_at(w.buckets, w.counts, w.span_s, m.most, v_now), v_now + interval '1 day')
      FROM publishing_window w
      JOIN publishing_quota_limits(v_platform, p_ours) l ON l.scope = w.scope AND l.span_s = w.span_s
     CROSS JOIN LATERAL (SELECT publishing_quota_max(l.count_max, l.told_max, w.told_max, w.told_at) AS most) m
     WHERE w.id = ANY (v_windows) AND publishing_quota_used(w.buckets, w.counts, w.span_s, v_now) >= m.most;
  IF FOUND THEN RETURN; END IF;
  WITH counted AS (
    UPDATE publishing_window w
       SET count_max = publishing_quota_max(l.count_max, l.told_max, w.told_max, w.told_at),
           (buckets, counts) = (
             SELECT array_agg(y.bucket ORDER BY y.bucket), array_agg(y.n ORDER BY y.bucket)
               FROM (SELECT x.bucket, sum(x.n)::integer AS n
                       FROM (SELECT u.bucket, u.n FROM unnest(w.buckets, w.counts) AS u (bucket, n)
                              WHERE publishing_quota_ends(u.bucket, w.span_s) > v_now
                             UNION ALL
                             SELECT floor(extract(epoch FROM v_now) / publishing_quota_width(w.span_s))::bigint, 1) x
                      GROUP BY x.bucket) y)
      FROM publishing_quota_limits(v_platform, p_ours) l
     WHERE w.id = ANY (v_windows) AND l.scope = w.scope AND l.span_s = w.span_s
    RETURNING w.id)
  SELECT array_agg(c.id) INTO v_windows FROM counted c;
  IF v_windows IS NULL THEN RETURN; END IF;
  DELETE FROM publishing_slot s WHERE s.account = p_account AND s.taken_at < v_now - interval '3 days';
  INSERT INTO publishing_slot (jti, account, taken_at, windows) VALUES (p_jti, p_account, v_now, v_windows);
END
$$;

CREATE FUNCTION public.publishing_quota_told(p_account bigint, p_span integer, p_count integer) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  UPDATE publishing_window w SET told_max = greatest(p_count, 0), told_at = chimera_now()
   WHERE w.platform = publishing_quota_platform(p_account) AND w.scope = 'account' AND w.account = p_account
     AND w.span_s = p_span
$$;

CREATE FUNCTION public.publishing_quota_used(p_buckets bigint[], p_counts integer[], p_span integer, p_now timestamp with time zone) RETURNS integer
    LANGUAGE sql IMMUTABLE
    AS $$
  SELECT coalesce(sum(u.n), 0)::integer FROM unnest(p_buckets, p_counts) AS u (bucket, n)
   WHERE publishing_quota_ends(u.bucket, p_span) > p_now
$$;

CREATE FUNCTION public.publishing_quota_width(p_span integer) RETURNS integer
    LANGUAGE sql IMMUTABLE
    AS $$
  SELECT greatest(1, p_span / 48)
$$;

CREATE FUNCTION public.publishing_reads_take(p_platform text, p_wanted integer, p_max integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_day date := (chimera_now() AT TIME ZONE 'UTC')::date;
  v_used integer;
  v_got integer;
BEGIN
  INSERT INTO publishing_readcount (platform, day, used, used_max) VALUES (p_platform, v_day, 0, greatest(p_max, 0))
  ON CONFLICT (platform, day) DO NOTHING;
  SELECT c.used INTO v_used FROM publishing_readcount c
   WHERE c.platform = p_platform AND c.day = v_day FOR UPDATE;
  v_got := greatest(0, least(p_wanted, p_max - v_used));
  IF v_got > 0 THEN
    UPDATE publishing_readcount c SET used = c.used + v_got, used_max = p_max
     WHERE c.platform = p_platform AND c.day = v_day;
  END IF;
  RETURN v_got;
END
$$;

CREATE FUNCTION public.publishing_reversal_claim(p_queues text[], p_stages text[], p_count integer, p_owner text, p_lease interval, p_after bigint) RETURNS TABLE(id bigint, brand_id bigint, stage text, fence bigint)
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
#variable_conflict use_column
DECLARE
  v_ids bigint[];
  v_brand bigint;
  v_now timestamptz;
BEGIN
  SELECT array_agg(p.id), min(p.brand_id) INTO v_ids, v_brand FROM publishing_reversal_pick(p_queues, p_stages, p_count, p_after) p;
  IF v_ids IS NULL THEN RETURN; END IF;
  PERFORM set_config('app.brand', v_brand::text, true), set_config('app.actor', p_owner, true);
  v_now := chimera_now();
  RETURN QUERY
    WITH claimed AS (
      UPDATE publishing_reversal t SET fence = t.fence + 1, attempts = t.attempts + 1, lease_owner = p_owner,
             lease_until = v_now + p_lease, due_at = v_now + p_lease
       WHERE t.id = ANY (v_ids) AND t.due_at <= v_now
      RETURNING t.id, t.brand_id, t.stage, t.fence
    ), noted AS (
      INSERT INTO governance_attempt (brand_id, subject, fence, stage, owner, outcome, claimed_at)
      SELECT c.brand_id, 'publishing.reversal:' || c.id, c.fence, c.stage, p_owner, '', v_now FROM claimed c
    )
    SELECT c.id, c.brand_id, c.stage::text, c.fence FROM claimed c;
END
$$;

CREATE FUNCTION public.publishing_reversal_pick(p_queues text[], p_stages text[], p_count integer, p_after bigint) RETURNS TABLE(id bigint, brand_id bigint)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_sort TO 'off'
    AS $$
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
      SELECT t.priority INTO v_priority FROM publishing_reversal t
       WHERE t.queue = v_queue AND t.priority > v_priority AND t.due_at <= v_now AND t.stage = ANY (p_stages)
       ORDER BY t.priority LIMIT 1;
      EXIT WHEN NOT FOUND;
      SELECT t.brand_id, t.stage INTO v_brand, v_stage FROM publishing_reversal t
       WHERE t.queue = v_queue AND t.priority = v_priority AND t.brand_id > p_after
         AND t.due_at <= v_now AND t.stage = ANY (p_stages) AND NOT (t.scopes::text[] && v_stopped)
       ORDER BY t.brand_id, t.due_at LIMIT 1 FOR UPDATE OF t SKIP LOCKED;
      IF NOT FOUND THEN
        SELECT t.brand_id, t.stage INTO v_brand, v_stage FROM publishing_reversal t
         WHERE t.queue = v_queue AND t.priority = v_priority AND t.brand_id <= p_after
           AND t.due_at <= v_now AND t.stage = ANY (p_stages) AND NOT (t.scopes::text[] && v_stopped)
         ORDER BY t.brand_id, t.due_at LIMIT 1 FOR UPDATE OF t SKIP LOCKED;
      END IF;
      CONTINUE WHEN NOT FOUND;  -- all of this priority is held or stopped: the next one
      RETURN QUERY
        SELECT t.id, t.brand_id FROM publishing_reversal t
         WHERE t.queue = v_queue AND t.priority = v_priority AND t.brand_id = v_brand
           AND t.due_at <= v_now AND t.stage = v_stage AND NOT (t.scopes::text[] && v_stopped)
         ORDER BY t.due_at LIMIT p_count FOR UPDATE OF t SKIP LOCKED;
      RETURN;
    END LOOP;
  END LOOP;
END
$$;

CREATE FUNCTION public.publishing_reversal_release_of(p_owner_prefix text, p_early interval) RETURNS SETOF text
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  UPDATE publishing_reversal t
     -- greatest() passes over a null
     SET lease_until = NULL, lease_owner = '', due_at = greatest(chimera_now(), t.lease_until - p_early)
   WHERE t.id IN (SELECT h.id FROM publishing_reversal h
                   WHERE h.due_at > chimera_now() AND h.lease_until > chimera_now()
                     AND p_owner_prefix LIKE 'worker:_%.' AND starts_with(h.lease_owner, p_owner_prefix)
                     FOR UPDATE SKIP LOCKED)
  RETURNING t.queue::text
$$;

CREATE FUNCTION public.publishing_reversal_renew(p_ids bigint[], p_fences bigint[], p_lease interval) RETURNS SETOF bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  UPDATE publishing_reversal t SET lease_until = greatest(t.lease_until, chimera_now() + p_lease),
         due_at = greatest(t.lease_until, chimera_now() + p_lease)
    FROM unnest(p_ids, p_fences) AS held (id, fence)
   WHERE t.id = held.id AND t.fence = held.fence AND t.lease_until IS NOT NULL
  RETURNING t.id
$$;

CREATE FUNCTION public.publishing_reversal_waiting(p_late interval) RETURNS TABLE(queue text, stage text, rows bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  SELECT t.queue::text, t.stage::text, count(*) FROM publishing_reversal t
   WHERE t.due_at <= chimera_now() - p_late
     AND NOT EXISTS (SELECT 1 FROM governance_control c WHERE c.status = 'IN_FORCE' AND c.scope = ANY (t.scopes))
   GROUP BY 1, 2
$$;

CREATE FUNCTION public.publishing_scattered(p_bits bit) RETURNS bit
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
DECLARE
  v_bits bit varying := p_bits;
  v_swap bit varying;
BEGIN
  v_swap := (v_bits # (v_bits << 128)) & X'7a183b4171035ff148f06270eb4a54be00000000000000000000000000000000';
  v_bits := v_bits # v_swap # (v_swap >> 128);
  v_swap := (v_bits # (v_bits << 64)) & X'937088bc21a65ce5000000000000000062f09ef16df2c3960000000000000000';
  v_bits := v_bits # v_swap # (v_swap >> 64);
  v_swap := (v_bits # (v_bits << 32)) & X'98dfb0c7000000000b4ac88f000000005c0e38720000000089d46d5200000000';
  v_bits := v_bits # v_swap # (v_swap >> 32);
  v_swap := (v_bits # (v_bits << 16)) & X'72c8000063960000e9c50000352f0000d7280000a331000061eb0000d2630000';
  v_bits := v_bits # v_swap # (v_swap >> 16);
  v_swap := (v_bits # (v_bits << 8)) & X'c800010000001700d6003b00f90067006600a70090002500ad00a300ac001400';
  v_bits := v_bits # v_swap # (v_swap >> 8);
  v_swap := (v_bits # (v_bits << 4)) & X'e080209030e0d0f0b0102040102010e0e060c0c0b0402020f0d04070d000f060';
  v_bits := v_bits # v_swap # (v_swap >> 4);
  v_swap := (v_bits # (v_bits << 2)) & X'cc4004c884004c884c4c84cc400808084c8048c80084cc44488ccc408cc4c4cc';
  v_bits := v_bits # v_swap # (v_swap >> 2);
  v_swap := (v_bits # (v_bits << 1)) & X'082aa8800aa0288200282882a8a802a88a800880a2aa2880a02808082a02aaa8';
  v_bits := v_bits # v_swap # (v_swap >> 1);
  RETURN v_bits;
END
$$;

CREATE FUNCTION public.publishing_sharing(p_around integer[], p_bits bit, p_from date) RETURNS TABLE(id bigint, brand_id bigint, post_id bigint, day date, away integer)
    LANGUAGE sql STABLE
    AS $$
  -- IS TRUE: no index over days is to be read whole, for one row in a thousand of it.
  SELECT l.id, l.brand_id, l.post_id, l.day, (l.bits <~> p_bits)::integer
    FROM publishing_likeness l
   WHERE (publishing_window(l.shelf, l.bits, 1) = ANY (p_around[1:11])
       OR publishing_window(l.shelf, l.bits, 9) = ANY (p_around[12:22])
       OR publishing_window(l.shelf, l.bits, 17) = ANY (p_around[23:33])
       OR publishing_window(l.shelf, l.bits, 25) = ANY (p_around[34:44])
       OR publishing_window(l.shelf, l.bits, 33) = ANY (p_around[45:55])
       OR publishing_window(l.shelf, l.bits, 41) = ANY (p_around[56:66])
       OR publishing_window(l.shelf, l.bits, 49) = ANY (p_around[67:77])
       OR publishing_window(l.shelf, l.bits, 57) = ANY (p_around[78:88])
       OR publishing_window(l.shelf, l.bits, 65) = ANY (p_around[89:99])
       OR publishing_window(l.shelf, l.bits, 73) = ANY (p_around[100:110])
       OR publishing_window(l.shelf, l.bits, 81) = ANY (p_around[111:121])
       OR publishing_window(l.shelf, l.bits, 89) = ANY (p_around[122:132])
       OR publishing_window(l.shelf, l.bits, 97) = ANY (p_around[133:143])
       OR publishing_window(l.shelf, l.bits, 105) = ANY (p_around[144:154])
       OR publishing_window(l.shelf, l.bits, 113) = ANY (p_around[155:165])
       OR publishing_window(l.shelf, l.bits, 121) = ANY (p_around[166:176])
       OR publishing_window(l.shelf, l.bits, 129) = ANY (p_around[177:187])
       OR publishing_window(l.shelf, l.bits, 137) = ANY (p_around[188:198])
       OR publishing_window(l.shelf, l.bits, 145) = ANY (p_around[199:209])
       OR publishing_window(l.shelf, l.bits, 153) = ANY (p_around[210:220])
       OR publishing_window(l.shelf, l.bits, 161) = ANY (p_around[221:231])
       OR publishing_window(l.shelf, l.bits, 169) = ANY (p_around[232:242])
       OR publishing_window(l.shelf, l.bits, 177) = ANY (p_around[243:253])
       OR publishing_window(l.shelf, l.bits, 185) = ANY (p_around[254:264])
       OR publishing_window(l.shelf, l.bits, 193) = ANY (p_around[265:275])
       OR publishing_window(l.shelf, l.bits, 201) = ANY (p_around[276:286])
       OR publishing_window(l.shelf, l.bits, 209) = ANY (p_around[287:297])
       OR publishing_window(l.shelf, l.bits, 217) = ANY (p_around[298:308])
       OR publishing_window(l.shelf, l.bits, 225) = ANY (p_around[309:319])
       OR publishing_window(l.shelf, l.bits, 233) = ANY (p_around[320:330])
       OR publishing_window(l.shelf, l.bits, 241) = ANY (p_around[331:341])
       OR publishing_window(l.shelf, l.bits, 249) = ANY (p_around[342:352]))
     AND (l.day >= p_from) IS TRUE
   LIMIT 10000
$$;

CREATE FUNCTION public.publishing_stands(p_brand bigint, p_post bigint) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  SELECT NOT EXISTS (SELECT 1 FROM publishing_post p WHERE p.brand_id = p_brand AND p.id = p_post
                        AND p.status IN ('CANCELLED', 'FAILED', 'REVERTED'))
$$;

CREATE FUNCTION public.publishing_stored(p_platform text, p_handle text) RETURNS TABLE(platform_user_id text, sealed text, scopes text[], expires_at timestamp with time zone, reconnect_why text)
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  v_brand bigint;
  v_account bigint;
  v_former text := coalesce(current_setting('app.brand', true), '');
BEGIN
  SELECT w.brand_id, w.account_id INTO v_brand, v_account FROM publishing_whose(p_platform, p_handle) w;
  IF v_brand IS NULL THEN
    RETURN;
  END IF;
  PERFORM set_config('app.brand', v_brand::text, true);
  RETURN QUERY
    SELECT c.platform_user_id::text, c.sealed, c.scopes::text[], c.expires_at, c.reconnect_why::text
      FROM publishing_credential c WHERE c.brand_id = v_brand AND c.account_id = v_account;
  PERFORM set_config('app.brand', v_former, true);
END
$$;

CREATE FUNCTION public.publishing_to_verify(p_after interval, p_within interval, p_max integer) RETURNS TABLE(brand_id bigint, account_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  SELECT p.brand_id, p.account_id FROM publishing_post p
   WHERE p.status = 'PUBLISHED' AND p.verification = '' AND p.published_at > chimera_now() - p_within
     AND p.published_at <= chimera_now() - p_after * (1 << p.looks::integer)
   GROUP BY p.brand_id, p.account_id ORDER BY min(p.published_at) LIMIT p_max
$$;

CREATE FUNCTION public.publishing_whose(p_platform text, p_handle text) RETURNS TABLE(brand_id bigint, account_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  SELECT a.brand_id, a.id FROM publishing_account a WHERE a.platform = p_platform AND a.handle = p_handle
$$;

CREATE FUNCTION public.publishing_window(p_shelf integer, p_bits bit, p_start integer) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  SELECT p_shelf | CASE WHEN p_start <= 234 THEN substring(p_bits FROM p_start FOR 23)::integer
    ELSE (substring(p_bits FROM p_start) || substring(p_bits FROM 1 FOR p_start - 234))::bit(23)::integer END
$$;

CREATE FUNCTION public.publishing_windows(p_shelf integer, p_bits bit) RETURNS integer[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  SELECT ARRAY[
    publishing_window(p_shelf, p_bits, 1), publishing_window(p_shelf, p_bits, 9), publishing_window(p_shelf, p_bits, 17),
    publishing_window(p_shelf, p_bits, 25), publishing_window(p_shelf, p_bits, 33), publishing_window(p_shelf, p_bits, 41),
    publishing_window(p_shelf, p_bits, 49), publishing_window(p_shelf, p_bits, 57), publishing_window(p_shelf, p_bits, 65),
    publishing_window(p_shelf, p_bits, 73), publishing_window(p_shelf, p_bits, 81), publishing_window(p_shelf, p_bits, 89),
    publishing_window(p_shelf, p_bits, 97), publishing_window(p_shelf, p_bits, 105), publishing_window(p_shelf, p_bits, 113),
    publishing_window(p_shelf, p_bits, 121), publishing_window(p_shelf, p_bits, 129), publishing_window(p_shelf, p_bits, 137),
    publishing_window(p_shelf, p_bits, 145), publishing_window(p_shelf, p_bits, 153), publishing_window(p_shelf, p_bits, 161),
    publishing_window(p_shelf, p_bits, 169), publishing_window(p_shelf, p_bits, 177), publishing_window(p_shelf, p_bits, 185),
    publishing_window(p_shelf, p_bits, 193), publishing_window(p_shelf, p_bits, 201), publishing_window(p_shelf, p_bits, 209),
    publishing_window(p_shelf, p_bits, 217), publishing_window(p_shelf, p_bits, 225), publishing_window(p_shelf, p_bits, 233),
    publishing_window(p_shelf, p_bits, 241), publishing_window(p_shelf, p_bits, 249)]
$$;

CREATE TABLE public.agents_advice (
    id bigint NOT NULL,
    status character varying(16) NOT NULL,
    state_version integer NOT NULL,
    kind character varying(12) NOT NULL,
    scope character varying(80) NOT NULL,
    act_above_bp integer,
    rung character varying(16) NOT NULL,
    why text NOT NULL,
    figures jsonb NOT NULL,
    made_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    decided_by character varying(160) NOT NULL,
    decided_at timestamp with time zone,
    decision_reason text NOT NULL,
    brand_id bigint NOT NULL,
    CONSTRAINT advice_decision_has_name_and_reason CHECK (((NOT ((status)::text = ANY ((ARRAY['TAKEN'::character varying, 'DECLINED'::character varying])::text[]))) OR ((decided_at IS NOT NULL) AND (NOT ((decided_by)::text = ''::text)) AND (NOT (decision_reason = ''::text))))),
    CONSTRAINT advice_status_is_known CHECK (((status)::text = ANY ((ARRAY['OPEN'::character varying, 'TAKEN'::character varying, 'DECLINED'::character varying, 'OVERTAKEN'::character varying])::text[]))),
    CONSTRAINT advice_stays_within_bounds CHECK (((((act_above_bp >= 9000) AND (act_above_bp <= 10000)) AND ((kind)::text = 'threshold'::text) AND ((rung)::text = ''::text)) OR ((act_above_bp IS NULL) AND ((kind)::text = 'rung'::text) AND ((rung)::text = ANY ((ARRAY['PROBATION'::character varying, 'SUPERVISED'::character varying, 'AUTONOMOUS'::character varying])::text[])))))
);

ALTER TABLE ONLY public.agents_advice FORCE ROW LEVEL SECURITY;

ALTER TABLE public.agents_advice ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.agents_advice_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.agents_agent (
    id bigint NOT NULL,
    status character varying(16) NOT NULL,
    state_version integer NOT NULL,
    handle character varying(30) NOT NULL,
    name character varying(120) NOT NULL,
    posts_per_day integer NOT NULL,
    rung_reason text NOT NULL,
    made_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    brand_id bigint NOT NULL,
    soul_id bigint,
    rung_since timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    tags character varying(30)[] DEFAULT '{}'::character varying(30)[] NOT NULL,
    CONSTRAINT agent_posts_per_day_is_bounded CHECK (((posts_per_day >= 1) AND (posts_per_day <= 50))),
    CONSTRAINT agent_rung_is_known CHECK (((status)::text = ANY ((ARRAY['PROBATION'::character varying, 'SUPERVISED'::character varying, 'AUTONOMOUS'::character varying])::text[])))
);

ALTER TABLE ONLY public.agents_agent FORCE ROW LEVEL SECURITY;

ALTER TABLE public.agents_agent ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.agents_agent_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.agents_archivedgoal (
    id bigint NOT NULL,
    agent_id bigint NOT NULL,
    cause character varying(160) NOT NULL,
    batch character varying(80) NOT NULL,
    wish text NOT NULL,
    ended_as character varying(16) NOT NULL,
    made_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone NOT NULL,
    archived_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    spent_usd_micros bigint NOT NULL,
    counts jsonb NOT NULL,
    body bytea NOT NULL,
    content_hash character varying(64) GENERATED ALWAYS AS (encode(sha256(body), 'hex'::text)) STORED,
    brand_id bigint NOT NULL,
    CONSTRAINT archivedgoal_ends_after_start CHECK ((ended_at >= made_at))
);

ALTER TABLE ONLY public.agents_archivedgoal FORCE ROW LEVEL SECURITY;

CREATE TABLE public.agents_archivedtask (
    id bigint NOT NULL,
    kind character varying(40) NOT NULL,
    outward boolean NOT NULL,
    ended_as character varying(16) NOT NULL,
    brand_id bigint NOT NULL,
    goal_id bigint NOT NULL
);

ALTER TABLE ONLY public.agents_archivedtask FORCE ROW LEVEL SECURITY;

CREATE TABLE public.agents_artifact (
    id bigint NOT NULL,
    fence bigint NOT NULL,
    payload jsonb NOT NULL,
    content_hash character varying(64) NOT NULL,
    confidence_bp integer,
    made_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    brand_id bigint NOT NULL,
    task_id bigint NOT NULL,
    inputs jsonb DEFAULT '{}'::jsonb NOT NULL
);

ALTER TABLE ONLY public.agents_artifact FORCE ROW LEVEL SECURITY;

ALTER TABLE public.agents_artifact ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.agents_artifact_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.agents_blueprint (
    id bigint NOT NULL,
    status character varying(16) NOT NULL,
    state_version integer NOT NULL,
    goal_number bigint NOT NULL,
    planning_number bigint NOT NULL,
    steps jsonb NOT NULL,
    estimate_usd_micros bigint NOT NULL,
    revision integer DEFAULT 0 NOT NULL,
    reason text NOT NULL,
    deadline timestamp with time zone NOT NULL,
    made_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    brand_id bigint NOT NULL,
    CONSTRAINT blueprint_estimate_not_negative CHECK ((estimate_usd_micros >= 0)),
    CONSTRAINT blueprint_status_is_known CHECK (((status)::text = ANY ((ARRAY['HELD'::character varying, 'STARTED'::character varying, 'DROPPED'::character varying])::text[])))
);

ALTER TABLE ONLY public.agents_blueprint FORCE ROW LEVEL SECURITY;

ALTER TABLE public.agents_blueprint ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.agents_blueprint_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.agents_campaign (
    id bigint NOT NULL,
    status character varying(16) NOT NULL,
    state_version integer NOT NULL,
    name character varying(120) NOT NULL,
    brief text NOT NULL,
    about character varying(80)[] NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    day_usd_micros bigint NOT NULL,
    total_usd_micros bigint NOT NULL,
    posts_per_day integer NOT NULL,
    sponsorship character varying(12) NOT NULL,
    version integer NOT NULL,
    note text NOT NULL,
    made_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    brand_id bigint NOT NULL,
    CONSTRAINT campaign_brief_is_bounded CHECK ((length(brief) <= 20000)),
    CONSTRAINT campaign_ends_after_its_start CHECK ((ends_at > starts_at)),
    CONSTRAINT campaign_posts_are_bounded CHECK (((posts_per_day >= 1) AND (posts_per_day <= 20))),
    CONSTRAINT campaign_sponsor_is_known CHECK (((sponsorship)::text = ANY ((ARRAY['none'::character varying, 'own'::character varying, 'paid'::character varying, 'gifted'::character varying, 'affiliate'::character varying])::text[]))),
    CONSTRAINT campaign_status_is_known CHECK (((status)::text = ANY ((ARRAY['DRAFT'::character varying, 'ACTIVE'::character varying, 'PAUSED'::character varying, 'ENDED'::character varying, 'CANCELLED'::character varying])::text[]))),
    CONSTRAINT campaign_total_holds_a_day CHECK (((day_usd_micros >= 0) AND (total_usd_micros >= day_usd_micros)))
);

ALTER TABLE ONLY public.agents_campaign FORCE ROW LEVEL SECURITY;

ALTER TABLE public.agents_campaign ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.agents_campaign_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.agents_campaignagent (
    id bigint NOT NULL,
    active boolean NOT NULL,
    agent_id bigint NOT NULL,
    brand_id bigint NOT NULL,
    campaign_id bigint NOT NULL
);

ALTER TABLE ONLY public.agents_campaignagent FORCE ROW LEVEL SECURITY;

ALTER TABLE public.agents_campaignagent ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.agents_campaignagent_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.agents_cohort (
    id bigint NOT NULL,
    name character varying(60) NOT NULL,
    query jsonb NOT NULL,
    made_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    brand_id bigint NOT NULL
);

ALTER TABLE ONLY public.agents_cohort FORCE ROW LEVEL SECURITY;

ALTER TABLE public.agents_cohort ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.agents_cohort_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.agents_decision (
    id bigint NOT NULL,
    review_id bigint NOT NULL,
    task_id bigint NOT NULL,
    kind character varying(40) NOT NULL,
    topic character varying(400) NOT NULL,
    content_hash character varying(64) NOT NULL,
    composite_bp integer,
    is_clean boolean NOT NULL,
    answer character varying(12) NOT NULL,
    is_blind boolean NOT NULL,
    made_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    agent_id bigint NOT NULL,
    brand_id bigint NOT NULL,
    CONSTRAINT decision_answer_is_known CHECK (((answer)::text = ANY ((ARRAY['approved'::character varying, 'edited'::character varying, 'rejected'::character varying])::text[]))),
    CONSTRAINT decision_composite_is_a_score CHECK (((composite_bp IS NULL) OR ((composite_bp >= 0) AND (composite_bp <= 10000))))
);

ALTER TABLE ONLY public.agents_decision FORCE ROW LEVEL SECURITY;

ALTER TABLE public.agents_decision ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.agents_decision_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.agents_dependency (
    id bigint NOT NULL,
    brand_id bigint NOT NULL,
    predecessor_id bigint NOT NULL,
    successor_id bigint NOT NULL,
    CONSTRAINT dependency_not_on_itself CHECK ((NOT (predecessor_id = successor_id)))
);

ALTER TABLE ONLY public.agents_dependency FORCE ROW LEVEL SECURITY;

ALTER TABLE public.agents_dependency ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.agents_dependency_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.agents_goal (
    id bigint NOT NULL,
    status character varying(16) NOT NULL,
    state_version integer NOT NULL,
    cause character varying(160) NOT NULL,
    wish text NOT NULL,
    relevance_bp integer,
    similarity_bp integer,
    deadline timestamp with time zone NOT NULL,
    made_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    agent_id bigint NOT NULL,
    brand_id bigint NOT NULL,
    trend_id bigint,
    soul_id bigint NOT NULL,
    batch character varying(80) DEFAULT ''::character varying NOT NULL,
    campaign_version integer,
    keeps_versions boolean DEFAULT false NOT NULL,
    policy_version integer DEFAULT 0 NOT NULL,
    campaign_id bigint,
    note text DEFAULT ''::text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    CONSTRAINT goal_of_a_campaign_pins_its_version CHECK ((((campaign_id IS NULL) AND (campaign_version IS NULL)) OR ((campaign_id IS NOT NULL) AND (campaign_version IS NOT NULL)))),
    CONSTRAINT goal_status_is_known CHECK (((status)::text = ANY ((ARRAY['PROPOSED'::character varying, 'ACTIVE'::character varying, 'DONE'::character varying, 'FAILED'::character varying, 'CANCELLED'::character varying])::text[])))
);

ALTER TABLE ONLY public.agents_goal FORCE ROW LEVEL SECURITY;

ALTER TABLE public.agents_goal ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.agents_goal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.agents_memory (
    id bigint NOT NULL,
    post_id bigint NOT NULL,
    agent_id bigint NOT NULL,
    published_at timestamp with time zone NOT NULL,
    noted_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    authors character varying(80)[] DEFAULT '{}'::character varying[] NOT NULL,
    is_here boolean DEFAULT false NOT NULL,
    text text DEFAULT ''::text NOT NULL,
    origin text DEFAULT ''::text NOT NULL,
    vector public.vector(256),
    kept_at timestamp with time zone,
    forgotten_at timestamp with time zone,
    brand_id bigint NOT NULL,
    signs bit(256) GENERATED ALWAYS AS ((public.binary_quantize(vector))::bit(256)) STORED,
    CONSTRAINT memory_authors_are_hashes CHECK ((array_to_string(authors, ' '::text) ~ '^(a[0-9a-z]{1,12}\.[0-9a-f]{40}( |$))*$'::text)),
    CONSTRAINT memory_elsewhere_has_no_words CHECK ((is_here OR ((origin = ''::text) AND (text = ''::text) AND (vector IS NULL)))),
    CONSTRAINT memory_forgotten_is_empty CHECK (((forgotten_at IS NULL) OR ((authors = '{}'::character varying(80)[]) AND (NOT is_here)))),
    CONSTRAINT memory_here_is_kept CHECK (((NOT is_here) OR (kept_at IS NOT NULL)))
)
WITH (autovacuum_vacuum_insert_scale_factor='0.02', autovacuum_vacuum_scale_factor='0.02');

ALTER TABLE ONLY public.agents_memory FORCE ROW LEVEL SECURITY;

ALTER TABLE public.agents_memory ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.agents_memory_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.agents_node (
    id bigint NOT NULL,
    status character varying(16) NOT NULL,
    state_version integer NOT NULL,
    name character varying(60) NOT NULL,
    host character varying(80) NOT NULL,
    pid integer NOT NULL,
    queues character varying(12)[] NOT NULL,
    capabilities jsonb NOT NULL,
    version character varying(20) NOT NULL,
    incarnation integer NOT NULL,
    started_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    heartbeat_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    CONSTRAINT node_incarnations_count_from_one CHECK ((incarnation >= 1)),
    CONSTRAINT node_name_ends_at_the_first_dot CHECK ((NOT ((name)::text ~~ '%.%'::text))),
    CONSTRAINT node_status_is_known CHECK (((status)::text = ANY ((ARRAY['ALIVE'::character varying, 'DRAINING'::character varying, 'LOST'::character varying, 'GONE'::character varying])::text[])))
);

ALTER TABLE public.agents_node ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.agents_node_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.agents_plan (
    id bigint NOT NULL,
    steps jsonb NOT NULL,
    estimate_usd_micros bigint NOT NULL,
    retries integer DEFAULT 0 NOT NULL,
    returns integer DEFAULT 0 NOT NULL,
    made_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    brand_id bigint NOT NULL,
    goal_id bigint NOT NULL,
    CONSTRAINT plan_retries_are_bounded CHECK (((retries >= 0) AND (retries <= 2))),
    CONSTRAINT plan_returns_are_bounded CHECK (((returns >= 0) AND (returns <= 1)))
);

ALTER TABLE ONLY public.agents_plan FORCE ROW LEVEL SECURITY;

ALTER TABLE public.agents_plan ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.agents_plan_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.agents_replan (
    id bigint NOT NULL,
    discarded bigint NOT NULL,
    follower bigint,
    stale_of character varying(12) NOT NULL,
    was integer NOT NULL,
    is_now integer NOT NULL,
    number integer NOT NULL,
    asked boolean NOT NULL,
    made_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    brand_id bigint NOT NULL,
    CONSTRAINT replan_cause_is_known CHECK (((stale_of)::text = ANY ((ARRAY['persona'::character varying, 'campaign'::character varying, 'policy'::character varying])::text[]))),
    CONSTRAINT replan_is_counted CHECK ((number >= 1))
);

ALTER TABLE ONLY public.agents_replan FORCE ROW LEVEL SECURITY;

ALTER TABLE public.agents_replan ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.agents_replan_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.agents_revision (
    id bigint NOT NULL,
    number integer NOT NULL,
    before jsonb NOT NULL,
    after jsonb NOT NULL,
    before_hash character varying(64) NOT NULL,
    after_hash character varying(64) NOT NULL,
    estimate_before bigint NOT NULL,
    estimate_after bigint NOT NULL,
    by character varying(160) NOT NULL,
    reason text NOT NULL,
    at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    blueprint_id bigint NOT NULL,
    brand_id bigint NOT NULL,
    CONSTRAINT revision_is_counted CHECK ((number >= 1))
);

ALTER TABLE ONLY public.agents_revision FORCE ROW LEVEL SECURITY;

ALTER TABLE public.agents_revision ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.agents_revision_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.agents_rollout (
    id bigint NOT NULL,
    status character varying(16) NOT NULL,
    state_version integer NOT NULL,
    change jsonb NOT NULL,
    reason text NOT NULL,
    posts_min integer NOT NULL,
    wait_s integer NOT NULL,
    began_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    figures jsonb DEFAULT '{}'::jsonb NOT NULL,
    proposal text NOT NULL,
    decided_by character varying(160) NOT NULL,
    note text NOT NULL,
    brand_id bigint NOT NULL,
    cohort_id bigint NOT NULL,
    CONSTRAINT rollout_has_a_human_yes CHECK (((NOT ((status)::text = 'ROLLED_OUT'::text)) OR (NOT ((decided_by)::text = ''::text)))),
    CONSTRAINT rollout_status_is_known CHECK (((status)::text = ANY ((ARRAY['CANARY'::character varying, 'READY'::character varying, 'ROLLED_OUT'::character varying, 'ROLLED_BACK'::character varying])::text[])))
);

ALTER TABLE ONLY public.agents_rollout FORCE ROW LEVEL SECURITY;

ALTER TABLE public.agents_rollout ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.agents_rollout_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.agents_rolloutmember (
    id bigint NOT NULL,
    is_canary boolean NOT NULL,
    before bigint,
    after bigint,
    applied_at timestamp with time zone,
    undone_at timestamp with time zone,
    failure text NOT NULL,
    settled boolean NOT NULL,
    agent_id bigint NOT NULL,
    brand_id bigint NOT NULL,
    rollout_id bigint NOT NULL,
    CONSTRAINT rolloutmember_undoes_what_it_did CHECK (((undone_at IS NULL) OR (applied_at IS NOT NULL)))
);

ALTER TABLE ONLY public.agents_rolloutmember FORCE ROW LEVEL SECURITY;

ALTER TABLE public.agents_rolloutmember ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.agents_rolloutmember_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.agents_rungstep (
    id bigint NOT NULL,
    from_rung character varying(16) NOT NULL,
    to_rung character varying(16) NOT NULL,
    reason text NOT NULL,
    actor character varying(160) NOT NULL,
    made_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    agent_id bigint NOT NULL,
    brand_id bigint NOT NULL,
    CONSTRAINT rungstep_is_a_step CHECK ((((from_rung)::text = ANY ((ARRAY['PROBATION'::character varying, 'SUPERVISED'::character varying, 'AUTONOMOUS'::character varying])::text[])) AND ((to_rung)::text = ANY ((ARRAY['PROBATION'::character varying, 'SUPERVISED'::character varying, 'AUTONOMOUS'::character varying])::text[])) AND (NOT ((from_rung)::text = (to_rung)::text))))
);

ALTER TABLE ONLY public.agents_rungstep FORCE ROW LEVEL SECURITY;

ALTER TABLE public.agents_rungstep ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.agents_rungstep_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.agents_shadowrun (
    id bigint NOT NULL,
    status character varying(16) NOT NULL,
    state_version integer NOT NULL,
    goal_number bigint NOT NULL,
    task_number bigint,
    asked_by character varying(160) NOT NULL,
    asked_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    steps_total integer NOT NULL,
    steps_done integer NOT NULL,
    results jsonb NOT NULL,
    beat_at timestamp with time zone,
    tries integer NOT NULL,
    ended_at timestamp with time zone,
    note text NOT NULL,
    brand_id bigint NOT NULL,
    CONSTRAINT shadowrun_does_what_there_is CHECK (((steps_done >= 0) AND (steps_done <= steps_total))),
    CONSTRAINT shadowrun_status_is_known CHECK (((status)::text = ANY ((ARRAY['WAITING'::character varying, 'RUNNING'::character varying, 'DONE'::character varying, 'FAILED'::character varying])::text[])))
);

ALTER TABLE ONLY public.agents_shadowrun FORCE ROW LEVEL SECURITY;

ALTER TABLE public.agents_shadowrun ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.agents_shadowrun_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.agents_soul (
    id bigint NOT NULL,
    version integer NOT NULL,
    content_hash character varying(64) NOT NULL,
    source text NOT NULL,
    front jsonb NOT NULL,
    backstory text NOT NULL,
    interests text[] NOT NULL,
    profile public.vector(256) NOT NULL,
    made_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    agent_id bigint NOT NULL,
    brand_id bigint NOT NULL
);

ALTER TABLE ONLY public.agents_soul FORCE ROW LEVEL SECURITY;

ALTER TABLE public.agents_soul ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.agents_soul_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.agents_task (
    id bigint NOT NULL,
    status character varying(16) NOT NULL,
    state_version integer NOT NULL,
    queue character varying(12) NOT NULL,
    scopes character varying(80)[] NOT NULL,
    due_at timestamp with time zone,
    lease_until timestamp with time zone,
    lease_owner character varying(120) NOT NULL,
    fence bigint NOT NULL,
    attempts integer NOT NULL,
    attempts_max integer NOT NULL,
    priority smallint NOT NULL,
    note text NOT NULL,
    kind character varying(40) NOT NULL,
    outward boolean NOT NULL,
    unmet integer NOT NULL,
    feedback jsonb NOT NULL,
    deadline timestamp with time zone NOT NULL,
    made_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    ended_at timestamp with time zone,
    stage character varying(12) GENERATED ALWAYS AS (
CASE
    WHEN (((status)::text = 'READY'::text) AND ((kind)::text = 'plan'::text)) THEN 'plan'::text
    WHEN ((status)::text = 'READY'::text) THEN 'work'::text
    WHEN ((status)::text = 'JUDGING'::text) THEN 'judge'::text
    WHEN ((status)::text = 'ACCEPTED'::text) THEN 'commit'::text
    ELSE ''::text
END) STORED,
    agent_id bigint NOT NULL,
    brand_id bigint NOT NULL,
    goal_id bigint NOT NULL,
    plan_id bigint,
    soul_id bigint NOT NULL,
    campaign_version integer,
    keeps_versions boolean DEFAULT false NOT NULL,
    policy_version integer DEFAULT 0 NOT NULL,
    campaign_id bigint,
    params jsonb,
    CONSTRAINT task_inward_is_not_judged CHECK ((outward OR (NOT ((status)::text = ANY ((ARRAY['JUDGING'::character varying, 'ACCEPTED'::character varying])::text[]))))),
    CONSTRAINT task_ready_has_nothing_unmet CHECK (((NOT ((status)::text = 'READY'::text)) OR (unmet = 0))),
    CONSTRAINT task_status_is_known CHECK (((status)::text = ANY ((ARRAY['BLOCKED'::character varying, 'READY'::character varying, 'JUDGING'::character varying, 'HELD'::character varying, 'ACCEPTED'::character varying, 'DONE'::character varying, 'REJECTED'::character varying, 'EXPIRED'::character varying, 'CANCELLED'::character varying])::text[]))),
    CONSTRAINT task_unmet_not_negative CHECK ((unmet >= 0))
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0.02', autovacuum_analyze_scale_factor='0.02');

ALTER TABLE ONLY public.agents_task FORCE ROW LEVEL SECURITY;

ALTER TABLE public.agents_task ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.agents_task_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.agents_verdict (
    id bigint NOT NULL,
    fence bigint NOT NULL,
    content_hash character varying(64) NOT NULL,
    snapshot jsonb NOT NULL,
    findings jsonb NOT NULL,
    composite_bp integer,
    offline boolean NOT NULL,
    ruling character varying(8) NOT NULL,
    reasons jsonb NOT NULL,
    route character varying(8) NOT NULL,
    made_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    artifact_id bigint NOT NULL,
    brand_id bigint NOT NULL,
    task_id bigint NOT NULL
);

ALTER TABLE ONLY public.agents_verdict FORCE ROW LEVEL SECURITY;

ALTER TABLE public.agents_verdict ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.agents_verdict_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.auth_group (
    id integer NOT NULL,
    name character varying(150) NOT NULL
);

ALTER TABLE public.auth_group ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_group_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.auth_group_permissions (
    id bigint NOT NULL,
    group_id integer NOT NULL,
    permission_id integer NOT NULL
);

ALTER TABLE public.auth_group_permissions ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_group_permissions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.auth_permission (
    id integer NOT NULL,
    name character varying(255) NOT NULL,
    content_type_id integer NOT NULL,
    codename character varying(100) NOT NULL
);

ALTER TABLE public.auth_permission ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_permission_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.auth_user (
    id integer NOT NULL,
    password character varying(128) NOT NULL,
    last_login timestamp with time zone,
    is_superuser boolean NOT NULL,
    username character varying(150) NOT NULL,
    first_name character varying(150) NOT NULL,
    last_name character varying(150) NOT NULL,
    email character varying(254) NOT NULL,
    is_staff boolean NOT NULL,
    is_active boolean NOT NULL,
    date_joined timestamp with time zone NOT NULL
);

CREATE TABLE public.auth_user_groups (
    id bigint NOT NULL,
    user_id integer NOT NULL,
    group_id integer NOT NULL
);

ALTER TABLE public.auth_user_groups ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_user_groups_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE public.auth_user ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_user_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.auth_user_user_permissions (
    id bigint NOT NULL,
    user_id integer NOT NULL,
    permission_id integer NOT NULL
);

ALTER TABLE public.auth_user_user_permissions ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_user_user_permissions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.core_binding (
    id bigint NOT NULL,
    person character varying(160) NOT NULL,
    brand_id bigint NOT NULL,
    CONSTRAINT binding_is_of_a_person CHECK (((person)::text ~ '^user:.+$'::text))
);

ALTER TABLE ONLY public.core_binding FORCE ROW LEVEL SECURITY;

ALTER TABLE public.core_binding ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.core_binding_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.core_brand (
    id bigint NOT NULL,
    slug character varying(60) NOT NULL,
    name character varying(120) NOT NULL,
    created_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL
);

ALTER TABLE ONLY public.core_brand FORCE ROW LEVEL SECURITY;

ALTER TABLE public.core_brand ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.core_brand_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.core_callrecord (
    id bigint NOT NULL,
    subject character varying(80) NOT NULL,
    fence bigint NOT NULL,
    seat character varying(40) NOT NULL,
    provider character varying(40) NOT NULL,
    model character varying(80) NOT NULL,
    offline boolean NOT NULL,
    prompt_hash character varying(64) NOT NULL,
    request jsonb NOT NULL,
    answer jsonb,
    failure text NOT NULL,
    input_tokens integer NOT NULL,
    output_tokens integer NOT NULL,
    cost_usd_micros bigint NOT NULL,
    latency_ms integer NOT NULL,
    at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    brand_id bigint NOT NULL,
    why character varying(16) DEFAULT ''::character varying NOT NULL,
    cache_read_tokens integer DEFAULT 0 NOT NULL,
    cache_write_tokens integer DEFAULT 0 NOT NULL,
    CONSTRAINT call_costs_nothing_negative CHECK ((cost_usd_micros >= 0))
);

ALTER TABLE ONLY public.core_callrecord FORCE ROW LEVEL SECURITY;

ALTER TABLE public.core_callrecord ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.core_callrecord_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.core_circuit (
    id bigint NOT NULL,
    provider character varying(40) NOT NULL,
    status character varying(16) NOT NULL,
    state_version integer NOT NULL,
    since timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    failed_at timestamp with time zone[] NOT NULL,
    opens integer NOT NULL,
    wait_until timestamp with time zone,
    probe_by character varying(120) NOT NULL,
    note character varying(300) NOT NULL,
    CONSTRAINT circuit_half_open_has_one_prober CHECK (((((status)::text = 'HALF_OPEN'::text) AND (NOT ((probe_by)::text = ''::text))) OR ((NOT ((status)::text = 'HALF_OPEN'::text)) AND ((probe_by)::text = ''::text)))),
    CONSTRAINT circuit_status_is_known CHECK (((status)::text = ANY ((ARRAY['CLOSED'::character varying, 'OPEN'::character varying, 'HALF_OPEN'::character varying])::text[]))),
    CONSTRAINT circuit_waits_unless_closed CHECK ((((opens = 0) AND ((status)::text = 'CLOSED'::text) AND (wait_until IS NULL)) OR ((opens >= 1) AND ((status)::text = ANY ((ARRAY['OPEN'::character varying, 'HALF_OPEN'::character varying])::text[])) AND (wait_until IS NOT NULL))))
);

ALTER TABLE public.core_circuit ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.core_circuit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.core_clock (
    id smallint NOT NULL,
    shift interval NOT NULL,
    simulated boolean NOT NULL,
    CONSTRAINT clock_has_one_row CHECK ((id = 1)),
    CONSTRAINT clock_shifts_only_in_simulation CHECK ((simulated OR (shift = '00:00:00'::interval)))
);

CREATE TABLE public.core_disclosure (
    id bigint NOT NULL,
    platform character varying(40) NOT NULL,
    author character varying(80) NOT NULL,
    speaker character varying(80) NOT NULL,
    language character varying(2) NOT NULL,
    told_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    brand_id bigint NOT NULL,
    CONSTRAINT disclosure_author_is_a_hash CHECK (((author)::text ~ '^a[0-9a-z]{1,12}\.[0-9a-f]{40}$'::text))
);

ALTER TABLE ONLY public.core_disclosure FORCE ROW LEVEL SECURITY;

ALTER TABLE public.core_disclosure ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.core_disclosure_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.core_tick (
    id bigint NOT NULL,
    name character varying(60) NOT NULL,
    period bigint NOT NULL,
    at timestamp with time zone DEFAULT public.chimera_now() NOT NULL
);

ALTER TABLE public.core_tick ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.core_tick_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.django_admin_log (
    id integer NOT NULL,
    action_time timestamp with time zone NOT NULL,
    object_id text,
    object_repr character varying(200) NOT NULL,
    action_flag smallint NOT NULL,
    change_message text NOT NULL,
    content_type_id integer,
    user_id integer NOT NULL,
    CONSTRAINT django_admin_log_action_flag_check CHECK ((action_flag >= 0))
);

ALTER TABLE public.django_admin_log ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_admin_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.django_celery_beat_clockedschedule (
    id integer NOT NULL,
    clocked_time timestamp with time zone NOT NULL
);

ALTER TABLE public.django_celery_beat_clockedschedule ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_celery_beat_clockedschedule_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.django_celery_beat_crontabschedule (
    id integer NOT NULL,
    minute character varying(240) NOT NULL,
    hour character varying(96) NOT NULL,
    day_of_week character varying(64) NOT NULL,
    day_of_month character varying(124) NOT NULL,
    month_of_year character varying(64) NOT NULL,
    timezone character varying(63) NOT NULL
);

ALTER TABLE public.django_celery_beat_crontabschedule ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_celery_beat_crontabschedule_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.django_celery_beat_intervalschedule (
    id integer NOT NULL,
    every integer NOT NULL,
    period character varying(24) NOT NULL
);

ALTER TABLE public.django_celery_beat_intervalschedule ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_celery_beat_intervalschedule_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.django_celery_beat_periodictask (
    id integer NOT NULL,
    name character varying(200) NOT NULL,
    task character varying(200) NOT NULL,
    args text NOT NULL,
    kwargs text NOT NULL,
    queue character varying(200),
    exchange character varying(200),
    routing_key character varying(200),
    expires timestamp with time zone,
    enabled boolean NOT NULL,
    last_run_at timestamp with time zone,
    total_run_count integer NOT NULL,
    date_changed timestamp with time zone NOT NULL,
    description text NOT NULL,
    crontab_id integer,
    interval_id integer,
    solar_id integer,
    one_off boolean NOT NULL,
    start_time timestamp with time zone,
    priority integer,
    headers text NOT NULL,
    clocked_id integer,
    expire_seconds integer,
    CONSTRAINT django_celery_beat_periodictask_expire_seconds_check CHECK ((expire_seconds >= 0)),
    CONSTRAINT django_celery_beat_periodictask_priority_check CHECK ((priority >= 0)),
    CONSTRAINT django_celery_beat_periodictask_total_run_count_check CHECK ((total_run_count >= 0))
);

ALTER TABLE public.django_celery_beat_periodictask ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_celery_beat_periodictask_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.django_celery_beat_periodictasks (
    ident smallint NOT NULL,
    last_update timestamp with time zone NOT NULL
);

CREATE TABLE public.django_celery_beat_solarschedule (
    id integer NOT NULL,
    event character varying(24) NOT NULL,
    latitude numeric(9,6) NOT NULL,
    longitude numeric(9,6) NOT NULL
);

ALTER TABLE public.django_celery_beat_solarschedule ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_celery_beat_solarschedule_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.django_content_type (
    id integer NOT NULL,
    app_label character varying(100) NOT NULL,
    model character varying(100) NOT NULL
);

ALTER TABLE public.django_content_type ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_content_type_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.django_migrations (
    id bigint NOT NULL,
    app character varying(255) NOT NULL,
    name character varying(255) NOT NULL,
    applied timestamp with time zone NOT NULL
);

ALTER TABLE public.django_migrations ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_migrations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.django_session (
    session_key character varying(40) NOT NULL,
    session_data text NOT NULL,
    expire_date timestamp with time zone NOT NULL
);

CREATE TABLE public.governance_anchoring (
    anchor character varying(40) NOT NULL,
    generation integer NOT NULL,
    size bigint NOT NULL,
    at timestamp with time zone DEFAULT public.chimera_now() NOT NULL
);

CREATE TABLE public.governance_attempt (
    id bigint NOT NULL,
    subject character varying(80) NOT NULL,
    fence bigint NOT NULL,
    stage character varying(12) NOT NULL,
    owner character varying(120) NOT NULL,
    claimed_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    ended_at timestamp with time zone,
    outcome text NOT NULL,
    brand_id bigint NOT NULL
);

ALTER TABLE ONLY public.governance_attempt FORCE ROW LEVEL SECURITY;

ALTER TABLE public.governance_attempt ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.governance_attempt_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE public.governance_auditevent ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.governance_auditevent_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.governance_brandpolicy (
    id bigint NOT NULL,
    state_version integer NOT NULL,
    forbidden_topics character varying(80)[] NOT NULL,
    sensitive_topics character varying(80)[] NOT NULL,
    link_domains character varying(120)[] NOT NULL,
    affiliate_domains character varying(120)[] NOT NULL,
    quiet_from time without time zone,
    quiet_until time without time zone,
    quiet_zone character varying(60) NOT NULL,
    blackout_from timestamp with time zone,
    blackout_until timestamp with time zone,
    content_hash character varying(64) NOT NULL,
    changed_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    brand_id bigint NOT NULL,
    CONSTRAINT brandpolicy_blackout_ends CHECK ((((blackout_from IS NULL) AND (blackout_until IS NULL)) OR ((blackout_from IS NOT NULL) AND (blackout_until > blackout_from) AND (blackout_until IS NOT NULL)))),
    CONSTRAINT brandpolicy_lists_are_bounded CHECK (((
CASE
    WHEN (forbidden_topics IS NULL) THEN NULL::integer
    ELSE COALESCE(array_length(forbidden_topics, 1), 0)
END <= 200) AND (
CASE
    WHEN (sensitive_topics IS NULL) THEN NULL::integer
    ELSE COALESCE(array_length(sensitive_topics, 1), 0)
END <= 200) AND (
CASE
    WHEN (link_domains IS NULL) THEN NULL::integer
    ELSE COALESCE(array_length(link_domains, 1), 0)
END <= 200) AND (
CASE
    WHEN (affiliate_domains IS NULL) THEN NULL::integer
    ELSE COALESCE(array_length(affiliate_domains, 1), 0)
END <= 200))),
    CONSTRAINT brandpolicy_quiet_hours_are_whole CHECK ((((quiet_from IS NULL) AND (quiet_until IS NULL)) OR ((quiet_from IS NOT NULL) AND (quiet_until IS NOT NULL) AND (NOT ((quiet_from = quiet_until) AND (quiet_from IS NOT NULL) AND (quiet_until IS NOT NULL))))))
);

ALTER TABLE ONLY public.governance_brandpolicy FORCE ROW LEVEL SECURITY;

ALTER TABLE public.governance_brandpolicy ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.governance_brandpolicy_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.governance_budget (
    id bigint NOT NULL,
    scope character varying(80) NOT NULL,
    day date NOT NULL,
    limit_usd_micros bigint NOT NULL,
    reserved_usd_micros bigint DEFAULT 0 NOT NULL,
    settled_usd_micros bigint DEFAULT 0 NOT NULL,
    brand_id bigint NOT NULL,
    CONSTRAINT budget_never_overspent CHECK ((limit_usd_micros >= (reserved_usd_micros + settled_usd_micros))),
    CONSTRAINT budget_not_negative CHECK (((reserved_usd_micros >= 0) AND (settled_usd_micros >= 0)))
);

ALTER TABLE ONLY public.governance_budget FORCE ROW LEVEL SECURITY;

ALTER TABLE public.governance_budget ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.governance_budget_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.governance_budgetlimit (
    id bigint NOT NULL,
    scope character varying(80) NOT NULL,
    limit_usd_micros bigint NOT NULL,
    brand_id bigint NOT NULL,
    "window" character varying(8) DEFAULT 'day'::character varying NOT NULL,
    CONSTRAINT budgetlimit_not_negative CHECK ((limit_usd_micros >= 0)),
    CONSTRAINT budgetlimit_total_is_of_campaigns CHECK (((("window")::text = 'day'::text) OR ((scope)::text ~~ 'campaign:%'::text))),
    CONSTRAINT budgetlimit_window_is_known CHECK ((("window")::text = ANY ((ARRAY['day'::character varying, 'total'::character varying])::text[])))
);

ALTER TABLE ONLY public.governance_budgetlimit FORCE ROW LEVEL SECURITY;

ALTER TABLE public.governance_budgetlimit ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.governance_budgetlimit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.governance_checkpoint (
    id bigint NOT NULL,
    generation integer NOT NULL,
    size bigint NOT NULL,
    root bytea NOT NULL,
    note text NOT NULL,
    kid character varying(8) NOT NULL,
    previous bytea,
    at timestamp with time zone NOT NULL,
    CONSTRAINT checkpoint_root_is_a_hash CHECK (((octet_length(root) = 32) AND ((previous IS NULL) OR (octet_length(previous) = 32))))
);

ALTER TABLE public.governance_checkpoint ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.governance_checkpoint_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.governance_checkpointkey (
    kid character varying(8) NOT NULL,
    vkey character varying(160) NOT NULL,
    since timestamp with time zone DEFAULT public.chimera_now() NOT NULL
);

CREATE TABLE public.governance_control (
    id bigint NOT NULL,
    status character varying(16) NOT NULL,
    state_version integer NOT NULL,
    scope character varying(80) NOT NULL,
    kind character varying(8) NOT NULL,
    reason text NOT NULL,
    since timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    lifted_at timestamp with time zone,
    cause character varying(12) DEFAULT ''::character varying NOT NULL,
    until timestamp with time zone,
    imposed_by character varying(120) DEFAULT ''::character varying NOT NULL,
    resume_asked_by character varying(120) DEFAULT ''::character varying NOT NULL,
    lifted_by character varying(120) DEFAULT ''::character varying NOT NULL,
    resume_asked_why text DEFAULT ''::text NOT NULL,
    lift_reason text DEFAULT ''::text NOT NULL,
    incident boolean DEFAULT false NOT NULL,
    needs_second boolean DEFAULT false NOT NULL,
    resume_asked_at timestamp with time zone,
    CONSTRAINT control_cause_is_known CHECK (((cause)::text = ANY ((ARRAY[''::character varying, 'exhausted'::character varying, 'anomaly'::character varying])::text[]))),
    CONSTRAINT control_incident_needs_a_second_person CHECK (((NOT needs_second) OR ((status)::text <> 'LIFTED'::text) OR (public.governance_person((lifted_by)::text) <> public.governance_person((imposed_by)::text)))),
    CONSTRAINT control_lifted_has_a_reason CHECK (((NOT ((status)::text = 'LIFTED'::text)) OR (NOT (lift_reason = ''::text)))),
    CONSTRAINT control_lifted_has_time CHECK ((((lifted_at IS NULL) AND ((status)::text = 'IN_FORCE'::text)) OR ((lifted_at IS NOT NULL) AND ((status)::text = 'LIFTED'::text)))),
    CONSTRAINT control_only_an_incident_needs_two CHECK (((NOT needs_second) OR incident)),
    CONSTRAINT control_only_exhaustion_ends_by_itself CHECK (((until IS NULL) OR ((cause)::text = 'exhausted'::text))),
    CONSTRAINT control_status_is_known CHECK (((status)::text = ANY ((ARRAY['IN_FORCE'::character varying, 'LIFTED'::character varying])::text[])))
);

ALTER TABLE public.governance_control ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.governance_control_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.governance_effect (
    id bigint NOT NULL,
    status character varying(16) NOT NULL,
    state_version integer NOT NULL,
    subject character varying(80) NOT NULL,
    task character varying(80) NOT NULL,
    kind character varying(20) NOT NULL,
    platform_class character varying(1) NOT NULL,
    key character varying(64) NOT NULL,
    hold_key character varying(160) NOT NULL,
    payload_hash character varying(64) NOT NULL,
    sent_fence bigint NOT NULL,
    grant_jti character varying(40) NOT NULL,
    call_timeout_s integer NOT NULL,
    sends integer NOT NULL,
    sent_at timestamp with time zone,
    platform_id character varying(120) NOT NULL,
    receipt jsonb,
    made_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    brand_id bigint NOT NULL,
    absences integer DEFAULT 0 NOT NULL,
    first_sent_at timestamp with time zone,
    incarnation integer DEFAULT 0 NOT NULL,
    lookups jsonb DEFAULT '[]'::jsonb NOT NULL,
    reopened_by character varying(80) DEFAULT ''::character varying NOT NULL,
    stage_ids jsonb DEFAULT '{}'::jsonb NOT NULL,
    scopes character varying(80)[] DEFAULT '{}'::character varying(80)[] NOT NULL,
    labelled boolean DEFAULT false NOT NULL,
    CONSTRAINT effect_confirmed_has_an_id CHECK (((NOT ((status)::text = 'CONFIRMED'::text)) OR (NOT ((platform_id)::text = ''::text)))),
    CONSTRAINT effect_sent_has_a_grant CHECK ((((status)::text = 'INTENDED'::text) OR (NOT ((grant_jti)::text = ''::text)) OR ((status)::text = 'REFUTED'::text) OR ((sends = 0) AND ((status)::text = 'CONFIRMED'::text)))),
    CONSTRAINT effect_sent_is_labelled CHECK (((NOT ((kind)::text = 'publish'::text)) OR ((status)::text = ANY ((ARRAY['INTENDED'::character varying, 'REFUTED'::character varying])::text[])) OR labelled)),
    CONSTRAINT effect_status_is_known CHECK (((status)::text = ANY ((ARRAY['INTENDED'::character varying, 'SENT'::character varying, 'CONFIRMED'::character varying, 'REFUTED'::character varying, 'IN_DOUBT'::character varying])::text[])))
);

ALTER TABLE ONLY public.governance_effect FORCE ROW LEVEL SECURITY;

ALTER TABLE public.governance_effect ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.governance_effect_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.governance_entry (
    id bigint NOT NULL,
    hold_key character varying(160) NOT NULL,
    about character varying(80) NOT NULL,
    scopes character varying(80)[] NOT NULL,
    day date NOT NULL,
    debit character varying(80) NOT NULL,
    credit character varying(80) NOT NULL,
    amount_usd_micros bigint NOT NULL,
    at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    brand_id bigint NOT NULL,
    CONSTRAINT entry_has_two_sides CHECK (((NOT ((debit)::text = ''::text)) AND (NOT ((credit)::text = ''::text)) AND (NOT ((debit)::text = (credit)::text)))),
    CONSTRAINT entry_moves_something CHECK ((amount_usd_micros > 0))
);

ALTER TABLE ONLY public.governance_entry FORCE ROW LEVEL SECURITY;

ALTER TABLE public.governance_entry ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.governance_entry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.governance_fleetbudget (
    day date NOT NULL,
    limit_usd_micros bigint NOT NULL,
    reserved_usd_micros bigint DEFAULT 0 NOT NULL,
    settled_usd_micros bigint DEFAULT 0 NOT NULL,
    CONSTRAINT fleetbudget_never_overspent CHECK ((limit_usd_micros >= (reserved_usd_micros + settled_usd_micros))),
    CONSTRAINT fleetbudget_not_negative CHECK (((reserved_usd_micros >= 0) AND (settled_usd_micros >= 0)))
);

CREATE TABLE public.governance_fleetlimit (
    id smallint NOT NULL,
    limit_usd_micros bigint NOT NULL,
    CONSTRAINT fleetlimit_has_one_row CHECK ((id = 1)),
    CONSTRAINT fleetlimit_not_negative CHECK ((limit_usd_micros >= 0))
);

CREATE TABLE public.governance_fleetreturn (
    id bigint NOT NULL,
    day date NOT NULL,
    held_usd_micros bigint NOT NULL,
    spent_usd_micros bigint NOT NULL,
    CONSTRAINT fleetreturn_spends_at_most_what_was_held CHECK (((spent_usd_micros >= 0) AND (held_usd_micros >= spent_usd_micros)))
)
WITH (autovacuum_vacuum_threshold='500', autovacuum_vacuum_scale_factor='0');

ALTER TABLE public.governance_fleetreturn ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.governance_fleetreturn_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.governance_foureyes (
    id bigint NOT NULL,
    status character varying(16) NOT NULL,
    state_version integer NOT NULL,
    what character varying(12) NOT NULL,
    reason text NOT NULL,
    set_by character varying(160) DEFAULT ''::character varying NOT NULL,
    since timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    ended_by character varying(160) DEFAULT ''::character varying NOT NULL,
    ended_at timestamp with time zone,
    end_reason text DEFAULT ''::text NOT NULL,
    brand_id bigint NOT NULL,
    CONSTRAINT foureyes_end_has_time_name_and_reason CHECK ((((ended_at IS NULL) AND ((ended_by)::text = ''::text) AND ((status)::text = 'IN_FORCE'::text)) OR ((ended_at IS NOT NULL) AND ((status)::text = 'ENDED'::text) AND (NOT ((ended_by)::text = ''::text)) AND (NOT (end_reason = ''::text))))),
    CONSTRAINT foureyes_has_a_reason CHECK ((NOT (reason = ''::text))),
    CONSTRAINT foureyes_is_about_something_known CHECK (((what)::text = ANY ((ARRAY['everything'::character varying, 'doubt'::character varying, 'rule'::character varying, 'probation'::character varying, 'retries'::character varying, 'exhausted'::character varying, 'sponsored'::character varying, 'edited'::character varying])::text[]))),
    CONSTRAINT foureyes_is_ended_by_a_second_person CHECK ((((status)::text <> 'ENDED'::text) OR (public.governance_person((ended_by)::text) <> public.governance_person((set_by)::text)))),
    CONSTRAINT foureyes_status_is_known CHECK (((status)::text = ANY ((ARRAY['IN_FORCE'::character varying, 'ENDED'::character varying])::text[])))
);

ALTER TABLE ONLY public.governance_foureyes FORCE ROW LEVEL SECURITY;

ALTER TABLE public.governance_foureyes ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.governance_foureyes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.governance_grantended (
    jti character varying(40) NOT NULL,
    outcome character varying(12) NOT NULL,
    told jsonb NOT NULL,
    at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    CONSTRAINT grant_ended_is_definite CHECK (((outcome)::text = ANY ((ARRAY['published'::character varying, 'rejected'::character varying, 'not_sent'::character varying, 'deleted'::character varying])::text[]))),
    CONSTRAINT grant_ended_published_has_an_id CHECK (((NOT ((outcome)::text = ANY ((ARRAY['published'::character varying, 'deleted'::character varying])::text[]))) OR ((told ? 'platform_id'::text) AND (NOT ((told -> 'platform_id'::text) = '""'::jsonb)))))
);

CREATE TABLE public.governance_grantkey (
    id bigint NOT NULL,
    status character varying(16) NOT NULL,
    state_version integer NOT NULL,
    kid character varying(16) NOT NULL,
    x character varying(43) NOT NULL,
    voucher text NOT NULL,
    made_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    since timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    verifies_until timestamp with time zone,
    CONSTRAINT grant_key_is_named_by_its_hash CHECK ((((x)::text ~ '^[A-Za-z0-9_-]{43}$'::text) AND ((kid)::text = "left"(encode(sha256(decode((translate((x)::text, '-_'::text, '+/'::text) || '='::text), 'base64'::text)), 'hex'::text), 16)))),
    CONSTRAINT grant_key_retired_has_an_end CHECK (((((status)::text = 'RETIRED'::text) AND (verifies_until IS NOT NULL)) OR ((NOT ((status)::text = 'RETIRED'::text)) AND (verifies_until IS NULL)))),
    CONSTRAINT grant_key_status_is_known CHECK (((status)::text = ANY ((ARRAY['NEXT'::character varying, 'CURRENT'::character varying, 'RETIRED'::character varying])::text[])))
);

ALTER TABLE public.governance_grantkey ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.governance_grantkey_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.governance_grantrevocation (
    id bigint NOT NULL,
    kid character varying(16) NOT NULL,
    reason text NOT NULL,
    by character varying(120) DEFAULT ''::character varying NOT NULL,
    at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    CONSTRAINT grant_revocation_has_a_reason CHECK ((NOT (reason = ''::text)))
);

ALTER TABLE public.governance_grantrevocation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.governance_grantrevocation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.governance_grantused (
    jti character varying(40) NOT NULL,
    effect_key character varying(64) NOT NULL,
    used_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    burned boolean DEFAULT false NOT NULL
);

CREATE TABLE public.governance_hold (
    id bigint NOT NULL,
    status character varying(16) NOT NULL,
    state_version integer NOT NULL,
    key character varying(160) NOT NULL,
    about character varying(80) NOT NULL,
    scopes character varying(80)[] NOT NULL,
    day date NOT NULL,
    amount_usd_micros bigint NOT NULL,
    settled_usd_micros bigint DEFAULT 0 NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    made_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    brand_id bigint NOT NULL,
    spent_if_lost boolean DEFAULT false NOT NULL,
    CONSTRAINT hold_not_negative CHECK ((amount_usd_micros >= 0)),
    CONSTRAINT hold_settles_at_most_what_it_holds CHECK (((settled_usd_micros >= 0) AND (settled_usd_micros <= amount_usd_micros))),
    CONSTRAINT hold_status_is_known CHECK (((status)::text = ANY ((ARRAY['HELD'::character varying, 'SETTLED'::character varying, 'VOID'::character varying])::text[])))
)
WITH (fillfactor='80');

ALTER TABLE ONLY public.governance_hold FORCE ROW LEVEL SECURITY;

ALTER TABLE public.governance_hold ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.governance_hold_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.governance_incarnation (
    id smallint NOT NULL,
    number integer NOT NULL,
    since timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    reason text NOT NULL,
    CONSTRAINT incarnation_has_one_row CHECK ((id = 1))
);

CREATE TABLE public.governance_keyrotation (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT public.chimera_now() NOT NULL
);

ALTER TABLE public.governance_keyrotation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.governance_keyrotation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.governance_letter (
    id bigint NOT NULL,
    status character varying(16) NOT NULL,
    state_version integer NOT NULL,
    kind character varying(12) NOT NULL,
    message_id uuid NOT NULL,
    day date,
    facts jsonb,
    count integer NOT NULL,
    due_at timestamp with time zone,
    closed_at timestamp with time zone,
    ended_at timestamp with time zone,
    lease_owner character varying(120) NOT NULL,
    fence bigint NOT NULL,
    attempts integer NOT NULL,
    note character varying(300) NOT NULL,
    made_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    subscription_id bigint NOT NULL,
    CONSTRAINT letter_digest_has_a_day CHECK ((((day IS NOT NULL) AND (facts IS NOT NULL) AND ((kind)::text = 'digest'::text)) OR ((NOT ((kind)::text = 'digest'::text)) AND (day IS NULL) AND (facts IS NULL)))),
    CONSTRAINT letter_says_something CHECK ((count >= 1)),
    CONSTRAINT letter_status_is_known CHECK (((status)::text = ANY ((ARRAY['PENDING'::character varying, 'SENT'::character varying, 'GIVEN_UP'::character varying])::text[]))),
    CONSTRAINT letter_waits_or_has_ended CHECK ((((due_at IS NOT NULL) AND (ended_at IS NULL) AND ((status)::text = 'PENDING'::text)) OR ((NOT ((status)::text = 'PENDING'::text)) AND (due_at IS NULL) AND (ended_at IS NOT NULL))))
);

ALTER TABLE public.governance_letter ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.governance_letter_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.governance_letternotice (
    id bigint NOT NULL,
    letter_id bigint NOT NULL,
    notice_id bigint NOT NULL
);

ALTER TABLE public.governance_letternotice ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.governance_letternotice_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.governance_notice (
    id bigint NOT NULL,
    kind character varying(12) NOT NULL,
    scope character varying(80) NOT NULL,
    subject character varying(80) NOT NULL,
    sentence character varying(500) NOT NULL,
    link character varying(200) NOT NULL,
    key character varying(160) NOT NULL,
    made_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    CONSTRAINT notice_kind_is_known CHECK (((kind)::text = ANY ((ARRAY['deadline'::character varying, 'expired'::character varying, 'stop'::character varying, 'resume'::character varying, 'cap'::character varying, 'anomaly'::character varying, 'account'::character varying, 'circuit'::character varying, 'doubt'::character varying, 'record'::character varying, 'server'::character varying, 'test'::character varying])::text[]))),
    CONSTRAINT notice_link_stays_at_the_desk CHECK ((((link)::text = ''::text) OR ((link)::text ~ '^/[^/\s][^\s]*$'::text))),
    CONSTRAINT notice_says_something CHECK ((((key)::text > ''::text) AND ((sentence)::text > ''::text))),
    CONSTRAINT notice_scope_is_known CHECK ((((scope)::text = 'fleet'::text) OR ((scope)::text ~ '^brand:[1-9][0-9]*$'::text)))
);

ALTER TABLE public.governance_notice ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.governance_notice_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.governance_noticeseen (
    id bigint NOT NULL,
    reader character varying(160) NOT NULL,
    up_to bigint NOT NULL
);

ALTER TABLE public.governance_noticeseen ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.governance_noticeseen_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.governance_putaway (
    id bigint NOT NULL,
    first_seq bigint NOT NULL,
    last_seq bigint NOT NULL,
    before timestamp with time zone NOT NULL,
    at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    CONSTRAINT putaway_is_a_stretch CHECK (((first_seq >= 0) AND (last_seq >= first_seq)))
);

ALTER TABLE public.governance_putaway ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.governance_putaway_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.governance_reviewanswer (
    id bigint NOT NULL,
    item_id bigint NOT NULL,
    reviewer character varying(160) NOT NULL,
    answer character varying(12) NOT NULL,
    kind character varying(12) NOT NULL,
    agent character varying(80) NOT NULL,
    platform character varying(40) NOT NULL,
    group_key character varying(80) NOT NULL,
    content_hash character varying(64) NOT NULL,
    waited_s integer NOT NULL,
    took_ms integer,
    step smallint GENERATED ALWAYS AS ((floor((ln((GREATEST(took_ms, 100))::double precision) * (25)::double precision)))::smallint) STORED,
    first_id bigint,
    undone_at timestamp with time zone,
    at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    brand_id bigint NOT NULL,
    CONSTRAINT reviewanswer_has_a_name CHECK (((reviewer)::text > ''::text)),
    CONSTRAINT reviewanswer_is_known CHECK (((answer)::text = ANY ((ARRAY['approved'::character varying, 'edited'::character varying, 'rejected'::character varying])::text[]))),
    CONSTRAINT reviewanswer_took_some_time CHECK (((took_ms IS NULL) OR (took_ms >= 0)))
);

ALTER TABLE ONLY public.governance_reviewanswer FORCE ROW LEVEL SECURITY;

ALTER TABLE public.governance_reviewanswer ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.governance_reviewanswer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.governance_reviewitem (
    id bigint NOT NULL,
    status character varying(16) NOT NULL,
    state_version integer NOT NULL,
    subject character varying(80) NOT NULL,
    task character varying(80) NOT NULL,
    kind character varying(12) NOT NULL,
    content_hash character varying(64) NOT NULL,
    snapshot jsonb NOT NULL,
    why text NOT NULL,
    made_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    deadline timestamp with time zone NOT NULL,
    decided_by character varying(160) NOT NULL,
    decided_at timestamp with time zone,
    reason_code character varying(12) NOT NULL,
    reason text NOT NULL,
    consumed_at timestamp with time zone,
    brand_id bigint NOT NULL,
    answer character varying(16) DEFAULT ''::character varying NOT NULL,
    evidence_url character varying(500) DEFAULT ''::character varying NOT NULL,
    agent character varying(80) DEFAULT ''::character varying NOT NULL,
    approved_hash character varying(64) DEFAULT ''::character varying NOT NULL,
    assign_reason text DEFAULT ''::text NOT NULL,
    assigned_by character varying(160) DEFAULT ''::character varying NOT NULL,
    assigned_to character varying(160) DEFAULT ''::character varying NOT NULL,
    claimed_by character varying(160) DEFAULT ''::character varying NOT NULL,
    claimed_until timestamp with time zone,
    edited jsonb,
    final_at timestamp with time zone,
    group_key character varying(80) DEFAULT ''::character varying NOT NULL,
    held_by character varying(160) DEFAULT ''::character varying NOT NULL,
    held_until timestamp with time zone,
    hold_reason text DEFAULT ''::text NOT NULL,
    platform character varying(40) DEFAULT ''::character varying NOT NULL,
    reject_span character varying(500) DEFAULT ''::character varying NOT NULL,
    urgent_at timestamp with time zone NOT NULL,
    first_at timestamp with time zone,
    first_by character varying(160) DEFAULT ''::character varying NOT NULL,
    first_edited jsonb,
    first_hash character varying(64) DEFAULT ''::character varying NOT NULL,
    needs_two boolean DEFAULT false NOT NULL,
    rests_on character varying(80)[] DEFAULT '{}'::character varying(80)[] NOT NULL,
    opened_at timestamp with time zone,
    CONSTRAINT review_answer_has_a_name CHECK (((NOT ((status)::text = ANY ((ARRAY['APPROVED'::character varying, 'REJECTED'::character varying])::text[]))) OR (NOT ((decided_by)::text = ''::text)))),
    CONSTRAINT review_answer_has_a_window CHECK ((((final_at IS NOT NULL) AND ((status)::text = ANY ((ARRAY['APPROVED'::character varying, 'REJECTED'::character varying])::text[]))) OR ((NOT ((status)::text = ANY ((ARRAY['APPROVED'::character varying, 'REJECTED'::character varying])::text[]))) AND (final_at IS NULL) AND ((reject_span)::text = ''::text)))),
    CONSTRAINT review_by_hand_is_answered_by_what_was_done CHECK (((NOT ((kind)::text = 'by_hand'::text)) OR (NOT ((status)::text = ANY ((ARRAY['APPROVED'::character varying, 'REJECTED'::character varying])::text[]))) OR (((answer)::text = 'gone'::text) AND ((status)::text = 'APPROVED'::text)) OR (((answer)::text = 'leave'::text) AND ((status)::text = 'REJECTED'::text)))),
    CONSTRAINT review_claim_has_a_name_and_an_end CHECK (((((claimed_by)::text = ''::text) AND (claimed_until IS NULL)) OR (((claimed_by)::text > ''::text) AND (claimed_until IS NOT NULL) AND ((status)::text = 'PENDING'::text)))),
    CONSTRAINT review_consumed_was_answered CHECK (((consumed_at IS NULL) OR (NOT ((status)::text = 'PENDING'::text)))),
    CONSTRAINT review_doubt_is_answered_by_what_is_live CHECK (((NOT ((kind)::text = 'in_doubt'::text)) OR (NOT ((status)::text = ANY ((ARRAY['APPROVED'::character varying, 'REJECTED'::character varying])::text[]))) OR (((answer)::text = ANY ((ARRAY['found_live'::character varying, 'retry'::character varying, 'keep_checking'::character varying])::text[])) AND ((status)::text = 'APPROVED'::text)) OR (((answer)::text = 'give_up'::text) AND ((status)::text = 'REJECTED'::text)))),
    CONSTRAINT review_first_yes_is_whole CHECK ((((first_at IS NULL) AND ((first_by)::text = ''::text) AND (first_edited IS NULL) AND ((first_hash)::text = ''::text)) OR ((first_at IS NOT NULL) AND ((first_by)::text > ''::text) AND ((first_hash)::text > ''::text) AND needs_two))),
    CONSTRAINT review_handed_over_by_a_name_with_a_reason CHECK ((((assign_reason = ''::text) AND ((assigned_by)::text = ''::text) AND ((assigned_to)::text = ''::text)) OR ((assign_reason > ''::text) AND ((assigned_by)::text > ''::text) AND ((assigned_to)::text > ''::text)))),
    CONSTRAINT review_hold_has_a_name_and_a_reason CHECK (((((held_by)::text = ''::text) AND (held_until IS NULL) AND (hold_reason = ''::text)) OR (((held_by)::text > ''::text) AND (hold_reason > ''::text) AND ((status)::text = 'PENDING'::text)))),
    CONSTRAINT review_live_has_evidence CHECK (((NOT ((answer)::text = 'found_live'::text)) OR (NOT ((evidence_url)::text = ''::text)))),
    CONSTRAINT review_only_doubt_has_an_answer CHECK ((((answer)::text = ''::text) OR ((kind)::text = ANY ((ARRAY['in_doubt'::character varying, 'by_hand'::character varying])::text[])))),
    CONSTRAINT review_rejection_has_a_reason CHECK (((NOT ((status)::text = 'REJECTED'::text)) OR (NOT ((reason_code)::text = ''::text)))),
    CONSTRAINT review_sample_is_blind CHECK (((NOT ((kind)::text = 'sample'::text)) OR (NOT (snapshot ?| '{verdict,measures,routing}'::text[])))),
    CONSTRAINT review_status_is_known CHECK (((status)::text = ANY ((ARRAY['PENDING'::character varying, 'APPROVED'::character varying, 'REJECTED'::character varying, 'EXPIRED'::character varying, 'WITHDRAWN'::character varying])::text[]))),
    CONSTRAINT review_two_are_different CHECK (((NOT needs_two) OR ((status)::text <> 'APPROVED'::text) OR (((first_by)::text <> ''::text) AND ((first_hash)::text = (approved_hash)::text) AND (public.governance_person((first_by)::text) <> public.governance_person((decided_by)::text))))),
    CONSTRAINT review_yes_covers_one_content CHECK (((((approved_hash)::text > ''::text) AND ((status)::text = 'APPROVED'::text)) OR ((NOT ((status)::text = 'APPROVED'::text)) AND ((approved_hash)::text = ''::text) AND (edited IS NULL))))
);

ALTER TABLE ONLY public.governance_reviewitem FORCE ROW LEVEL SECURITY;

ALTER TABLE public.governance_reviewitem ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.governance_reviewitem_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.governance_reviewskip (
    id bigint NOT NULL,
    reviewer character varying(160) NOT NULL,
    until timestamp with time zone NOT NULL,
    brand_id bigint NOT NULL,
    item_id bigint NOT NULL,
    CONSTRAINT review_skip_has_a_name CHECK (((reviewer)::text > ''::text))
);

ALTER TABLE ONLY public.governance_reviewskip FORCE ROW LEVEL SECURITY;

ALTER TABLE public.governance_reviewskip ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.governance_reviewskip_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.governance_savedqueue (
    id bigint NOT NULL,
    name character varying(60) NOT NULL,
    owner character varying(160) NOT NULL,
    is_shared boolean NOT NULL,
    filters jsonb NOT NULL,
    made_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    CONSTRAINT queue_has_a_name_and_an_owner CHECK ((((name)::text > ''::text) AND ((owner)::text > ''::text)))
);

ALTER TABLE public.governance_savedqueue ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.governance_savedqueue_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.governance_sealedevent (
    seq bigint NOT NULL,
    event_id bigint NOT NULL,
    leaf bytea NOT NULL,
    CONSTRAINT sealedevent_begins_at_0 CHECK ((seq >= 0)),
    CONSTRAINT sealedevent_leaf_is_a_hash CHECK ((octet_length(leaf) = 32))
);

CREATE TABLE public.governance_sealing (
    id smallint NOT NULL,
    installation character varying(16) NOT NULL,
    system character varying(20) NOT NULL,
    incarnation integer NOT NULL,
    catching_up boolean NOT NULL,
    rotated_through bigint NOT NULL,
    from_xid xid8 DEFAULT '0'::xid8 NOT NULL,
    from_id bigint DEFAULT 0 NOT NULL,
    window_xid xid8 DEFAULT '0'::xid8 NOT NULL,
    CONSTRAINT sealing_has_one_row CHECK ((id = 1))
);

CREATE TABLE public.governance_server (
    id bigint NOT NULL,
    status character varying(16) NOT NULL,
    state_version integer NOT NULL,
    name character varying(40) NOT NULL,
    url character varying(500) NOT NULL,
    transport character varying(20) NOT NULL,
    owner character varying(12) NOT NULL,
    tools jsonb NOT NULL,
    pins jsonb NOT NULL,
    former_pins jsonb NOT NULL,
    pins_hash character varying(64) NOT NULL,
    lock_hash character varying(64) NOT NULL,
    sbom_hash character varying(64) NOT NULL,
    sbom jsonb NOT NULL,
    scan_hash character varying(64) NOT NULL,
    scan jsonb NOT NULL,
    seen jsonb,
    seen_wrong character varying(200) NOT NULL,
    seen_hash character varying(64) NOT NULL,
    seen_at timestamp with time zone,
    kept_hash character varying(64) NOT NULL,
    reason text NOT NULL,
    proposed_by character varying(160) NOT NULL,
    proposed_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    reviewed_by character varying(160) NOT NULL,
    reviewed_at timestamp with time zone,
    needs_second boolean DEFAULT false NOT NULL,
    CONSTRAINT server_allowed_has_a_reviewer CHECK (((NOT ((status)::text = 'ALLOWED'::text)) OR ((NOT ((reviewed_by)::text = ''::text)) AND (reviewed_at IS NOT NULL)))),
    CONSTRAINT server_allowed_has_its_papers CHECK (((NOT ((status)::text = 'ALLOWED'::text)) OR ((NOT ((sbom_hash)::text = ''::text)) AND (NOT ((scan_hash)::text = ''::text))) OR (((owner)::text = 'ours'::text) AND (NOT ((lock_hash)::text = ''::text))))),
    CONSTRAINT server_allowed_has_tools CHECK (((NOT ((status)::text = 'ALLOWED'::text)) OR (NOT (pins = '{}'::jsonb)))),
    CONSTRAINT server_decided_has_a_reason CHECK ((((status)::text = 'PROPOSED'::text) OR (NOT (reason = ''::text)))),
    CONSTRAINT server_is_allowed_by_a_second_person CHECK (((NOT needs_second) OR ((status)::text <> 'ALLOWED'::text) OR (public.governance_person((reviewed_by)::text) <> public.governance_person((proposed_by)::text)))),
    CONSTRAINT server_name_is_plain CHECK (((name)::text ~ '^[a-z][a-z0-9_-]{0,39}$'::text)),
    CONSTRAINT server_of_others_has_an_address CHECK (((((owner)::text = 'ours'::text) AND ((url)::text = ''::text)) OR (((owner)::text = 'third_party'::text) AND ((url)::text ~ '^https?://[^\s]+$'::text)))),
    CONSTRAINT server_of_ours_is_disabled_not_removed CHECK ((((owner)::text = 'third_party'::text) OR (NOT ((status)::text = 'REMOVED'::text)))),
    CONSTRAINT server_only_ours_has_a_lock CHECK ((((owner)::text = 'ours'::text) OR ((former_pins = '{}'::jsonb) AND ((lock_hash)::text = ''::text)))),
    CONSTRAINT server_status_is_known CHECK (((status)::text = ANY ((ARRAY['PROPOSED'::character varying, 'ALLOWED'::character varying, 'DISABLED'::character varying, 'REMOVED'::character varying])::text[]))),
    CONSTRAINT server_transport_is_known CHECK (((transport)::text = 'streamable_http'::text))
);

ALTER TABLE public.governance_server ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.governance_server_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.governance_servernote (
    id bigint NOT NULL,
    verb character varying(16) NOT NULL,
    reason text NOT NULL,
    pins_hash character varying(64) NOT NULL,
    seen jsonb,
    actor character varying(160) NOT NULL,
    at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    server_id bigint NOT NULL
);

ALTER TABLE public.governance_servernote ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.governance_servernote_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.governance_subscription (
    id bigint NOT NULL,
    name character varying(80) NOT NULL,
    reader character varying(160) NOT NULL,
    channel character varying(8) NOT NULL,
    address character varying(500) NOT NULL,
    kinds character varying(12)[] NOT NULL,
    brands bigint[] NOT NULL,
    digest_only boolean NOT NULL,
    digest_hour smallint,
    time_zone character varying(60) NOT NULL,
    quiet_from smallint,
    quiet_to smallint,
    secret_number integer NOT NULL,
    former_until timestamp with time zone,
    is_live boolean NOT NULL,
    made_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    CONSTRAINT subscription_channel_is_known CHECK (((channel)::text = ANY ((ARRAY['mail'::character varying, 'webhook'::character varying])::text[]))),
    CONSTRAINT subscription_digest_has_an_hour CHECK (((digest_hour IS NULL) OR ((digest_hour >= 0) AND (digest_hour <= 23)))),
    CONSTRAINT subscription_digest_only_has_an_hour CHECK (((NOT digest_only) OR (digest_hour IS NOT NULL))),
    CONSTRAINT subscription_has_an_address CHECK (((((address)::text ~ '^[^@\s<>,;]+@[^@\s<>,;]+$'::text) AND ((channel)::text = 'mail'::text)) OR (((address)::text ~ '^https?://[^\s]+$'::text) AND ((channel)::text = 'webhook'::text)))),
    CONSTRAINT subscription_kinds_are_known CHECK ((kinds <@ ARRAY['deadline'::character varying(12), 'expired'::character varying(12), 'stop'::character varying(12), 'resume'::character varying(12), 'cap'::character varying(12), 'anomaly'::character varying(12), 'account'::character varying(12), 'circuit'::character varying(12), 'doubt'::character varying(12), 'record'::character varying(12), 'server'::character varying(12), 'test'::character varying(12)])),
    CONSTRAINT subscription_quiet_has_two_hours CHECK ((((quiet_from IS NULL) AND (quiet_to IS NULL)) OR ((quiet_from IS NOT NULL) AND (quiet_to IS NOT NULL) AND ((quiet_from >= 0) AND (quiet_from <= 23)) AND ((quiet_to >= 0) AND (quiet_to <= 23)) AND (NOT ((quiet_from = quiet_to) AND (quiet_from IS NOT NULL) AND (quiet_to IS NOT NULL)))))),
    CONSTRAINT subscription_secret_has_a_number CHECK ((secret_number >= 1))
);

ALTER TABLE public.governance_subscription ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.governance_subscription_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.governance_subtree (
    id bigint NOT NULL,
    level smallint NOT NULL,
    index bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT subtree_hash_is_a_hash CHECK ((octet_length(hash) = 32)),
    CONSTRAINT subtree_level_is_kept CHECK ((level = ANY (ARRAY[8, 16, 24, 32, 40, 48])))
);

ALTER TABLE public.governance_subtree ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.governance_subtree_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.governance_threshold (
    id bigint NOT NULL,
    status character varying(16) NOT NULL,
    state_version integer NOT NULL,
    scope character varying(80) NOT NULL,
    kind character varying(40) NOT NULL,
    act_above_bp integer NOT NULL,
    retry_below_bp integer NOT NULL,
    reason text NOT NULL,
    set_by character varying(160) NOT NULL,
    since timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    ended_by character varying(160) NOT NULL,
    ended_at timestamp with time zone,
    end_reason text NOT NULL,
    brand_id bigint NOT NULL,
    CONSTRAINT threshold_act_only_tighter CHECK (((act_above_bp >= 9000) AND (act_above_bp <= 10000))),
    CONSTRAINT threshold_end_has_time_name_and_reason CHECK ((((ended_at IS NULL) AND ((status)::text = 'IN_FORCE'::text)) OR ((ended_at IS NOT NULL) AND ((status)::text = 'ENDED'::text) AND (NOT ((ended_by)::text = ''::text)) AND (NOT (end_reason = ''::text))))),
    CONSTRAINT threshold_has_a_reason CHECK ((NOT (reason = ''::text))),
    CONSTRAINT threshold_retry_only_tighter CHECK (((retry_below_bp >= 7000) AND (retry_below_bp <= act_above_bp))),
    CONSTRAINT threshold_scope_is_of_a_brand CHECK (((scope)::text ~ '^(brand|agent|campaign):[0-9]+$'::text)),
    CONSTRAINT threshold_status_is_known CHECK (((status)::text = ANY ((ARRAY['IN_FORCE'::character varying, 'ENDED'::character varying])::text[])))
);

ALTER TABLE ONLY public.governance_threshold FORCE ROW LEVEL SECURITY;

ALTER TABLE public.governance_threshold ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.governance_threshold_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.publishing_account (
    id bigint NOT NULL,
    platform character varying(20) NOT NULL,
    handle character varying(60) NOT NULL,
    display_name character varying(120) NOT NULL,
    belongs_to character varying(80) NOT NULL,
    made_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    brand_id bigint NOT NULL
);

ALTER TABLE ONLY public.publishing_account FORCE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_account ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.publishing_account_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.publishing_accountcheck (
    id bigint NOT NULL,
    name character varying(20) NOT NULL,
    holds boolean NOT NULL,
    lacks character varying(200) DEFAULT ''::character varying NOT NULL,
    by character varying(160) NOT NULL,
    at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    account_id bigint NOT NULL,
    brand_id bigint NOT NULL,
    CONSTRAINT accountcheck_name_is_known CHECK (((name)::text = ANY ((ARRAY['automated_label'::character varying, 'bio'::character varying, 'strikes'::character varying])::text[]))),
    CONSTRAINT accountcheck_that_holds_lacks_nothing CHECK (((NOT holds) OR ((lacks)::text = ''::text)))
);

ALTER TABLE ONLY public.publishing_accountcheck FORCE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_accountcheck ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.publishing_accountcheck_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.publishing_asset (
    id bigint NOT NULL,
    content_hash character varying(64) NOT NULL,
    mime character varying(40) NOT NULL,
    size_bytes integer NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    maker character varying(40) NOT NULL,
    made_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    brand_id bigint NOT NULL,
    likeness bit(256),
    moving jsonb,
    tier character varying(4) DEFAULT 'hot'::character varying NOT NULL,
    used_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    CONSTRAINT asset_tier_is_known CHECK (((tier)::text = ANY ((ARRAY['hot'::character varying, 'warm'::character varying, 'cold'::character varying])::text[])))
);

ALTER TABLE ONLY public.publishing_asset FORCE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_asset ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.publishing_asset_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.publishing_bar (
    id bigint NOT NULL,
    platform character varying(20) NOT NULL,
    author character varying(80) NOT NULL,
    conversation character varying(120) NOT NULL,
    until timestamp with time zone,
    why character varying(300) NOT NULL,
    active boolean NOT NULL,
    made_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    brand_id bigint NOT NULL,
    CONSTRAINT bar_names_a_person_or_a_conversation CHECK (((((author)::text = ''::text) AND (NOT ((conversation)::text = ''::text))) OR (((author)::text ~ '^a[0-9a-z]{1,12}\.[0-9a-f]{40}$'::text) AND ((conversation)::text = ''::text))))
);

ALTER TABLE ONLY public.publishing_bar FORCE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_bar ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.publishing_bar_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.publishing_blackout (
    id bigint NOT NULL,
    platform character varying(20) NOT NULL,
    begins_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    reason character varying(300) NOT NULL,
    by character varying(160) NOT NULL,
    made_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    removed_at timestamp with time zone,
    brand_id bigint NOT NULL,
    CONSTRAINT blackout_lasts CHECK ((begins_at < ends_at))
);

ALTER TABLE ONLY public.publishing_blackout FORCE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_blackout ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.publishing_blackout_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.publishing_credential (
    id bigint NOT NULL,
    platform_user_id character varying(60) NOT NULL,
    sealed text NOT NULL,
    scopes character varying(60)[] NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    connected_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    refreshed_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    renewals integer NOT NULL,
    reconnect_why character varying(300) DEFAULT ''::character varying NOT NULL,
    account_id bigint NOT NULL,
    brand_id bigint NOT NULL,
    CONSTRAINT credential_is_sealed CHECK ((NOT (sealed = ''::text)))
);

ALTER TABLE ONLY public.publishing_credential FORCE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_credential ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.publishing_credential_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.publishing_cursor (
    id bigint NOT NULL,
    platform character varying(20) NOT NULL,
    "position" character varying(120) NOT NULL,
    read_at timestamp with time zone,
    note character varying(500) NOT NULL,
    brand_id bigint NOT NULL
);

ALTER TABLE ONLY public.publishing_cursor FORCE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_cursor ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.publishing_cursor_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.publishing_delivery (
    id bigint NOT NULL,
    platform character varying(20) NOT NULL,
    kind character varying(8) NOT NULL,
    platform_id character varying(120) NOT NULL,
    came_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    due_at timestamp with time zone DEFAULT public.chimera_now(),
    looks smallint DEFAULT 0 NOT NULL,
    account_id bigint NOT NULL,
    brand_id bigint NOT NULL,
    CONSTRAINT delivery_kind_is_known CHECK (((kind)::text = ANY ((ARRAY['said'::character varying, 'deleted'::character varying])::text[]))),
    CONSTRAINT delivery_names_one_thing CHECK (((platform_id)::text ~ '^[A-Za-z0-9_-]{1,120}$'::text))
);

ALTER TABLE ONLY public.publishing_delivery FORCE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_delivery ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.publishing_delivery_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.publishing_deliverycount (
    id bigint NOT NULL,
    platform character varying(20) NOT NULL,
    day date NOT NULL,
    kept integer NOT NULL,
    repeated integer NOT NULL,
    strange integer NOT NULL,
    refused integer NOT NULL,
    CONSTRAINT delivery_count_is_not_negative CHECK (((kept >= 0) AND (refused >= 0) AND (repeated >= 0) AND (strange >= 0)))
);

ALTER TABLE public.publishing_deliverycount ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.publishing_deliverycount_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.publishing_feed (
    id bigint NOT NULL,
    url text NOT NULL,
    title character varying(300) NOT NULL,
    format character varying(12) NOT NULL,
    etag text NOT NULL,
    last_modified text NOT NULL,
    active boolean NOT NULL,
    loopback_allowed boolean NOT NULL,
    any_age boolean NOT NULL,
    read_at timestamp with time zone,
    error text NOT NULL,
    items_seen integer NOT NULL
);

ALTER TABLE public.publishing_feed ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.publishing_feed_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.publishing_feeditem (
    id bigint NOT NULL,
    guid character varying(500) NOT NULL,
    title text NOT NULL,
    summary text NOT NULL,
    url text NOT NULL,
    origin character varying(300) NOT NULL,
    published_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    vector public.vector(256) NOT NULL,
    feed_id bigint NOT NULL,
    suspicion text DEFAULT ''::text NOT NULL
);

ALTER TABLE public.publishing_feeditem ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.publishing_feeditem_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.publishing_fingerprint (
    id bigint NOT NULL,
    post_id bigint NOT NULL,
    place smallint DEFAULT 0 NOT NULL,
    account_id bigint NOT NULL,
    day date NOT NULL,
    text_hash character varying(64) DEFAULT ''::character varying NOT NULL,
    vector public.vector(256),
    image_sha256 character varying(64) DEFAULT ''::character varying NOT NULL,
    likeness bit(256),
    made_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    brand_id bigint NOT NULL
);

ALTER TABLE ONLY public.publishing_fingerprint FORCE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_fingerprint ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.publishing_fingerprint_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.publishing_fleetblackout (
    id bigint NOT NULL,
    platform character varying(20) NOT NULL,
    begins_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    reason character varying(300) NOT NULL,
    by character varying(160) NOT NULL,
    made_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    removed_at timestamp with time zone,
    CONSTRAINT fleet_blackout_lasts CHECK ((begins_at < ends_at))
);

ALTER TABLE public.publishing_fleetblackout ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.publishing_fleetblackout_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.publishing_hiding (
    id bigint NOT NULL,
    status character varying(16) NOT NULL,
    state_version integer NOT NULL,
    queue character varying(12) NOT NULL,
    scopes character varying(80)[] NOT NULL,
    due_at timestamp with time zone,
    lease_until timestamp with time zone,
    lease_owner character varying(120) NOT NULL,
    fence bigint NOT NULL,
    attempts integer NOT NULL,
    attempts_max integer NOT NULL,
    priority smallint NOT NULL,
    note text NOT NULL,
    payload jsonb NOT NULL,
    content_hash character varying(64) NOT NULL,
    why character varying(300) NOT NULL,
    orders smallint DEFAULT 0 NOT NULL,
    approval character varying(80) NOT NULL,
    made_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    done_at timestamp with time zone,
    stage character varying(12) GENERATED ALWAYS AS ('hide'::character varying) STORED,
    account_id bigint NOT NULL,
    brand_id bigint NOT NULL,
    mention_id bigint NOT NULL,
    CONSTRAINT hiding_is_ordered_by_a_human CHECK (((NOT ((status)::text = ANY ((ARRAY['ORDERED'::character varying, 'DONE'::character varying])::text[]))) OR ((approval)::text ~ '^governance\.reviewitem:[0-9]{1,18}$'::text))),
    CONSTRAINT hiding_status_is_known CHECK (((status)::text = ANY ((ARRAY['PROPOSED'::character varying, 'ORDERED'::character varying, 'DONE'::character varying, 'FAILED'::character varying, 'DISMISSED'::character varying])::text[])))
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0.02', autovacuum_analyze_scale_factor='0.02');

ALTER TABLE ONLY public.publishing_hiding FORCE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_hiding ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.publishing_hiding_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.publishing_likeness (
    id bigint NOT NULL,
    post_id bigint NOT NULL,
    day date NOT NULL,
    shelf integer NOT NULL,
    bits bit(256) NOT NULL,
    brand_id bigint NOT NULL
);

ALTER TABLE ONLY public.publishing_likeness FORCE ROW LEVEL SECURITY;

CREATE TABLE public.publishing_making (
    id bigint NOT NULL,
    status character varying(16) NOT NULL,
    state_version integer NOT NULL,
    queue character varying(12) NOT NULL,
    scopes character varying(80)[] NOT NULL,
    due_at timestamp with time zone,
    lease_until timestamp with time zone,
    lease_owner character varying(120) NOT NULL,
    fence bigint NOT NULL,
    attempts integer NOT NULL,
    attempts_max integer NOT NULL,
    priority smallint NOT NULL,
    note text NOT NULL,
    key character varying(120) NOT NULL,
    about character varying(80) NOT NULL,
    maker character varying(40) NOT NULL,
    vendor character varying(20) NOT NULL,
    kind character varying(5) NOT NULL,
    model character varying(60) NOT NULL,
    request jsonb NOT NULL,
    request_hash character varying(64) NOT NULL,
    item character varying(80) NOT NULL,
    count integer NOT NULL,
    begins integer DEFAULT 0 NOT NULL,
    tries smallint DEFAULT 0 NOT NULL,
    begun_at timestamp with time zone,
    task_name character varying(200) DEFAULT ''::character varying NOT NULL,
    cancel_asked_at timestamp with time zone,
    answer character varying(8) DEFAULT ''::character varying NOT NULL,
    content_hash character varying(64) DEFAULT ''::character varying NOT NULL,
    mime character varying(40) DEFAULT ''::character varying NOT NULL,
    spent_usd_micros bigint DEFAULT 0 NOT NULL,
    asked_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    ended_at timestamp with time zone,
    stage character varying(12) GENERATED ALWAYS AS ('make'::character varying) STORED,
    brand_id bigint NOT NULL,
    CONSTRAINT making_answer_is_known CHECK (((answer)::text = ANY ((ARRAY[''::character varying, 'found'::character varying, 'lost'::character varying, 'nothing'::character varying])::text[]))),
    CONSTRAINT making_costs_nothing_negative CHECK ((spent_usd_micros >= 0)),
    CONSTRAINT making_has_a_price CHECK (((count >= 1) AND (NOT ((item)::text = ''::text)))),
    CONSTRAINT making_has_an_end_when_it_ended CHECK ((((ended_at IS NOT NULL) AND ((status)::text = ANY ((ARRAY['MADE'::character varying, 'UNSAFE'::character varying, 'FAILED'::character varying, 'CANCELLED'::character varying])::text[]))) OR ((NOT ((status)::text = ANY ((ARRAY['MADE'::character varying, 'UNSAFE'::character varying, 'FAILED'::character varying, 'CANCELLED'::character varying])::text[]))) AND (ended_at IS NULL)))),
    CONSTRAINT making_is_about_something CHECK (((NOT ((about)::text = ''::text)) AND (NOT ((key)::text = ''::text)))),
    CONSTRAINT making_is_tried_a_few_times CHECK (((tries >= 0) AND (tries <= 3))),
    CONSTRAINT making_kind_is_known CHECK (((kind)::text = ANY ((ARRAY['image'::character varying, 'clip'::character varying])::text[]))),
    CONSTRAINT making_status_is_known CHECK (((status)::text = ANY ((ARRAY['ASKED'::character varying, 'BEGUN'::character varying, 'RUNNING'::character varying, 'IN_DOUBT'::character varying, 'MADE'::character varying, 'UNSAFE'::character varying, 'FAILED'::character varying, 'CANCELLED'::character varying])::text[]))),
    CONSTRAINT making_that_is_made_has_its_bytes CHECK (((NOT ((status)::text = 'MADE'::text)) OR ((content_hash)::text ~ '^[0-9a-f]{64}$'::text))),
    CONSTRAINT making_that_runs_has_its_task CHECK (((NOT ((status)::text = 'RUNNING'::text)) OR (NOT ((task_name)::text = ''::text))))
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0.02', autovacuum_analyze_scale_factor='0.02');

ALTER TABLE ONLY public.publishing_making FORCE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_making ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.publishing_making_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.publishing_mention (
    id bigint NOT NULL,
    status character varying(16) NOT NULL,
    state_version integer NOT NULL,
    platform_id character varying(120) NOT NULL,
    conversation character varying(120) NOT NULL,
    in_reply_to character varying(120) NOT NULL,
    author character varying(80) NOT NULL,
    author_names character varying(80)[] NOT NULL,
    text text NOT NULL,
    language character varying(2) NOT NULL,
    asks_nature boolean NOT NULL,
    is_machine boolean NOT NULL,
    is_own boolean NOT NULL,
    said_at timestamp with time zone NOT NULL,
    heard_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    taken_at timestamp with time zone,
    reason character varying(12) NOT NULL,
    task character varying(80) NOT NULL,
    account_id bigint NOT NULL,
    brand_id bigint NOT NULL,
    gone_at timestamp with time zone,
    CONSTRAINT mention_author_is_a_hash CHECK ((((author)::text = ''::text) OR ((author)::text ~ '^a[0-9a-z]{1,12}\.[0-9a-f]{40}$'::text))),
    CONSTRAINT mention_skipped_says_why CHECK (((((status)::text = 'SKIPPED'::text) AND (NOT ((reason)::text = ''::text))) OR ((NOT ((status)::text = 'SKIPPED'::text)) AND ((reason)::text = ''::text)))),
    CONSTRAINT mention_status_is_known CHECK (((status)::text = ANY ((ARRAY['NEW'::character varying, 'SKIPPED'::character varying, 'TAKEN'::character varying, 'ANSWERED'::character varying, 'UNANSWERED'::character varying])::text[])))
);

ALTER TABLE ONLY public.publishing_mention FORCE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_mention ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.publishing_mention_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.publishing_post (
    id bigint NOT NULL,
    status character varying(16) NOT NULL,
    state_version integer NOT NULL,
    queue character varying(12) NOT NULL,
    scopes character varying(80)[] NOT NULL,
    due_at timestamp with time zone,
    lease_until timestamp with time zone,
    lease_owner character varying(120) NOT NULL,
    fence bigint NOT NULL,
    attempts integer NOT NULL,
    attempts_max integer NOT NULL,
    priority smallint NOT NULL,
    note text NOT NULL,
    task character varying(80) NOT NULL,
    payload jsonb NOT NULL,
    content_hash character varying(64) NOT NULL,
    approval character varying(80) NOT NULL,
    platform_id character varying(120) NOT NULL,
    url text NOT NULL,
    made_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    published_at timestamp with time zone,
    stage character varying(12) GENERATED ALWAYS AS ('publish'::character varying) STORED,
    account_id bigint NOT NULL,
    brand_id bigint NOT NULL,
    looks smallint DEFAULT 0 NOT NULL,
    verification character varying(12) DEFAULT ''::character varying NOT NULL,
    verified_at timestamp with time zone,
    expires_at timestamp with time zone,
    refused character varying(40) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT post_is_labelled CHECK ((payload @> '{"ai_generated": true}'::jsonb)),
    CONSTRAINT post_is_verified_when_out CHECK ((((verification)::text = ''::text) OR (((status)::text = ANY ((ARRAY['PUBLISHED'::character varying, 'REVERTED'::character varying])::text[])) AND ((verification)::text = ANY ((ARRAY['live'::character varying, 'not_live'::character varying, 'unlabelled'::character varying, 'unreadable'::character varying])::text[]))))),
    CONSTRAINT post_paid_is_disclosed CHECK (((COALESCE((payload ->> 'sponsorship'::text), 'none'::text) = 'none'::text) OR COALESCE(("left"((payload ->> 'text'::text), 80) ~ '(^|[^[:alnum:]_#])(#ad|#advertisement|Ad|AD|Advert|Advertisement)\M'::text), false))),
    CONSTRAINT post_published_has_an_id CHECK (((NOT ((status)::text = ANY ((ARRAY['PUBLISHED'::character varying, 'REVERTED'::character varying])::text[]))) OR (NOT ((platform_id)::text = ''::text)))),
    CONSTRAINT post_status_is_known CHECK (((status)::text = ANY ((ARRAY['SCHEDULED'::character varying, 'HELD'::character varying, 'PUBLISHED'::character varying, 'FAILED'::character varying, 'CANCELLED'::character varying, 'REVERTED'::character varying])::text[]))),
    CONSTRAINT publishing_post_looks_check CHECK ((looks >= 0))
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0.02', autovacuum_analyze_scale_factor='0.02');

ALTER TABLE ONLY public.publishing_post FORCE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_post ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.publishing_post_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.publishing_quota (
    id bigint NOT NULL,
    platform character varying(20) NOT NULL,
    scope character varying(10) NOT NULL,
    span_s integer NOT NULL,
    count_max integer NOT NULL,
    told_max integer NOT NULL,
    since date NOT NULL,
    source character varying(300) NOT NULL,
    CONSTRAINT quota_is_positive CHECK (((count_max >= 1) AND (span_s >= 1) AND (told_max >= count_max))),
    CONSTRAINT quota_scope_is_known CHECK (((scope)::text = ANY ((ARRAY['account'::character varying, 'app'::character varying, 'fleet'::character varying])::text[])))
);

ALTER TABLE public.publishing_quota ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.publishing_quota_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.publishing_readcount (
    id bigint NOT NULL,
    platform character varying(20) NOT NULL,
    day date NOT NULL,
    used integer NOT NULL,
    used_max integer NOT NULL,
    CONSTRAINT readcount_not_negative CHECK ((used >= 0)),
    CONSTRAINT readcount_within_its_day CHECK ((used <= used_max))
);

ALTER TABLE public.publishing_readcount ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.publishing_readcount_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.publishing_reading (
    id bigint NOT NULL,
    step_s integer NOT NULL,
    taken_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    is_gone boolean DEFAULT false NOT NULL,
    views bigint,
    likes bigint,
    replies bigint,
    reposts bigint,
    saves bigint,
    brand_id bigint NOT NULL,
    post_id bigint NOT NULL,
    CONSTRAINT reading_figures_are_not_negative CHECK (((likes >= 0) AND (replies >= 0) AND (reposts >= 0) AND (saves >= 0) AND (views >= 0))),
    CONSTRAINT reading_of_what_is_gone_has_no_figures CHECK (((NOT is_gone) OR ((likes IS NULL) AND (replies IS NULL) AND (reposts IS NULL) AND (saves IS NULL) AND (views IS NULL)))),
    CONSTRAINT reading_step_is_an_age CHECK ((step_s >= 1))
);

ALTER TABLE ONLY public.publishing_reading FORCE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_reading ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.publishing_reading_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.publishing_reference (
    id bigint NOT NULL,
    belongs_to character varying(80) NOT NULL,
    traits_digest character varying(64) NOT NULL,
    place smallint NOT NULL,
    content_hash character varying(64) NOT NULL,
    head smallint[] NOT NULL,
    made_by character varying(160) NOT NULL,
    made_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    brand_id bigint NOT NULL,
    CONSTRAINT reference_set_is_small CHECK (((place >= 0) AND (place <= 9)))
);

ALTER TABLE ONLY public.publishing_reference FORCE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_reference ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.publishing_reference_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.publishing_release (
    item bigint NOT NULL,
    by character varying(160) NOT NULL,
    reason text NOT NULL,
    at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    CONSTRAINT release_has_a_reason CHECK ((NOT (reason = ''::text)))
);

CREATE TABLE public.publishing_resemblance (
    id bigint NOT NULL,
    belongs_to character varying(80) NOT NULL,
    traits_digest character varying(64) NOT NULL,
    content_hash character varying(64) NOT NULL,
    score_bp smallint NOT NULL,
    gate_bp smallint NOT NULL,
    outcome character varying(12) NOT NULL,
    draw smallint NOT NULL,
    parts jsonb NOT NULL,
    made_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    brand_id bigint NOT NULL,
    CONSTRAINT resemblance_outcome_is_known CHECK (((outcome)::text = ANY ((ARRAY['pass'::character varying, 'draw again'::character varying, 'human'::character varying])::text[]))),
    CONSTRAINT resemblance_passes_at_the_gate CHECK (((((outcome)::text = 'pass'::text) AND (score_bp >= gate_bp)) OR ((NOT ((outcome)::text = 'pass'::text)) AND (score_bp < gate_bp)))),
    CONSTRAINT resemblance_score_is_a_share CHECK (((score_bp >= 0) AND (score_bp <= 10000)))
);

ALTER TABLE ONLY public.publishing_resemblance FORCE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_resemblance ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.publishing_resemblance_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.publishing_reversal (
    id bigint NOT NULL,
    status character varying(16) NOT NULL,
    state_version integer NOT NULL,
    queue character varying(12) NOT NULL,
    scopes character varying(80)[] NOT NULL,
    due_at timestamp with time zone,
    lease_until timestamp with time zone,
    lease_owner character varying(120) NOT NULL,
    fence bigint NOT NULL,
    attempts integer NOT NULL,
    attempts_max integer NOT NULL,
    priority smallint NOT NULL,
    note text NOT NULL,
    way character varying(12) NOT NULL,
    payload jsonb NOT NULL,
    content_hash character varying(64) NOT NULL,
    reason text NOT NULL,
    asked_by character varying(160) NOT NULL,
    asked_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    ended_at timestamp with time zone,
    told jsonb DEFAULT '{}'::jsonb NOT NULL,
    stage character varying(12) GENERATED ALWAYS AS ('reverse'::character varying) STORED,
    brand_id bigint NOT NULL,
    post_id bigint NOT NULL,
    CONSTRAINT reversal_has_a_reason CHECK ((NOT (reason = ''::text))),
    CONSTRAINT reversal_has_an_end_when_it_ended CHECK ((((ended_at IS NOT NULL) AND ((status)::text = ANY ((ARRAY['DONE'::character varying, 'LEFT'::character varying])::text[]))) OR ((NOT ((status)::text = ANY ((ARRAY['DONE'::character varying, 'LEFT'::character varying])::text[]))) AND (ended_at IS NULL)))),
    CONSTRAINT reversal_is_asked_by_a_human CHECK (((asked_by)::text ~ '^(user|cli):.'::text)),
    CONSTRAINT reversal_status_is_known CHECK (((status)::text = ANY ((ARRAY['ASKED'::character varying, 'BY_HAND'::character varying, 'DONE'::character varying, 'LEFT'::character varying])::text[]))),
    CONSTRAINT reversal_way_is_known CHECK (((way)::text = ANY ((ARRAY['delete'::character varying, 'hide'::character varying, 'correct'::character varying])::text[])))
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0.02', autovacuum_analyze_scale_factor='0.02');

ALTER TABLE ONLY public.publishing_reversal FORCE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_reversal ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.publishing_reversal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.publishing_slot (
    jti character varying(40) NOT NULL,
    account bigint NOT NULL,
    taken_at timestamp with time zone NOT NULL,
    windows bigint[] NOT NULL,
    returned_at timestamp with time zone
);

CREATE TABLE public.publishing_trend (
    id bigint NOT NULL,
    fingerprint character varying(64) NOT NULL,
    title text NOT NULL,
    origin character varying(300) NOT NULL,
    items bigint[] NOT NULL,
    sources character varying(300)[] NOT NULL,
    vector public.vector(256) NOT NULL,
    score_bp integer NOT NULL,
    velocity_bp integer NOT NULL,
    diversity_bp integer NOT NULL,
    freshness_bp integer NOT NULL,
    first_seen timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone DEFAULT public.chimera_now() NOT NULL,
    brand_id bigint NOT NULL,
    burst_bp integer DEFAULT 0 NOT NULL,
    detected_at timestamp with time zone
);

ALTER TABLE ONLY public.publishing_trend FORCE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_trend ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.publishing_trend_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.publishing_window (
    id bigint NOT NULL,
    platform character varying(20) NOT NULL,
    scope character varying(10) NOT NULL,
    account bigint NOT NULL,
    span_s integer NOT NULL,
    count_max integer NOT NULL,
    buckets bigint[] NOT NULL,
    counts integer[] NOT NULL,
    told_max integer,
    told_at timestamp with time zone,
    closed_until timestamp with time zone,
    CONSTRAINT window_counts_from_nothing CHECK (((0 <= ALL (counts)) AND (cardinality(counts) = cardinality(buckets)))),
    CONSTRAINT window_is_not_exceeded CHECK ((public.publishing_quota_sum(counts) <= count_max)),
    CONSTRAINT window_is_of_an_account_or_of_all CHECK ((((account > 0) AND ((scope)::text = 'account'::text)) OR ((account = 0) AND ((scope)::text = ANY ((ARRAY['app'::character varying, 'fleet'::character varying])::text[])))))
);

ALTER TABLE public.publishing_window ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.publishing_window_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE ONLY public.publishing_account
    ADD CONSTRAINT account_brand_and_id UNIQUE (brand_id, id);

ALTER TABLE ONLY public.publishing_account
    ADD CONSTRAINT account_handle_is_unique_on_platform UNIQUE (platform, handle);

ALTER TABLE ONLY public.publishing_account
    ADD CONSTRAINT account_once_per_platform UNIQUE (brand_id, belongs_to, platform);

ALTER TABLE ONLY public.publishing_accountcheck
    ADD CONSTRAINT accountcheck_once_per_account UNIQUE (brand_id, account_id, name);

ALTER TABLE ONLY public.agents_advice
    ADD CONSTRAINT advice_brand_and_id UNIQUE (brand_id, id);

ALTER TABLE ONLY public.agents_agent
    ADD CONSTRAINT agent_brand_and_id UNIQUE (brand_id, id);

ALTER TABLE ONLY public.agents_agent
    ADD CONSTRAINT agent_handle_once_per_brand UNIQUE (brand_id, handle);

ALTER TABLE ONLY public.agents_advice
    ADD CONSTRAINT agents_advice_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.agents_agent
    ADD CONSTRAINT agents_agent_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.agents_archivedgoal
    ADD CONSTRAINT agents_archivedgoal_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.agents_archivedtask
    ADD CONSTRAINT agents_archivedtask_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.agents_artifact
    ADD CONSTRAINT agents_artifact_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.agents_blueprint
    ADD CONSTRAINT agents_blueprint_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.agents_campaign
    ADD CONSTRAINT agents_campaign_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.agents_campaignagent
    ADD CONSTRAINT agents_campaignagent_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.agents_cohort
    ADD CONSTRAINT agents_cohort_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.agents_decision
    ADD CONSTRAINT agents_decision_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.agents_dependency
    ADD CONSTRAINT agents_dependency_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.agents_goal
    ADD CONSTRAINT agents_goal_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.agents_memory
    ADD CONSTRAINT agents_memory_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.agents_node
    ADD CONSTRAINT agents_node_name_key UNIQUE (name);

ALTER TABLE ONLY public.agents_node
    ADD CONSTRAINT agents_node_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.agents_plan
    ADD CONSTRAINT agents_plan_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.agents_replan
    ADD CONSTRAINT agents_replan_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.agents_revision
    ADD CONSTRAINT agents_revision_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.agents_rollout
    ADD CONSTRAINT agents_rollout_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.agents_rolloutmember
    ADD CONSTRAINT agents_rolloutmember_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.agents_rungstep
    ADD CONSTRAINT agents_rungstep_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.agents_shadowrun
    ADD CONSTRAINT agents_shadowrun_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.agents_soul
    ADD CONSTRAINT agents_soul_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.agents_task
    ADD CONSTRAINT agents_task_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.agents_verdict
    ADD CONSTRAINT agents_verdict_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.agents_archivedgoal
    ADD CONSTRAINT archivedgoal_brand_and_id UNIQUE (brand_id, id);

ALTER TABLE ONLY public.agents_archivedtask
    ADD CONSTRAINT archivedtask_brand_and_id UNIQUE (brand_id, id);

ALTER TABLE ONLY public.agents_artifact
    ADD CONSTRAINT artifact_brand_and_id UNIQUE (brand_id, id);

ALTER TABLE ONLY public.agents_artifact
    ADD CONSTRAINT artifact_once_per_attempt UNIQUE (brand_id, task_id, fence);

ALTER TABLE ONLY public.publishing_asset
    ADD CONSTRAINT asset_once_per_content UNIQUE (brand_id, content_hash);

ALTER TABLE ONLY public.governance_attempt
    ADD CONSTRAINT attempt_has_one_owner UNIQUE (brand_id, subject, fence);

ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_name_key UNIQUE (name);

ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_permission_id_0cd325b0_uniq UNIQUE (group_id, permission_id);

ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_codename_01ab375a_uniq UNIQUE (content_type_id, codename);

ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.auth_user_groups
    ADD CONSTRAINT auth_user_groups_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.auth_user_groups
    ADD CONSTRAINT auth_user_groups_user_id_group_id_94350c0c_uniq UNIQUE (user_id, group_id);

ALTER TABLE ONLY public.auth_user
    ADD CONSTRAINT auth_user_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.auth_user_user_permissions
    ADD CONSTRAINT auth_user_user_permissions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.auth_user_user_permissions
    ADD CONSTRAINT auth_user_user_permissions_user_id_permission_id_14a6b632_uniq UNIQUE (user_id, permission_id);

ALTER TABLE ONLY public.auth_user
    ADD CONSTRAINT auth_user_username_key UNIQUE (username);

ALTER TABLE ONLY public.publishing_bar
    ADD CONSTRAINT bar_once_per_person_or_conversation UNIQUE (brand_id, platform, author, conversation);

ALTER TABLE ONLY public.core_binding
    ADD CONSTRAINT binding_brand_and_id UNIQUE (brand_id, id);

ALTER TABLE ONLY public.core_binding
    ADD CONSTRAINT binding_once_per_person_and_brand UNIQUE (person, brand_id);

ALTER TABLE ONLY public.agents_blueprint
    ADD CONSTRAINT blueprint_brand_and_id UNIQUE (brand_id, id);

ALTER TABLE ONLY public.agents_blueprint
    ADD CONSTRAINT blueprint_once_per_goal UNIQUE (brand_id, goal_number);

ALTER TABLE ONLY public.governance_brandpolicy
    ADD CONSTRAINT brandpolicy_once_per_brand UNIQUE (brand_id);

ALTER TABLE ONLY public.governance_budget
    ADD CONSTRAINT budget_once_per_scope_and_day UNIQUE (brand_id, scope, day);

ALTER TABLE ONLY public.governance_budgetlimit
    ADD CONSTRAINT budgetlimit_once_per_scope_and_window UNIQUE (brand_id, scope, "window");

ALTER TABLE ONLY public.agents_campaign
    ADD CONSTRAINT campaign_brand_and_id UNIQUE (brand_id, id);

ALTER TABLE ONLY public.agents_campaign
    ADD CONSTRAINT campaign_name_once_per_brand UNIQUE (brand_id, name);

ALTER TABLE ONLY public.agents_campaignagent
    ADD CONSTRAINT campaignagent_once UNIQUE (brand_id, campaign_id, agent_id);

ALTER TABLE ONLY public.governance_checkpoint
    ADD CONSTRAINT checkpoint_has_one_successor UNIQUE NULLS NOT DISTINCT (previous);

ALTER TABLE ONLY public.governance_checkpoint
    ADD CONSTRAINT checkpoint_once_per_size UNIQUE (generation, size);

ALTER TABLE ONLY public.agents_cohort
    ADD CONSTRAINT cohort_brand_and_id UNIQUE (brand_id, id);

ALTER TABLE ONLY public.agents_cohort
    ADD CONSTRAINT cohort_name_once_per_brand UNIQUE (brand_id, name);

ALTER TABLE ONLY public.core_binding
    ADD CONSTRAINT core_binding_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.core_brand
    ADD CONSTRAINT core_brand_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.core_brand
    ADD CONSTRAINT core_brand_slug_key UNIQUE (slug);

ALTER TABLE ONLY public.core_callrecord
    ADD CONSTRAINT core_callrecord_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.core_circuit
    ADD CONSTRAINT core_circuit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.core_circuit
    ADD CONSTRAINT core_circuit_provider_key UNIQUE (provider);

ALTER TABLE ONLY public.core_clock
    ADD CONSTRAINT core_clock_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.core_disclosure
    ADD CONSTRAINT core_disclosure_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.core_tick
    ADD CONSTRAINT core_tick_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.publishing_credential
    ADD CONSTRAINT credential_once_per_account UNIQUE (brand_id, account_id);

ALTER TABLE ONLY public.publishing_cursor
    ADD CONSTRAINT cursor_once_per_platform UNIQUE (brand_id, platform);

ALTER TABLE ONLY public.agents_decision
    ADD CONSTRAINT decision_brand_and_id UNIQUE (brand_id, id);

ALTER TABLE ONLY public.agents_decision
    ADD CONSTRAINT decision_once_per_review UNIQUE (brand_id, review_id);

ALTER TABLE ONLY public.publishing_deliverycount
    ADD CONSTRAINT delivery_count_once_a_day UNIQUE (platform, day);

ALTER TABLE ONLY public.publishing_delivery
    ADD CONSTRAINT delivery_once UNIQUE (brand_id, account_id, kind, platform_id);

ALTER TABLE ONLY public.agents_dependency
    ADD CONSTRAINT dependency_once UNIQUE (brand_id, predecessor_id, successor_id);

ALTER TABLE ONLY public.core_disclosure
    ADD CONSTRAINT disclosure_once_per_speaker UNIQUE (brand_id, platform, author, speaker);

ALTER TABLE ONLY public.django_admin_log
    ADD CONSTRAINT django_admin_log_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.django_celery_beat_clockedschedule
    ADD CONSTRAINT django_celery_beat_clockedschedule_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.django_celery_beat_crontabschedule
    ADD CONSTRAINT django_celery_beat_crontabschedule_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.django_celery_beat_intervalschedule
    ADD CONSTRAINT django_celery_beat_intervalschedule_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.django_celery_beat_periodictask
    ADD CONSTRAINT django_celery_beat_periodictask_name_key UNIQUE (name);

ALTER TABLE ONLY public.django_celery_beat_periodictask
    ADD CONSTRAINT django_celery_beat_periodictask_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.django_celery_beat_periodictasks
    ADD CONSTRAINT django_celery_beat_periodictasks_pkey PRIMARY KEY (ident);

ALTER TABLE ONLY public.django_celery_beat_solarschedule
    ADD CONSTRAINT django_celery_beat_solar_event_latitude_longitude_ba64999a_uniq UNIQUE (event, latitude, longitude);

ALTER TABLE ONLY public.django_celery_beat_solarschedule
    ADD CONSTRAINT django_celery_beat_solarschedule_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_app_label_model_76bd3d3b_uniq UNIQUE (app_label, model);

ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.django_migrations
    ADD CONSTRAINT django_migrations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.django_session
    ADD CONSTRAINT django_session_pkey PRIMARY KEY (session_key);

ALTER TABLE ONLY public.governance_effect
    ADD CONSTRAINT effect_key_is_unique UNIQUE (brand_id, key);

ALTER TABLE ONLY public.governance_effect
    ADD CONSTRAINT effect_once_per_subject_and_kind UNIQUE (brand_id, subject, kind);

ALTER TABLE ONLY public.governance_entry
    ADD CONSTRAINT entry_once_per_hold UNIQUE (brand_id, hold_key);

ALTER TABLE ONLY public.publishing_feeditem
    ADD CONSTRAINT feeditem_once_per_feed UNIQUE (feed_id, guid);

ALTER TABLE ONLY public.publishing_fingerprint
    ADD CONSTRAINT fingerprint_once_per_post_and_place UNIQUE (brand_id, post_id, place);

ALTER TABLE ONLY public.governance_foureyes
    ADD CONSTRAINT foureyes_brand_and_id UNIQUE (brand_id, id);

ALTER TABLE ONLY public.agents_goal
    ADD CONSTRAINT goal_brand_and_id UNIQUE (brand_id, id);

ALTER TABLE ONLY public.agents_goal
    ADD CONSTRAINT goal_once_per_cause UNIQUE (brand_id, cause);

ALTER TABLE ONLY public.governance_anchoring
    ADD CONSTRAINT governance_anchoring_pkey PRIMARY KEY (anchor);

ALTER TABLE ONLY public.governance_attempt
    ADD CONSTRAINT governance_attempt_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.governance_auditevent
    ADD CONSTRAINT governance_auditevent_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.governance_brandpolicy
    ADD CONSTRAINT governance_brandpolicy_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.governance_budget
    ADD CONSTRAINT governance_budget_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.governance_budgetlimit
    ADD CONSTRAINT governance_budgetlimit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.governance_checkpoint
    ADD CONSTRAINT governance_checkpoint_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.governance_checkpointkey
    ADD CONSTRAINT governance_checkpointkey_pkey PRIMARY KEY (kid);

ALTER TABLE ONLY public.governance_control
    ADD CONSTRAINT governance_control_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.governance_effect
    ADD CONSTRAINT governance_effect_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.governance_entry
    ADD CONSTRAINT governance_entry_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.governance_fleetbudget
    ADD CONSTRAINT governance_fleetbudget_pkey PRIMARY KEY (day);

ALTER TABLE ONLY public.governance_fleetlimit
    ADD CONSTRAINT governance_fleetlimit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.governance_fleetreturn
    ADD CONSTRAINT governance_fleetreturn_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.governance_foureyes
    ADD CONSTRAINT governance_foureyes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.governance_grantended
    ADD CONSTRAINT governance_grantended_pkey PRIMARY KEY (jti);

ALTER TABLE ONLY public.governance_grantkey
    ADD CONSTRAINT governance_grantkey_kid_key UNIQUE (kid);

ALTER TABLE ONLY public.governance_grantkey
    ADD CONSTRAINT governance_grantkey_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.governance_grantrevocation
    ADD CONSTRAINT governance_grantrevocation_kid_key UNIQUE (kid);

ALTER TABLE ONLY public.governance_grantrevocation
    ADD CONSTRAINT governance_grantrevocation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.governance_grantused
    ADD CONSTRAINT governance_grantused_pkey PRIMARY KEY (jti);

ALTER TABLE ONLY public.governance_hold
    ADD CONSTRAINT governance_hold_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.governance_incarnation
    ADD CONSTRAINT governance_incarnation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.governance_keyrotation
    ADD CONSTRAINT governance_keyrotation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.governance_letter
    ADD CONSTRAINT governance_letter_message_id_key UNIQUE (message_id);

ALTER TABLE ONLY public.governance_letter
    ADD CONSTRAINT governance_letter_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.governance_letternotice
    ADD CONSTRAINT governance_letternotice_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.governance_notice
    ADD CONSTRAINT governance_notice_key_key UNIQUE (key);

ALTER TABLE ONLY public.governance_notice
    ADD CONSTRAINT governance_notice_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.governance_noticeseen
    ADD CONSTRAINT governance_noticeseen_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.governance_noticeseen
    ADD CONSTRAINT governance_noticeseen_reader_key UNIQUE (reader);

ALTER TABLE ONLY public.governance_putaway
    ADD CONSTRAINT governance_putaway_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.governance_reviewanswer
    ADD CONSTRAINT governance_reviewanswer_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.governance_reviewitem
    ADD CONSTRAINT governance_reviewitem_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.governance_reviewskip
    ADD CONSTRAINT governance_reviewskip_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.governance_savedqueue
    ADD CONSTRAINT governance_savedqueue_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.governance_sealedevent
    ADD CONSTRAINT governance_sealedevent_event_id_key UNIQUE (event_id);

ALTER TABLE ONLY public.governance_sealedevent
    ADD CONSTRAINT governance_sealedevent_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY public.governance_sealing
    ADD CONSTRAINT governance_sealing_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.governance_server
    ADD CONSTRAINT governance_server_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.governance_servernote
    ADD CONSTRAINT governance_servernote_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.governance_subscription
    ADD CONSTRAINT governance_subscription_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.governance_subtree
    ADD CONSTRAINT governance_subtree_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.governance_threshold
    ADD CONSTRAINT governance_threshold_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.publishing_hiding
    ADD CONSTRAINT hiding_brand_and_id UNIQUE (brand_id, id);

ALTER TABLE ONLY public.publishing_hiding
    ADD CONSTRAINT hiding_once_per_mention UNIQUE (brand_id, mention_id);

ALTER TABLE ONLY public.governance_hold
    ADD CONSTRAINT hold_once_per_key UNIQUE (brand_id, key);

ALTER TABLE ONLY public.governance_letternotice
    ADD CONSTRAINT letter_shows_a_notice_once UNIQUE (letter_id, notice_id);

ALTER TABLE ONLY public.publishing_making
    ADD CONSTRAINT making_brand_and_id UNIQUE (brand_id, id);

ALTER TABLE ONLY public.publishing_making
    ADD CONSTRAINT making_once_per_key UNIQUE (brand_id, key);

ALTER TABLE ONLY public.agents_memory
    ADD CONSTRAINT memory_once_per_post UNIQUE (brand_id, post_id);

ALTER TABLE ONLY public.publishing_mention
    ADD CONSTRAINT mention_brand_and_id UNIQUE (brand_id, id);

ALTER TABLE ONLY public.publishing_mention
    ADD CONSTRAINT mention_once_per_account UNIQUE (brand_id, account_id, platform_id);

ALTER TABLE ONLY public.agents_plan
    ADD CONSTRAINT plan_brand_and_id UNIQUE (brand_id, id);

ALTER TABLE ONLY public.agents_plan
    ADD CONSTRAINT plan_once_per_goal UNIQUE (brand_id, goal_id);

ALTER TABLE ONLY public.publishing_post
    ADD CONSTRAINT post_brand_and_id UNIQUE (brand_id, id);

ALTER TABLE ONLY public.publishing_post
    ADD CONSTRAINT post_once_per_task UNIQUE (brand_id, task);

ALTER TABLE ONLY public.publishing_account
    ADD CONSTRAINT publishing_account_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.publishing_accountcheck
    ADD CONSTRAINT publishing_accountcheck_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.publishing_asset
    ADD CONSTRAINT publishing_asset_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.publishing_bar
    ADD CONSTRAINT publishing_bar_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.publishing_blackout
    ADD CONSTRAINT publishing_blackout_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.publishing_credential
    ADD CONSTRAINT publishing_credential_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.publishing_cursor
    ADD CONSTRAINT publishing_cursor_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.publishing_delivery
    ADD CONSTRAINT publishing_delivery_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.publishing_deliverycount
    ADD CONSTRAINT publishing_deliverycount_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.publishing_feed
    ADD CONSTRAINT publishing_feed_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.publishing_feed
    ADD CONSTRAINT publishing_feed_url_key UNIQUE (url);

ALTER TABLE ONLY public.publishing_feeditem
    ADD CONSTRAINT publishing_feeditem_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.publishing_fingerprint
    ADD CONSTRAINT publishing_fingerprint_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.publishing_fleetblackout
    ADD CONSTRAINT publishing_fleetblackout_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.publishing_hiding
    ADD CONSTRAINT publishing_hiding_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.publishing_likeness
    ADD CONSTRAINT publishing_likeness_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.publishing_making
    ADD CONSTRAINT publishing_making_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.publishing_mention
    ADD CONSTRAINT publishing_mention_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.publishing_post
    ADD CONSTRAINT publishing_post_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.publishing_quota
    ADD CONSTRAINT publishing_quota_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.publishing_readcount
    ADD CONSTRAINT publishing_readcount_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.publishing_reading
    ADD CONSTRAINT publishing_reading_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.publishing_reference
    ADD CONSTRAINT publishing_reference_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.publishing_release
    ADD CONSTRAINT publishing_release_pkey PRIMARY KEY (item);

ALTER TABLE ONLY public.publishing_resemblance
    ADD CONSTRAINT publishing_resemblance_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.publishing_reversal
    ADD CONSTRAINT publishing_reversal_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.publishing_slot
    ADD CONSTRAINT publishing_slot_pkey PRIMARY KEY (jti);

ALTER TABLE ONLY public.publishing_trend
    ADD CONSTRAINT publishing_trend_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.publishing_window
    ADD CONSTRAINT publishing_window_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.governance_putaway
    ADD CONSTRAINT putaway_once EXCLUDE USING gist (int8range(first_seq, last_seq, '[]'::text) WITH &&);

ALTER TABLE ONLY public.governance_savedqueue
    ADD CONSTRAINT queue_name_is_the_owners_once UNIQUE (owner, name);

ALTER TABLE ONLY public.publishing_quota
    ADD CONSTRAINT quota_once_per_day UNIQUE (platform, scope, span_s, since);

ALTER TABLE ONLY public.publishing_readcount
    ADD CONSTRAINT readcount_once_per_platform_and_day UNIQUE (platform, day);

ALTER TABLE ONLY public.publishing_reading
    ADD CONSTRAINT reading_once_per_post_and_step UNIQUE (brand_id, post_id, step_s);

ALTER TABLE ONLY public.publishing_reference
    ADD CONSTRAINT reference_once_per_place UNIQUE (brand_id, belongs_to, traits_digest, place);

ALTER TABLE ONLY public.agents_replan
    ADD CONSTRAINT replan_brand_and_id UNIQUE (brand_id, id);

ALTER TABLE ONLY public.agents_replan
    ADD CONSTRAINT replan_once_per_goal UNIQUE (brand_id, discarded, asked);

ALTER TABLE ONLY public.publishing_resemblance
    ADD CONSTRAINT resemblance_once_per_picture UNIQUE (brand_id, belongs_to, traits_digest, content_hash);

ALTER TABLE ONLY public.publishing_reversal
    ADD CONSTRAINT reversal_brand_and_id UNIQUE (brand_id, id);

ALTER TABLE ONLY public.governance_reviewskip
    ADD CONSTRAINT review_skipped_once_by_one UNIQUE (brand_id, item_id, reviewer);

ALTER TABLE ONLY public.governance_reviewanswer
    ADD CONSTRAINT reviewanswer_brand_and_id UNIQUE (brand_id, id);

ALTER TABLE ONLY public.governance_reviewitem
    ADD CONSTRAINT reviewitem_brand_and_id UNIQUE (brand_id, id);

ALTER TABLE ONLY public.governance_reviewskip
    ADD CONSTRAINT reviewskip_brand_and_id UNIQUE (brand_id, id);

ALTER TABLE ONLY public.agents_revision
    ADD CONSTRAINT revision_brand_and_id UNIQUE (brand_id, id);

ALTER TABLE ONLY public.agents_revision
    ADD CONSTRAINT revision_once_per_number UNIQUE (brand_id, blueprint_id, number);

ALTER TABLE ONLY public.agents_rollout
    ADD CONSTRAINT rollout_brand_and_id UNIQUE (brand_id, id);

ALTER TABLE ONLY public.agents_rolloutmember
    ADD CONSTRAINT rolloutmember_once UNIQUE (brand_id, rollout_id, agent_id);

ALTER TABLE ONLY public.agents_rungstep
    ADD CONSTRAINT rungstep_brand_and_id UNIQUE (brand_id, id);

ALTER TABLE ONLY public.agents_shadowrun
    ADD CONSTRAINT shadowrun_brand_and_id UNIQUE (brand_id, id);

ALTER TABLE ONLY public.agents_soul
    ADD CONSTRAINT soul_brand_and_id UNIQUE (brand_id, id);

ALTER TABLE ONLY public.agents_soul
    ADD CONSTRAINT soul_content_once UNIQUE (brand_id, agent_id, content_hash);

ALTER TABLE ONLY public.agents_soul
    ADD CONSTRAINT soul_version_once UNIQUE (brand_id, agent_id, version);

ALTER TABLE ONLY public.governance_subtree
    ADD CONSTRAINT subtree_once_per_place UNIQUE (level, index);

ALTER TABLE ONLY public.agents_task
    ADD CONSTRAINT task_brand_and_id UNIQUE (brand_id, id);

ALTER TABLE ONLY public.governance_threshold
    ADD CONSTRAINT threshold_brand_and_id UNIQUE (brand_id, id);

ALTER TABLE ONLY public.core_tick
    ADD CONSTRAINT tick_happens_once UNIQUE (name, period);

ALTER TABLE ONLY public.publishing_trend
    ADD CONSTRAINT trend_brand_and_id UNIQUE (brand_id, id);

ALTER TABLE ONLY public.publishing_trend
    ADD CONSTRAINT trend_once_per_fingerprint UNIQUE (brand_id, fingerprint);

ALTER TABLE ONLY public.agents_verdict
    ADD CONSTRAINT verdict_brand_and_id UNIQUE (brand_id, id);

ALTER TABLE ONLY public.agents_verdict
    ADD CONSTRAINT verdict_once_per_attempt UNIQUE (brand_id, task_id, fence);

ALTER TABLE ONLY public.publishing_window
    ADD CONSTRAINT window_is_one UNIQUE (platform, scope, account, span_s);

CREATE UNIQUE INDEX advice_open_once ON public.agents_advice USING btree (brand_id, kind, scope) WHERE ((status)::text = 'OPEN'::text);

CREATE INDEX agents_agent_soul_id_6b895146 ON public.agents_agent USING btree (soul_id);

CREATE INDEX agents_archivedtask_goal_id_58f46257 ON public.agents_archivedtask USING btree (goal_id);

CREATE INDEX agents_campaignagent_agent_id_effc913e ON public.agents_campaignagent USING btree (agent_id);

CREATE INDEX agents_campaignagent_campaign_id_76be7e92 ON public.agents_campaignagent USING btree (campaign_id);

CREATE INDEX agents_cohort_name_213da4c3 ON public.agents_cohort USING btree (name);

CREATE INDEX agents_cohort_name_213da4c3_like ON public.agents_cohort USING btree (name varchar_pattern_ops);

CREATE INDEX agents_goal_open_by_deadline ON public.agents_goal USING btree (deadline) WHERE ((status)::text = ANY ((ARRAY['PROPOSED'::character varying, 'ACTIVE'::character varying])::text[]));

CREATE INDEX agents_goal_trend_id_a9845bb1 ON public.agents_goal USING btree (trend_id);

CREATE INDEX agents_node_name_c03664ae_like ON public.agents_node USING btree (name varchar_pattern_ops);

CREATE INDEX agents_rollout_cohort_id_e9900cc5 ON public.agents_rollout USING btree (cohort_id);

CREATE INDEX agents_rolloutmember_agent_id_09d763e3 ON public.agents_rolloutmember USING btree (agent_id);

CREATE INDEX agents_rolloutmember_rollout_id_c613ba1e ON public.agents_rolloutmember USING btree (rollout_id);

CREATE INDEX agents_shadowrun_open ON public.agents_shadowrun USING btree (id) WHERE ((status)::text = ANY ((ARRAY['WAITING'::character varying, 'RUNNING'::character varying])::text[]));

CREATE INDEX agents_soul_agent_id_b3781dfd ON public.agents_soul USING btree (agent_id);

CREATE INDEX agents_task_plan_id_4e07f9d3 ON public.agents_task USING btree (plan_id);

CREATE INDEX agents_task_turn ON public.agents_task USING btree (queue, priority, brand_id, due_at) WHERE (due_at IS NOT NULL);

CREATE INDEX agents_verdict_artifact_id_d67ad9df ON public.agents_verdict USING btree (artifact_id);

CREATE INDEX archivedgoal_by_cause ON public.agents_archivedgoal USING btree (brand_id, cause);

CREATE INDEX archivedgoal_by_end ON public.agents_archivedgoal USING btree (brand_id, ended_at);

CREATE INDEX archivedgoal_by_start ON public.agents_archivedgoal USING btree (brand_id, made_at);

CREATE INDEX asset_by_use ON public.publishing_asset USING btree (brand_id, tier, used_at);

CREATE INDEX audit_by_subject ON public.governance_auditevent USING btree (subject, id);

CREATE INDEX audit_by_task ON public.governance_auditevent USING btree (brand_id, task_id, id);

CREATE INDEX audit_by_transaction ON public.governance_auditevent USING btree (xid, id);

CREATE INDEX auth_group_name_a6ea08ec_like ON public.auth_group USING btree (name varchar_pattern_ops);

CREATE INDEX auth_group_permissions_group_id_b120cbf9 ON public.auth_group_permissions USING btree (group_id);

CREATE INDEX auth_group_permissions_permission_id_84c5c92e ON public.auth_group_permissions USING btree (permission_id);

CREATE INDEX auth_permission_content_type_id_2f476e4b ON public.auth_permission USING btree (content_type_id);

CREATE INDEX auth_user_groups_group_id_97559544 ON public.auth_user_groups USING btree (group_id);

CREATE INDEX auth_user_groups_user_id_6a12ed8b ON public.auth_user_groups USING btree (user_id);

CREATE INDEX auth_user_user_permissions_permission_id_1fbb5f2c ON public.auth_user_user_permissions USING btree (permission_id);

CREATE INDEX auth_user_user_permissions_user_id_a95ead1b ON public.auth_user_user_permissions USING btree (user_id);

CREATE INDEX auth_user_username_6821ab7c_like ON public.auth_user USING btree (username varchar_pattern_ops);

CREATE INDEX blackout_ahead ON public.publishing_blackout USING btree (brand_id, ends_at) WHERE (removed_at IS NULL);

CREATE INDEX blueprint_that_waits ON public.agents_blueprint USING btree (brand_id, deadline) WHERE ((status)::text = 'HELD'::text);

CREATE INDEX call_by_subject ON public.core_callrecord USING btree (brand_id, subject);

CREATE UNIQUE INDEX control_in_force_once_per_scope ON public.governance_control USING btree (scope, kind) WHERE ((status)::text = 'IN_FORCE'::text);

CREATE INDEX core_brand_slug_ad6777b4_like ON public.core_brand USING btree (slug varchar_pattern_ops);

CREATE INDEX core_circuit_provider_33531e10_like ON public.core_circuit USING btree (provider varchar_pattern_ops);

CREATE INDEX decision_by_agent ON public.agents_decision USING btree (brand_id, agent_id, id);

CREATE INDEX delivery_open ON public.publishing_delivery USING btree (brand_id, platform, id) WHERE (due_at IS NOT NULL);

CREATE INDEX dependency_by_successor ON public.agents_dependency USING btree (brand_id, successor_id);

CREATE INDEX disclosure_by_age ON public.core_disclosure USING btree (brand_id, told_at);

CREATE INDEX django_admin_log_content_type_id_c4bce8eb ON public.django_admin_log USING btree (content_type_id);

CREATE INDEX django_admin_log_user_id_c564eba6 ON public.django_admin_log USING btree (user_id);

CREATE INDEX django_celery_beat_periodictask_clocked_id_47a69f82 ON public.django_celery_beat_periodictask USING btree (clocked_id);

CREATE INDEX django_celery_beat_periodictask_crontab_id_d3cba168 ON public.django_celery_beat_periodictask USING btree (crontab_id);

CREATE INDEX django_celery_beat_periodictask_interval_id_a8ca27da ON public.django_celery_beat_periodictask USING btree (interval_id);

CREATE INDEX django_celery_beat_periodictask_name_265a36b7_like ON public.django_celery_beat_periodictask USING btree (name varchar_pattern_ops);

CREATE INDEX django_celery_beat_periodictask_solar_id_a87ce72c ON public.django_celery_beat_periodictask USING btree (solar_id);

CREATE INDEX django_session_expire_date_a5c62663 ON public.django_session USING btree (expire_date);

CREATE INDEX django_session_session_key_c0390e0f_like ON public.django_session USING btree (session_key varchar_pattern_ops);

CREATE INDEX effect_open_by_task ON public.governance_effect USING btree (brand_id, task) WHERE (NOT ((status)::text = ANY ((ARRAY['CONFIRMED'::character varying, 'REFUTED'::character varying])::text[])));

CREATE INDEX effect_sent ON public.governance_effect USING btree (id) WHERE ((status)::text = 'SENT'::text);

CREATE INDEX entry_by_day ON public.governance_entry USING btree (brand_id, day, at) INCLUDE (amount_usd_micros);

CREATE INDEX feeditem_by_seen ON public.publishing_feeditem USING btree (seen_at);

CREATE INDEX fingerprint_by_day ON public.publishing_fingerprint USING btree (day);

CREATE INDEX fingerprint_by_image ON public.publishing_fingerprint USING btree (image_sha256);

CREATE INDEX fingerprint_by_text ON public.publishing_fingerprint USING btree (text_hash);

CREATE INDEX fleet_blackout_ahead ON public.publishing_fleetblackout USING btree (ends_at) WHERE (removed_at IS NULL);

CREATE UNIQUE INDEX foureyes_in_force_once ON public.governance_foureyes USING btree (brand_id, what) WHERE ((status)::text = 'IN_FORCE'::text);

CREATE INDEX goal_by_agent_and_day ON public.agents_goal USING btree (brand_id, agent_id, made_at);

CREATE INDEX goal_by_batch ON public.agents_goal USING btree (brand_id, batch) WHERE (NOT ((batch)::text = ''::text));

CREATE INDEX goal_by_campaign ON public.agents_goal USING btree (brand_id, campaign_id, made_at) WHERE (campaign_id IS NOT NULL);

CREATE INDEX goal_to_archive ON public.agents_goal USING btree (brand_id, made_at) WHERE ((status)::text = ANY ((ARRAY['DONE'::character varying, 'FAILED'::character varying, 'CANCELLED'::character varying])::text[]));

CREATE INDEX governance_anchoring_anchor_323d570a_like ON public.governance_anchoring USING btree (anchor varchar_pattern_ops);

CREATE INDEX governance_checkpointkey_kid_a3584595_like ON public.governance_checkpointkey USING btree (kid varchar_pattern_ops);

CREATE INDEX governance_grantended_jti_2c6afbd0_like ON public.governance_grantended USING btree (jti varchar_pattern_ops);

CREATE INDEX governance_grantkey_kid_315a15de_like ON public.governance_grantkey USING btree (kid varchar_pattern_ops);

CREATE INDEX governance_grantrevocation_kid_d201ccf6_like ON public.governance_grantrevocation USING btree (kid varchar_pattern_ops);

CREATE INDEX governance_grantused_jti_039623e5_like ON public.governance_grantused USING btree (jti varchar_pattern_ops);

CREATE INDEX governance_letter_subscription_id_9415cb85 ON public.governance_letter USING btree (subscription_id);

CREATE INDEX governance_letternotice_letter_id_a629bb23 ON public.governance_letternotice USING btree (letter_id);

CREATE INDEX governance_letternotice_notice_id_b73f54ba ON public.governance_letternotice USING btree (notice_id);

CREATE INDEX governance_notice_key_f7e1bf2a_like ON public.governance_notice USING btree (key varchar_pattern_ops);

CREATE INDEX governance_noticeseen_reader_5dae7b22_like ON public.governance_noticeseen USING btree (reader varchar_pattern_ops);

CREATE INDEX governance_servernote_server_id_1c96fb0d ON public.governance_servernote USING btree (server_id);

CREATE UNIQUE INDEX grant_key_one_is_current ON public.governance_grantkey USING btree (status) WHERE ((status)::text = 'CURRENT'::text);

CREATE UNIQUE INDEX grant_key_one_is_next ON public.governance_grantkey USING btree (status) WHERE ((status)::text = 'NEXT'::text);

CREATE INDEX hold_by_subject ON public.governance_hold USING btree (brand_id, about);

CREATE INDEX hold_to_expire ON public.governance_hold USING btree (expires_at) WHERE ((status)::text = 'HELD'::text);

CREATE UNIQUE INDEX letter_digest_once_a_day ON public.governance_letter USING btree (subscription_id, day) WHERE (day IS NOT NULL);

CREATE INDEX letter_due ON public.governance_letter USING btree (due_at, id) WHERE ((status)::text = 'PENDING'::text);

CREATE INDEX letter_last ON public.governance_letter USING btree (subscription_id, kind, closed_at DESC);

CREATE UNIQUE INDEX letter_open_once ON public.governance_letter USING btree (subscription_id, kind) WHERE ((closed_at IS NULL) AND (day IS NULL));

CREATE INDEX likeness_window_01 ON public.publishing_likeness USING btree (public.publishing_window(shelf, bits, 1));
ALTER INDEX public.likeness_window_01 ALTER COLUMN 1 SET STATISTICS 0;

CREATE INDEX likeness_window_02 ON public.publishing_likeness USING btree (public.publishing_window(shelf, bits, 9));
ALTER INDEX public.likeness_window_02 ALTER COLUMN 1 SET STATISTICS 0;

CREATE INDEX likeness_window_03 ON public.publishing_likeness USING btree (public.publishing_window(shelf, bits, 17));
ALTER INDEX public.likeness_window_03 ALTER COLUMN 1 SET STATISTICS 0;

CREATE INDEX likeness_window_04 ON public.publishing_likeness USING btree (public.publishing_window(shelf, bits, 25));
ALTER INDEX public.likeness_window_04 ALTER COLUMN 1 SET STATISTICS 0;

CREATE INDEX likeness_window_05 ON public.publishing_likeness USING btree (public.publishing_window(shelf, bits, 33));
ALTER INDEX public.likeness_window_05 ALTER COLUMN 1 SET STATISTICS 0;

CREATE INDEX likeness_window_06 ON public.publishing_likeness USING btree (public.publishing_window(shelf, bits, 41));
ALTER INDEX public.likeness_window_06 ALTER COLUMN 1 SET STATISTICS 0;

CREATE INDEX likeness_window_07 ON public.publishing_likeness USING btree (public.publishing_window(shelf, bits, 49));
ALTER INDEX public.likeness_window_07 ALTER COLUMN 1 SET STATISTICS 0;

CREATE INDEX likeness_window_08 ON public.publishing_likeness USING btree (public.publishing_window(shelf, bits, 57));
ALTER INDEX public.likeness_window_08 ALTER COLUMN 1 SET STATISTICS 0;

CREATE INDEX likeness_window_09 ON public.publishing_likeness USING btree (public.publishing_window(shelf, bits, 65));
ALTER INDEX public.likeness_window_09 ALTER COLUMN 1 SET STATISTICS 0;

CREATE INDEX likeness_window_10 ON public.publishing_likeness USING btree (public.publishing_window(shelf, bits, 73));
ALTER INDEX public.likeness_window_10 ALTER COLUMN 1 SET STATISTICS 0;

CREATE INDEX likeness_window_11 ON public.publishing_likeness USING btree (public.publishing_window(shelf, bits, 81));
ALTER INDEX public.likeness_window_11 ALTER COLUMN 1 SET STATISTICS 0;

CREATE INDEX likeness_window_12 ON public.publishing_likeness USING btree (public.publishing_window(shelf, bits, 89));
ALTER INDEX public.likeness_window_12 ALTER COLUMN 1 SET STATISTICS 0;

CREATE INDEX likeness_window_13 ON public.publishing_likeness USING btree (public.publishing_window(shelf, bits, 97));
ALTER INDEX public.likeness_window_13 ALTER COLUMN 1 SET STATISTICS 0;

CREATE INDEX likeness_window_14 ON public.publishing_likeness USING btree (public.publishing_window(shelf, bits, 105));
ALTER INDEX public.likeness_window_14 ALTER COLUMN 1 SET STATISTICS 0;

CREATE INDEX likeness_window_15 ON public.publishing_likeness USING btree (public.publishing_window(shelf, bits, 113));
ALTER INDEX public.likeness_window_15 ALTER COLUMN 1 SET STATISTICS 0;

CREATE INDEX likeness_window_16 ON public.publishing_likeness USING btree (public.publishing_window(shelf, bits, 121));
ALTER INDEX public.likeness_window_16 ALTER COLUMN 1 SET STATISTICS 0;

CREATE INDEX likeness_window_17 ON public.publishing_likeness USING btree (public.publishing_window(shelf, bits, 129));
ALTER INDEX public.likeness_window_17 ALTER COLUMN 1 SET STATISTICS 0;

CREATE INDEX likeness_window_18 ON public.publishing_likeness USING btree (public.publishing_window(shelf, bits, 137));
ALTER INDEX public.likeness_window_18 ALTER COLUMN 1 SET STATISTICS 0;

CREATE INDEX likeness_window_19 ON public.publishing_likeness USING btree (public.publishing_window(shelf, bits, 145));
ALTER INDEX public.likeness_window_19 ALTER COLUMN 1 SET STATISTICS 0;

CREATE INDEX likeness_window_20 ON public.publishing_likeness USING btree (public.publishing_window(shelf, bits, 153));
ALTER INDEX public.likeness_window_20 ALTER COLUMN 1 SET STATISTICS 0;

CREATE INDEX likeness_window_21 ON public.publishing_likeness USING btree (public.publishing_window(shelf, bits, 161));
ALTER INDEX public.likeness_window_21 ALTER COLUMN 1 SET STATISTICS 0;

CREATE INDEX likeness_window_22 ON public.publishing_likeness USING btree (public.publishing_window(shelf, bits, 169));
ALTER INDEX public.likeness_window_22 ALTER COLUMN 1 SET STATISTICS 0;

CREATE INDEX likeness_window_23 ON public.publishing_likeness USING btree (public.publishing_window(shelf, bits, 177));
ALTER INDEX public.likeness_window_23 ALTER COLUMN 1 SET STATISTICS 0;

CREATE INDEX likeness_window_24 ON public.publishing_likeness USING btree (public.publishing_window(shelf, bits, 185));
ALTER INDEX public.likeness_window_24 ALTER COLUMN 1 SET STATISTICS 0;

CREATE INDEX likeness_window_25 ON public.publishing_likeness USING btree (public.publishing_window(shelf, bits, 193));
ALTER INDEX public.likeness_window_25 ALTER COLUMN 1 SET STATISTICS 0;

CREATE INDEX likeness_window_26 ON public.publishing_likeness USING btree (public.publishing_window(shelf, bits, 201));
ALTER INDEX public.likeness_window_26 ALTER COLUMN 1 SET STATISTICS 0;

CREATE INDEX likeness_window_27 ON public.publishing_likeness USING btree (public.publishing_window(shelf, bits, 209));
ALTER INDEX public.likeness_window_27 ALTER COLUMN 1 SET STATISTICS 0;

CREATE INDEX likeness_window_28 ON public.publishing_likeness USING btree (public.publishing_window(shelf, bits, 217));
ALTER INDEX public.likeness_window_28 ALTER COLUMN 1 SET STATISTICS 0;

CREATE INDEX likeness_window_29 ON public.publishing_likeness USING btree (public.publishing_window(shelf, bits, 225));
ALTER INDEX public.likeness_window_29 ALTER COLUMN 1 SET STATISTICS 0;

CREATE INDEX likeness_window_30 ON public.publishing_likeness USING btree (public.publishing_window(shelf, bits, 233));
ALTER INDEX public.likeness_window_30 ALTER COLUMN 1 SET STATISTICS 0;

CREATE INDEX likeness_window_31 ON public.publishing_likeness USING btree (public.publishing_window(shelf, bits, 241));
ALTER INDEX public.likeness_window_31 ALTER COLUMN 1 SET STATISTICS 0;

CREATE INDEX likeness_window_32 ON public.publishing_likeness USING btree (public.publishing_window(shelf, bits, 249));
ALTER INDEX public.likeness_window_32 ALTER COLUMN 1 SET STATISTICS 0;

CREATE INDEX making_by_subject ON public.publishing_making USING btree (brand_id, about);

CREATE UNIQUE INDEX making_once_per_task ON public.publishing_making USING btree (brand_id, vendor, task_name) WHERE (NOT ((task_name)::text = ''::text));

CREATE INDEX memory_by_agent ON public.agents_memory USING btree (brand_id, agent_id, published_at) INCLUDE (id, signs) WHERE is_here;

CREATE INDEX memory_by_time ON public.agents_memory USING btree (brand_id, published_at);

CREATE INDEX memory_due ON public.agents_memory USING btree (brand_id, published_at) WHERE ((kept_at IS NULL) = (forgotten_at IS NULL));

CREATE INDEX memory_near ON public.agents_memory USING hnsw (signs public.bit_hamming_ops) WHERE (signs IS NOT NULL);

CREATE INDEX mention_by_age ON public.publishing_mention USING btree (brand_id, heard_at) WHERE (NOT ((author)::text = ''::text));

CREATE INDEX mention_by_author ON public.publishing_mention USING btree (brand_id, author, taken_at);

CREATE INDEX mention_by_conversation ON public.publishing_mention USING btree (brand_id, account_id, conversation, id);

CREATE INDEX mention_open ON public.publishing_mention USING btree (brand_id, id) WHERE ((status)::text = ANY ((ARRAY['NEW'::character varying, 'TAKEN'::character varying])::text[]));

CREATE INDEX mention_taken ON public.publishing_mention USING btree (brand_id, account_id, taken_at) WHERE (taken_at IS NOT NULL);

CREATE UNIQUE INDEX post_answers_once ON public.publishing_post USING btree (brand_id, account_id, ((payload ->> 'reply_to'::text))) WHERE ((payload ? 'reply_to'::text) AND ((status)::text = ANY ((ARRAY['SCHEDULED'::character varying, 'HELD'::character varying, 'PUBLISHED'::character varying])::text[])));

CREATE INDEX post_by_time ON public.publishing_post USING btree (brand_id, published_at) INCLUDE (status, approval);

CREATE UNIQUE INDEX post_is_one_on_its_platform ON public.publishing_post USING btree (brand_id, account_id, platform_id) WHERE (NOT ((platform_id)::text = ''::text));

CREATE INDEX post_refused ON public.publishing_post USING btree (brand_id, account_id, made_at) WHERE (NOT ((refused)::text = ''::text));

CREATE INDEX post_to_verify ON public.publishing_post USING btree (published_at) WHERE (((status)::text = 'PUBLISHED'::text) AND ((verification)::text = ''::text));

CREATE INDEX publishing_feed_url_39bfb04b_like ON public.publishing_feed USING btree (url text_pattern_ops);

CREATE INDEX publishing_feeditem_feed_id_19df5993 ON public.publishing_feeditem USING btree (feed_id);

CREATE INDEX publishing_hiding_turn ON public.publishing_hiding USING btree (queue, priority, brand_id, due_at) WHERE (due_at IS NOT NULL);

CREATE INDEX publishing_making_turn ON public.publishing_making USING btree (queue, priority, brand_id, due_at) WHERE (due_at IS NOT NULL);

CREATE INDEX publishing_post_account_id_3745ad36 ON public.publishing_post USING btree (account_id);

CREATE INDEX publishing_post_turn ON public.publishing_post USING btree (queue, priority, brand_id, due_at) WHERE (due_at IS NOT NULL);

CREATE INDEX publishing_reversal_turn ON public.publishing_reversal USING btree (queue, priority, brand_id, due_at) WHERE (due_at IS NOT NULL);

CREATE INDEX publishing_slot_jti_bdaf1a5a_like ON public.publishing_slot USING btree (jti varchar_pattern_ops);

CREATE UNIQUE INDEX queue_shared_name_once ON public.governance_savedqueue USING btree (name) WHERE is_shared;

CREATE INDEX resemblance_over_time ON public.publishing_resemblance USING btree (brand_id, belongs_to, made_at);

CREATE UNIQUE INDEX reversal_once_per_post_and_way ON public.publishing_reversal USING btree (brand_id, post_id, way) WHERE (NOT ((status)::text = 'LEFT'::text));

CREATE INDEX review_answered ON public.governance_reviewitem USING btree (decided_at) WHERE ((consumed_at IS NULL) AND (NOT ((status)::text = 'PENDING'::text)));

CREATE INDEX review_by_deadline ON public.governance_reviewitem USING btree (deadline) WHERE ((status)::text = 'PENDING'::text);

CREATE INDEX review_by_made ON public.governance_reviewitem USING btree (made_at) INCLUDE (kind, brand_id);

CREATE INDEX review_by_subject ON public.governance_reviewitem USING btree (brand_id, subject);

CREATE INDEX review_by_urgency ON public.governance_reviewitem USING btree (urgent_at, id) WHERE ((status)::text = 'PENDING'::text);

CREATE INDEX review_by_who_answered ON public.governance_reviewitem USING btree (decided_by, decided_at DESC) WHERE ((decided_by)::text > ''::text);

CREATE INDEX review_expired ON public.governance_reviewitem USING btree (deadline) WHERE ((status)::text = 'EXPIRED'::text);

CREATE INDEX review_open_by_task ON public.governance_reviewitem USING btree (brand_id, task) WHERE (consumed_at IS NULL);

CREATE UNIQUE INDEX review_pending_once ON public.governance_reviewitem USING btree (brand_id, subject) WHERE ((status)::text = 'PENDING'::text);

CREATE UNIQUE INDEX review_sampled_once ON public.governance_reviewitem USING btree (brand_id, subject) WHERE ((kind)::text = 'sample'::text);

CREATE INDEX review_urgent_of_agent ON public.governance_reviewitem USING btree (agent, urgent_at, id) WHERE ((status)::text = 'PENDING'::text);

CREATE INDEX review_urgent_of_brand ON public.governance_reviewitem USING btree (brand_id, urgent_at, id) WHERE ((status)::text = 'PENDING'::text);

CREATE INDEX review_urgent_of_group ON public.governance_reviewitem USING btree (group_key, urgent_at, id) WHERE ((status)::text = 'PENDING'::text);

CREATE INDEX review_waits_since ON public.governance_reviewitem USING btree (made_at) INCLUDE (kind, brand_id) WHERE ((status)::text = 'PENDING'::text);

CREATE INDEX reviewanswer_by_content ON public.governance_reviewanswer USING btree (brand_id, content_hash);

CREATE INDEX reviewanswer_by_reviewer ON public.governance_reviewanswer USING btree (reviewer, at);

CREATE INDEX reviewanswer_by_time ON public.governance_reviewanswer USING btree (at);

CREATE UNIQUE INDEX reviewanswer_holds_once ON public.governance_reviewanswer USING btree (brand_id, item_id) WHERE (undone_at IS NULL);

CREATE INDEX reviewanswer_second ON public.governance_reviewanswer USING btree (at) WHERE (first_id IS NOT NULL);

CREATE UNIQUE INDEX rollout_open_once_per_cohort ON public.agents_rollout USING btree (brand_id, cohort_id) WHERE ((status)::text = ANY ((ARRAY['CANARY'::character varying, 'READY'::character varying])::text[]));

CREATE UNIQUE INDEX rolloutmember_agent_is_in_one_at_a_time ON public.agents_rolloutmember USING btree (brand_id, agent_id) WHERE (NOT settled);

CREATE INDEX rungstep_by_agent ON public.agents_rungstep USING btree (brand_id, agent_id, id);

CREATE UNIQUE INDEX server_once_by_name ON public.governance_server USING btree (name) WHERE (NOT ((status)::text = 'REMOVED'::text));

CREATE UNIQUE INDEX server_once_by_url ON public.governance_server USING btree (url) WHERE ((NOT ((status)::text = 'REMOVED'::text)) AND (NOT ((url)::text = ''::text)));

CREATE INDEX shadowrun_by_goal ON public.agents_shadowrun USING btree (brand_id, goal_number, id DESC);

CREATE UNIQUE INDEX shadowrun_one_at_a_time ON public.agents_shadowrun USING btree (brand_id, goal_number) WHERE ((status)::text = ANY ((ARRAY['WAITING'::character varying, 'RUNNING'::character varying])::text[]));

CREATE INDEX slot_by_account ON public.publishing_slot USING btree (account, taken_at);

CREATE UNIQUE INDEX subscription_live_once ON public.governance_subscription USING btree (channel, address, name) WHERE is_live;

CREATE INDEX task_by_goal ON public.agents_task USING btree (brand_id, goal_id);

CREATE INDEX task_outward_by_end ON public.agents_task USING btree (ended_at) INCLUDE (status, brand_id) WHERE ((ended_at IS NOT NULL) AND outward);

CREATE UNIQUE INDEX task_plans_a_goal_once ON public.agents_task USING btree (brand_id, goal_id) WHERE ((kind)::text = 'plan'::text);

CREATE UNIQUE INDEX threshold_in_force_once ON public.governance_threshold USING btree (brand_id, scope, kind) WHERE ((status)::text = 'IN_FORCE'::text);

CREATE INDEX trend_live ON public.publishing_trend USING btree (brand_id, expires_at);

CREATE STATISTICS public.memory_whose (dependencies) ON agent_id, brand_id FROM public.agents_memory;

CREATE TRIGGER asked_governance_effect BEFORE INSERT ON public.governance_effect FOR EACH ROW WHEN (((new.kind)::text = 'delete'::text)) EXECUTE FUNCTION public.publishing_guard_delete();

CREATE TRIGGER asks_governance_reviewitem BEFORE UPDATE OF subject, task, content_hash, snapshot ON public.governance_reviewitem FOR EACH ROW EXECUTE FUNCTION public.governance_guard_question();

CREATE TRIGGER burned_governance_grantused BEFORE INSERT ON public.governance_grantused FOR EACH ROW WHEN (new.burned) EXECUTE FUNCTION public.governance_guard_burned();

CREATE TRIGGER content_publishing_post BEFORE UPDATE ON public.publishing_post FOR EACH ROW WHEN (((old.payload IS DISTINCT FROM new.payload) OR ((old.content_hash)::text IS DISTINCT FROM (new.content_hash)::text) OR (old.account_id IS DISTINCT FROM new.account_id) OR ((old.task)::text IS DISTINCT FROM (new.task)::text))) EXECUTE FUNCTION public.publishing_post_stays();

CREATE TRIGGER copy_agents_artifact BEFORE INSERT ON public.agents_artifact FOR EACH ROW WHEN (((new.inputs ? 'reused'::text) OR (CURRENT_USER = 'chimera_operator'::name))) EXECUTE FUNCTION public.agents_artifact_is_a_copy();

CREATE TRIGGER drop_agents_blueprint AFTER UPDATE OF status ON public.agents_goal FOR EACH ROW WHEN ((((old.status)::text = 'PROPOSED'::text) AND ((new.status)::text = ANY ((ARRAY['FAILED'::character varying, 'CANCELLED'::character varying])::text[])))) EXECUTE FUNCTION public.agents_goal_drops_blueprint();

CREATE TRIGGER first_agents_blueprint BEFORE INSERT ON public.agents_blueprint FOR EACH ROW EXECUTE FUNCTION public.agents_blueprint_first();

CREATE TRIGGER follow_governance_budgetlimit AFTER INSERT OR UPDATE OF limit_usd_micros ON public.governance_budgetlimit FOR EACH ROW EXECUTE FUNCTION public.governance_limit_follows();

CREATE TRIGGER follow_governance_fleetlimit AFTER UPDATE OF limit_usd_micros ON public.governance_fleetlimit FOR EACH ROW EXECUTE FUNCTION public.governance_fleet_limit_follows();

CREATE TRIGGER guard_agents_advice BEFORE INSERT OR UPDATE ON public.agents_advice FOR EACH ROW EXECUTE FUNCTION public.chimera_guard('{"DECLINED": [], "OPEN": ["DECLINED", "OVERTAKEN", "TAKEN"], "OVERTAKEN": [], "TAKEN": []}', '["OPEN"]');

CREATE TRIGGER guard_agents_agent BEFORE INSERT OR UPDATE ON public.agents_agent FOR EACH ROW EXECUTE FUNCTION public.chimera_guard('{"AUTONOMOUS": ["PROBATION", "SUPERVISED"], "PROBATION": ["SUPERVISED"], "SUPERVISED": ["AUTONOMOUS", "PROBATION"]}', '["PROBATION"]');

CREATE TRIGGER guard_agents_blueprint BEFORE INSERT OR UPDATE ON public.agents_blueprint FOR EACH ROW EXECUTE FUNCTION public.chimera_guard('{"DROPPED": [], "HELD": ["DROPPED", "STARTED"], "STARTED": []}', '["HELD"]');

CREATE TRIGGER guard_agents_campaign BEFORE INSERT OR UPDATE ON public.agents_campaign FOR EACH ROW EXECUTE FUNCTION public.chimera_guard('{"ACTIVE": ["CANCELLED", "ENDED", "PAUSED"], "CANCELLED": [], "DRAFT": ["ACTIVE", "CANCELLED"], "ENDED": [], "PAUSED": ["ACTIVE", "CANCELLED", "ENDED"]}', '["DRAFT"]');

CREATE TRIGGER guard_agents_goal BEFORE INSERT OR UPDATE ON public.agents_goal FOR EACH ROW EXECUTE FUNCTION public.chimera_guard('{"ACTIVE": ["CANCELLED", "DONE", "FAILED"], "CANCELLED": [], "DONE": [], "FAILED": [], "PROPOSED": ["ACTIVE", "CANCELLED", "FAILED"]}', '["PROPOSED"]');

CREATE TRIGGER guard_agents_memory AFTER INSERT OR UPDATE ON public.agents_memory FOR EACH ROW EXECUTE FUNCTION public.agents_memory_guard();

CREATE TRIGGER guard_agents_node BEFORE INSERT OR UPDATE ON public.agents_node FOR EACH ROW EXECUTE FUNCTION public.chimera_guard('{"ALIVE": ["DRAINING", "GONE", "LOST"], "DRAINING": ["GONE", "LOST"], "GONE": ["ALIVE"], "LOST": ["ALIVE", "GONE"]}', '["ALIVE"]');

CREATE TRIGGER guard_agents_rollout BEFORE INSERT OR UPDATE ON public.agents_rollout FOR EACH ROW EXECUTE FUNCTION public.chimera_guard('{"CANARY": ["READY", "ROLLED_BACK"], "READY": ["ROLLED_BACK", "ROLLED_OUT"], "ROLLED_BACK": [], "ROLLED_OUT": []}', '["CANARY"]');

CREATE TRIGGER guard_agents_shadowrun BEFORE INSERT OR UPDATE ON public.agents_shadowrun FOR EACH ROW EXECUTE FUNCTION public.chimera_guard('{"DONE": [], "FAILED": [], "RUNNING": ["DONE", "FAILED", "WAITING"], "WAITING": ["FAILED", "RUNNING"]}', '["WAITING"]');

CREATE TRIGGER guard_agents_task BEFORE INSERT OR UPDATE ON public.agents_task FOR EACH ROW EXECUTE FUNCTION public.chimera_guard('{"ACCEPTED": ["CANCELLED", "DONE", "HELD"], "BLOCKED": ["CANCELLED", "READY"], "CANCELLED": [], "DONE": ["BLOCKED", "READY"], "EXPIRED": [], "HELD": ["ACCEPTED", "BLOCKED", "CANCELLED", "EXPIRED", "READY", "REJECTED"], "JUDGING": ["ACCEPTED", "BLOCKED", "CANCELLED", "HELD", "REJECTED"], "READY": ["CANCELLED", "DONE", "HELD", "JUDGING"], "REJECTED": []}', '["BLOCKED", "READY"]');

CREATE TRIGGER guard_core_circuit BEFORE INSERT OR UPDATE ON public.core_circuit FOR EACH ROW EXECUTE FUNCTION public.chimera_guard('{"CLOSED": ["OPEN"], "HALF_OPEN": ["CLOSED", "OPEN"], "OPEN": ["HALF_OPEN"]}', '["CLOSED"]');

CREATE TRIGGER guard_governance_checkpoint BEFORE INSERT ON public.governance_checkpoint FOR EACH ROW EXECUTE FUNCTION public.governance_guard_checkpoint();

CREATE TRIGGER guard_governance_control BEFORE INSERT OR UPDATE ON public.governance_control FOR EACH ROW EXECUTE FUNCTION public.chimera_guard('{"IN_FORCE": ["LIFTED"], "LIFTED": []}', '["IN_FORCE"]');

CREATE TRIGGER guard_governance_effect BEFORE INSERT OR UPDATE ON public.governance_effect FOR EACH ROW EXECUTE FUNCTION public.chimera_guard('{"CONFIRMED": [], "INTENDED": ["CONFIRMED", "REFUTED", "SENT"], "IN_DOUBT": ["CONFIRMED", "INTENDED", "REFUTED"], "REFUTED": [], "SENT": ["CONFIRMED", "INTENDED", "IN_DOUBT", "REFUTED"]}', '["INTENDED"]');

CREATE TRIGGER guard_governance_foureyes BEFORE INSERT OR UPDATE ON public.governance_foureyes FOR EACH ROW EXECUTE FUNCTION public.chimera_guard('{"ENDED": [], "IN_FORCE": ["ENDED"]}', '["IN_FORCE"]');

CREATE TRIGGER guard_governance_grantkey BEFORE INSERT OR UPDATE ON public.governance_grantkey FOR EACH ROW EXECUTE FUNCTION public.chimera_guard('{"CURRENT": ["RETIRED"], "NEXT": ["CURRENT", "RETIRED"], "RETIRED": []}', '["CURRENT", "NEXT"]');

CREATE TRIGGER guard_governance_hold BEFORE INSERT OR UPDATE ON public.governance_hold FOR EACH ROW EXECUTE FUNCTION public.chimera_guard('{"HELD": ["SETTLED", "VOID"], "SETTLED": [], "VOID": []}', '["HELD"]');

CREATE TRIGGER guard_governance_letter BEFORE INSERT OR UPDATE ON public.governance_letter FOR EACH ROW EXECUTE FUNCTION public.chimera_guard('{"GIVEN_UP": ["PENDING"], "PENDING": ["GIVEN_UP", "SENT"], "SENT": []}', '["PENDING"]');

CREATE TRIGGER guard_governance_reviewitem BEFORE INSERT OR UPDATE ON public.governance_reviewitem FOR EACH ROW EXECUTE FUNCTION public.chimera_guard('{"APPROVED": ["PENDING", "WITHDRAWN"], "EXPIRED": [], "PENDING": ["APPROVED", "EXPIRED", "REJECTED", "WITHDRAWN"], "REJECTED": ["PENDING", "WITHDRAWN"], "WITHDRAWN": []}', '["PENDING"]');

CREATE TRIGGER guard_governance_sealedevent AFTER INSERT ON public.governance_sealedevent REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.governance_guard_places();

CREATE TRIGGER guard_governance_server BEFORE INSERT OR UPDATE ON public.governance_server FOR EACH ROW EXECUTE FUNCTION public.chimera_guard('{"ALLOWED": ["DISABLED", "REMOVED"], "DISABLED": ["ALLOWED", "REMOVED"], "PROPOSED": ["ALLOWED", "REMOVED"], "REMOVED": []}', '["PROPOSED"]');

CREATE TRIGGER guard_governance_threshold BEFORE INSERT OR UPDATE ON public.governance_threshold FOR EACH ROW EXECUTE FUNCTION public.chimera_guard('{"ENDED": [], "IN_FORCE": ["ENDED"]}', '["IN_FORCE"]');

CREATE TRIGGER guard_publishing_blackout BEFORE INSERT ON public.publishing_blackout FOR EACH ROW EXECUTE FUNCTION public.publishing_guard_blackout();

CREATE TRIGGER guard_publishing_fleetblackout BEFORE INSERT ON public.publishing_fleetblackout FOR EACH ROW EXECUTE FUNCTION public.publishing_guard_blackout();

CREATE TRIGGER guard_publishing_hiding BEFORE INSERT OR UPDATE ON public.publishing_hiding FOR EACH ROW EXECUTE FUNCTION public.chimera_guard('{"DISMISSED": ["ORDERED"], "DONE": [], "FAILED": ["ORDERED"], "ORDERED": ["DISMISSED", "DONE", "FAILED"], "PROPOSED": ["DISMISSED", "ORDERED"]}', '["PROPOSED"]');

CREATE TRIGGER guard_publishing_making BEFORE INSERT OR UPDATE ON public.publishing_making FOR EACH ROW EXECUTE FUNCTION public.chimera_guard('{"ASKED": ["BEGUN", "CANCELLED", "FAILED"], "BEGUN": ["ASKED", "FAILED", "IN_DOUBT", "MADE", "RUNNING", "UNSAFE"], "CANCELLED": [], "FAILED": [], "IN_DOUBT": ["CANCELLED", "FAILED", "RUNNING"], "MADE": [], "RUNNING": ["ASKED", "CANCELLED", "FAILED", "MADE", "UNSAFE"], "UNSAFE": []}', '["ASKED"]');

CREATE TRIGGER guard_publishing_mention BEFORE INSERT OR UPDATE ON public.publishing_mention FOR EACH ROW EXECUTE FUNCTION public.chimera_guard('{"ANSWERED": [], "NEW": ["SKIPPED", "TAKEN"], "SKIPPED": [], "TAKEN": ["ANSWERED", "UNANSWERED"], "UNANSWERED": []}', '["NEW"]');

CREATE TRIGGER guard_publishing_post BEFORE INSERT OR UPDATE ON public.publishing_post FOR EACH ROW EXECUTE FUNCTION public.chimera_guard('{"CANCELLED": [], "FAILED": [], "HELD": ["CANCELLED", "FAILED", "PUBLISHED", "SCHEDULED"], "PUBLISHED": ["REVERTED"], "REVERTED": [], "SCHEDULED": ["CANCELLED", "FAILED", "HELD", "PUBLISHED"]}', '["SCHEDULED"]');

CREATE TRIGGER guard_publishing_release BEFORE INSERT ON public.publishing_release FOR EACH ROW EXECUTE FUNCTION public.publishing_guard_release();

CREATE TRIGGER guard_publishing_reversal BEFORE INSERT OR UPDATE ON public.publishing_reversal FOR EACH ROW EXECUTE FUNCTION public.chimera_guard('{"ASKED": ["BY_HAND", "DONE"], "BY_HAND": ["DONE", "LEFT"], "DONE": [], "LEFT": []}', '["ASKED"]');

CREATE TRIGGER hands_governance_reviewitem BEFORE INSERT OR UPDATE ON public.governance_reviewitem FOR EACH ROW EXECUTE FUNCTION public.governance_guard_hands();

CREATE TRIGGER held_agents_plan BEFORE INSERT ON public.agents_plan FOR EACH ROW EXECUTE FUNCTION public.agents_plan_not_held();

CREATE TRIGGER keep_agents_archivedgoal BEFORE DELETE OR UPDATE ON public.agents_archivedgoal FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_agents_archivedgoal_all BEFORE TRUNCATE ON public.agents_archivedgoal FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_agents_archivedtask BEFORE DELETE OR UPDATE ON public.agents_archivedtask FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_agents_archivedtask_all BEFORE TRUNCATE ON public.agents_archivedtask FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_agents_artifact BEFORE DELETE OR UPDATE ON public.agents_artifact FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_agents_artifact_all BEFORE TRUNCATE ON public.agents_artifact FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_agents_blueprint BEFORE UPDATE ON public.agents_blueprint FOR EACH ROW EXECUTE FUNCTION public.agents_blueprint_keep();

CREATE TRIGGER keep_agents_blueprint_all BEFORE TRUNCATE ON public.agents_blueprint FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_agents_blueprint_row BEFORE DELETE ON public.agents_blueprint FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_agents_decision BEFORE DELETE OR UPDATE ON public.agents_decision FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_agents_decision_all BEFORE TRUNCATE ON public.agents_decision FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_agents_dependency BEFORE DELETE OR UPDATE ON public.agents_dependency FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_agents_dependency_all BEFORE TRUNCATE ON public.agents_dependency FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_agents_replan BEFORE DELETE OR UPDATE ON public.agents_replan FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_agents_replan_all BEFORE TRUNCATE ON public.agents_replan FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_agents_revision BEFORE DELETE OR UPDATE ON public.agents_revision FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_agents_revision_all BEFORE TRUNCATE ON public.agents_revision FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_agents_rungstep BEFORE DELETE OR UPDATE ON public.agents_rungstep FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_agents_rungstep_all BEFORE TRUNCATE ON public.agents_rungstep FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_agents_soul BEFORE DELETE OR UPDATE ON public.agents_soul FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_agents_soul_all BEFORE TRUNCATE ON public.agents_soul FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_agents_verdict BEFORE DELETE OR UPDATE ON public.agents_verdict FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_agents_verdict_all BEFORE TRUNCATE ON public.agents_verdict FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_core_callrecord BEFORE DELETE OR UPDATE ON public.core_callrecord FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_core_callrecord_all BEFORE TRUNCATE ON public.core_callrecord FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_governance_auditevent BEFORE DELETE OR UPDATE ON public.governance_auditevent FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_governance_auditevent_all BEFORE TRUNCATE ON public.governance_auditevent FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_governance_checkpoint BEFORE DELETE OR UPDATE ON public.governance_checkpoint FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_governance_checkpoint_all BEFORE TRUNCATE ON public.governance_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_governance_checkpointkey BEFORE DELETE OR UPDATE ON public.governance_checkpointkey FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_governance_checkpointkey_all BEFORE TRUNCATE ON public.governance_checkpointkey FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_governance_entry BEFORE DELETE OR UPDATE ON public.governance_entry FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_governance_entry_all BEFORE TRUNCATE ON public.governance_entry FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_governance_grantended BEFORE DELETE OR UPDATE ON public.governance_grantended FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_governance_grantended_all BEFORE TRUNCATE ON public.governance_grantended FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_governance_grantrevocation BEFORE DELETE OR UPDATE ON public.governance_grantrevocation FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_governance_grantrevocation_all BEFORE TRUNCATE ON public.governance_grantrevocation FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_governance_grantused BEFORE DELETE OR UPDATE ON public.governance_grantused FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_governance_grantused_all BEFORE TRUNCATE ON public.governance_grantused FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_governance_keyrotation BEFORE DELETE OR UPDATE ON public.governance_keyrotation FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_governance_keyrotation_all BEFORE TRUNCATE ON public.governance_keyrotation FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_governance_letternotice BEFORE DELETE OR UPDATE ON public.governance_letternotice FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_governance_letternotice_all BEFORE TRUNCATE ON public.governance_letternotice FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_governance_notice BEFORE DELETE OR UPDATE ON public.governance_notice FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_governance_notice_all BEFORE TRUNCATE ON public.governance_notice FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_governance_putaway BEFORE DELETE OR UPDATE ON public.governance_putaway FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_governance_putaway_all BEFORE TRUNCATE ON public.governance_putaway FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_governance_sealedevent BEFORE DELETE OR UPDATE ON public.governance_sealedevent FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_governance_sealedevent_all BEFORE TRUNCATE ON public.governance_sealedevent FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_governance_servernote BEFORE DELETE OR UPDATE ON public.governance_servernote FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_governance_servernote_all BEFORE TRUNCATE ON public.governance_servernote FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_governance_subtree BEFORE DELETE OR UPDATE ON public.governance_subtree FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_governance_subtree_all BEFORE TRUNCATE ON public.governance_subtree FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_publishing_asset BEFORE UPDATE ON public.publishing_asset FOR EACH ROW WHEN (((old.id IS DISTINCT FROM new.id) OR ((old.content_hash)::text IS DISTINCT FROM (new.content_hash)::text) OR ((old.mime)::text IS DISTINCT FROM (new.mime)::text) OR (old.size_bytes IS DISTINCT FROM new.size_bytes) OR (old.width IS DISTINCT FROM new.width) OR (old.height IS DISTINCT FROM new.height) OR ((old.maker)::text IS DISTINCT FROM (new.maker)::text) OR (old.likeness IS DISTINCT FROM new.likeness) OR (old.moving IS DISTINCT FROM new.moving) OR (old.made_at IS DISTINCT FROM new.made_at))) EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_publishing_asset_all BEFORE TRUNCATE ON public.publishing_asset FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_publishing_asset_row BEFORE DELETE ON public.publishing_asset FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_publishing_blackout BEFORE UPDATE ON public.publishing_blackout FOR EACH ROW EXECUTE FUNCTION public.publishing_keep_blackout();

CREATE TRIGGER keep_publishing_delivery BEFORE UPDATE ON public.publishing_delivery FOR EACH ROW EXECUTE FUNCTION public.publishing_delivery_keep();

CREATE TRIGGER keep_publishing_fingerprint BEFORE DELETE OR UPDATE ON public.publishing_fingerprint FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_publishing_fingerprint_all BEFORE TRUNCATE ON public.publishing_fingerprint FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_publishing_fleetblackout BEFORE UPDATE ON public.publishing_fleetblackout FOR EACH ROW EXECUTE FUNCTION public.publishing_keep_blackout();

CREATE TRIGGER keep_publishing_likeness BEFORE DELETE OR UPDATE ON public.publishing_likeness FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_publishing_likeness_all BEFORE TRUNCATE ON public.publishing_likeness FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_publishing_mention BEFORE UPDATE ON public.publishing_mention FOR EACH ROW EXECUTE FUNCTION public.publishing_mention_keep();

CREATE TRIGGER keep_publishing_quota BEFORE DELETE OR UPDATE ON public.publishing_quota FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_publishing_quota_all BEFORE TRUNCATE ON public.publishing_quota FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_publishing_reading BEFORE DELETE OR UPDATE ON public.publishing_reading FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_publishing_reading_all BEFORE TRUNCATE ON public.publishing_reading FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_publishing_reference BEFORE DELETE OR UPDATE ON public.publishing_reference FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_publishing_reference_all BEFORE TRUNCATE ON public.publishing_reference FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_publishing_release BEFORE DELETE OR UPDATE ON public.publishing_release FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_publishing_release_all BEFORE TRUNCATE ON public.publishing_release FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_publishing_resemblance BEFORE DELETE OR UPDATE ON public.publishing_resemblance FOR EACH ROW EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER keep_publishing_resemblance_all BEFORE TRUNCATE ON public.publishing_resemblance FOR EACH STATEMENT EXECUTE FUNCTION public.chimera_refuse_change();

CREATE TRIGGER labels_governance_effect BEFORE UPDATE ON public.governance_effect FOR EACH ROW WHEN ((((new.kind)::text = 'publish'::text) AND ((new.status)::text <> ALL ((ARRAY['INTENDED'::character varying, 'REFUTED'::character varying])::text[])) AND (((old.status)::text = 'INTENDED'::text) OR (old.sends <> new.sends) OR (old.labelled <> new.labelled)))) EXECUTE FUNCTION public.publishing_effect_label();

CREATE TRIGGER likeness_publishing_fingerprint AFTER INSERT ON public.publishing_fingerprint REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.publishing_likeness_keep();

ALTER TABLE public.publishing_fingerprint ENABLE ALWAYS TRIGGER likeness_publishing_fingerprint;

CREATE CONSTRAINT TRIGGER money_publishing_making AFTER INSERT OR UPDATE OF status ON public.publishing_making DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.publishing_making_money();

CREATE TRIGGER next_governance_brandpolicy BEFORE INSERT OR UPDATE ON public.governance_brandpolicy FOR EACH ROW EXECUTE FUNCTION public.governance_brandpolicy_next();

CREATE TRIGGER note_governance_server AFTER INSERT OR UPDATE ON public.governance_server FOR EACH ROW EXECUTE FUNCTION public.governance_note_server();

CREATE TRIGGER once_governance_grantkey BEFORE INSERT OR UPDATE ON public.governance_grantkey FOR EACH ROW EXECUTE FUNCTION public.governance_guard_grant_key();

CREATE TRIGGER persons_governance_control BEFORE INSERT OR UPDATE ON public.governance_control FOR EACH ROW EXECUTE FUNCTION public.governance_guard_control();

CREATE TRIGGER persons_governance_foureyes BEFORE INSERT OR UPDATE ON public.governance_foureyes FOR EACH ROW EXECUTE FUNCTION public.governance_guard_foureyes();

CREATE TRIGGER persons_governance_grantrevocation BEFORE INSERT ON public.governance_grantrevocation FOR EACH ROW EXECUTE FUNCTION public.governance_sign_revocation();

CREATE TRIGGER pins_governance_server BEFORE INSERT OR UPDATE ON public.governance_server FOR EACH ROW EXECUTE FUNCTION public.governance_guard_server();

CREATE TRIGGER record_agents_advice AFTER INSERT OR DELETE ON public.agents_advice FOR EACH ROW EXECUTE FUNCTION public.chimera_record('agents.advice', '', 'kind', 'scope', 'act_above_bp', 'rung');

CREATE TRIGGER record_agents_advice_change AFTER UPDATE ON public.agents_advice FOR EACH ROW WHEN (((old.state_version IS DISTINCT FROM new.state_version) OR ((old.status)::text IS DISTINCT FROM (new.status)::text) OR ((old.kind)::text IS DISTINCT FROM (new.kind)::text) OR ((old.scope)::text IS DISTINCT FROM (new.scope)::text) OR (old.act_above_bp IS DISTINCT FROM new.act_above_bp) OR ((old.rung)::text IS DISTINCT FROM (new.rung)::text))) EXECUTE FUNCTION public.chimera_record('agents.advice', '', 'kind', 'scope', 'act_above_bp', 'rung');

CREATE TRIGGER record_agents_agent AFTER INSERT OR DELETE ON public.agents_agent FOR EACH ROW EXECUTE FUNCTION public.chimera_record('agents.agent', '', 'soul_id', 'posts_per_day');

CREATE TRIGGER record_agents_agent_change AFTER UPDATE ON public.agents_agent FOR EACH ROW WHEN (((old.state_version IS DISTINCT FROM new.state_version) OR ((old.status)::text IS DISTINCT FROM (new.status)::text) OR (old.soul_id IS DISTINCT FROM new.soul_id) OR (old.posts_per_day IS DISTINCT FROM new.posts_per_day))) EXECUTE FUNCTION public.chimera_record('agents.agent', '', 'soul_id', 'posts_per_day');

CREATE TRIGGER record_agents_archivedgoal AFTER INSERT OR DELETE ON public.agents_archivedgoal FOR EACH ROW EXECUTE FUNCTION public.chimera_record('agents.archivedgoal', '', 'agent_id', 'content_hash');

CREATE TRIGGER record_agents_archivedgoal_change AFTER UPDATE ON public.agents_archivedgoal FOR EACH ROW WHEN (((old.agent_id IS DISTINCT FROM new.agent_id) OR ((old.content_hash)::text IS DISTINCT FROM (new.content_hash)::text))) EXECUTE FUNCTION public.chimera_record('agents.archivedgoal', '', 'agent_id', 'content_hash');

CREATE TRIGGER record_agents_blueprint AFTER INSERT OR DELETE ON public.agents_blueprint FOR EACH ROW EXECUTE FUNCTION public.chimera_record('agents.blueprint', '', 'goal_number', 'planning_number', 'revision', 'estimate_usd_micros');

CREATE TRIGGER record_agents_blueprint_change AFTER UPDATE ON public.agents_blueprint FOR EACH ROW WHEN (((old.state_version IS DISTINCT FROM new.state_version) OR ((old.status)::text IS DISTINCT FROM (new.status)::text) OR (old.goal_number IS DISTINCT FROM new.goal_number) OR (old.planning_number IS DISTINCT FROM new.planning_number) OR (old.revision IS DISTINCT FROM new.revision) OR (old.estimate_usd_micros IS DISTINCT FROM new.estimate_usd_micros))) EXECUTE FUNCTION public.chimera_record('agents.blueprint', '', 'goal_number', 'planning_number', 'revision', 'estimate_usd_micros');

CREATE TRIGGER record_agents_campaign AFTER INSERT OR DELETE ON public.agents_campaign FOR EACH ROW EXECUTE FUNCTION public.chimera_record('agents.campaign', '', 'version', 'day_usd_micros', 'total_usd_micros', 'starts_at', 'ends_at');

CREATE TRIGGER record_agents_campaign_change AFTER UPDATE ON public.agents_campaign FOR EACH ROW WHEN (((old.state_version IS DISTINCT FROM new.state_version) OR ((old.status)::text IS DISTINCT FROM (new.status)::text) OR (old.version IS DISTINCT FROM new.version) OR (old.day_usd_micros IS DISTINCT FROM new.day_usd_micros) OR (old.total_usd_micros IS DISTINCT FROM new.total_usd_micros) OR (old.starts_at IS DISTINCT FROM new.starts_at) OR (old.ends_at IS DISTINCT FROM new.ends_at))) EXECUTE FUNCTION public.chimera_record('agents.campaign', '', 'version', 'day_usd_micros', 'total_usd_micros', 'starts_at', 'ends_at');

CREATE TRIGGER record_agents_campaignagent AFTER INSERT OR DELETE ON public.agents_campaignagent FOR EACH ROW EXECUTE FUNCTION public.chimera_record('agents.campaignagent', '', 'campaign_id', 'agent_id', 'active');

CREATE TRIGGER record_agents_campaignagent_change AFTER UPDATE ON public.agents_campaignagent FOR EACH ROW WHEN (((old.campaign_id IS DISTINCT FROM new.campaign_id) OR (old.agent_id IS DISTINCT FROM new.agent_id) OR (old.active IS DISTINCT FROM new.active))) EXECUTE FUNCTION public.chimera_record('agents.campaignagent', '', 'campaign_id', 'agent_id', 'active');

CREATE TRIGGER record_agents_cohort AFTER INSERT OR DELETE ON public.agents_cohort FOR EACH ROW EXECUTE FUNCTION public.chimera_record('agents.cohort', '', 'name');

CREATE TRIGGER record_agents_cohort_change AFTER UPDATE ON public.agents_cohort FOR EACH ROW WHEN (((old.name)::text IS DISTINCT FROM (new.name)::text)) EXECUTE FUNCTION public.chimera_record('agents.cohort', '', 'name');

CREATE TRIGGER record_agents_goal AFTER INSERT ON public.agents_goal FOR EACH ROW EXECUTE FUNCTION public.chimera_record_agents_goal('agents.goal', '', 'agent_id', 'soul_id', 'trend_id', 'relevance_bp');

CREATE TRIGGER record_agents_goal_change AFTER UPDATE ON public.agents_goal FOR EACH ROW WHEN (((old.state_version IS DISTINCT FROM new.state_version) OR ((old.status)::text IS DISTINCT FROM (new.status)::text) OR (old.agent_id IS DISTINCT FROM new.agent_id) OR (old.soul_id IS DISTINCT FROM new.soul_id) OR (old.trend_id IS DISTINCT FROM new.trend_id) OR (old.relevance_bp IS DISTINCT FROM new.relevance_bp))) EXECUTE FUNCTION public.chimera_record_agents_goal('agents.goal', '', 'agent_id', 'soul_id', 'trend_id', 'relevance_bp');

CREATE TRIGGER record_agents_goal_end AFTER DELETE ON public.agents_goal FOR EACH ROW EXECUTE FUNCTION public.chimera_record('agents.goal', '', 'agent_id', 'soul_id', 'trend_id', 'relevance_bp');

CREATE TRIGGER record_agents_node AFTER INSERT OR DELETE ON public.agents_node FOR EACH ROW EXECUTE FUNCTION public.chimera_record('agents.node', '', 'name', 'incarnation');

CREATE TRIGGER record_agents_node_change AFTER UPDATE ON public.agents_node FOR EACH ROW WHEN (((old.state_version IS DISTINCT FROM new.state_version) OR ((old.status)::text IS DISTINCT FROM (new.status)::text) OR ((old.name)::text IS DISTINCT FROM (new.name)::text) OR (old.incarnation IS DISTINCT FROM new.incarnation))) EXECUTE FUNCTION public.chimera_record('agents.node', '', 'name', 'incarnation');

CREATE TRIGGER record_agents_plan AFTER INSERT ON public.agents_plan FOR EACH ROW EXECUTE FUNCTION public.chimera_record_agents_plan('agents.plan', '', 'goal_id', 'estimate_usd_micros', 'retries', 'returns');

CREATE TRIGGER record_agents_plan_change AFTER UPDATE ON public.agents_plan FOR EACH ROW WHEN (((old.goal_id IS DISTINCT FROM new.goal_id) OR (old.estimate_usd_micros IS DISTINCT FROM new.estimate_usd_micros) OR (old.retries IS DISTINCT FROM new.retries) OR (old.returns IS DISTINCT FROM new.returns))) EXECUTE FUNCTION public.chimera_record_agents_plan('agents.plan', '', 'goal_id', 'estimate_usd_micros', 'retries', 'returns');

CREATE TRIGGER record_agents_plan_end AFTER DELETE ON public.agents_plan FOR EACH ROW EXECUTE FUNCTION public.chimera_record('agents.plan', '', 'goal_id', 'estimate_usd_micros', 'retries', 'returns');

CREATE TRIGGER record_agents_replan AFTER INSERT OR DELETE ON public.agents_replan FOR EACH ROW EXECUTE FUNCTION public.chimera_record('agents.replan', '', 'discarded', 'follower', 'stale_of', 'was', 'is_now', 'number', 'asked');

CREATE TRIGGER record_agents_replan_change AFTER UPDATE ON public.agents_replan FOR EACH ROW WHEN (((old.discarded IS DISTINCT FROM new.discarded) OR (old.follower IS DISTINCT FROM new.follower) OR ((old.stale_of)::text IS DISTINCT FROM (new.stale_of)::text) OR (old.was IS DISTINCT FROM new.was) OR (old.is_now IS DISTINCT FROM new.is_now) OR (old.number IS DISTINCT FROM new.number) OR (old.asked IS DISTINCT FROM new.asked))) EXECUTE FUNCTION public.chimera_record('agents.replan', '', 'discarded', 'follower', 'stale_of', 'was', 'is_now', 'number', 'asked');

CREATE TRIGGER record_agents_revision AFTER INSERT OR DELETE ON public.agents_revision FOR EACH ROW EXECUTE FUNCTION public.chimera_record('agents.revision', '', 'blueprint_id', 'number', 'before_hash', 'after_hash', 'estimate_before', 'estimate_after');

CREATE TRIGGER record_agents_revision_change AFTER UPDATE ON public.agents_revision FOR EACH ROW WHEN (((old.blueprint_id IS DISTINCT FROM new.blueprint_id) OR (old.number IS DISTINCT FROM new.number) OR ((old.before_hash)::text IS DISTINCT FROM (new.before_hash)::text) OR ((old.after_hash)::text IS DISTINCT FROM (new.after_hash)::text) OR (old.estimate_before IS DISTINCT FROM new.estimate_before) OR (old.estimate_after IS DISTINCT FROM new.estimate_after))) EXECUTE FUNCTION public.chimera_record('agents.revision', '', 'blueprint_id', 'number', 'before_hash', 'after_hash', 'estimate_before', 'estimate_after');

CREATE TRIGGER record_agents_rollout AFTER INSERT OR DELETE ON public.agents_rollout FOR EACH ROW EXECUTE FUNCTION public.chimera_record('agents.rollout', '', 'cohort_id');

CREATE TRIGGER record_agents_rollout_change AFTER UPDATE ON public.agents_rollout FOR EACH ROW WHEN (((old.state_version IS DISTINCT FROM new.state_version) OR ((old.status)::text IS DISTINCT FROM (new.status)::text) OR (old.cohort_id IS DISTINCT FROM new.cohort_id))) EXECUTE FUNCTION public.chimera_record('agents.rollout', '', 'cohort_id');

CREATE TRIGGER record_agents_rolloutmember AFTER INSERT OR DELETE ON public.agents_rolloutmember FOR EACH ROW EXECUTE FUNCTION public.chimera_record('agents.rolloutmember', '', 'rollout_id', 'agent_id', 'is_canary', 'before', 'after', 'applied_at', 'undone_at');

CREATE TRIGGER record_agents_rolloutmember_change AFTER UPDATE ON public.agents_rolloutmember FOR EACH ROW WHEN (((old.rollout_id IS DISTINCT FROM new.rollout_id) OR (old.agent_id IS DISTINCT FROM new.agent_id) OR (old.is_canary IS DISTINCT FROM new.is_canary) OR (old.before IS DISTINCT FROM new.before) OR (old.after IS DISTINCT FROM new.after) OR (old.applied_at IS DISTINCT FROM new.applied_at) OR (old.undone_at IS DISTINCT FROM new.undone_at))) EXECUTE FUNCTION public.chimera_record('agents.rolloutmember', '', 'rollout_id', 'agent_id', 'is_canary', 'before', 'after', 'applied_at', 'undone_at');

CREATE TRIGGER record_agents_shadowrun AFTER INSERT OR DELETE ON public.agents_shadowrun FOR EACH ROW EXECUTE FUNCTION public.chimera_record('agents.shadowrun', '', 'goal_number', 'task_number', 'tries');

CREATE TRIGGER record_agents_shadowrun_change AFTER UPDATE ON public.agents_shadowrun FOR EACH ROW WHEN (((old.state_version IS DISTINCT FROM new.state_version) OR ((old.status)::text IS DISTINCT FROM (new.status)::text) OR (old.goal_number IS DISTINCT FROM new.goal_number) OR (old.task_number IS DISTINCT FROM new.task_number) OR (old.tries IS DISTINCT FROM new.tries))) EXECUTE FUNCTION public.chimera_record('agents.shadowrun', '', 'goal_number', 'task_number', 'tries');

CREATE TRIGGER record_agents_soul AFTER INSERT OR DELETE ON public.agents_soul FOR EACH ROW EXECUTE FUNCTION public.chimera_record('agents.soul', '', 'agent_id', 'version', 'content_hash');

CREATE TRIGGER record_agents_soul_change AFTER UPDATE ON public.agents_soul FOR EACH ROW WHEN (((old.agent_id IS DISTINCT FROM new.agent_id) OR (old.version IS DISTINCT FROM new.version) OR ((old.content_hash)::text IS DISTINCT FROM (new.content_hash)::text))) EXECUTE FUNCTION public.chimera_record('agents.soul', '', 'agent_id', 'version', 'content_hash');

CREATE TRIGGER record_agents_task AFTER INSERT ON public.agents_task FOR EACH ROW EXECUTE FUNCTION public.chimera_record_agents_task('agents.task', 'id', 'goal_id', 'kind', 'soul_id', 'fence', 'attempts');

CREATE TRIGGER record_agents_task_change AFTER UPDATE ON public.agents_task FOR EACH ROW WHEN (((old.state_version IS DISTINCT FROM new.state_version) OR ((old.status)::text IS DISTINCT FROM (new.status)::text) OR (old.goal_id IS DISTINCT FROM new.goal_id) OR ((old.kind)::text IS DISTINCT FROM (new.kind)::text) OR (old.soul_id IS DISTINCT FROM new.soul_id))) EXECUTE FUNCTION public.chimera_record_agents_task('agents.task', 'id', 'goal_id', 'kind', 'soul_id', 'fence', 'attempts');

CREATE TRIGGER record_agents_task_end AFTER DELETE ON public.agents_task FOR EACH ROW EXECUTE FUNCTION public.chimera_record('agents.task', 'id', 'goal_id', 'kind', 'soul_id', 'fence', 'attempts');

CREATE TRIGGER record_auth_user_groups AFTER INSERT OR DELETE ON public.auth_user_groups FOR EACH ROW EXECUTE FUNCTION public.chimera_record('auth.role', '', 'user_id', 'group_id');

CREATE TRIGGER record_auth_user_groups_change AFTER UPDATE ON public.auth_user_groups FOR EACH ROW WHEN (((old.user_id IS DISTINCT FROM new.user_id) OR (old.group_id IS DISTINCT FROM new.group_id))) EXECUTE FUNCTION public.chimera_record('auth.role', '', 'user_id', 'group_id');

CREATE TRIGGER record_core_binding AFTER INSERT OR DELETE ON public.core_binding FOR EACH ROW EXECUTE FUNCTION public.chimera_record('core.binding', '', 'person');

CREATE TRIGGER record_core_binding_change AFTER UPDATE ON public.core_binding FOR EACH ROW WHEN (((old.person)::text IS DISTINCT FROM (new.person)::text)) EXECUTE FUNCTION public.chimera_record('core.binding', '', 'person');

CREATE TRIGGER record_core_brand AFTER INSERT OR DELETE ON public.core_brand FOR EACH ROW EXECUTE FUNCTION public.chimera_record('core.brand', '', 'slug');

CREATE TRIGGER record_core_brand_change AFTER UPDATE ON public.core_brand FOR EACH ROW WHEN (((old.slug)::text IS DISTINCT FROM (new.slug)::text)) EXECUTE FUNCTION public.chimera_record('core.brand', '', 'slug');

CREATE TRIGGER record_core_circuit AFTER INSERT OR DELETE ON public.core_circuit FOR EACH ROW EXECUTE FUNCTION public.chimera_record('core.circuit', '', 'provider', 'opens');

CREATE TRIGGER record_core_circuit_change AFTER UPDATE ON public.core_circuit FOR EACH ROW WHEN (((old.state_version IS DISTINCT FROM new.state_version) OR ((old.status)::text IS DISTINCT FROM (new.status)::text) OR ((old.provider)::text IS DISTINCT FROM (new.provider)::text))) EXECUTE FUNCTION public.chimera_record('core.circuit', '', 'provider', 'opens');

CREATE TRIGGER record_governance_brandpolicy AFTER INSERT OR DELETE ON public.governance_brandpolicy FOR EACH ROW EXECUTE FUNCTION public.chimera_record('governance.brandpolicy', '', 'state_version', 'content_hash');

CREATE TRIGGER record_governance_brandpolicy_change AFTER UPDATE ON public.governance_brandpolicy FOR EACH ROW WHEN (((old.state_version IS DISTINCT FROM new.state_version) OR ((old.content_hash)::text IS DISTINCT FROM (new.content_hash)::text))) EXECUTE FUNCTION public.chimera_record('governance.brandpolicy', '', 'state_version', 'content_hash');

CREATE TRIGGER record_governance_budgetlimit AFTER INSERT OR DELETE ON public.governance_budgetlimit FOR EACH ROW EXECUTE FUNCTION public.chimera_record('governance.budgetlimit', '', 'scope', 'limit_usd_micros');

CREATE TRIGGER record_governance_budgetlimit_change AFTER UPDATE ON public.governance_budgetlimit FOR EACH ROW WHEN ((((old.scope)::text IS DISTINCT FROM (new.scope)::text) OR (old.limit_usd_micros IS DISTINCT FROM new.limit_usd_micros))) EXECUTE FUNCTION public.chimera_record('governance.budgetlimit', '', 'scope', 'limit_usd_micros');

CREATE TRIGGER record_governance_control AFTER INSERT OR DELETE ON public.governance_control FOR EACH ROW EXECUTE FUNCTION public.chimera_record('governance.control', '', 'scope', 'kind', 'incident', 'needs_second', 'resume_asked_by', 'lifted_by');

CREATE TRIGGER record_governance_control_change AFTER UPDATE ON public.governance_control FOR EACH ROW WHEN (((old.state_version IS DISTINCT FROM new.state_version) OR ((old.status)::text IS DISTINCT FROM (new.status)::text) OR ((old.scope)::text IS DISTINCT FROM (new.scope)::text) OR ((old.kind)::text IS DISTINCT FROM (new.kind)::text) OR (old.incident IS DISTINCT FROM new.incident) OR (old.needs_second IS DISTINCT FROM new.needs_second) OR ((old.resume_asked_by)::text IS DISTINCT FROM (new.resume_asked_by)::text) OR ((old.lifted_by)::text IS DISTINCT FROM (new.lifted_by)::text))) EXECUTE FUNCTION public.chimera_record('governance.control', '', 'scope', 'kind', 'incident', 'needs_second', 'resume_asked_by', 'lifted_by');

CREATE TRIGGER record_governance_effect AFTER INSERT OR DELETE ON public.governance_effect FOR EACH ROW EXECUTE FUNCTION public.chimera_record('governance.effect', 'task', 'subject', 'kind', 'key', 'payload_hash', 'grant_jti', 'sent_fence', 'platform_id', 'sends', 'absences', 'reopened_by', 'incarnation');

CREATE TRIGGER record_governance_effect_change AFTER UPDATE ON public.governance_effect FOR EACH ROW WHEN (((old.state_version IS DISTINCT FROM new.state_version) OR ((old.status)::text IS DISTINCT FROM (new.status)::text) OR ((old.subject)::text IS DISTINCT FROM (new.subject)::text) OR ((old.kind)::text IS DISTINCT FROM (new.kind)::text) OR ((old.key)::text IS DISTINCT FROM (new.key)::text) OR ((old.payload_hash)::text IS DISTINCT FROM (new.payload_hash)::text) OR ((old.grant_jti)::text IS DISTINCT FROM (new.grant_jti)::text) OR (old.sent_fence IS DISTINCT FROM new.sent_fence) OR ((old.platform_id)::text IS DISTINCT FROM (new.platform_id)::text) OR (old.sends IS DISTINCT FROM new.sends) OR (old.absences IS DISTINCT FROM new.absences) OR ((old.reopened_by)::text IS DISTINCT FROM (new.reopened_by)::text) OR (old.incarnation IS DISTINCT FROM new.incarnation))) EXECUTE FUNCTION public.chimera_record('governance.effect', 'task', 'subject', 'kind', 'key', 'payload_hash', 'grant_jti', 'sent_fence', 'platform_id', 'sends', 'absences', 'reopened_by', 'incarnation');

CREATE TRIGGER record_governance_fleetlimit AFTER INSERT OR DELETE ON public.governance_fleetlimit FOR EACH ROW EXECUTE FUNCTION public.chimera_record('governance.fleetlimit', '', 'limit_usd_micros');

CREATE TRIGGER record_governance_fleetlimit_change AFTER UPDATE ON public.governance_fleetlimit FOR EACH ROW WHEN ((old.limit_usd_micros IS DISTINCT FROM new.limit_usd_micros)) EXECUTE FUNCTION public.chimera_record('governance.fleetlimit', '', 'limit_usd_micros');

CREATE TRIGGER record_governance_foureyes AFTER INSERT OR DELETE ON public.governance_foureyes FOR EACH ROW EXECUTE FUNCTION public.chimera_record('governance.foureyes', '', 'what');

CREATE TRIGGER record_governance_foureyes_change AFTER UPDATE ON public.governance_foureyes FOR EACH ROW WHEN (((old.state_version IS DISTINCT FROM new.state_version) OR ((old.status)::text IS DISTINCT FROM (new.status)::text) OR ((old.what)::text IS DISTINCT FROM (new.what)::text))) EXECUTE FUNCTION public.chimera_record('governance.foureyes', '', 'what');

CREATE TRIGGER record_governance_grantkey AFTER INSERT OR DELETE ON public.governance_grantkey FOR EACH ROW EXECUTE FUNCTION public.chimera_record('governance.grantkey', '', 'kid');

CREATE TRIGGER record_governance_grantkey_change AFTER UPDATE ON public.governance_grantkey FOR EACH ROW WHEN (((old.state_version IS DISTINCT FROM new.state_version) OR ((old.status)::text IS DISTINCT FROM (new.status)::text) OR ((old.kid)::text IS DISTINCT FROM (new.kid)::text))) EXECUTE FUNCTION public.chimera_record('governance.grantkey', '', 'kid');

CREATE TRIGGER record_governance_grantrevocation AFTER INSERT OR DELETE ON public.governance_grantrevocation FOR EACH ROW EXECUTE FUNCTION public.chimera_record('governance.grantrevocation', '', 'kid');

CREATE TRIGGER record_governance_grantrevocation_change AFTER UPDATE ON public.governance_grantrevocation FOR EACH ROW WHEN (((old.kid)::text IS DISTINCT FROM (new.kid)::text)) EXECUTE FUNCTION public.chimera_record('governance.grantrevocation', '', 'kid');

CREATE TRIGGER record_governance_hold AFTER INSERT ON public.governance_hold FOR EACH ROW EXECUTE FUNCTION public.chimera_record_governance_hold('governance.hold', 'about', 'amount_usd_micros', 'settled_usd_micros', 'scopes', 'day');

CREATE TRIGGER record_governance_hold_change AFTER UPDATE ON public.governance_hold FOR EACH ROW WHEN (((old.state_version IS DISTINCT FROM new.state_version) OR ((old.status)::text IS DISTINCT FROM (new.status)::text) OR (old.amount_usd_micros IS DISTINCT FROM new.amount_usd_micros) OR (old.settled_usd_micros IS DISTINCT FROM new.settled_usd_micros) OR (old.scopes IS DISTINCT FROM new.scopes) OR (old.day IS DISTINCT FROM new.day))) EXECUTE FUNCTION public.chimera_record_governance_hold('governance.hold', 'about', 'amount_usd_micros', 'settled_usd_micros', 'scopes', 'day');

CREATE TRIGGER record_governance_hold_end AFTER DELETE ON public.governance_hold FOR EACH ROW EXECUTE FUNCTION public.chimera_record('governance.hold', 'about', 'amount_usd_micros', 'settled_usd_micros', 'scopes', 'day');

CREATE TRIGGER record_governance_incarnation AFTER INSERT OR DELETE ON public.governance_incarnation FOR EACH ROW EXECUTE FUNCTION public.chimera_record('governance.incarnation', '', 'number');

CREATE TRIGGER record_governance_incarnation_change AFTER UPDATE ON public.governance_incarnation FOR EACH ROW WHEN ((old.number IS DISTINCT FROM new.number)) EXECUTE FUNCTION public.chimera_record('governance.incarnation', '', 'number');

CREATE TRIGGER record_governance_keyrotation AFTER INSERT OR DELETE ON public.governance_keyrotation FOR EACH ROW EXECUTE FUNCTION public.chimera_record('governance.keyrotation', '');

CREATE TRIGGER record_governance_letter AFTER INSERT OR DELETE ON public.governance_letter FOR EACH ROW EXECUTE FUNCTION public.chimera_record('governance.letter', '', 'subscription_id', 'kind', 'count', 'attempts');

CREATE TRIGGER record_governance_letter_change AFTER UPDATE ON public.governance_letter FOR EACH ROW WHEN (((old.state_version IS DISTINCT FROM new.state_version) OR ((old.status)::text IS DISTINCT FROM (new.status)::text) OR (old.subscription_id IS DISTINCT FROM new.subscription_id) OR ((old.kind)::text IS DISTINCT FROM (new.kind)::text))) EXECUTE FUNCTION public.chimera_record('governance.letter', '', 'subscription_id', 'kind', 'count', 'attempts');

CREATE TRIGGER record_governance_putaway AFTER INSERT OR DELETE ON public.governance_putaway FOR EACH ROW EXECUTE FUNCTION public.chimera_record('governance.putaway', '', 'first_seq', 'last_seq', 'before');

CREATE TRIGGER record_governance_putaway_change AFTER UPDATE ON public.governance_putaway FOR EACH ROW WHEN (((old.first_seq IS DISTINCT FROM new.first_seq) OR (old.last_seq IS DISTINCT FROM new.last_seq) OR (old.before IS DISTINCT FROM new.before))) EXECUTE FUNCTION public.chimera_record('governance.putaway', '', 'first_seq', 'last_seq', 'before');

CREATE TRIGGER record_governance_reviewitem AFTER INSERT OR DELETE ON public.governance_reviewitem FOR EACH ROW EXECUTE FUNCTION public.chimera_record('governance.reviewitem', 'task', 'subject', 'kind', 'content_hash', 'decided_by', 'reason_code', 'consumed_at', 'answer', 'approved_hash', 'held_by', 'held_until', 'assigned_to', 'first_by', 'first_hash', 'needs_two');

CREATE TRIGGER record_governance_reviewitem_change AFTER UPDATE ON public.governance_reviewitem FOR EACH ROW WHEN (((old.state_version IS DISTINCT FROM new.state_version) OR ((old.status)::text IS DISTINCT FROM (new.status)::text) OR ((old.subject)::text IS DISTINCT FROM (new.subject)::text) OR ((old.kind)::text IS DISTINCT FROM (new.kind)::text) OR ((old.content_hash)::text IS DISTINCT FROM (new.content_hash)::text) OR ((old.decided_by)::text IS DISTINCT FROM (new.decided_by)::text) OR ((old.reason_code)::text IS DISTINCT FROM (new.reason_code)::text) OR (old.consumed_at IS DISTINCT FROM new.consumed_at) OR ((old.answer)::text IS DISTINCT FROM (new.answer)::text) OR ((old.approved_hash)::text IS DISTINCT FROM (new.approved_hash)::text) OR ((old.held_by)::text IS DISTINCT FROM (new.held_by)::text) OR (old.held_until IS DISTINCT FROM new.held_until) OR ((old.assigned_to)::text IS DISTINCT FROM (new.assigned_to)::text) OR ((old.first_by)::text IS DISTINCT FROM (new.first_by)::text) OR ((old.first_hash)::text IS DISTINCT FROM (new.first_hash)::text))) EXECUTE FUNCTION public.chimera_record('governance.reviewitem', 'task', 'subject', 'kind', 'content_hash', 'decided_by', 'reason_code', 'consumed_at', 'answer', 'approved_hash', 'held_by', 'held_until', 'assigned_to', 'first_by', 'first_hash', 'needs_two');

CREATE TRIGGER record_governance_server AFTER INSERT OR DELETE ON public.governance_server FOR EACH ROW EXECUTE FUNCTION public.chimera_record('governance.server', '', 'name', 'owner', 'pins_hash', 'lock_hash', 'sbom_hash', 'scan_hash', 'seen_hash', 'kept_hash');

CREATE TRIGGER record_governance_server_change AFTER UPDATE ON public.governance_server FOR EACH ROW WHEN (((old.state_version IS DISTINCT FROM new.state_version) OR ((old.status)::text IS DISTINCT FROM (new.status)::text) OR ((old.name)::text IS DISTINCT FROM (new.name)::text) OR ((old.owner)::text IS DISTINCT FROM (new.owner)::text) OR ((old.pins_hash)::text IS DISTINCT FROM (new.pins_hash)::text) OR ((old.lock_hash)::text IS DISTINCT FROM (new.lock_hash)::text) OR ((old.sbom_hash)::text IS DISTINCT FROM (new.sbom_hash)::text) OR ((old.scan_hash)::text IS DISTINCT FROM (new.scan_hash)::text) OR ((old.seen_hash)::text IS DISTINCT FROM (new.seen_hash)::text) OR ((old.kept_hash)::text IS DISTINCT FROM (new.kept_hash)::text))) EXECUTE FUNCTION public.chimera_record('governance.server', '', 'name', 'owner', 'pins_hash', 'lock_hash', 'sbom_hash', 'scan_hash', 'seen_hash', 'kept_hash');

CREATE TRIGGER record_governance_subscription AFTER INSERT OR DELETE ON public.governance_subscription FOR EACH ROW EXECUTE FUNCTION public.chimera_record('governance.subscription', '', 'channel', 'is_live', 'digest_only', 'digest_hour', 'secret_number');

CREATE TRIGGER record_governance_subscription_change AFTER UPDATE ON public.governance_subscription FOR EACH ROW WHEN ((((old.channel)::text IS DISTINCT FROM (new.channel)::text) OR (old.is_live IS DISTINCT FROM new.is_live) OR (old.digest_only IS DISTINCT FROM new.digest_only) OR (old.digest_hour IS DISTINCT FROM new.digest_hour) OR (old.secret_number IS DISTINCT FROM new.secret_number))) EXECUTE FUNCTION public.chimera_record('governance.subscription', '', 'channel', 'is_live', 'digest_only', 'digest_hour', 'secret_number');

CREATE TRIGGER record_governance_threshold AFTER INSERT OR DELETE ON public.governance_threshold FOR EACH ROW EXECUTE FUNCTION public.chimera_record('governance.threshold', '', 'scope', 'kind', 'act_above_bp', 'retry_below_bp');

CREATE TRIGGER record_governance_threshold_change AFTER UPDATE ON public.governance_threshold FOR EACH ROW WHEN (((old.state_version IS DISTINCT FROM new.state_version) OR ((old.status)::text IS DISTINCT FROM (new.status)::text) OR ((old.scope)::text IS DISTINCT FROM (new.scope)::text) OR ((old.kind)::text IS DISTINCT FROM (new.kind)::text) OR (old.act_above_bp IS DISTINCT FROM new.act_above_bp) OR (old.retry_below_bp IS DISTINCT FROM new.retry_below_bp))) EXECUTE FUNCTION public.chimera_record('governance.threshold', '', 'scope', 'kind', 'act_above_bp', 'retry_below_bp');

CREATE TRIGGER record_publishing_account AFTER INSERT OR DELETE ON public.publishing_account FOR EACH ROW EXECUTE FUNCTION public.chimera_record('publishing.account', '', 'platform', 'belongs_to');

CREATE TRIGGER record_publishing_account_change AFTER UPDATE ON public.publishing_account FOR EACH ROW WHEN ((((old.platform)::text IS DISTINCT FROM (new.platform)::text) OR ((old.belongs_to)::text IS DISTINCT FROM (new.belongs_to)::text))) EXECUTE FUNCTION public.chimera_record('publishing.account', '', 'platform', 'belongs_to');

CREATE TRIGGER record_publishing_accountcheck AFTER INSERT OR DELETE ON public.publishing_accountcheck FOR EACH ROW EXECUTE FUNCTION public.chimera_record('publishing.accountcheck', '', 'account_id', 'name', 'holds');

CREATE TRIGGER record_publishing_accountcheck_change AFTER UPDATE ON public.publishing_accountcheck FOR EACH ROW WHEN (((old.account_id IS DISTINCT FROM new.account_id) OR ((old.name)::text IS DISTINCT FROM (new.name)::text) OR (old.holds IS DISTINCT FROM new.holds))) EXECUTE FUNCTION public.chimera_record('publishing.accountcheck', '', 'account_id', 'name', 'holds');

CREATE TRIGGER record_publishing_asset AFTER INSERT OR DELETE ON public.publishing_asset FOR EACH ROW EXECUTE FUNCTION public.chimera_record('publishing.asset', '', 'content_hash');

CREATE TRIGGER record_publishing_asset_change AFTER UPDATE ON public.publishing_asset FOR EACH ROW WHEN (((old.content_hash)::text IS DISTINCT FROM (new.content_hash)::text)) EXECUTE FUNCTION public.chimera_record('publishing.asset', '', 'content_hash');

CREATE TRIGGER record_publishing_bar AFTER INSERT OR DELETE ON public.publishing_bar FOR EACH ROW EXECUTE FUNCTION public.chimera_record('publishing.bar', '', 'active');

CREATE TRIGGER record_publishing_bar_change AFTER UPDATE ON public.publishing_bar FOR EACH ROW WHEN ((old.active IS DISTINCT FROM new.active)) EXECUTE FUNCTION public.chimera_record('publishing.bar', '', 'active');

CREATE TRIGGER record_publishing_blackout AFTER INSERT OR DELETE ON public.publishing_blackout FOR EACH ROW EXECUTE FUNCTION public.chimera_record('publishing.blackout', '', 'removed_at');

CREATE TRIGGER record_publishing_blackout_change AFTER UPDATE ON public.publishing_blackout FOR EACH ROW WHEN ((old.removed_at IS DISTINCT FROM new.removed_at)) EXECUTE FUNCTION public.chimera_record('publishing.blackout', '', 'removed_at');

CREATE TRIGGER record_publishing_credential AFTER INSERT OR DELETE ON public.publishing_credential FOR EACH ROW EXECUTE FUNCTION public.chimera_record('publishing.credential', '', 'account_id', 'renewals');

CREATE TRIGGER record_publishing_credential_change AFTER UPDATE ON public.publishing_credential FOR EACH ROW WHEN (((old.account_id IS DISTINCT FROM new.account_id) OR (old.renewals IS DISTINCT FROM new.renewals))) EXECUTE FUNCTION public.chimera_record('publishing.credential', '', 'account_id', 'renewals');

CREATE TRIGGER record_publishing_fleetblackout AFTER INSERT OR DELETE ON public.publishing_fleetblackout FOR EACH ROW EXECUTE FUNCTION public.chimera_record('publishing.fleetblackout', '', 'removed_at');

CREATE TRIGGER record_publishing_fleetblackout_change AFTER UPDATE ON public.publishing_fleetblackout FOR EACH ROW WHEN ((old.removed_at IS DISTINCT FROM new.removed_at)) EXECUTE FUNCTION public.chimera_record('publishing.fleetblackout', '', 'removed_at');

CREATE TRIGGER record_publishing_hiding AFTER INSERT OR DELETE ON public.publishing_hiding FOR EACH ROW EXECUTE FUNCTION public.chimera_record('publishing.hiding', '', 'account_id', 'mention_id', 'content_hash', 'approval');

CREATE TRIGGER record_publishing_hiding_change AFTER UPDATE ON public.publishing_hiding FOR EACH ROW WHEN (((old.state_version IS DISTINCT FROM new.state_version) OR ((old.status)::text IS DISTINCT FROM (new.status)::text) OR (old.account_id IS DISTINCT FROM new.account_id) OR (old.mention_id IS DISTINCT FROM new.mention_id) OR ((old.content_hash)::text IS DISTINCT FROM (new.content_hash)::text) OR ((old.approval)::text IS DISTINCT FROM (new.approval)::text))) EXECUTE FUNCTION public.chimera_record('publishing.hiding', '', 'account_id', 'mention_id', 'content_hash', 'approval');

CREATE TRIGGER record_publishing_making AFTER INSERT OR DELETE ON public.publishing_making FOR EACH ROW EXECUTE FUNCTION public.chimera_record('publishing.making', '', 'request_hash', 'begins');

CREATE TRIGGER record_publishing_making_change AFTER UPDATE ON public.publishing_making FOR EACH ROW WHEN (((old.state_version IS DISTINCT FROM new.state_version) OR ((old.status)::text IS DISTINCT FROM (new.status)::text) OR ((old.request_hash)::text IS DISTINCT FROM (new.request_hash)::text) OR (old.begins IS DISTINCT FROM new.begins))) EXECUTE FUNCTION public.chimera_record('publishing.making', '', 'request_hash', 'begins');

CREATE TRIGGER record_publishing_mention AFTER INSERT OR DELETE ON public.publishing_mention FOR EACH ROW EXECUTE FUNCTION public.chimera_record('publishing.mention', 'task', 'account_id');

CREATE TRIGGER record_publishing_mention_change AFTER UPDATE ON public.publishing_mention FOR EACH ROW WHEN (((old.state_version IS DISTINCT FROM new.state_version) OR ((old.status)::text IS DISTINCT FROM (new.status)::text) OR (old.account_id IS DISTINCT FROM new.account_id))) EXECUTE FUNCTION public.chimera_record('publishing.mention', 'task', 'account_id');

CREATE TRIGGER record_publishing_post AFTER INSERT OR DELETE ON public.publishing_post FOR EACH ROW EXECUTE FUNCTION public.chimera_record('publishing.post', 'task', 'account_id', 'content_hash', 'approval', 'platform_id');

CREATE TRIGGER record_publishing_post_change AFTER UPDATE ON public.publishing_post FOR EACH ROW WHEN (((old.state_version IS DISTINCT FROM new.state_version) OR ((old.status)::text IS DISTINCT FROM (new.status)::text) OR (old.account_id IS DISTINCT FROM new.account_id) OR ((old.content_hash)::text IS DISTINCT FROM (new.content_hash)::text) OR ((old.approval)::text IS DISTINCT FROM (new.approval)::text) OR ((old.platform_id)::text IS DISTINCT FROM (new.platform_id)::text))) EXECUTE FUNCTION public.chimera_record('publishing.post', 'task', 'account_id', 'content_hash', 'approval', 'platform_id');

CREATE TRIGGER record_publishing_reference AFTER INSERT OR DELETE ON public.publishing_reference FOR EACH ROW EXECUTE FUNCTION public.chimera_record('publishing.reference', '', 'place', 'traits_digest', 'content_hash');

CREATE TRIGGER record_publishing_reference_change AFTER UPDATE ON public.publishing_reference FOR EACH ROW WHEN (((old.place IS DISTINCT FROM new.place) OR ((old.traits_digest)::text IS DISTINCT FROM (new.traits_digest)::text) OR ((old.content_hash)::text IS DISTINCT FROM (new.content_hash)::text))) EXECUTE FUNCTION public.chimera_record('publishing.reference', '', 'place', 'traits_digest', 'content_hash');

CREATE TRIGGER record_publishing_resemblance AFTER INSERT OR DELETE ON public.publishing_resemblance FOR EACH ROW EXECUTE FUNCTION public.chimera_record('publishing.resemblance', '', 'score_bp', 'gate_bp', 'content_hash');

CREATE TRIGGER record_publishing_resemblance_change AFTER UPDATE ON public.publishing_resemblance FOR EACH ROW WHEN (((old.score_bp IS DISTINCT FROM new.score_bp) OR (old.gate_bp IS DISTINCT FROM new.gate_bp) OR ((old.content_hash)::text IS DISTINCT FROM (new.content_hash)::text))) EXECUTE FUNCTION public.chimera_record('publishing.resemblance', '', 'score_bp', 'gate_bp', 'content_hash');

CREATE TRIGGER record_publishing_reversal AFTER INSERT OR DELETE ON public.publishing_reversal FOR EACH ROW EXECUTE FUNCTION public.chimera_record('publishing.reversal', '', 'post_id', 'content_hash');

CREATE TRIGGER record_publishing_reversal_change AFTER UPDATE ON public.publishing_reversal FOR EACH ROW WHEN (((old.state_version IS DISTINCT FROM new.state_version) OR ((old.status)::text IS DISTINCT FROM (new.status)::text) OR (old.post_id IS DISTINCT FROM new.post_id) OR ((old.content_hash)::text IS DISTINCT FROM (new.content_hash)::text))) EXECUTE FUNCTION public.chimera_record('publishing.reversal', '', 'post_id', 'content_hash');

CREATE TRIGGER reverted_publishing_post BEFORE UPDATE OF status ON public.publishing_post FOR EACH ROW WHEN (((new.status)::text = 'REVERTED'::text)) EXECUTE FUNCTION public.publishing_guard_reverted();

CREATE TRIGGER rises_governance_incarnation BEFORE UPDATE ON public.governance_incarnation FOR EACH ROW EXECUTE FUNCTION public.governance_guard_incarnation();

CREATE TRIGGER says_governance_letter BEFORE UPDATE ON public.governance_letter FOR EACH ROW EXECUTE FUNCTION public.governance_check_letter();

CREATE TRIGGER second_governance_server BEFORE UPDATE OF needs_second ON public.governance_server FOR EACH ROW WHEN ((old.needs_second IS DISTINCT FROM new.needs_second)) EXECUTE FUNCTION public.governance_guard_server_second();

CREATE TRIGGER sends_governance_effect BEFORE INSERT OR UPDATE ON public.governance_effect FOR EACH ROW EXECUTE FUNCTION public.governance_guard_sends();

CREATE TRIGGER spending_governance_hold AFTER INSERT ON public.governance_hold REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.governance_require_spending();

CREATE TRIGGER stay_agents_advice BEFORE UPDATE OF brand_id ON public.agents_advice FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_agents_agent BEFORE UPDATE OF brand_id ON public.agents_agent FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_agents_archivedgoal BEFORE UPDATE OF brand_id ON public.agents_archivedgoal FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_agents_archivedtask BEFORE UPDATE OF brand_id ON public.agents_archivedtask FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_agents_artifact BEFORE UPDATE OF brand_id ON public.agents_artifact FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_agents_blueprint BEFORE UPDATE OF brand_id ON public.agents_blueprint FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_agents_campaign BEFORE UPDATE OF brand_id ON public.agents_campaign FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_agents_campaignagent BEFORE UPDATE OF brand_id ON public.agents_campaignagent FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_agents_cohort BEFORE UPDATE OF brand_id ON public.agents_cohort FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_agents_decision BEFORE UPDATE OF brand_id ON public.agents_decision FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_agents_dependency BEFORE UPDATE OF brand_id ON public.agents_dependency FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_agents_goal BEFORE UPDATE OF brand_id ON public.agents_goal FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_agents_memory BEFORE UPDATE OF brand_id ON public.agents_memory FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_agents_plan BEFORE UPDATE OF brand_id ON public.agents_plan FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_agents_replan BEFORE UPDATE OF brand_id ON public.agents_replan FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_agents_revision BEFORE UPDATE OF brand_id ON public.agents_revision FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_agents_rollout BEFORE UPDATE OF brand_id ON public.agents_rollout FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_agents_rolloutmember BEFORE UPDATE OF brand_id ON public.agents_rolloutmember FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_agents_rungstep BEFORE UPDATE OF brand_id ON public.agents_rungstep FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_agents_shadowrun BEFORE UPDATE OF brand_id ON public.agents_shadowrun FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_agents_soul BEFORE UPDATE OF brand_id ON public.agents_soul FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_agents_task BEFORE UPDATE OF brand_id ON public.agents_task FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_agents_verdict BEFORE UPDATE OF brand_id ON public.agents_verdict FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_core_binding BEFORE UPDATE OF brand_id ON public.core_binding FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_core_callrecord BEFORE UPDATE OF brand_id ON public.core_callrecord FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_core_disclosure BEFORE UPDATE OF brand_id ON public.core_disclosure FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_governance_attempt BEFORE UPDATE OF brand_id ON public.governance_attempt FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_governance_brandpolicy BEFORE UPDATE OF brand_id ON public.governance_brandpolicy FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_governance_budget BEFORE UPDATE OF brand_id ON public.governance_budget FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_governance_budgetlimit BEFORE UPDATE OF brand_id ON public.governance_budgetlimit FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_governance_effect BEFORE UPDATE OF brand_id ON public.governance_effect FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_governance_entry BEFORE UPDATE OF brand_id ON public.governance_entry FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_governance_foureyes BEFORE UPDATE OF brand_id ON public.governance_foureyes FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_governance_hold BEFORE UPDATE OF brand_id ON public.governance_hold FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_governance_reviewanswer BEFORE UPDATE OF brand_id ON public.governance_reviewanswer FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_governance_reviewitem BEFORE UPDATE OF brand_id ON public.governance_reviewitem FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_governance_reviewskip BEFORE UPDATE OF brand_id ON public.governance_reviewskip FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_governance_threshold BEFORE UPDATE OF brand_id ON public.governance_threshold FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_publishing_account BEFORE UPDATE OF brand_id ON public.publishing_account FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_publishing_accountcheck BEFORE UPDATE OF brand_id ON public.publishing_accountcheck FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_publishing_asset BEFORE UPDATE OF brand_id ON public.publishing_asset FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_publishing_bar BEFORE UPDATE OF brand_id ON public.publishing_bar FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_publishing_blackout BEFORE UPDATE OF brand_id ON public.publishing_blackout FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_publishing_credential BEFORE UPDATE OF brand_id ON public.publishing_credential FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_publishing_cursor BEFORE UPDATE OF brand_id ON public.publishing_cursor FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_publishing_delivery BEFORE UPDATE OF brand_id ON public.publishing_delivery FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_publishing_fingerprint BEFORE UPDATE OF brand_id ON public.publishing_fingerprint FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_publishing_hiding BEFORE UPDATE OF brand_id ON public.publishing_hiding FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_publishing_likeness BEFORE UPDATE OF brand_id ON public.publishing_likeness FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_publishing_making BEFORE UPDATE OF brand_id ON public.publishing_making FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_publishing_mention BEFORE UPDATE OF brand_id ON public.publishing_mention FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_publishing_post BEFORE UPDATE OF brand_id ON public.publishing_post FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_publishing_reading BEFORE UPDATE OF brand_id ON public.publishing_reading FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_publishing_reference BEFORE UPDATE OF brand_id ON public.publishing_reference FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_publishing_resemblance BEFORE UPDATE OF brand_id ON public.publishing_resemblance FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_publishing_reversal BEFORE UPDATE OF brand_id ON public.publishing_reversal FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stay_publishing_trend BEFORE UPDATE OF brand_id ON public.publishing_trend FOR EACH ROW WHEN ((old.brand_id IS DISTINCT FROM new.brand_id)) EXECUTE FUNCTION public.chimera_refuse_brand();

CREATE TRIGGER stays_publishing_making BEFORE UPDATE ON public.publishing_making FOR EACH ROW EXECUTE FUNCTION public.publishing_guard_making();

CREATE TRIGGER stays_publishing_reversal BEFORE INSERT OR UPDATE ON public.publishing_reversal FOR EACH ROW EXECUTE FUNCTION public.publishing_guard_reversal();

CREATE TRIGGER timed_governance_reviewitem BEFORE UPDATE ON public.governance_reviewitem FOR EACH ROW EXECUTE FUNCTION public.governance_time_hands();

CREATE TRIGGER told_governance_reviewitem AFTER UPDATE OF status ON public.governance_reviewitem FOR EACH ROW WHEN ((((old.status)::text <> (new.status)::text) AND (((new.status)::text = ANY ((ARRAY['APPROVED'::character varying, 'REJECTED'::character varying])::text[])) OR (((old.status)::text = ANY ((ARRAY['APPROVED'::character varying, 'REJECTED'::character varying])::text[])) AND ((new.status)::text = 'PENDING'::text))))) EXECUTE FUNCTION public.governance_tell_answer();

CREATE TRIGGER two_governance_reviewitem BEFORE INSERT OR UPDATE ON public.governance_reviewitem FOR EACH ROW EXECUTE FUNCTION public.governance_guard_two();

CREATE TRIGGER version_agents_campaign BEFORE INSERT OR UPDATE ON public.agents_campaign FOR EACH ROW EXECUTE FUNCTION public.agents_campaign_version();

CREATE TRIGGER who_publishing_accountcheck BEFORE INSERT OR UPDATE ON public.publishing_accountcheck FOR EACH ROW EXECUTE FUNCTION public.publishing_guard_accountcheck();

CREATE TRIGGER zone_governance_subscription BEFORE INSERT OR UPDATE OF time_zone, secret_number ON public.governance_subscription FOR EACH ROW EXECUTE FUNCTION public.governance_check_subscription();

ALTER TABLE ONLY public.agents_advice
    ADD CONSTRAINT agents_advice_brand_id_4c697e51_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.agents_agent
    ADD CONSTRAINT agents_agent_brand_id_ecff9723_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.agents_archivedgoal
    ADD CONSTRAINT agents_archivedgoal_brand_id_f9770b81_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.agents_archivedtask
    ADD CONSTRAINT agents_archivedtask_brand_id_d2c7025e_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.agents_blueprint
    ADD CONSTRAINT agents_blueprint_brand_id_478ed3f7_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.agents_campaign
    ADD CONSTRAINT agents_campaign_brand_id_59c60361_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.agents_campaignagent
    ADD CONSTRAINT agents_campaignagent_brand_id_8fe5a7b8_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.agents_cohort
    ADD CONSTRAINT agents_cohort_brand_id_c99cbbc9_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.agents_decision
    ADD CONSTRAINT agents_decision_brand_id_15b156ec_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.agents_memory
    ADD CONSTRAINT agents_memory_brand_id_2d928dce_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.agents_revision
    ADD CONSTRAINT agents_revision_brand_id_33722913_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.agents_rollout
    ADD CONSTRAINT agents_rollout_brand_id_8dc05d3a_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.agents_rolloutmember
    ADD CONSTRAINT agents_rolloutmember_brand_id_8ab2cb76_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.agents_rungstep
    ADD CONSTRAINT agents_rungstep_brand_id_e9be867b_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.agents_shadowrun
    ADD CONSTRAINT agents_shadowrun_brand_id_0438eb4e_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.agents_soul
    ADD CONSTRAINT agents_soul_brand_id_f76354a7_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissio_permission_id_84c5c92e_fk_auth_perm FOREIGN KEY (permission_id) REFERENCES public.auth_permission(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_b120cbf9_fk_auth_group_id FOREIGN KEY (group_id) REFERENCES public.auth_group(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_2f476e4b_fk_django_co FOREIGN KEY (content_type_id) REFERENCES public.django_content_type(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.auth_user_groups
    ADD CONSTRAINT auth_user_groups_group_id_97559544_fk_auth_group_id FOREIGN KEY (group_id) REFERENCES public.auth_group(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.auth_user_groups
    ADD CONSTRAINT auth_user_groups_user_id_6a12ed8b_fk_auth_user_id FOREIGN KEY (user_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.auth_user_user_permissions
    ADD CONSTRAINT auth_user_user_permi_permission_id_1fbb5f2c_fk_auth_perm FOREIGN KEY (permission_id) REFERENCES public.auth_permission(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.auth_user_user_permissions
    ADD CONSTRAINT auth_user_user_permissions_user_id_a95ead1b_fk_auth_user_id FOREIGN KEY (user_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.core_binding
    ADD CONSTRAINT core_binding_brand_id_c3155f4d_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.core_callrecord
    ADD CONSTRAINT core_callrecord_brand_id_ae500518_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.core_disclosure
    ADD CONSTRAINT core_disclosure_brand_id_c5adafd9_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.django_admin_log
    ADD CONSTRAINT django_admin_log_content_type_id_c4bce8eb_fk_django_co FOREIGN KEY (content_type_id) REFERENCES public.django_content_type(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.django_admin_log
    ADD CONSTRAINT django_admin_log_user_id_c564eba6_fk_auth_user_id FOREIGN KEY (user_id) REFERENCES public.auth_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.django_celery_beat_periodictask
    ADD CONSTRAINT django_celery_beat_p_clocked_id_47a69f82_fk_django_ce FOREIGN KEY (clocked_id) REFERENCES public.django_celery_beat_clockedschedule(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.django_celery_beat_periodictask
    ADD CONSTRAINT django_celery_beat_p_crontab_id_d3cba168_fk_django_ce FOREIGN KEY (crontab_id) REFERENCES public.django_celery_beat_crontabschedule(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.django_celery_beat_periodictask
    ADD CONSTRAINT django_celery_beat_p_interval_id_a8ca27da_fk_django_ce FOREIGN KEY (interval_id) REFERENCES public.django_celery_beat_intervalschedule(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.django_celery_beat_periodictask
    ADD CONSTRAINT django_celery_beat_p_solar_id_a87ce72c_fk_django_ce FOREIGN KEY (solar_id) REFERENCES public.django_celery_beat_solarschedule(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.agents_agent
    ADD CONSTRAINT fk_agents_agent_soul_id FOREIGN KEY (brand_id, soul_id) REFERENCES public.agents_soul(brand_id, id);

ALTER TABLE ONLY public.agents_archivedtask
    ADD CONSTRAINT fk_agents_archivedtask_goal_id FOREIGN KEY (brand_id, goal_id) REFERENCES public.agents_archivedgoal(brand_id, id);

ALTER TABLE ONLY public.agents_artifact
    ADD CONSTRAINT fk_agents_artifact_task_id FOREIGN KEY (brand_id, task_id) REFERENCES public.agents_task(brand_id, id);

ALTER TABLE ONLY public.agents_campaignagent
    ADD CONSTRAINT fk_agents_campaignagent_agent_id FOREIGN KEY (brand_id, agent_id) REFERENCES public.agents_agent(brand_id, id);

ALTER TABLE ONLY public.agents_campaignagent
    ADD CONSTRAINT fk_agents_campaignagent_campaign_id FOREIGN KEY (brand_id, campaign_id) REFERENCES public.agents_campaign(brand_id, id);

ALTER TABLE ONLY public.agents_decision
    ADD CONSTRAINT fk_agents_decision_agent_id FOREIGN KEY (brand_id, agent_id) REFERENCES public.agents_agent(brand_id, id);

ALTER TABLE ONLY public.agents_decision
    ADD CONSTRAINT fk_agents_decision_review_id FOREIGN KEY (brand_id, review_id) REFERENCES public.governance_reviewitem(brand_id, id);

ALTER TABLE ONLY public.agents_dependency
    ADD CONSTRAINT fk_agents_dependency_predecessor_id FOREIGN KEY (brand_id, predecessor_id) REFERENCES public.agents_task(brand_id, id);

ALTER TABLE ONLY public.agents_dependency
    ADD CONSTRAINT fk_agents_dependency_successor_id FOREIGN KEY (brand_id, successor_id) REFERENCES public.agents_task(brand_id, id);

ALTER TABLE ONLY public.agents_goal
    ADD CONSTRAINT fk_agents_goal_agent_id FOREIGN KEY (brand_id, agent_id) REFERENCES public.agents_agent(brand_id, id);

ALTER TABLE ONLY public.agents_goal
    ADD CONSTRAINT fk_agents_goal_campaign_id FOREIGN KEY (brand_id, campaign_id) REFERENCES public.agents_campaign(brand_id, id);

ALTER TABLE ONLY public.agents_goal
    ADD CONSTRAINT fk_agents_goal_soul_id FOREIGN KEY (brand_id, soul_id) REFERENCES public.agents_soul(brand_id, id);

ALTER TABLE ONLY public.agents_goal
    ADD CONSTRAINT fk_agents_goal_trend_id FOREIGN KEY (brand_id, trend_id) REFERENCES public.publishing_trend(brand_id, id);

ALTER TABLE ONLY public.agents_plan
    ADD CONSTRAINT fk_agents_plan_goal_id FOREIGN KEY (brand_id, goal_id) REFERENCES public.agents_goal(brand_id, id);

ALTER TABLE ONLY public.agents_revision
    ADD CONSTRAINT fk_agents_revision_blueprint_id FOREIGN KEY (brand_id, blueprint_id) REFERENCES public.agents_blueprint(brand_id, id);

ALTER TABLE ONLY public.agents_rollout
    ADD CONSTRAINT fk_agents_rollout_cohort_id FOREIGN KEY (brand_id, cohort_id) REFERENCES public.agents_cohort(brand_id, id);

ALTER TABLE ONLY public.agents_rolloutmember
    ADD CONSTRAINT fk_agents_rolloutmember_agent_id FOREIGN KEY (brand_id, agent_id) REFERENCES public.agents_agent(brand_id, id);

ALTER TABLE ONLY public.agents_rolloutmember
    ADD CONSTRAINT fk_agents_rolloutmember_rollout_id FOREIGN KEY (brand_id, rollout_id) REFERENCES public.agents_rollout(brand_id, id);

ALTER TABLE ONLY public.agents_rungstep
    ADD CONSTRAINT fk_agents_rungstep_agent_id FOREIGN KEY (brand_id, agent_id) REFERENCES public.agents_agent(brand_id, id);

ALTER TABLE ONLY public.agents_soul
    ADD CONSTRAINT fk_agents_soul_agent_id FOREIGN KEY (brand_id, agent_id) REFERENCES public.agents_agent(brand_id, id);

ALTER TABLE ONLY public.agents_task
    ADD CONSTRAINT fk_agents_task_agent_id FOREIGN KEY (brand_id, agent_id) REFERENCES public.agents_agent(brand_id, id);

ALTER TABLE ONLY public.agents_task
    ADD CONSTRAINT fk_agents_task_goal_id FOREIGN KEY (brand_id, goal_id) REFERENCES public.agents_goal(brand_id, id);

ALTER TABLE ONLY public.agents_task
    ADD CONSTRAINT fk_agents_task_plan_id FOREIGN KEY (brand_id, plan_id) REFERENCES public.agents_plan(brand_id, id);

ALTER TABLE ONLY public.agents_task
    ADD CONSTRAINT fk_agents_task_soul_id FOREIGN KEY (brand_id, soul_id) REFERENCES public.agents_soul(brand_id, id);

ALTER TABLE ONLY public.agents_verdict
    ADD CONSTRAINT fk_agents_verdict_artifact_id FOREIGN KEY (brand_id, artifact_id) REFERENCES public.agents_artifact(brand_id, id);

ALTER TABLE ONLY public.agents_verdict
    ADD CONSTRAINT fk_agents_verdict_task_id FOREIGN KEY (brand_id, task_id) REFERENCES public.agents_task(brand_id, id);

ALTER TABLE ONLY public.governance_reviewskip
    ADD CONSTRAINT fk_governance_reviewskip_item_id FOREIGN KEY (brand_id, item_id) REFERENCES public.governance_reviewitem(brand_id, id);

ALTER TABLE ONLY public.publishing_accountcheck
    ADD CONSTRAINT fk_publishing_accountcheck_account_id FOREIGN KEY (brand_id, account_id) REFERENCES public.publishing_account(brand_id, id);

ALTER TABLE ONLY public.publishing_credential
    ADD CONSTRAINT fk_publishing_credential_account_id FOREIGN KEY (brand_id, account_id) REFERENCES public.publishing_account(brand_id, id);

ALTER TABLE ONLY public.publishing_delivery
    ADD CONSTRAINT fk_publishing_delivery_account_id FOREIGN KEY (brand_id, account_id) REFERENCES public.publishing_account(brand_id, id);

ALTER TABLE ONLY public.publishing_hiding
    ADD CONSTRAINT fk_publishing_hiding_account_id FOREIGN KEY (brand_id, account_id) REFERENCES public.publishing_account(brand_id, id);

ALTER TABLE ONLY public.publishing_hiding
    ADD CONSTRAINT fk_publishing_hiding_mention_id FOREIGN KEY (brand_id, mention_id) REFERENCES public.publishing_mention(brand_id, id);

ALTER TABLE ONLY public.publishing_mention
    ADD CONSTRAINT fk_publishing_mention_account_id FOREIGN KEY (brand_id, account_id) REFERENCES public.publishing_account(brand_id, id);

ALTER TABLE ONLY public.publishing_post
    ADD CONSTRAINT fk_publishing_post_account_id FOREIGN KEY (brand_id, account_id) REFERENCES public.publishing_account(brand_id, id);

ALTER TABLE ONLY public.publishing_reading
    ADD CONSTRAINT fk_publishing_reading_post_id FOREIGN KEY (brand_id, post_id) REFERENCES public.publishing_post(brand_id, id);

ALTER TABLE ONLY public.publishing_reversal
    ADD CONSTRAINT fk_publishing_reversal_post_id FOREIGN KEY (brand_id, post_id) REFERENCES public.publishing_post(brand_id, id);

ALTER TABLE ONLY public.governance_brandpolicy
    ADD CONSTRAINT governance_brandpolicy_brand_id_67ea28e2_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.governance_budget
    ADD CONSTRAINT governance_budget_brand_id_744eb02d_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.governance_budgetlimit
    ADD CONSTRAINT governance_budgetlimit_brand_id_cc23cc85_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.governance_effect
    ADD CONSTRAINT governance_effect_brand_id_1f5be2fe_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.governance_foureyes
    ADD CONSTRAINT governance_foureyes_brand_id_14af7e6b_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.governance_hold
    ADD CONSTRAINT governance_hold_brand_id_b840e0a6_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.governance_letter
    ADD CONSTRAINT governance_letter_subscription_id_9415cb85_fk_governanc FOREIGN KEY (subscription_id) REFERENCES public.governance_subscription(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.governance_letternotice
    ADD CONSTRAINT governance_letternot_letter_id_a629bb23_fk_governanc FOREIGN KEY (letter_id) REFERENCES public.governance_letter(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.governance_letternotice
    ADD CONSTRAINT governance_letternot_notice_id_b73f54ba_fk_governanc FOREIGN KEY (notice_id) REFERENCES public.governance_notice(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.governance_reviewanswer
    ADD CONSTRAINT governance_reviewanswer_brand_id_dc30134e_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.governance_reviewitem
    ADD CONSTRAINT governance_reviewitem_brand_id_afb94047_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.governance_reviewskip
    ADD CONSTRAINT governance_reviewskip_brand_id_1cc1fb5b_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.governance_servernote
    ADD CONSTRAINT governance_servernot_server_id_1c96fb0d_fk_governanc FOREIGN KEY (server_id) REFERENCES public.governance_server(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.governance_threshold
    ADD CONSTRAINT governance_threshold_brand_id_332b8c5d_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.governance_grantended
    ADD CONSTRAINT grant_ended_is_of_a_used_grant FOREIGN KEY (jti) REFERENCES public.governance_grantused(jti);

ALTER TABLE ONLY public.publishing_account
    ADD CONSTRAINT publishing_account_brand_id_da2b1057_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.publishing_accountcheck
    ADD CONSTRAINT publishing_accountcheck_brand_id_4c28c286_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.publishing_asset
    ADD CONSTRAINT publishing_asset_brand_id_a548a5f0_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.publishing_bar
    ADD CONSTRAINT publishing_bar_brand_id_1f4a1e59_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.publishing_blackout
    ADD CONSTRAINT publishing_blackout_brand_id_eaf4db4c_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.publishing_credential
    ADD CONSTRAINT publishing_credential_brand_id_df61ebf7_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.publishing_cursor
    ADD CONSTRAINT publishing_cursor_brand_id_850a0a4e_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.publishing_delivery
    ADD CONSTRAINT publishing_delivery_brand_id_c04e7efd_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.publishing_feeditem
    ADD CONSTRAINT publishing_feeditem_feed_id_19df5993_fk_publishing_feed_id FOREIGN KEY (feed_id) REFERENCES public.publishing_feed(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.publishing_fingerprint
    ADD CONSTRAINT publishing_fingerprint_brand_id_1390dfd1_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.publishing_hiding
    ADD CONSTRAINT publishing_hiding_brand_id_7082f715_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.publishing_making
    ADD CONSTRAINT publishing_making_brand_id_0190b53f_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.publishing_mention
    ADD CONSTRAINT publishing_mention_brand_id_70436730_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.publishing_post
    ADD CONSTRAINT publishing_post_brand_id_a4b56b53_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.publishing_reading
    ADD CONSTRAINT publishing_reading_brand_id_d12deedd_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.publishing_reference
    ADD CONSTRAINT publishing_reference_brand_id_ed83dc5a_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.publishing_resemblance
    ADD CONSTRAINT publishing_resemblance_brand_id_5e68c708_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.publishing_reversal
    ADD CONSTRAINT publishing_reversal_brand_id_64432094_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.publishing_trend
    ADD CONSTRAINT publishing_trend_brand_id_3cff243a_fk_core_brand_id FOREIGN KEY (brand_id) REFERENCES public.core_brand(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE public.agents_advice ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agents_agent ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agents_archivedgoal ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agents_archivedtask ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agents_artifact ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agents_blueprint ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agents_campaign ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agents_campaignagent ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agents_cohort ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agents_decision ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agents_dependency ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agents_goal ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agents_memory ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agents_plan ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agents_replan ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agents_revision ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agents_rollout ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agents_rolloutmember ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agents_rungstep ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agents_shadowrun ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agents_soul ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agents_task ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agents_verdict ENABLE ROW LEVEL SECURITY;

CREATE POLICY app_agents_advice ON public.agents_advice TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_agents_agent ON public.agents_agent TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_agents_archivedgoal ON public.agents_archivedgoal TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_agents_archivedtask ON public.agents_archivedtask TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_agents_artifact ON public.agents_artifact TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_agents_blueprint ON public.agents_blueprint TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_agents_campaign ON public.agents_campaign TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_agents_campaignagent ON public.agents_campaignagent TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_agents_cohort ON public.agents_cohort TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_agents_decision ON public.agents_decision TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_agents_dependency ON public.agents_dependency TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_agents_goal ON public.agents_goal TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_agents_memory ON public.agents_memory TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_agents_plan ON public.agents_plan TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_agents_replan ON public.agents_replan TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_agents_revision ON public.agents_revision TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_agents_rollout ON public.agents_rollout TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_agents_rolloutmember ON public.agents_rolloutmember TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_agents_rungstep ON public.agents_rungstep TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_agents_shadowrun ON public.agents_shadowrun TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_agents_soul ON public.agents_soul TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_agents_task ON public.agents_task TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_agents_verdict ON public.agents_verdict TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_core_binding ON public.core_binding TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_core_brand ON public.core_brand TO chimera_app USING ((id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_core_callrecord ON public.core_callrecord TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_core_disclosure ON public.core_disclosure TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_governance_attempt ON public.governance_attempt TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_governance_auditevent ON public.governance_auditevent FOR SELECT TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_governance_brandpolicy ON public.governance_brandpolicy TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_governance_budget ON public.governance_budget TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_governance_budgetlimit ON public.governance_budgetlimit TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_governance_effect ON public.governance_effect TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_governance_entry ON public.governance_entry TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_governance_foureyes ON public.governance_foureyes TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_governance_hold ON public.governance_hold TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_governance_notice ON public.governance_notice FOR SELECT TO chimera_app USING (((scope)::text = ('brand:'::text || NULLIF(current_setting('app.brand'::text, true), ''::text))));

CREATE POLICY app_governance_reviewanswer ON public.governance_reviewanswer TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_governance_reviewitem ON public.governance_reviewitem TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_governance_reviewskip ON public.governance_reviewskip TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_governance_threshold ON public.governance_threshold TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_publishing_account ON public.publishing_account TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_publishing_accountcheck ON public.publishing_accountcheck TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_publishing_asset ON public.publishing_asset TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_publishing_bar ON public.publishing_bar TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_publishing_blackout ON public.publishing_blackout TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_publishing_credential ON public.publishing_credential TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_publishing_cursor ON public.publishing_cursor TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_publishing_delivery ON public.publishing_delivery TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_publishing_fingerprint ON public.publishing_fingerprint TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_publishing_hiding ON public.publishing_hiding TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_publishing_likeness ON public.publishing_likeness TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_publishing_making ON public.publishing_making TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_publishing_mention ON public.publishing_mention TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_publishing_post ON public.publishing_post TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_publishing_reading ON public.publishing_reading TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_publishing_reference ON public.publishing_reference TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_publishing_resemblance ON public.publishing_resemblance TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_publishing_reversal ON public.publishing_reversal TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY app_publishing_trend ON public.publishing_trend TO chimera_app USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY archivist_agents_archivedgoal ON public.agents_archivedgoal TO chimera_archivist USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY archivist_agents_archivedtask ON public.agents_archivedtask TO chimera_archivist USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY archivist_agents_artifact ON public.agents_artifact TO chimera_archivist USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK (false);

CREATE POLICY archivist_agents_dependency ON public.agents_dependency TO chimera_archivist USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK (false);

CREATE POLICY archivist_agents_goal ON public.agents_goal TO chimera_archivist USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK (false);

CREATE POLICY archivist_agents_memory ON public.agents_memory TO chimera_archivist USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK (false);

CREATE POLICY archivist_agents_plan ON public.agents_plan TO chimera_archivist USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK (false);

CREATE POLICY archivist_agents_task ON public.agents_task TO chimera_archivist USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK (false);

CREATE POLICY archivist_agents_verdict ON public.agents_verdict TO chimera_archivist USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK (false);

CREATE POLICY archivist_core_callrecord ON public.core_callrecord TO chimera_archivist USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK (false);

CREATE POLICY archivist_core_disclosure ON public.core_disclosure TO chimera_archivist USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY archivist_deletes_governance_auditevent ON public.governance_auditevent FOR DELETE TO chimera_archivist USING ((((subject)::text !~~ 'governance.putaway:%'::text) AND (EXISTS ( SELECT 1
   FROM (public.governance_sealedevent s
     JOIN public.governance_putaway p ON ((int8range(p.first_seq, p.last_seq, '[]'::text) @> s.seq)))
  WHERE (s.event_id = governance_auditevent.id)))));

CREATE POLICY archivist_governance_attempt ON public.governance_attempt TO chimera_archivist USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK (false);

CREATE POLICY archivist_governance_effect ON public.governance_effect FOR SELECT TO chimera_archivist USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY archivist_governance_hold ON public.governance_hold TO chimera_archivist USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK (false);

CREATE POLICY archivist_governance_reviewitem ON public.governance_reviewitem FOR SELECT TO chimera_archivist USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY archivist_publishing_asset ON public.publishing_asset TO chimera_archivist USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK (false);

CREATE POLICY archivist_publishing_fingerprint ON public.publishing_fingerprint TO chimera_archivist USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK (false);

CREATE POLICY archivist_publishing_likeness ON public.publishing_likeness TO chimera_archivist USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK (false);

CREATE POLICY archivist_publishing_making ON public.publishing_making FOR SELECT TO chimera_archivist USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY archivist_publishing_post ON public.publishing_post FOR SELECT TO chimera_archivist USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY archivist_publishing_reference ON public.publishing_reference FOR SELECT TO chimera_archivist USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY archivist_publishing_trend ON public.publishing_trend FOR DELETE TO chimera_archivist USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY archivist_reads_governance_auditevent ON public.governance_auditevent FOR SELECT TO chimera_archivist USING (true);

CREATE POLICY archivist_reads_publishing_trend ON public.publishing_trend FOR SELECT TO chimera_archivist USING (true);

CREATE POLICY bound_agents_advice ON public.agents_advice AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_agents_agent ON public.agents_agent AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_agents_archivedgoal ON public.agents_archivedgoal AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_agents_archivedtask ON public.agents_archivedtask AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_agents_artifact ON public.agents_artifact AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_agents_blueprint ON public.agents_blueprint AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_agents_campaign ON public.agents_campaign AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_agents_campaignagent ON public.agents_campaignagent AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_agents_cohort ON public.agents_cohort AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_agents_decision ON public.agents_decision AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_agents_dependency ON public.agents_dependency AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_agents_goal ON public.agents_goal AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_agents_memory ON public.agents_memory AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_agents_plan ON public.agents_plan AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_agents_replan ON public.agents_replan AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_agents_revision ON public.agents_revision AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_agents_rollout ON public.agents_rollout AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_agents_rolloutmember ON public.agents_rolloutmember AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_agents_rungstep ON public.agents_rungstep AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_agents_shadowrun ON public.agents_shadowrun AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_agents_soul ON public.agents_soul AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_agents_task ON public.agents_task AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_agents_verdict ON public.agents_verdict AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_core_binding ON public.core_binding AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_core_brand ON public.core_brand AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_core_callrecord ON public.core_callrecord AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_core_disclosure ON public.core_disclosure AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_governance_attempt ON public.governance_attempt AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_governance_auditevent ON public.governance_auditevent AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_governance_brandpolicy ON public.governance_brandpolicy AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_governance_budget ON public.governance_budget AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_governance_budgetlimit ON public.governance_budgetlimit AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_governance_effect ON public.governance_effect AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_governance_entry ON public.governance_entry AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_governance_foureyes ON public.governance_foureyes AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_governance_hold ON public.governance_hold AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_governance_reviewanswer ON public.governance_reviewanswer AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_governance_reviewitem ON public.governance_reviewitem AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_governance_reviewskip ON public.governance_reviewskip AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_governance_threshold ON public.governance_threshold AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_publishing_account ON public.publishing_account AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_publishing_accountcheck ON public.publishing_accountcheck AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_publishing_asset ON public.publishing_asset AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_publishing_bar ON public.publishing_bar AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_publishing_blackout ON public.publishing_blackout AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_publishing_credential ON public.publishing_credential AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_publishing_cursor ON public.publishing_cursor AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_publishing_delivery ON public.publishing_delivery AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_publishing_fingerprint ON public.publishing_fingerprint AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_publishing_hiding ON public.publishing_hiding AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_publishing_likeness ON public.publishing_likeness AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_publishing_making ON public.publishing_making AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_publishing_mention ON public.publishing_mention AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_publishing_post ON public.publishing_post AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_publishing_reading ON public.publishing_reading AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_publishing_reference ON public.publishing_reference AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_publishing_resemblance ON public.publishing_resemblance AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_publishing_reversal ON public.publishing_reversal AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY bound_publishing_trend ON public.publishing_trend AS RESTRICTIVE TO chimera_operator USING (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END) WITH CHECK (
CASE
    WHEN (NULLIF(current_setting('app.brands'::text, true), ''::text) IS NULL) THEN true
    ELSE (brand_id = ANY ((string_to_array(NULLIF(current_setting('app.brands'::text, true), ''::text), ','::text))::bigint[]))
END);

CREATE POLICY comparer_publishing_fingerprint ON public.publishing_fingerprint FOR SELECT TO chimera_comparer USING (true);

CREATE POLICY comparer_publishing_likeness ON public.publishing_likeness FOR SELECT TO chimera_comparer USING (true);

CREATE POLICY connector_publishing_credential ON public.publishing_credential TO chimera_connector USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

ALTER TABLE public.core_binding ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.core_brand ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.core_callrecord ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.core_disclosure ENABLE ROW LEVEL SECURITY;

CREATE POLICY desk_agents_advice ON public.agents_advice TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_agents_agent ON public.agents_agent TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_agents_archivedgoal ON public.agents_archivedgoal TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_agents_archivedtask ON public.agents_archivedtask TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_agents_artifact ON public.agents_artifact TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_agents_blueprint ON public.agents_blueprint TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_agents_campaign ON public.agents_campaign TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_agents_campaignagent ON public.agents_campaignagent TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_agents_cohort ON public.agents_cohort TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_agents_decision ON public.agents_decision TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_agents_dependency ON public.agents_dependency TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_agents_goal ON public.agents_goal TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_agents_memory ON public.agents_memory TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_agents_plan ON public.agents_plan TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_agents_replan ON public.agents_replan TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_agents_revision ON public.agents_revision TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_agents_rollout ON public.agents_rollout TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_agents_rolloutmember ON public.agents_rolloutmember TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_agents_rungstep ON public.agents_rungstep TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_agents_shadowrun ON public.agents_shadowrun TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_agents_soul ON public.agents_soul TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_agents_task ON public.agents_task TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_agents_verdict ON public.agents_verdict TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_core_binding ON public.core_binding TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_core_brand ON public.core_brand TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_core_callrecord ON public.core_callrecord TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_core_disclosure ON public.core_disclosure TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_governance_attempt ON public.governance_attempt TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_governance_auditevent ON public.governance_auditevent FOR SELECT TO chimera_operator USING (((NULLIF(current_setting('app.brand'::text, true), ''::text) IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_governance_brandpolicy ON public.governance_brandpolicy TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_governance_budget ON public.governance_budget TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_governance_budgetlimit ON public.governance_budgetlimit TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_governance_effect ON public.governance_effect TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_governance_entry ON public.governance_entry TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_governance_foureyes ON public.governance_foureyes TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_governance_hold ON public.governance_hold TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_governance_notice ON public.governance_notice FOR SELECT TO chimera_operator USING (((NULLIF(current_setting('app.brand'::text, true), ''::text) IS NULL) OR ((scope)::text = ('brand:'::text || current_setting('app.brand'::text, true)))));

CREATE POLICY desk_governance_reviewanswer ON public.governance_reviewanswer TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_governance_reviewitem ON public.governance_reviewitem TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_governance_reviewskip ON public.governance_reviewskip TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_governance_threshold ON public.governance_threshold TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_publishing_account ON public.publishing_account TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_publishing_accountcheck ON public.publishing_accountcheck TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_publishing_asset ON public.publishing_asset TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_publishing_bar ON public.publishing_bar TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_publishing_blackout ON public.publishing_blackout TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_publishing_credential ON public.publishing_credential TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_publishing_cursor ON public.publishing_cursor TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_publishing_delivery ON public.publishing_delivery TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_publishing_fingerprint ON public.publishing_fingerprint TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_publishing_hiding ON public.publishing_hiding TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_publishing_likeness ON public.publishing_likeness TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_publishing_making ON public.publishing_making TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_publishing_mention ON public.publishing_mention TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_publishing_post ON public.publishing_post TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_publishing_reading ON public.publishing_reading TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_publishing_reference ON public.publishing_reference TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_publishing_resemblance ON public.publishing_resemblance TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_publishing_reversal ON public.publishing_reversal TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY desk_publishing_trend ON public.publishing_trend TO chimera_operator USING ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint))) WITH CHECK ((((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL) OR (brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)));

CREATE POLICY dispatch_agents_agent ON public.agents_agent FOR SELECT TO chimera_dispatch USING (true);

CREATE POLICY dispatch_agents_campaign ON public.agents_campaign FOR SELECT TO chimera_dispatch USING (true);

CREATE POLICY dispatch_agents_goal ON public.agents_goal TO chimera_dispatch USING (true);

CREATE POLICY dispatch_agents_replan ON public.agents_replan FOR SELECT TO chimera_dispatch USING (true);

CREATE POLICY dispatch_agents_shadowrun ON public.agents_shadowrun FOR SELECT TO chimera_dispatch USING (true);

CREATE POLICY dispatch_agents_task ON public.agents_task TO chimera_dispatch USING (true) WITH CHECK (true);

CREATE POLICY dispatch_core_binding ON public.core_binding FOR SELECT TO chimera_dispatch USING (true);

CREATE POLICY dispatch_core_brand ON public.core_brand FOR SELECT TO chimera_dispatch USING (true);

CREATE POLICY dispatch_governance_auditevent ON public.governance_auditevent FOR SELECT TO chimera_dispatch USING (true);

CREATE POLICY dispatch_governance_brandpolicy ON public.governance_brandpolicy FOR SELECT TO chimera_dispatch USING (true);

CREATE POLICY dispatch_governance_budget ON public.governance_budget FOR SELECT TO chimera_dispatch USING (true);

CREATE POLICY dispatch_governance_budgetlimit ON public.governance_budgetlimit FOR SELECT TO chimera_dispatch USING (true);

CREATE POLICY dispatch_governance_effect ON public.governance_effect FOR SELECT TO chimera_dispatch USING (true);

CREATE POLICY dispatch_governance_entry ON public.governance_entry FOR SELECT TO chimera_dispatch USING (true);

CREATE POLICY dispatch_governance_hold ON public.governance_hold FOR SELECT TO chimera_dispatch USING (true);

CREATE POLICY dispatch_governance_notice ON public.governance_notice TO chimera_dispatch USING (true) WITH CHECK (true);

CREATE POLICY dispatch_governance_reviewanswer ON public.governance_reviewanswer TO chimera_dispatch USING (true) WITH CHECK (true);

CREATE POLICY dispatch_governance_reviewitem ON public.governance_reviewitem FOR SELECT TO chimera_dispatch USING (true);

CREATE POLICY dispatch_publishing_account ON public.publishing_account TO chimera_dispatch USING (true);

CREATE POLICY dispatch_publishing_accountcheck ON public.publishing_accountcheck TO chimera_dispatch USING (true) WITH CHECK (true);

CREATE POLICY dispatch_publishing_credential ON public.publishing_credential FOR SELECT TO chimera_dispatch USING (true);

CREATE POLICY dispatch_publishing_cursor ON public.publishing_cursor TO chimera_dispatch USING (true) WITH CHECK (true);

CREATE POLICY dispatch_publishing_delivery ON public.publishing_delivery TO chimera_dispatch USING (true) WITH CHECK (true);

CREATE POLICY dispatch_publishing_hiding ON public.publishing_hiding TO chimera_dispatch USING (true) WITH CHECK (true);

CREATE POLICY dispatch_publishing_making ON public.publishing_making TO chimera_dispatch USING (true) WITH CHECK (true);

CREATE POLICY dispatch_publishing_mention ON public.publishing_mention TO chimera_dispatch USING (true);

CREATE POLICY dispatch_publishing_post ON public.publishing_post TO chimera_dispatch USING (true) WITH CHECK (true);

CREATE POLICY dispatch_publishing_reversal ON public.publishing_reversal TO chimera_dispatch USING (true) WITH CHECK (true);

ALTER TABLE public.governance_attempt ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.governance_auditevent ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.governance_brandpolicy ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.governance_budget ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.governance_budgetlimit ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.governance_effect ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.governance_entry ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.governance_foureyes ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.governance_hold ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.governance_notice ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.governance_reviewanswer ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.governance_reviewitem ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.governance_reviewskip ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.governance_threshold ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_account ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_accountcheck ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_asset ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_bar ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_blackout ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_credential ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_cursor ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_delivery ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_fingerprint ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_hiding ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_likeness ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_making ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_mention ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_post ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_reading ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_reference ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_resemblance ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_reversal ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.publishing_trend ENABLE ROW LEVEL SECURITY;

CREATE POLICY purse_governance_budget ON public.governance_budget TO chimera_treasurer USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY purse_governance_budgetlimit ON public.governance_budgetlimit FOR SELECT TO chimera_treasurer USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY purse_governance_effect ON public.governance_effect TO chimera_treasurer USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY purse_governance_entry ON public.governance_entry TO chimera_treasurer USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY purse_governance_hold ON public.governance_hold TO chimera_treasurer USING ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)) WITH CHECK ((brand_id = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint));

CREATE POLICY record_write ON public.governance_auditevent FOR INSERT TO chimera_recorder WITH CHECK (true);

CREATE POLICY seal_governance_auditevent ON public.governance_auditevent FOR SELECT TO chimera_sealer USING (true);

REVOKE ALL ON FUNCTION public.agents_archive(p_after interval, p_count integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.agents_archive(p_after interval, p_count integer) TO chimera_app;
GRANT ALL ON FUNCTION public.agents_archive(p_after interval, p_count integer) TO chimera_operator;

REVOKE ALL ON FUNCTION public.agents_archive_pick(p_after interval, p_count integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.agents_archive_pick(p_after interval, p_count integer) TO chimera_app;
GRANT ALL ON FUNCTION public.agents_archive_pick(p_after interval, p_count integer) TO chimera_operator;

REVOKE ALL ON FUNCTION public.agents_board_counted(p_starts timestamp with time zone[], p_ends timestamp with time zone[], p_midnight timestamp with time zone, p_until timestamp with time zone, p_alone text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.agents_board_counted(p_starts timestamp with time zone[], p_ends timestamp with time zone[], p_midnight timestamp with time zone, p_until timestamp with time zone, p_alone text) TO chimera_operator;

REVOKE ALL ON FUNCTION public.agents_board_took(p_since timestamp with time zone, p_until timestamp with time zone, p_sample integer, p_claims integer, p_posts integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.agents_board_took(p_since timestamp with time zone, p_until timestamp with time zone, p_sample integer, p_claims integer, p_posts integer) TO chimera_operator;

REVOKE ALL ON FUNCTION public.agents_forget_archived(p_keep interval, p_count integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.agents_forget_archived(p_keep interval, p_count integer) TO chimera_app;
GRANT ALL ON FUNCTION public.agents_forget_archived(p_keep interval, p_count integer) TO chimera_operator;

REVOKE ALL ON FUNCTION public.agents_forget_feed_items(p_keep interval, p_count integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.agents_forget_feed_items(p_keep interval, p_count integer) TO chimera_app;
GRANT ALL ON FUNCTION public.agents_forget_feed_items(p_keep interval, p_count integer) TO chimera_operator;

REVOKE ALL ON FUNCTION public.agents_forget_fingerprints(p_older interval, p_count integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.agents_forget_fingerprints(p_older interval, p_count integer) TO chimera_app;
GRANT ALL ON FUNCTION public.agents_forget_fingerprints(p_older interval, p_count integer) TO chimera_operator;

REVOKE ALL ON FUNCTION public.agents_forget_memories(p_keep interval, p_count integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.agents_forget_memories(p_keep interval, p_count integer) TO chimera_app;
GRANT ALL ON FUNCTION public.agents_forget_memories(p_keep interval, p_count integer) TO chimera_operator;

REVOKE ALL ON FUNCTION public.agents_forget_trends(p_keep interval, p_count integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.agents_forget_trends(p_keep interval, p_count integer) TO chimera_app;
GRANT ALL ON FUNCTION public.agents_forget_trends(p_keep interval, p_count integer) TO chimera_operator;

REVOKE ALL ON FUNCTION public.agents_goal_late(p_late interval, p_count integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.agents_goal_late(p_late interval, p_count integer) TO chimera_app;

REVOKE ALL ON FUNCTION public.agents_goal_stale(p_count integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.agents_goal_stale(p_count integer) TO chimera_app;

REVOKE ALL ON FUNCTION public.agents_shadow_due(p_silent interval, p_count integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.agents_shadow_due(p_silent interval, p_count integer) TO chimera_app;

REVOKE ALL ON FUNCTION public.agents_task_pick(p_queues text[], p_stages text[], p_count integer, p_after bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.agents_task_pick(p_queues text[], p_stages text[], p_count integer, p_after bigint) TO chimera_app;
GRANT ALL ON FUNCTION public.agents_task_pick(p_queues text[], p_stages text[], p_count integer, p_after bigint) TO chimera_operator;

REVOKE ALL ON FUNCTION public.agents_task_release_of(p_owner_prefix text, p_early interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.agents_task_release_of(p_owner_prefix text, p_early interval) TO chimera_app;
GRANT ALL ON FUNCTION public.agents_task_release_of(p_owner_prefix text, p_early interval) TO chimera_operator;

REVOKE ALL ON FUNCTION public.agents_task_renew(p_ids bigint[], p_fences bigint[], p_lease interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.agents_task_renew(p_ids bigint[], p_fences bigint[], p_lease interval) TO chimera_app;

REVOKE ALL ON FUNCTION public.agents_task_waiting(p_late interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.agents_task_waiting(p_late interval) TO chimera_app;
GRANT ALL ON FUNCTION public.agents_task_waiting(p_late interval) TO chimera_operator;

REVOKE ALL ON FUNCTION public.chimera_record() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.chimera_record_agents_goal() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.chimera_record_agents_plan() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.chimera_record_agents_task() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.chimera_record_governance_hold() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.core_brand_ids() FROM PUBLIC;
GRANT ALL ON FUNCTION public.core_brand_ids() TO chimera_app;
GRANT ALL ON FUNCTION public.core_brand_ids() TO chimera_operator;
GRANT ALL ON FUNCTION public.core_brand_ids() TO chimera_archivist;

REVOKE ALL ON FUNCTION public.core_brands_of(p_person text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.core_brands_of(p_person text) TO chimera_app;
GRANT ALL ON FUNCTION public.core_brands_of(p_person text) TO chimera_operator;

REVOKE ALL ON FUNCTION public.core_circuit_let_go(p_provider text, p_by text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.core_circuit_let_go(p_provider text, p_by text) TO chimera_app;
GRANT ALL ON FUNCTION public.core_circuit_let_go(p_provider text, p_by text) TO chimera_operator;

REVOKE ALL ON FUNCTION public.core_circuit_look(p_provider text, p_window interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.core_circuit_look(p_provider text, p_window interval) TO chimera_app;
GRANT ALL ON FUNCTION public.core_circuit_look(p_provider text, p_window interval) TO chimera_operator;

REVOKE ALL ON FUNCTION public.core_circuit_pass(p_provider text, p_by text, p_lease interval, p_window interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.core_circuit_pass(p_provider text, p_by text, p_lease interval, p_window interval) TO chimera_app;
GRANT ALL ON FUNCTION public.core_circuit_pass(p_provider text, p_by text, p_lease interval, p_window interval) TO chimera_operator;

REVOKE ALL ON FUNCTION public.core_circuit_report(p_provider text, p_by text, p_failed boolean, p_note text, p_count integer, p_window interval, p_open interval, p_max interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.core_circuit_report(p_provider text, p_by text, p_failed boolean, p_note text, p_count integer, p_window interval, p_open interval, p_max interval) TO chimera_app;
GRANT ALL ON FUNCTION public.core_circuit_report(p_provider text, p_by text, p_failed boolean, p_note text, p_count integer, p_window interval, p_open interval, p_max interval) TO chimera_operator;

REVOKE ALL ON FUNCTION public.core_forget_author(p_authors text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.core_forget_author(p_authors text[]) TO chimera_app;
GRANT ALL ON FUNCTION public.core_forget_author(p_authors text[]) TO chimera_operator;

REVOKE ALL ON FUNCTION public.core_forget_disclosures(p_keep interval, p_count integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.core_forget_disclosures(p_keep interval, p_count integer) TO chimera_app;
GRANT ALL ON FUNCTION public.core_forget_disclosures(p_keep interval, p_count integer) TO chimera_operator;

REVOKE ALL ON FUNCTION public.core_forget_sessions(p_count integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.core_forget_sessions(p_count integer) TO chimera_app;
GRANT ALL ON FUNCTION public.core_forget_sessions(p_count integer) TO chimera_operator;

REVOKE ALL ON FUNCTION public.core_forget_ticks(p_older interval, p_count integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.core_forget_ticks(p_older interval, p_count integer) TO chimera_app;
GRANT ALL ON FUNCTION public.core_forget_ticks(p_older interval, p_count integer) TO chimera_operator;

REVOKE ALL ON FUNCTION public.governance_abandoned_holds(p_count integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.governance_abandoned_holds(p_count integer) TO chimera_app;

REVOKE ALL ON FUNCTION public.governance_answered_reviews(p_prefix text, p_count integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.governance_answered_reviews(p_prefix text, p_count integer) TO chimera_app;

REVOKE ALL ON FUNCTION public.governance_burn_grant(p_brand bigint, p_key text, p_jti text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.governance_burn_grant(p_brand bigint, p_key text, p_jti text) TO chimera_app;

REVOKE ALL ON FUNCTION public.governance_digest_put(p_subscription bigint, p_day date, p_facts jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.governance_digest_put(p_subscription bigint, p_day date, p_facts jsonb) TO chimera_app;
GRANT ALL ON FUNCTION public.governance_digest_put(p_subscription bigint, p_day date, p_facts jsonb) TO chimera_operator;

REVOKE ALL ON FUNCTION public.governance_digests_due(p_back interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.governance_digests_due(p_back interval) TO chimera_app;
GRANT ALL ON FUNCTION public.governance_digests_due(p_back interval) TO chimera_operator;

REVOKE ALL ON FUNCTION public.governance_effect_withdraw(p_subject text, p_kind text, p_sentence text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.governance_effect_withdraw(p_subject text, p_kind text, p_sentence text) TO chimera_app;
GRANT ALL ON FUNCTION public.governance_effect_withdraw(p_subject text, p_kind text, p_sentence text) TO chimera_operator;

REVOKE ALL ON FUNCTION public.governance_end_hold(p_key text, p_amount bigint, p_debit text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.governance_end_hold(p_key text, p_amount bigint, p_debit text) TO chimera_app;

REVOKE ALL ON FUNCTION public.governance_end_quarantine() FROM PUBLIC;
GRANT ALL ON FUNCTION public.governance_end_quarantine() TO chimera_app;
GRANT ALL ON FUNCTION public.governance_end_quarantine() TO chimera_operator;

REVOKE ALL ON FUNCTION public.governance_fleet_fold(p_day date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.governance_fleet_fold(p_day date) TO chimera_app;

REVOKE ALL ON FUNCTION public.governance_fleet_limit_follows() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.governance_fleet_unfolded() FROM PUBLIC;
GRANT ALL ON FUNCTION public.governance_fleet_unfolded() TO chimera_app;

REVOKE ALL ON FUNCTION public.governance_fleet_used(p_day date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.governance_fleet_used(p_day date) TO chimera_app;
GRANT ALL ON FUNCTION public.governance_fleet_used(p_day date) TO chimera_operator;

REVOKE ALL ON FUNCTION public.governance_grant_answer(p_brand bigint, p_key text, p_jti text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.governance_grant_answer(p_brand bigint, p_key text, p_jti text) TO chimera_app;

REVOKE ALL ON FUNCTION public.governance_grant_is_approved(p_brand bigint, p_approval text, p_hash text, p_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.governance_grant_is_approved(p_brand bigint, p_approval text, p_hash text, p_key text) TO chimera_connector;

REVOKE ALL ON FUNCTION public.governance_grant_is_burned(p_jti text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.governance_grant_is_burned(p_jti text) TO chimera_app;
GRANT ALL ON FUNCTION public.governance_grant_is_burned(p_jti text) TO chimera_operator;

REVOKE ALL ON FUNCTION public.governance_grant_stands(p_brand bigint, p_key text, p_jti text, p_fence bigint, p_hash text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.governance_grant_stands(p_brand bigint, p_key text, p_jti text, p_fence bigint, p_hash text) TO chimera_connector;

REVOKE ALL ON FUNCTION public.governance_grant_stop(p_brand bigint, p_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.governance_grant_stop(p_brand bigint, p_key text) TO chimera_connector;

REVOKE ALL ON FUNCTION public.governance_late_reviews(p_count integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.governance_late_reviews(p_count integer) TO chimera_app;

GRANT INSERT ON TABLE public.governance_auditevent TO chimera_recorder;
GRANT SELECT ON TABLE public.governance_auditevent TO chimera_app;
GRANT SELECT ON TABLE public.governance_auditevent TO chimera_operator;
GRANT SELECT ON TABLE public.governance_auditevent TO chimera_sealer;
GRANT SELECT,DELETE ON TABLE public.governance_auditevent TO chimera_archivist;

GRANT SELECT(id) ON TABLE public.governance_auditevent TO chimera_dispatch;

GRANT SELECT(at) ON TABLE public.governance_auditevent TO chimera_dispatch;

GRANT SELECT(xid) ON TABLE public.governance_auditevent TO chimera_dispatch;

REVOKE ALL ON FUNCTION public.governance_letter_land(p_id bigint, p_fence bigint, p_to text, p_after interval, p_note text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.governance_letter_land(p_id bigint, p_fence bigint, p_to text, p_after interval, p_note text) TO chimera_app;
GRANT ALL ON FUNCTION public.governance_letter_land(p_id bigint, p_fence bigint, p_to text, p_after interval, p_note text) TO chimera_operator;

REVOKE ALL ON FUNCTION public.governance_letter_take(p_owner text, p_lease interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.governance_letter_take(p_owner text, p_lease interval) TO chimera_app;
GRANT ALL ON FUNCTION public.governance_letter_take(p_owner text, p_lease interval) TO chimera_operator;

REVOKE ALL ON FUNCTION public.governance_lift_exhausted(p_scope text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.governance_lift_exhausted(p_scope text) TO chimera_operator;

REVOKE ALL ON FUNCTION public.governance_limit_follows() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.governance_may_put_away(p_days integer, p_count integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.governance_may_put_away(p_days integer, p_count integer) TO chimera_app;
GRANT ALL ON FUNCTION public.governance_may_put_away(p_days integer, p_count integer) TO chimera_operator;

REVOKE ALL ON FUNCTION public.governance_news(p_near interval, p_doubt interval, p_circuit interval, p_record interval, p_cap_bp integer, p_open interval, p_max interval, p_back interval, p_count integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.governance_news(p_near interval, p_doubt interval, p_circuit interval, p_record interval, p_cap_bp integer, p_open interval, p_max interval, p_back interval, p_count integer) TO chimera_app;
GRANT ALL ON FUNCTION public.governance_news(p_near interval, p_doubt interval, p_circuit interval, p_record interval, p_cap_bp integer, p_open interval, p_max interval, p_back interval, p_count integer) TO chimera_operator;

REVOKE ALL ON FUNCTION public.governance_note(p_kind text, p_scope text, p_subject text, p_sentence text, p_link text, p_key text, p_fold interval, p_only bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.governance_note(p_kind text, p_scope text, p_subject text, p_sentence text, p_link text, p_key text, p_fold interval, p_only bigint) TO chimera_app;
GRANT ALL ON FUNCTION public.governance_note(p_kind text, p_scope text, p_subject text, p_sentence text, p_link text, p_key text, p_fold interval, p_only bigint) TO chimera_operator;

REVOKE ALL ON FUNCTION public.governance_note_server() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.governance_pause_exhausted(p_scope text, p_window text, p_cheapest bigint, p_reason text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.governance_pause_exhausted(p_scope text, p_window text, p_cheapest bigint, p_reason text) TO chimera_app;
GRANT ALL ON FUNCTION public.governance_pause_exhausted(p_scope text, p_window text, p_cheapest bigint, p_reason text) TO chimera_operator;

REVOKE ALL ON FUNCTION public.governance_put_away(p_days integer, p_first bigint, p_last bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.governance_put_away(p_days integer, p_first bigint, p_last bigint) TO chimera_app;
GRANT ALL ON FUNCTION public.governance_put_away(p_days integer, p_first bigint, p_last bigint) TO chimera_operator;

REVOKE ALL ON FUNCTION public.governance_reopen() FROM PUBLIC;
GRANT ALL ON FUNCTION public.governance_reopen() TO chimera_app;
GRANT ALL ON FUNCTION public.governance_reopen() TO chimera_operator;

REVOKE ALL ON FUNCTION public.governance_reserve(p_key text, p_about text, p_scopes text[], p_amount bigint, p_lasts interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.governance_reserve(p_key text, p_about text, p_scopes text[], p_amount bigint, p_lasts interval) TO chimera_app;

REVOKE ALL ON FUNCTION public.governance_reserve_set(p_rows jsonb, p_lasts interval, p_spent_if_lost boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.governance_reserve_set(p_rows jsonb, p_lasts interval, p_spent_if_lost boolean) TO chimera_app;

REVOKE ALL ON FUNCTION public.governance_revoke_grants(p_scope text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.governance_revoke_grants(p_scope text) TO chimera_operator;

REVOKE ALL ON FUNCTION public.governance_server_enter(p_name text, p_tools jsonb, p_lock_hash text, p_sbom_hash text, p_sbom jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.governance_server_seen(p_name text, p_url text, p_tools jsonb, p_wrong text, p_reason text, p_by text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.governance_server_seen(p_name text, p_url text, p_tools jsonb, p_wrong text, p_reason text, p_by text) TO chimera_app;
GRANT ALL ON FUNCTION public.governance_server_seen(p_name text, p_url text, p_tools jsonb, p_wrong text, p_reason text, p_by text) TO chimera_operator;

REVOKE ALL ON FUNCTION public.governance_settle_set(p_rows jsonb, p_debit text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.governance_settle_set(p_rows jsonb, p_debit text) TO chimera_app;

REVOKE ALL ON FUNCTION public.governance_tell_answer() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.governance_use_grant(p_brand bigint, p_key text, p_jti text, p_fence bigint, p_hash text, p_approval text, p_keys text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.governance_use_grant(p_brand bigint, p_key text, p_jti text, p_fence bigint, p_hash text, p_approval text, p_keys text[]) TO chimera_connector;

REVOKE ALL ON FUNCTION public.governance_watch(p_hour_times numeric, p_hold_times numeric, p_floor bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.governance_watch(p_hour_times numeric, p_hold_times numeric, p_floor bigint) TO chimera_app;
GRANT ALL ON FUNCTION public.governance_watch(p_hour_times numeric, p_hold_times numeric, p_floor bigint) TO chimera_operator;

REVOKE ALL ON FUNCTION public.publishing_asset_wishes(p_hashes text[], p_warm interval, p_cold interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_asset_wishes(p_hashes text[], p_warm interval, p_cold interval) TO chimera_app;
GRANT ALL ON FUNCTION public.publishing_asset_wishes(p_hashes text[], p_warm interval, p_cold interval) TO chimera_operator;

REVOKE ALL ON FUNCTION public.publishing_assets_needed(p_hashes text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_assets_needed(p_hashes text[]) TO chimera_app;
GRANT ALL ON FUNCTION public.publishing_assets_needed(p_hashes text[]) TO chimera_operator;

REVOKE ALL ON FUNCTION public.publishing_bio_read(p_platform text, p_handle text, p_lacks text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_bio_read(p_platform text, p_handle text, p_lacks text) TO chimera_connector;

REVOKE ALL ON FUNCTION public.publishing_deliver(p_platform text, p_users text[], p_kinds text[], p_ids text[], p_nameless integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_deliver(p_platform text, p_users text[], p_kinds text[], p_ids text[], p_nameless integer) TO chimera_connector;

REVOKE ALL ON FUNCTION public.publishing_delivery_refused(p_platform text, p_count integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_delivery_refused(p_platform text, p_count integer) TO chimera_connector;

REVOKE ALL ON FUNCTION public.publishing_ears(p_platforms text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_ears(p_platforms text[]) TO chimera_app;

REVOKE ALL ON FUNCTION public.publishing_fleet_near(p_asked jsonb, p_days integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_fleet_near(p_asked jsonb, p_days integer) TO chimera_app;
GRANT ALL ON FUNCTION public.publishing_fleet_near(p_asked jsonb, p_days integer) TO chimera_operator;

REVOKE ALL ON FUNCTION public.publishing_forget_assets(p_keep interval, p_after bigint, p_count integer, p_dry boolean, OUT gone bigint, OUT upto bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_forget_assets(p_keep interval, p_after bigint, p_count integer, p_dry boolean, OUT gone bigint, OUT upto bigint) TO chimera_app;
GRANT ALL ON FUNCTION public.publishing_forget_assets(p_keep interval, p_after bigint, p_count integer, p_dry boolean, OUT gone bigint, OUT upto bigint) TO chimera_operator;

REVOKE ALL ON FUNCTION public.publishing_guard_release() FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_guard_release() TO chimera_operator;

REVOKE ALL ON FUNCTION public.publishing_heard_nothing(p_brands bigint[], p_platform text, p_from text, p_to text, p_note text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_heard_nothing(p_brands bigint[], p_platform text, p_from text, p_to text, p_note text) TO chimera_app;

REVOKE ALL ON FUNCTION public.publishing_hiding_pick(p_queues text[], p_stages text[], p_count integer, p_after bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_hiding_pick(p_queues text[], p_stages text[], p_count integer, p_after bigint) TO chimera_app;
GRANT ALL ON FUNCTION public.publishing_hiding_pick(p_queues text[], p_stages text[], p_count integer, p_after bigint) TO chimera_operator;

REVOKE ALL ON FUNCTION public.publishing_hiding_release_of(p_owner_prefix text, p_early interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_hiding_release_of(p_owner_prefix text, p_early interval) TO chimera_app;
GRANT ALL ON FUNCTION public.publishing_hiding_release_of(p_owner_prefix text, p_early interval) TO chimera_operator;

REVOKE ALL ON FUNCTION public.publishing_hiding_renew(p_ids bigint[], p_fences bigint[], p_lease interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_hiding_renew(p_ids bigint[], p_fences bigint[], p_lease interval) TO chimera_app;

REVOKE ALL ON FUNCTION public.publishing_hiding_waiting(p_late interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_hiding_waiting(p_late interval) TO chimera_app;
GRANT ALL ON FUNCTION public.publishing_hiding_waiting(p_late interval) TO chimera_operator;

REVOKE ALL ON FUNCTION public.publishing_making_pick(p_queues text[], p_stages text[], p_count integer, p_after bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_making_pick(p_queues text[], p_stages text[], p_count integer, p_after bigint) TO chimera_app;
GRANT ALL ON FUNCTION public.publishing_making_pick(p_queues text[], p_stages text[], p_count integer, p_after bigint) TO chimera_operator;

REVOKE ALL ON FUNCTION public.publishing_making_release_of(p_owner_prefix text, p_early interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_making_release_of(p_owner_prefix text, p_early interval) TO chimera_app;
GRANT ALL ON FUNCTION public.publishing_making_release_of(p_owner_prefix text, p_early interval) TO chimera_operator;

REVOKE ALL ON FUNCTION public.publishing_making_renew(p_ids bigint[], p_fences bigint[], p_lease interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_making_renew(p_ids bigint[], p_fences bigint[], p_lease interval) TO chimera_app;

REVOKE ALL ON FUNCTION public.publishing_making_waiting(p_late interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_making_waiting(p_late interval) TO chimera_app;
GRANT ALL ON FUNCTION public.publishing_making_waiting(p_late interval) TO chimera_operator;

REVOKE ALL ON FUNCTION public.publishing_post_pick(p_queues text[], p_stages text[], p_count integer, p_after bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_post_pick(p_queues text[], p_stages text[], p_count integer, p_after bigint) TO chimera_app;
GRANT ALL ON FUNCTION public.publishing_post_pick(p_queues text[], p_stages text[], p_count integer, p_after bigint) TO chimera_operator;

REVOKE ALL ON FUNCTION public.publishing_post_release_of(p_owner_prefix text, p_early interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_post_release_of(p_owner_prefix text, p_early interval) TO chimera_app;
GRANT ALL ON FUNCTION public.publishing_post_release_of(p_owner_prefix text, p_early interval) TO chimera_operator;

REVOKE ALL ON FUNCTION public.publishing_post_renew(p_ids bigint[], p_fences bigint[], p_lease interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_post_renew(p_ids bigint[], p_fences bigint[], p_lease interval) TO chimera_app;

REVOKE ALL ON FUNCTION public.publishing_post_waiting(p_late interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_post_waiting(p_late interval) TO chimera_app;
GRANT ALL ON FUNCTION public.publishing_post_waiting(p_late interval) TO chimera_operator;

REVOKE ALL ON FUNCTION public.publishing_quota_close(p_account bigint, p_scope text, p_until timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_quota_close(p_account bigint, p_scope text, p_until timestamp with time zone) TO chimera_app;

REVOKE ALL ON FUNCTION public.publishing_quota_give_back(p_jti text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_quota_give_back(p_jti text) TO chimera_app;

REVOKE ALL ON FUNCTION public.publishing_quota_left(p_accounts bigint[], p_ours jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_quota_left(p_accounts bigint[], p_ours jsonb) TO chimera_app;
GRANT ALL ON FUNCTION public.publishing_quota_left(p_accounts bigint[], p_ours jsonb) TO chimera_operator;

REVOKE ALL ON FUNCTION public.publishing_quota_take(p_account bigint, p_jti text, p_ours jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_quota_take(p_account bigint, p_jti text, p_ours jsonb) TO chimera_app;

REVOKE ALL ON FUNCTION public.publishing_quota_told(p_account bigint, p_span integer, p_count integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_quota_told(p_account bigint, p_span integer, p_count integer) TO chimera_app;

REVOKE ALL ON FUNCTION public.publishing_reads_take(p_platform text, p_wanted integer, p_max integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_reads_take(p_platform text, p_wanted integer, p_max integer) TO chimera_app;
GRANT ALL ON FUNCTION public.publishing_reads_take(p_platform text, p_wanted integer, p_max integer) TO chimera_operator;

REVOKE ALL ON FUNCTION public.publishing_reversal_pick(p_queues text[], p_stages text[], p_count integer, p_after bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_reversal_pick(p_queues text[], p_stages text[], p_count integer, p_after bigint) TO chimera_app;
GRANT ALL ON FUNCTION public.publishing_reversal_pick(p_queues text[], p_stages text[], p_count integer, p_after bigint) TO chimera_operator;

REVOKE ALL ON FUNCTION public.publishing_reversal_release_of(p_owner_prefix text, p_early interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_reversal_release_of(p_owner_prefix text, p_early interval) TO chimera_app;
GRANT ALL ON FUNCTION public.publishing_reversal_release_of(p_owner_prefix text, p_early interval) TO chimera_operator;

REVOKE ALL ON FUNCTION public.publishing_reversal_renew(p_ids bigint[], p_fences bigint[], p_lease interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_reversal_renew(p_ids bigint[], p_fences bigint[], p_lease interval) TO chimera_app;

REVOKE ALL ON FUNCTION public.publishing_reversal_waiting(p_late interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_reversal_waiting(p_late interval) TO chimera_app;
GRANT ALL ON FUNCTION public.publishing_reversal_waiting(p_late interval) TO chimera_operator;

REVOKE ALL ON FUNCTION public.publishing_stands(p_brand bigint, p_post bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_stands(p_brand bigint, p_post bigint) TO chimera_comparer;

REVOKE ALL ON FUNCTION public.publishing_stored(p_platform text, p_handle text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_stored(p_platform text, p_handle text) TO chimera_connector;

REVOKE ALL ON FUNCTION public.publishing_to_verify(p_after interval, p_within interval, p_max integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_to_verify(p_after interval, p_within interval, p_max integer) TO chimera_app;

REVOKE ALL ON FUNCTION public.publishing_whose(p_platform text, p_handle text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.publishing_whose(p_platform text, p_handle text) TO chimera_connector;

GRANT SELECT,INSERT,UPDATE ON TABLE public.agents_advice TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.agents_advice TO chimera_operator;

GRANT SELECT,INSERT,UPDATE ON TABLE public.agents_agent TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.agents_agent TO chimera_operator;

GRANT SELECT(id) ON TABLE public.agents_agent TO chimera_dispatch;

GRANT SELECT(brand_id) ON TABLE public.agents_agent TO chimera_dispatch;

GRANT SELECT(soul_id) ON TABLE public.agents_agent TO chimera_dispatch;

GRANT SELECT ON TABLE public.agents_archivedgoal TO chimera_app;
GRANT SELECT ON TABLE public.agents_archivedgoal TO chimera_operator;
GRANT SELECT,INSERT,DELETE ON TABLE public.agents_archivedgoal TO chimera_archivist;

GRANT SELECT ON TABLE public.agents_archivedtask TO chimera_app;
GRANT SELECT ON TABLE public.agents_archivedtask TO chimera_operator;
GRANT SELECT,INSERT,DELETE ON TABLE public.agents_archivedtask TO chimera_archivist;

GRANT SELECT,INSERT ON TABLE public.agents_artifact TO chimera_app;
GRANT SELECT,INSERT ON TABLE public.agents_artifact TO chimera_operator;
GRANT SELECT,DELETE ON TABLE public.agents_artifact TO chimera_archivist;

GRANT SELECT,INSERT,UPDATE ON TABLE public.agents_blueprint TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.agents_blueprint TO chimera_operator;

GRANT SELECT,INSERT,UPDATE ON TABLE public.agents_campaign TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.agents_campaign TO chimera_operator;

GRANT SELECT(id) ON TABLE public.agents_campaign TO chimera_dispatch;

GRANT SELECT(status) ON TABLE public.agents_campaign TO chimera_dispatch;

GRANT SELECT(version) ON TABLE public.agents_campaign TO chimera_dispatch;

GRANT SELECT(brand_id) ON TABLE public.agents_campaign TO chimera_dispatch;

GRANT SELECT,INSERT,UPDATE ON TABLE public.agents_campaignagent TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.agents_campaignagent TO chimera_operator;

GRANT SELECT,INSERT,UPDATE ON TABLE public.agents_cohort TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.agents_cohort TO chimera_operator;

GRANT SELECT,INSERT ON TABLE public.agents_decision TO chimera_app;
GRANT SELECT ON TABLE public.agents_decision TO chimera_operator;

GRANT SELECT,INSERT ON TABLE public.agents_dependency TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.agents_dependency TO chimera_operator;
GRANT SELECT,DELETE ON TABLE public.agents_dependency TO chimera_archivist;

GRANT SELECT,INSERT,UPDATE ON TABLE public.agents_goal TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.agents_goal TO chimera_operator;
GRANT SELECT,DELETE,UPDATE ON TABLE public.agents_goal TO chimera_archivist;

GRANT SELECT(id) ON TABLE public.agents_goal TO chimera_dispatch;

GRANT SELECT(status) ON TABLE public.agents_goal TO chimera_dispatch;

GRANT SELECT(deadline) ON TABLE public.agents_goal TO chimera_dispatch;

GRANT SELECT(agent_id) ON TABLE public.agents_goal TO chimera_dispatch;

GRANT SELECT(brand_id) ON TABLE public.agents_goal TO chimera_dispatch;

GRANT SELECT(soul_id) ON TABLE public.agents_goal TO chimera_dispatch;

GRANT SELECT(campaign_version) ON TABLE public.agents_goal TO chimera_dispatch;

GRANT SELECT(keeps_versions) ON TABLE public.agents_goal TO chimera_dispatch;

GRANT SELECT(policy_version) ON TABLE public.agents_goal TO chimera_dispatch;

GRANT SELECT(campaign_id) ON TABLE public.agents_goal TO chimera_dispatch;

GRANT SELECT,INSERT,UPDATE ON TABLE public.agents_memory TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.agents_memory TO chimera_operator;
GRANT SELECT,DELETE ON TABLE public.agents_memory TO chimera_archivist;

GRANT SELECT,INSERT,UPDATE ON TABLE public.agents_node TO chimera_app;
GRANT SELECT ON TABLE public.agents_node TO chimera_operator;

GRANT SELECT,INSERT,UPDATE ON TABLE public.agents_plan TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.agents_plan TO chimera_operator;
GRANT SELECT,DELETE ON TABLE public.agents_plan TO chimera_archivist;

GRANT USAGE ON SEQUENCE public.agents_plan_id_seq TO chimera_app;
GRANT USAGE ON SEQUENCE public.agents_plan_id_seq TO chimera_operator;

GRANT SELECT,INSERT ON TABLE public.agents_replan TO chimera_app;
GRANT SELECT,INSERT ON TABLE public.agents_replan TO chimera_operator;

GRANT SELECT(discarded) ON TABLE public.agents_replan TO chimera_dispatch;

GRANT SELECT(brand_id) ON TABLE public.agents_replan TO chimera_dispatch;

GRANT SELECT,INSERT ON TABLE public.agents_revision TO chimera_app;
GRANT SELECT,INSERT ON TABLE public.agents_revision TO chimera_operator;

GRANT SELECT,INSERT,UPDATE ON TABLE public.agents_rollout TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.agents_rollout TO chimera_operator;

GRANT SELECT,INSERT,UPDATE ON TABLE public.agents_rolloutmember TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.agents_rolloutmember TO chimera_operator;

GRANT SELECT,INSERT ON TABLE public.agents_rungstep TO chimera_app;
GRANT SELECT,INSERT ON TABLE public.agents_rungstep TO chimera_operator;

GRANT SELECT,INSERT,UPDATE ON TABLE public.agents_shadowrun TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.agents_shadowrun TO chimera_operator;

GRANT SELECT(id) ON TABLE public.agents_shadowrun TO chimera_dispatch;

GRANT SELECT(status) ON TABLE public.agents_shadowrun TO chimera_dispatch;

GRANT SELECT(beat_at) ON TABLE public.agents_shadowrun TO chimera_dispatch;

GRANT SELECT(brand_id) ON TABLE public.agents_shadowrun TO chimera_dispatch;

GRANT SELECT,INSERT ON TABLE public.agents_soul TO chimera_app;
GRANT SELECT,INSERT ON TABLE public.agents_soul TO chimera_operator;

GRANT SELECT,INSERT,UPDATE ON TABLE public.agents_task TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.agents_task TO chimera_operator;
GRANT SELECT,DELETE ON TABLE public.agents_task TO chimera_archivist;

GRANT SELECT(id) ON TABLE public.agents_task TO chimera_dispatch;

GRANT SELECT(status) ON TABLE public.agents_task TO chimera_dispatch;

GRANT SELECT(queue) ON TABLE public.agents_task TO chimera_dispatch;

GRANT SELECT(scopes) ON TABLE public.agents_task TO chimera_dispatch;

GRANT SELECT(due_at),UPDATE(due_at) ON TABLE public.agents_task TO chimera_dispatch;

GRANT SELECT(lease_until),UPDATE(lease_until) ON TABLE public.agents_task TO chimera_dispatch;

GRANT SELECT(lease_owner),UPDATE(lease_owner) ON TABLE public.agents_task TO chimera_dispatch;

GRANT SELECT(fence) ON TABLE public.agents_task TO chimera_dispatch;

GRANT SELECT(priority) ON TABLE public.agents_task TO chimera_dispatch;

GRANT SELECT(outward) ON TABLE public.agents_task TO chimera_dispatch;

GRANT SELECT(ended_at) ON TABLE public.agents_task TO chimera_dispatch;

GRANT SELECT(stage) ON TABLE public.agents_task TO chimera_dispatch;

GRANT SELECT(brand_id) ON TABLE public.agents_task TO chimera_dispatch;

GRANT USAGE ON SEQUENCE public.agents_task_id_seq TO chimera_app;
GRANT USAGE ON SEQUENCE public.agents_task_id_seq TO chimera_operator;

GRANT SELECT,INSERT ON TABLE public.agents_verdict TO chimera_app;
GRANT SELECT ON TABLE public.agents_verdict TO chimera_operator;
GRANT SELECT,DELETE ON TABLE public.agents_verdict TO chimera_archivist;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.auth_group TO chimera_operator;

GRANT USAGE ON SEQUENCE public.auth_group_id_seq TO chimera_operator;
GRANT USAGE ON SEQUENCE public.auth_group_id_seq TO chimera_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.auth_group_permissions TO chimera_operator;

GRANT USAGE ON SEQUENCE public.auth_group_permissions_id_seq TO chimera_operator;
GRANT USAGE ON SEQUENCE public.auth_group_permissions_id_seq TO chimera_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.auth_permission TO chimera_operator;

GRANT USAGE ON SEQUENCE public.auth_permission_id_seq TO chimera_operator;
GRANT USAGE ON SEQUENCE public.auth_permission_id_seq TO chimera_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.auth_user TO chimera_operator;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.auth_user_groups TO chimera_operator;

GRANT USAGE ON SEQUENCE public.auth_user_groups_id_seq TO chimera_operator;
GRANT USAGE ON SEQUENCE public.auth_user_groups_id_seq TO chimera_app;

GRANT USAGE ON SEQUENCE public.auth_user_id_seq TO chimera_operator;
GRANT USAGE ON SEQUENCE public.auth_user_id_seq TO chimera_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.auth_user_user_permissions TO chimera_operator;

GRANT USAGE ON SEQUENCE public.auth_user_user_permissions_id_seq TO chimera_operator;
GRANT USAGE ON SEQUENCE public.auth_user_user_permissions_id_seq TO chimera_app;

GRANT SELECT ON TABLE public.core_binding TO chimera_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.core_binding TO chimera_operator;

GRANT SELECT(person) ON TABLE public.core_binding TO chimera_dispatch;

GRANT SELECT(brand_id) ON TABLE public.core_binding TO chimera_dispatch;

GRANT SELECT ON TABLE public.core_brand TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.core_brand TO chimera_operator;

GRANT SELECT(id) ON TABLE public.core_brand TO chimera_dispatch;

GRANT SELECT(slug) ON TABLE public.core_brand TO chimera_dispatch;

GRANT USAGE ON SEQUENCE public.core_brand_id_seq TO chimera_operator;
GRANT USAGE ON SEQUENCE public.core_brand_id_seq TO chimera_app;

GRANT SELECT,INSERT ON TABLE public.core_callrecord TO chimera_app;
GRANT SELECT ON TABLE public.core_callrecord TO chimera_operator;
GRANT SELECT,DELETE ON TABLE public.core_callrecord TO chimera_archivist;

GRANT USAGE ON SEQUENCE public.core_callrecord_id_seq TO chimera_operator;
GRANT USAGE ON SEQUENCE public.core_callrecord_id_seq TO chimera_app;

GRANT SELECT ON TABLE public.core_circuit TO chimera_app;
GRANT SELECT ON TABLE public.core_circuit TO chimera_operator;
GRANT SELECT,INSERT,UPDATE ON TABLE public.core_circuit TO chimera_dispatch;

GRANT SELECT ON TABLE public.core_clock TO chimera_app;
GRANT SELECT ON TABLE public.core_clock TO chimera_operator;
GRANT SELECT ON TABLE public.core_clock TO chimera_connector;
GRANT SELECT ON TABLE public.core_clock TO chimera_dispatch;
GRANT SELECT ON TABLE public.core_clock TO chimera_recorder;
GRANT SELECT ON TABLE public.core_clock TO chimera_treasurer;
GRANT SELECT ON TABLE public.core_clock TO chimera_archivist;
GRANT SELECT ON TABLE public.core_clock TO chimera_comparer;
GRANT SELECT ON TABLE public.core_clock TO chimera_sealer;

GRANT SELECT,INSERT ON TABLE public.core_disclosure TO chimera_app;
GRANT SELECT,INSERT ON TABLE public.core_disclosure TO chimera_operator;
GRANT SELECT,DELETE ON TABLE public.core_disclosure TO chimera_archivist;

GRANT SELECT,INSERT,DELETE ON TABLE public.core_tick TO chimera_app;
GRANT SELECT ON TABLE public.core_tick TO chimera_operator;
GRANT SELECT,DELETE ON TABLE public.core_tick TO chimera_archivist;

GRANT USAGE ON SEQUENCE public.core_tick_id_seq TO chimera_operator;
GRANT USAGE ON SEQUENCE public.core_tick_id_seq TO chimera_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.django_admin_log TO chimera_operator;

GRANT USAGE ON SEQUENCE public.django_admin_log_id_seq TO chimera_operator;
GRANT USAGE ON SEQUENCE public.django_admin_log_id_seq TO chimera_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.django_celery_beat_clockedschedule TO chimera_operator;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.django_celery_beat_clockedschedule TO chimera_app;

GRANT USAGE ON SEQUENCE public.django_celery_beat_clockedschedule_id_seq TO chimera_operator;
GRANT USAGE ON SEQUENCE public.django_celery_beat_clockedschedule_id_seq TO chimera_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.django_celery_beat_crontabschedule TO chimera_operator;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.django_celery_beat_crontabschedule TO chimera_app;

GRANT USAGE ON SEQUENCE public.django_celery_beat_crontabschedule_id_seq TO chimera_operator;
GRANT USAGE ON SEQUENCE public.django_celery_beat_crontabschedule_id_seq TO chimera_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.django_celery_beat_intervalschedule TO chimera_operator;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.django_celery_beat_intervalschedule TO chimera_app;

GRANT USAGE ON SEQUENCE public.django_celery_beat_intervalschedule_id_seq TO chimera_operator;
GRANT USAGE ON SEQUENCE public.django_celery_beat_intervalschedule_id_seq TO chimera_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.django_celery_beat_periodictask TO chimera_operator;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.django_celery_beat_periodictask TO chimera_app;

GRANT USAGE ON SEQUENCE public.django_celery_beat_periodictask_id_seq TO chimera_operator;
GRANT USAGE ON SEQUENCE public.django_celery_beat_periodictask_id_seq TO chimera_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.django_celery_beat_periodictasks TO chimera_operator;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.django_celery_beat_periodictasks TO chimera_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.django_celery_beat_solarschedule TO chimera_operator;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.django_celery_beat_solarschedule TO chimera_app;

GRANT USAGE ON SEQUENCE public.django_celery_beat_solarschedule_id_seq TO chimera_operator;
GRANT USAGE ON SEQUENCE public.django_celery_beat_solarschedule_id_seq TO chimera_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.django_content_type TO chimera_operator;
GRANT SELECT ON TABLE public.django_content_type TO chimera_app;
GRANT SELECT ON TABLE public.django_content_type TO chimera_connector;

GRANT USAGE ON SEQUENCE public.django_content_type_id_seq TO chimera_operator;
GRANT USAGE ON SEQUENCE public.django_content_type_id_seq TO chimera_app;

GRANT SELECT ON TABLE public.django_migrations TO chimera_operator;
GRANT SELECT ON TABLE public.django_migrations TO chimera_app;
GRANT SELECT ON TABLE public.django_migrations TO chimera_connector;

GRANT USAGE ON SEQUENCE public.django_migrations_id_seq TO chimera_operator;
GRANT USAGE ON SEQUENCE public.django_migrations_id_seq TO chimera_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.django_session TO chimera_operator;
GRANT SELECT,DELETE ON TABLE public.django_session TO chimera_archivist;

GRANT SELECT ON TABLE public.governance_anchoring TO chimera_app;
GRANT SELECT ON TABLE public.governance_anchoring TO chimera_operator;
GRANT SELECT,INSERT,UPDATE ON TABLE public.governance_anchoring TO chimera_sealer;
GRANT SELECT ON TABLE public.governance_anchoring TO chimera_archivist;

GRANT SELECT,INSERT,UPDATE ON TABLE public.governance_attempt TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.governance_attempt TO chimera_operator;
GRANT SELECT,DELETE ON TABLE public.governance_attempt TO chimera_archivist;

GRANT USAGE ON SEQUENCE public.governance_attempt_id_seq TO chimera_operator;
GRANT USAGE ON SEQUENCE public.governance_attempt_id_seq TO chimera_app;

GRANT USAGE ON SEQUENCE public.governance_auditevent_id_seq TO chimera_operator;
GRANT USAGE ON SEQUENCE public.governance_auditevent_id_seq TO chimera_app;

GRANT SELECT ON TABLE public.governance_brandpolicy TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.governance_brandpolicy TO chimera_operator;

GRANT SELECT(state_version) ON TABLE public.governance_brandpolicy TO chimera_dispatch;

GRANT SELECT(brand_id) ON TABLE public.governance_brandpolicy TO chimera_dispatch;

GRANT SELECT ON TABLE public.governance_budget TO chimera_app;
GRANT SELECT ON TABLE public.governance_budget TO chimera_operator;
GRANT SELECT,INSERT,UPDATE ON TABLE public.governance_budget TO chimera_treasurer;

GRANT SELECT(scope) ON TABLE public.governance_budget TO chimera_dispatch;

GRANT SELECT(day) ON TABLE public.governance_budget TO chimera_dispatch;

GRANT SELECT(limit_usd_micros) ON TABLE public.governance_budget TO chimera_dispatch;

GRANT SELECT(reserved_usd_micros) ON TABLE public.governance_budget TO chimera_dispatch;

GRANT SELECT(settled_usd_micros) ON TABLE public.governance_budget TO chimera_dispatch;

GRANT SELECT(brand_id) ON TABLE public.governance_budget TO chimera_dispatch;

GRANT USAGE ON SEQUENCE public.governance_budget_id_seq TO chimera_operator;
GRANT USAGE ON SEQUENCE public.governance_budget_id_seq TO chimera_app;

GRANT SELECT ON TABLE public.governance_budgetlimit TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.governance_budgetlimit TO chimera_operator;
GRANT SELECT ON TABLE public.governance_budgetlimit TO chimera_treasurer;

GRANT SELECT(scope) ON TABLE public.governance_budgetlimit TO chimera_dispatch;

GRANT SELECT(brand_id) ON TABLE public.governance_budgetlimit TO chimera_dispatch;

GRANT SELECT("window") ON TABLE public.governance_budgetlimit TO chimera_dispatch;

GRANT USAGE ON SEQUENCE public.governance_budgetlimit_id_seq TO chimera_operator;
GRANT USAGE ON SEQUENCE public.governance_budgetlimit_id_seq TO chimera_app;

GRANT SELECT ON TABLE public.governance_checkpoint TO chimera_app;
GRANT SELECT ON TABLE public.governance_checkpoint TO chimera_operator;
GRANT SELECT,INSERT ON TABLE public.governance_checkpoint TO chimera_sealer;
GRANT SELECT ON TABLE public.governance_checkpoint TO chimera_archivist;
GRANT SELECT ON TABLE public.governance_checkpoint TO chimera_dispatch;

GRANT SELECT ON TABLE public.governance_checkpointkey TO chimera_app;
GRANT SELECT ON TABLE public.governance_checkpointkey TO chimera_operator;
GRANT SELECT,INSERT ON TABLE public.governance_checkpointkey TO chimera_sealer;

GRANT SELECT ON TABLE public.governance_control TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.governance_control TO chimera_operator;
GRANT SELECT ON TABLE public.governance_control TO chimera_dispatch;
GRANT SELECT,INSERT,UPDATE ON TABLE public.governance_control TO chimera_treasurer;

GRANT UPDATE(status) ON TABLE public.governance_control TO chimera_dispatch;

GRANT UPDATE(state_version) ON TABLE public.governance_control TO chimera_dispatch;

GRANT UPDATE(lifted_at) ON TABLE public.governance_control TO chimera_dispatch;

GRANT USAGE ON SEQUENCE public.governance_control_id_seq TO chimera_operator;
GRANT USAGE ON SEQUENCE public.governance_control_id_seq TO chimera_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.governance_effect TO chimera_app;
GRANT SELECT ON TABLE public.governance_effect TO chimera_operator;
GRANT SELECT,UPDATE ON TABLE public.governance_effect TO chimera_treasurer;
GRANT SELECT ON TABLE public.governance_effect TO chimera_archivist;

GRANT SELECT(id) ON TABLE public.governance_effect TO chimera_dispatch;

GRANT SELECT(status) ON TABLE public.governance_effect TO chimera_dispatch;

GRANT SELECT(subject) ON TABLE public.governance_effect TO chimera_dispatch;

GRANT SELECT(kind) ON TABLE public.governance_effect TO chimera_dispatch;

GRANT SELECT(key) ON TABLE public.governance_effect TO chimera_dispatch;

GRANT SELECT(payload_hash) ON TABLE public.governance_effect TO chimera_dispatch;

GRANT SELECT(sent_fence) ON TABLE public.governance_effect TO chimera_dispatch;

GRANT SELECT(grant_jti) ON TABLE public.governance_effect TO chimera_dispatch;

GRANT SELECT(brand_id) ON TABLE public.governance_effect TO chimera_dispatch;

GRANT SELECT(incarnation) ON TABLE public.governance_effect TO chimera_dispatch;

GRANT SELECT(scopes) ON TABLE public.governance_effect TO chimera_dispatch;

GRANT USAGE ON SEQUENCE public.governance_effect_id_seq TO chimera_operator;
GRANT USAGE ON SEQUENCE public.governance_effect_id_seq TO chimera_app;

GRANT SELECT ON TABLE public.governance_entry TO chimera_app;
GRANT SELECT ON TABLE public.governance_entry TO chimera_operator;
GRANT SELECT,INSERT ON TABLE public.governance_entry TO chimera_treasurer;

GRANT SELECT(day) ON TABLE public.governance_entry TO chimera_dispatch;

GRANT SELECT(amount_usd_micros) ON TABLE public.governance_entry TO chimera_dispatch;

GRANT SELECT(at) ON TABLE public.governance_entry TO chimera_dispatch;

GRANT SELECT(brand_id) ON TABLE public.governance_entry TO chimera_dispatch;

GRANT SELECT ON TABLE public.governance_fleetbudget TO chimera_operator;
GRANT SELECT,INSERT,UPDATE ON TABLE public.governance_fleetbudget TO chimera_treasurer;
GRANT SELECT ON TABLE public.governance_fleetbudget TO chimera_dispatch;

GRANT SELECT,UPDATE ON TABLE public.governance_fleetlimit TO chimera_operator;
GRANT SELECT ON TABLE public.governance_fleetlimit TO chimera_treasurer;
GRANT SELECT ON TABLE public.governance_fleetlimit TO chimera_dispatch;

GRANT SELECT ON TABLE public.governance_fleetreturn TO chimera_operator;
GRANT SELECT,INSERT,DELETE ON TABLE public.governance_fleetreturn TO chimera_treasurer;
GRANT SELECT ON TABLE public.governance_fleetreturn TO chimera_dispatch;

GRANT SELECT ON TABLE public.governance_foureyes TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.governance_foureyes TO chimera_operator;

GRANT SELECT ON TABLE public.governance_grantended TO chimera_operator;
GRANT INSERT ON TABLE public.governance_grantended TO chimera_connector;
GRANT SELECT ON TABLE public.governance_grantended TO chimera_dispatch;

GRANT SELECT,INSERT,UPDATE ON TABLE public.governance_grantkey TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.governance_grantkey TO chimera_operator;
GRANT SELECT ON TABLE public.governance_grantkey TO chimera_connector;

GRANT SELECT ON TABLE public.governance_grantrevocation TO chimera_app;
GRANT SELECT,INSERT ON TABLE public.governance_grantrevocation TO chimera_operator;
GRANT SELECT ON TABLE public.governance_grantrevocation TO chimera_connector;

GRANT SELECT ON TABLE public.governance_grantused TO chimera_operator;
GRANT SELECT,INSERT ON TABLE public.governance_grantused TO chimera_connector;
GRANT SELECT,INSERT ON TABLE public.governance_grantused TO chimera_dispatch;

GRANT SELECT ON TABLE public.governance_hold TO chimera_app;
GRANT SELECT ON TABLE public.governance_hold TO chimera_operator;
GRANT SELECT,INSERT,UPDATE ON TABLE public.governance_hold TO chimera_treasurer;
GRANT SELECT,DELETE ON TABLE public.governance_hold TO chimera_archivist;

GRANT SELECT(id) ON TABLE public.governance_hold TO chimera_dispatch;

GRANT SELECT(status) ON TABLE public.governance_hold TO chimera_dispatch;

GRANT SELECT(key) ON TABLE public.governance_hold TO chimera_dispatch;

GRANT SELECT(about) ON TABLE public.governance_hold TO chimera_dispatch;

GRANT SELECT(amount_usd_micros) ON TABLE public.governance_hold TO chimera_dispatch;

GRANT SELECT(expires_at) ON TABLE public.governance_hold TO chimera_dispatch;

GRANT SELECT(brand_id) ON TABLE public.governance_hold TO chimera_dispatch;

GRANT SELECT(spent_if_lost) ON TABLE public.governance_hold TO chimera_dispatch;

GRANT USAGE ON SEQUENCE public.governance_hold_id_seq TO chimera_operator;
GRANT USAGE ON SEQUENCE public.governance_hold_id_seq TO chimera_app;

GRANT SELECT ON TABLE public.governance_incarnation TO chimera_app;
GRANT SELECT,UPDATE ON TABLE public.governance_incarnation TO chimera_operator;
GRANT SELECT ON TABLE public.governance_incarnation TO chimera_dispatch;
GRANT SELECT ON TABLE public.governance_incarnation TO chimera_sealer;

GRANT SELECT,INSERT ON TABLE public.governance_keyrotation TO chimera_app;
GRANT SELECT,INSERT ON TABLE public.governance_keyrotation TO chimera_operator;
GRANT SELECT ON TABLE public.governance_keyrotation TO chimera_sealer;

GRANT SELECT,UPDATE ON TABLE public.governance_letter TO chimera_operator;
GRANT SELECT,INSERT,UPDATE ON TABLE public.governance_letter TO chimera_dispatch;

GRANT SELECT ON TABLE public.governance_letternotice TO chimera_operator;
GRANT SELECT,INSERT ON TABLE public.governance_letternotice TO chimera_dispatch;

GRANT SELECT ON TABLE public.governance_notice TO chimera_app;
GRANT SELECT ON TABLE public.governance_notice TO chimera_operator;
GRANT SELECT,INSERT ON TABLE public.governance_notice TO chimera_dispatch;

GRANT SELECT,INSERT,UPDATE ON TABLE public.governance_noticeseen TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.governance_noticeseen TO chimera_operator;

GRANT SELECT ON TABLE public.governance_putaway TO chimera_operator;
GRANT SELECT,INSERT ON TABLE public.governance_putaway TO chimera_archivist;

GRANT SELECT ON TABLE public.governance_reviewanswer TO chimera_app;
GRANT SELECT ON TABLE public.governance_reviewanswer TO chimera_operator;

GRANT SELECT(id) ON TABLE public.governance_reviewanswer TO chimera_dispatch;

GRANT SELECT(item_id),INSERT(item_id) ON TABLE public.governance_reviewanswer TO chimera_dispatch;

GRANT SELECT(reviewer),INSERT(reviewer) ON TABLE public.governance_reviewanswer TO chimera_dispatch;

GRANT INSERT(answer) ON TABLE public.governance_reviewanswer TO chimera_dispatch;

GRANT SELECT(kind),INSERT(kind) ON TABLE public.governance_reviewanswer TO chimera_dispatch;

GRANT INSERT(agent) ON TABLE public.governance_reviewanswer TO chimera_dispatch;

GRANT INSERT(platform) ON TABLE public.governance_reviewanswer TO chimera_dispatch;

GRANT INSERT(group_key) ON TABLE public.governance_reviewanswer TO chimera_dispatch;

GRANT SELECT(content_hash),INSERT(content_hash) ON TABLE public.governance_reviewanswer TO chimera_dispatch;

GRANT INSERT(waited_s) ON TABLE public.governance_reviewanswer TO chimera_dispatch;

GRANT INSERT(took_ms) ON TABLE public.governance_reviewanswer TO chimera_dispatch;

GRANT INSERT(first_id) ON TABLE public.governance_reviewanswer TO chimera_dispatch;

GRANT SELECT(undone_at),UPDATE(undone_at) ON TABLE public.governance_reviewanswer TO chimera_dispatch;

GRANT INSERT(at) ON TABLE public.governance_reviewanswer TO chimera_dispatch;

GRANT SELECT(brand_id),INSERT(brand_id) ON TABLE public.governance_reviewanswer TO chimera_dispatch;

GRANT SELECT,INSERT,UPDATE ON TABLE public.governance_reviewitem TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.governance_reviewitem TO chimera_operator;
GRANT SELECT ON TABLE public.governance_reviewitem TO chimera_archivist;

GRANT SELECT(id) ON TABLE public.governance_reviewitem TO chimera_dispatch;

GRANT SELECT(status) ON TABLE public.governance_reviewitem TO chimera_dispatch;

GRANT SELECT(subject) ON TABLE public.governance_reviewitem TO chimera_dispatch;

GRANT SELECT(kind) ON TABLE public.governance_reviewitem TO chimera_dispatch;

GRANT SELECT(content_hash) ON TABLE public.governance_reviewitem TO chimera_dispatch;

GRANT SELECT(made_at) ON TABLE public.governance_reviewitem TO chimera_dispatch;

GRANT SELECT(deadline) ON TABLE public.governance_reviewitem TO chimera_dispatch;

GRANT SELECT(decided_at) ON TABLE public.governance_reviewitem TO chimera_dispatch;

GRANT SELECT(consumed_at) ON TABLE public.governance_reviewitem TO chimera_dispatch;

GRANT SELECT(brand_id) ON TABLE public.governance_reviewitem TO chimera_dispatch;

GRANT SELECT(agent) ON TABLE public.governance_reviewitem TO chimera_dispatch;

GRANT SELECT(approved_hash) ON TABLE public.governance_reviewitem TO chimera_dispatch;

GRANT SELECT(final_at) ON TABLE public.governance_reviewitem TO chimera_dispatch;

GRANT USAGE ON SEQUENCE public.governance_reviewitem_id_seq TO chimera_operator;
GRANT USAGE ON SEQUENCE public.governance_reviewitem_id_seq TO chimera_app;

GRANT SELECT ON TABLE public.governance_reviewskip TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.governance_reviewskip TO chimera_operator;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.governance_savedqueue TO chimera_operator;

GRANT SELECT ON TABLE public.governance_sealedevent TO chimera_operator;
GRANT SELECT,INSERT ON TABLE public.governance_sealedevent TO chimera_sealer;
GRANT SELECT ON TABLE public.governance_sealedevent TO chimera_archivist;
GRANT SELECT ON TABLE public.governance_sealedevent TO chimera_dispatch;

GRANT SELECT ON TABLE public.governance_sealing TO chimera_app;
GRANT SELECT ON TABLE public.governance_sealing TO chimera_operator;
GRANT SELECT,UPDATE ON TABLE public.governance_sealing TO chimera_sealer;
GRANT SELECT ON TABLE public.governance_sealing TO chimera_dispatch;

GRANT SELECT ON TABLE public.governance_server TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.governance_server TO chimera_operator;
GRANT SELECT,UPDATE ON TABLE public.governance_server TO chimera_dispatch;
GRANT SELECT ON TABLE public.governance_server TO chimera_archivist;

GRANT SELECT ON TABLE public.governance_servernote TO chimera_operator;
GRANT INSERT ON TABLE public.governance_servernote TO chimera_dispatch;

GRANT USAGE ON SEQUENCE public.governance_servernote_id_seq TO chimera_dispatch;

GRANT SELECT,INSERT,UPDATE ON TABLE public.governance_subscription TO chimera_operator;
GRANT SELECT ON TABLE public.governance_subscription TO chimera_dispatch;

GRANT SELECT ON TABLE public.governance_subtree TO chimera_operator;
GRANT SELECT,INSERT ON TABLE public.governance_subtree TO chimera_sealer;

GRANT SELECT ON TABLE public.governance_threshold TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.governance_threshold TO chimera_operator;

GRANT SELECT,INSERT,UPDATE ON TABLE public.publishing_account TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.publishing_account TO chimera_operator;

GRANT SELECT(id) ON TABLE public.publishing_account TO chimera_dispatch;

GRANT SELECT(platform) ON TABLE public.publishing_account TO chimera_dispatch;

GRANT SELECT(handle) ON TABLE public.publishing_account TO chimera_dispatch;

GRANT SELECT(brand_id) ON TABLE public.publishing_account TO chimera_dispatch;

GRANT USAGE ON SEQUENCE public.publishing_account_id_seq TO chimera_operator;
GRANT USAGE ON SEQUENCE public.publishing_account_id_seq TO chimera_app;

GRANT SELECT ON TABLE public.publishing_accountcheck TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.publishing_accountcheck TO chimera_operator;

GRANT SELECT(name),INSERT(name) ON TABLE public.publishing_accountcheck TO chimera_dispatch;

GRANT SELECT(holds),INSERT(holds),UPDATE(holds) ON TABLE public.publishing_accountcheck TO chimera_dispatch;

GRANT SELECT(lacks),INSERT(lacks),UPDATE(lacks) ON TABLE public.publishing_accountcheck TO chimera_dispatch;

GRANT SELECT(account_id),INSERT(account_id) ON TABLE public.publishing_accountcheck TO chimera_dispatch;

GRANT SELECT(brand_id),INSERT(brand_id) ON TABLE public.publishing_accountcheck TO chimera_dispatch;

GRANT SELECT,INSERT,UPDATE ON TABLE public.publishing_asset TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.publishing_asset TO chimera_operator;
GRANT SELECT,DELETE ON TABLE public.publishing_asset TO chimera_archivist;

GRANT USAGE ON SEQUENCE public.publishing_asset_id_seq TO chimera_operator;
GRANT USAGE ON SEQUENCE public.publishing_asset_id_seq TO chimera_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.publishing_bar TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.publishing_bar TO chimera_operator;

GRANT SELECT ON TABLE public.publishing_blackout TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.publishing_blackout TO chimera_operator;

GRANT SELECT,INSERT,UPDATE ON TABLE public.publishing_credential TO chimera_connector;

GRANT SELECT(id) ON TABLE public.publishing_credential TO chimera_app;
GRANT SELECT(id) ON TABLE public.publishing_credential TO chimera_operator;

GRANT SELECT(platform_user_id) ON TABLE public.publishing_credential TO chimera_app;
GRANT SELECT(platform_user_id) ON TABLE public.publishing_credential TO chimera_operator;
GRANT SELECT(platform_user_id) ON TABLE public.publishing_credential TO chimera_dispatch;

GRANT SELECT(scopes) ON TABLE public.publishing_credential TO chimera_app;
GRANT SELECT(scopes) ON TABLE public.publishing_credential TO chimera_operator;

GRANT SELECT(expires_at) ON TABLE public.publishing_credential TO chimera_app;
GRANT SELECT(expires_at) ON TABLE public.publishing_credential TO chimera_operator;

GRANT SELECT(connected_at) ON TABLE public.publishing_credential TO chimera_app;
GRANT SELECT(connected_at) ON TABLE public.publishing_credential TO chimera_operator;

GRANT SELECT(refreshed_at) ON TABLE public.publishing_credential TO chimera_app;
GRANT SELECT(refreshed_at) ON TABLE public.publishing_credential TO chimera_operator;

GRANT SELECT(renewals) ON TABLE public.publishing_credential TO chimera_app;
GRANT SELECT(renewals) ON TABLE public.publishing_credential TO chimera_operator;

GRANT SELECT(reconnect_why) ON TABLE public.publishing_credential TO chimera_app;
GRANT SELECT(reconnect_why) ON TABLE public.publishing_credential TO chimera_operator;

GRANT SELECT(account_id) ON TABLE public.publishing_credential TO chimera_app;
GRANT SELECT(account_id) ON TABLE public.publishing_credential TO chimera_operator;
GRANT SELECT(account_id) ON TABLE public.publishing_credential TO chimera_dispatch;

GRANT SELECT(brand_id) ON TABLE public.publishing_credential TO chimera_app;
GRANT SELECT(brand_id) ON TABLE public.publishing_credential TO chimera_operator;
GRANT SELECT(brand_id) ON TABLE public.publishing_credential TO chimera_dispatch;

GRANT SELECT,INSERT,UPDATE ON TABLE public.publishing_cursor TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.publishing_cursor TO chimera_operator;

GRANT SELECT(platform),INSERT(platform) ON TABLE public.publishing_cursor TO chimera_dispatch;

GRANT SELECT("position"),INSERT("position"),UPDATE("position") ON TABLE public.publishing_cursor TO chimera_dispatch;

GRANT SELECT(read_at),INSERT(read_at),UPDATE(read_at) ON TABLE public.publishing_cursor TO chimera_dispatch;

GRANT SELECT(note),INSERT(note),UPDATE(note) ON TABLE public.publishing_cursor TO chimera_dispatch;

GRANT SELECT(brand_id),INSERT(brand_id) ON TABLE public.publishing_cursor TO chimera_dispatch;

GRANT SELECT,UPDATE ON TABLE public.publishing_delivery TO chimera_app;
GRANT SELECT ON TABLE public.publishing_delivery TO chimera_operator;

GRANT SELECT(id) ON TABLE public.publishing_delivery TO chimera_dispatch;

GRANT SELECT(platform),INSERT(platform) ON TABLE public.publishing_delivery TO chimera_dispatch;

GRANT SELECT(kind),INSERT(kind) ON TABLE public.publishing_delivery TO chimera_dispatch;

GRANT SELECT(platform_id),INSERT(platform_id) ON TABLE public.publishing_delivery TO chimera_dispatch;

GRANT SELECT(due_at) ON TABLE public.publishing_delivery TO chimera_dispatch;

GRANT SELECT(account_id),INSERT(account_id) ON TABLE public.publishing_delivery TO chimera_dispatch;

GRANT SELECT(brand_id),INSERT(brand_id) ON TABLE public.publishing_delivery TO chimera_dispatch;

GRANT SELECT ON TABLE public.publishing_deliverycount TO chimera_app;
GRANT SELECT ON TABLE public.publishing_deliverycount TO chimera_operator;
GRANT SELECT,INSERT,UPDATE ON TABLE public.publishing_deliverycount TO chimera_dispatch;

GRANT SELECT,INSERT,UPDATE ON TABLE public.publishing_feed TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.publishing_feed TO chimera_operator;
GRANT SELECT ON TABLE public.publishing_feed TO chimera_archivist;

GRANT USAGE ON SEQUENCE public.publishing_feed_id_seq TO chimera_operator;
GRANT USAGE ON SEQUENCE public.publishing_feed_id_seq TO chimera_app;

GRANT SELECT,INSERT ON TABLE public.publishing_feeditem TO chimera_app;
GRANT SELECT,INSERT ON TABLE public.publishing_feeditem TO chimera_operator;
GRANT SELECT,DELETE ON TABLE public.publishing_feeditem TO chimera_archivist;

GRANT USAGE ON SEQUENCE public.publishing_feeditem_id_seq TO chimera_operator;
GRANT USAGE ON SEQUENCE public.publishing_feeditem_id_seq TO chimera_app;

GRANT SELECT,INSERT ON TABLE public.publishing_fingerprint TO chimera_app;
GRANT SELECT,INSERT ON TABLE public.publishing_fingerprint TO chimera_operator;
GRANT SELECT ON TABLE public.publishing_fingerprint TO chimera_comparer;
GRANT SELECT,DELETE ON TABLE public.publishing_fingerprint TO chimera_archivist;

GRANT SELECT ON TABLE public.publishing_fleetblackout TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.publishing_fleetblackout TO chimera_operator;

GRANT SELECT,INSERT,UPDATE ON TABLE public.publishing_hiding TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.publishing_hiding TO chimera_operator;

GRANT SELECT(id) ON TABLE public.publishing_hiding TO chimera_dispatch;

GRANT SELECT(status) ON TABLE public.publishing_hiding TO chimera_dispatch;

GRANT SELECT(queue) ON TABLE public.publishing_hiding TO chimera_dispatch;

GRANT SELECT(scopes) ON TABLE public.publishing_hiding TO chimera_dispatch;

GRANT SELECT(due_at),UPDATE(due_at) ON TABLE public.publishing_hiding TO chimera_dispatch;

GRANT SELECT(lease_until),UPDATE(lease_until) ON TABLE public.publishing_hiding TO chimera_dispatch;

GRANT SELECT(lease_owner),UPDATE(lease_owner) ON TABLE public.publishing_hiding TO chimera_dispatch;

GRANT SELECT(fence) ON TABLE public.publishing_hiding TO chimera_dispatch;

GRANT SELECT(priority) ON TABLE public.publishing_hiding TO chimera_dispatch;

GRANT SELECT(stage) ON TABLE public.publishing_hiding TO chimera_dispatch;

GRANT SELECT(brand_id) ON TABLE public.publishing_hiding TO chimera_dispatch;

GRANT SELECT,INSERT ON TABLE public.publishing_likeness TO chimera_app;
GRANT SELECT,INSERT ON TABLE public.publishing_likeness TO chimera_operator;
GRANT SELECT ON TABLE public.publishing_likeness TO chimera_comparer;
GRANT SELECT,DELETE ON TABLE public.publishing_likeness TO chimera_archivist;

GRANT SELECT,INSERT,UPDATE ON TABLE public.publishing_making TO chimera_app;
GRANT SELECT,UPDATE ON TABLE public.publishing_making TO chimera_operator;
GRANT SELECT ON TABLE public.publishing_making TO chimera_archivist;

GRANT SELECT(id) ON TABLE public.publishing_making TO chimera_dispatch;

GRANT SELECT(status) ON TABLE public.publishing_making TO chimera_dispatch;

GRANT SELECT(queue) ON TABLE public.publishing_making TO chimera_dispatch;

GRANT SELECT(scopes) ON TABLE public.publishing_making TO chimera_dispatch;

GRANT SELECT(due_at),UPDATE(due_at) ON TABLE public.publishing_making TO chimera_dispatch;

GRANT SELECT(lease_until),UPDATE(lease_until) ON TABLE public.publishing_making TO chimera_dispatch;

GRANT SELECT(lease_owner),UPDATE(lease_owner) ON TABLE public.publishing_making TO chimera_dispatch;

GRANT SELECT(fence) ON TABLE public.publishing_making TO chimera_dispatch;

GRANT SELECT(priority) ON TABLE public.publishing_making TO chimera_dispatch;

GRANT SELECT(stage) ON TABLE public.publishing_making TO chimera_dispatch;

GRANT SELECT(brand_id) ON TABLE public.publishing_making TO chimera_dispatch;

GRANT SELECT,INSERT,UPDATE ON TABLE public.publishing_mention TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.publishing_mention TO chimera_operator;

GRANT SELECT(status) ON TABLE public.publishing_mention TO chimera_dispatch;

GRANT SELECT(brand_id) ON TABLE public.publishing_mention TO chimera_dispatch;

GRANT SELECT,INSERT,UPDATE ON TABLE public.publishing_post TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.publishing_post TO chimera_operator;
GRANT SELECT ON TABLE public.publishing_post TO chimera_archivist;

GRANT SELECT(id) ON TABLE public.publishing_post TO chimera_dispatch;

GRANT SELECT(status) ON TABLE public.publishing_post TO chimera_dispatch;

GRANT SELECT(queue) ON TABLE public.publishing_post TO chimera_dispatch;

GRANT SELECT(scopes) ON TABLE public.publishing_post TO chimera_dispatch;

GRANT SELECT(due_at),UPDATE(due_at) ON TABLE public.publishing_post TO chimera_dispatch;

GRANT SELECT(lease_until),UPDATE(lease_until) ON TABLE public.publishing_post TO chimera_dispatch;

GRANT SELECT(lease_owner),UPDATE(lease_owner) ON TABLE public.publishing_post TO chimera_dispatch;

GRANT SELECT(fence) ON TABLE public.publishing_post TO chimera_dispatch;

GRANT SELECT(priority) ON TABLE public.publishing_post TO chimera_dispatch;

GRANT SELECT(approval) ON TABLE public.publishing_post TO chimera_dispatch;

GRANT SELECT(published_at) ON TABLE public.publishing_post TO chimera_dispatch;

GRANT SELECT(stage) ON TABLE public.publishing_post TO chimera_dispatch;

GRANT SELECT(account_id) ON TABLE public.publishing_post TO chimera_dispatch;

GRANT SELECT(brand_id) ON TABLE public.publishing_post TO chimera_dispatch;

GRANT SELECT(looks) ON TABLE public.publishing_post TO chimera_dispatch;

GRANT SELECT(verification) ON TABLE public.publishing_post TO chimera_dispatch;

GRANT USAGE ON SEQUENCE public.publishing_post_id_seq TO chimera_operator;
GRANT USAGE ON SEQUENCE public.publishing_post_id_seq TO chimera_app;

GRANT SELECT ON TABLE public.publishing_quota TO chimera_app;
GRANT SELECT,INSERT ON TABLE public.publishing_quota TO chimera_operator;
GRANT SELECT ON TABLE public.publishing_quota TO chimera_dispatch;

GRANT SELECT ON TABLE public.publishing_readcount TO chimera_app;
GRANT SELECT ON TABLE public.publishing_readcount TO chimera_operator;
GRANT SELECT,INSERT,UPDATE ON TABLE public.publishing_readcount TO chimera_dispatch;

GRANT USAGE ON SEQUENCE public.publishing_readcount_id_seq TO chimera_dispatch;

GRANT SELECT,INSERT ON TABLE public.publishing_reading TO chimera_app;
GRANT SELECT,INSERT ON TABLE public.publishing_reading TO chimera_operator;

GRANT SELECT,INSERT ON TABLE public.publishing_reference TO chimera_app;
GRANT SELECT,INSERT ON TABLE public.publishing_reference TO chimera_operator;
GRANT SELECT ON TABLE public.publishing_reference TO chimera_archivist;

GRANT SELECT ON TABLE public.publishing_release TO chimera_app;
GRANT SELECT,INSERT ON TABLE public.publishing_release TO chimera_operator;

GRANT SELECT,INSERT ON TABLE public.publishing_resemblance TO chimera_app;
GRANT SELECT,INSERT ON TABLE public.publishing_resemblance TO chimera_operator;

GRANT SELECT,UPDATE ON TABLE public.publishing_reversal TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.publishing_reversal TO chimera_operator;

GRANT SELECT(id) ON TABLE public.publishing_reversal TO chimera_dispatch;

GRANT SELECT(status) ON TABLE public.publishing_reversal TO chimera_dispatch;

GRANT SELECT(queue) ON TABLE public.publishing_reversal TO chimera_dispatch;

GRANT SELECT(scopes) ON TABLE public.publishing_reversal TO chimera_dispatch;

GRANT SELECT(due_at),UPDATE(due_at) ON TABLE public.publishing_reversal TO chimera_dispatch;

GRANT SELECT(lease_until),UPDATE(lease_until) ON TABLE public.publishing_reversal TO chimera_dispatch;

GRANT SELECT(lease_owner),UPDATE(lease_owner) ON TABLE public.publishing_reversal TO chimera_dispatch;

GRANT SELECT(fence) ON TABLE public.publishing_reversal TO chimera_dispatch;

GRANT SELECT(priority) ON TABLE public.publishing_reversal TO chimera_dispatch;

GRANT SELECT(stage) ON TABLE public.publishing_reversal TO chimera_dispatch;

GRANT SELECT(brand_id) ON TABLE public.publishing_reversal TO chimera_dispatch;

GRANT SELECT ON TABLE public.publishing_slot TO chimera_operator;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.publishing_slot TO chimera_dispatch;

GRANT SELECT,INSERT,UPDATE ON TABLE public.publishing_trend TO chimera_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.publishing_trend TO chimera_operator;
GRANT SELECT,DELETE ON TABLE public.publishing_trend TO chimera_archivist;

GRANT USAGE ON SEQUENCE public.publishing_trend_id_seq TO chimera_operator;
GRANT USAGE ON SEQUENCE public.publishing_trend_id_seq TO chimera_app;

GRANT SELECT ON TABLE public.publishing_window TO chimera_operator;
GRANT SELECT,INSERT,UPDATE ON TABLE public.publishing_window TO chimera_dispatch;

ALTER FUNCTION public.agents_archive(p_after interval, p_count integer) OWNER TO chimera_archivist;
ALTER FUNCTION public.agents_archive_pick(p_after interval, p_count integer) OWNER TO chimera_archivist;
ALTER FUNCTION public.agents_board_counted(p_starts timestamp with time zone[], p_ends timestamp with time zone[], p_midnight timestamp with time zone, p_until timestamp with time zone, p_alone text) OWNER TO chimera_dispatch;
ALTER FUNCTION public.agents_forget_archived(p_keep interval, p_count integer) OWNER TO chimera_archivist;
ALTER FUNCTION public.agents_forget_feed_items(p_keep interval, p_count integer) OWNER TO chimera_archivist;
ALTER FUNCTION public.agents_forget_fingerprints(p_older interval, p_count integer) OWNER TO chimera_archivist;
ALTER FUNCTION public.agents_forget_memories(p_keep interval, p_count integer) OWNER TO chimera_archivist;
ALTER FUNCTION public.agents_forget_trends(p_keep interval, p_count integer) OWNER TO chimera_archivist;
ALTER FUNCTION public.agents_goal_late(p_late interval, p_count integer) OWNER TO chimera_dispatch;
ALTER FUNCTION public.agents_goal_stale(p_count integer) OWNER TO chimera_dispatch;
ALTER FUNCTION public.agents_shadow_due(p_silent interval, p_count integer) OWNER TO chimera_dispatch;
ALTER FUNCTION public.agents_task_pick(p_queues text[], p_stages text[], p_count integer, p_after bigint) OWNER TO chimera_dispatch;
ALTER FUNCTION public.agents_task_release_of(p_owner_prefix text, p_early interval) OWNER TO chimera_dispatch;
ALTER FUNCTION public.agents_task_renew(p_ids bigint[], p_fences bigint[], p_lease interval) OWNER TO chimera_dispatch;
ALTER FUNCTION public.agents_task_waiting(p_late interval) OWNER TO chimera_dispatch;
ALTER FUNCTION public.chimera_record() OWNER TO chimera_recorder;
ALTER FUNCTION public.chimera_record_agents_goal() OWNER TO chimera_recorder;
ALTER FUNCTION public.chimera_record_agents_plan() OWNER TO chimera_recorder;
ALTER FUNCTION public.chimera_record_agents_task() OWNER TO chimera_recorder;
ALTER FUNCTION public.chimera_record_governance_hold() OWNER TO chimera_recorder;
ALTER FUNCTION public.core_brand_ids() OWNER TO chimera_dispatch;
ALTER FUNCTION public.core_brands_of(p_person text) OWNER TO chimera_dispatch;
ALTER FUNCTION public.core_circuit_let_go(p_provider text, p_by text) OWNER TO chimera_dispatch;
ALTER FUNCTION public.core_circuit_look(p_provider text, p_window interval) OWNER TO chimera_dispatch;
ALTER FUNCTION public.core_circuit_pass(p_provider text, p_by text, p_lease interval, p_window interval) OWNER TO chimera_dispatch;
ALTER FUNCTION public.core_circuit_report(p_provider text, p_by text, p_failed boolean, p_note text, p_count integer, p_window interval, p_open interval, p_max interval) OWNER TO chimera_dispatch;
ALTER FUNCTION public.core_forget_author(p_authors text[]) OWNER TO chimera_archivist;
ALTER FUNCTION public.core_forget_disclosures(p_keep interval, p_count integer) OWNER TO chimera_archivist;
ALTER FUNCTION public.core_forget_sessions(p_count integer) OWNER TO chimera_archivist;
ALTER FUNCTION public.core_forget_ticks(p_older interval, p_count integer) OWNER TO chimera_archivist;
ALTER FUNCTION public.governance_abandoned_holds(p_count integer) OWNER TO chimera_dispatch;
ALTER FUNCTION public.governance_answered_reviews(p_prefix text, p_count integer) OWNER TO chimera_dispatch;
ALTER FUNCTION public.governance_burn_grant(p_brand bigint, p_key text, p_jti text) OWNER TO chimera_dispatch;
ALTER FUNCTION public.governance_digest_put(p_subscription bigint, p_day date, p_facts jsonb) OWNER TO chimera_dispatch;
ALTER FUNCTION public.governance_digests_due(p_back interval) OWNER TO chimera_dispatch;
ALTER FUNCTION public.governance_effect_withdraw(p_subject text, p_kind text, p_sentence text) OWNER TO chimera_treasurer;
ALTER FUNCTION public.governance_end_hold(p_key text, p_amount bigint, p_debit text) OWNER TO chimera_treasurer;
ALTER FUNCTION public.governance_end_quarantine() OWNER TO chimera_dispatch;
ALTER FUNCTION public.governance_fleet_fold(p_day date) OWNER TO chimera_treasurer;
ALTER FUNCTION public.governance_fleet_limit_follows() OWNER TO chimera_treasurer;
ALTER FUNCTION public.governance_fleet_unfolded() OWNER TO chimera_treasurer;
ALTER FUNCTION public.governance_fleet_used(p_day date) OWNER TO chimera_dispatch;
ALTER FUNCTION public.governance_grant_answer(p_brand bigint, p_key text, p_jti text) OWNER TO chimera_dispatch;
ALTER FUNCTION public.governance_grant_is_approved(p_brand bigint, p_approval text, p_hash text, p_key text) OWNER TO chimera_dispatch;
ALTER FUNCTION public.governance_grant_is_burned(p_jti text) OWNER TO chimera_dispatch;
ALTER FUNCTION public.governance_grant_stands(p_brand bigint, p_key text, p_jti text, p_fence bigint, p_hash text) OWNER TO chimera_dispatch;
ALTER FUNCTION public.governance_grant_stop(p_brand bigint, p_key text) OWNER TO chimera_dispatch;
ALTER FUNCTION public.governance_late_reviews(p_count integer) OWNER TO chimera_dispatch;
ALTER FUNCTION public.governance_letter_land(p_id bigint, p_fence bigint, p_to text, p_after interval, p_note text) OWNER TO chimera_dispatch;
ALTER FUNCTION public.governance_letter_take(p_owner text, p_lease interval) OWNER TO chimera_dispatch;
ALTER FUNCTION public.governance_lift_exhausted(p_scope text) OWNER TO chimera_treasurer;
ALTER FUNCTION public.governance_limit_follows() OWNER TO chimera_treasurer;
ALTER FUNCTION public.governance_may_put_away(p_days integer, p_count integer) OWNER TO chimera_archivist;
ALTER FUNCTION public.governance_news(p_near interval, p_doubt interval, p_circuit interval, p_record interval, p_cap_bp integer, p_open interval, p_max interval, p_back interval, p_count integer) OWNER TO chimera_dispatch;
ALTER FUNCTION public.governance_note(p_kind text, p_scope text, p_subject text, p_sentence text, p_link text, p_key text, p_fold interval, p_only bigint) OWNER TO chimera_dispatch;
ALTER FUNCTION public.governance_note_server() OWNER TO chimera_dispatch;
ALTER FUNCTION public.governance_pause_exhausted(p_scope text, p_window text, p_cheapest bigint, p_reason text) OWNER TO chimera_treasurer;
ALTER FUNCTION public.governance_put_away(p_days integer, p_first bigint, p_last bigint) OWNER TO chimera_archivist;
ALTER FUNCTION public.governance_reopen() OWNER TO chimera_treasurer;
ALTER FUNCTION public.governance_reserve(p_key text, p_about text, p_scopes text[], p_amount bigint, p_lasts interval) OWNER TO chimera_treasurer;
ALTER FUNCTION public.governance_reserve_set(p_rows jsonb, p_lasts interval, p_spent_if_lost boolean) OWNER TO chimera_treasurer;
ALTER FUNCTION public.governance_revoke_grants(p_scope text) OWNER TO chimera_dispatch;
ALTER FUNCTION public.governance_server_seen(p_name text, p_url text, p_tools jsonb, p_wrong text, p_reason text, p_by text) OWNER TO chimera_dispatch;
ALTER FUNCTION public.governance_settle_set(p_rows jsonb, p_debit text) OWNER TO chimera_treasurer;
ALTER FUNCTION public.governance_tell_answer() OWNER TO chimera_dispatch;
ALTER FUNCTION public.governance_watch(p_hour_times numeric, p_hold_times numeric, p_floor bigint) OWNER TO chimera_treasurer;
ALTER FUNCTION public.publishing_asset_wishes(p_hashes text[], p_warm interval, p_cold interval) OWNER TO chimera_archivist;
ALTER FUNCTION public.publishing_assets_needed(p_hashes text[]) OWNER TO chimera_archivist;
ALTER FUNCTION public.publishing_bio_read(p_platform text, p_handle text, p_lacks text) OWNER TO chimera_dispatch;
ALTER FUNCTION public.publishing_deliver(p_platform text, p_users text[], p_kinds text[], p_ids text[], p_nameless integer) OWNER TO chimera_dispatch;
ALTER FUNCTION public.publishing_delivery_refused(p_platform text, p_count integer) OWNER TO chimera_dispatch;
ALTER FUNCTION public.publishing_ears(p_platforms text[]) OWNER TO chimera_dispatch;
ALTER FUNCTION public.publishing_fleet_near(p_asked jsonb, p_days integer) OWNER TO chimera_comparer;
ALTER FUNCTION public.publishing_forget_assets(p_keep interval, p_after bigint, p_count integer, p_dry boolean, OUT gone bigint, OUT upto bigint) OWNER TO chimera_archivist;
ALTER FUNCTION public.publishing_heard_nothing(p_brands bigint[], p_platform text, p_from text, p_to text, p_note text) OWNER TO chimera_dispatch;
ALTER FUNCTION public.publishing_hiding_pick(p_queues text[], p_stages text[], p_count integer, p_after bigint) OWNER TO chimera_dispatch;
ALTER FUNCTION public.publishing_hiding_release_of(p_owner_prefix text, p_early interval) OWNER TO chimera_dispatch;
ALTER FUNCTION public.publishing_hiding_renew(p_ids bigint[], p_fences bigint[], p_lease interval) OWNER TO chimera_dispatch;
ALTER FUNCTION public.publishing_hiding_waiting(p_late interval) OWNER TO chimera_dispatch;
ALTER FUNCTION public.publishing_making_pick(p_queues text[], p_stages text[], p_count integer, p_after bigint) OWNER TO chimera_dispatch;
ALTER FUNCTION public.publishing_making_release_of(p_owner_prefix text, p_early interval) OWNER TO chimera_dispatch;
ALTER FUNCTION public.publishing_making_renew(p_ids bigint[], p_fences bigint[], p_lease interval) OWNER TO chimera_dispatch;
ALTER FUNCTION public.publishing_making_waiting(p_late interval) OWNER TO chimera_dispatch;
ALTER FUNCTION public.publishing_post_pick(p_queues text[], p_stages text[], p_count integer, p_after bigint) OWNER TO chimera_dispatch;
ALTER FUNCTION public.publishing_post_release_of(p_owner_prefix text, p_early interval) OWNER TO chimera_dispatch;
ALTER FUNCTION public.publishing_post_renew(p_ids bigint[], p_fences bigint[], p_lease interval) OWNER TO chimera_dispatch;
ALTER FUNCTION public.publishing_post_waiting(p_late interval) OWNER TO chimera_dispatch;
ALTER FUNCTION public.publishing_quota_close(p_account bigint, p_scope text, p_until timestamp with time zone) OWNER TO chimera_dispatch;
ALTER FUNCTION public.publishing_quota_give_back(p_jti text) OWNER TO chimera_dispatch;
ALTER FUNCTION public.publishing_quota_left(p_accounts bigint[], p_ours jsonb) OWNER TO chimera_dispatch;
ALTER FUNCTION public.publishing_quota_take(p_account bigint, p_jti text, p_ours jsonb) OWNER TO chimera_dispatch;
ALTER FUNCTION public.publishing_quota_told(p_account bigint, p_span integer, p_count integer) OWNER TO chimera_dispatch;
ALTER FUNCTION public.publishing_reads_take(p_platform text, p_wanted integer, p_max integer) OWNER TO chimera_dispatch;
ALTER FUNCTION public.publishing_reversal_pick(p_queues text[], p_stages text[], p_count integer, p_after bigint) OWNER TO chimera_dispatch;
ALTER FUNCTION public.publishing_reversal_release_of(p_owner_prefix text, p_early interval) OWNER TO chimera_dispatch;
ALTER FUNCTION public.publishing_reversal_renew(p_ids bigint[], p_fences bigint[], p_lease interval) OWNER TO chimera_dispatch;
ALTER FUNCTION public.publishing_reversal_waiting(p_late interval) OWNER TO chimera_dispatch;
ALTER FUNCTION public.publishing_stands(p_brand bigint, p_post bigint) OWNER TO chimera_dispatch;
ALTER FUNCTION public.publishing_to_verify(p_after interval, p_within interval, p_max integer) OWNER TO chimera_dispatch;
ALTER FUNCTION public.publishing_whose(p_platform text, p_handle text) OWNER TO chimera_dispatch;
SET LOCAL ROLE chimera_recorder;
GRANT ALL ON FUNCTION public.chimera_record() TO chimera_owner;
SET LOCAL ROLE chimera_recorder;
GRANT ALL ON FUNCTION public.chimera_record_agents_goal() TO chimera_owner;
SET LOCAL ROLE chimera_recorder;
GRANT ALL ON FUNCTION public.chimera_record_agents_plan() TO chimera_owner;
SET LOCAL ROLE chimera_recorder;
GRANT ALL ON FUNCTION public.chimera_record_agents_task() TO chimera_owner;
SET LOCAL ROLE chimera_recorder;
GRANT ALL ON FUNCTION public.chimera_record_governance_hold() TO chimera_owner;
SET LOCAL ROLE chimera_treasurer;
GRANT ALL ON FUNCTION public.governance_fleet_limit_follows() TO chimera_owner;
SET LOCAL ROLE chimera_treasurer;
GRANT ALL ON FUNCTION public.governance_limit_follows() TO chimera_owner;
SET LOCAL ROLE chimera_dispatch;
GRANT ALL ON FUNCTION public.governance_note_server() TO chimera_owner;
SET LOCAL ROLE chimera_dispatch;
GRANT ALL ON FUNCTION public.governance_tell_answer() TO chimera_owner;
SET LOCAL ROLE chimera_owner;

SET LOCAL search_path = DEFAULT;
SET LOCAL app.actor = 'migration';
INSERT INTO public.core_clock ("id", "shift", "simulated") VALUES ('1', '00:00:00', 'false');
ALTER TABLE public.governance_incarnation DISABLE TRIGGER USER;
INSERT INTO public.governance_incarnation ("id", "number", "since", "reason") VALUES ('1', '1', public.chimera_now(), 'installed');
ALTER TABLE public.governance_incarnation ENABLE TRIGGER USER;
INSERT INTO public.governance_fleetlimit ("id", "limit_usd_micros") VALUES ('1', '500000000');
INSERT INTO public.governance_sealing ("id", "installation", "system", "incarnation", "catching_up", "rotated_through", "from_xid", "from_id", "window_xid") VALUES ('1', left(replace(gen_random_uuid()::text, '-', ''), 16), '', '1', 'true', '0', '0', '0', '0');
INSERT INTO public.publishing_quota ("id", "platform", "scope", "span_s", "count_max", "told_max", "since", "source") VALUES ('1', 'x', 'account', '900', '100', '100', '2026-08-22', 'docs.x.com, rate limits, as of xdevplatform/docs 28713281 (2026-08-22)');
INSERT INTO public.publishing_quota ("id", "platform", "scope", "span_s", "count_max", "told_max", "since", "source") VALUES ('2', 'x', 'app', '86400', '10000', '10000', '2026-08-22', 'docs.x.com, rate limits, as of xdevplatform/docs 28713281 (2026-08-22)');
INSERT INTO public.publishing_quota ("id", "platform", "scope", "span_s", "count_max", "told_max", "since", "source") VALUES ('3', 'instagram', 'account', '86400', '50', '100', '2026-06-22', 'developers.facebook.com, content publishing: 50 on one page, 100 on another; content_publishing_limit tells');
SELECT pg_catalog.setval('public.publishing_quota_id_seq', (SELECT max(id) FROM public.publishing_quota));
INSERT INTO public.django_celery_beat_intervalschedule ("id", "every", "period") VALUES ('1', '3600', 'seconds');
INSERT INTO public.django_celery_beat_intervalschedule ("id", "every", "period") VALUES ('2', '86400', 'seconds');
INSERT INTO public.django_celery_beat_intervalschedule ("id", "every", "period") VALUES ('3', '300', 'seconds');
INSERT INTO public.django_celery_beat_intervalschedule ("id", "every", "period") VALUES ('4', '60', 'seconds');
INSERT INTO public.django_celery_beat_intervalschedule ("id", "every", "period") VALUES ('5', '900', 'seconds');
INSERT INTO public.django_celery_beat_intervalschedule ("id", "every", "period") VALUES ('6', '10', 'seconds');
INSERT INTO public.django_celery_beat_intervalschedule ("id", "every", "period") VALUES ('7', '15', 'seconds');
INSERT INTO public.django_celery_beat_intervalschedule ("id", "every", "period") VALUES ('8', '600', 'seconds');
INSERT INTO public.django_celery_beat_intervalschedule ("id", "every", "period") VALUES ('9', '3', 'seconds');
SELECT pg_catalog.setval('public.django_celery_beat_intervalschedule_id_seq', (SELECT max(id) FROM public.django_celery_beat_intervalschedule));
INSERT INTO public.django_celery_beat_periodictask ("id", "name", "task", "args", "kwargs", "queue", "exchange", "routing_key", "expires", "enabled", "last_run_at", "total_run_count", "date_changed", "description", "crontab_id", "interval_id", "solar_id", "one_off", "start_time", "priority", "headers", "clocked_id", "expire_seconds") VALUES ('1', 'follow the checkpoint key', 'governance.rotate_checkpoint_key', '[]', '{}', 'sweep', NULL, NULL, NULL, 'true', NULL, '0', public.chimera_now(), '', NULL, '1', NULL, 'false', NULL, NULL, '{}', NULL, NULL);
INSERT INTO public.django_celery_beat_periodictask ("id", "name", "task", "args", "kwargs", "queue", "exchange", "routing_key", "expires", "enabled", "last_run_at", "total_run_count", "date_changed", "description", "crontab_id", "interval_id", "solar_id", "one_off", "start_time", "priority", "headers", "clocked_id", "expire_seconds") VALUES ('2', 'put old events away', 'governance.put_away', '[]', '{}', 'sweep', NULL, NULL, NULL, 'true', NULL, '0', public.chimera_now(), '', NULL, '2', NULL, 'false', NULL, NULL, '{}', NULL, NULL);
INSERT INTO public.django_celery_beat_periodictask ("id", "name", "task", "args", "kwargs", "queue", "exchange", "routing_key", "expires", "enabled", "last_run_at", "total_run_count", "date_changed", "description", "crontab_id", "interval_id", "solar_id", "one_off", "start_time", "priority", "headers", "clocked_id", "expire_seconds") VALUES ('3', 'look after the grant keys', 'governance.rotate_grant_key', '[]', '{}', 'publish', NULL, NULL, NULL, 'true', NULL, '0', public.chimera_now(), '', NULL, '3', NULL, 'false', NULL, NULL, '{}', NULL, NULL);
INSERT INTO public.django_celery_beat_periodictask ("id", "name", "task", "args", "kwargs", "queue", "exchange", "routing_key", "expires", "enabled", "last_run_at", "total_run_count", "date_changed", "description", "crontab_id", "interval_id", "solar_id", "one_off", "start_time", "priority", "headers", "clocked_id", "expire_seconds") VALUES ('4', 'read figures', 'publishing.figures', '[]', '{}', 'sweep', NULL, NULL, NULL, 'true', NULL, '0', public.chimera_now(), '', NULL, '4', NULL, 'false', NULL, NULL, '{}', NULL, NULL);
INSERT INTO public.django_celery_beat_periodictask ("id", "name", "task", "args", "kwargs", "queue", "exchange", "routing_key", "expires", "enabled", "last_run_at", "total_run_count", "date_changed", "description", "crontab_id", "interval_id", "solar_id", "one_off", "start_time", "priority", "headers", "clocked_id", "expire_seconds") VALUES ('5', 'scan the feeds', 'publishing.scan', '[]', '{}', 'sweep', NULL, NULL, NULL, 'true', NULL, '0', public.chimera_now(), '', NULL, '5', NULL, 'false', NULL, NULL, '{}', NULL, NULL);
INSERT INTO public.django_celery_beat_periodictask ("id", "name", "task", "args", "kwargs", "queue", "exchange", "routing_key", "expires", "enabled", "last_run_at", "total_run_count", "date_changed", "description", "crontab_id", "interval_id", "solar_id", "one_off", "start_time", "priority", "headers", "clocked_id", "expire_seconds") VALUES ('6', 'set goals from trends', 'agents.set_goals', '[]', '{}', 'sweep', NULL, NULL, NULL, 'true', NULL, '0', public.chimera_now(), '', NULL, '4', NULL, 'false', NULL, NULL, '{}', NULL, NULL);
INSERT INTO public.django_celery_beat_periodictask ("id", "name", "task", "args", "kwargs", "queue", "exchange", "routing_key", "expires", "enabled", "last_run_at", "total_run_count", "date_changed", "description", "crontab_id", "interval_id", "solar_id", "one_off", "start_time", "priority", "headers", "clocked_id", "expire_seconds") VALUES ('7', 'sweep', 'agents.sweep', '[]', '{}', 'sweep', NULL, NULL, NULL, 'true', NULL, '0', public.chimera_now(), '', NULL, '6', NULL, 'false', NULL, NULL, '{}', NULL, NULL);
INSERT INTO public.django_celery_beat_periodictask ("id", "name", "task", "args", "kwargs", "queue", "exchange", "routing_key", "expires", "enabled", "last_run_at", "total_run_count", "date_changed", "description", "crontab_id", "interval_id", "solar_id", "one_off", "start_time", "priority", "headers", "clocked_id", "expire_seconds") VALUES ('8', 'archive and forget', 'agents.archive', '[]', '{}', 'sweep', NULL, NULL, NULL, 'true', NULL, '0', public.chimera_now(), '', NULL, '1', NULL, 'false', NULL, NULL, '{}', NULL, NULL);
INSERT INTO public.django_celery_beat_periodictask ("id", "name", "task", "args", "kwargs", "queue", "exchange", "routing_key", "expires", "enabled", "last_run_at", "total_run_count", "date_changed", "description", "crontab_id", "interval_id", "solar_id", "one_off", "start_time", "priority", "headers", "clocked_id", "expire_seconds") VALUES ('9', 'calibrate the judge', 'agents.calibrate', '[]', '{}', 'sweep', NULL, NULL, NULL, 'true', NULL, '0', public.chimera_now(), '', NULL, '1', NULL, 'false', NULL, NULL, '{}', NULL, NULL);
INSERT INTO public.django_celery_beat_periodictask ("id", "name", "task", "args", "kwargs", "queue", "exchange", "routing_key", "expires", "enabled", "last_run_at", "total_run_count", "date_changed", "description", "crontab_id", "interval_id", "solar_id", "one_off", "start_time", "priority", "headers", "clocked_id", "expire_seconds") VALUES ('10', 'tell people', 'agents.tell', '[]', '{}', 'sweep', NULL, NULL, NULL, 'true', NULL, '0', public.chimera_now(), '', NULL, '7', NULL, 'false', NULL, NULL, '{}', NULL, NULL);
INSERT INTO public.django_celery_beat_periodictask ("id", "name", "task", "args", "kwargs", "queue", "exchange", "routing_key", "expires", "enabled", "last_run_at", "total_run_count", "date_changed", "description", "crontab_id", "interval_id", "solar_id", "one_off", "start_time", "priority", "headers", "clocked_id", "expire_seconds") VALUES ('11', 'tend assets', 'publishing.tend_assets', '[]', '{}', 'sweep', NULL, NULL, NULL, 'true', NULL, '0', public.chimera_now(), '', NULL, '8', NULL, 'false', NULL, NULL, '{}', NULL, NULL);
INSERT INTO public.django_celery_beat_periodictask ("id", "name", "task", "args", "kwargs", "queue", "exchange", "routing_key", "expires", "enabled", "last_run_at", "total_run_count", "date_changed", "description", "crontab_id", "interval_id", "solar_id", "one_off", "start_time", "priority", "headers", "clocked_id", "expire_seconds") VALUES ('12', 'make images and clips', 'publishing.make', '[]', '{}', 'render', NULL, NULL, NULL, 'true', NULL, '0', public.chimera_now(), '', NULL, '9', NULL, 'false', NULL, NULL, '{}', NULL, NULL);
SELECT pg_catalog.setval('public.django_celery_beat_periodictask_id_seq', (SELECT max(id) FROM public.django_celery_beat_periodictask));
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('1', 'contenttypes', '0001_initial', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('2', 'auth', '0001_initial', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('3', 'admin', '0001_initial', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('4', 'admin', '0002_logentry_remove_auto_add', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('5', 'admin', '0003_logentry_add_action_flag_choices', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('6', 'core', '0001_initial', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('7', 'publishing', '0001_initial', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('8', 'governance', '0001_initial', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('9', 'core', '0002_promises', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('10', 'governance', '0002_promises', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('11', 'publishing', '0002_promises', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('12', 'sessions', '0001_initial', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('13', 'django_celery_beat', '0001_initial', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('14', 'django_celery_beat', '0002_auto_20161118_0346', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('15', 'django_celery_beat', '0003_auto_20161209_0049', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('16', 'django_celery_beat', '0004_auto_20170221_0000', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('17', 'django_celery_beat', '0005_add_solarschedule_events_choices', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('18', 'django_celery_beat', '0006_auto_20180322_0932', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('19', 'django_celery_beat', '0007_auto_20180521_0826', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('20', 'django_celery_beat', '0008_auto_20180914_1922', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('21', 'django_celery_beat', '0006_auto_20180210_1226', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('22', 'django_celery_beat', '0006_periodictask_priority', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('23', 'django_celery_beat', '0009_periodictask_headers', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('24', 'django_celery_beat', '0010_auto_20190429_0326', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('25', 'django_celery_beat', '0011_auto_20190508_0153', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('26', 'django_celery_beat', '0012_periodictask_expire_seconds', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('27', 'django_celery_beat', '0013_auto_20200609_0727', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('28', 'django_celery_beat', '0014_remove_clockedschedule_enabled', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('29', 'django_celery_beat', '0015_edit_solarschedule_events_choices', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('30', 'django_celery_beat', '0016_alter_crontabschedule_timezone', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('31', 'django_celery_beat', '0017_alter_crontabschedule_month_of_year', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('32', 'django_celery_beat', '0018_improve_crontab_helptext', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('33', 'django_celery_beat', '0019_alter_periodictasks_options', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('34', 'contenttypes', '0002_remove_content_type_name', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('35', 'auth', '0002_alter_permission_name_max_length', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('36', 'auth', '0003_alter_user_email_max_length', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('37', 'auth', '0004_alter_user_username_opts', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('38', 'auth', '0005_alter_user_last_login_null', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('39', 'auth', '0006_require_contenttypes_0002', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('40', 'auth', '0007_alter_validators_add_error_messages', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('41', 'auth', '0008_alter_user_username_max_length', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('42', 'auth', '0009_alter_user_last_name_max_length', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('43', 'auth', '0010_alter_group_name_max_length', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('44', 'auth', '0011_update_proxy_permissions', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('45', 'auth', '0012_alter_user_first_name_max_length', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('46', 'governance', '0003_neighbours', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('47', 'governance', '0004_sets', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('48', 'publishing', '0003_in_turn', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('49', 'core', '0003_lean_keys', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('50', 'publishing', '0004_lean_keys', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('51', 'publishing', '0005_outside', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('52', 'publishing', '0006_likeness', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('53', 'core', '0004_circuits', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('54', 'core', '0005_archivist', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('55', 'publishing', '0007_fingerprints', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('56', 'publishing', '0008_bands', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('57', 'publishing', '0009_bursts', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('58', 'core', '0006_bindings', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('59', 'core', '0007_call_usage', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('60', 'core', '0008_pii', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('61', 'publishing', '0010_inbox', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('62', 'publishing', '0011_quarantine', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('63', 'publishing', '0012_windows', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('64', 'publishing', '0013_counting', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('65', 'publishing', '0014_ears', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('66', 'publishing', '0015_credentials', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('67', 'publishing', '0016_siblings', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('68', 'governance', '0005_lean_keys', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('69', 'governance', '0006_circuits', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('70', 'governance', '0007_open_work', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('71', 'governance', '0008_doubt', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('72', 'governance', '0009_withdraw', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('73', 'governance', '0010_grant_story', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('74', 'governance', '0011_review_by_subject', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('75', 'governance', '0012_windows_and_entries', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('76', 'governance', '0013_self_pause', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('77', 'governance', '0014_stops', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('78', 'governance', '0015_brand_policy', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('79', 'governance', '0016_judging', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('80', 'governance', '0017_policy_version', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('81', 'governance', '0018_sealing', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('82', 'governance', '0019_sealed_promises', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('83', 'governance', '0020_putaway', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('84', 'governance', '0021_grant_keys', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('85', 'governance', '0022_grant_key_schedule', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('86', 'governance', '0023_servers', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('87', 'governance', '0024_hands', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('88', 'governance', '0025_hands_promises', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('89', 'governance', '0026_people', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('90', 'governance', '0028_board', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('91', 'governance', '0029_notices', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('92', 'governance', '0030_numbers', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('93', 'governance', '0031_counting', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('94', 'governance', '0032_reversals', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('95', 'publishing', '0017_reversals', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('96', 'publishing', '0018_webhooks', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('97', 'publishing', '0019_moving', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('98', 'governance', '0033_labelled', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('99', 'publishing', '0020_verification', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('100', 'publishing', '0021_figures', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('101', 'agents', '0001_initial', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('102', 'agents', '0002_promises', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('103', 'agents', '0003_schedule', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('104', 'agents', '0004_engine', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('105', 'agents', '0005_lean_keys', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('106', 'agents', '0006_reuse', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('107', 'agents', '0007_nodes', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('108', 'agents', '0008_batches_archive', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('109', 'agents', '0009_archive_schedule', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('110', 'agents', '0010_late_goals', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('111', 'agents', '0013_judging', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('112', 'agents', '0014_calibration_schedule', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('113', 'agents', '0015_campaigns', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('114', 'agents', '0016_cohorts', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('115', 'agents', '0018_review_groups', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('116', 'agents', '0019_board', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('117', 'agents', '0020_blueprints', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('118', 'agents', '0021_shadow_runs', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('119', 'agents', '0022_telling_schedule', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('120', 'agents', '0024_memory', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('121', 'agents', '0025_mentions', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('122', 'agents', '0026_board_figures', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('123', 'agents', '0027_planning', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('124', 'agents', '0028_reversals', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('125', 'agents', '0029_figures', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('126', 'publishing', '0022_quotas', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('127', 'publishing', '0023_likeness_of_personas', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('128', 'publishing', '0024_assets', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('129', 'publishing', '0025_makings', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('130', 'publishing', '0026_reverted_and_verified', public.chimera_now());
INSERT INTO public.django_migrations ("id", "app", "name", "applied") VALUES ('131', 'publishing', '0027_stored_sign_in', public.chimera_now());
SELECT pg_catalog.setval('public.django_migrations_id_seq', (SELECT max(id) FROM public.django_migrations));
