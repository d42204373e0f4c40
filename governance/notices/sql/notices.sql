-- Who is told what. The application writes and reads these tables through the functions below only: it may note what it
-- saw, and carry letters that are due; whom they go to is the operator's to say.
--
-- Promises:
--   one notice for a key, whoever notes it and however often; its letters are made in the same transaction
--   one open letter for a subscription and kind: what comes while it waits goes with it (letter_open_once)
--   what a letter says does not change once it was tried; one digest for a subscriber's day (letter_digest_once_a_day)
--   a letter is carried by one at a time, by lease and fencing number; whoever lost it ends nothing
GRANT SELECT, INSERT ON governance_notice, governance_letternotice TO chimera_dispatch;
GRANT SELECT, INSERT, UPDATE ON governance_letter TO chimera_dispatch;
GRANT SELECT ON governance_subscription, governance_control, governance_server, governance_fleetbudget,
   governance_checkpoint, governance_sealing, governance_sealedevent TO chimera_dispatch;
GRANT SELECT (slug) ON core_brand TO chimera_dispatch;
GRANT SELECT (kind, made_at, agent) ON governance_reviewitem TO chimera_dispatch;

-- A brand's people see at the desk what is told of their brand; the operator sees everything.
ALTER TABLE governance_notice ENABLE ROW LEVEL SECURITY;
CREATE POLICY app_governance_notice ON governance_notice FOR SELECT TO chimera_app
  USING (scope = 'brand:' || NULLIF(current_setting('app.brand', true), ''));
CREATE POLICY desk_governance_notice ON governance_notice FOR SELECT TO chimera_operator
  USING (NULLIF(current_setting('app.brand', true), '') IS NULL OR scope = 'brand:' || current_setting('app.brand', true));
CREATE POLICY dispatch_governance_notice ON governance_notice TO chimera_dispatch USING (true) WITH CHECK (true);

CREATE FUNCTION governance_check_subscription() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_timezone_names z WHERE z.name = NEW.time_zone) THEN
    RAISE EXCEPTION 'subscription_time_zone_is_known: %', NEW.time_zone
      USING ERRCODE = '23514', CONSTRAINT = 'subscription_time_zone_is_known';
  END IF;
  IF TG_OP = 'UPDATE' AND (NEW.secret_number < OLD.secret_number) THEN
    RAISE EXCEPTION 'subscription_secret_only_moves_on: %', OLD.id
      USING ERRCODE = '23514', CONSTRAINT = 'subscription_secret_only_moves_on';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER zone_governance_subscription BEFORE INSERT OR UPDATE OF time_zone, secret_number
  ON governance_subscription FOR EACH ROW EXECUTE FUNCTION governance_check_subscription();

-- A letter keeps what it was made for; what was tried once stays as it was said.
CREATE FUNCTION governance_check_letter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.subscription_id, NEW.kind, NEW.message_id, NEW.day, NEW.facts) IS DISTINCT FROM
     (OLD.subscription_id, OLD.kind, OLD.message_id, OLD.day, OLD.facts)
     OR (OLD.closed_at IS NOT NULL AND (NEW.closed_at, NEW.count) IS DISTINCT FROM (OLD.closed_at, OLD.count)) THEN
    RAISE EXCEPTION 'letter_says_one_thing: %', OLD.id USING ERRCODE = '23514', CONSTRAINT = 'letter_says_one_thing';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER says_governance_letter BEFORE UPDATE ON governance_letter
  FOR EACH ROW EXECUTE FUNCTION governance_check_letter();

-- The first moment from p_at on that is outside of somebody's quiet hours.
CREATE FUNCTION governance_after_quiet(p_at timestamptz, p_zone text, p_from integer, p_to integer)
RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT CASE
    WHEN p_from IS NULL OR NOT (CASE WHEN p_from < p_to THEN h >= p_from AND h < p_to ELSE h >= p_from OR h < p_to END)
      THEN p_at
    ELSE (date_trunc('day', l) + make_interval(hours => p_to)
          + CASE WHEN h >= p_to THEN interval '1 day' ELSE interval '0' END) AT TIME ZONE p_zone
    END
  FROM (SELECT p_at AT TIME ZONE p_zone AS l, extract(hour FROM p_at AT TIME ZONE p_zone)::integer AS h) local
$$;

-- Notes one thing and writes it into the letters of whoever subscribed. The notice's id; NULL when it was told before.
CREATE FUNCTION governance_note(p_kind text, p_scope text, p_subject text, p_sentence text, p_link text, p_key text,
                                p_fold interval, p_only bigint DEFAULT NULL)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_id bigint;
  v_now timestamptz := chimera_now();
  v_letter bigint;
  v_count integer;
  s governance_subscription;
BEGIN
  INSERT INTO governance_notice (kind, scope, subject, sentence, link, key, made_at)
  VALUES (p_kind, p_scope, p_subject, p_sentence, p_link, p_key, v_now)
  ON CONFLICT (key) DO NOTHING RETURNING id INTO v_id;
  IF v_id IS NULL THEN RETURN NULL; END IF;
  FOR s IN SELECT * FROM governance_subscription c
            WHERE c.is_live AND CASE WHEN p_only IS NULL
                  THEN NOT c.digest_only AND (c.kinds = '{}' OR p_kind = ANY (c.kinds))
                       AND (c.brands = '{}' OR p_scope = ANY (SELECT 'brand:' || b FROM unnest(c.brands) b))
                  ELSE c.id = p_only END
            ORDER BY c.id
  LOOP
    INSERT INTO governance_letter AS l
           (subscription_id, kind, message_id, status, state_version, count, due_at, lease_owner, fence, attempts, note, made_at)
    VALUES (s.id, p_kind, gen_random_uuid(), 'PENDING', 1, 1,
            CASE WHEN p_only IS NOT NULL THEN v_now ELSE governance_after_quiet(
              greatest(v_now, (SELECT max(f.closed_at) + p_fold FROM governance_letter f
                                WHERE f.subscription_id = s.id AND f.kind = p_kind AND f.closed_at > v_now - p_fold)),
              s.time_zone, s.quiet_from, s.quiet_to) END,
            '', 0, 0, '', v_now)
    ON CONFLICT (subscription_id, kind) WHERE closed_at IS NULL AND day IS NULL
    DO UPDATE SET count = l.count + 1
    RETURNING l.id, l.count INTO v_letter, v_count;
    IF v_count <= 20 THEN
      INSERT INTO governance_letternotice (letter_id, notice_id) VALUES (v_letter, v_id);
    END IF;
  END LOOP;
  RETURN v_id;
END
$$;
REVOKE ALL ON FUNCTION governance_note(text, text, text, text, text, text, interval, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance_note(text, text, text, text, text, text, interval, bigint)
   TO chimera_app, chimera_operator;
ALTER FUNCTION governance_note(text, text, text, text, text, text, interval, bigint) OWNER TO chimera_dispatch;

-- Claims the letter that is due longest and closes it; nothing when none is due or others carry them all.
CREATE FUNCTION governance_letter_take(p_owner text, p_lease interval)
RETURNS TABLE (id bigint, fence bigint, attempts integer, kind text, message_id uuid, count integer, closed_at timestamptz,
               day date, facts jsonb, subscription bigint, name text, channel text, address text, is_live boolean,
               time_zone text, secret_number integer, former_until timestamptz, notices jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v governance_letter;
BEGIN
  SELECT * INTO v FROM governance_letter l WHERE l.status = 'PENDING' AND l.due_at <= chimera_now()
   ORDER BY l.due_at, l.id LIMIT 1 FOR UPDATE SKIP LOCKED;
  IF v.id IS NULL THEN RETURN; END IF;
  UPDATE governance_letter l
     SET fence = l.fence + 1, attempts = l.attempts + 1, lease_owner = p_owner, due_at = chimera_now() + p_lease,
         closed_at = coalesce(l.closed_at, chimera_now())
   WHERE l.id = v.id RETURNING l.* INTO v;
  RETURN QUERY
    SELECT v.id, v.fence, v.attempts, v.kind::text, v.message_id, v.count, v.closed_at, v.day, v.facts, s.id, s.name::text,
           s.channel::text, s.address::text, s.is_live, s.time_zone::text, s.secret_number, s.former_until,
           coalesce((SELECT jsonb_agg(jsonb_build_object('id', n.id, 'kind', n.kind, 'scope', n.scope, 'subject', n.subject,
                                      'sentence', n.sentence, 'link', n.link, 'at', n.made_at) ORDER BY n.id)
                       FROM governance_letternotice x JOIN governance_notice n ON n.id = x.notice_id
                      WHERE x.letter_id = v.id), '[]')
      FROM governance_subscription s WHERE s.id = v.subscription_id;
END
$$;
REVOKE ALL ON FUNCTION governance_letter_take(text, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance_letter_take(text, interval) TO chimera_app, chimera_operator;
ALTER FUNCTION governance_letter_take(text, interval) OWNER TO chimera_dispatch;

-- What became of a try: SENT, GIVEN_UP, or PENDING again after p_after. False when somebody else carries it by now.
CREATE FUNCTION governance_letter_land(p_id bigint, p_fence bigint, p_to text, p_after interval, p_note text)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_ends boolean := p_to <> 'PENDING';
BEGIN
  UPDATE governance_letter l
     SET status = p_to, state_version = l.state_version + v_ends::integer, lease_owner = '', note = left(p_note, 300),
         due_at = CASE WHEN NOT v_ends THEN chimera_now() + p_after END,
         ended_at = CASE WHEN v_ends THEN chimera_now() END
   WHERE l.id = p_id AND l.fence = p_fence AND l.status = 'PENDING';
  RETURN FOUND;
END
$$;
REVOKE ALL ON FUNCTION governance_letter_land(bigint, bigint, text, interval, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance_letter_land(bigint, bigint, text, interval, text) TO chimera_app, chimera_operator;
ALTER FUNCTION governance_letter_land(bigint, bigint, text, interval, text) OWNER TO chimera_dispatch;

-- Whose digest of today is due and not made: from the hour that they asked for, of what came since the one before.
CREATE FUNCTION governance_digests_due(p_back interval)
RETURNS TABLE (subscription bigint, day date, since timestamptz, brands bigint[], time_zone text) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT t.id, t.day, greatest(chimera_now() - p_back, coalesce(
           (SELECT max(l.made_at) FROM governance_letter l WHERE l.subscription_id = t.id AND l.day IS NOT NULL),
           chimera_now() - interval '1 day')), t.brands, t.time_zone::text
    FROM (SELECT s.id, s.brands, s.made_at, s.time_zone, (chimera_now() AT TIME ZONE s.time_zone)::date AS day,
                 ((chimera_now() AT TIME ZONE s.time_zone)::date + make_interval(hours => s.digest_hour))
                   AT TIME ZONE s.time_zone AS moment
            FROM governance_subscription s WHERE s.is_live AND s.digest_hour IS NOT NULL) t
   WHERE t.moment <= chimera_now() AND t.made_at <= t.moment
     AND NOT EXISTS (SELECT 1 FROM governance_letter l WHERE l.subscription_id = t.id AND l.day >= t.day)
   ORDER BY t.id
$$;
REVOKE ALL ON FUNCTION governance_digests_due(interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance_digests_due(interval) TO chimera_app, chimera_operator;
ALTER FUNCTION governance_digests_due(interval) OWNER TO chimera_dispatch;

CREATE FUNCTION governance_digest_put(p_subscription bigint, p_day date, p_facts jsonb) RETURNS boolean LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO governance_letter (subscription_id, kind, message_id, status, state_version, day, facts, count, due_at,
                                 closed_at, lease_owner, fence, attempts, note, made_at)
  VALUES (p_subscription, 'digest', gen_random_uuid(), 'PENDING', 1, p_day, p_facts, 1, chimera_now(), chimera_now(),
          '', 0, 0, '', chimera_now())
  ON CONFLICT (subscription_id, day) WHERE day IS NOT NULL DO NOTHING;
  RETURN FOUND;
END
$$;
REVOKE ALL ON FUNCTION governance_digest_put(bigint, date, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance_digest_put(bigint, date, jsonb) TO chimera_app, chimera_operator;
ALTER FUNCTION governance_digest_put(bigint, date, jsonb) OWNER TO chimera_dispatch;
