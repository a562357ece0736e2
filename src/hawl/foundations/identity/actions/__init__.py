"""What changes accounts, second factors and stays: one module each."""

from __future__ import annotations

from hawl.foundations.identity.actions.accounts import (
    GRAVE_ROLES,
    Asked,
    NotCleared,
    NotPermitted,
    NotWaiting,
    ask_account,
    ask_reset,
    decide_request,
    end_account,
    put_account,
)
from hawl.foundations.identity.actions.clearing import clear_away, tell_refused
from hawl.foundations.identity.actions.factors import (
    add_authenticator,
    add_passkey,
    check_code,
    check_passkey,
    make_recovery_codes,
    remove_passkey,
    reset_lost_factor,
    stop_reset,
)
from hawl.foundations.identity.actions.sessions import (
    begin_session,
    drop_held,
    end_all_sessions,
    end_session,
    hold_typed,
    renew_factor,
)
from hawl.foundations.identity.actions.signing import password_was_given, password_was_refused, provider_vouched

__all__ = [
    "GRAVE_ROLES",
    "Asked",
    "NotCleared",
    "NotPermitted",
    "NotWaiting",
    "add_authenticator",
    "add_passkey",
    "ask_account",
    "ask_reset",
    "begin_session",
    "check_code",
    "check_passkey",
    "clear_away",
    "decide_request",
    "drop_held",
    "end_account",
    "end_all_sessions",
    "end_session",
    "hold_typed",
    "make_recovery_codes",
    "password_was_given",
    "password_was_refused",
    "provider_vouched",
    "put_account",
    "remove_passkey",
    "renew_factor",
    "reset_lost_factor",
    "stop_reset",
    "tell_refused",
]
