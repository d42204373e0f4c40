-- The functions that every table leans on. Owner: chimera_owner, unless said otherwise.

-- The clock of everything. STABLE: within one statement it may be asked once, so an index can be used with it.
-- The schema is named, because a temporary table of that name would be found first and shift the caller's clock.
CREATE FUNCTION chimera_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT clock_timestamp() + coalesce((SELECT shift FROM public.core_clock), interval '0') $$;

-- Refuses an arrow that the machine does not have and a version that is not the next one.
-- Arguments: the arrows {"FROM": ["TO", ...]} and the states in which a row may be born.
CREATE FUNCTION chimera_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NOT TG_ARGV[1]::jsonb ? NEW.status THEN
      RAISE EXCEPTION '% cannot be born as %', TG_TABLE_NAME, NEW.status USING ERRCODE = 'CH001';
    END IF;
    IF NEW.state_version <> 1 THEN
      RAISE EXCEPTION '% starts with state_version 1, not %', TG_TABLE_NAME, NEW.state_version USING ERRCODE = 'CH001';
    END IF;
    RETURN NEW;
  END IF;
  IF NEW.status IS DISTINCT FROM OLD.status
     AND NOT coalesce(TG_ARGV[0]::jsonb -> OLD.status ? NEW.status, false) THEN
    RAISE EXCEPTION '% % may not go from % to %', TG_TABLE_NAME, OLD.id, OLD.status, NEW.status USING ERRCODE = 'CH001';
  END IF;
  IF NEW.status IS DISTINCT FROM OLD.status AND NEW.state_version <> OLD.state_version + 1 THEN
    RAISE EXCEPTION '% % changes state without the next state_version', TG_TABLE_NAME, OLD.id USING ERRCODE = 'CH001';
  END IF;
  IF NEW.state_version NOT IN (OLD.state_version, OLD.state_version + 1) THEN
    RAISE EXCEPTION '% % jumps from state_version % to %', TG_TABLE_NAME, OLD.id, OLD.state_version, NEW.state_version
      USING ERRCODE = 'CH001';
  END IF;
  RETURN NEW;
END
$$;

-- A row stays with its brand, also for the desk, whose policy covers both.
CREATE FUNCTION chimera_refuse_brand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% % belongs to brand % and stays there', TG_TABLE_NAME, OLD.id, OLD.brand_id USING ERRCODE = 'CH001';
END
$$;

CREATE FUNCTION chimera_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, lower(TG_OP) USING ERRCODE = 'CH003';
END
$$;
