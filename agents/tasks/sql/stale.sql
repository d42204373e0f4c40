-- Open goals that are made with a version of persona, campaign or policies that counts no longer (docs/adr/0024).
-- Whoever changes one of them begins anew at once; this finds what was planned at that very moment, and what a change in
-- psql or of the policies left behind.

CREATE POLICY dispatch_agents_agent ON agents_agent FOR SELECT TO chimera_dispatch USING (true);
CREATE POLICY dispatch_agents_campaign ON agents_campaign FOR SELECT TO chimera_dispatch USING (true);
CREATE POLICY dispatch_agents_replan ON agents_replan FOR SELECT TO chimera_dispatch USING (true);
GRANT SELECT (id, brand_id, soul_id) ON agents_agent TO chimera_dispatch;
GRANT SELECT (id, brand_id, status, version) ON agents_campaign TO chimera_dispatch;
GRANT SELECT (brand_id, discarded) ON agents_replan TO chimera_dispatch;
GRANT SELECT (agent_id, soul_id, campaign_id, campaign_version, policy_version, keeps_versions)
   ON agents_goal TO chimera_dispatch;

-- Promise: ids and brands of at most p_count such goals, oldest first. Those that a human has before him are left out.
CREATE FUNCTION agents_goal_stale(p_count integer)
RETURNS TABLE (id bigint, brand_id bigint) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
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
REVOKE ALL ON FUNCTION agents_goal_stale(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION agents_goal_stale(integer) TO chimera_app;
ALTER FUNCTION agents_goal_stale(integer) OWNER TO chimera_dispatch;
