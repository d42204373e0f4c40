-- How many of what, by parts of a window: what the board's shares are made of.
--
-- Promise: it counts the rows of exactly those brands that the policies show the caller (`app.brand`, and `app.brands` of
-- who works for some brands only), and returns numbers alone. The policies compare two settings for every row, which is
-- three quarters of the time of a count; here they are asked once. A test compares both for every kind of caller.
--
-- "today": posts since p_midnight; "post": posts that went out, and those without a human's yes; "task": outward tasks
-- that ended, and those done; "card": cards that asked a human; "spent": ledger entries, and their micros of a dollar (an
-- entry bears the day of its hold, which ended at most two days later: each of those days is a range of its index).
-- Parts are counted from 0; a part with nothing is left
-- out. Each part is one range of an index that holds all that is asked: no row of a table is read, and none is put into
-- its part by arithmetic, which would cost more than reading.
GRANT SELECT (status, approval, published_at) ON publishing_post TO chimera_dispatch;
GRANT SELECT (status, outward, ended_at) ON agents_task TO chimera_dispatch;
GRANT SELECT (kind, made_at) ON governance_reviewitem TO chimera_dispatch;
GRANT SELECT (brand_id, day, at, amount_usd_micros) ON governance_entry TO chimera_dispatch;
CREATE POLICY dispatch_governance_entry ON governance_entry FOR SELECT TO chimera_dispatch USING (true);

CREATE FUNCTION agents_board_counted(
  p_starts timestamptz[], p_ends timestamptz[], p_midnight timestamptz, p_until timestamptz, p_alone text
) RETURNS TABLE (kind text, part bigint, every bigint, of_them bigint) LANGUAGE plpgsql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_bound bigint[] := string_to_array(NULLIF(current_setting('app.brands', true), ''), ',')::bigint[];
  v_brands bigint[] := ARRAY(SELECT b.id FROM core_brand b WHERE (v_brand IS NULL OR b.id = v_brand)
                                                             AND (v_bound IS NULL OR b.id = ANY (v_bound)));
BEGIN
  RETURN QUERY
    SELECT 'today', 0::bigint, count(*), 0::bigint FROM unnest(v_brands) AS b (id)
      JOIN publishing_post p ON p.brand_id = b.id AND p.published_at >= p_midnight AND p.published_at < p_until
     WHERE p.status = 'PUBLISHED';
  RETURN QUERY
    SELECT 'post', w.number - 1, sum(c.every)::bigint, sum(c.of_them)::bigint
      FROM unnest(p_starts, p_ends) WITH ORDINALITY AS w (since, until, number)
     CROSS JOIN unnest(v_brands) AS b (id)
     CROSS JOIN LATERAL (SELECT count(*) AS every, count(*) FILTER (WHERE o.approval = p_alone) AS of_them
                           FROM publishing_post o
                          WHERE o.brand_id = b.id AND o.published_at >= w.since AND o.published_at < w.until
                            AND o.status = 'PUBLISHED') c
     WHERE c.every > 0 GROUP BY w.number;
  RETURN QUERY
    SELECT 'task', w.number - 1, c.every, c.of_them
      FROM unnest(p_starts, p_ends) WITH ORDINALITY AS w (since, until, number)
     CROSS JOIN LATERAL (SELECT count(*) AS every, count(*) FILTER (WHERE o.status = 'DONE') AS of_them
                           FROM agents_task o
                          WHERE o.outward AND o.ended_at >= w.since AND o.ended_at < w.until
                            AND o.brand_id = ANY (v_brands)) c
     WHERE c.every > 0;
  RETURN QUERY
    SELECT 'card', w.number - 1, c.every, 0::bigint
      FROM unnest(p_starts, p_ends) WITH ORDINALITY AS w (since, until, number)
     CROSS JOIN LATERAL (SELECT count(*) AS every FROM governance_reviewitem o
                          WHERE o.made_at >= w.since AND o.made_at < w.until AND o.kind <> 'sample'
                            AND o.brand_id = ANY (v_brands)) c
     WHERE c.every > 0;
  RETURN QUERY
    SELECT 'spent', w.number - 1, sum(c.every)::bigint, sum(c.of_them)::bigint
      FROM unnest(p_starts, p_ends) WITH ORDINALITY AS w (since, until, number)
     CROSS JOIN unnest(v_brands) AS b (id)
     CROSS JOIN generate_series((w.since AT TIME ZONE 'UTC')::date - 2, (w.until AT TIME ZONE 'UTC')::date, '1 day')
           AS d (day)
     CROSS JOIN LATERAL (SELECT count(*) AS every, sum(o.amount_usd_micros) AS of_them FROM governance_entry o
                          WHERE o.brand_id = b.id AND o.day = d.day::date AND o.at >= w.since AND o.at < w.until) c
     WHERE c.every > 0 GROUP BY w.number;
END
$$;
REVOKE ALL ON FUNCTION agents_board_counted(timestamptz[], timestamptz[], timestamptz, timestamptz, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION agents_board_counted(timestamptz[], timestamptz[], timestamptz, timestamptz, text)
  TO chimera_operator;
ALTER FUNCTION agents_board_counted(timestamptz[], timestamptz[], timestamptz, timestamptz, text)
  OWNER TO chimera_dispatch;
