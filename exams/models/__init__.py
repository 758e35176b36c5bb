"""The tables of exams: what is examined, who sat it with which paper and answers, how it went."""

from exams.models.entry import EntryPermit, EntryTries
from exams.models.exam import (
    BlueprintRow,
    Exam,
    ExamAudience,
    ExamKind,
    ExamState,
    Exemption,
    LateAnswers,
    PoolEntry,
    Reveal,
)
from exams.models.fairness import ExamFairness, ExamShift
from exams.models.marking import (
    ManualMark,
    MarkerAppointment,
    MarkingLease,
    MarkingTask,
    MarkRound,
    TaskState,
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
    "EntryPermit",
    "EntryTries",
    "Exam",
    "ExamAudience",
    "ExamFairness",
    "ExamItemStatistics",
    "ExamKind",
    "ExamShift",
    "ExamState",
    "ExamStatistics",
    "Exemption",
    "LateAnswers",
    "LateDecision",
    "ManualMark",
    "MarkRound",
    "MarkerAppointment",
    "MarkingLease",
    "MarkingTask",
    "PoolEntry",
    "Reveal",
    "Sitting",
    "SittingEvent",
    "SittingPresence",
    "SittingQuestion",
    "SittingState",
    "TaskState",
]
