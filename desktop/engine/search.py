"""What a search over all text finds: values."""

import re
from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import Literal

from desktop.engine.folding import fold, marks_of
from desktop.engine.messages import Value
from desktop.engine.plain_text import in_fence, plain_text

_BEFORE, _WHOLE = 40, 200
_AROUND = 200
"""Characters before a word that are read as Markdown: marks that begin there and end behind the word."""
_BETWEEN = r"[\s*_`~\[\]#>|]+"
"""What may stand between two words in Markdown that are read one behind the other."""
_TRIED = 8
"""Places of a whole query that are looked at: some are not read so, such as those in an address."""


class SearchHit(Value):
    """One message that holds all words of a query.

    Attributes:
        conversation_id: Where it stands.
        title: That conversation's.
        archived: Whether that conversation is.
        message_id: The message.
        role: Who speaks.
        created_at: Aware UTC.
        passage: One line of it, about 200 characters around the whole query, else around the first word found.
        marks: Where that stands in ``passage``: (begin, end) in characters, in order.
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
    text: str, words: tuple[str, ...], *, phrase: Sequence[str] = (), is_markdown: bool = True
) -> tuple[str, tuple[tuple[int, int], ...]]:
    """One line around the first place of the whole query, else around the first word of it, as it is read.

    Where words stand in Markdown's marks alone, such as the address of a link, these are shown.

    Args:
        text: The whole message.
        words: Folded; at least one is in it.
        phrase: The words in the order of the query, folded.
        is_markdown: Whether it is shown as Markdown.

    Returns:
        The line, and where the whole query, else where words stand in it.
    """
    folded = fold(text)
    if len(phrase) > 1:
        whole = (" ".join(phrase),)
        between = _BETWEEN if is_markdown else r"\s+"
        for found in islice(re.finditer(between.join(map(re.escape, phrase)), folded), _TRIED):
            passage, marks = _around(text, found.start() / len(folded), whole, is_markdown=is_markdown)
            if marks:
                return passage, marks
    first = min((at for word in words if (at := folded.find(word)) >= 0), default=0)
    return _around(text, first / max(1, len(folded)), words, is_markdown=is_markdown)


def _around(
    text: str, share: float, words: tuple[str, ...], *, is_markdown: bool
) -> tuple[str, tuple[tuple[int, int], ...]]:
    # Folding keeps lengths but for few characters; a little too early is early enough.
    begin = max(0, round(share * len(text)) - _AROUND)
    begin = text.rfind("\n", max(0, begin - _AROUND), begin) + 1 or begin
    end = begin + 2 * _AROUND + _WHOLE
    stretch = text[begin:end]
    if is_markdown:
        is_code = in_fence(text, begin)
        for keeps_addresses in (False, True):
            shown = " ".join(plain_text(stretch, is_code=is_code, keeps_addresses=keeps_addresses).split())
            if marks_of(shown, words):
                return _line(shown, words, is_begun=begin > 0, goes_on=end < len(text))
    return _line(" ".join(stretch.split()), words, is_begun=begin > 0, goes_on=end < len(text))


def _line(
    text: str, words: tuple[str, ...], *, is_begun: bool, goes_on: bool
) -> tuple[str, tuple[tuple[int, int], ...]]:
    marks = marks_of(text, words)
    begin = max(0, marks[0][0] - _BEFORE) if marks else 0
    if begin:
        gap = text.find(" ", begin, begin + _BEFORE // 2)
        begin = gap + 1 if gap >= 0 else begin
    is_begun, goes_on = is_begun or begin > 0, goes_on or begin + _WHOLE < len(text)
    passage = ("…" if is_begun else "") + text[begin : begin + _WHOLE] + ("…" if goes_on else "")
    return passage, marks_of(passage, words)
