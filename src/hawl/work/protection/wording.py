"""The words of codes that the pages of protection show, in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = Mapping[str, str | Promise]

# What somebody did at a record, by the act; of other acts the words of their class.
LOOKS: Words = {
    "person.read": _("Opened the record"),
    "contact.shown": _("Uncovered a number or address"),
    "contact.plan_read": _("Read how to reach the person"),
    "message.shown": _("Read a message to the person"),
    "people.searched": _("Found the person by a search"),
    "cases.listed": _("Saw the name in a list"),
    "duties.listed": _("Saw the name in a list"),
    "people.listed": _("Saw the name in a list"),
    "figures.listed": _("Saw the case in a list behind a number"),
}
LOOKS_BY_CLASS: Words = {
    "read": _("Looked"),
    "search": _("Searched"),
    "write": _("Changed"),
    "export": _("Took out"),
    "refusal": _("Was refused"),
    "sign_in": _("Signed in or out"),
    "grave": _("Grave act"),
}
LEVELS: Words = {
    "open": _("Open to the bodies that work on it"),
    "restricted": _("Restricted: only people named see what tells a place"),
    "sealed": _("Sealed: only people named see that it exists"),
}
KINDS: Words = {
    "seal": _("Seal the record"),
    "restrict": _("Restrict the record"),
    "unseal": _("Lift the seal"),
    "unrestrict": _("Lift the restriction"),
    "rename": _("Change who is named"),
    "end_denial": _("Let somebody see it again from whom it is kept"),
}
WHY: Words = {
    "danger": _("Somebody is in danger"),
    "known_here": _("Somebody who works here knows the person"),
    "police_suspect": _("A suspect works for the police"),
    "person_asked": _("The person asked for it"),
    "no_longer_needed": _("It is no longer needed"),
    "staff_change": _("Somebody who is named has left"),
    "mistake": _("It was a mistake"),
}
SOURCES: Words = {
    "victim": _("named by the person"),
    "declared": _("said by the worker themselves"),
    "inferred": _("found by a match"),
}
GLASS_REASONS: Words = {
    "threat_to_life": _("Threat to life"),
    "child_at_risk": _("A child is at risk of serious harm"),
    "missing": _("The person is missing and at risk"),
    "person_present": _("The person is here or on the line and at risk"),
}
GLASS_FORMS: Words = {
    "phone": _("A telephone number"),
    "crime": _("A crime reference"),
    "name": _("Their full name and date of birth"),
}
ABOUT: Words = {
    "self": _("Myself"),
    "household": _("Somebody in my household"),
    "known": _("Somebody else whom I know"),
}
OUTCOMES: Words = {
    "right": _("There was a good reason"),
    "asked": _("I asked, and it is settled"),
    "passed_on": _("I passed it on to the steward"),
}
GROUNDS: Words = {
    "organisation": _("of the body that works on it"),
    "named": _("named on the record"),
    "broken_glass": _("opened in an emergency"),
    "machine": _("the system"),
}
