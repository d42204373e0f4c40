-- What became of a grant: used by a connector, or burned by whoever takes its post over. Never both: one primary key.
--
-- Promises:
--   grant_is_burned_by_its_function  nobody writes a burned grant but governance_burn_grant
--   grant_ended_is_of_a_used_grant   a platform's answer is written down for a grant that a connector used
ALTER TABLE governance_grantended ADD CONSTRAINT grant_ended_is_of_a_used_grant
  FOREIGN KEY (jti) REFERENCES governance_grantused (jti);

CREATE FUNCTION governance_guard_burned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user <> 'chimera_dispatch' THEN
    RAISE EXCEPTION 'grant_is_burned_by_its_function: grant % cannot be burned by %', NEW.jti, current_user
      USING ERRCODE = '23514', CONSTRAINT = 'grant_is_burned_by_its_function';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER burned_governance_grantused BEFORE INSERT ON governance_grantused
  FOR EACH ROW WHEN (NEW.burned) EXECUTE FUNCTION governance_guard_burned();

-- Promise: true when no connector has used the grant that stands on the caller's own SENT effect, and none ever can,
-- once this transaction commits. A use that is not committed yet is waited for, shortly. False proves nothing.
-- A send of an earlier incarnation is not burned: after a restore this list has forgotten the uses since the backup.
GRANT SELECT, INSERT ON governance_grantused TO chimera_dispatch;
CREATE FUNCTION governance_burn_grant(p_brand bigint, p_key text, p_jti text) RETURNS boolean LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
BEGIN
  IF p_brand IS DISTINCT FROM NULLIF(current_setting('app.brand', true), '')::bigint OR NOT EXISTS (
       SELECT 1 FROM governance_effect e
        WHERE e.brand_id = p_brand AND e.key = p_key AND e.status = 'SENT' AND e.grant_jti = p_jti
          AND e.incarnation = (SELECT i.number FROM governance_incarnation i)) THEN
    RETURN false;
  END IF;
  INSERT INTO governance_grantused (jti, effect_key, burned) VALUES (p_jti, p_key, true) ON CONFLICT (jti) DO NOTHING;
  RETURN coalesce((SELECT u.burned FROM governance_grantused u WHERE u.jti = p_jti), false);
EXCEPTION WHEN lock_not_available THEN
  RETURN false;
END
$$;
REVOKE ALL ON FUNCTION governance_burn_grant(bigint, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance_burn_grant(bigint, text, text) TO chimera_app;
ALTER FUNCTION governance_burn_grant(bigint, text, text) OWNER TO chimera_dispatch;

-- For the trigger on effects, which runs as whoever writes: ids of grants cannot be guessed, and yes or no is all it says.
CREATE FUNCTION governance_grant_is_burned(p_jti text) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM governance_grantused u WHERE u.jti = p_jti AND u.burned)
$$;
REVOKE ALL ON FUNCTION governance_grant_is_burned(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance_grant_is_burned(text) TO chimera_app, chimera_operator;
ALTER FUNCTION governance_grant_is_burned(text) OWNER TO chimera_dispatch;

-- What the platform said to the last send of the caller's own effect; no row when nobody wrote it down.
GRANT SELECT ON governance_grantended TO chimera_dispatch;
CREATE FUNCTION governance_grant_answer(p_brand bigint, p_key text, p_jti text)
RETURNS TABLE (outcome text, told jsonb) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT a.outcome::text, a.told
    FROM governance_effect e JOIN governance_grantended a ON a.jti = e.grant_jti
   WHERE e.brand_id = p_brand AND e.brand_id = NULLIF(current_setting('app.brand', true), '')::bigint
     AND e.key = p_key AND e.grant_jti = p_jti
$$;
REVOKE ALL ON FUNCTION governance_grant_answer(bigint, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance_grant_answer(bigint, text, text) TO chimera_app;
ALTER FUNCTION governance_grant_answer(bigint, text, text) OWNER TO chimera_dispatch;
