"""Keeps the results of a long tool loop inside a model's context: the oldest are shortened first. Pure."""

from collections.abc import Sequence

from desktop.engine.store.records import StoredRound
from desktop.engine.tokens import estimate_tokens

_SHORT_TOKENS = 200
"""What is left of a result that is shortened."""
_KEPT_SHARE = 0.7
"""Once over, the results are shortened down to this share, so that the next rounds leave the older ones alone."""


def result_limits(rounds: Sequence[StoredRound], limit_tokens: int, room_tokens: int) -> list[list[int]]:
    """What each result may have.

    It follows from the rounds alone, so that a resumed run says the same; and it changes in steps, as a request that
    begins like the last one is read from the provider's cache.

    Args:
        rounds: All of them closed, oldest first.
        limit_tokens: What one result may have at most.
        room_tokens: What all turns and results may have together, about.

    Returns:
        For each round the limits of its results, in tokens.
    """
    limits: list[list[int]] = []
    sizes: list[list[int]] = []
    total = 0
    for past in rounds:
        total += estimate_tokens(past.turn.model_dump_json())
        sizes.append([min(estimate_tokens(call.result or ""), limit_tokens) for call in past.calls])
        limits.append([limit_tokens] * len(past.calls))
        total += sum(sizes[-1])
        if total > room_tokens:
            total = _shorten(limits, sizes, total, int(room_tokens * _KEPT_SHARE))
    return limits


def _shorten(limits: list[list[int]], sizes: list[list[int]], total: int, target: int) -> int:
    """Shorten the oldest results that are still whole until the total is down to the target, or none is left."""
    for round_limits, round_sizes in zip(limits, sizes, strict=True):
        for place, size in enumerate(round_sizes):
            if total <= target:
                return total
            if size > _SHORT_TOKENS:
                round_limits[place] = round_sizes[place] = _SHORT_TOKENS
                total -= size - _SHORT_TOKENS
    return total
