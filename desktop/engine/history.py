"""How much of a conversation goes into a request: the newest messages that a budget holds. Pure."""

from collections.abc import Sequence

from desktop.engine.messages import Message
from desktop.engine.tokens import estimate_tokens, trim_middle

_LEAST_TOKENS = 64
"""A message is not cut to fewer tokens than this; it is left out instead, and counted."""


def fit_history(history: Sequence[Message], budget_tokens: int) -> tuple[list[tuple[Message, str]], int]:
    """Choose the newest messages that a budget holds.

    Args:
        history: Oldest first.
        budget_tokens: How many tokens they may have together, about.

    Returns:
        The chosen messages with their texts, oldest first, and how many older ones are left out. Where one is
        cut, its text carries a mark; nothing is cut silently.
    """
    chosen: list[tuple[Message, str]] = []
    left = budget_tokens
    for index in range(len(history) - 1, -1, -1):
        message = history[index]
        tokens = estimate_tokens(message.text)
        if tokens <= left:
            chosen.append((message, message.text))
            left -= tokens
            continue
        if left >= _LEAST_TOKENS:
            chosen.append((message, trim_middle(message.text, left, "message")))
            index -= 1
        return chosen[::-1], index + 1
    return chosen[::-1], 0


def left_out_mark(count: int) -> str:
    """The mark that stands where so many older messages are left out."""
    return "[1 earlier message is left out here]" if count == 1 else f"[{count} earlier messages are left out here]"
