-- How long it took, of the newest rows: what the board's two percentiles are of.
--
-- Promise: at most p_sample rows of each kind, the newest of [p_since, p_until) that the caller may see, and it reads no
-- more than it needs to find them. "start": a goal's planning task, seconds from its making to its first claim, among
-- the last p_looked claims. "post": a post about a trend, seconds from when the trend was first seen.
--
-- It runs with the caller's rights. Of a row that policies must let pass, the planner thinks that hardly any does, and
-- would then read and sort whole tables (minutes, with a hundred thousand posts): so it is held to the indexes, which
-- have the order already. What a post is about is asked post by post, until there are enough.
CREATE FUNCTION agents_board_took(p_since timestamptz, p_until timestamptz, p_sample integer, p_looked integer)
RETURNS TABLE (kind text, id bigint, seconds double precision) LANGUAGE sql STABLE
SET search_path = public, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
(SELECT 'start', t.id, extract(epoch FROM c.claimed_at - t.made_at)::float8
   FROM (SELECT n.brand_id, n.claimed_at, substring(n.subject FROM '^agents\.task:([0-9]{1,18})$')::bigint AS task_id
           FROM (SELECT * FROM governance_attempt ORDER BY id DESC LIMIT p_looked) n
          WHERE n.stage = 'plan' AND n.fence = 1 AND n.claimed_at >= p_since AND n.claimed_at < p_until
          ORDER BY n.id DESC LIMIT p_sample) c
   JOIN agents_task t ON t.brand_id = c.brand_id AND t.id = c.task_id)
UNION ALL
(SELECT 'post', q.id, q.seconds
   FROM core_brand b
  CROSS JOIN LATERAL (
         SELECT o.id, o.published_at, o.seconds
           FROM (SELECT p.id, p.published_at,
                        (SELECT extract(epoch FROM p.published_at - r.first_seen)::float8
                           FROM agents_task t
                           JOIN agents_goal g ON g.brand_id = t.brand_id AND g.id = t.goal_id
                           JOIN publishing_trend r ON r.brand_id = g.brand_id AND r.id = g.trend_id
                          WHERE t.brand_id = p.brand_id
                            AND t.id = (SELECT substring(p.task FROM '^agents\.task:([0-9]{1,18})$')::bigint)) AS seconds
                   FROM publishing_post p
                  WHERE p.brand_id = b.id AND p.status = 'PUBLISHED'
                    AND p.published_at >= p_since AND p.published_at < p_until
                  ORDER BY p.published_at DESC OFFSET 0) o
          WHERE o.seconds IS NOT NULL ORDER BY o.published_at DESC LIMIT p_sample) q
  ORDER BY q.published_at DESC LIMIT p_sample)
$$;
REVOKE ALL ON FUNCTION agents_board_took(timestamptz, timestamptz, integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION agents_board_took(timestamptz, timestamptz, integer, integer) TO chimera_operator;
