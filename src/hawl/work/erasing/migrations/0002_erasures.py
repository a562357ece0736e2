"""Erasures that wait for two people, and the functions by which alone they say yes or no."""

import uuid
from django.db import migrations, models

# Who may say it: a steward, whose account is active, or a lead in standing; either while their body is.
_MAY = """
CREATE FUNCTION hawl_may_erase(who bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT EXISTS (
    SELECT 1 FROM identity_user u JOIN access_body b ON b.organisation_id = u.organisation_id,
      (SELECT (now() AT TIME ZONE 'Europe/London')::date AS today) t
    WHERE u.id = who AND u.is_active AND (b.ended_on IS NULL OR b.ended_on > t.today)
      AND (u.roles @> ARRAY['steward']::varchar[] OR u.roles @> ARRAY['specialist_lead']::varchar[]
        AND u.vetting_until >= t.today AND u.training_until >= t.today))
$$;
REVOKE ALL ON FUNCTION hawl_may_erase(bigint) FROM PUBLIC;
"""

# What a page shows to who may say it, and nothing to anybody else: an id and numbers, no content.
_WAITING = """
CREATE FUNCTION hawl_erasures_waiting() RETURNS SETOF erasing_erasure
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT * FROM erasing_erasure e
  WHERE hawl_may_erase(nullif(current_setting('hawl.user', true), '')::bigint)
    AND e.second_by IS NULL AND e.refused_by IS NULL AND e.asked_at > now() - interval '7 days'
  ORDER BY e.asked_at, e.id
$$;
REVOKE ALL ON FUNCTION hawl_erasures_waiting() FROM PUBLIC;
"""

# `first`, `agreed` or `refused`; NULL where nothing waits. HE001: one of the two is a steward.
_DECIDE = """
CREATE FUNCTION hawl_decide_erasure(request uuid, yes boolean) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $decide$
DECLARE
  me bigint := nullif(current_setting('hawl.user', true), '')::bigint; asked erasing_erasure;
BEGIN
  SELECT * INTO asked FROM erasing_erasure e WHERE e.id = request AND e.second_by IS NULL AND e.refused_by IS NULL
    AND e.asked_at > now() - interval '7 days' FOR UPDATE;
  IF NOT FOUND THEN RETURN NULL; END IF;
  IF me IS NULL OR NOT hawl_may_erase(me) OR me IS NOT DISTINCT FROM asked.first_by AND yes OR NOT EXISTS (
    SELECT FROM identity_staffsession s WHERE s.user_id = me AND s.ended_at IS NULL
      AND s.factor_at > now() - interval '10 minutes') THEN
    RAISE insufficient_privilege USING MESSAGE = 'another who may say yes, signed in a moment ago, decides this';
  END IF;
  IF NOT yes THEN
    UPDATE erasing_erasure SET refused_by = me, refused_at = now() WHERE id = request;
    RETURN 'refused';
  END IF;
  IF asked.first_by IS NULL THEN
    UPDATE erasing_erasure SET first_by = me, first_at = now() WHERE id = request;
    RETURN 'first';
  END IF;
  IF NOT EXISTS (SELECT FROM identity_user u WHERE u.id IN (me, asked.first_by) AND u.roles @> ARRAY['steward']::varchar[])
  THEN RAISE EXCEPTION 'one of the two is a steward' USING ERRCODE = 'HE001'; END IF;
  UPDATE erasing_erasure SET second_by = me, second_at = now() WHERE id = request;
  RETURN 'agreed';
END $decide$;
REVOKE ALL ON FUNCTION hawl_decide_erasure(uuid, boolean) FROM PUBLIC;
"""

# Nobody writes another's yes, nor what it was said to, whatever else their role may write: not the command line either.
_SIGNED = """
CREATE FUNCTION hawl_erasure_signed() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF current_user <> session_user THEN RETURN NEW; END IF;
  IF TG_OP = 'UPDATE' OR NEW.first_by IS NOT NULL OR NEW.second_by IS NOT NULL OR NEW.refused_by IS NOT NULL
    OR NEW.asked_at > clock_timestamp() + interval '1 minute' THEN
    RAISE EXCEPTION 'Two people say yes on the staff site.' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION hawl_erasure_signed() FROM PUBLIC;
CREATE TRIGGER erasing_erasure_signed BEFORE INSERT OR UPDATE ON erasing_erasure
  FOR EACH ROW EXECUTE FUNCTION hawl_erasure_signed();
"""

# The roles of processes are called after the database (foundations/database/roles.py).
_GRANT = """
DO $$ DECLARE role text; BEGIN
  FOR role IN SELECT rolname FROM pg_roles WHERE rolname = current_database() || '_staff' LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION hawl_erasures_waiting(), hawl_decide_erasure(uuid, boolean) TO %I', role);
  END LOOP;
END $$;
"""

_UNDO = """
DROP TRIGGER erasing_erasure_signed ON erasing_erasure;
DROP FUNCTION hawl_erasure_signed();
DROP FUNCTION hawl_decide_erasure(uuid, boolean);
DROP FUNCTION hawl_erasures_waiting();
DROP FUNCTION hawl_may_erase(bigint);
"""


class Migration(migrations.Migration):
    """The table and its functions."""

    dependencies = [
        ("erasing", "0001_counts"),
        ("identity", "0005_missed_codes_and_requests"),
        ("access", "0001_bodies"),
    ]

    operations = [
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('person_id', models.UUIDField(db_index=True)),
                ('even_open', models.BooleanField()),
                ('cases', models.IntegerField()),
                ('open_cases', models.IntegerField()),
                ('rows_held', models.IntegerField()),
                ('asked_at', models.DateTimeField()),
                ('asked_by', models.CharField(max_length=100)),
                ('first_by', models.BigIntegerField(blank=True, null=True)),
                ('first_at', models.DateTimeField(blank=True, null=True)),
                ('second_by', models.BigIntegerField(blank=True, null=True)),
                ('second_at', models.DateTimeField(blank=True, null=True)),
                ('refused_by', models.BigIntegerField(blank=True, null=True)),
                ('refused_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('second_by', None), models.Q(('first_by__isnull', False), models.Q(('first_by', models.F('second_by')), _negated=True)), _connector='OR'), name='erasing_two_people')],
            },
        ),
        migrations.RunSQL(_MAY + _WAITING + _DECIDE + _SIGNED + _GRANT, _UNDO),
    ]
