-- Who said what of an account, and what was read of it.
--
-- Promise accountcheck_is_by_who_said_it: whatever was written as its author and time, it is the actor of the transaction,
-- now.
CREATE FUNCTION publishing_guard_accountcheck() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(current_setting('app.actor', true), '') = '' THEN
    RAISE EXCEPTION 'accountcheck_is_by_who_said_it: a check without an actor is refused'
      USING ERRCODE = '23514', CONSTRAINT = 'accountcheck_is_by_who_said_it';
  END IF;
  NEW.by := current_setting('app.actor', true);
  NEW.at := chimera_now();
  RETURN NEW;
END
$$;
-- After `stay_publishing_accountcheck`, by its name: a row that would leave its brand is refused as such.
CREATE TRIGGER who_publishing_accountcheck BEFORE INSERT OR UPDATE ON publishing_accountcheck
  FOR EACH ROW EXECUTE FUNCTION publishing_guard_accountcheck();

CREATE POLICY dispatch_publishing_accountcheck ON publishing_accountcheck TO chimera_dispatch
  USING (true) WITH CHECK (true);
GRANT SELECT (brand_id, account_id, name, holds, lacks), INSERT (brand_id, account_id, name, holds, lacks),
      UPDATE (holds, lacks) ON publishing_accountcheck TO chimera_dispatch;

-- For the connector, which knows no brand: the bio of the account with this handle was read; p_lacks "": nothing is
-- missing in it. What it does not know it leaves alone.
CREATE FUNCTION publishing_bio_read(p_platform text, p_handle text, p_lacks text)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO publishing_accountcheck AS c (brand_id, account_id, name, holds, lacks)
  SELECT a.brand_id, a.id, 'bio', p_lacks = '', left(p_lacks, 200) FROM publishing_account a
   WHERE a.platform = p_platform AND a.handle = p_handle
      ON CONFLICT (brand_id, account_id, name) DO UPDATE SET holds = excluded.holds, lacks = excluded.lacks
$$;
REVOKE ALL ON FUNCTION publishing_bio_read(text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION publishing_bio_read(text, text, text) TO chimera_connector;
ALTER FUNCTION publishing_bio_read(text, text, text) OWNER TO chimera_dispatch;
