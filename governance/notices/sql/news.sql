-- What governance itself has to tell and has not told: facts for sentences, never content. One statement over all brands.
CREATE POLICY dispatch_governance_budget ON governance_budget FOR SELECT TO chimera_dispatch USING (true);
CREATE POLICY dispatch_governance_budgetlimit ON governance_budgetlimit FOR SELECT TO chimera_dispatch USING (true);
CREATE POLICY dispatch_governance_auditevent ON governance_auditevent FOR SELECT TO chimera_dispatch USING (true);
GRANT SELECT (brand_id, scope, day, limit_usd_micros, reserved_usd_micros, settled_usd_micros)
   ON governance_budget TO chimera_dispatch;
GRANT SELECT (brand_id, scope, "window") ON governance_budgetlimit TO chimera_dispatch;
GRANT SELECT (id, xid, at) ON governance_auditevent TO chimera_dispatch;
GRANT SELECT ON governance_fleetlimit, governance_fleetreturn TO chimera_dispatch;

-- Whose a scope is: "brand:1" says it; an agent's or a campaign's is the brand's that gave it a limit. NULL: the fleet's.
CREATE FUNCTION governance_brand_of(p_scope text) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN p_scope ~ '^brand:[1-9][0-9]{0,17}$' THEN split_part(p_scope, ':', 2)::bigint
              ELSE (SELECT min(l.brand_id) FROM governance_budgetlimit l WHERE l.scope = p_scope) END
$$;

-- What the fleet may spend on a day and has spent or set aside: two sums, for the digest. What is not folded yet included.
CREATE FUNCTION governance_fleet_used(p_day date) RETURNS TABLE (used bigint, most bigint) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(f.reserved_usd_micros + f.settled_usd_micros, 0)
         - coalesce((SELECT sum(r.held_usd_micros - r.spent_usd_micros) FROM governance_fleetreturn r WHERE r.day = p_day), 0)::bigint,
         coalesce(f.limit_usd_micros, l.limit_usd_micros)
    FROM governance_fleetlimit l LEFT JOIN governance_fleetbudget f ON f.day = p_day
$$;
REVOKE ALL ON FUNCTION governance_fleet_used(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance_fleet_used(date) TO chimera_app, chimera_operator;
ALTER FUNCTION governance_fleet_used(date) OWNER TO chimera_dispatch;

-- p_near, p_doubt, p_circuit, p_record: see the settings NOTICE_..._S; p_cap_bp of a limit; p_open and p_max are the
-- circuits' own pauses, of which the time that one has been down is added up; p_back: what is older is not told any more.
CREATE FUNCTION governance_news(p_near interval, p_doubt interval, p_circuit interval, p_record interval, p_cap_bp integer,
                                p_open interval, p_max interval, p_back interval, p_count integer)
RETURNS TABLE (kind text, scope text, subject text, key text, facts jsonb) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH now AS MATERIALIZED (SELECT chimera_now() AS t), news AS (
    SELECT 'deadline' AS kind, 'brand:' || r.brand_id AS scope, 'governance.reviewitem:' || r.id AS subject,
           'deadline:' || r.id AS key, r.brand_id AS brand,
           jsonb_build_object('id', r.id, 'agent', r.agent, 'deadline', r.deadline) AS facts
      FROM governance_reviewitem r, now
     WHERE r.status = 'PENDING' AND r.kind <> 'sample' AND r.deadline > now.t AND r.deadline <= now.t + p_near
    UNION ALL
    SELECT 'expired', 'brand:' || r.brand_id, 'governance.reviewitem:' || r.id, 'expired:' || r.id, r.brand_id,
           jsonb_build_object('id', r.id, 'agent', r.agent, 'deadline', r.deadline)
      FROM governance_reviewitem r, now
     WHERE r.status = 'EXPIRED' AND r.kind <> 'sample' AND r.deadline > now.t - p_back
    UNION ALL
    SELECT 'doubt', 'brand:' || r.brand_id, 'governance.reviewitem:' || r.id, 'doubt:' || r.id, r.brand_id,
           jsonb_build_object('id', r.id, 'agent', r.agent, 'since', r.made_at)
      FROM governance_reviewitem r, now
     WHERE r.status = 'PENDING' AND r.kind = 'in_doubt' AND r.made_at <= now.t - p_doubt
    UNION ALL
    SELECT CASE c.cause WHEN 'exhausted' THEN 'cap' WHEN 'anomaly' THEN 'anomaly' ELSE 'stop' END,
           CASE WHEN b.brand IS NULL THEN 'fleet' ELSE 'brand:' || b.brand END,
           'governance.control:' || c.id, 'stop:' || c.id, b.brand,
           jsonb_build_object('on', c.scope, 'how', c.kind, 'reason', c.reason, 'by', c.imposed_by, 'until', c.until,
                              'incident', c.incident)
      FROM governance_control c, now, LATERAL (SELECT governance_brand_of(c.scope) AS brand) b
     WHERE c.since > now.t - p_back
    UNION ALL
    SELECT 'resume', CASE WHEN b.brand IS NULL THEN 'fleet' ELSE 'brand:' || b.brand END,
           'governance.control:' || c.id, 'resume:' || c.id, b.brand,
           jsonb_build_object('on', c.scope, 'how', c.kind, 'reason', c.lift_reason, 'by', c.lifted_by)
      FROM governance_control c, now, LATERAL (SELECT governance_brand_of(c.scope) AS brand) b
     WHERE c.status = 'LIFTED' AND c.lifted_at > now.t - p_back
    UNION ALL
    SELECT 'cap', 'brand:' || g.brand_id, '', 'cap:' || g.brand_id || ':' || g.scope || ':' || g.day, g.brand_id,
           jsonb_build_object('on', g.scope, 'window', l.window, 'limit', g.limit_usd_micros,
                              'used', g.reserved_usd_micros + g.settled_usd_micros)
      FROM now, governance_budgetlimit l
      JOIN governance_budget g ON g.brand_id = l.brand_id AND g.scope = l.scope
       AND g.day = CASE l.window WHEN 'total' THEN date '0001-01-01' ELSE (chimera_now() AT TIME ZONE 'UTC')::date END
     WHERE g.limit_usd_micros > 0
       AND (g.reserved_usd_micros + g.settled_usd_micros) * 10000.0 >= g.limit_usd_micros::numeric * p_cap_bp
    UNION ALL
    SELECT 'cap', 'fleet', '', 'cap:fleet:' || f.day, NULL,
           jsonb_build_object('on', 'fleet', 'window', 'day', 'limit', f.limit_usd_micros,
                              'used', f.reserved_usd_micros + f.settled_usd_micros)
      FROM now, governance_fleetbudget f
     WHERE f.day = (now.t AT TIME ZONE 'UTC')::date AND f.limit_usd_micros > 0
       AND (f.reserved_usd_micros + f.settled_usd_micros) * 10000.0 >= f.limit_usd_micros::numeric * p_cap_bp
    UNION ALL
    -- An incident begins with its first opening; each further one made two moves of the row.
    SELECT 'circuit', 'fleet', 'core.circuit:' || c.id,
           'circuit:' || c.provider || ':' || c.state_version - 2 * (c.opens - 1) - (c.status = 'HALF_OPEN')::integer,
           NULL, jsonb_build_object('provider', c.provider, 'note', c.note, 'opens', c.opens)
      FROM core_circuit c, now
     WHERE c.status <> 'CLOSED' AND now.t - c.since + (SELECT coalesce(sum(least(p_max, p_open * (2 ^ least(n - 1, 20)))
                                                              * 0.9), interval '0')
                                                         FROM generate_series(1, c.opens - 1) n) >= p_circuit
    UNION ALL
    SELECT 'record', 'fleet', '', 'record:' || floor(extract(epoch FROM e.at) / 21600), NULL,
           jsonb_build_object('since', e.at)
      FROM now, LATERAL (
        SELECT v.at FROM governance_sealing p JOIN governance_auditevent v ON (v.xid, v.id) > (p.from_xid, p.from_id)
         WHERE EXISTS (SELECT 1 FROM governance_checkpoint)
           AND NOT EXISTS (SELECT 1 FROM governance_sealedevent s WHERE s.event_id = v.id)
         ORDER BY v.xid, v.id LIMIT 1) e
     WHERE e.at <= now.t - p_record
    UNION ALL
    SELECT 'server', 'fleet', 'governance.server:' || s.id, 'server:' || s.id || ':' || s.seen_hash, NULL,
           jsonb_build_object('id', s.id, 'name', s.name)
      FROM governance_server s, now
     WHERE s.status = 'DISABLED' AND s.seen_hash <> '' AND s.seen_hash <> s.kept_hash AND s.seen_at > now.t - p_back
  )
  SELECT w.kind, w.scope, w.subject, w.key,
         w.facts || jsonb_build_object('brand', coalesce((SELECT b.slug FROM core_brand b WHERE b.id = w.brand), ''))
    FROM news w WHERE NOT EXISTS (SELECT 1 FROM governance_notice n WHERE n.key = w.key)
   LIMIT p_count
$$;
REVOKE ALL ON FUNCTION governance_news(interval, interval, interval, interval, integer, interval, interval, interval,
                                       integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance_news(interval, interval, interval, interval, integer, interval, interval, interval,
                                          integer) TO chimera_app, chimera_operator;
ALTER FUNCTION governance_news(interval, interval, interval, interval, integer, interval, interval, interval, integer)
   OWNER TO chimera_dispatch;
