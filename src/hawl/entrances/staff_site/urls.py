"""Addresses of the staff pages."""

from __future__ import annotations

from django.urls import include, path

from hawl.entrances.staff_site import (
    accounts,
    audit,
    directory,
    erasures,
    home,
    messages,
    operations,
    signing,
    single_sign_on,
    your_sign_in,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("", include("hawl.work.hub.urls")),
    path("", include("hawl.work.protection.urls")),
    path("", include("hawl.insight.compliance.urls")),
    path("", include("hawl.insight.demand.urls")),
    path("", include("hawl.insight.papers.urls")),
    path("messages/", messages.messages, name="messages"),
    path("messages/words/<slug:key>/approve/", messages.approve, name="message_approve"),
    path("messages/<uuid:message_id>/settle/", messages.settle, name="message_settle"),
    path("messages/<uuid:message_id>/withdraw/", messages.withdraw, name="message_withdraw"),
    path("messages/<uuid:message_id>/letter/", messages.letter, name="message_letter"),
    path("services/", directory.service_directory, name="service_directory"),
    path("bodies/", directory.bodies, name="bodies"),
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/<uuid:request_id>/decide/", accounts.account_decide, name="account_decide"),
    path("erasures/", erasures.erasures, name="erasures"),
    path("erasures/<uuid:erasure_id>/decide/", erasures.erasure_decide, name="erasure_decide"),
    path("operations/", operations.operations, name="operations"),
    path("operations/feeds/<uuid:run_id>/", operations.feed_run, name="feed_run"),
    path("operations/failures/<int:failure_id>/", operations.failure_looked_at, name="failure_looked_at"),
    path("sign-in/", signing.sign_in, name="sign_in"),
    path("sign-in/code/", signing.sign_in_code, name="sign_in_code"),
    path("sign-in/set-up/", signing.sign_in_set_up, name="sign_in_set_up"),
    path("sign-in/provider/", single_sign_on.provider_begin, name="provider_begin"),
    path("sign-in/provider/back/", single_sign_on.provider_back, name="provider_back"),
    path("sign-in/again/", signing.step_up, name="step_up"),
    path("sign-in/kept/", your_sign_in.kept, name="kept"),
    path("sign-in/stay/", your_sign_in.stay_signed_in, name="stay_signed_in"),
    path("audit/", audit.audit, name="audit"),
    path("sign-out/", signing.sign_out, name="sign_out"),
    path("your-sign-in/", your_sign_in.your_sign_in, name="your_sign_in"),
    path("your-sign-in/authenticator/", your_sign_in.authenticator_new, name="authenticator_new"),
    path("your-sign-in/passkey/", your_sign_in.passkey_new, name="passkey_new"),
    path("your-sign-in/passkey/<int:factor_id>/remove/", your_sign_in.passkey_remove, name="passkey_remove"),
    path("your-sign-in/recovery-codes/", your_sign_in.recovery_codes, name="recovery_codes"),
    path("your-sign-in/sessions/end/", your_sign_in.sessions_end, name="sessions_end"),
    path("your-sign-in/sessions/<uuid:stay_id>/end/", your_sign_in.session_end, name="session_end"),
    path("your-sign-in/reset/stop/", your_sign_in.reset_stop, name="reset_stop"),
]
