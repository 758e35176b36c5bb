"""The tables of exams: what is examined, who sat it with which paper and answers, how it went."""

from exams.models.evidence import PaperForm, SittingSignature
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
    "RUNNING",
    "Answer",
    "BlueprintRow",
    "Exam",
    "ExamAudience",
    "ExamItemStatistics",
    "ExamState",
    "ExamStatistics",
    "Exemption",
    "LateAnswers",
    "LateDecision",
    "PaperForm",
    "PoolEntry",
    "Reveal",
    "Sitting",
    "SittingEvent",
    "SittingPresence",
    "SittingQuestion",
    "SittingSignature",
    "SittingState",
]
