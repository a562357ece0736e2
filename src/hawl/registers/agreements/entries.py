"""Flows of information as plain entries of an area's data. No Django."""

from __future__ import annotations

from dataclasses import dataclass

from hawl.registers.dated.values import Dated, Known, Words


@dataclass(frozen=True, kw_only=True)
class ConditionsEntry(Known):
    """What special and offence data ask for besides the basis: articles of the UK GDPR, paragraphs of the DPA 2018."""

    special: str = ""
    offence: str = ""
    schedule_1: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ProcessingEntry(Words, Dated):
    """One flow: from whom (`of`) to whom (`to`), what for, on what basis, and whether the person must agree as well.

    Bodies are named by their keys. `kinds` are the kinds of information that pass. `certainty` is of the basis and of
    whether an agreement is needed; the conditions have their own.
    """

    key: str
    purpose: str
    of: str
    to: tuple[str, ...]
    controllers: tuple[str, ...]
    kinds: tuple[str, ...]
    basis: str
    agreement_needed: bool
    conditions: ConditionsEntry
    note: Words | None = None
