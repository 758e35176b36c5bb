"""The tables of exams: what is examined, who sat it with which paper and answers, how it went."""

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
from exams.models.incidents import (
    ExamIntegrity,
    ExamMessage,
    Incident,
    MessageReceipt,
    RoomIncident,
    SafeBrowserExemption,
    SittingNote,
    SittingTimes,
)
from exams.models.sitting import (
    RUNNING,
    Answer,
    IncidentKind,
    IntegrityDecision,
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
    "ExamIntegrity",
    "ExamItemStatistics",
    "ExamMessage",
    "ExamState",
    "ExamStatistics",
    "Exemption",
    "Incident",
    "IncidentKind",
    "IntegrityDecision",
    "LateAnswers",
    "LateDecision",
    "MessageReceipt",
    "PoolEntry",
    "Reveal",
    "RoomIncident",
    "SafeBrowserExemption",
    "Sitting",
    "SittingEvent",
    "SittingNote",
    "SittingPresence",
    "SittingQuestion",
    "SittingState",
    "SittingTimes",
]
