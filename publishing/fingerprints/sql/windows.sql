-- Windows: what is near is found by what it has in common, as with the bands that stood here before, but beside what is equal
-- only what lies on the same page of an index is looked at. A question then reads some thirty pages of indexes, whatever
-- their size, and measures on a narrow table (docs/adr/0021).

-- Promise: the same bits in places that were drawn once (random.Random(21), tests/publishing/test_windows.py), so that what
-- stood together in a picture does not stand together. As many bits differ between two as did before. Eight times each bit
-- changes places, or not, with the one so many places further.
CREATE FUNCTION publishing_scattered(p_bits bit(256)) RETURNS bit(256) LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  v_bits bit varying := p_bits;
  v_swap bit varying;
BEGIN
  v_swap := (v_bits # (v_bits << 128)) & X'7a183b4171035ff148f06270eb4a54be00000000000000000000000000000000';
  v_bits := v_bits # v_swap # (v_swap >> 128);
  v_swap := (v_bits # (v_bits << 64)) & X'937088bc21a65ce5000000000000000062f09ef16df2c3960000000000000000';
  v_bits := v_bits # v_swap # (v_swap >> 64);
  v_swap := (v_bits # (v_bits << 32)) & X'98dfb0c7000000000b4ac88f000000005c0e38720000000089d46d5200000000';
  v_bits := v_bits # v_swap # (v_swap >> 32);
  v_swap := (v_bits # (v_bits << 16)) & X'72c8000063960000e9c50000352f0000d7280000a331000061eb0000d2630000';
  v_bits := v_bits # v_swap # (v_swap >> 16);
  v_swap := (v_bits # (v_bits << 8)) & X'c800010000001700d6003b00f90067006600a70090002500ad00a300ac001400';
  v_bits := v_bits # v_swap # (v_swap >> 8);
  v_swap := (v_bits # (v_bits << 4)) & X'e080209030e0d0f0b0102040102010e0e060c0c0b0402020f0d04070d000f060';
  v_bits := v_bits # v_swap # (v_swap >> 4);
  v_swap := (v_bits # (v_bits << 2)) & X'cc4004c884004c884c4c84cc400808084c8048c80084cc44488ccc408cc4c4cc';
  v_bits := v_bits # v_swap # (v_swap >> 2);
  v_swap := (v_bits # (v_bits << 1)) & X'082aa8800aa0288200282882a8a802a88a800880a2aa2880a02808082a02aaa8';
  v_bits := v_bits # v_swap # (v_swap >> 1);
  RETURN v_bits;
END
$$;

-- Promise: 23 bits from place p_start on, round the end, as a number; texts (shelf 0) and images (1 << 23) share none.
CREATE FUNCTION publishing_window(p_shelf integer, p_bits bit(256), p_start integer) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT p_shelf | CASE WHEN p_start <= 234 THEN substring(p_bits FROM p_start FOR 23)::integer
    ELSE (substring(p_bits FROM p_start) || substring(p_bits FROM 1 FOR p_start - 234))::bit(23)::integer END
$$;

-- Promise: the 32 windows of these bits, which begin eight places apart. The indexes hold what this said.
CREATE FUNCTION publishing_windows(p_shelf integer, p_bits bit(256)) RETURNS integer[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ARRAY[
    publishing_window(p_shelf, p_bits, 1), publishing_window(p_shelf, p_bits, 9), publishing_window(p_shelf, p_bits, 17),
    publishing_window(p_shelf, p_bits, 25), publishing_window(p_shelf, p_bits, 33), publishing_window(p_shelf, p_bits, 41),
    publishing_window(p_shelf, p_bits, 49), publishing_window(p_shelf, p_bits, 57), publishing_window(p_shelf, p_bits, 65),
    publishing_window(p_shelf, p_bits, 73), publishing_window(p_shelf, p_bits, 81), publishing_window(p_shelf, p_bits, 89),
    publishing_window(p_shelf, p_bits, 97), publishing_window(p_shelf, p_bits, 105), publishing_window(p_shelf, p_bits, 113),
    publishing_window(p_shelf, p_bits, 121), publishing_window(p_shelf, p_bits, 129), publishing_window(p_shelf, p_bits, 137),
    publishing_window(p_shelf, p_bits, 145), publishing_window(p_shelf, p_bits, 153), publishing_window(p_shelf, p_bits, 161),
    publishing_window(p_shelf, p_bits, 169), publishing_window(p_shelf, p_bits, 177), publishing_window(p_shelf, p_bits, 185),
    publishing_window(p_shelf, p_bits, 193), publishing_window(p_shelf, p_bits, 201), publishing_window(p_shelf, p_bits, 209),
    publishing_window(p_shelf, p_bits, 217), publishing_window(p_shelf, p_bits, 225), publishing_window(p_shelf, p_bits, 233),
    publishing_window(p_shelf, p_bits, 241), publishing_window(p_shelf, p_bits, 249)]
$$;

-- Promise: each window, followed by those that differ from it in one of its last ten bits: numbers so close that they
-- mostly share a page of the index.
CREATE FUNCTION publishing_around(p_shelf integer, p_bits bit(256)) RETURNS integer[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  v_around integer[] := '{}';
  v_window integer;
BEGIN
  FOREACH v_window IN ARRAY publishing_windows(p_shelf, p_bits) LOOP
    v_around := v_around || ARRAY[v_window, v_window # 1, v_window # 2, v_window # 4, v_window # 8, v_window # 16,
      v_window # 32, v_window # 64, v_window # 128, v_window # 256, v_window # 512];
  END LOOP;
  RETURN v_around;
END
$$;

-- Promise: the likeness of a fingerprint's text and image, from the statement that brings it, also where triggers sleep.
CREATE FUNCTION publishing_likeness_keep() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO publishing_likeness (id, brand_id, post_id, day, shelf, bits)
  SELECT f.id << 1, f.brand_id, f.post_id, f.day, 0, publishing_scattered(binary_quantize(f.vector)::bit(256))
    FROM fresh f WHERE f.vector IS NOT NULL
   UNION ALL
  SELECT f.id << 1 | 1, f.brand_id, f.post_id, f.day, 1 << 23, publishing_scattered(f.likeness)
    FROM fresh f WHERE f.likeness IS NOT NULL
      ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;
CREATE TRIGGER likeness_publishing_fingerprint AFTER INSERT ON publishing_fingerprint REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION publishing_likeness_keep();
ALTER TABLE publishing_fingerprint ENABLE ALWAYS TRIGGER likeness_publishing_fingerprint;

GRANT SELECT ON publishing_likeness TO chimera_comparer;
CREATE POLICY comparer_publishing_likeness ON publishing_likeness FOR SELECT TO chimera_comparer USING (true);

-- What is there already.
ALTER TABLE publishing_fingerprint NO FORCE ROW LEVEL SECURITY;
ALTER TABLE publishing_likeness NO FORCE ROW LEVEL SECURITY;
INSERT INTO publishing_likeness (id, brand_id, post_id, day, shelf, bits)
SELECT f.id << 1, f.brand_id, f.post_id, f.day, 0, publishing_scattered(binary_quantize(f.vector)::bit(256))
  FROM publishing_fingerprint f WHERE f.vector IS NOT NULL
 UNION ALL
SELECT f.id << 1 | 1, f.brand_id, f.post_id, f.day, 1 << 23, publishing_scattered(f.likeness)
  FROM publishing_fingerprint f WHERE f.likeness IS NOT NULL;
ALTER TABLE publishing_fingerprint FORCE ROW LEVEL SECURITY;
ALTER TABLE publishing_likeness FORCE ROW LEVEL SECURITY;

CREATE INDEX likeness_window_01 ON publishing_likeness (publishing_window(shelf, bits, 1));
CREATE INDEX likeness_window_02 ON publishing_likeness (publishing_window(shelf, bits, 9));
CREATE INDEX likeness_window_03 ON publishing_likeness (publishing_window(shelf, bits, 17));
CREATE INDEX likeness_window_04 ON publishing_likeness (publishing_window(shelf, bits, 25));
CREATE INDEX likeness_window_05 ON publishing_likeness (publishing_window(shelf, bits, 33));
CREATE INDEX likeness_window_06 ON publishing_likeness (publishing_window(shelf, bits, 41));
CREATE INDEX likeness_window_07 ON publishing_likeness (publishing_window(shelf, bits, 49));
CREATE INDEX likeness_window_08 ON publishing_likeness (publishing_window(shelf, bits, 57));
CREATE INDEX likeness_window_09 ON publishing_likeness (publishing_window(shelf, bits, 65));
CREATE INDEX likeness_window_10 ON publishing_likeness (publishing_window(shelf, bits, 73));
CREATE INDEX likeness_window_11 ON publishing_likeness (publishing_window(shelf, bits, 81));
CREATE INDEX likeness_window_12 ON publishing_likeness (publishing_window(shelf, bits, 89));
CREATE INDEX likeness_window_13 ON publishing_likeness (publishing_window(shelf, bits, 97));
CREATE INDEX likeness_window_14 ON publishing_likeness (publishing_window(shelf, bits, 105));
CREATE INDEX likeness_window_15 ON publishing_likeness (publishing_window(shelf, bits, 113));
CREATE INDEX likeness_window_16 ON publishing_likeness (publishing_window(shelf, bits, 121));
CREATE INDEX likeness_window_17 ON publishing_likeness (publishing_window(shelf, bits, 129));
CREATE INDEX likeness_window_18 ON publishing_likeness (publishing_window(shelf, bits, 137));
CREATE INDEX likeness_window_19 ON publishing_likeness (publishing_window(shelf, bits, 145));
CREATE INDEX likeness_window_20 ON publishing_likeness (publishing_window(shelf, bits, 153));
CREATE INDEX likeness_window_21 ON publishing_likeness (publishing_window(shelf, bits, 161));
CREATE INDEX likeness_window_22 ON publishing_likeness (publishing_window(shelf, bits, 169));
CREATE INDEX likeness_window_23 ON publishing_likeness (publishing_window(shelf, bits, 177));
CREATE INDEX likeness_window_24 ON publishing_likeness (publishing_window(shelf, bits, 185));
CREATE INDEX likeness_window_25 ON publishing_likeness (publishing_window(shelf, bits, 193));
CREATE INDEX likeness_window_26 ON publishing_likeness (publishing_window(shelf, bits, 201));
CREATE INDEX likeness_window_27 ON publishing_likeness (publishing_window(shelf, bits, 209));
CREATE INDEX likeness_window_28 ON publishing_likeness (publishing_window(shelf, bits, 217));
CREATE INDEX likeness_window_29 ON publishing_likeness (publishing_window(shelf, bits, 225));
CREATE INDEX likeness_window_30 ON publishing_likeness (publishing_window(shelf, bits, 233));
CREATE INDEX likeness_window_31 ON publishing_likeness (publishing_window(shelf, bits, 241));
CREATE INDEX likeness_window_32 ON publishing_likeness (publishing_window(shelf, bits, 249));
-- Nearly every window is of one row alone: there are no common values to count, and the planner has no choice to make.
ALTER INDEX likeness_window_01 ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX likeness_window_02 ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX likeness_window_03 ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX likeness_window_04 ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX likeness_window_05 ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX likeness_window_06 ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX likeness_window_07 ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX likeness_window_08 ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX likeness_window_09 ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX likeness_window_10 ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX likeness_window_11 ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX likeness_window_12 ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX likeness_window_13 ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX likeness_window_14 ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX likeness_window_15 ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX likeness_window_16 ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX likeness_window_17 ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX likeness_window_18 ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX likeness_window_19 ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX likeness_window_20 ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX likeness_window_21 ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX likeness_window_22 ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX likeness_window_23 ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX likeness_window_24 ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX likeness_window_25 ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX likeness_window_26 ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX likeness_window_27 ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX likeness_window_28 ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX likeness_window_29 ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX likeness_window_30 ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX likeness_window_31 ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX likeness_window_32 ALTER COLUMN 1 SET STATISTICS 0;

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
