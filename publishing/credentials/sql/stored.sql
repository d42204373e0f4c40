-- What an account signs in with, as it is stored, in one statement: the connector asks before every call. It reads as
-- the connector itself and as the account's brand: row security holds here as everywhere, and the brand ends with it.
CREATE FUNCTION publishing_stored(p_platform text, p_handle text)
RETURNS TABLE (platform_user_id text, sealed text, scopes text[], expires_at timestamptz, reconnect_why text)
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  v_brand bigint;
  v_account bigint;
  v_former text := coalesce(current_setting('app.brand', true), '');
BEGIN
  SELECT w.brand_id, w.account_id INTO v_brand, v_account FROM publishing_whose(p_platform, p_handle) w;
  IF v_brand IS NULL THEN
    RETURN;
  END IF;
  PERFORM set_config('app.brand', v_brand::text, true);
  RETURN QUERY
    SELECT c.platform_user_id::text, c.sealed, c.scopes::text[], c.expires_at, c.reconnect_why::text
      FROM publishing_credential c WHERE c.brand_id = v_brand AND c.account_id = v_account;
  PERFORM set_config('app.brand', v_former, true);
END
$$;
REVOKE ALL ON FUNCTION publishing_stored(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION publishing_stored(text, text) TO chimera_connector;
