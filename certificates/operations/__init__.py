"""What is done with certificates: awarding, deciding about issued ones, 待岗."""

from certificates.operations.awards import add_kind, award_for_sitting, edit_kind, set_award
from certificates.operations.reviews import (
    ask_review,
    pass_again,
    revoke_certificate,
    settle_review,
)
from certificates.operations.standby import confirm_standby, lift_standby, propose_standby

__all__ = [
    "add_kind",
    "ask_review",
    "award_for_sitting",
    "confirm_standby",
    "edit_kind",
    "lift_standby",
    "pass_again",
    "propose_standby",
    "revoke_certificate",
    "set_award",
    "settle_review",
]
