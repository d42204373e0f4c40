-- Who may do what, per process (docs/adr/0003). Run by a superuser; may run again; sets no passwords.
-- NOLOGIN roles own things, LOGIN roles use them. None of them is a superuser or bypasses row-level security.
DO $$
DECLARE
  r text;
BEGIN
  -- A cluster may hold several databases: two of them may be made at the same moment.
  PERFORM pg_advisory_xact_lock(hashtext('chimera roles'));
  FOREACH r IN ARRAY ARRAY['chimera_owner', 'chimera_dispatch', 'chimera_recorder', 'chimera_treasurer',
                           'chimera_archivist', 'chimera_comparer'] LOOP
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = r) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS', r);
    END IF;
  END LOOP;
  FOREACH r IN ARRAY ARRAY['chimera_app', 'chimera_operator', 'chimera_connector', 'chimera_sealer',
                           'chimera_migrator'] LOOP
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = r) THEN
      EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE', r);
    END IF;
  END LOOP;
  -- The migrator acts as the owner, and may hand functions to the roles that lend narrow rights. It may become them,
  -- but has none of their rights by itself: nobody writes the record or the money, puts work away, or looks
  -- over all brands' posts, in passing.
  GRANT chimera_owner, chimera_dispatch, chimera_recorder, chimera_treasurer, chimera_archivist, chimera_comparer
    TO chimera_migrator WITH INHERIT FALSE, SET TRUE;
  GRANT chimera_dispatch, chimera_recorder, chimera_treasurer, chimera_archivist, chimera_comparer TO chimera_owner
    WITH INHERIT FALSE, SET TRUE;
END
$$;
