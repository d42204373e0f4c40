-- Asking by windows (windows.sql) what is near, and forgetting a fingerprint with its likeness.

-- Promise: at most ten thousand that share a window, or nearly, with these; the bits in which each differs. In the order in
-- which they lie in the table, so that the answer is the same each time.
CREATE FUNCTION publishing_sharing(p_around integer[], p_bits bit(256), p_from date)
RETURNS TABLE (id bigint, brand_id bigint, post_id bigint, day date, away integer) LANGUAGE sql STABLE AS $$
  -- IS TRUE: no index over days is to be read whole, for one row in a thousand of it.
  SELECT l.id, l.brand_id, l.post_id, l.day, (l.bits <~> p_bits)::integer
    FROM publishing_likeness l
   WHERE (publishing_window(l.shelf, l.bits, 1) = ANY (p_around[1:11])
       OR publishing_window(l.shelf, l.bits, 9) = ANY (p_around[12:22])
       OR publishing_window(l.shelf, l.bits, 17) = ANY (p_around[23:33])
       OR publishing_window(l.shelf, l.bits, 25) = ANY (p_around[34:44])
       OR publishing_window(l.shelf, l.bits, 33) = ANY (p_around[45:55])
       OR publishing_window(l.shelf, l.bits, 41) = ANY (p_around[56:66])
       OR publishing_window(l.shelf, l.bits, 49) = ANY (p_around[67:77])
       OR publishing_window(l.shelf, l.bits, 57) = ANY (p_around[78:88])
       OR publishing_window(l.shelf, l.bits, 65) = ANY (p_around[89:99])
       OR publishing_window(l.shelf, l.bits, 73) = ANY (p_around[100:110])
       OR publishing_window(l.shelf, l.bits, 81) = ANY (p_around[111:121])
       OR publishing_window(l.shelf, l.bits, 89) = ANY (p_around[122:132])
       OR publishing_window(l.shelf, l.bits, 97) = ANY (p_around[133:143])
       OR publishing_window(l.shelf, l.bits, 105) = ANY (p_around[144:154])
       OR publishing_window(l.shelf, l.bits, 113) = ANY (p_around[155:165])
       OR publishing_window(l.shelf, l.bits, 121) = ANY (p_around[166:176])
       OR publishing_window(l.shelf, l.bits, 129) = ANY (p_around[177:187])
       OR publishing_window(l.shelf, l.bits, 137) = ANY (p_around[188:198])
       OR publishing_window(l.shelf, l.bits, 145) = ANY (p_around[199:209])
       OR publishing_window(l.shelf, l.bits, 153) = ANY (p_around[210:220])
       OR publishing_window(l.shelf, l.bits, 161) = ANY (p_around[221:231])
       OR publishing_window(l.shelf, l.bits, 169) = ANY (p_around[232:242])
       OR publishing_window(l.shelf, l.bits, 177) = ANY (p_around[243:253])
       OR publishing_window(l.shelf, l.bits, 185) = ANY (p_around[254:264])
       OR publishing_window(l.shelf, l.bits, 193) = ANY (p_around[265:275])
       OR publishing_window(l.shelf, l.bits, 201) = ANY (p_around[276:286])
       OR publishing_window(l.shelf, l.bits, 209) = ANY (p_around[287:297])
       OR publishing_window(l.shelf, l.bits, 217) = ANY (p_around[298:308])
       OR publishing_window(l.shelf, l.bits, 225) = ANY (p_around[309:319])
       OR publishing_window(l.shelf, l.bits, 233) = ANY (p_around[320:330])
       OR publishing_window(l.shelf, l.bits, 241) = ANY (p_around[331:341])
       OR publishing_window(l.shelf, l.bits, 249) = ANY (p_around[342:352]))
     AND (l.day >= p_from) IS TRUE
   LIMIT 10000
$$;

-- Promise: for each asked {"n", "text_hash", "vector", "images": [{"sha256", "likeness"}]} the nearest text and the nearest
-- image that are found among all own posts of the last p_days that were not called off, whoever's they are. `near` is
-- hundredths of a per cent of the cosine for a text, differing bits for an image. Equal texts and equal images are looked
-- up by their hashes first, so that nothing can miss them. What shares no window is not looked at, nor is a text whose signs
-- differ in more than 64 of 256: what is far mostly has no answer.
-- The role of the caller is no matter: the brand of its context decides what is "own".
DROP FUNCTION publishing_fleet_near(jsonb, integer);
CREATE FUNCTION publishing_fleet_near(p_asked jsonb, p_days integer)
RETURNS TABLE (n integer, kind text, near integer, own boolean, day date, as_of timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET max_parallel_workers_per_gather = 0 SET jit = off SET enable_seqscan = off
-- Some hundred pages here and there: to send each to a reader of its own takes longer than to read it.
SET effective_io_concurrency = 0 AS $$
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_now timestamptz := chimera_now();
  v_from date := (v_now AT TIME ZONE 'UTC')::date - p_days;
  v_one jsonb;
  v_image jsonb;
  v_vector vector(256);
  v_bits bit(256);
  v_around integer[];
BEGIN
  FOR v_one IN SELECT jsonb_array_elements(p_asked) LOOP
    n := (v_one ->> 'n')::integer;
    as_of := v_now;
    kind := 'now'; near := 0; own := true; day := v_from;
    RETURN NEXT;
    IF v_one ->> 'vector' IS NOT NULL THEN
      SELECT 10000, coalesce(f.brand_id = v_brand, false), f.day INTO near, own, day
        FROM publishing_fingerprint f
       WHERE f.text_hash = v_one ->> 'text_hash' AND f.text_hash <> '' AND f.day >= v_from
         AND publishing_stands(f.brand_id, f.post_id)
       ORDER BY f.day DESC LIMIT 1;
      IF NOT FOUND THEN
        v_vector := v_one ->> 'vector';
        v_bits := publishing_scattered(binary_quantize(v_vector)::bit(256));
        v_around := publishing_around(0, v_bits);
        -- The wide row is read of the few that can be near. Whether a post stands is asked from the nearest on, and for the
        -- first that does no more.
        SELECT round(10000 * (1 - c.away))::integer, coalesce(c.brand_id = v_brand, false), c.day INTO near, own, day
          FROM (SELECT s.brand_id, s.post_id, s.day,
                       (SELECT f.vector <=> v_vector FROM publishing_fingerprint f WHERE f.id = s.id >> 1) AS away
                  FROM (SELECT k.* FROM publishing_sharing(v_around, v_bits, v_from) k
                         WHERE k.away <= 64 ORDER BY k.away, k.id LIMIT 1000) s
                 ORDER BY 4, s.id) c
         WHERE publishing_stands(c.brand_id, c.post_id) LIMIT 1;
      END IF;
      IF FOUND THEN kind := 'text'; RETURN NEXT; END IF;
    END IF;
    FOR v_image IN SELECT jsonb_array_elements(v_one -> 'images') LOOP
      SELECT 0, coalesce(f.brand_id = v_brand, false), f.day INTO near, own, day
        FROM publishing_fingerprint f
       WHERE f.image_sha256 = v_image ->> 'sha256' AND f.image_sha256 <> '' AND f.day >= v_from
         AND publishing_stands(f.brand_id, f.post_id)
       ORDER BY f.day DESC LIMIT 1;
      IF NOT FOUND AND v_image ->> 'likeness' IS NOT NULL THEN
        v_bits := publishing_scattered((v_image ->> 'likeness')::bit(256));
        v_around := publishing_around(1 << 23, v_bits);
        SELECT c.away, coalesce(c.brand_id = v_brand, false), c.day INTO near, own, day
          FROM (SELECT k.* FROM publishing_sharing(v_around, v_bits, v_from) k ORDER BY k.away, k.id LIMIT 1000) c
         WHERE publishing_stands(c.brand_id, c.post_id) LIMIT 1;
      END IF;
      IF FOUND THEN kind := 'image'; RETURN NEXT; END IF;
    END LOOP;
  END LOOP;
END
$$;
REVOKE ALL ON FUNCTION publishing_fleet_near(jsonb, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION publishing_fleet_near(jsonb, integer) TO chimera_app, chimera_operator;
ALTER FUNCTION publishing_fleet_near(jsonb, integer) OWNER TO chimera_comparer;

DROP INDEX fingerprint_text_bands;
DROP INDEX fingerprint_image_bands;
DROP FUNCTION publishing_bands_around(bit);
DROP FUNCTION publishing_bands(bit);

-- Promise: deletes at most p_count fingerprints that are older than p_older, and never one of the last two weeks; with each
-- its likeness.
CREATE POLICY archivist_publishing_likeness ON publishing_likeness TO chimera_archivist
  USING (brand_id = NULLIF(current_setting('app.brand', true), '')::bigint) WITH CHECK (false);
GRANT SELECT, DELETE ON publishing_likeness TO chimera_archivist;
DROP FUNCTION agents_forget_fingerprints(interval, integer);
CREATE FUNCTION agents_forget_fingerprints(p_older interval, p_count integer) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_gone bigint[];
BEGIN
  WITH gone AS (
    DELETE FROM publishing_fingerprint k USING (
      SELECT f.id FROM publishing_fingerprint f
       WHERE f.brand_id = NULLIF(current_setting('app.brand', true), '')::bigint
         AND f.day < (chimera_now() - greatest(p_older, interval '14 days'))::date
       ORDER BY f.day LIMIT p_count) old WHERE k.id = old.id RETURNING k.id)
  SELECT coalesce(array_agg(g.id), '{}') INTO v_gone FROM gone g;
  DELETE FROM publishing_likeness l USING unnest(v_gone) AS g (id), generate_series(0, 1) AS s (kind)
   WHERE l.id = (g.id << 1 | s.kind) AND l.brand_id = NULLIF(current_setting('app.brand', true), '')::bigint;
  RETURN cardinality(v_gone);
END
$$;
REVOKE ALL ON FUNCTION agents_forget_fingerprints(interval, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION agents_forget_fingerprints(interval, integer) TO chimera_app, chimera_operator;
ALTER FUNCTION agents_forget_fingerprints(interval, integer) OWNER TO chimera_archivist;
