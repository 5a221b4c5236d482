"""Writes the tokens of Markdown into a document through a cursor: no HTML is ever made or read, nothing is loaded."""

import re
from collections.abc import Sequence

from markdown_it.token import Token
from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QFont,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
    QTextList,
    QTextListFormat,
)

from desktop.views.documents import LINE_SEPARATOR, InertDocument, fixed_font, spaced
from desktop.views.theme import SPACE
from desktop.views.transcript.block_marks import ALERT, BULLET, FIRST_NOTE, NOTE, QUOTES, RULE, TASK, write_quotes
from desktop.views.transcript.code_frame import BARE_HEADER, HEADER, SIDE
from desktop.views.transcript.formula_object import FormulaObject
from desktop.views.transcript.inline_writer import InlineWriter, reads_right_to_left
from desktop.views.transcript.nested_table import MOST_CELLS, Grid, read_grid, write_grid
from desktop.views.transcript.one_line import Line
from desktop.views.transcript.segment import Look, Surroundings
from desktop.views.transcript.table_writer import shrink

_LANGUAGE = QTextFormat.Property.BlockCodeLanguage
_HEADING_SCALE = (1.45, 1.25, 1.12, 1.0, 1.0, 1.0)
_HEADING_ABOVE = (28, 24, 20, 16, 16, 16)
_DEEPEST = 8
_BELOW = SPACE + 2
TIGHT = SPACE // 2
"""Room below a paragraph of a list without blank lines."""
_NOTE_SCALE = 0.9
_TASK = re.compile(r"\[([ xX])\][ \t]+")
_ALERT = re.compile(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][ \t]*$")


class ProseBuilder:
    """Writes one document.

    Args:
        look: How it looks.
        surroundings: What the rest of the message tells.
        level: Lists that it stands in already.
        number: Of the first item, where its list began before; 0 otherwise.
        top: Whether nothing of the message stands above it.
        goes_on: Whether its last paragraph goes on below.
        quotes: Quotes that it stands in already.
        list_goes_on: Whether the list at its end goes on below.
        document: What is written on at its end; None for a new one.
        formulas: What draws the formulas of that document.
        goes_on_with: The list at its end that the first list goes on with.

    Attributes:
        document: What is written.
        text: Writes the text of its blocks.
        wrote_code: Whether code is among them.
    """

    def __init__(
        self,
        look: Look,
        surroundings: Surroundings,
        *,
        level: int = 0,
        number: int = 0,
        top: bool = True,
        goes_on: bool = False,
        quotes: int = 0,
        list_goes_on: bool = False,
        document: InertDocument | None = None,
        formulas: FormulaObject | None = None,
        goes_on_with: QTextList | None = None,
    ) -> None:
        self.document = document or look.document()
        self.text = InlineWriter(self.document, look, surroundings, formulas)
        self._theme = look.theme
        self._font = look.font
        self._base = min(level, _DEEPEST)
        self._number = number
        self._goes_on = goes_on
        self._list_goes_on = list_goes_on
        self._lists: list[QTextListFormat] = []
        self._list_objects: list[QTextList | None] = []
        self._goes_on_with = goes_on_with
        self._item_begins = False
        self._quotes = [(self._base, -1)] * min(quotes, _DEEPEST)
        self._tight = False
        self._fresh = document is None
        self._top = top and self._fresh
        self._note = ""
        self._in_notes = False
        self._scale = 1.0
        self._numbers: dict[str, int] = {}
        self._noted = ""
        self.wrote_code = False

    def build(self, tokens: Sequence[Token], line: int = 0) -> int:
        """Write all tokens.

        Args:
            tokens: Of a text.
            line: A line of it that begins a block which stands in no other, or an item of a list that does.

        Returns:
            How many blocks the document has before that line; 0 where it begins none.
        """
        self.text.cursor.beginEditBlock()
        index = above = 0
        while index < len(tokens):
            token = tokens[index]
            if line and not above and token.map and token.map[0] == line and not self._fresh:
                is_item = token.level == 1 and token.type == "list_item_open"
                above = self.document.blockCount() if token.level == 0 or is_item else 0
            index = self._block(tokens, index)
        if self._goes_on:
            last = self.text.cursor.blockFormat()
            last.setBottomMargin(0)
            self.text.cursor.setBlockFormat(last)
        self._make_room_above()
        self.text.cursor.endEditBlock()
        return above

    def add_line(self, line: Line, listed: QTextList | None = None, *, tight: bool = False) -> None:
        """Write one more line at the end of what was built.

        Args:
            line: It.
            listed: The list that ends there and goes on with it; None for another one.
            tight: Whether no blank line stands in that.
        """
        cursor = self.text.cursor
        cursor.beginEditBlock()
        if listed is not None and tight:
            keep_below(cursor.block(), TIGHT)
        elif listed is not None and not is_loose(listed):
            for number in range(listed.count()):
                keep_below(listed.item(number), _BELOW)
        self._goes_on_with = listed
        if line.mark:
            self._open_list(int(line.mark[:-1]) if len(line.mark) > 1 else None)
            self._item_begins = True
        self._tight = False
        if line.level:
            self._heading(line.level, line.inline)
        else:
            self._paragraph(line.inline)
        self._lists, self._list_objects = [], []
        cursor.endEditBlock()

    def _make_room_above(self) -> None:
        """Have the room above the first block, which Qt leaves out: what stands above ends with some already."""
        first = self.document.firstBlock().blockFormat()
        room = first.topMargin() - (SPACE if first.hasProperty(_LANGUAGE) else _BELOW)
        if room > 0:
            style = self.document.rootFrame().frameFormat()
            if style.topMargin() != room:
                style.setTopMargin(room)
                self.document.rootFrame().setFrameFormat(style)

    def _block(self, tokens: Sequence[Token], index: int) -> int:  # noqa: C901 - one case for each kind of block
        token = tokens[index]
        match token.type:
            case "heading_open":
                self._heading(int(token.tag[1]), tokens[index + 1])
                return index + 3
            case "paragraph_open":
                self._tight = token.hidden
                if tokens[index + 1].children or not _ALERT.match(tokens[index + 1].content):
                    self._paragraph(tokens[index + 1])
                return index + 3
            case "bullet_list_open" | "ordered_list_open":
                self._open_list(int(token.attrs.get("start", 1)) if token.type == "ordered_list_open" else None)
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
                self._list_objects.pop()
                self._item_begins = False
                goes_on = self._list_goes_on and index == len(tokens) - 1
                if not self._lists and not self._fresh and not goes_on:
                    last = self.text.cursor.blockFormat()
                    last.setBottomMargin(max(last.bottomMargin(), _BELOW))
                    self.text.cursor.setBlockFormat(last)
            case "list_item_open":
                self._item_begins = True
            case "list_item_close":
                if self._item_begins:
                    self._new_block(self._format(2))
                self._item_begins = False
            case "blockquote_open":
                if self._item_begins:
                    self._new_block(self._format(2))
                self._quotes.append((min(_DEEPEST, self._base + len(self._lists)), self.text.cursor.position()))
                if alert := _alert(tokens[index + 1 : index + 3]):
                    self._alert(alert)
            case "blockquote_close":
                self._quotes.pop()
            case "fence" | "code_block":
                self._code(token.content.removesuffix("\n"), token.info.split()[0] if token.info.strip() else "")
            case "math_block":
                self._display(token)
            case "hr":
                block = self._format(2 * SPACE)
                block.setProperty(RULE, True)
                block.setTopMargin(2 * SPACE)
                self._new_block(block)
            case "table_open":
                grid = read_grid(tokens, index)
                self._table(grid)
                return grid.end
            case "footnote_reference_open":
                self._note = self._noted = str(token.meta.get("label", ""))
                self._scale = _NOTE_SCALE
                self._in_notes = True
            case "footnote_reference_close":
                if self._noted in self._numbers and not self._fresh:
                    self.text.way_back(self._noted, self.ink())
                self._note, self._scale, self._in_notes = "", 1.0, False
            case _:
                if token.content:
                    self._new_block(self._format(SPACE))
                    self.text.insert(token.content, self.ink())
        return index + 1

    def ink(self) -> QTextCharFormat:
        """Ordinary text, here."""
        ink = self.text.inks.plain(quoted=bool(self._quotes) or self._in_notes)
        if self._scale != 1.0:
            ink.setFontPointSize(self._font.pointSizeF() * self._scale)
        return ink

    def _format(self, below: int) -> QTextBlockFormat:
        block = spaced(QTextBlockFormat())
        block.setBottomMargin(below)
        block.setIndent(min(_DEEPEST, self._base + len(self._lists)))
        if self._quotes:
            shown = self._quotes[:_DEEPEST]
            block.setProperty(QUOTES, write_quotes(shown))
            block.setLeftMargin(2 * SPACE * len(shown))
        if self._in_notes:
            block.setLeftMargin(3 * SPACE)
        return block

    def _new_block(self, block: QTextBlockFormat) -> None:
        if self._top and not block.hasProperty(_LANGUAGE):
            block.setTopMargin(0)
        begins_item = self._item_begins and bool(self._lists)
        if begins_item:
            block.setIndent(0)
            if self._lists[-1].style() != QTextListFormat.Style.ListDecimal and not block.hasProperty(TASK):
                block.setProperty(BULLET, self._base + len(self._lists))
        if self._fresh:
            self.text.cursor.setBlockFormat(block)
        else:
            self.text.cursor.insertBlock(block, QTextCharFormat())
        self._fresh = self._top = False
        if begins_item:
            self._item_begins = False
            current = self._list_objects[-1]
            if current is None:
                self._list_objects[-1] = self.text.cursor.createList(self._lists[-1])
            else:
                current.add(self.text.cursor.block())

    def _open_list(self, first: int | None) -> None:
        """Begin a list: numbered from a number on, or with bullets."""
        style = QTextListFormat()
        style.setIndent(min(_DEEPEST, self._base + len(self._lists) + 1))
        if first is not None:
            style.setStyle(QTextListFormat.Style.ListDecimal)
            start = self._number if self._number and not self._lists else first
            style.setStart(min(start, 2**31 - 1))
            # Beside text that is read from the right Qt turns number and dot around, and then turns them once more.
            style.setNumberPrefix("\u200e")
            style.setNumberSuffix("\u200e.")
            self._number = 0
        else:
            style.setStyle(QTextListFormat.Style.ListStyleUndefined)
        if self._item_begins:
            self._new_block(self._format(2))
        self._lists.append(style)
        self._list_objects.append(self._goes_on_with)
        self._goes_on_with = None

    def _heading(self, level: int, inline: Token) -> None:
        block = self._format(SPACE)
        block.setLineHeight(116, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        block.setTopMargin(_HEADING_ABOVE[level - 1] - _BELOW)
        block.setHeadingLevel(level)
        self._new_block(block)
        ink = self.ink()
        ink.setFontWeight(QFont.Weight.DemiBold)
        ink.setFontPointSize(self._font.pointSizeF() * _HEADING_SCALE[level - 1])
        if level == 6:
            ink.setForeground(self._theme.muted)
        self.text.inline(inline, ink)

    def _paragraph(self, inline: Token) -> None:
        block = self._format(TIGHT if self._tight else _BELOW)
        children = inline.children or []
        task = _TASK.match(children[0].content) if children and children[0].type == "text" else None
        if task and self._item_begins:
            block.setProperty(TASK, task[1] != " ")
            children[0].content = children[0].content[task.end() :]
        if self._note:
            block.setProperty(NOTE, self._note)
            block.setTextIndent(-3 * SPACE)
            block.setTabPositions([])
            if self._numbers.get(self._note) == 1:
                block.setTopMargin(3 * SPACE)
                block.setProperty(FIRST_NOTE, True)
        note, self._note = self._note, ""
        if self._quotes and reads_right_to_left(inline.content):
            block.setRightMargin(block.leftMargin())
            block.setLeftMargin(0)
        self._new_block(block)
        ink = self.ink()
        if note:
            self.text.insert(f"{self._numbers.get(note, note)}.\u2002", ink)
        self.text.inline(inline, ink)

    def number_notes(self, numbers: dict[str, int]) -> None:
        """Say what numbers the notes have."""
        self._numbers = numbers

    def _alert(self, name: str) -> None:
        """Write the heading of an alert."""
        block = self._format(SPACE // 2)
        block.setProperty(ALERT, name)
        self._new_block(block)
        ink = self.ink()
        ink.setFontWeight(QFont.Weight.DemiBold)
        theme = self._theme
        colours = {"TIP": theme.success, "WARNING": theme.warning, "CAUTION": theme.danger}
        ink.setForeground(colours.get(name, theme.accent))
        self.text.insert(name.capitalize(), ink)

    def _code(self, text: str, language: str) -> None:
        block = self._format(SPACE + _BELOW)
        block.setTopMargin(SPACE + (HEADER if language else BARE_HEADER))
        block.setLeftMargin(block.leftMargin() + SIDE)
        block.setRightMargin(SIDE)
        block.setProperty(_LANGUAGE, language)
        self._new_block(block)
        self.wrote_code = True
        ink = self.text.inks.plain()
        ink.setFont(fixed_font(self._font))
        self.text.insert(text.replace("\n", LINE_SEPARATOR), ink)

    def _display(self, token: Token) -> None:
        block = self._format(SPACE * 3 // 2)
        block.setTopMargin(SPACE // 2)
        block.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        block.setLineHeight(0, QTextBlockFormat.LineHeightTypes.SingleHeight.value)
        self._new_block(block)
        self.text.formula(token, self.ink())

    def _table(self, grid: Grid) -> None:
        """Write a table that stands in a list or a quote."""
        if grid.cells > MOST_CELLS:
            for number, row in enumerate(grid.rows):
                self._table_line(row, number == 0)
            return
        if self._item_begins:
            self._new_block(self._format(0))
        indent, quotes = min(_DEEPEST, self._base + len(self._lists)), self._quotes[:_DEEPEST]
        if self._fresh:
            shrink(self.text.cursor, write_quotes(quotes))
        write_grid(self.text, grid, self.ink(), indent, quotes)
        self._fresh, self._top = True, False

    def _table_line(self, row: Sequence[Token], is_head: bool) -> None:
        """Write a row of a table that is too large for cells: as a line, its cells apart."""
        self._new_block(self._format(SPACE // 2))
        ink = self.ink()
        if is_head:
            ink.setFontWeight(QFont.Weight.DemiBold)
        for column, cell in enumerate(row):
            if column:
                self.text.insert("  │  ", self.text.inks.plain(quoted=True))
            self.text.inline(cell, ink)


def is_loose(listed: QTextList) -> bool:
    """Whether there is room below each item of a list: blank lines stand in it, or it has but one item."""
    return listed.item(0).blockFormat().bottomMargin() == _BELOW


def keep_below(block: QTextBlock, room: int) -> None:
    """Have so much room below a block."""
    style = block.blockFormat()
    if style.bottomMargin() != room:
        style.setBottomMargin(room)
        QTextCursor(block).setBlockFormat(style)


def _alert(tokens: Sequence[Token]) -> str:
    """The name of the alert that a quote is, by the tokens that it begins with; empty where it is none.

    Its mark is taken out of them.
    """
    if len(tokens) < 2 or tokens[0].type != "paragraph_open" or not tokens[1].children:
        return ""
    first, *others = tokens[1].children
    found = _ALERT.match(first.content) if first.type == "text" else None
    if found is None or (others and others[0].type not in ("softbreak", "hardbreak")):
        return ""
    tokens[1].children = others[1:]
    return found[1]
