"""The process of the staff site decides over accounts that wait, in its own role, and asks for none."""

from __future__ import annotations

from typing import Any

from django.db import connection

from hawl.entrances.staff_site.tests.test_accounts import ask, opens, say, signed_in
from hawl.foundations.access.actor import Role
from hawl.foundations.access.tests.processes import as_process
from hawl.registers.cases.tests.makers import COMMISSIONER, account


def test_the_staff_process_decides_and_asks_for_nothing(new_database: Any) -> None:
    new_database()
    with as_process("jobs"):
        steward = account(Role.STEWARD, COMMISSIONER)
        waits = ask()
    with as_process("staff"):
        client = signed_in(steward)
        assert say(client, waits) == 302
        assert opens("new@example.org")
        with connection.cursor() as cursor:
            for verb in ("INSERT", "UPDATE", "DELETE"):
                cursor.execute("SELECT has_table_privilege('identity_accountrequest', %s)", [verb])
                assert cursor.fetchone()[0] is False
