-- Promise: a campaign's version rises by exactly one with every change of what results are made from, whoever makes it,
-- and with nothing else; what has ended is not edited any more.
CREATE FUNCTION agents_campaign_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.version := 1;
    RETURN NEW;
  END IF;
  IF (OLD.name, OLD.brief, OLD.about, OLD.starts_at, OLD.ends_at, OLD.day_usd_micros, OLD.total_usd_micros,
      OLD.posts_per_day, OLD.sponsorship)
     IS NOT DISTINCT FROM
     (NEW.name, NEW.brief, NEW.about, NEW.starts_at, NEW.ends_at, NEW.day_usd_micros, NEW.total_usd_micros,
      NEW.posts_per_day, NEW.sponsorship) THEN
    NEW.version := OLD.version;
    RETURN NEW;
  END IF;
  IF OLD.status IN ('ENDED', 'CANCELLED') THEN
    RAISE EXCEPTION 'campaign % has ended (%) and is not edited any more', OLD.id, OLD.status USING ERRCODE = 'CH001';
  END IF;
  NEW.version := OLD.version + 1;
  RETURN NEW;
END
$$;
CREATE TRIGGER version_agents_campaign BEFORE INSERT OR UPDATE ON agents_campaign FOR EACH ROW
EXECUTE FUNCTION agents_campaign_version();
