"""Colours for the lines of code, from pygments, in small slices so that a long block never holds the window up."""

import time
from collections.abc import Iterator, Sequence

from pygments.lexer import Lexer
from pygments.token import Token, _TokenType

from desktop.views.transcript import lexers

SIZE_LIMIT = 300_000
"""Characters after which code stays plain."""
LINE_LIMIT = 1_000
"""Characters of a line after which code stays plain: a lexer's regular expressions may take seconds on it."""

Span = tuple[int, int, _TokenType]
"""Of a line: the first character, how many, and what they are."""


class CodeColours:
    """Finds what the characters of code are. A block that grows is read line by line, and as a whole when it is closed.

    Args:
        language: As the fence names it.

    Attributes:
        is_done: Whether there is nothing to read for now.
        changed_from: The first line of those whose colours the last `work` changed; None where it changed none.
    """

    def __init__(self, language: str) -> None:
        self._language = language
        self._lexer: Lexer | None = None
        self._asked = False
        self._spans: dict[int, list[Span]] = {}
        self._next = 0
        self._tokens: Iterator[tuple[_TokenType, str]] | None = None
        self._line = self._column = 0
        self._current: list[Span] = []
        self.is_done = not language
        self.changed_from: int | None = None
        lexers.ask(language)

    def spans(self, line: int) -> Sequence[Span]:
        """What is known of a line."""
        return self._spans.get(line, ())

    def grown(self, *, closed: bool) -> None:
        """Say that there are more finished lines, and whether they are all."""
        self.is_done = not self._language
        if closed:
            self._tokens, self._line, self._column, self._current = None, 0, 0, []

    def work(self, lines: Sequence[str], budget_ms: float, *, closed: bool) -> bool:
        """Read on for about so long.

        Returns:
            Whether something is left to do.
        """
        self.changed_from = None
        if self.is_done:
            return False
        until = time.perf_counter() + budget_ms / 1000
        if not self._asked:
            if not lexers.is_known(self._language, budget_ms / 1000):
                return True
            self._asked = True
            self._lexer = lexers.lexer(self._language)
        if self._lexer is None or max(map(len, lines), default=0) > LINE_LIMIT or sum(map(len, lines)) > SIZE_LIMIT:
            self.is_done = True
            return False
        self.is_done = self._whole(lines, until) if closed else self._by_line(lines, until)
        return not self.is_done

    def _by_line(self, lines: Sequence[str], until: float) -> bool:
        assert self._lexer is not None
        while self._next < len(lines) - 1:
            self._line, self._column, self._current = self._next, 0, []
            for kind, text in self._lexer.get_tokens(lines[self._next]):
                self._take(kind, text.rstrip("\n"))
            self._close_line()
            self._next = self._line
            if time.perf_counter() > until:
                return False
        return True

    def _whole(self, lines: Sequence[str], until: float) -> bool:
        assert self._lexer is not None
        if self._tokens is None:
            self._tokens = self._lexer.get_tokens("\n".join(lines))
        for kind, text in self._tokens:
            for index, part in enumerate(text.split("\n")):
                if index:
                    self._close_line()
                self._take(kind, part)
            if time.perf_counter() > until:
                return False
        self._close_line()
        self._tokens = None
        return True

    def _take(self, kind: _TokenType, text: str) -> None:
        if text and kind is not Token.Text and not text.isspace():
            self._current.append((self._column, len(text), kind))
        self._column += len(text)

    def _close_line(self) -> None:
        if self._spans.get(self._line, []) != self._current:
            self._spans[self._line] = self._current
            self.changed_from = self._line if self.changed_from is None else self.changed_from
        self._line, self._column, self._current = self._line + 1, 0, []
