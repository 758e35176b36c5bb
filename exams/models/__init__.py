"""The tables of exams: what is examined, who sat it with which paper and answers, how it went."""

from exams.models.appeals import (
    WHOLE_RESULT,
    Appeal,
    AppealOutcome,
    AppealState,
)
from exams.models.exam import (
    BlueprintRow,
    Exam,
    ExamAudience,
    ExamState,
    Exemption,
    LateAnswers,
    PoolEntry,
    Reveal,
)
from exams.models.regrade import (
    IN_FORCE,
    Regrade,
    RegradeChange,
    RegradeOutcome,
    RegradeState,
)
from exams.models.sitting import (
    RUNNING,
    Answer,
    LateDecision,
    Sitting,
    SittingEvent,
    SittingPresence,
    SittingQuestion,
    SittingState,
)
from exams.models.statistics import (
    ExamItemStatistics,
    ExamStatistics,
)

__all__ = [
    "IN_FORCE",
    "RUNNING",
    "WHOLE_RESULT",
    "Answer",
    "Appeal",
    "AppealOutcome",
    "AppealState",
    "BlueprintRow",
    "Exam",
    "ExamAudience",
    "ExamItemStatistics",
    "ExamState",
    "ExamStatistics",
    "Exemption",
    "LateAnswers",
    "LateDecision",
    "PoolEntry",
    "Regrade",
    "RegradeChange",
    "RegradeOutcome",
    "RegradeState",
    "Reveal",
    "Sitting",
    "SittingEvent",
    "SittingPresence",
    "SittingQuestion",
    "SittingState",
]
