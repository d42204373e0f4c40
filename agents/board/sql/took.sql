-- How long it took, of the newest rows: what the board's two percentiles are of.
--
-- Promise: at most p_sample rows of each kind, the newest of [p_since, p_until) that the caller may see. "start": a goal's
-- planning task, seconds from its making to its first claim, among the last p_claims claims. "post": a post about a trend,
-- seconds from when the trend was first seen, among the last p_posts posts.
--
-- It runs with the caller's rights. Of a row that policies must let pass, the planner thinks that hardly any does, and
-- would then read and sort whole tables (minutes, with a hundred thousand posts): so it is held to the indexes, which
-- have the order already.
CREATE FUNCTION agents_board_took(p_since timestamptz, p_until timestamptz, p_sample integer, p_claims integer,
                                  p_posts integer)
RETURNS TABLE (kind text, id bigint, seconds double precision) LANGUAGE sql STABLE
SET search_path = public, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
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
$$;
REVOKE ALL ON FUNCTION agents_board_took(timestamptz, timestamptz, integer, integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION agents_board_took(timestamptz, timestamptz, integer, integer, integer) TO chimera_operator;
