-- Promise: ids and brands of at most p_count replays that nobody has taken, or whose process has been silent for longer
-- than p_silent, oldest first. For the process that makes them; it never sees what they are about here.
CREATE POLICY dispatch_agents_shadowrun ON agents_shadowrun FOR SELECT TO chimera_dispatch USING (true);
GRANT SELECT (id, brand_id, status, beat_at) ON agents_shadowrun TO chimera_dispatch;
CREATE INDEX agents_shadowrun_open ON agents_shadowrun (id) WHERE status IN ('WAITING', 'RUNNING');
CREATE FUNCTION agents_shadow_due(p_silent interval, p_count integer)
RETURNS TABLE (id bigint, brand_id bigint) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT s.id, s.brand_id FROM agents_shadowrun s
   WHERE s.status = 'WAITING' OR (s.status = 'RUNNING' AND s.beat_at <= chimera_now() - p_silent)
   ORDER BY s.id LIMIT p_count
$$;
REVOKE ALL ON FUNCTION agents_shadow_due(interval, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION agents_shadow_due(interval, integer) TO chimera_app;
ALTER FUNCTION agents_shadow_due(interval, integer) OWNER TO chimera_dispatch;
