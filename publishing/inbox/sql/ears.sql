-- Listening goes over the fleet: it sees which brand has which accounts and has read up to where, never a word.
CREATE POLICY dispatch_publishing_account ON publishing_account TO chimera_dispatch USING (true);
CREATE POLICY dispatch_publishing_mention ON publishing_mention TO chimera_dispatch USING (true);
CREATE POLICY dispatch_publishing_cursor ON publishing_cursor TO chimera_dispatch USING (true) WITH CHECK (true);
GRANT SELECT (id, brand_id, platform, handle) ON publishing_account TO chimera_dispatch;
GRANT SELECT (brand_id, status) ON publishing_mention TO chimera_dispatch;
GRANT SELECT (brand_id, platform, position, note), INSERT (brand_id, platform, position, read_at, note),
      UPDATE (position, read_at, note) ON publishing_cursor TO chimera_dispatch;

-- What every brand listens to on some platforms, in one statement for the fleet: its handles in small letters (account by
-- handle), up to where it has read, whether a mention is new to it (`fresh`) and whether any is open.
CREATE FUNCTION publishing_ears(p_platforms text[])
RETURNS TABLE (brand_id bigint, platform text, at text, handles jsonb, fresh boolean, waits boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT a.brand_id, a.platform::text, coalesce(c.position, '')::text, jsonb_object_agg(lower(a.handle), a.id),
         EXISTS (SELECT FROM publishing_mention m WHERE m.brand_id = a.brand_id AND m.status = 'NEW'),
         EXISTS (SELECT FROM publishing_mention m WHERE m.brand_id = a.brand_id AND m.status IN ('NEW', 'TAKEN'))
    FROM publishing_account a
    LEFT JOIN publishing_cursor c ON c.brand_id = a.brand_id AND c.platform = a.platform
   WHERE a.platform = ANY (p_platforms)
   GROUP BY a.brand_id, a.platform, c.position
   ORDER BY a.platform, a.brand_id
$$;
REVOKE ALL ON FUNCTION publishing_ears(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION publishing_ears(text[]) TO chimera_app;
ALTER FUNCTION publishing_ears(text[]) OWNER TO chimera_dispatch;

-- Promise: moves the cursors of brands for which a reading held nothing, each only from where the reading began; with a
-- note none moves, and all say why nothing was read; a note that is there already is not written again. Returns how many rows were written.
CREATE FUNCTION publishing_heard_nothing(p_brands bigint[], p_platform text, p_from text, p_to text, p_note text)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_count integer;
BEGIN
  INSERT INTO publishing_cursor AS c (brand_id, platform, position, read_at, note)
  SELECT b, p_platform, CASE WHEN p_note = '' THEN p_to ELSE p_from END, chimera_now(), p_note
    FROM unnest(p_brands) AS b ORDER BY b
      ON CONFLICT (brand_id, platform) DO UPDATE
     SET position = CASE WHEN p_note = '' THEN p_to ELSE c.position END, read_at = chimera_now(), note = p_note
   WHERE CASE WHEN p_note = '' THEN c.position = p_from ELSE c.note <> p_note END;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END
$$;
REVOKE ALL ON FUNCTION publishing_heard_nothing(bigint[], text, text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION publishing_heard_nothing(bigint[], text, text, text, text) TO chimera_app;
ALTER FUNCTION publishing_heard_nothing(bigint[], text, text, text, text) OWNER TO chimera_dispatch;
