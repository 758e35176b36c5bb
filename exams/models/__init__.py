"""The tables of exams: what is examined, who sat it with which paper and answers, how it went."""

from exams.hand_marking import MarkRound, TaskState
from exams.models.appeals import (
    WHOLE_RESULT,
    Appeal,
    AppealOutcome,
    AppealState,
)
from exams.models.cards import CardCode
from exams.models.entry import EntryPermit, EntryTries
from exams.models.evidence import PaperForm, SittingSignature
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
from exams.models.marking import (
    ManualMark,
    MarkerAppointment,
    MarkingLease,
    MarkingTask,
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
    "IN_FORCE",
    "RUNNING",
    "WHOLE_RESULT",
    "Answer",
    "Appeal",
    "AppealOutcome",
    "AppealState",
    "BlueprintRow",
    "CardCode",
    "EntryPermit",
    "EntryTries",
    "Exam",
    "ExamAudience",
    "ExamFairness",
    "ExamIntegrity",
    "ExamItemStatistics",
    "ExamKind",
    "ExamMessage",
    "ExamShift",
    "ExamState",
    "ExamStatistics",
    "Exemption",
    "Incident",
    "IncidentKind",
    "IntegrityDecision",
    "LateAnswers",
    "LateDecision",
    "ManualMark",
    "MarkRound",
    "MarkerAppointment",
    "MarkingLease",
    "MarkingTask",
    "MessageReceipt",
    "PaperForm",
    "PoolEntry",
    "Regrade",
    "RegradeChange",
    "RegradeOutcome",
    "RegradeState",
    "Reveal",
    "RoomIncident",
    "SafeBrowserExemption",
    "Sitting",
    "SittingEvent",
    "SittingNote",
    "SittingPresence",
    "SittingQuestion",
    "SittingSignature",
    "SittingState",
    "SittingTimes",
    "TaskState",
]
