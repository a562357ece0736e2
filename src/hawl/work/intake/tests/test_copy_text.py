from __future__ import annotations

import uuid
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hawl.work.intake.copy_text import lines

TEXT = st.text(st.characters(blacklist_characters="\x00", blacklist_categories=["Cs"]), max_size=30)
ROW = st.tuples(
    TEXT | st.none(),
    st.integers(-(2**31), 2**31 - 1),
    st.booleans() | st.none(),
    st.binary(max_size=20) | st.none(),
    st.uuids(),
    st.dates(date(1900, 1, 1), date(2100, 1, 1)) | st.none(),
    st.integers(-(2**31), 2**31 - 1).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
)


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROW, max_size=8))
def test_every_value_comes_back_from_copy_as_it_went_in(rows) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS copied")
        cursor.execute(
            "CREATE TEMP TABLE copied (n serial, a text, b int, c bool, d bytea, e uuid, f date, g timestamptz)"
        )
        with cursor.copy("COPY copied (a, b, c, d, e, f, g) FROM STDIN") as copy:
            copy.write(lines(rows))
        cursor.execute("SELECT a, b, c, d, e, f, g FROM copied ORDER BY n")
        assert cursor.fetchall() == rows


def test_the_end_mark_of_copy_is_only_text_when_a_person_writes_it() -> None:
    assert lines([("\\.",)]) == b"\\\\.\n"


def test_a_type_nobody_thought_of_is_refused_and_not_guessed() -> None:
    with pytest.raises(KeyError):
        lines([({"a": 1},)])


def test_welsh_letters_go_as_utf8() -> None:
    assert lines([("Siân ŵ",)]) == "Siân ŵ\n".encode()
    assert lines([(uuid.UUID(int=1),)]) == b"00000000-0000-0000-0000-000000000001\n"
