"""Cuts Markdown into the pieces that are laid out on their own. Pure; the same for stored and for streamed text.

A cut depends only on what stands before it, and on the finished line after it, so that a growing text never moves one.
Where the lines alone do not tell how the whole would be read, there is no cut.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from desktop.views.transcript import kinds
from desktop.views.transcript.block_ends import (
    UNKNOWN,
    closing_fence,
    ends_rows,
    formula_end,
    indented_end,
    note_end,
    without_half_fence,
)
from desktop.views.transcript.growth import item_begun, lengthens_line
from desktop.views.transcript.kinds import Item, Kind, read_kind
from desktop.views.transcript.long_paragraph import LongParagraph, may_be_cut
from desktop.views.transcript.open_items import ITEM, OpenItems
from desktop.views.transcript.parsing import formula_ends
from desktop.views.transcript.segment import Piece
from desktop.views.transcript.tables import (
    CHUNK_CELLS,
    CHUNK_LENGTH,
    alignments,
    begins_table,
    ends_table,
    sample_row,
)
from desktop.views.transcript.unfinished_line import is_sure, may_be_fence

PROSE_LIMIT = 700
"""Characters after which prose is cut at the next paragraph."""
LIST_LIMIT = 900
"""Characters after which a list is cut at its next item."""
HARD_LIMIT = 4_000
"""Characters after which prose is cut at the next line, whatever that does to it."""

_PROSE = str(Kind(kinds.PROSE))
_FENCE = re.compile(r"( *)(?:(`{3,})([^`\n]*)|(~{3,})([^\n]*))\n?$")
_HEADING = re.compile(r" {0,3}(?:> ?)* {0,3}(#{1,6})[ \t]")
_RULE = re.compile(r" {0,3}([*_-])[ \t]*(?:\1[ \t]*){2,}$")
_BLOCK = re.compile(r" {0,3}(?:#{1,6}(?:[ \t]|$)|(>))")
"""What begins a heading or a quote, and so ends a paragraph."""
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
    is_prose = kind.name in (kinds.PROSE, kinds.PART) and not kind.goes_on and not kind.open
    if growing and is_prose and not may_be_cut(piece.text, rest) and _stays_whole(piece, rest):
        return [Piece(rest, piece.start, piece.kind)]
    if kind.name in (kinds.PROSE, kinds.PART, kinds.ROWS):
        begin = replace(kind, goes_on=False)
    else:
        begin = Kind(kinds.PROSE, kind.items)
    return _Cutter(text, growing, piece.start, begin).run()


def _stays_whole(piece: Piece, rest: str) -> bool:
    """Whether what came to a piece is no more than more of its last line, or one more item."""
    if lengthens_line(piece.text, rest):
        return True
    begins = item_begun(rest) if piece.kind == _PROSE else 0
    return len(piece.text) <= begins <= LIST_LIMIT  # what stands above the item was in the piece already


class _Cutter:
    def __init__(self, text: str, growing: bool, start: int, kind: Kind) -> None:
        self._text = text
        self._growing = growing
        self._end = len(text)
        self._pieces: list[Piece] = []
        self._start = start
        self._kind = kind
        self._lists = OpenItems(kind)
        self._closed = kind.name != kinds.PART  # the next line that is not blank begins a piece
        self._after_blank = True
        self._in_quote, self._quotes = False, kind.quotes
        self._heading = 0  # level of the heading that the line is
        self._before = ""  # the line before, where it is text of a paragraph at the margin
        self._before_at = start
        self._plain_before = False
        self._paragraph = LongParagraph(kind.open, start)
        self._rows: list[str] = []
        self._row_before, self._in_rows = "", False

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
            if at == self._start and self._kind.name == kinds.PART and self._text[at - 1] != "\n" and not self._pieces:
                at = self._rest_of_line(at, stop)
                continue
            finished = line.endswith("\n") or not self._growing
            if not finished and not line.isspace():
                if may_be_fence(line):
                    self._end = at
                    break
                if not (self._closed or is_sure(line) or self._may_begin_table(line)):
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
            self._row_before, self._in_rows = "", False
            self._closed = self._closed or self._kind.name == kinds.PART
            return stop
        lead = line[: len(line) - len(line.lstrip(" \t"))]
        if "\t" in lead:
            line = lead.expandtabs(4) + line[len(lead) :]
            self._lists.unsure = self._lists.unsure or bool(self._lists.items)
        indent = len(line) - len(line.lstrip(" "))
        if self._lists.items and "\t" in line[: indent + 12]:
            self._lists.unsure = True
        fence = _FENCE.match(line)
        if (fence and not self._lists.unsure) or (fence and indent == 0):
            if indent == 0:
                self._lists.close()
            depth = self._lists.depth_at(indent)
            column = self._lists.column(depth)
            if indent - column <= 3:
                del self._lists.items[depth:]
                return self._fence(fence, at, column)
        elif fence:
            return self._uncertain_fence(fence, stop)
        if not self._lists.items or indent == 0:
            special = self._special(line, at, stop, indent)
            if special:
                return special
        return self._prose(line, at, stop, indent)

    def _fence(self, fence: re.Match[str], at: int, column: int) -> int:
        mark = fence[2] or fence[4]
        stop = self._text.find("\n", at) + 1 or len(self._text)
        found = closing_fence(self._text, mark, column, stop)
        left = re.compile(rf"^ {{0,{column - 1}}}\S", re.MULTILINE).search(self._text, stop) if column else None
        kind = Kind(kinds.CODE, tuple(self._lists.items))
        if left and (not found or left.start() <= found.start()):
            return self._whole(at, left.start(), kind)
        if not found:
            self._end = without_half_fence(self._text, mark, stop, self._growing)
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
        closing = closing_fence(self._text, fence[2] or fence[4], len(fence[1]) + HARD_LIMIT, stop)
        self._after_blank, self._before, self._plain_before = False, "", False
        end = self._text.find("\n", closing.start()) + 1 if closing else 0
        return end or len(self._text)

    def _special(self, line: str, at: int, stop: int, indent: int) -> int:
        """Take a block of another kind than prose at the margin; 0 where there is none."""
        bare = line.rstrip("\n")
        if self._lists.unsure and indent:
            return 0
        fresh = self._after_blank or self._closed
        if indent == 0 and _NOTE.match(line):
            self._lists.close()
            self._whole(at, at, Kind(kinds.NOTES))
            return note_end(self._text, at, self._growing)
        if indent <= 3 and (not self._lists.items or indent == 0) and formula_ends(bare.strip())[0]:
            end = formula_end(self._text, bare, stop, self._growing)
            if end == UNKNOWN:
                return len(self._text)  # the rest waits until more has come
            if end:
                self._lists.close()
                return self._whole(at, end, Kind(kinds.FORMULA))
        if self._lists.items:
            return 0
        if fresh and indent >= 4:
            return self._whole(at, indented_end(self._text, at), Kind(kinds.INDENTED))
        if self._before and begins_table(self._before, bare):
            if self._before_at < self._start:
                return 0
            header_at, header = self._before_at, self._before
            self._cut(header_at, Kind(kinds.TABLE))
            self._rows = [header]
            return self._table_rows(stop, bare)
        return 0

    def _table_rows(self, at: int, dashes: str) -> int:
        """Take rows, and cut between them where there are many."""
        columns = max(1, len(alignments(dashes)))
        count = len(self._rows) * columns
        while at < len(self._text):
            stop = self._text.find("\n", at) + 1 or len(self._text)
            line = self._text[at:stop]
            is_finished = line.endswith("\n") or not self._growing
            ends = ends_rows(self._text, line, stop, self._growing)
            if ends == 1 and (is_finished or not line.strip()):
                break
            if ends == UNKNOWN:
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
        item = None if _RULE.match(bare) else ITEM.match(bare)
        depth = self._lists.depth_at(indent)
        column = self._lists.column(depth)
        fresh = self._after_blank or self._closed
        if item and indent - column > 3:
            item = None
        if item and not self._lists.begins(item, depth, is_fresh=fresh, after_plain=self._plain_before):
            item = None
        number, goes_on = 0, False
        ends = self._kind.name == kinds.PART and (item is not None or self._ends_part(bare))
        if item:
            # Where cutting was resumed at an item, its piece tells its number.
            goes_on = not self._after_blank and self._lists.goes_on(item, depth)
            number = self._lists.open(item, depth, bare, self._kind.number if self._closed else 0)
            self._in_quote = False
        elif fresh or ends or not self._lists.items:
            del self._lists.items[depth:]
            depth = len(self._lists.items)
            if indent == 0 and (self._after_blank or self._closed):
                self._lists.unsure = False
        elif indent < self._lists.items[-1].column:
            # The text of a paragraph goes on at the margin of its list, if it is one.
            depth = len(self._lists.items)
            self._lists.unsure = self._lists.unsure or not self._plain_before or not _PLAIN_TEXT.match(bare[indent:])
        outer = tuple(self._lists.items[:depth])
        must = self._closed or ends or self._kind.column > (outer[-1].column if outer else 0)
        starts = item is not None or (self._after_blank and not self._in_quote)
        limit = LIST_LIMIT if self._lists.items else PROSE_LIMIT
        is_long = length > limit or self._may_begin_table(bare)
        may = starts and not self._lists.unsure and is_long and (indent == 0 or bool(outer) or item is not None)
        if may and self._after_blank and bare[indent] in ">" and self._in_quote:
            may = False
        if must or may or (length > HARD_LIMIT and (starts or length > 3 * HARD_LIMIT)):
            self._begin_prose(at, outer, number, list_goes_on=goes_on)
            self._lists.unsure = self._lists.unsure and item is not None
        if starts or (bare[indent] in "#>" and not self._in_quote):
            self._paragraph = LongParagraph()
        self._in_quote = (self._in_quote or bare[indent] == ">") and bool(bare.strip(" >"))
        content = bare[item.end() :] if item else bare[indent:]
        self._follow_rows(content)
        self._watch(at, stop, line)
        is_margin_text = not self._lists.items and not self._in_quote and indent <= 3
        self._before, self._before_at = (bare, at) if is_margin_text else ("", at)
        self._plain_before = _PLAIN_TEXT.match(content) is not None and "|" not in content
        self._after_blank = False
        self._end_heading()
        return stop

    def _end_heading(self) -> None:
        """End a heading, which ends with its line."""
        if self._heading:
            self._paragraph, self._heading = LongParagraph(), 0
            self._closed = self._closed or self._kind.name == kinds.PART

    def _rest_of_line(self, at: int, stop: int) -> int:
        """Take what stands in a line behind a cut within it."""
        self._heading = self._kind.heading
        self._watch(at, stop, "")
        whole = self._text[self._text.rfind("\n", 0, at) + 1 : stop].rstrip("\n")
        item = ITEM.match(whole) if self._lists.items else None
        content = whole[item.end() :] if item else whole.lstrip(" ")
        self._plain_before = _PLAIN_TEXT.match(content) is not None and "|" not in content
        self._row_before = content.lstrip(" >")
        self._end_heading()
        return stop

    def _follow_rows(self, content: str) -> None:
        """Take note whether a line is one of a table in a list or a quote: such a table is not cut as a paragraph."""
        row = content.lstrip(" >")
        self._in_rows = (self._in_rows and not ends_table(row)) or begins_table(self._row_before, row)
        self._row_before = row
        if self._in_rows:
            self._paragraph = LongParagraph()

    def _ends_part(self, line: str) -> bool:
        """Whether a line begins another block than the paragraph that goes on in a part."""
        begins = _BLOCK.match(line)
        return _RULE.match(line) is not None or (begins is not None and not (begins[1] and self._in_quote))

    def _may_begin_table(self, line: str) -> bool:
        """Whether a line may be the head of a table, and no more of what stands above: it has a piece of its own.

        What stands above then stays as it is when it turns out to be one.
        """
        return self._after_blank and line.startswith("|")

    def _begin_prose(self, at: int, outer: tuple[Item, ...], number: int, *, list_goes_on: bool) -> None:
        if at > self._start or self._kind.name != kinds.PROSE:
            if self._kind.name in (kinds.PROSE, kinds.PART):
                self._kind = replace(self._kind, list_goes_on=list_goes_on)
            self._cut(at, Kind(kinds.PROSE, outer, number))
        self._closed = False

    def _watch(self, at: int, stop: int, line: str) -> None:
        """Cut a paragraph that is too long."""
        if self._kind.name not in (kinds.PROSE, kinds.PART) or self._in_rows:
            return
        if line:
            marks = min(8, line[: len(line) - len(line.lstrip(" >"))].count(">"))
            self._quotes = (marks or self._quotes) if self._in_quote else 0
            column = self._lists.column(len(self._lists.items))
            begins = line[column:] if not line[:column].strip() or ITEM.match(line) else line
            heading = _HEADING.match(begins)
            self._heading = len(heading[1]) if heading else 0
        for cut in self._paragraph.cuts(self._text, at, stop):
            self._kind = replace(self._kind, goes_on=True)
            watched = self._paragraph
            part = Kind(kinds.PART, tuple(self._lists.items), quotes=self._quotes, unsure=self._lists.unsure)
            self._cut(cut.at, replace(part, heading=self._heading, open=cut.open))
            self._paragraph = watched
