"""The form in which two texts are the same to a reader; pure."""

import unicodedata

_SAME_SIGN = str.maketrans({"−": "-", "–": "-", "〜": "~", "∼": "~", "µ": "μ"})


def comparable(said: str) -> str:
    """Reduce a text to what counts when texts are compared."""
    folded = unicodedata.normalize("NFKC", said).translate(_SAME_SIGN)
    if folded.isprintable():
        # Most texts: the only blanks are spaces, and nothing in them is invisible.
        kept = folded.replace(" ", "")
    else:
        kept = "".join(c for c in folded if not (c.isspace() or unicodedata.category(c)[0] == "C"))
    return unicodedata.normalize("NFKC", kept.casefold())
