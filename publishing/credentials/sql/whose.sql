-- Whose account a handle on a platform is: for the connector, which is asked for accounts and knows no brand.
CREATE FUNCTION publishing_whose(p_platform text, p_handle text)
RETURNS TABLE (brand_id bigint, account_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT a.brand_id, a.id FROM publishing_account a WHERE a.platform = p_platform AND a.handle = p_handle
$$;
REVOKE ALL ON FUNCTION publishing_whose(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION publishing_whose(text, text) TO chimera_connector;
ALTER FUNCTION publishing_whose(text, text) OWNER TO chimera_dispatch;
