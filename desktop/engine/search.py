"""What a search over all text finds: values."""

from datetime import datetime
from typing import Literal

from desktop.engine.folding import fold, marks_of
from desktop.engine.messages import Value
from desktop.engine.plain_text import in_fence, plain_text

_BEFORE, _WHOLE = 40, 200
_AROUND = 200
"""Characters before a word that are read as Markdown: marks that begin there and end behind the word."""


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


def passage_of(
    text: str, words: tuple[str, ...], *, is_markdown: bool = True
) -> tuple[str, tuple[tuple[int, int], ...]]:
    """One line around the first word found, as it is read: of Markdown without the marks.

    Where words stand in marks alone, such as the address of a link, these are shown.

    Args:
        text: The whole message.
        words: Folded; at least one is in it.
        is_markdown: Whether it is shown as Markdown.

    Returns:
        The line, and where words stand in it.
    """
    folded = fold(text)
    first = min((at for word in words if (at := folded.find(word)) >= 0), default=0)
    # Folding keeps lengths but for few characters; a little too early is early enough.
    begin = max(0, round(first * len(text) / max(1, len(folded))) - _AROUND)
    begin = text.rfind("\n", max(0, begin - _AROUND), begin) + 1 or begin
    end = begin + 2 * _AROUND + _WHOLE
    stretch = text[begin:end]
    if is_markdown:
        is_code = in_fence(text, begin)
        for keeps_addresses in (False, True):
            shown = plain_text(stretch, is_code=is_code, keeps_addresses=keeps_addresses)
            if marks_of(shown, words):
                return _line(shown, words, is_begun=begin > 0, goes_on=end < len(text))
    return _line(stretch, words, is_begun=begin > 0, goes_on=end < len(text))


def _line(
    text: str, words: tuple[str, ...], *, is_begun: bool, goes_on: bool
) -> tuple[str, tuple[tuple[int, int], ...]]:
    text = " ".join(text.split())
    marks = marks_of(text, words)
    begin = max(0, marks[0][0] - _BEFORE) if marks else 0
    if begin:
        gap = text.find(" ", begin, begin + _BEFORE // 2)
        begin = gap + 1 if gap >= 0 else begin
    is_begun, goes_on = is_begun or begin > 0, goes_on or begin + _WHOLE < len(text)
    passage = ("…" if is_begun else "") + text[begin : begin + _WHOLE] + ("…" if goes_on else "")
    return passage, marks_of(passage, words)
