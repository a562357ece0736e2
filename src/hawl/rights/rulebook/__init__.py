"""Rulebooks as dated data, and one pure engine that holds a case against them.

```python
from hawl.rights.rulebook import Event, built_in, evaluate

rows = evaluate([Event("c1", "e1", "crime_reported", date(2026, 4, 2))], built_in(), date.today())
```
"""

from __future__ import annotations

from hawl.rights.rulebook.asking import AskedAttribute, attributes_asked, counts_from_receipt, events_known
from hawl.rights.rulebook.books import Before, Duty, Every, Limit, Right, Rulebook, Words
from hawl.rights.rulebook.engine import evaluate
from hawl.rights.rulebook.loading import applying, built_in, digest_of_file, load_rulebook, reminding
from hawl.rights.rulebook.records import Evaluated, Event, Why
from hawl.rights.rulebook.standing import COUNTED_AS, OPEN, STATES, column_of, standing, state_on
from hawl.rights.rulebook.vocabulary import EventKind, Vocabulary, vocabulary

__all__ = [
    "COUNTED_AS",
    "OPEN",
    "STATES",
    "AskedAttribute",
    "Before",
    "Duty",
    "Evaluated",
    "Event",
    "EventKind",
    "Every",
    "Limit",
    "Right",
    "Rulebook",
    "Vocabulary",
    "Why",
    "Words",
    "applying",
    "attributes_asked",
    "built_in",
    "column_of",
    "counts_from_receipt",
    "digest_of_file",
    "evaluate",
    "events_known",
    "load_rulebook",
    "reminding",
    "standing",
    "state_on",
    "vocabulary",
]
