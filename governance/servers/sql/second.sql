-- Who proposes a third party's server does not allow it, where the installation asks for two people when it is proposed.
--
-- Promises, each named in the error's constraint:
--   server_needs_second_stays               whether it needs two people is settled when it is proposed
--   server_is_allowed_by_a_second_person    who allows it, or accepts its new tools, is another person than proposed it
CREATE FUNCTION governance_guard_server_second() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'server_needs_second_stays: % was proposed by %', OLD.name, OLD.proposed_by
    USING ERRCODE = '23514', CONSTRAINT = 'server_needs_second_stays';
END
$$;
CREATE TRIGGER second_governance_server BEFORE UPDATE OF needs_second ON governance_server FOR EACH ROW
  WHEN (OLD.needs_second IS DISTINCT FROM NEW.needs_second) EXECUTE FUNCTION governance_guard_server_second();
ALTER TABLE governance_server ADD CONSTRAINT server_is_allowed_by_a_second_person CHECK (
  NOT needs_second OR status <> 'ALLOWED' OR governance_person(reviewed_by) <> governance_person(proposed_by));
