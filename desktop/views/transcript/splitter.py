"""Cuts Markdown into the pieces that are laid out on their own. Pure; the same for stored and for streamed text.

A cut depends only on what stands before it, and on the finished line after it, so that a growing text never moves one.
Where the lines alone do not tell how the whole would be read, there is no cut.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from desktop.views.transcript import kinds
from desktop.views.transcript.growth import most_weight, words_added
from desktop.views.transcript.kinds import Item, Kind, read_kind
from desktop.views.transcript.long_paragraph import PART_LIMIT, LongParagraph
from desktop.views.transcript.parsing import FORMULA_LINES, formula_breaks, formula_ends
from desktop.views.transcript.segment import Piece
from desktop.views.transcript.tables import (
    CHUNK_CELLS,
    CHUNK_LENGTH,
    alignments,
    begins_table,
    ends_table,
    sample_row,
)

PROSE_LIMIT = 700
"""Characters after which prose is cut at the next paragraph."""
LIST_LIMIT = 900
"""Characters after which a list is cut at its next item."""
HARD_LIMIT = 4_000
"""Characters after which prose is cut at the next line, whatever that does to it."""

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_FENCE = re.compile(r"( *)(?:(`{3,})([^`\n]*)|(~{3,})([^\n]*))\n?$")
_UNSURE_FENCE = re.compile(r" *(?:`{1,2}|~{1,2}|`{3,}[^`\n]*|~{3,}[^\n]*)\Z")
"""An unfinished line that may or may not turn out to be a fence."""
_SURE = re.compile(r" *(?:\d{1,9}[.)] +[^\s]|[-+*] +[^\s*+_-]|[^\W\d_])")
"""An unfinished line whose place in the blocks is known already."""
_ITEM = re.compile(r"( *)(?:([-*+])|(\d{1,9})([.)]))(?:( +)(?=[^\s])|(?=[ \t]*$)|(\t))")
_RULE = re.compile(r" {0,3}([*_-])[ \t]*(?:\1[ \t]*){2,}$")
_NOTE = re.compile(r"\[\^[^\]\s]{1,100}\]:")
_PLAIN_TEXT = re.compile(r"[^\W_]|\[(?!\^|[^\]]*\]:)|\*{1,3}[^\s*]|`[^`]")


def split(text: str, growing: bool) -> Sequence[Piece]:
    """Cut Markdown into pieces.

    Args:
        text: The Markdown; line feeds end its lines.
        growing: Whether more will come: an unfinished line at the end that may become a fence is then left out.

    Returns:
        The pieces in order, which join to the text; all but the last stay the same however the text grows.
    """
    return _Cutter(text, growing, 0, Kind(kinds.PROSE)).run()


def resume(piece: Piece, text: str, growing: bool) -> Sequence[Piece]:
    """Cut on from a piece: what `split` gives for the whole text from that piece on.

    Args:
        piece: The last piece of what the text was before.
        text: The whole text.
        growing: As for `split`.
    """
    kind = read_kind(piece.kind)
    rest = text[piece.start :]
    is_prose = kind.name in (kinds.PROSE, kinds.PART) and not kind.goes_on
    if growing and is_prose and most_weight(rest) <= PART_LIMIT and words_added(piece.text, rest) is not None:
        return [replace(piece, text=rest)]
    if kind.name in (kinds.PROSE, kinds.PART, kinds.ROWS):
        begin = replace(kind, goes_on=False)
    else:
        begin = Kind(kinds.PROSE, kind.items)
    return _Cutter(text, growing, piece.start, begin).run()


class _Cutter:
    def __init__(self, text: str, growing: bool, start: int, kind: Kind) -> None:
        self._text = text
        self._growing = growing
        self._end = len(text)
        self._pieces: list[Piece] = []
        self._start = start
        self._kind = kind
        self._items = list(kind.items)
        self._closed = kind.name != kinds.PART  # the next line that is not blank begins a piece
        self._after_blank = True
        self._unsure = kind.unsure
        self._in_quote = False
        self._before = ""  # the line before, where it is text of a paragraph at the margin
        self._before_at = start
        self._plain_before = False
        self._paragraph = LongParagraph()
        self._rows: list[str] = []

    def run(self) -> list[Piece]:
        at = self._start
        if self._kind.name == kinds.ROWS:
            at = self._table_rows(at, self._kind.table.split("\n")[0])
        elif self._kind.name == kinds.PART:
            self._after_blank, self._plain_before = False, True
            self._in_quote = self._kind.quotes > 0
        while at < self._end:
            stop = self._text.find("\n", at) + 1 or len(self._text)
            line = self._text[at:stop]
            finished = line.endswith("\n") or not self._growing
            if not finished and not line.isspace():
                if _UNSURE_FENCE.match(line):
                    self._end = at
                    break
                if not self._closed and not _SURE.match(line):
                    if not line.lstrip().startswith(("$$", "\\[")):
                        self._watch(at, stop, line)
                    break
            at = self._line(line, at, stop)
        self._emit(self._end)
        return self._pieces

    def _emit(self, end: int) -> None:
        if end > self._start:
            self._pieces.append(Piece(self._text[self._start : end], self._start, str(self._kind)))
        self._start = end

    def _cut(self, at: int, kind: Kind) -> None:
        if not self._text[self._start : at].isspace():  # blank lines at the beginning belong to what follows
            self._emit(at)
        self._kind, self._closed = kind, False
        self._paragraph = LongParagraph()

    def _whole(self, start: int, stop: int, kind: Kind) -> int:
        """Make a piece of its own."""
        self._cut(start, kind)
        self._closed, self._after_blank, self._in_quote = True, False, False
        self._before, self._plain_before = "", False
        return stop

    def _line(self, line: str, at: int, stop: int) -> int:
        if not line.strip():
            self._after_blank, self._in_quote = True, False
            self._before, self._plain_before = "", False
            self._paragraph = LongParagraph()
            return stop
        lead = line[: len(line) - len(line.lstrip(" \t"))]
        if "\t" in lead:
            line = lead.expandtabs(4) + line[len(lead) :]
            self._unsure = self._unsure or bool(self._items)
        indent = len(line) - len(line.lstrip(" "))
        if self._items and "\t" in line[: indent + 12]:
            self._unsure = True
        fence = _FENCE.match(line)
        if (fence and not self._unsure) or (fence and indent == 0):
            if indent == 0:
                self._items, self._unsure = [], False
            depth = self._depth_at(indent)
            column = self._items[depth - 1].column if depth else 0
            if indent - column <= 3:
                del self._items[depth:]
                return self._fence(fence, at, column)
        elif fence:
            return self._uncertain_fence(fence, stop)
        if not self._items or indent == 0:
            special = self._special(line, at, stop, indent)
            if special:
                return special
        return self._prose(line, at, stop, indent)

    def _depth_at(self, indent: int) -> int:
        return sum(item.column <= indent for item in self._items)

    def _fence(self, fence: re.Match[str], at: int, column: int) -> int:
        mark = fence[2] or fence[4]
        stop = self._text.find("\n", at) + 1 or len(self._text)
        found = self._closing(mark, column, stop)
        left = re.compile(rf"^ {{0,{column - 1}}}\S", re.MULTILINE).search(self._text, stop) if column else None
        kind = Kind(kinds.CODE, tuple(self._items))
        if left and (not found or left.start() <= found.start()):
            return self._whole(at, left.start(), kind)
        if not found:
            self._end = self._without_half_fence(mark, stop)
            return self._whole(at, self._end, kind)
        line_ends = self._text.find("\n", found.start()) + 1
        if not line_ends and self._growing:
            self._whole(at, len(self._text), kind)
            return len(self._text)
        return self._whole(at, line_ends or len(self._text), kind)

    def _uncertain_fence(self, fence: re.Match[str], stop: int) -> int:
        """Pass a fence that may stand in a list or not: where it ends is not known, nor what of the rest is code."""
        if len(self._text) - stop < 8 * HARD_LIMIT:
            return len(self._text)
        closing = self._closing(fence[2] or fence[4], len(fence[1]) + HARD_LIMIT, stop)
        self._after_blank, self._before, self._plain_before = False, "", False
        end = self._text.find("\n", closing.start()) + 1 if closing else 0
        return end or len(self._text)

    def _closing(self, mark: str, column: int, start: int) -> re.Match[str] | None:
        closing = re.compile(rf"^ {{0,{column + 3}}}{re.escape(mark[0])}{{{len(mark)},}}[ \t]*$", re.MULTILINE)
        at = self._text.find(mark, start)
        while at >= 0:
            found = closing.match(self._text, self._text.rfind("\n", 0, at) + 1)
            if found:
                return found
            line_end = self._text.find("\n", at)
            at = self._text.find(mark, line_end) if line_end >= 0 else -1
        return None

    def _without_half_fence(self, mark: str, body: int) -> int:
        """Where the code ends that is not closed yet: before what may become the closing fence."""
        begin = self._text.rfind("\n") + 1
        last = self._text[begin:].strip(" ")
        is_half = self._growing and begin >= body and last and not last.strip(mark[0])
        return begin if is_half else len(self._text)

    def _special(self, line: str, at: int, stop: int, indent: int) -> int:
        """Take a block of another kind than prose at the margin; 0 where there is none."""
        bare = line.rstrip("\n")
        if self._unsure and indent:
            return 0
        fresh = self._after_blank or self._closed
        if indent == 0 and _NOTE.match(line):
            self._items, self._unsure = [], False
            return self._notes(at)
        if indent <= 3 and (not self._items or indent == 0) and formula_ends(bare.strip())[0]:
            end = self._formula_end(bare, stop)
            if end == -1:
                return self._wait()
            if end:
                self._items, self._unsure = [], False
                return self._whole(at, end, Kind(kinds.FORMULA))
        if self._items:
            return 0
        if fresh and indent >= 4:
            return self._whole(at, self._indented_end(at), Kind(kinds.INDENTED))
        if self._before and begins_table(self._before, bare):
            if self._before_at < self._start:
                return 0
            header_at, header = self._before_at, self._before
            self._cut(header_at, Kind(kinds.TABLE))
            self._rows = [header]
            return self._table_rows(stop, bare)
        return 0

    def _wait(self) -> int:
        """Leave the rest for when more has come."""
        return len(self._text)

    def _formula_end(self, first: str, stop: int) -> int:
        """Where the formula ends; 0 where it is none, -1 where that is not known yet."""
        close, whole = formula_ends(first.strip())
        at, count = stop, 1
        while not whole:
            if at >= len(self._text):
                return -1 if self._growing else 0
            end = self._text.find("\n", at) + 1 or len(self._text)
            line = self._text[at:end]
            count += 1
            if count > FORMULA_LINES:
                return 0
            if self._growing and not line.endswith("\n"):
                return -1
            if formula_breaks(line.strip()):
                return 0
            whole = line.rstrip().endswith(close)
            at = end
        return at

    def _indented_end(self, at: int) -> int:
        found = re.compile(r"^ {0,3}[^ \t\n]", re.MULTILINE).search(self._text, at)
        return found.start() if found else len(self._text)

    def _notes(self, at: int) -> int:
        self._whole(at, at, Kind(kinds.NOTES))
        previous_blank = False
        for match in _LINE.finditer(self._text, at):
            line = match[0]
            if previous_blank and line.strip() and not line.startswith(("    ", "\t")):
                return match.start()
            is_margin = bool(line.strip()) and not line.startswith(("    ", "\t"))
            is_finished = line.endswith("\n") or not self._growing
            if match.start() > at and is_margin and is_finished:
                ends = self._ends_rows(line, match.end())
                if ends:
                    return match.start() if ends == 1 else self._wait()
            previous_blank = not line.strip()
        return len(self._text)

    def _table_rows(self, at: int, dashes: str) -> int:
        """Take rows, and cut between them where there are many."""
        columns = max(1, len(alignments(dashes)))
        count = len(self._rows) * columns
        while at < len(self._text):
            stop = self._text.find("\n", at) + 1 or len(self._text)
            line = self._text[at:stop]
            is_finished = line.endswith("\n") or not self._growing
            ends = self._ends_rows(line, stop)
            if ends == 1 and (is_finished or not line.strip()):
                break
            if ends == -1:
                at = len(self._text)
                break
            if is_finished and (count >= CHUNK_CELLS or at - self._start > CHUNK_LENGTH):
                self._cut_rows(at, dashes, columns)
                count = 0
            self._rows.append(line[:HARD_LIMIT])
            count += columns
            at = stop
        self._rows = []
        self._closed, self._after_blank = True, False
        self._before, self._plain_before = "", False
        return at

    def _ends_rows(self, line: str, stop: int) -> int:
        """Whether another block begins with a line: 1 or 0, and -1 where that is not known yet."""
        if line.strip().startswith(("$$", "\\[")) and not line.startswith(("    ", "\t")):
            end = self._formula_end(line.rstrip("\n"), stop) if formula_ends(line.strip())[0] else 0
            return end if end < 1 else 1
        return int(ends_table(line))

    def _cut_rows(self, at: int, dashes: str, columns: int) -> None:
        if self._kind.name == kinds.ROWS:
            kind = self._kind
            self._kind = Kind(kinds.ROWS, goes_on=True, table=kind.table, table_start=kind.table_start)
        else:
            self._kind = Kind(kinds.TABLE, goes_on=True)
            table = f"{dashes.strip()}\n{sample_row(self._rows, columns)}"
            kind = Kind(kinds.ROWS, table=table, table_start=self._start)
        self._cut(at, kind)

    def _prose(self, line: str, at: int, stop: int, indent: int) -> int:
        bare = line.rstrip("\n")
        length = at - self._start
        item = None if _RULE.match(bare) else _ITEM.match(bare)
        depth = self._depth_at(indent)
        column = self._items[depth - 1].column if depth else 0
        if item and (indent - column > 3 or not self._begins_item(item, depth)):
            item = None
        number = 0
        if item:
            number = self._open_item(item, depth, bare)
            self._in_quote = False
        elif self._after_blank or self._closed or not self._items:
            del self._items[depth:]
            depth = len(self._items)
            if indent == 0 and (self._after_blank or self._closed):
                self._unsure = False
        elif indent < self._items[-1].column:
            # The text of a paragraph goes on at the margin of its list, if it is one.
            depth = len(self._items)
            self._unsure = self._unsure or not self._plain_before or not _PLAIN_TEXT.match(bare[indent:])
        outer = tuple(self._items[:depth])
        must = self._closed or self._kind.column > (outer[-1].column if outer else 0)
        starts = item is not None or (self._after_blank and not self._in_quote)
        limit = LIST_LIMIT if self._items else PROSE_LIMIT
        may = starts and not self._unsure and length > limit and (indent == 0 or bool(outer) or item is not None)
        if may and self._after_blank and bare[indent] in ">" and self._in_quote:
            may = False
        if must or may or (length > HARD_LIMIT and (starts or length > 3 * HARD_LIMIT)):
            self._begin_prose(at, outer, number)
            self._unsure = self._unsure and item is not None
        if starts or (bare[indent] in "#>" and not self._in_quote):
            self._paragraph = LongParagraph()
        self._in_quote = self._in_quote or bare[indent] == ">"
        self._watch(at, stop, line)
        is_margin_text = not self._items and not self._in_quote and indent <= 3
        self._before, self._before_at = (bare, at) if is_margin_text else ("", at)
        content = bare[item.end() :] if item else bare[indent:]
        self._plain_before = _PLAIN_TEXT.match(content) is not None and "|" not in content
        self._after_blank = False
        return stop

    def _begin_prose(self, at: int, outer: tuple[Item, ...], number: int) -> None:
        if at > self._start or self._kind.name != kinds.PROSE:
            self._cut(at, Kind(kinds.PROSE, outer, number))
        self._closed = False

    def _begins_item(self, item: re.Match[str], depth: int) -> bool:
        """Whether what looks like an item is one: not every marker may interrupt a paragraph."""
        if self._after_blank or self._closed or depth < len(self._items):
            return True
        begins = bool(item[5] or item[6]) and (item[2] is not None or int(item[3]) == 1)
        self._unsure = self._unsure or not (begins or self._plain_before)
        return begins

    def _open_item(self, item: re.Match[str], depth: int, bare: str) -> int:
        """Note an item.

        Returns:
            Its number where its list has begun before; 0 otherwise.
        """
        before = self._items[depth] if depth < len(self._items) else None
        del self._items[depth:]
        width = len(item[1]) + len(item[2] or item[3] + item[4])
        gap = len(item[5] or " ")
        rest = bare[item.end() :]
        if item[6] or not item[5] or _ITEM.match(rest) or rest.startswith((">", "#", "`", "~", "|", "$", "\\[")):
            self._unsure = True
        mark = item[2] or item[4]
        goes_on = before is not None and before.mark == mark
        number = 0
        if item[3]:
            number = before.number + 1 if before is not None and goes_on else self._first_number(int(item[3]))
        if gap > 4:
            gap, self._unsure = 1, True
        self._items.append(Item(width + gap, mark, min(number, 2**31 - 1)))
        return self._items[-1].number if goes_on and item[3] else 0

    def _first_number(self, written: int) -> int:
        """The number of an item before which none is known: where cutting was resumed at it, its piece tells."""
        return self._kind.number if self._closed and self._kind.number else written

    def _watch(self, at: int, stop: int, line: str) -> None:
        """Cut a paragraph that is too long."""
        if self._kind.name not in (kinds.PROSE, kinds.PART):
            return
        quotes = min(8, line[: len(line) - len(line.lstrip(" >"))].count(">")) if self._in_quote else 0
        for cut in self._paragraph.cuts(self._text, at, stop):
            self._kind = replace(self._kind, goes_on=True)
            watched = self._paragraph
            self._cut(cut, Kind(kinds.PART, tuple(self._items), quotes=quotes, unsure=self._unsure))
            self._paragraph = watched
