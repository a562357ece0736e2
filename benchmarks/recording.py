"""What it costs to record by hand what was done, on a case with few events and on one with two hundred.

python benchmarks/recording.py [EVENTS]

The form is sent as an officer's browser sends it, to the staff process with all controls, again and again on one case,
which so gets its events; each sending works out every duty of the case anew. One line of JSON: the medians of the first
and the last twenty in milliseconds on the clock of the server, and the ratio of the two.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

from hawl.config.throw_away import home_of_its_own

EVENTS = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 220
_COUNTED = 20


def send_all() -> None:
    """Send the form `EVENTS` times on one case and print what came of it."""
    from django.test import Client

    import hawl.config.wsgi  # noqa: F401 - Django and what a server does beside it
    from hawl.foundations.access.scope import acting_as
    from hawl.foundations.clock import today
    from hawl.foundations.identity.models import User
    from hawl.foundations.identity.tests.signing import force_whole_sign_in
    from hawl.registers.cases.models import Case, CaseEvent

    user = User.objects.get(email="officer@demo.example")
    with acting_as(user.actor()):
        case = Case.objects.filter(reported_on__lt=today() - timedelta(days=60)).order_by("pk")[0]
        person, before = case.person_id, CaseEvent.objects.filter(case=case).count()
    force_whole_sign_in()
    client = Client()
    client.force_login(user)
    place, spent = f"/people/{person}/cases/{case.pk}/act/", []
    codes = ("suspect_arrested", "suspect_interviewed", "suspect_bailed", "bail_conditions_changed")
    for number in range(EVENTS):
        day = today() - timedelta(days=58 - number // len(codes))
        typed = {"on_0": str(day.day), "on_1": str(day.month), "on_2": str(day.year)}
        began = time.perf_counter()
        answer = client.post(place, {"event": codes[number % len(codes)], "on": f"{day:%d/%m/%Y}", **typed})
        spent.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 302:
            raise SystemExit(f"The form was answered {answer.status_code} at number {number}.")
    with acting_as(user.actor()):
        held = CaseEvent.objects.filter(case=case).count()
    few, many = (statistics.median(each) for each in (spent[5 : 5 + _COUNTED], spent[-_COUNTED:]))
    told = {
        "benchmark": "recording", "events_before": before, "events_after": held, "ms_with_few": round(few, 1),
        "ms_with_many": round(many, 1), "slowest_ms_of_many": round(max(spent[-_COUNTED:]), 1),
        "ratio": round(many / few, 2),
    }  # fmt: skip
    print(json.dumps(told))


def main() -> None:
    """Lay out a demo of its own, and send from a process with the staff site's role and keys."""
    with home_of_its_own() as folder:
        os.environ["HAWL_HOME"] = f"{folder}/home"
        hawl = str(Path(sys.executable).with_name("hawl"))
        subprocess.run([hawl, "demo", "--no-serve", "--people", "60", "--json"], check=True, stdout=subprocess.DEVNULL)
        from hawl.config.serving import processes
        from hawl.foundations.database import embedded
        from hawl.foundations.database.connection import address
        from hawl.foundations.database.home import home

        embedded.ensure_running(home())
        staff = next(each for each in processes(1, 2, 3) if each.name == "staff")
        environment = {**staff.environment(address()), "HAWL_HOME": os.environ["HAWL_HOME"]}
        subprocess.run([sys.executable, __file__, str(EVENTS), "--send"], env=environment, check=True)


if __name__ == "__main__":
    send_all() if "--send" in sys.argv else main()
