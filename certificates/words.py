"""What is said of a decision about a certificate, by its outcome."""

from certificates.models import ReviewOutcome
from core.errors import N_

OUTCOMES = {
    ReviewOutcome.REVOKED: N_("撤销"),
    ReviewOutcome.KEPT: N_("保留，仍然有效"),
    ReviewOutcome.PASSED_AGAIN: N_("成绩又合格了，仍然有效"),
    ReviewOutcome.REINSTATED: N_("恢复有效"),
    ReviewOutcome.LEFT_REVOKED: N_("维持撤销"),
    ReviewOutcome.FAILED_AGAIN: N_("成绩又不合格了，仍然是撤销的"),
}
