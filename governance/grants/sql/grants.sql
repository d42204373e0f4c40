-- What the connector may ask about an effect: whether this grant is the one that was last sent for it.
CREATE POLICY dispatch_governance_effect ON governance_effect FOR SELECT TO chimera_dispatch USING (true);
GRANT SELECT (id, brand_id, subject, key, status, grant_jti, sent_fence, payload_hash) ON governance_effect TO chimera_dispatch;

-- Promise: true only for the grant id and fencing number that stand on an effect which is SENT. A worker that was
-- frozen and wakes late holds a grant that has been replaced: false.
CREATE FUNCTION governance_grant_stands(p_brand bigint, p_key text, p_jti text, p_fence bigint, p_hash text)
RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM governance_effect e
                  WHERE e.brand_id = p_brand AND e.key = p_key AND e.status = 'SENT'
                    AND e.grant_jti = p_jti AND e.sent_fence = p_fence AND e.payload_hash = p_hash)
$$;
REVOKE ALL ON FUNCTION governance_grant_stands(bigint, text, text, bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance_grant_stands(bigint, text, text, bigint, text) TO chimera_connector;
ALTER FUNCTION governance_grant_stands(bigint, text, text, bigint, text) OWNER TO chimera_dispatch;

-- Owned by the dispatcher as well, now that the tables it reads are all there.
REVOKE ALL ON FUNCTION governance_abandoned_holds(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance_abandoned_holds(integer) TO chimera_app;
ALTER FUNCTION governance_abandoned_holds(integer) OWNER TO chimera_dispatch;
GRANT SELECT ON governance_control TO chimera_dispatch;
GRANT SELECT ON core_clock TO chimera_dispatch, chimera_recorder, chimera_treasurer, chimera_app, chimera_operator, chimera_connector;
