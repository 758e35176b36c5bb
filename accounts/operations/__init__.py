"""The verbs of this package, by what they change; callers import them from here."""

from accounts.operations.accommodations import (
    Needs,
    end_accommodation,
    grant_accommodation,
)
from accounts.operations.credentials import (
    CodeAttempt,
    activate,
    change_password,
    make_activation_code,
)
from accounts.operations.people import (
    choose_language,
    make_first_administrator,
    record_id_number,
    record_leaving,
    record_return,
    reveal_id_number,
)
from accounts.operations.sessions import Visit, end_sessions, start_session
from accounts.operations.sign_in import (
    Attempt,
    Entry,
    EntryOutcome,
    count_failure,
    sign_in,
)
from accounts.operations.terminals import register_terminal, revoke_terminal
from accounts.operations.upkeep import acknowledge_notice, ensure_notice, purge_expired

__all__ = [
    "Attempt",
    "CodeAttempt",
    "Entry",
    "EntryOutcome",
    "Needs",
    "Visit",
    "acknowledge_notice",
    "activate",
    "change_password",
    "choose_language",
    "count_failure",
    "end_accommodation",
    "end_sessions",
    "ensure_notice",
    "grant_accommodation",
    "make_activation_code",
    "make_first_administrator",
    "purge_expired",
    "record_id_number",
    "record_leaving",
    "record_return",
    "register_terminal",
    "reveal_id_number",
    "revoke_terminal",
    "sign_in",
    "start_session",
]
