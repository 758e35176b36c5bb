"""Who gets which: the largest set that can be served, each place used once; pure."""

from collections.abc import Mapping, Sequence


def paired(seekers: Sequence[int], fits: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """The place of each seeker that gets one of its own; earlier seekers are served first."""
    seeker_at: dict[int, int] = {}

    def serve(seeker: int, tried: set[int]) -> bool:
        for at in fits[seeker]:
            if at in tried:
                continue
            tried.add(at)
            if at not in seeker_at or serve(seeker_at[at], tried):
                seeker_at[at] = seeker
                return True
        return False

    for seeker in seekers:
        serve(seeker, set())
    return {seeker: at for at, seeker in seeker_at.items()}
