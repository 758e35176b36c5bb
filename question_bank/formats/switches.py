"""What a person may allow for one file; each changes what counts as an answer or a case."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Switches:
    """All are off unless chosen; they are part of a preview's hash."""

    # Word: a red or bold option is the right one where nothing else says so.
    colour_is_key: bool = False
    # Excel: a merged stem cell with rows beside it is a case with sub-questions.
    merged_is_case: bool = False
