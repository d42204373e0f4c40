-- People who work for some brands only.
--
-- Promise: which brands a person is bound to, as the setting app.brands holds it: "1,7"; '' when they are not bound.
-- The policies bound_<table> of the desk's role compare with that setting; `tenancy.desk` sets it once a transaction.
CREATE POLICY dispatch_core_binding ON core_binding FOR SELECT TO chimera_dispatch USING (true);
GRANT SELECT (person, brand_id) ON core_binding TO chimera_dispatch;
CREATE FUNCTION core_brands_of(p_person text) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT coalesce(string_agg(b.brand_id::text, ',' ORDER BY b.brand_id), '') FROM core_binding b WHERE b.person = p_person
$$;
REVOKE ALL ON FUNCTION core_brands_of(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION core_brands_of(text) TO chimera_app, chimera_operator;
ALTER FUNCTION core_brands_of(text) OWNER TO chimera_dispatch;

-- Tables that were there before: the same policy as `sqlops.tenant` gives to new ones.
DO $$
DECLARE
  r record;
BEGIN
  FOR r IN SELECT c.relname, CASE c.relname WHEN 'core_brand' THEN 'id' ELSE 'brand_id' END AS brand
             FROM pg_class c
            WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND c.relrowsecurity
              AND NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'bound_' || c.relname) LOOP
    EXECUTE format(
      $policy$CREATE POLICY %1$I ON %2$I AS RESTRICTIVE TO chimera_operator
        USING (CASE WHEN NULLIF(current_setting('app.brands', true), '') IS NULL THEN true
               ELSE %3$I = ANY (string_to_array(NULLIF(current_setting('app.brands', true), ''), ',')::bigint[]) END)
        WITH CHECK (CASE WHEN NULLIF(current_setting('app.brands', true), '') IS NULL THEN true
               ELSE %3$I = ANY (string_to_array(NULLIF(current_setting('app.brands', true), ''), ',')::bigint[]) END)$policy$,
      'bound_' || r.relname, r.relname, r.brand);
  END LOOP;
END
$$;
