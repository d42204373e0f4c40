-- Stops and grants: a connector is told of a stop in the statement that lets it use a grant; a stop burns what nobody used.

-- Promise: the sentence of the oldest control in force on the effect that this grant is for; NULL when none is. Asked by
-- the connector after it has written the use and before that commits: whoever stops afterwards finds the use.
GRANT SELECT (scopes) ON governance_effect TO chimera_dispatch;
CREATE FUNCTION governance_grant_stop(p_brand bigint, p_key text) RETURNS text LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT 'A ' || c.kind || ' on ' || c.scope || ' is in force since '
         || to_char(c.since AT TIME ZONE 'UTC', 'HH24:MI') || ' UTC: ' || c.reason
    FROM governance_control c
   WHERE c.status = 'IN_FORCE'
     AND (c.scope IN ('fleet', 'effects', 'brand:' || p_brand)  -- also for what was sent before effects had scopes
          OR c.scope = ANY (SELECT unnest(e.scopes) FROM governance_effect e WHERE e.brand_id = p_brand AND e.key = p_key))
   ORDER BY c.since, c.id LIMIT 1
$$;
REVOKE ALL ON FUNCTION governance_grant_stop(bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance_grant_stop(bigint, text) TO chimera_connector;
ALTER FUNCTION governance_grant_stop(bigint, text) OWNER TO chimera_dispatch;

-- Promise: every grant of an effect that is SENT in this scope and that no connector has used is burned, once this
-- commits; returns how many. A use that is not committed yet is waited for, shortly: one whose connector stands still
-- holds nothing up, because it may no longer call when it wakes. Grants of an earlier incarnation count no more anyway.
CREATE FUNCTION governance_revoke_grants(p_scope text) RETURNS integer LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '100ms' AS $$
DECLARE
  v_ends timestamptz := clock_timestamp() + interval '300 milliseconds';
  v_count integer := 0;
  v_effect record;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM governance_control c WHERE c.scope = p_scope AND c.status = 'IN_FORCE') THEN
    RETURN 0;  -- nothing is revoked for a scope that is not stopped
  END IF;
  FOR v_effect IN
    SELECT e.grant_jti, e.key FROM governance_effect e
     WHERE e.status = 'SENT' AND e.incarnation = (SELECT i.number FROM governance_incarnation i)
       AND (p_scope IN ('fleet', 'effects') OR p_scope = 'brand:' || e.brand_id OR p_scope = ANY (e.scopes))
       AND NOT EXISTS (SELECT 1 FROM governance_grantused u WHERE u.jti = e.grant_jti)
     ORDER BY e.id
  LOOP
    BEGIN
      INSERT INTO governance_grantused (jti, effect_key, burned) VALUES (v_effect.grant_jti, v_effect.key, true)
      ON CONFLICT (jti) DO NOTHING;
      IF FOUND THEN v_count := v_count + 1; END IF;
    EXCEPTION WHEN lock_not_available THEN
      EXIT WHEN clock_timestamp() > v_ends;
    END;
  END LOOP;
  RETURN v_count;
END
$$;
REVOKE ALL ON FUNCTION governance_revoke_grants(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance_revoke_grants(text) TO chimera_operator;
ALTER FUNCTION governance_revoke_grants(text) OWNER TO chimera_dispatch;

-- What has left under a stopped scope and has not been answered: found by status, however many effects there ever were.
CREATE INDEX effect_sent ON governance_effect (id) WHERE status = 'SENT';
