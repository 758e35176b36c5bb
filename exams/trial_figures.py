"""What papers of simulated shifts hold of what earlier shifts saw, as figures; pure."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from exams.trials import ShiftPaper


@dataclass
class TrialShifts:
    """Counts papers as they are drawn, without keeping them."""

    # By shift: how many papers hold so many seen questions.
    reused: dict[int, Counter[int]] = field(default_factory=dict)

    def add(self, paper: ShiftPaper) -> None:
        """Count one more paper."""
        self.reused.setdefault(paper.shift, Counter())[paper.reused] += 1

    def figures(self, most: int) -> list[dict[str, Any]]:
        """The shifts in order as JSON data; `most` is how many seen questions a paper may hold."""
        return [
            {
                "shift": shift,
                "papers": counts.total(),
                "most": most,
                "low": min(counts),
                "mean": sum(reused * papers for reused, papers in counts.items()) / counts.total(),
                "high": max(counts),
                "over": sum(papers for reused, papers in counts.items() if reused > most),
            }
            for shift, counts in sorted(self.reused.items())
        ]
