-- Ending the leases of a worker that is known to be lost, over all brands. Installed once per leased table.
GRANT UPDATE (lease_owner) ON {{table}} TO chimera_dispatch;

-- Promise: rows that an owner with this prefix ("worker:<node>.") holds are free and due; the next claim raises the
-- fencing number, so what the old owner still writes is refused. With p_early they are due only so long before the
-- end of their lease: a lease is extended by twice what a call outside may take, and the call of a dead worker may still be
-- on its way through a connector. Returns their queues. A row that a frozen transaction has locked is left as it is.
CREATE FUNCTION {{table}}_release_of(p_owner_prefix text, p_early interval)
RETURNS SETOF text LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE {{table}} t
     -- greatest() passes over a null
     SET lease_until = NULL, lease_owner = '', due_at = greatest(chimera_now(), t.lease_until - p_early)
   WHERE t.id IN (SELECT h.id FROM {{table}} h
                   WHERE h.due_at > chimera_now() AND h.lease_until > chimera_now()
                     AND p_owner_prefix LIKE 'worker:_%.' AND starts_with(h.lease_owner, p_owner_prefix)
                     FOR UPDATE SKIP LOCKED)
  RETURNING t.queue::text
$$;
REVOKE ALL ON FUNCTION {{table}}_release_of(text, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {{table}}_release_of(text, interval) TO chimera_app, chimera_operator;
ALTER FUNCTION {{table}}_release_of(text, interval) OWNER TO chimera_dispatch;
