"""What is done with messages: putting them into the outbox, sending them, and what people do about them."""

from hawl.foundations.messages.actions.holding import hold_all
from hawl.foundations.messages.actions.keeping import CannotSend, approve_template, enqueue, settle, withdraw
from hawl.foundations.messages.actions.sending import deliver, dispatch_due, print_letter

__all__ = [
    "CannotSend",
    "approve_template",
    "deliver",
    "dispatch_due",
    "enqueue",
    "hold_all",
    "print_letter",
    "settle",
    "withdraw",
]
