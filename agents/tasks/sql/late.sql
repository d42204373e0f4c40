-- Goals whose time is over. Tasks share the deadline of their goal; asked of the goals, because a goal is written three
-- times in its life and a task with every claim.

CREATE POLICY dispatch_agents_goal ON agents_goal TO chimera_dispatch USING (true);
GRANT SELECT (id, brand_id, status, deadline) ON agents_goal TO chimera_dispatch;
CREATE INDEX agents_goal_open_by_deadline ON agents_goal (deadline) WHERE status IN ('PROPOSED', 'ACTIVE');

-- Promise: ids and brands of at most p_count open goals whose deadline is over for longer than p_late, oldest first.
CREATE FUNCTION agents_goal_late(p_late interval, p_count integer)
RETURNS TABLE (id bigint, brand_id bigint) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT g.id, g.brand_id FROM agents_goal g
   WHERE g.status IN ('PROPOSED', 'ACTIVE') AND g.deadline <= chimera_now() - p_late ORDER BY g.deadline LIMIT p_count
$$;
REVOKE ALL ON FUNCTION agents_goal_late(interval, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION agents_goal_late(interval, integer) TO chimera_app;
ALTER FUNCTION agents_goal_late(interval, integer) OWNER TO chimera_dispatch;
