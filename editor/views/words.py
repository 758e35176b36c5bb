"""Words and signs for the states of working copies."""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from editor.models import WorkingState
from learning.models import ModuleSource

SHOWN_STATES = {
    "editing": ("open", _l("在改")),
    "in_review": ("must", _l("待复核")),
    "published": ("safe", _l("已发布")),
    "library": ("none", _l("课程库")),
}


@dataclass(frozen=True)
class Insertion:
    """A button of the toolbar: the word on it and the text that it puts in."""

    label: Any
    text: str


def shown_state(state: WorkingState | None, source: ModuleSource | None) -> str:
    """Which of SHOWN_STATES a line of the list has."""
    if state is not None:
        return state.value
    return "library" if source is ModuleSource.LIBRARY else "published"
