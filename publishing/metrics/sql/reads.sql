-- How many posts the fleet reads on a platform a day. Nobody but this function writes it.
GRANT SELECT, INSERT, UPDATE ON publishing_readcount TO chimera_dispatch;
GRANT USAGE ON SEQUENCE publishing_readcount_id_seq TO chimera_dispatch;

-- Promise: takes up to p_wanted reads of today (UTC) on a platform, never more together than p_max; returns how many it took.
-- A number that was raised holds at once; under one that was lowered below what is used none is taken that day.
CREATE FUNCTION publishing_reads_take(p_platform text, p_wanted integer, p_max integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_day date := (chimera_now() AT TIME ZONE 'UTC')::date;
  v_used integer;
  v_got integer;
BEGIN
  INSERT INTO publishing_readcount (platform, day, used, used_max) VALUES (p_platform, v_day, 0, greatest(p_max, 0))
  ON CONFLICT (platform, day) DO NOTHING;
  SELECT c.used INTO v_used FROM publishing_readcount c
   WHERE c.platform = p_platform AND c.day = v_day FOR UPDATE;
  v_got := greatest(0, least(p_wanted, p_max - v_used));
  IF v_got > 0 THEN
    UPDATE publishing_readcount c SET used = c.used + v_got, used_max = p_max
     WHERE c.platform = p_platform AND c.day = v_day;
  END IF;
  RETURN v_got;
END
$$;
REVOKE ALL ON FUNCTION publishing_reads_take(text, integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION publishing_reads_take(text, integer, integer) TO chimera_app, chimera_operator;
ALTER FUNCTION publishing_reads_take(text, integer, integer) OWNER TO chimera_dispatch;
