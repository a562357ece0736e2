-- Who may reach which key. A key of a person is there for every process that serves people, since what it opens is
-- guarded row by row; a location key is there for the users it names, and for all once one of those has handed it out.
-- The staff process takes no key away but a location key that it holds, and changes no other.
ALTER TABLE vault_datakey ENABLE ROW LEVEL SECURITY;
ALTER TABLE vault_datakey FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS hawl_key_read ON vault_datakey;
DROP POLICY IF EXISTS hawl_key_add ON vault_datakey;
DROP POLICY IF EXISTS hawl_key_change ON vault_datakey;
DROP POLICY IF EXISTS hawl_key_take ON vault_datakey;
DROP POLICY IF EXISTS hawl_machine ON vault_datakey;
DROP POLICY IF EXISTS hawl_owner ON vault_datakey;
CREATE POLICY hawl_key_read ON vault_datakey FOR SELECT TO {staff}, {jobs}
  USING (named_users IS NULL OR named_users @> ARRAY[(SELECT hawl_user())]);
CREATE POLICY hawl_key_add ON vault_datakey FOR INSERT TO {staff}, {jobs} WITH CHECK (true);
CREATE POLICY hawl_key_change ON vault_datakey FOR UPDATE TO {staff}, {jobs}
  USING (named_users @> ARRAY[(SELECT hawl_user())]) WITH CHECK (true);
CREATE POLICY hawl_key_take ON vault_datakey FOR DELETE TO {staff}, {jobs}
  USING (named_users @> ARRAY[(SELECT hawl_user())]);
CREATE POLICY hawl_machine ON vault_datakey TO {jobs}
  USING ((SELECT hawl_machine())) WITH CHECK ((SELECT hawl_machine()));
CREATE POLICY hawl_owner ON vault_datakey TO {owner} USING (true) WITH CHECK (true);
