-- Promise: the version of the policies that a brand sets for itself, rising with every change; 0 while it sets none.
-- Results are made and judged against it (docs/adr/0024). Read by every stage, so it stays one look-up.
CREATE FUNCTION governance_policy_version(p_brand bigint) RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT 0 $$;
