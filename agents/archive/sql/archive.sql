-- The archivist sees the rows of the caller's brand, may lock and delete them, and writes nothing but archive rows:
-- every policy on what it deletes refuses whatever it would write.
DO $$
DECLARE
  t text;
  v_own text := 'brand_id = NULLIF(current_setting(''app.brand'', true), '''')::bigint';
BEGIN
  FOREACH t IN ARRAY ARRAY['agents_goal', 'agents_plan', 'agents_task', 'agents_dependency', 'agents_artifact',
                           'agents_verdict', 'governance_attempt', 'governance_hold', 'core_callrecord'] LOOP
    EXECUTE format('CREATE POLICY archivist_%1$s ON %1$I TO chimera_archivist USING (%2$s) WITH CHECK (false)', t, v_own);
    EXECUTE format('GRANT SELECT, DELETE ON %I TO chimera_archivist', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['publishing_post', 'governance_effect', 'governance_reviewitem'] LOOP
    EXECUTE format('CREATE POLICY archivist_%1$s ON %1$I FOR SELECT TO chimera_archivist USING (%2$s)', t, v_own);
    EXECUTE format('GRANT SELECT ON %I TO chimera_archivist', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['agents_archivedgoal', 'agents_archivedtask'] LOOP
    EXECUTE format('CREATE POLICY archivist_%1$s ON %1$I TO chimera_archivist USING (%2$s) WITH CHECK (%2$s)', t, v_own);
    EXECUTE format('GRANT SELECT, INSERT, DELETE ON %I TO chimera_archivist', t);
  END LOOP;
END
$$;
-- A row lock asks for the right to update; the policy lets nothing be written with it.
GRANT UPDATE ON agents_goal TO chimera_archivist;

-- Promise: ids of goals of the caller's brand that ended longer ago than p_after (a day at least) and about which
-- nothing is open: no task, post, effect, review or hold, no answer that nobody acted on, no trend that still lives.
-- They come back locked, oldest first; a goal that somebody else has locked is left out and nobody is waited for.
CREATE FUNCTION agents_archive_pick(p_after interval, p_count integer) RETURNS SETOF bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
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
                         AND (p.status NOT IN ('PUBLISHED', 'FAILED', 'CANCELLED')
                           OR coalesce(p.published_at, p.made_at) > v_before
                           OR EXISTS (SELECT 1 FROM governance_hold h WHERE h.brand_id = v_brand
                                         AND h.about = 'publishing.post:' || p.id
                                         AND h.status NOT IN ('SETTLED', 'VOID'))))))
     ORDER BY g.made_at, g.id LIMIT p_count FOR UPDATE OF g SKIP LOCKED;
END
$$;

-- Promise: moves at most p_count such goals with all their work into the archive, in one statement: what is written is
-- what was deleted, and a caller that dies moves nothing. Returns how many goals, and how many rows of work.
CREATE FUNCTION agents_archive(p_after interval, p_count integer) RETURNS TABLE (goals bigint, moved bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' SET lock_timeout = '2s' AS $$
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

REVOKE ALL ON FUNCTION agents_archive_pick(interval, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION agents_archive(interval, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION agents_archive_pick(interval, integer) TO chimera_app, chimera_operator, chimera_archivist;
GRANT EXECUTE ON FUNCTION agents_archive(interval, integer) TO chimera_app, chimera_operator;
ALTER FUNCTION agents_archive_pick(interval, integer) OWNER TO chimera_archivist;
ALTER FUNCTION agents_archive(interval, integer) OWNER TO chimera_archivist;
