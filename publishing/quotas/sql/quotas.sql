-- Slots of posts, over all brands. Programs take and give back by these functions only and write no table here.
--
-- Promises:
--   window_is_not_exceeded       what a window counts never passes what the platform takes, whoever writes it
--   window_counts_from_nothing   nothing is given back that was not taken
-- Any span of time holds at most the limit: a slot counts until its whole bucket lies outside of the window, and half a
-- minute longer, since a call is made up to so much later than its slot was taken.
GRANT SELECT ON publishing_quota TO chimera_dispatch;
GRANT SELECT, INSERT, UPDATE ON publishing_window TO chimera_dispatch;
GRANT SELECT, INSERT, UPDATE, DELETE ON publishing_slot TO chimera_dispatch;

CREATE FUNCTION publishing_quota_sum(p_counts integer[]) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(sum(n), 0)::integer FROM unnest(p_counts) AS n
$$;
ALTER TABLE publishing_window
  ADD CONSTRAINT window_is_not_exceeded CHECK (publishing_quota_sum(counts) <= count_max),
  ADD CONSTRAINT window_counts_from_nothing
    CHECK (0 <= ALL (counts) AND cardinality(counts) = cardinality(buckets));

-- Seconds of a bucket: 48 fill a window.
CREATE FUNCTION publishing_quota_width(p_span integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
  SELECT greatest(1, p_span / 48)
$$;

-- When the slots of a bucket count no more.
CREATE FUNCTION publishing_quota_ends(p_bucket bigint, p_span integer) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
  SELECT to_timestamp((p_bucket + 1) * publishing_quota_width(p_span) + p_span + 30)
$$;

-- What a window holds now.
CREATE FUNCTION publishing_quota_used(p_buckets bigint[], p_counts integer[], p_span integer, p_now timestamptz)
RETURNS integer LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(sum(u.n), 0)::integer FROM unnest(p_buckets, p_counts) AS u (bucket, n)
   WHERE publishing_quota_ends(u.bucket, p_span) > p_now
$$;

-- When a full window has room again.
CREATE FUNCTION publishing_quota_free_at(p_buckets bigint[], p_counts integer[], p_span integer, p_max integer,
                                         p_now timestamptz)
RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
  SELECT publishing_quota_ends(min(x.bucket), p_span)
    FROM (SELECT u.bucket, sum(u.n) OVER (ORDER BY u.bucket) AS gone, sum(u.n) OVER () AS whole
            FROM unnest(p_buckets, p_counts) AS u (bucket, n)
           WHERE publishing_quota_ends(u.bucket, p_span) > p_now) x
   WHERE x.whole - x.gone < p_max
$$;

-- What holds today: the platform's own limits, and ours where they are narrower. `p_ours`: [{scope, span_s, count_max}].
CREATE FUNCTION publishing_quota_limits(p_platform text, p_ours jsonb)
RETURNS TABLE (scope text, span_s integer, count_max integer, told_max integer) LANGUAGE sql STABLE AS $$
  SELECT l.scope, l.span_s, min(l.count_max), min(l.told_max)
    FROM (SELECT * FROM (SELECT DISTINCT ON (q.scope, q.span_s) q.scope::text, q.span_s, q.count_max, q.told_max
                           FROM publishing_quota q
                          WHERE q.platform = p_platform AND q.since <= (chimera_now() AT TIME ZONE 'UTC')::date
                          ORDER BY q.scope, q.span_s, q.since DESC) known
          UNION ALL
          SELECT o.scope, o.span_s, o.count_max, o.count_max
            FROM jsonb_to_recordset(coalesce(p_ours, '[]')) AS o (scope text, span_s integer, count_max integer)
           WHERE o.scope IN ('account', 'app', 'fleet') AND o.span_s > 0 AND o.count_max >= 0) l
   GROUP BY 1, 2
$$;

-- How many a window takes: what the platform said of the account within a day, as far as its limit lets it.
CREATE FUNCTION publishing_quota_max(p_limit integer, p_told_limit integer, p_told integer, p_told_at timestamptz)
RETURNS integer LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN p_told IS NOT NULL AND p_told_at > chimera_now() - interval '1 day' THEN least(p_told_limit, p_told)
              ELSE p_limit END
$$;

-- The platform of an account of the brand of the transaction; nobody takes another's slots.
CREATE FUNCTION publishing_quota_platform(p_account bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_platform text;
BEGIN
  SELECT a.platform INTO v_platform FROM publishing_account a
   WHERE a.id = p_account AND a.brand_id = NULLIF(current_setting('app.brand', true), '')::bigint;
  IF v_platform IS NULL THEN
    RAISE EXCEPTION 'slot_is_of_an_own_account: account % is not of the brand of this transaction', p_account
      USING ERRCODE = '23514', CONSTRAINT = 'slot_is_of_an_own_account';
  END IF;
  RETURN v_platform;
END
$$;

-- Promise: no row comes back, and then the send under p_jti is counted in every window of its account, its app and the
-- fleet, once however often it is asked for; or the windows that are full come back, each with when it has room again
-- (`span_s` 0: the platform takes nothing until then), and nothing is counted. Windows are locked in one order until the
-- transaction ends: ask last.
CREATE FUNCTION publishing_quota_take(p_account bigint, p_jti text, p_ours jsonb)
RETURNS TABLE (platform text, scope text, span_s integer, count_max integer, free_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  v_now timestamptz;
  v_platform text := publishing_quota_platform(p_account);
  v_windows bigint[];
BEGIN
  IF EXISTS (SELECT FROM publishing_slot s WHERE s.jti = p_jti AND s.account = p_account AND s.returned_at IS NULL) THEN
    RETURN;
  END IF;
  INSERT INTO publishing_window (platform, scope, account, span_s, count_max, buckets, counts)
  SELECT v_platform, l.scope, CASE l.scope WHEN 'account' THEN p_account ELSE 0 END, l.span_s, l.count_max, '{}', '{}'
    FROM publishing_quota_limits(v_platform, p_ours) l
   WHERE NOT EXISTS (SELECT FROM publishing_window w
                      WHERE w.platform = v_platform AND w.scope = l.scope AND w.span_s = l.span_s
                        AND w.account = CASE l.scope WHEN 'account' THEN p_account ELSE 0 END)
   ORDER BY l.scope, l.span_s
      ON CONFLICT DO NOTHING;
  SELECT array_agg(x.id) INTO v_windows
    FROM (SELECT w.id FROM publishing_window w
           WHERE w.platform = v_platform AND w.account IN (0, p_account)
           ORDER BY w.scope, w.span_s FOR UPDATE) x;
  IF v_windows IS NULL THEN RETURN; END IF;
  v_now := chimera_now();  -- whoever waited for the locks counts from here
  RETURN QUERY
    SELECT v_platform, w.scope::text, 0, 0, w.closed_until FROM publishing_window w
     WHERE w.id = ANY (v_windows) AND w.closed_until > v_now
    UNION ALL
    SELECT v_platform, w.scope::text, w.span_s, m.most,
           coalesce(publishing_quota_free_at(w.buckets, w.counts, w.span_s, m.most, v_now), v_now + interval '1 day')
      FROM publishing_window w
      JOIN publishing_quota_limits(v_platform, p_ours) l ON l.scope = w.scope AND l.span_s = w.span_s
     CROSS JOIN LATERAL (SELECT publishing_quota_max(l.count_max, l.told_max, w.told_max, w.told_at) AS most) m
     WHERE w.id = ANY (v_windows) AND publishing_quota_used(w.buckets, w.counts, w.span_s, v_now) >= m.most;
  IF FOUND THEN RETURN; END IF;
  WITH counted AS (
    UPDATE publishing_window w
       SET count_max = publishing_quota_max(l.count_max, l.told_max, w.told_max, w.told_at),
           (buckets, counts) = (
             SELECT array_agg(y.bucket ORDER BY y.bucket), array_agg(y.n ORDER BY y.bucket)
               FROM (SELECT x.bucket, sum(x.n)::integer AS n
                       FROM (SELECT u.bucket, u.n FROM unnest(w.buckets, w.counts) AS u (bucket, n)
                              WHERE publishing_quota_ends(u.bucket, w.span_s) > v_now
                             UNION ALL
                             SELECT floor(extract(epoch FROM v_now) / publishing_quota_width(w.span_s))::bigint, 1) x
                      GROUP BY x.bucket) y)
      FROM publishing_quota_limits(v_platform, p_ours) l
     WHERE w.id = ANY (v_windows) AND l.scope = w.scope AND l.span_s = w.span_s
    RETURNING w.id)
  SELECT array_agg(c.id) INTO v_windows FROM counted c;
  IF v_windows IS NULL THEN RETURN; END IF;
  DELETE FROM publishing_slot s WHERE s.account = p_account AND s.taken_at < v_now - interval '3 days';
  INSERT INTO publishing_slot (jti, account, taken_at, windows) VALUES (p_jti, p_account, v_now, v_windows);
END
$$;
REVOKE ALL ON FUNCTION publishing_quota_take(bigint, text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION publishing_quota_take(bigint, text, jsonb) TO chimera_app;
ALTER FUNCTION publishing_quota_take(bigint, text, jsonb) OWNER TO chimera_dispatch;

-- Promise: true once for each slot of the brand: it is counted no more in the windows in which it was.
CREATE FUNCTION publishing_quota_give_back(p_jti text)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v publishing_slot;
BEGIN
  SELECT s.* INTO v FROM publishing_slot s JOIN publishing_account a ON a.id = s.account
   WHERE s.jti = p_jti AND s.returned_at IS NULL
     AND a.brand_id = NULLIF(current_setting('app.brand', true), '')::bigint
     FOR UPDATE OF s;
  IF v.jti IS NULL THEN RETURN false; END IF;
  PERFORM 1 FROM publishing_window w WHERE w.id = ANY (v.windows) ORDER BY w.scope, w.span_s FOR UPDATE;
  UPDATE publishing_window w
     SET counts = (
           SELECT coalesce(array_agg(u.n - CASE WHEN u.bucket
                                              = floor(extract(epoch FROM v.taken_at) / publishing_quota_width(w.span_s))
                                                THEN 1 ELSE 0 END ORDER BY u.place), '{}')
             FROM unnest(w.buckets, w.counts) WITH ORDINALITY AS u (bucket, n, place))
   WHERE w.id = ANY (v.windows);
  UPDATE publishing_slot s SET returned_at = chimera_now() WHERE s.jti = p_jti;
  RETURN true;
END
$$;
REVOKE ALL ON FUNCTION publishing_quota_give_back(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION publishing_quota_give_back(text) TO chimera_app;
ALTER FUNCTION publishing_quota_give_back(text) OWNER TO chimera_dispatch;

-- The platform said that it takes nothing until then: of this account, or of the app (p_scope). A day at most.
CREATE FUNCTION publishing_quota_close(p_account bigint, p_scope text, p_until timestamptz)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO publishing_window AS w (platform, scope, account, span_s, count_max, buckets, counts, closed_until)
  SELECT publishing_quota_platform(p_account), p_scope, CASE p_scope WHEN 'account' THEN p_account ELSE 0 END, 0, 0,
         '{}', '{}', least(p_until, chimera_now() + interval '1 day')
      ON CONFLICT (platform, scope, account, span_s) DO UPDATE
     SET closed_until = greatest(w.closed_until, excluded.closed_until)
$$;
REVOKE ALL ON FUNCTION publishing_quota_close(bigint, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION publishing_quota_close(bigint, text, timestamptz) TO chimera_app;
ALTER FUNCTION publishing_quota_close(bigint, text, timestamptz) OWNER TO chimera_dispatch;

-- The platform said how many posts it takes of this account. It is believed for a day, up to the limit's told_max.
CREATE FUNCTION publishing_quota_told(p_account bigint, p_span integer, p_count integer)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE publishing_window w SET told_max = greatest(p_count, 0), told_at = chimera_now()
   WHERE w.platform = publishing_quota_platform(p_account) AND w.scope = 'account' AND w.account = p_account
     AND w.span_s = p_span
$$;
REVOKE ALL ON FUNCTION publishing_quota_told(bigint, integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION publishing_quota_told(bigint, integer, integer) TO chimera_app;
ALTER FUNCTION publishing_quota_told(bigint, integer, integer) OWNER TO chimera_dispatch;

-- What is left of every window that counts for these accounts: those of the brand, at the desk those of its brands.
-- `p_ours`: our own limits by platform. `free_at` is null while there is room.
CREATE FUNCTION publishing_quota_left(p_accounts bigint[], p_ours jsonb)
RETURNS TABLE (account bigint, scope text, span_s integer, used integer, count_max integer, free_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH mine AS (
    SELECT a.id, a.platform::text AS platform FROM publishing_account a
     WHERE a.id = ANY (p_accounts)
       AND CASE WHEN NULLIF(current_setting('app.brand', true), '') IS NOT NULL
                THEN a.brand_id = current_setting('app.brand')::bigint
                ELSE session_user = 'chimera_operator'
                     AND (NULLIF(current_setting('app.brands', true), '') IS NULL
                          OR a.brand_id = ANY (string_to_array(current_setting('app.brands'), ',')::bigint[])) END)
  SELECT m.id, l.scope, l.span_s, n.used, k.most,
         CASE WHEN n.used >= k.most
              THEN coalesce(publishing_quota_free_at(w.buckets, w.counts, l.span_s, k.most, chimera_now()),
                            chimera_now() + interval '1 day') END
    FROM mine m
   CROSS JOIN LATERAL publishing_quota_limits(m.platform, p_ours -> m.platform) l
    LEFT JOIN publishing_window w ON w.platform = m.platform AND w.scope = l.scope AND w.span_s = l.span_s
          AND w.account = CASE l.scope WHEN 'account' THEN m.id ELSE 0 END
   CROSS JOIN LATERAL (SELECT coalesce(publishing_quota_used(w.buckets, w.counts, l.span_s, chimera_now()), 0) AS used) n
   CROSS JOIN LATERAL (SELECT publishing_quota_max(l.count_max, l.told_max, w.told_max, w.told_at) AS most) k
  UNION ALL
  SELECT m.id, w.scope::text, 0, 0, 0, w.closed_until
    FROM mine m JOIN publishing_window w ON w.platform = m.platform AND w.account IN (0, m.id)
   WHERE w.closed_until > chimera_now()
   ORDER BY 1, 2, 3
$$;
REVOKE ALL ON FUNCTION publishing_quota_left(bigint[], jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION publishing_quota_left(bigint[], jsonb) TO chimera_app, chimera_operator;
ALTER FUNCTION publishing_quota_left(bigint[], jsonb) OWNER TO chimera_dispatch;
