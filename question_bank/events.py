"""What the bank announces to the packages on its right."""

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True)
class ClausesChanged(Event):
    """A new text of a module is valid in which these clauses read otherwise or are gone."""

    module_key: str
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    before_version_id: int
    after_version_id: int
