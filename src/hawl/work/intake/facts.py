"""What the rules of intake ask about one row: a FeedRow boiled down, with what other rows add."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hawl.work.intake.feed.offences import Offence, offences
from hawl.work.intake.feed.rows import FeedRow, Person


@dataclass(frozen=True, slots=True)
class RowFacts:
    """Facts of one person in one crime. None is "not known" and is never read as no.

    The ages are the lowest that the row allows, in whole years. `counter_allegation`: this person
    is a suspect in another row, or this crime's suspect stands as a victim elsewhere.
    `spokesperson_known`: someone speaks for this dead or unable victim. `adult_known`: a parent or
    other adult stands for this child.
    """

    record_id: str
    offence: Offence
    flags: frozenset[str]
    role: str
    kind: str
    reported_on: date
    age_at_report: int | None
    age_at_offence: int | None
    deceased: bool
    risk: str
    agreement: str
    suspect_known: bool | None
    suspect_lives_here: bool | None
    suspect_police_employee: bool | None
    suspect_identified: bool
    counter_allegation: bool = False
    spokesperson_known: bool = False
    adult_known: bool = False

    @property
    def is_organisation(self) -> bool:
        """Whether an organisation, which has no age, stands in the row."""
        return self.kind == "organisation"

    @property
    def age_is_known(self) -> bool:
        """Whether the row lets an age be told; always for an organisation."""
        return self.is_organisation or self.age_at_report is not None

    def may_be_under(self, age: int) -> bool:
        """Whether the person is, or was at the offence, under that age as far as the row tells.

        False where no age is known: ask `age_is_known` as well.
        """
        ages = (self.age_at_report, self.age_at_offence)
        return not self.is_organisation and any(each is not None and each < age for each in ages)

    @property
    def stands_for_child(self) -> bool:
        """A parent has the rights of a victim under 18 in that child's stead (Victims' Code)."""
        return self.role == "parent"

    @property
    def is_slavery(self) -> bool:
        """By offence or by flag."""
        return self.offence.group == "slavery" or "slavery" in self.flags

    @property
    def is_sexual(self) -> bool:
        """By offence; what a flag says of sexual exploitation of a child is asked for apart."""
        return self.offence.sexual


def facts_of(
    row: FeedRow,
    *,
    counter_allegation: bool = False,
    spokesperson_known: bool = False,
    adult_known: bool = False,
) -> RowFacts:
    """The facts of a checked row; the three keywords are what only other rows can tell."""
    crime, person, suspect = row.crime, row.person, row.suspect
    offence_day = crime.occurred_from or crime.occurred_to or crime.reported_on
    return RowFacts(
        record_id=row.record_id,
        offence=offences()[crime.offence],
        flags=frozenset(crime.flags),
        role=person.role,
        kind=person.kind,
        reported_on=crime.reported_on,
        age_at_report=lowest_age(person, crime.reported_on, crime.reported_on),
        age_at_offence=lowest_age(person, offence_day, crime.reported_on),
        deceased=person.deceased is True,
        risk=person.risk,
        agreement=person.agreement,
        suspect_known=suspect.known,
        suspect_lives_here=suspect.lives_here,
        suspect_police_employee=suspect.police_employee,
        suspect_identified=suspect.person_ref is not None,
        counter_allegation=counter_allegation,
        spokesperson_known=spokesperson_known,
        adult_known=adult_known,
    )


def lowest_age(person: Person, day: date, reported_on: date) -> int | None:
    """The lowest age in whole years that the person of a row can have had on `day`; None if untold."""
    return lowest_age_of(person.born_on, person.age, day, reported_on)


def lowest_age_of(born_on: date | None, age: int | None, day: date, reported_on: date) -> int | None:
    """The lowest age in whole years on `day` by what is known of somebody; None if nothing is.

    From the date of birth where there is one; otherwise from `age`, which is that of the day of
    the report, less the years between, rounded against the person being adult.
    """
    if born_on is not None:
        return years_between(born_on, day)
    if age is None:
        return None
    years = years_between(day, reported_on)
    whole = (day.month, day.day) == (reported_on.month, reported_on.day)
    return max(0, age - years - (0 if whole else 1))


def years_between(start: date, end: date) -> int:
    """Whole years from one day to another, negative before it.

    Someone born on 29 February comes of an age on 1 March of a common year: the later of the two
    possible days, so that nobody is taken for an adult too early.
    """
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))
