"""How much of a conversation goes into a request: the newest messages that a budget holds. Pure."""

from collections.abc import Sequence

from desktop.engine.messages import Message
from desktop.engine.tokens import estimate_tokens, trim_middle

_KEPT_SHARE = 0.6
"""A history that is over its budget is cut down to this share of it, so that the next turns leave the cut alone."""
_LONGEST_SHARE = 0.5
"""Of the budget, for one message; a longer one is trimmed in its middle, with a mark."""
_LEAST_TOKENS = 64
"""With a smaller budget nothing goes in."""


def fit_history(history: Sequence[Message], budget_tokens: int) -> tuple[list[tuple[Message, str]], int]:
    """Choose the newest messages that a budget holds.

    The cut moves in steps: it stays where it is while the messages behind it fit the budget, and then goes on until
    they take about 60 % of it. So most turns of a long conversation begin with the same bytes as the turn before, which
    is what prompt caches need. It follows from the messages alone: the same history is always cut alike.

    Args:
        history: Oldest first.
        budget_tokens: How many tokens they may have together, about.

    Returns:
        The chosen messages with their texts, oldest first, and how many older ones are left out. Where one is
        trimmed, its text carries a mark; nothing is cut silently.
    """
    if budget_tokens < _LEAST_TOKENS:
        return [], len(history)
    longest = int(budget_tokens * _LONGEST_SHARE)
    sizes = [min(estimate_tokens(message.text), longest) for message in history]
    first = total = 0
    for index, size in enumerate(sizes):
        total += size
        if total > budget_tokens:
            while total > budget_tokens * _KEPT_SHARE and first < index:
                total -= sizes[first]
                first += 1
    return [(message, trim_middle(message.text, longest, "message")) for message in history[first:]], first


def left_out_mark(count: int, summary: str = "") -> str:
    """What stands in the place of so many older messages; empty for none.

    Args:
        count: How many are left out.
        summary: Of what they said; empty where there is none.
    """
    if not count:
        return ""
    messages = "1 earlier message is" if count == 1 else f"{count} earlier messages are"
    if not summary:
        return f"[{messages} left out here]"
    return f"[{messages} left out here. A summary of what was said:]\n<earlier>\n{summary}\n</earlier>"
