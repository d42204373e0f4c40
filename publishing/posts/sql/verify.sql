-- Which accounts have posts that are to be looked at again: one statement for the fleet. It says whose, and nothing of them.
GRANT SELECT (brand_id, account_id, status, verification, looks, published_at) ON publishing_post TO chimera_dispatch;

-- Promise: brand and account of posts that are out since `p_after`, or twice as long with each look, and of which nothing
-- is known yet. Older ones than `p_within` are left alone.
CREATE FUNCTION publishing_to_verify(p_after interval, p_within interval, p_max integer)
RETURNS TABLE (brand_id bigint, account_id bigint) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT p.brand_id, p.account_id FROM publishing_post p
   WHERE p.status = 'PUBLISHED' AND p.verification = '' AND p.published_at > chimera_now() - p_within
     AND p.published_at <= chimera_now() - p_after * (1 << p.looks::integer)
   GROUP BY p.brand_id, p.account_id ORDER BY min(p.published_at) LIMIT p_max
$$;
REVOKE ALL ON FUNCTION publishing_to_verify(interval, interval, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION publishing_to_verify(interval, interval, integer) TO chimera_app;
ALTER FUNCTION publishing_to_verify(interval, interval, integer) OWNER TO chimera_dispatch;
