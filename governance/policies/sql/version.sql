-- Promise: the version of the policies that a brand sets for itself, rising with every change; 0 while it sets none.
-- Results are made and judged against it (docs/adr/0024). Read by every stage, so it stays one look-up.
CREATE POLICY dispatch_governance_brandpolicy ON governance_brandpolicy FOR SELECT TO chimera_dispatch USING (true);
GRANT SELECT (brand_id, state_version) ON governance_brandpolicy TO chimera_dispatch;
CREATE FUNCTION governance_policy_version(p_brand bigint) RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce((SELECT p.state_version FROM governance_brandpolicy p WHERE p.brand_id = p_brand), 0) $$;
