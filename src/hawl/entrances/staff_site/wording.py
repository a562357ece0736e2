"""Words for the codes of the registers, in the language of the page."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hawl.foundations.languages import dates
from hawl.registers.dated.values import Dated, PartDate

Words = dict[str, str | Promise]

STANDINGS: Words = {
    "live": gettext_lazy("Live"),
    "interim": gettext_lazy("Interim"),
    "extended": gettext_lazy("Extended"),
    "ending": gettext_lazy("Ending"),
    "moved": gettext_lazy("Paid for by another funder"),
    "ended": gettext_lazy("Ended"),
    "unconfirmed": gettext_lazy("To be confirmed"),
}
STANDING_COLOURS = {
    "live": "green", "interim": "yellow", "extended": "green", "ending": "orange", "moved": "blue", "ended": "grey",
    "unconfirmed": "yellow",
}  # fmt: skip
PLACES: Words = {
    "hub": gettext_lazy("In the hub"),
    "elsewhere": gettext_lazy("Outside the hub"),
    "hub_and_elsewhere": gettext_lazy("In the hub and outside it"),
    "police_unit": gettext_lazy("In a police unit"),
}
WAYS: Words = {
    "self": gettext_lazy("The person asks the service"),
    "phone": gettext_lazy("By phone"),
    "text": gettext_lazy("By text message"),
    "web_form": gettext_lazy("By a form on the web"),
    "hub": gettext_lazy("Through the hub"),
    "hub_only": gettext_lazy("Only from inside the hub"),
    "police": gettext_lazy("Through the police"),
    "police_unit": gettext_lazy("Through the police unit"),
    "school": gettext_lazy("Through a school"),
    "parent": gettext_lazy("Through a parent"),
    "agency": gettext_lazy("Through another agency"),
}
PEOPLE: Words = {
    "victim": gettext_lazy("Victims"),
    "witness": gettext_lazy("Witnesses"),
    "family": gettext_lazy("Families"),
    "friend": gettext_lazy("Friends"),
}
BODY_KINDS: Words = {
    "local_policing_body": gettext_lazy("Local policing body"),
    "office": gettext_lazy("Office"),
    "force": gettext_lazy("Police force"),
    "police_unit": gettext_lazy("Police unit"),
    "hub": gettext_lazy("Victims' hub"),
    "provider": gettext_lazy("Providers of support"),
    "partner": gettext_lazy("Partners"),
    "council": gettext_lazy("Councils"),
    "health_board": gettext_lazy("Health board"),
    "panel": gettext_lazy("Panels"),
    "board": gettext_lazy("Boards"),
    "national": gettext_lazy("National bodies"),
}
MEMBERSHIPS: Words = {
    "chair": gettext_lazy("chairs"),
    "member": gettext_lazy("member"),
    "attends": gettext_lazy("attends"),
    "host": gettext_lazy("hosts"),
    "held_to_account": gettext_lazy("is held to account"),
    "in_hub": gettext_lazy("sits in the hub"),
    "referral_partner": gettext_lazy("takes referrals"),
}
DATA_ROLES: Words = {
    "controller": gettext_lazy("Controller"),
    "processor": gettext_lazy("Processor"),
    "joint": gettext_lazy("Joint controller"),
}
RHYTHMS: Words = {
    "monthly": gettext_lazy("Monthly"),
    "quarterly": gettext_lazy("Quarterly"),
    "half_yearly": gettext_lazy("Twice a year"),
    "yearly": gettext_lazy("Yearly"),
}


def part_date(value: PartDate) -> str:
    """As exact as it is known: `2015`, `July 2015` or `12 July 2015`."""
    if len(value.text) == 4:
        return value.text
    return dates.month(value.first) if len(value.text) == 7 else dates.day(value.first)


def span(fact: Dated) -> str:
    """When a fact held, as far as is known; empty where nothing is."""
    since = part_date(fact.since) if fact.since else ""
    until = part_date(fact.until) if fact.until else ""
    if fact.since_means == "by" and since:
        since = _("%(date)s at the latest") % {"date": since}
    if fact.until_means == "by" and until:
        until = _("%(date)s at the latest") % {"date": until}
    if since and until:
        return _("from %(since)s to %(until)s") % {"since": since, "until": until}
    if since:
        return _("since %(since)s") % {"since": since}
    return _("until %(until)s") % {"until": until} if until else ""


def ages(youngest: int | None, oldest: int | None) -> str:
    """Whom a service takes by age; empty for everybody."""
    if youngest is not None and oldest is not None:
        return _("Aged %(youngest)s to %(oldest)s") % {"youngest": youngest, "oldest": oldest}
    if youngest is not None:
        return _("Aged %(youngest)s or over") % {"youngest": youngest}
    return _("Aged %(oldest)s or under") % {"oldest": oldest} if oldest is not None else ""


# What people who work here may be.
ROLES: Words = {
    "victim_care_officer": gettext_lazy("Victim care officer"),
    "specialist_lead": gettext_lazy("Specialist lead"),
    "hub_worker": gettext_lazy("Hub worker"),
    "provider_worker": gettext_lazy("Provider worker"),
    "justice_partner": gettext_lazy("Criminal justice partner"),
    "engagement_coordinator": gettext_lazy("Engagement coordinator"),
    "commissioning_manager": gettext_lazy("Commissioning manager"),
    "board": gettext_lazy("Board member"),
    "case_review_lead": gettext_lazy("Case review lead"),
    "policy_lead": gettext_lazy("Policy lead"),
    "steward": gettext_lazy("Steward"),
    "analyst": gettext_lazy("Analyst"),
}
