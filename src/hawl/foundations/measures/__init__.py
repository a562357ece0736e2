"""The registry of figures: each room declares its own in its `figures.py`; pages and packs ask only here."""

from __future__ import annotations

from hawl.foundations.measures.registry import Figure, UnknownFigure, Words, declare, figure, figures

__all__ = ["Figure", "UnknownFigure", "Words", "declare", "figure", "figures"]
