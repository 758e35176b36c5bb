"""Lines in which Markdown and HTML would find nothing: most options and stems of questions."""

import re

# One line of words and of signs that mean nothing to Markdown or HTML: most options and stems.
# It begins with a word, so that it is no list item; \ue000 and \ue001 are the bank's own marks.
_WORD = "\u4e00-\u9fffA-Za-z0-9\ue000\ue001"
_PLAIN = re.compile(
    rf"(?!\d+[.)](?: |$))[{_WORD}《（“]"
    rf"(?:[{_WORD} ,./%;?()+\-·℃°×±≤≥—…、。《》【】“”‘’（），：；？！％]*"
    rf"[{_WORD}.%;?)℃。》】”’），：；？！％])?"
)


def is_plain(text: str) -> bool:
    """Whether the converter and the cleaning would leave a line as it is."""
    return _PLAIN.fullmatch(text) is not None
