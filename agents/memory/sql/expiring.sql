-- Rows that are past their time are deleted by the archivist and by nobody else.
CREATE POLICY archivist_agents_memory ON agents_memory TO chimera_archivist
  USING (brand_id = NULLIF(current_setting('app.brand', true), '')::bigint) WITH CHECK (false);
GRANT SELECT, DELETE ON agents_memory TO chimera_archivist;

-- Promise: deletes at most p_count memories of the caller's brand that are older than p_keep, a day at least, and that no
-- other store has. The posts are too old to be remembered again.
CREATE FUNCTION agents_forget_memories(p_keep interval, p_count integer) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_gone bigint;
BEGIN
  DELETE FROM agents_memory k USING (
    SELECT m.id FROM agents_memory m
     WHERE m.brand_id = v_brand AND m.published_at <= chimera_now() - greatest(p_keep, interval '1 day')
       AND (m.is_here OR (m.kept_at IS NULL AND m.forgotten_at IS NOT NULL))
     ORDER BY m.published_at LIMIT p_count) old WHERE k.brand_id = v_brand AND k.id = old.id;
  GET DIAGNOSTICS v_gone = ROW_COUNT;
  RETURN v_gone;
END
$$;
REVOKE ALL ON FUNCTION agents_forget_memories(interval, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION agents_forget_memories(interval, integer) TO chimera_app, chimera_operator;
ALTER FUNCTION agents_forget_memories(interval, integer) OWNER TO chimera_archivist;
