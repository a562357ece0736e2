"""Every field of a feed row: its name, its kind, its limits and one line for a force's data team.

The one table from which the checker, the CSV header, the JSON Schema and the field list of
`docs/reference/police-feed.md` are made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hawl.work.intake.feed.kinds import (
    Attributes,
    Code,
    Day,
    Kind,
    Moment,
    Several,
    Text,
    Whole,
    YesNo,
    choice,
)
from hawl.work.intake.feed.offences import offences

FLAGS = (
    "domestic_abuse",
    "hate",
    "honour_based",
    "stalking",
    "slavery",
    "child_exploitation",
    "persistently_targeted",
)
ROLES = ("victim", "witness", "bereaved_relative", "parent", "spokesperson")
ANSWERS = ("yes", "no", "not_asked")
WAYS = ("ring", "text", "message", "write")
MOST_CONTACTS = 10
MOST_EVENTS = 100
CSV_CONTACTS = 3

_KEY = "^[a-z][a-z0-9_-]*$"
_LANGUAGE = "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"


@dataclass(frozen=True, slots=True)
class Field:
    """One leaf of the row. `absent` is what the row holds when the feed leaves it out or null."""

    name: str
    kind: Kind
    says: str
    required: bool = False
    absent: Any = None


ROW = (
    Field("source", Text(60), "Key of the sending force, the same in every file.", True),
    Field("record_id", Text(100), "The force's own id of this person in this crime.", True),
    Field("version", Whole(1, 2**31 - 1), "Rises with every change to the record.", True),
    Field("sent_at", Moment(), "When the row left the force's system, with its offset from UTC."),
)
CRIME = (
    Field("ref", Text(60), "Crime reference; the same for every person in the crime.", True),
    Field("offence", choice(offences()), "One of the offence keys below.", True),
    Field("title", Text(200), "The force's own title of the offence."),
    Field("flags", Several(choice(FLAGS), 20), "What marks the crime; see the list below.", absent=()),
    Field("occurred_from", Day(), "First day on which it can have happened."),
    Field("occurred_to", Day(), "Last day on which it can have happened."),
    Field("reported_on", Day(), "Day of the report to the police: the clocks start here.", True),
    Field("place", Text(500, lines=True), "Where it happened, in words."),
    Field("postcode", Text(12), "Postcode of the place."),
    Field("lsoa", Code("^[EW]01[0-9]{6}$", 9), "LSOA code of the place."),
    Field("council", Code(_KEY, 60), "Key of the council in whose area it happened."),
    Field("outcome", Text(200), "The recorded outcome, if there is one."),
    Field("note", Text(10_000, lines=True), "What the officer wrote for the victim care unit."),
)
PERSON = (
    Field("ref", Text(100), "The force's id of the person; the same in all their crimes.", True),
    Field("role", choice(ROLES), "What the person is in this crime.", True),
    Field("kind", choice(("person", "organisation")), "A person, or an organisation.", True),
    Field("given_name", Text(200), "Given name or names."),
    Field("family_name", Text(200), "Family name; required for a person."),
    Field("known_as", Text(200), "The name the person wants to be called by."),
    Field("organisation_name", Text(300), "Required for an organisation."),
    Field("named_contact", Text(200), "Who speaks for the organisation; required for one."),
    Field("born_on", Day(), "Date of birth. With neither this nor age, nobody counts as adult."),
    Field("age", Whole(0, 130), "Age in whole years on the day of the report; born_on wins."),
    Field("gender", Code("^[a-z][a-z_]*$", 30), "A word in small letters, such as female."),
    Field("ethnicity", Code("^[A-Z0-9]{1,4}$", 4), "Self-defined ethnicity code, such as W1."),
    Field("language", Code(_LANGUAGE, 35), "Language the person prefers: cy, en, or another tag."),
    Field("interpreter", Code(_LANGUAGE, 35), "Language an interpreter is needed for."),
    Field("access_needs", Several(Code(_KEY, 60), 20), "Keys such as bsl, large_print.", absent=()),
    Field(
        "deceased",
        YesNo(),
        "Whether the person has died. Left out, it says nothing; false takes back what was told wrongly.",
    ),
    Field("on_behalf_of", Text(100), "person.ref of the victim for whom this person stands."),
    Field(
        "risk",
        choice(("high", "medium", "standard", "not_assessed")),
        "The force's risk grade.",
        absent="not_assessed",
    ),
    Field(
        "agreement",
        choice(ANSWERS),
        "The person's own answer to being referred for support. A no stands until a later version says yes.",
        absent="not_asked",
    ),
    Field("repeat", YesNo(), "Whether the force counts a repeat victim.", absent=False),
)
SUSPECT = (
    Field("known", YesNo(), "Whether a suspect is known. Left out is not the same as no."),
    Field("lives_here", YesNo(), "Whether a suspect lives at the person's address."),
    Field("police_employee", YesNo(), "Whether a suspect works for a police force."),
    Field("person_ref", Text(100), "The force's id of the suspect; never a name."),
)
CONTACT = (
    Field("kind", choice(("mobile", "landline", "email", "address")), "What it is.", True),
    Field("value", Text(500, lines=True), "The number or address.", True),
    Field("given_by", choice(("victim", "officer", "other")), "Who gave it."),
    Field("given_on", Day(), "The day it was given."),
    *(
        Field(way, choice(ANSWERS), says, absent="not_asked")
        for way, says in zip(
            WAYS,
            (
                "The officer's answer: is it safe to ring?",
                "The officer's answer: is it safe to send a text?",
                "The officer's answer: is it safe to leave a message?",
                "The officer's answer: is it safe to write?",
            ),
            strict=True,
        )
    ),
)
EVENT = (
    Field("event_id", Text(120), "The force's id of the event; once in a row.", True),
    Field("event", Code("^[a-z][a-z0-9_]*$", 60), "Event code of the rulebook.", True),
    Field("occurred_on", Day(), "The day it happened."),
    Field("received_on", Day(), "The day the body that owes the next step got to know."),
    Field("about", Text(120), "event_id of the event that this one answers."),
    Field("attributes", Attributes(), "A flat object of texts, numbers, true and false."),
)
SECTIONS = {
    "crime": CRIME,
    "person": PERSON,
    "suspect": SUSPECT,
    "contacts": CONTACT,
    "events": EVENT,
}
