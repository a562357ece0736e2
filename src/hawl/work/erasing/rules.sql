-- What waits is told on every page of who may say yes; the functions ask by themselves who that is (migration 0002).
GRANT EXECUTE ON FUNCTION hawl_erasures_waiting() TO {staff}, {jobs};
GRANT EXECUTE ON FUNCTION hawl_decide_erasure(uuid, boolean) TO {staff};
