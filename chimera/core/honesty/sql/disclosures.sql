-- Who was told is forgotten by the archivist's functions and changed by nobody.
CREATE POLICY archivist_core_disclosure ON core_disclosure TO chimera_archivist
  USING (brand_id = NULLIF(current_setting('app.brand', true), '')::bigint);
GRANT SELECT, DELETE ON core_disclosure TO chimera_archivist;

-- Promise: deletes what the caller's brand keeps of one author, known by these hashes, and nothing else.
CREATE FUNCTION core_forget_author(p_authors text[]) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_gone bigint;
BEGIN
  DELETE FROM core_disclosure d WHERE d.brand_id = v_brand AND d.author = ANY (p_authors);
  GET DIAGNOSTICS v_gone = ROW_COUNT;
  RETURN v_gone;
END
$$;

-- Promise: deletes at most p_count rows of the caller's brand that are older than p_keep, a day at least.
CREATE FUNCTION core_forget_disclosures(p_keep interval, p_count integer) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_gone bigint;
BEGIN
  DELETE FROM core_disclosure d USING (
    SELECT o.id FROM core_disclosure o
     WHERE o.brand_id = v_brand AND o.told_at <= chimera_now() - greatest(p_keep, interval '1 day')
     ORDER BY o.told_at LIMIT p_count) old WHERE d.brand_id = v_brand AND d.id = old.id;
  GET DIAGNOSTICS v_gone = ROW_COUNT;
  RETURN v_gone;
END
$$;

REVOKE ALL ON FUNCTION core_forget_author(text[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION core_forget_disclosures(interval, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION core_forget_author(text[]) TO chimera_app, chimera_operator;
GRANT EXECUTE ON FUNCTION core_forget_disclosures(interval, integer) TO chimera_app, chimera_operator;
ALTER FUNCTION core_forget_author(text[]) OWNER TO chimera_archivist;
ALTER FUNCTION core_forget_disclosures(interval, integer) OWNER TO chimera_archivist;
