"""What a search over all text finds: values."""

from datetime import datetime
from typing import Literal

from desktop.engine.folding import fold, marks_of
from desktop.engine.messages import Value

_BEFORE, _WHOLE = 40, 200


class SearchHit(Value):
    """One message that holds all words of a query.

    Attributes:
        conversation_id: Where it stands.
        title: That conversation's.
        archived: Whether that conversation is.
        message_id: The message.
        role: Who speaks.
        created_at: Aware UTC.
        passage: One line of it, about 200 characters around the first word found.
        marks: Where words of the query stand in ``passage``: (begin, end) in characters, in order.
    """

    conversation_id: str
    title: str
    archived: bool = False
    message_id: str
    role: Literal["user", "assistant"]
    created_at: datetime
    passage: str
    marks: tuple[tuple[int, int], ...]


def passage_of(text: str, words: tuple[str, ...]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """One line around the first word found.

    Args:
        text: The whole message.
        words: Folded; at least one is in it.

    Returns:
        The line, and where words stand in it.
    """
    folded = fold(text)
    first = min((at for word in words if (at := folded.find(word)) >= 0), default=0)
    # Folding keeps lengths but for few characters; a little too early is early enough.
    begin = max(0, round(first * len(text) / max(1, len(folded))) - _BEFORE)
    if begin:
        gap = max(text.find(" ", begin, begin + _BEFORE // 2), text.find("\n", begin, begin + _BEFORE // 2))
        begin = gap + 1 if gap >= 0 else begin
    shown = " ".join(text[begin : begin + _WHOLE].split())
    passage = ("…" if begin else "") + shown + ("…" if begin + _WHOLE < len(text) else "")
    return passage, marks_of(passage, words)
