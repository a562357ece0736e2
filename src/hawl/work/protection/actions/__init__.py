"""What changes the protection of a record."""

from hawl.work.protection.actions.conflicts import declare, tell_conflict
from hawl.work.protection.actions.glass import break_glass, draw_reviewers, review_glass
from hawl.work.protection.actions.looks import settle_look
from hawl.work.protection.actions.proposals import ask_steward, confirm, give_opinion, propose, set_aside, with_steward
from hawl.work.protection.actions.renamings import agree_renaming, ask_renaming

__all__ = [
    "agree_renaming", "ask_renaming", "ask_steward", "break_glass", "confirm", "declare", "draw_reviewers",
    "give_opinion", "propose", "review_glass",
    "set_aside", "settle_look",
    "tell_conflict", "with_steward",
]  # fmt: skip
