-- Who may call the functions of `guards.sql`: the processes in which people and machines work, and no other.
DO $$ DECLARE each text; BEGIN
  FOREACH each IN ARRAY ARRAY['hawl_close_sight(uuid, int, int[])', 'hawl_unwall_by_two(uuid)',
    'hawl_finish_matching(uuid, uuid, bigint[])', 'hawl_must_see(uuid)', 'hawl_lay_wall(uuid)', 'hawl_hidden_from_police(uuid)',
    'hawl_police_not_agreed(uuid)', 'hawl_no_police()', 'hawl_agreement_signed()'] LOOP
    IF to_regprocedure(each) IS NOT NULL THEN
      EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', each);
    END IF;
  END LOOP;
  FOREACH each IN ARRAY ARRAY['hawl_close_sight(uuid, int, int[])', 'hawl_unwall_by_two(uuid)',
    'hawl_finish_matching(uuid, uuid, bigint[])'] LOOP
    IF to_regprocedure(each) IS NOT NULL THEN
      EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO {staff}, {jobs}', each);
    END IF;
  END LOOP;
END $$
