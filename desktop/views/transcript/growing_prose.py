# ruff: noqa: D102 - what the methods do is told once, in `Segment`
"""Prose that takes more text at its end: as little of it as can be is read, written and laid out again."""

from dataclasses import replace

from PySide6.QtGui import QTextBlock, QTextCursor, QTextList

from desktop.views.documents import drawable
from desktop.views.transcript.document_segment import DocumentSegment, shown_characters
from desktop.views.transcript.formula_object import OBJECT
from desktop.views.transcript.growth import (
    continues_list,
    is_closed,
    lengthens_line,
    next_apart,
    reread_from,
    settled,
    words_added,
)
from desktop.views.transcript.inline_writer import InlineWriter
from desktop.views.transcript.joined_pieces import read_with
from desktop.views.transcript.kinds import read_kind
from desktop.views.transcript.last_lines import LastLines
from desktop.views.transcript.long_paragraph import may_be_cut
from desktop.views.transcript.one_line import read_line
from desktop.views.transcript.parsing import parse_line
from desktop.views.transcript.prose_builder import TIGHT, ProseBuilder, is_loose
from desktop.views.transcript.prose_source import is_tight, tokens_of, without_break
from desktop.views.transcript.segment import Look, Piece, Surroundings


class GrowingProse(DocumentSegment):
    """Prose that can grow, in one of three ways.

    Words that only lengthen the last line are written behind it. What holds marks is read from a word of that line
    on which nothing above it reaches, and its end is written anew. Where another block begins, that one is read; all
    from the last settled block on, where it is not sure that those above it stay as they are.

    Args:
        piece: What it was made from.
        look: How it is drawn.
        surroundings: What the rest of its message tells.
        builder: Has written the document.
        kept: Up to where its source is read no more while it grows, and how many blocks of the document that makes;
            None where its source cannot be read from a place within it: it stands in a list, or goes on a paragraph.
        goes_on: Whether its last paragraph goes on in the next segment.
    """

    def __init__(
        self,
        piece: Piece,
        look: Look,
        surroundings: Surroundings,
        builder: ProseBuilder,
        kept: tuple[int, int] | None = None,
        *,
        goes_on: bool = False,
    ) -> None:
        super().__init__(piece, builder.document, look, builder.text.formulas, goes_on=goes_on)
        self._builder = builder
        self._source = drawable(piece.text)
        self._surroundings = surroundings
        self._reading = read_with(piece, surroundings.definitions)
        self._kept = kept
        self._open: tuple[int, int] | None = None
        self._last: LastLines | None = None
        self._unchanged_to = 0.0
        self.blocks_changed()

    def blocks_changed(self) -> None:
        """Called when blocks of the document were written."""

    def lines_broken(self) -> None:
        self._last = None
        self._unchanged_to = 0.0

    @property
    def _writer(self) -> InlineWriter:
        """What writes at its end."""
        return self._builder.text

    def grow(self, piece: Piece) -> bool:
        before, after = self._source, drawable(piece.text)
        if self._room_left is not None:  # the segment below was made for this one as it is
            return False
        if piece.kind != self.piece.kind:
            return after == before and self._leave_list_open(piece)
        if not after.startswith(before):
            return False
        reading = read_with(piece, self._surroundings.definitions)
        if reading != self._reading or (reading is not None and after != before):
            return False
        if after == before:  # what it reads with is another text, but tells the same of it
            self.piece, self._steady = piece, self._height
            return True
        if not (self._end_line(before, after) or self._lengthen(before, after) or self._read_on(before, after)):
            return False
        self.piece, self._source = piece, after
        self._unchanged_to = min(self._unchanged_to, self._steady)
        return True

    def _leave_list_open(self, piece: Piece) -> bool:
        """Take the same text, whose list turned out to go on in the next piece: there is less room below it.

        Returns:
            False where it became another kind of piece, or the list does not tell how much room it has.
        """
        if piece.reads_with or replace(read_kind(piece.kind), list_goes_on=False) != read_kind(self.piece.kind):
            return False
        last = self._document.lastBlock()
        listed = last.textList()
        if listed is None:
            return False
        count = listed.count()
        # A single item of one paragraph has no blank line in it; else the one before it tells.
        room = listed.item(count - 2).blockFormat().bottomMargin() if count > 1 else TIGHT
        self._steady = self._document.documentLayout().blockBoundingRect(last).bottom()
        self._height += room - self._room_below
        self._room_left = room
        self.piece = piece
        return True

    def lengthen(self, added: str) -> bool:
        before, line = self._source, added.rstrip("\n")
        is_alone = not self._goes_on and not self.piece.reads_with and self._room_left is None
        text = self.piece.text + added
        if not is_alone or len(self.piece.text) != len(before) or may_be_cut(self.piece.text, text):
            return False
        if line != added and (line or before.rstrip("\n")).endswith("\\"):
            return False
        if line or not before:
            words = words_added(before, before + line)
            if words is None or not self._add_words(before, words):
                return False
        else:
            self._steady = self._height
        self.piece, self._source = Piece(text, self.piece.start, self.piece.kind), before + added
        self._unchanged_to = min(self._unchanged_to, self._steady)
        return True

    # The last line.

    def _end_line(self, before: str, after: str) -> bool:
        """Take the end of the last line, and line feeds behind it."""
        line = after.rstrip("\n")
        if line == after or line.endswith("\\"):
            return False
        if len(line) <= len(before):
            self._steady = self._height
            return True
        return self._lengthen(before, line)

    def _lengthen(self, before: str, after: str) -> bool:
        """Take more of the last line."""
        words = words_added(before, after)
        if words is not None and self._add_words(before, words):
            return True
        return lengthens_line(before, after) and self._write_on(before, after)

    def _add_words(self, before: str, words: str) -> bool:
        """Write words behind the last one.

        Returns:
            False where what is shown does not end as its source does.
        """
        if not self._shown.endswith(before.rsplit(None, 1)[-1]):
            return False
        if words:
            lines = self._lines_from(self._positions.to_units(self.length))
            self._writer.cursor.insertText(words)
            self._show_end(self._shown + words, lines)
        else:
            self._steady = self._height
        return True

    def _write_on(self, before: str, after: str) -> bool:
        """Write the end of the last line anew, from a word on that nothing above it has to do with.

        Returns:
            Whether that could be done.
        """
        ink, cursor, block = self._writer.ink, self._writer.cursor, self._document.lastBlock()
        if ink is None:
            return False
        if self._open is None:
            text = shown_characters(block.text())
            found = reread_from(before, text)
            if found is None or not self._shown.endswith(text):
                return False
            self._open = found[0], self._positions.to_units(self.length - found[1])
        begin, place = self._open
        if self._surroundings.pictures and "![" in after[begin:]:  # a picture changes the format of its block
            return False
        lines = self._lines_from(place)
        first = self._positions.from_units(place)
        kept, above = self._shown[:first], first - self._positions.from_units(block.position())
        cursor.beginEditBlock()
        cursor.setPosition(place, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        self._writer.inline(parse_line(after[begin:], self._surroundings.definitions)[1], ink)
        cursor.endEditBlock()
        text = shown_characters(block.text())[above:]
        self._show_end(kept + text, lines)
        if OBJECT in text:
            self._inline, self._awaited = self._writer.formulas, True
        if is_closed(text):
            self._open = None
        return True

    def _lines_from(self, place: int) -> LastLines:
        """The lines from the one of a position on, as they are before a change."""
        if self._last is None or not self._last.hold(place):
            self._last = LastLines(self._document, place)
        return self._last

    def _show_end(self, shown: str, lines: LastLines) -> None:
        """Take note that another text is shown, which differs in these lines."""
        was_laid_out = not self._is_changed
        self._show(shown)
        self._steady, is_as_high = lines.changed()
        self._is_changed = not (was_laid_out and is_as_high)

    # More blocks.

    def _read_on(self, before: str, after: str) -> bool:
        """Read what stands behind the kept blocks.

        Returns:
            Whether that could be done.
        """
        if self._kept is None:
            return False
        start, count = self._kept
        place = settled(after, start)
        # Whether nothing of the blocks above changes but the end of their last line.
        is_alone = place > start and place >= len(before) and self._end_line(before, after[:place])
        if is_alone:
            start, count = place, self._document.blockCount()
            if self._begin_line(after, place, tight=True):
                self._kept = (place, count)
                return True
        else:
            item = next_apart(after, start)
            if item >= len(before) and self._end_line(before, after[:item]) and self._begin_line(after, item):
                return True
        last = self._document.findBlockByNumber(count - 1)
        rest = without_break(after[start:])
        if not count or not last.text() or "]:" in rest:
            return False
        tokens = tokens_of(rest, self._surroundings.definitions)
        list_above = last.textList() if continues_list(after, start) else None
        if tokens is None or (list_above is not None and not is_tight(tokens)):
            return False
        bottom = self._document.documentLayout().blockBoundingRect(last).bottom()
        self._steady = min(self._steady, bottom) if is_alone else bottom
        builder = self._builder_behind(last, list_above, is_item_new=is_alone)
        above = builder.build(tokens, rest.count("\n", 0, max(0, place - start)))
        builder.text.cursor.endEditBlock()
        if above or is_alone:
            self._kept = (place, above or count)
        self._builder = builder
        self._note_blocks(shown_characters(self._document.toRawText()))
        self.blocks_changed()
        return True

    def _begin_line(self, after: str, place: int, *, tight: bool = False) -> bool:
        """Write the block that begins at a place, where that is one line: no block is looked for in it.

        Args:
            after: The whole source.
            place: Where the block begins; all above it stays as it is.
            tight: Whether, where it is one more item, no blank line stands in the list.

        Returns:
            Whether that could be done.
        """
        line = read_line(after[place:], self._surroundings.definitions)
        last = self._document.lastBlock()
        if line is None or not last.text():
            return False
        listed = None
        if not tight or continues_list(after, place):
            listed = last.textList()
            if listed is None or not line.mark:
                return False
        top = last if listed is None or tight or is_loose(listed) else listed.item(0)
        self._steady = min(self._steady, self._document.documentLayout().blockBoundingRect(top).bottom())
        self._builder.add_line(line, listed, tight=tight)
        self._note_blocks(self._shown + "\n" + shown_characters(self._document.lastBlock().text()))
        return True

    def _note_blocks(self, shown: str) -> None:
        """Take note that there are other blocks at the end, and what is shown now."""
        self._open = self._last = None
        self._inline = self._writer.formulas
        self._awaited = self._inline is not None
        self._show(shown)

    def _builder_behind(self, last: QTextBlock, list_above: QTextList | None, *, is_item_new: bool) -> ProseBuilder:
        """What writes behind a block, in an edit that is to be ended."""
        cursor = QTextCursor(self._document)
        cursor.beginEditBlock()
        cursor.setPosition(last.position() + last.length() - 1)
        if is_item_new and list_above is not None:  # it stood as the last of its list
            style = last.blockFormat()
            style.setBottomMargin(TIGHT)
            cursor.setBlockFormat(style)
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        return ProseBuilder(
            self._look,
            self._surroundings,
            top=False,
            document=self._document,
            formulas=self._inline,
            goes_on_with=list_above,
        )
