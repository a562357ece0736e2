"""Who may protect a record, and who may take protection away. Pure: facts in, a refusal's code or None out.

Raising protection takes one person at once where there is danger, and another afterwards; lowering it takes two
different people before anything moves (facts/security.md I19). Sources: decisions 1 to 4, 4.3.

The function of the database that moves who sees a record (`foundations/access/rescoping_function`) asks the same again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from hawl.foundations.access.actor import WORKS_WITH_PEOPLE, Role

Kind = Literal["seal", "restrict", "unseal", "unrestrict", "rename", "end_denial"]
KINDS: tuple[Kind, ...] = ("seal", "restrict", "unseal", "unrestrict", "rename", "end_denial")
RAISES: frozenset[Kind] = frozenset({"seal", "restrict"})
LOWERS: frozenset[Kind] = frozenset({"unseal", "unrestrict", "end_denial"})
NAMES_PEOPLE: frozenset[Kind] = frozenset({"seal", "restrict", "rename"})
# What a steward, who sees no content, may agree to in place of a second named person.
A_STEWARD_MAY: frozenset[Kind] = frozenset({"unseal", "rename"})

Refusal = Literal[
    "not_in_standing", "not_allowed", "not_seen", "already", "not_protected", "nobody_left", "same_person",
    "closed", "glass_reads_only", "no_lead_named", "adds_a_name",
    "no_such_denial", "steward_needed", "no_reason", "quota", "suspended", "own_look",
    "desk_kept", "nobody_besides", "no_lead_besides", "keeps_names", "no_lead_anywhere",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody with an account, as far as the record is concerned.

    `lapsed` is the code of what their standing lacks today, empty where it holds; `shut_out` says that the record is
    denied to them or to a body that they work for or are employed by; `by_glass`, that a broken glass alone makes it
    their business.
    """

    user_id: int
    roles: frozenset[Role] = frozenset()
    lapsed: str = ""
    shut_out: bool = False
    by_glass: bool = False

    @property
    def may_open(self) -> bool:
        """Could this account open a record that names it."""
        return not self.lapsed and not self.shut_out and bool(self.roles & WORKS_WITH_PEOPLE)


@dataclass(frozen=True, slots=True)
class Record:
    """What a decision asks of the record: its level, who is named on it, whether the party at hand sees it."""

    level: Literal["open", "restricted", "sealed"]
    named: frozenset[int] = frozenset()
    denied: frozenset[tuple[str, int]] = frozenset()  # ("user" | "organisation", id)


@dataclass(frozen=True, slots=True)
class Asked:
    """One proposal: what is to be done, who is to be named, and who proposed it.

    Where it takes effect at once, one of `leads` must be named; `holding` are those in standing who hold the record.
    """

    kind: Kind
    proposed_by: int
    named: tuple[Party, ...] = ()
    about: tuple[str, int] | None = None
    emergency: bool = False
    closed: bool = False
    leads: frozenset[int] = frozenset()
    holding: frozenset[int] = frozenset()

    @property
    def without_lead(self) -> bool:
        """Does it take effect at once with no lead named."""
        return self.emergency and self.leads.isdisjoint(self.ids)

    @property
    def ids(self) -> frozenset[int]:
        """Who is to be named."""
        return frozenset(party.user_id for party in self.named)


def why_not_proposed(asked: Asked, record: Record, by: Party, *, sees: bool) -> Refusal | None:
    """Why `by` may not propose this, or None. `sees`: the record is open to `by`."""
    if not sees or by.shut_out:
        return "not_seen"
    if by.lapsed:
        return "not_in_standing"
    if by.by_glass:
        return "glass_reads_only"
    return (
        _why_not_fitting(asked, record)
        or _why_not_theirs(asked, record, by)
        or _why_nobody_left(asked)
        or (_why_not_at_once(asked, record, by) if asked.emergency and asked.kind in RAISES else None)
    )


def why_not_confirmed(asked: Asked, record: Record, by: Party, proposer: Party, *, sees: bool) -> Refusal | None:
    """Why `by` may not be the second person to this, or None: different, in standing, and of the right kind.

    A steward sees no record and confirms by `why_no_opinion` alone.
    """
    if not sees or by.shut_out:
        return "not_seen"
    if asked.closed:
        return "closed"
    if by.user_id == asked.proposed_by:
        return "same_person"
    if by.lapsed or proposer.lapsed:
        return "not_in_standing"
    if by.by_glass:
        return "glass_reads_only"
    second = _why_not_second(asked, record, by)
    if asked.emergency:
        return second
    # A name is added by somebody who is named already and a second person; it matters not which of the two proposed.
    one_named = not record.named.isdisjoint({by.user_id, proposer.user_id})
    added: Refusal | None = None if one_named or not _adds(asked, record) else "adds_a_name"
    return _why_not_fitting(asked, record) or second or _why_nobody_left(asked) or added


def why_no_opinion(kind: Kind, asked_by: int, steward: Party) -> Refusal | None:
    """Why a steward may not stand as the second person to what a named person asks, or None."""
    if kind not in A_STEWARD_MAY or Role.STEWARD not in steward.roles:
        return "not_allowed"
    if steward.user_id == asked_by:
        return "same_person"
    # A steward works with no person, so that training with people is not asked of them: an active account is.
    return "not_in_standing" if steward.lapsed in ("not_active", "organisation_ended") else None


def reachable(named: Iterable[Party]) -> tuple[int, ...]:
    """Which of the named could open the record: active, in standing, working with people, behind no wall."""
    return tuple(party.user_id for party in named if party.may_open)


def _why_not_fitting(asked: Asked, record: Record) -> Refusal | None:
    if asked.kind == "end_denial":
        return None if asked.about in record.denied else "no_such_denial"
    if asked.kind == "rename":
        return None if record.level != "open" else "not_protected"
    if asked.kind in RAISES:
        order = ("open", "restricted", "sealed")
        wanted = "sealed" if asked.kind == "seal" else "restricted"
        return None if order.index(record.level) < order.index(wanted) else "already"
    return None if record.level == ("sealed" if asked.kind == "unseal" else "restricted") else "not_protected"


def _why_not_theirs(asked: Asked, record: Record, by: Party) -> Refusal | None:
    """Raising is anyone's who sees the record; the rest begins with a named person, or a lead where nobody is."""
    if asked.kind in RAISES or by.user_id in record.named:
        return None
    leads = Role.SPECIALIST_LEAD in by.roles and record.level != "sealed"
    return None if leads and asked.kind == "end_denial" else "not_allowed"


def _why_not_second(asked: Asked, record: Record, by: Party) -> Refusal | None:
    named = by.user_id in record.named
    if asked.kind in RAISES:
        to_be = any(party.user_id == by.user_id for party in asked.named)
        return None if named or to_be or Role.SPECIALIST_LEAD in by.roles else "not_allowed"
    if asked.kind == "end_denial" and record.level != "sealed":
        return None if named or Role.SPECIALIST_LEAD in by.roles else "not_allowed"
    return None if named else "not_allowed"


def _adds(asked: Asked, record: Record) -> frozenset[int]:
    """Who would come to be named on a record that names people already."""
    names = asked.kind in NAMES_PEOPLE and bool(record.named)
    return asked.ids - record.named if names else frozenset()


def _why_not_at_once(asked: Asked, record: Record, by: Party) -> Refusal | None:
    """What one person raises in danger stays with a lead of the record, and adds nobody else to those named.

    A lead is added where none is named. Where no lead is in standing it is refused to nobody: it stays with those who
    are named, or with some who hold the record, among them another than `by`.
    """
    added, staying = _adds(asked, record), record.named & asked.holding
    joining = asked.leads if asked.kind == "seal" and asked.leads.isdisjoint(record.named) else frozenset()
    if added - joining:
        return "adds_a_name"
    if staying - asked.ids and (added or not asked.leads):
        return "keeps_names"
    if asked.leads:
        return None if asked.leads.intersection(reachable(asked.named)) else "no_lead_named"
    others = asked.holding - {by.user_id}
    held = bool(staying) or (asked.ids <= asked.holding and (not others or bool(others & asked.ids)))
    return None if held else "no_lead_anywhere"


@dataclass(frozen=True, slots=True)
class Denial:
    """What a denial would do: whom it shuts out of those who hold the record, and who in standing still sees it.

    `of_desk`: it is of a body that is the desk of a case of theirs, or that such a desk is part of.
    """

    of_desk: bool = False
    shut_out: frozenset[int] = frozenset()
    left: frozenset[int] = frozenset()
    leads_left: frozenset[int] = frozenset()


def why_not_kept_from(by: Party, denial: Denial, record: Record) -> Refusal | None:
    """Why `by` may not keep the record from somebody, or None: nobody takes it for themselves alone.

    Whoever holds nothing of it is kept out by one person at once, as where a suspect works there.
    """
    if by.shut_out:
        return "not_seen"
    if by.lapsed:
        return "not_in_standing"
    if by.by_glass:
        return "glass_reads_only"
    if denial.of_desk:
        return "desk_kept"
    if not denial.shut_out.isdisjoint(record.named) and not denial.leads_left & record.named - {by.user_id}:
        return "no_lead_besides"
    return "nobody_besides" if denial.shut_out and not denial.left - {by.user_id} else None


def _why_nobody_left(asked: Asked) -> Refusal | None:
    return "nobody_left" if asked.kind in NAMES_PEOPLE and not reachable(asked.named) else None


# --- broken glass (the database checks the same: migration 0004) ---------------------------------------------------

OPEN_FOR = timedelta(minutes=60)
REVIEW_WITHIN = 2  # working days
REVIEWERS = 2
QUOTA, QUOTA_WITHIN = 3, timedelta(days=30)
NAME_WITHIN = timedelta(minutes=60)


@dataclass(frozen=True, slots=True)
class Opening:
    """One breaking of the glass. `review_due` is the last day (Europe/London) for both reviews.

    `reviewers` says how many reviewed it or can; `counted`, whether it is one of the three in 30 days.
    """

    user_id: int
    broken_at: datetime
    review_due: date
    reviewed: bool = False
    form: str = "phone"
    opened_nobody: bool = False
    counted: bool = True
    reviewers: int = REVIEWERS


def spends_nothing(form: str, before: Iterable[Opening], now: datetime) -> bool:
    """Is this try by the name one that a number or reference is owed, which opened nobody in the last hour.

    It rests on what the worker saw, and not on why nothing opened.
    """
    late = [each for each in before if each.broken_at > now - NAME_WITHIN]
    owed = sum(each.form != "name" and each.opened_nobody for each in late)
    return form == "name" and owed > sum(not each.counted for each in late)


def why_no_glass(
    by: Party, before: Iterable[Opening], now: datetime, today: date, form: str = "phone"
) -> Refusal | None:
    """Why an account may not break the glass at this moment, or None. It says nothing of any record.

    That nobody is there who could review it is no reason, and an opening that nobody could review holds up no other.
    """
    own = [each for each in before if each.user_id == by.user_id]
    if by.lapsed:
        return "not_in_standing"
    if not by.roles & WORKS_WITH_PEOPLE:
        return "not_allowed"
    if any(not each.reviewed and each.review_due < today and each.reviewers >= REVIEWERS for each in own):
        return "suspended"
    spent = sum(each.counted and each.broken_at > now - QUOTA_WITHIN for each in own)
    return "quota" if spent >= QUOTA and not spends_nothing(form, own, now) else None


def lapsed_as_reviewer(roles: Collection[Role], lapsed: str) -> str:
    """What a reviewer's standing lacks, or nothing: of a steward, who works with no person, an active account alone."""
    holds = Role.STEWARD in roles and lapsed not in ("not_active", "organisation_ended")
    return "" if holds else lapsed


def opened_by(glass: Opening, record: Record, by: Party, now: datetime) -> bool:
    """Does an opening let this account see the record now: never past its hour, a seal, a denial or lost standing."""
    in_time = glass.broken_at <= now < glass.broken_at + OPEN_FOR
    return glass.user_id == by.user_id and in_time and record.level != "sealed" and by.may_open


def may_agree_to_renaming(roles: Collection[Role], organisations: Collection[int], desk: int) -> bool:
    """A steward, or a lead of the very desk whose records they are; a lead elsewhere has no say in them."""
    return Role.STEWARD in roles or (Role.SPECIALIST_LEAD in roles and desk in organisations)


def why_not_settled(by: Party, looked: int, owners: frozenset[int], *, settled: bool) -> Refusal | None:
    """Why `by` may not settle the looks of `looked`, or None: an owner or a lead, and never one's own."""
    if by.user_id == looked:
        return "own_look"
    if settled:
        return "closed"
    if by.lapsed or by.shut_out:
        return "not_in_standing"
    return None if by.user_id in owners or Role.SPECIALIST_LEAD in by.roles else "not_allowed"


# --- detection (facts/security.md 4.17, I05) --------------------------------------------------------------------------

PEOPLE_IN_AN_HOUR = 60
# Refusals in ten minutes, among them pages that are hidden or not there.
PROBES = 10
