-- Counts of duties and of what was done, for pages of figures. Numbers only: no id of a person, case or event leaves.
--
-- Each count is written once, as a function that runs with the rights of who calls it, so that a desk counts what it
-- may see. Its namesake ending in _all runs as the role `figures`, which reads every row and can do nothing else: for
-- readers who may see no row at all. Where small numbers are hidden is decided by the caller (foundations.disclosure).
--
-- What is counted of duties stands in a function of its own ending in _rows, so that the list behind a number is of the
-- rows that were counted. It gives ids of duties, runs with the rights of who calls it and has no namesake: who sees no
-- row gets none. It sets no search path, so that the database takes it into the statement that asks; hence `public.`.
--
-- Who came to the hub without the police (source `self-referral`) stands in no count over every row: the police read
-- those too, and what they count themselves taken from them would tell how many such people there are. In a function
-- that runs as `figures` the two names of the session differ.
--
-- A duty belongs to the month in which its clock started (without a clock, the month of the report), a case and its
-- steps to the month of the report. State is that at the end of the day `as_of`; what was done after it is still open.

CREATE OR REPLACE FUNCTION hawl_duty_rows(as_of date, since date, until date)
RETURNS TABLE (id bigint, month date, council text, offence text, right_no int, duty text, bearer text, tier text,
               enforced boolean, timed boolean, state text)
LANGUAGE sql STABLE AS $$
  SELECT owed.id, date_trunc('month', owed.start_on)::date, owed.council, owed.offence, owed.right_no, owed.duty_id,
         owed.bearer, owed.tier, owed.enforced, owed.due_on IS NOT NULL, owed.state
  FROM (
    SELECT d.id, coalesce(d.started_on, c.reported_on) AS start_on, c.council::text, c.offence::text,
           d."right"::int AS right_no, d.duty_id::text, d.bearer::text, d.tier::text, d.enforced, d.due_on,
           CASE WHEN d.standing <> 'open' AND (d.done_on IS NULL OR d.done_on <= as_of) THEN d.standing::text
                WHEN d.due_on IS NULL THEN 'no_limit'
                WHEN as_of <= d.due_on THEN 'pending'
                ELSE 'overdue' END AS state
    FROM public.duties_duty d JOIN public.cases_case c ON c.id = d.case_id
    WHERE c.source <> 'self-referral' OR current_user = session_user
  ) AS owed
  WHERE owed.start_on BETWEEN since AND least(until, as_of)
$$;

CREATE OR REPLACE FUNCTION hawl_duty_counts(as_of date, since date, until date)
RETURNS TABLE (month date, council text, offence text, right_no int, duty text, bearer text, tier text,
               enforced boolean, timed boolean, state text, n bigint)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT owed.month, owed.council, owed.offence, owed.right_no, owed.duty, owed.bearer, owed.tier, owed.enforced,
         owed.timed, owed.state, count(*)
  FROM hawl_duty_rows(as_of, since, until) AS owed
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
$$;

CREATE OR REPLACE FUNCTION hawl_duty_counts_all(as_of date, since date, until date)
RETURNS TABLE (month date, council text, offence text, right_no int, duty text, bearer text, tier text,
               enforced boolean, timed boolean, state text, n bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT * FROM hawl_duty_counts(as_of, since, until)
$$;

-- Certain duties by whether there is a record of what became of each, and who told of it (the first word of an event's
-- author: feed, extract, user). `duties` and `acts` name in pairs what answers or closes each duty. What still runs is
-- `running`, what has no record `none`.
CREATE OR REPLACE FUNCTION hawl_record_rows(as_of date, since date, until date, duties text[], acts text[])
RETURNS TABLE (id bigint, council text, offence text, tier text, duty text, source text)
LANGUAGE sql STABLE AS $$
  WITH answering AS MATERIALIZED (
    SELECT pair.duty, array_agg(pair.act) AS acts FROM unnest(duties, acts) AS pair (duty, act) GROUP BY pair.duty
  )
  SELECT d.id, c.council::text, c.offence::text, d.tier::text, d.duty_id::text, coalesce(told.source,
    CASE WHEN as_of <= d.due_on AND (d.standing IN ('open', 'awaiting_upstream') OR d.done_on > as_of)
      THEN 'running' ELSE 'none' END)
  FROM public.duties_duty d JOIN public.cases_case c ON c.id = d.case_id JOIN answering a ON a.duty = d.duty_id
  LEFT JOIN LATERAL (
    SELECT split_part(e.asserted_by, ':', 1) AS source FROM public.cases_caseevent e
    WHERE e.case_id = d.case_id AND e.event = ANY (a.acts) AND e.occurred_on <= as_of
      AND (e.about = d.trigger_event_id OR (e.about = '' AND e.occurred_on = d.done_on))
    ORDER BY e.occurred_on, e.event_id LIMIT 1
  ) AS told ON true
  WHERE d.enforced AND coalesce(d.started_on, c.reported_on) BETWEEN since AND least(until, as_of)
    AND (c.source <> 'self-referral' OR current_user = session_user)
$$;

CREATE OR REPLACE FUNCTION hawl_record_counts(as_of date, since date, until date, duties text[], acts text[])
RETURNS TABLE (council text, offence text, tier text, duty text, source text, n bigint)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT owed.council, owed.offence, owed.tier, owed.duty, owed.source, count(*)
  FROM hawl_record_rows(as_of, since, until, duties, acts) AS owed
  GROUP BY 1, 2, 3, 4, 5
$$;

CREATE OR REPLACE FUNCTION hawl_record_counts_all(as_of date, since date, until date, duties text[], acts text[])
RETURNS TABLE (council text, offence text, tier text, duty text, source text, n bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT * FROM hawl_record_counts(as_of, since, until, duties, acts)
$$;

-- Cases by month, and those of which anything beside the report itself is recorded.
CREATE OR REPLACE FUNCTION hawl_case_counts(as_of date, since date, until date)
RETURNS TABLE (month date, council text, offence text, n bigint, with_data bigint)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT date_trunc('month', c.reported_on)::date, c.council::text, c.offence::text, count(*), count(*) FILTER (WHERE EXISTS (
    SELECT FROM cases_caseevent e WHERE e.case_id = c.id AND e.event NOT IN ('crime_reported', 'recorded_by_mistake')
      AND (e.occurred_on IS NULL OR e.occurred_on <= as_of)))
  FROM cases_case c
  WHERE c.reported_on BETWEEN since AND least(until, as_of)
    AND (c.source <> 'self-referral' OR current_user = session_user)
  GROUP BY 1, 2, 3
$$;

CREATE OR REPLACE FUNCTION hawl_case_counts_all(as_of date, since date, until date)
RETURNS TABLE (month date, council text, offence text, n bigint, with_data bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT * FROM hawl_case_counts(as_of, since, until)
$$;

-- Cases in which each step towards support is recorded with its day, by the month of the report.
CREATE OR REPLACE FUNCTION hawl_step_counts(as_of date, since date, until date)
RETURNS TABLE (month date, council text, offence text, step text, n bigint)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT date_trunc('month', c.reported_on)::date, c.council::text, c.offence::text, e.event::text, count(DISTINCT c.id)
  FROM cases_case c JOIN cases_caseevent e ON e.case_id = c.id
  WHERE c.reported_on BETWEEN since AND least(until, as_of) AND e.occurred_on <= as_of
    AND (c.source <> 'self-referral' OR current_user = session_user)
    AND e.event IN ('told_of_services', 'referral_asked', 'support_referral_declined', 'support_referral_made',
                    'support_referral_received', 'support_reached', 'needs_assessed', 'support_started')
  GROUP BY 1, 2, 3, 4
$$;

CREATE OR REPLACE FUNCTION hawl_step_counts_all(as_of date, since date, until date)
RETURNS TABLE (month date, council text, offence text, step text, n bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT * FROM hawl_step_counts(as_of, since, until)
$$;
