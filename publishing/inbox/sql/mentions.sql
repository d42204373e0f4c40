-- Promise: what a mention says and who said it is written once, and afterwards only forgotten, never changed.
CREATE FUNCTION publishing_mention_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.text <> OLD.text AND NEW.text <> '') OR (NEW.author <> OLD.author AND NEW.author <> '')
     OR NEW.platform_id <> OLD.platform_id OR NEW.account_id <> OLD.account_id
     OR NEW.conversation <> OLD.conversation OR NEW.in_reply_to <> OLD.in_reply_to THEN
    RAISE EXCEPTION 'what a mention says is forgotten or stays as it is' USING ERRCODE = 'CH003';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER keep_publishing_mention BEFORE UPDATE ON publishing_mention
  FOR EACH ROW EXECUTE FUNCTION publishing_mention_keep();

-- Promise: of all posts of an account at most one that may be live or go out answers the same post of somebody else.
CREATE UNIQUE INDEX post_answers_once ON publishing_post (brand_id, account_id, (payload ->> 'reply_to'))
 WHERE payload ? 'reply_to' AND status IN ('SCHEDULED', 'HELD', 'PUBLISHED');
