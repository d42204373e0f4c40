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
