-- As in archive.sql, since a post may also have been taken down: what is over is over in that way as well.
--
-- Promise: ids of goals of the caller's brand that ended longer ago than p_after (a day at least) and about which
-- nothing is open: no task, post, effect, review or hold, no answer that nobody acted on, no trend that still lives.
-- They come back locked, oldest first; a goal that somebody else has locked is left out and nobody is waited for.
SET LOCAL ROLE chimera_archivist;
CREATE OR REPLACE FUNCTION agents_archive_pick(p_after interval, p_count integer) RETURNS SETOF bigint LANGUAGE plpgsql
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
                         AND (p.status NOT IN ('PUBLISHED', 'FAILED', 'CANCELLED', 'REVERTED')
                           OR coalesce(p.published_at, p.made_at) > v_before
                           OR EXISTS (SELECT 1 FROM governance_hold h WHERE h.brand_id = v_brand
                                         AND h.about = 'publishing.post:' || p.id
                                         AND h.status NOT IN ('SETTLED', 'VOID'))))))
     ORDER BY g.made_at, g.id LIMIT p_count FOR UPDATE OF g SKIP LOCKED;
END
$$;
SET LOCAL ROLE chimera_owner;
