"""Crimes with their victims, as rows of the police feed that still lack version and sending day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from hawl.demo.choosing import Weighted, data_of
from hawl.demo.histories import DAY, Histories, Story, Workdays
from hawl.demo.people import People, Person

SOURCE = "gwent-police"
_SEXUAL = frozenset({"rape", "sexual_assault", "sexual_other", "child_sexual_offence"})
_GRAVE = frozenset({"homicide", "attempted_murder", "kidnap", "modern_slavery", "stalking"})
_POOL = 3000
_ANSWERS = {
    "calm": Weighted({"yes": 62, "no": 5, "not_asked": 33}),
    "wary": Weighted({"yes": 35, "no": 30, "not_asked": 35}),
}
_GIVEN_BY = Weighted({"victim": 82, "officer": 13, "other": 5})
_AGREEMENT = {
    "usual": Weighted({"yes": 17, "no": 4.2, "not_asked": 78.8}),
    "consent_first": Weighted({"yes": 72, "no": 11, "not_asked": 17}),
}
_RISK = {
    "usual": Weighted({"high": 3, "medium": 11, "standard": 58, "not_assessed": 28}),
    "raised": Weighted({"high": 17, "medium": 33, "standard": 38, "not_assessed": 12}),
}
_OUTCOMES = {
    "declined": "Investigation complete; no suspect identified",
    "released": "Unable to prosecute suspect",
    "disposal": "Local resolution",
    "charged": "Awaiting court outcome",
}


@dataclass(slots=True)
class Crime:
    """One crime before its people: `feed` is the row's `crime` object, `path` what became of it."""

    number: int
    feed: dict[str, Any]
    profile: dict[str, Any]
    reported_on: date
    suspect_known: bool
    path: str | None = None
    home: Any = None

    @property
    def offence(self) -> str:
        """Key of the offence."""
        return str(self.feed["offence"])

    @property
    def domestic(self) -> bool:
        """Whether the force flagged domestic abuse."""
        return "domestic_abuse" in self.feed["flags"]


@dataclass(slots=True)
class Record:
    """One person in one crime: the row without version, sending day and events, and its story."""

    row: dict[str, Any]
    story: Story


@dataclass(frozen=True, slots=True)
class Published:
    """What a published crime row fixes: offence, council, LSOA, place, outcome and its path."""

    offence: str
    council: str | None
    lsoa: str | None
    place: str | None
    outcome: str | None
    path: str | None


class Caseload:
    """Makes one crime after the other. `room` (at least 1): how many new people it may make."""

    def __init__(self, rng: Random, first: date, until: date) -> None:
        mix = data_of("mix.yaml")
        self._rng = rng
        self._until = until
        self._notes = mix["notes"]
        self._profiles = {**mix["offences"], **mix["only_published"]}
        self._offence = Weighted({key: one["weight"] for key, one in mix["offences"].items()})
        self._people = People(rng)
        self._histories = Histories(rng, Workdays(first, until))
        self._known: list[Person] = []
        self._firms: list[Person] = []
        self._crown: Person | None = None
        self._crimes = 0

    @property
    def people_made(self) -> int:
        """How many people and organisations there are so far."""
        return self._people.made

    def crime(self, day: date, room: int, published: Published | None = None) -> list[Record]:
        """A crime reported on that day: one record for each person that the force would send."""
        offence = published.offence if published else self._offence.draw(self._rng)
        profile = self._profiles[offence]
        limit = self._people.made + room
        victims = self._victims(profile, day, limit)
        crime = self._describe(day, offence, profile, victims[0], published)
        records = [self._record(crime, victim, "victim", place) for place, victim in enumerate(victims)]
        if offence == "homicide" or (offence == "other" and self._chance(0.06)):
            self._bereave(crime, victims[0], records, limit)
        else:
            self._others(crime, victims[0], records, limit)
        # a published crime stays one crime
        if not published and crime.suspect_known and self._chance(0.012):
            self._counter(crime, victims[0], records, limit)
        for record in records:
            self._histories.tell(record.story)
        return records

    def _chance(self, share: float) -> bool:
        return self._rng.random() < share

    def _victims(self, profile: dict[str, Any], day: date, limit: int) -> list[Person]:
        if profile.get("crown"):
            return [self._the_crown()]
        if self._chance(profile["business"]):
            return [self._firm()]
        again = self._again(profile, day)
        victims = [again or self._new(profile, day)]
        while not again and self._people.made < limit and self._chance(0.055):
            victims.append(self._people.adult(day, victims[0].home))
        for person in victims:
            self._remember(person)
        return victims

    def _again(self, profile: dict[str, Any], day: date) -> Person | None:
        """Someone already known; the same person again or, rarely, under a second key."""
        if not self._known or not self._chance(0.125):
            return None
        person = self._rng.choice(self._known)
        if profile["young"] == 1 and not person.is_under_18(day):
            return None
        return self._people.same_again(person) if self._chance(0.07) else person

    def _new(self, profile: dict[str, Any], day: date) -> Person:
        if self._chance(profile["young"]):
            return self._people.child(day)
        return self._people.adult(day)

    def _firm(self) -> Person:
        if self._firms and self._chance(0.6):
            firm = self._rng.choice(self._firms)
        else:
            firm = self._people.organisation()
            self._firms.append(firm)
        firm.crimes += 1
        return firm

    def _the_crown(self) -> Person:
        self._crown = self._crown or self._people.crown()
        return self._crown

    def _remember(self, person: Person) -> None:
        person.crimes += 1
        if person.crimes > 1:
            return
        if len(self._known) < _POOL:
            self._known.append(person)
        else:
            self._known[self._rng.randrange(_POOL)] = person

    def _describe(
        self,
        day: date,
        offence: str,
        profile: dict[str, Any],
        victim: Person,
        published: Published | None,
    ) -> Crime:
        self._crimes += 1
        known = self._chance(profile["suspect"])
        if published and published.path not in (None, "open"):
            known = published.path != "declined"
        back = self._rng.choices((0, 1, 3, 30), (55, 28, 12, 5))[0]
        if offence in _SEXUAL and self._chance(0.3):
            back = self._rng.randint(30, 4000)
        ended = day - self._rng.randint(0, back) * DAY
        # months are whole in published files: what was published for a month happened in it
        ended = day if published else ended
        started = ended - self._rng.choice((0, 0, 0, 1)) * DAY
        feed = {
            "ref": f"{day.year % 100:02d}{self._crimes:08d}",
            "offence": offence,
            "title": profile["title"],
            "flags": self._flags(offence, profile),
            "occurred_from": started.isoformat(),
            "occurred_to": ended.isoformat(),
            "reported_on": day.isoformat(),
            **self._where(profile, victim, published),
            "outcome": published.outcome if published else None,
            "note": self._rng.choice(self._notes) if self._chance(0.4) else None,
        }
        path = published.path if published else None
        return Crime(self._crimes, feed, profile, day, known, path, victim.home)

    def _where(self, profile: dict[str, Any], victim: Person, published: Published | None) -> dict[str, Any]:
        places, home = self._people.places, victim.home
        if published:
            postcode = places.postcode(published.council) if published.lsoa else None
            where = {"place": published.place, "postcode": postcode}
            return {**where, "lsoa": published.lsoa, "council": published.council}
        if profile["at"] == "public":
            place, postcode = places.public_place(home.town), places.postcode(home.council)
            return {"place": place, "postcode": postcode, "lsoa": places.lsoa(home.council),
                    "council": home.council}  # fmt: skip
        place, postcode = home.address, home.postcode
        return {"place": place, "postcode": postcode, "lsoa": home.lsoa, "council": home.council}

    def _flags(self, offence: str, profile: dict[str, Any]) -> list[str]:
        flags = ["domestic_abuse"] if self._chance(profile["domestic"]) else []
        always = {"hate_crime": "hate", "stalking": "stalking", "modern_slavery": "slavery"}
        if offence in always:
            flags.append(always[offence])
        elif self._chance(0.012):
            flags.append("hate")
        if flags == ["domestic_abuse"] and self._chance(0.01):
            flags.append("honour_based")
        if offence == "child_sexual_offence" and self._chance(0.2):
            flags.append("child_exploitation")
        if offence != "asb" and self._chance(0.01):
            flags.append("persistently_targeted")
        return flags

    def _record(self, crime: Crime, person: Person, role: str, place: int, of: Person | None = None) -> Record:
        letter = "V" if role == "victim" else "R"
        record_id = f"GWP-{crime.number:06d}-{letter}{place + 1}"
        young = person.is_under_18(crime.reported_on)
        consent_first = crime.offence in _SEXUAL or young
        kind = "consent_first" if consent_first else "usual"
        agreement = _AGREEMENT[kind].draw(self._rng) if person.kind == "person" else "not_asked"
        raised = crime.domestic or crime.offence in _SEXUAL | _GRAVE
        risk = _RISK["raised" if raised else "usual"].draw(self._rng)
        row = {
            "source": SOURCE,
            "record_id": record_id,
            "crime": crime.feed,
            "person": {
                **self._person(person, crime.reported_on),
                "role": role,
                "deceased": False,
                "on_behalf_of": of.ref if of else None,
                "risk": risk if person.kind == "person" else "not_assessed",
                "agreement": agreement,
                "repeat": person.crimes > 1 and self._chance(0.95),
            },
            "suspect": self._suspect(crime),
            "contacts": self._contacts(crime, person),
        }
        story = Story(record_id, crime.reported_on, self._until, agreement, consent_first)
        story.enhanced = person.kind == "person" and (raised or young or risk == "high")
        story.domestic, story.suspect_known = crime.domestic, crime.suspect_known
        story.path = crime.path
        if crime.offence == "asb":
            story.path, story.suspect_known = "open", False
        return Record(row, story)

    def _person(self, person: Person, on: date) -> dict[str, Any]:
        row = person.row()
        if person.born_on and self._chance(0.03):
            row["born_on"], row["age"] = None, int((on - person.born_on).days / 365.25)
        return row

    def _suspect(self, crime: Crime) -> dict[str, Any]:
        return {
            "known": crime.suspect_known,
            "lives_here": crime.suspect_known and self._chance(0.35 if crime.domestic else 0.01),
            "police_employee": crime.suspect_known and self._chance(0.004),
            "person_ref": None,
        }

    def _contacts(self, crime: Crime, person: Person) -> list[dict[str, Any]]:
        answers = _ANSWERS["wary" if crime.domestic or crime.offence in _GRAVE else "calm"]
        return [
            {
                "kind": kind,
                "value": value,
                "given_by": _GIVEN_BY.draw(self._rng),
                "given_on": crime.reported_on.isoformat(),
                "ring": answers.draw(self._rng),
                "text": answers.draw(self._rng),
                "message": answers.draw(self._rng),
                "write": answers.draw(self._rng),
            }
            for kind, value in person.ways
        ]

    def _bereave(self, crime: Crime, victim: Person, records: list[Record], limit: int) -> None:
        records[0].row["person"]["deceased"] = True
        records[0].row["contacts"] = []
        if victim in self._known:
            self._known.remove(victim)
        for place in range(self._rng.randint(1, 2)):
            if self._people.made < limit:
                relative = self._people.adult(crime.reported_on, victim.home)
                records.append(self._record(crime, relative, "bereaved_relative", place, victim))

    def _others(self, crime: Crime, victim: Person, records: list[Record], limit: int) -> None:
        if self._people.made >= limit or victim.kind != "person":
            return
        young = victim.is_under_18(crime.reported_on)
        if young and self._chance(0.45):
            self._with_parent(crime, victim, records)
        elif not young and "easy_read" in victim.access_needs and self._chance(0.3):
            speaker = self._people.adult(crime.reported_on, victim.home)
            records.append(self._record(crime, speaker, "spokesperson", 0, victim))
        elif self._chance(0.025):
            witness = self._people.adult(crime.reported_on)
            records.append(self._record(crime, witness, "witness", 0))

    def _with_parent(self, crime: Crime, child: Person, records: list[Record]) -> None:
        parent = self._people.adult(crime.reported_on, child.home)
        older = timedelta(days=self._rng.randint(19 * 365, 41 * 365))
        parent.born_on = child.born_on - older if child.born_on else parent.born_on
        records.append(self._record(crime, parent, "parent", 0, child))

    def _counter(self, crime: Crime, victim: Person, records: list[Record], limit: int) -> None:
        """The other side reports too, on the same day: each names the other as the suspect."""
        if self._people.made >= limit or victim.kind != "person":
            return
        other = self._people.adult(crime.reported_on)
        self._remember(other)
        self._crimes += 1
        ref = f"{crime.reported_on.year % 100:02d}{self._crimes:08d}"
        mirror = Crime(self._crimes, {**crime.feed, "ref": ref, "note": None}, crime.profile,
                       crime.reported_on, True, crime.path, crime.home)  # fmt: skip
        answer = self._record(mirror, other, "victim", 0)
        records[0].row["suspect"]["person_ref"] = other.ref
        answer.row["suspect"]["person_ref"] = victim.ref
        records.append(answer)


def outcome_of(path: str | None) -> str | None:
    """The label that forces publish for what became of a crime; None while it is open."""
    return _OUTCOMES.get(path or "")
