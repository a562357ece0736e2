"""Who asks: three people of whom one may, one may partly and one must see nothing.

Nothing of Django is imported before a test runs: pytest reads this file before the tests' own database is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from hawl.registers.cases.tests.makers import ThreePeople


@pytest.fixture
def people() -> ThreePeople:
    """The three."""
    from hawl.registers.cases.tests.makers import three_people

    return three_people()
