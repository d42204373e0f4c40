-- The allow-list of MCP servers.
--
-- Promises, each named in the error's constraint:
--   server_pins_are_of_the_tools        pins are the hashes of the tools as they were reviewed, each name once
--   server_stays_what_it_is             name, address, transport and owner never change: another address is another entry
--   server_is_allowed_by_the_operator   the desk allows; the application never does; migrating allows ours alone, by lock
--   server_pin_changes_with_a_review    while a server is allowed its pins stay, but for a new lock file of ours
--   server_is_only_disabled_from_below  what the application reports disables, and changes nothing else

CREATE FUNCTION governance_guard_server() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_actor text := coalesce(current_setting('app.actor', true), '');
BEGIN
  NEW.pins := coalesce((SELECT jsonb_object_agg(t ->> 'name', t ->> 'sha256') FROM jsonb_array_elements(NEW.tools) t),
                       '{}');
  IF (SELECT count(*) FROM jsonb_object_keys(NEW.pins)) <> jsonb_array_length(NEW.tools)
     OR EXISTS (SELECT 1 FROM jsonb_array_elements(NEW.tools) t WHERE t ->> 'sha256' IS DISTINCT FROM
                  encode(sha256(convert_to(t -> 'told' ->> '$tainted', 'UTF8')), 'hex')) THEN
    RAISE EXCEPTION 'server_pins_are_of_the_tools: the pins of % are not those of its tools', NEW.name
      USING ERRCODE = '23514', CONSTRAINT = 'server_pins_are_of_the_tools';
  END IF;
  NEW.pins_hash := encode(sha256(convert_to(NEW.pins::text, 'UTF8')), 'hex');
  IF TG_OP = 'INSERT' THEN
    NEW.proposed_by := v_actor;
    NEW.reviewed_by := ''; NEW.reviewed_at := NULL; NEW.former_pins := '{}';
    NEW.seen := NULL; NEW.seen_wrong := ''; NEW.seen_hash := ''; NEW.seen_at := NULL; NEW.kept_hash := '';
    RETURN NEW;
  END IF;
  NEW.proposed_by := OLD.proposed_by; NEW.proposed_at := OLD.proposed_at;
  NEW.reviewed_by := OLD.reviewed_by; NEW.reviewed_at := OLD.reviewed_at;
  IF (NEW.name, NEW.url, NEW.transport, NEW.owner) IS DISTINCT FROM (OLD.name, OLD.url, OLD.transport, OLD.owner) THEN
    RAISE EXCEPTION 'server_stays_what_it_is: % is %', OLD.name, OLD.url
      USING ERRCODE = '23514', CONSTRAINT = 'server_stays_what_it_is';
  END IF;
  IF current_user = 'chimera_dispatch' THEN
    IF (OLD.status, NEW.status) IS DISTINCT FROM ('ALLOWED', 'DISABLED') OR (NEW.tools, NEW.former_pins, NEW.lock_hash,
         NEW.sbom_hash, NEW.sbom, NEW.scan_hash, NEW.scan) IS DISTINCT FROM (OLD.tools, OLD.former_pins, OLD.lock_hash,
         OLD.sbom_hash, OLD.sbom, OLD.scan_hash, OLD.scan) THEN
      RAISE EXCEPTION 'server_is_only_disabled_from_below: % stays %', OLD.name, OLD.status
        USING ERRCODE = '23514', CONSTRAINT = 'server_is_only_disabled_from_below';
    END IF;
  ELSIF current_user = 'chimera_owner' AND NEW.owner = 'ours' THEN
    NEW.former_pins := CASE WHEN NEW.pins = OLD.pins THEN OLD.former_pins ELSE OLD.pins END;
  ELSE
    NEW.former_pins := CASE WHEN NEW.pins = OLD.pins THEN OLD.former_pins ELSE '{}' END;
    IF NEW.pins <> OLD.pins AND OLD.status = 'ALLOWED' THEN
      RAISE EXCEPTION 'server_pin_changes_with_a_review: disable % first', OLD.name
        USING ERRCODE = '23514', CONSTRAINT = 'server_pin_changes_with_a_review';
    END IF;
    IF NEW.status = 'ALLOWED' AND OLD.status <> 'ALLOWED' AND current_user <> 'chimera_operator' THEN
      RAISE EXCEPTION 'server_is_allowed_by_the_operator: % stays %', OLD.name, OLD.status
        USING ERRCODE = '23514', CONSTRAINT = 'server_is_allowed_by_the_operator';
    END IF;
  END IF;
  IF NEW.status = 'ALLOWED' AND OLD.status <> 'ALLOWED' THEN
    NEW.reviewed_by := v_actor; NEW.reviewed_at := chimera_now();
    NEW.seen := NULL; NEW.seen_wrong := ''; NEW.seen_hash := ''; NEW.seen_at := NULL; NEW.kept_hash := '';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER pins_governance_server BEFORE INSERT OR UPDATE ON governance_server
  FOR EACH ROW EXECUTE FUNCTION governance_guard_server();

-- What was done with an entry, with its reason and with what was seen; nobody writes this by hand.
GRANT SELECT, UPDATE ON governance_server TO chimera_dispatch;
GRANT INSERT ON governance_servernote TO chimera_dispatch;
GRANT USAGE ON SEQUENCE governance_servernote_id_seq TO chimera_dispatch;
CREATE FUNCTION governance_note_server() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  v_verb text := NEW.status;
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.status = OLD.status THEN
    v_verb := CASE WHEN NEW.pins_hash <> OLD.pins_hash OR NEW.lock_hash <> OLD.lock_hash THEN 'LOCKED'
                   WHEN NEW.kept_hash <> OLD.kept_hash THEN 'KEPT'
                   WHEN (NEW.sbom_hash, NEW.scan_hash) IS DISTINCT FROM (OLD.sbom_hash, OLD.scan_hash) THEN 'PAPERS' END;
  END IF;
  IF v_verb IS NOT NULL THEN
    INSERT INTO governance_servernote (server_id, verb, reason, pins_hash, seen, actor)
    VALUES (NEW.id, v_verb, NEW.reason, NEW.pins_hash, CASE WHEN v_verb = 'DISABLED' THEN NEW.seen END,
            coalesce(current_setting('app.actor', true), ''));
  END IF;
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION governance_note_server() FROM PUBLIC;
ALTER FUNCTION governance_note_server() OWNER TO chimera_dispatch;
SET LOCAL ROLE chimera_dispatch;
GRANT EXECUTE ON FUNCTION governance_note_server() TO chimera_owner;
SET LOCAL ROLE chimera_owner;
CREATE TRIGGER note_governance_server AFTER INSERT OR UPDATE ON governance_server
  FOR EACH ROW EXECUTE FUNCTION governance_note_server();

-- A process tells what a server lists, as it connects or when the list may have changed. Promise: when that is not what
-- was reviewed, the server is disabled when this commits, whoever else tells something at the same moment; nothing that
-- is told here can allow anything. `outcome`: allowed, changed (disabled just now, or by another a moment ago),
-- proposed, disabled, or unknown when the list has no such name at this address.
CREATE FUNCTION governance_server_seen(p_name text, p_url text, p_tools jsonb, p_wrong text, p_reason text, p_by text)
RETURNS TABLE (outcome text, said text) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v governance_server;
  v_pins jsonb := coalesce((SELECT jsonb_object_agg(t ->> 'name', t ->> 'sha256') FROM jsonb_array_elements(p_tools) t),
                           '{}');
BEGIN
  SELECT * INTO v FROM governance_server s
   WHERE s.name = p_name AND s.status <> 'REMOVED' AND (s.url = p_url OR s.owner = 'ours');
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'unknown', '';
  ELSIF v.status <> 'ALLOWED' THEN
    RETURN QUERY SELECT lower(v.status), v.reason;
  ELSIF p_wrong = '' AND (v_pins = v.pins OR (v.former_pins <> '{}' AND v_pins = v.former_pins)) THEN
    RETURN QUERY SELECT 'allowed', '';
  ELSE
    PERFORM set_config('app.actor', 'server:' || p_by, true)
      WHERE coalesce(current_setting('app.actor', true), '') = '';
    UPDATE governance_server s
       SET status = 'DISABLED', state_version = s.state_version + 1, reason = left(p_reason, 500), seen = p_tools,
           seen_wrong = left(p_wrong, 200), seen_hash = encode(sha256(convert_to(v_pins::text || p_wrong, 'UTF8')), 'hex'),
           seen_at = chimera_now(), kept_hash = ''
     WHERE s.id = v.id AND s.status = 'ALLOWED' AND s.state_version = v.state_version;
    RETURN QUERY SELECT 'changed', left(p_reason, 500);
  END IF;
END
$$;
REVOKE ALL ON FUNCTION governance_server_seen(text, text, jsonb, text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance_server_seen(text, text, jsonb, text, text, text) TO chimera_app, chimera_operator;
ALTER FUNCTION governance_server_seen(text, text, jsonb, text, text, text) OWNER TO chimera_dispatch;

-- Enters a server of ours by its lock file: by whoever migrates, so at the first start and with every new version. A
-- server that somebody disabled stays disabled; what was pinned before stays good beside it until the next lock.
CREATE FUNCTION governance_server_enter(p_name text, p_tools jsonb, p_lock_hash text, p_sbom_hash text, p_sbom jsonb)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v governance_server;
BEGIN
  PERFORM set_config('app.actor', 'migration', true) WHERE coalesce(current_setting('app.actor', true), '') = '';
  SELECT * INTO v FROM governance_server s WHERE s.name = p_name AND s.status <> 'REMOVED' FOR UPDATE;
  IF v.id IS NULL THEN
    INSERT INTO governance_server (name, url, transport, owner, status, state_version, tools, pins, former_pins, pins_hash,
           lock_hash, sbom_hash, sbom, scan_hash, scan, seen_wrong, seen_hash, kept_hash, reason, proposed_by, reviewed_by)
    VALUES (p_name, '', 'streamable_http', 'ours', 'PROPOSED', 1, p_tools, '{}', '{}', '', p_lock_hash, p_sbom_hash,
            p_sbom, '', '{}', '', '', '', '', '', '');
    UPDATE governance_server s SET status = 'ALLOWED', state_version = 2, reason = 'Its lock file came with the code.'
     WHERE s.name = p_name AND s.status = 'PROPOSED';
  ELSIF v.owner = 'ours' AND (v.lock_hash <> p_lock_hash OR v.sbom_hash <> p_sbom_hash) THEN
    UPDATE governance_server s SET tools = p_tools, lock_hash = p_lock_hash, sbom_hash = p_sbom_hash, sbom = p_sbom
     WHERE s.id = v.id;
  END IF;
END
$$;
REVOKE ALL ON FUNCTION governance_server_enter(text, jsonb, text, text, jsonb) FROM PUBLIC;
