"""Markdown as a QTextDocument, built token by token: no HTML is ever made or read, and nothing is ever loaded."""

import re
from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.tasklists import tasklists_plugin
from PySide6.QtGui import (
    QFont,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextList,
    QTextListFormat,
)

from desktop.views.documents import LINE_SEPARATOR, InertDocument, drawable, empty_document, fixed_font, spaced
from desktop.views.markdown_inks import Inks, is_safe_link, marked
from desktop.views.markdown_table import read_table, shrink, table_format
from desktop.views.theme import SPACE, Theme

TASK = QTextFormat.Property.UserProperty + 4
"""Block property: a box of a task list, and whether it is checked."""
QUOTE_LEVEL = QTextFormat.Property.UserProperty + 1
"""Block property: how deep in quotes it stands."""
RULE = QTextFormat.Property.UserProperty + 2
"""Block property: a horizontal rule."""

_CELL_LIMIT = 4000
_HEADING_SCALE = (1.4, 1.22, 1.1, 1.0, 1.0, 1.0)
_LIVELY = re.compile(r"\[(?P<chip>\d{1,3})\]|(?P<link>https?://[^\s<>\"'`]*[^\s<>\"'`.,;:!?)\]}*])")


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).use(tasklists_plugin)
    # The scheme is judged where a link is made; all parse, so that a refused image is named and not left as mark-up.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    return parser


_PARSER = _parser()


def markdown_document(
    text: str, theme: Theme, font: QFont, *, definitions: str = "", evidence: Sequence[str] = ()
) -> InertDocument:
    """Build a document from Markdown.

    Args:
        text: CommonMark with tables, strike-through and task lists; raw HTML is shown as the text it is.
        theme: The colours.
        font: The font of ordinary text.
        definitions: Link definitions that stand elsewhere in the message.
        evidence: Call ids that ``[1]``, ``[2]`` … lead to.

    Returns:
        The document, without a width yet.
    """
    document = empty_document(font)
    environment: dict[str, Any] = {}
    if definitions:
        _PARSER.parse(definitions, environment)
    tokens = _PARSER.parse(drawable(text), environment)
    builder = _Builder(document, theme, font, evidence)
    builder.build(tokens)
    return document


class _Builder:
    """Walks the tokens of one document and writes it through a cursor."""

    def __init__(self, document: QTextDocument, theme: Theme, font: QFont, evidence: Sequence[str]) -> None:
        self._cursor = QTextCursor(document)
        self._theme = theme
        self._font = font
        self._inks = Inks(theme, font, evidence)
        self._lists: list[QTextListFormat] = []
        self._list_objects: list[QTextList | None] = []
        self._item_begins = False
        self._quotes = 0
        self._tight = False
        self._fresh = True
        self._first = True

    def build(self, tokens: Sequence[Token]) -> None:
        """Write all tokens."""
        self._cursor.beginEditBlock()
        index = 0
        while index < len(tokens):
            index = self._block(tokens, index)
        if self._fresh and not self._first:
            shrink(self._cursor)
        self._cursor.endEditBlock()

    def _block(self, tokens: Sequence[Token], index: int) -> int:  # noqa: C901 - one case for each kind of block
        token = tokens[index]
        match token.type:
            case "heading_open":
                self._heading(int(token.tag[1]), tokens[index + 1])
                return index + 3
            case "paragraph_open":
                self._tight = token.hidden
                self._paragraph(tokens[index + 1])
                return index + 3
            case "bullet_list_open" | "ordered_list_open":
                self._open_list(token)
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
                self._list_objects.pop()
                self._item_begins = False
                if not self._lists and not self._fresh:
                    last = self._cursor.blockFormat()
                    last.setBottomMargin(SPACE + 2)
                    self._cursor.setBlockFormat(last)
            case "list_item_open":
                self._item_begins = True
            case "list_item_close":
                if self._item_begins:
                    self._new_block(self._format(2))
                self._item_begins = False
            case "blockquote_open":
                self._quotes += 1
            case "blockquote_close":
                self._quotes -= 1
            case "fence" | "code_block":
                self._code(token.content.removesuffix("\n"), token.info.split()[0] if token.info.strip() else "")
            case "hr":
                block = self._format(SPACE)
                block.setProperty(RULE, True)
                block.setTopMargin(SPACE)
                self._new_block(block)
            case "table_open":
                return self._table(tokens, index)
            case _:
                if token.content:
                    self._new_block(self._format(SPACE))
                    self._insert(token.content, self._ink())
        return index + 1

    def _ink(self) -> QTextCharFormat:
        return self._inks.plain(quoted=self._quotes > 0)

    def _format(self, below: int) -> QTextBlockFormat:
        block = spaced(QTextBlockFormat())
        block.setBottomMargin(below)
        block.setIndent(len(self._lists))
        if self._quotes:
            block.setProperty(QUOTE_LEVEL, self._quotes)
            block.setLeftMargin(2 * SPACE * self._quotes)
        return block

    def _new_block(self, block: QTextBlockFormat) -> None:
        if self._first:
            block.setTopMargin(0)
        if self._fresh:
            self._cursor.setBlockFormat(block)
        else:
            self._cursor.insertBlock(block, QTextCharFormat())
        self._fresh = self._first = False
        if self._item_begins and self._lists:
            self._item_begins = False
            block.setIndent(0)
            self._cursor.setBlockFormat(block)
            block_object = self._cursor.block()
            current = self._list_objects[-1]
            if current is None:
                self._list_objects[-1] = self._cursor.createList(self._lists[-1])
            else:
                current.add(block_object)

    def _open_list(self, token: Token) -> None:
        style = QTextListFormat()
        style.setIndent(len(self._lists) + 1)
        if token.type == "ordered_list_open":
            style.setStyle(QTextListFormat.Style.ListDecimal)
            style.setStart(min(int(token.attrs.get("start", 1)), 2**31 - 1))
        elif token.attrs.get("class") == "contains-task-list":
            style.setStyle(QTextListFormat.Style.ListStyleUndefined)
        else:
            style.setStyle(QTextListFormat.Style.ListDisc)
        if self._item_begins:
            self._new_block(self._format(2))
        self._lists.append(style)
        self._list_objects.append(None)

    def _heading(self, level: int, inline: Token) -> None:
        block = self._format(SPACE * 3 // 4)
        block.setTopMargin(2 * SPACE if level < 3 else SPACE * 3 // 2)
        block.setHeadingLevel(level)
        self._new_block(block)
        ink = self._ink()
        ink.setFontWeight(QFont.Weight.DemiBold)
        ink.setFontPointSize(self._font.pointSizeF() * _HEADING_SCALE[level - 1])
        self._inline(inline, ink)

    def _paragraph(self, inline: Token) -> None:
        block = self._format(SPACE // 2 if self._tight else SPACE + 2)
        first = inline.children[0] if inline.children else None
        if first is not None and first.type == "html_inline":
            block.setProperty(TASK, 'checked="checked"' in first.content)
        self._new_block(block)
        self._inline(inline, self._ink())

    def _code(self, text: str, language: str) -> None:
        block = self._format(SPACE)
        block.setTopMargin(SPACE // 2)
        block.setBackground(self._theme.surface)
        block.setProperty(QTextFormat.Property.BlockCodeLanguage, language)
        self._new_block(block)
        ink = self._ink()
        ink.setFont(fixed_font(self._font))
        self._insert(text.replace("\n", LINE_SEPARATOR), ink)

    def _table(self, tokens: Sequence[Token], index: int) -> int:
        end = next(at for at in range(index, len(tokens)) if tokens[at].type == "table_close")
        rows = read_table(tokens[index:end])
        columns = len(rows[0])
        if len(rows) * columns > _CELL_LIMIT:
            self._code("\n".join(" | ".join(cell.inline.content for cell in row) for row in rows), "")
            return end + 1
        if not self._fresh:
            self._new_block(self._format(0))
        shrink(self._cursor)
        table = self._cursor.insertTable(len(rows), columns, table_format(self._theme, len(self._lists) * 3 * SPACE))
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells[:columns]):
                place = table.cellAt(row, column)
                self._cursor = place.firstCursorPosition()
                block = spaced(QTextBlockFormat())
                block.setAlignment(cell.alignment)
                self._cursor.setBlockFormat(block)
                ink = self._ink()
                if cell.is_header:
                    ink.setFontWeight(QFont.Weight.DemiBold)
                    shade = place.format()
                    shade.setBackground(self._theme.surface)
                    place.setFormat(shade)
                self._inline(cell.inline, ink)
        self._cursor = table.lastCursorPosition()
        self._cursor.movePosition(QTextCursor.MoveOperation.NextBlock)
        self._fresh, self._first = True, False
        return end + 1

    def _inline(self, inline: Token, ink: QTextCharFormat) -> None:  # noqa: C901 - one case for each kind of text
        inks = [ink]
        refused: list[str] = []
        for token in inline.children or []:
            match token.type:
                case "text":
                    self._text(token.content, inks[-1])
                case "code_inline":
                    self._insert(token.content, self._inks.code(inks[-1]))
                case "softbreak":
                    self._insert(" ", inks[-1])
                case "hardbreak":
                    self._insert(LINE_SEPARATOR, inks[-1])
                case "strong_open" | "em_open" | "s_open":
                    inks.append(marked(inks[-1], token.type))
                case "link_open":
                    target = str(token.attrs.get("href", ""))
                    safe = is_safe_link(target)
                    refused.append("" if safe else target)
                    inks.append(self._inks.link(inks[-1], target) if safe else inks[-1])
                case "link_close":
                    inks.pop()
                    target = refused.pop()
                    if target:
                        self._insert(f" ({target})", inks[-1])
                case "strong_close" | "em_close" | "s_close":
                    inks.pop()
                case "image":
                    self._insert(f"[image: {token.content}]", marked(inks[-1], "em_open"))
                case "html_inline":
                    pass  # Only the task list plugin makes these; its box is the block's marker.
                case _:
                    self._insert(token.content, inks[-1])

    def _text(self, text: str, ink: QTextCharFormat) -> None:
        if ink.isAnchor():
            self._insert(text, ink)
            return
        at = 0
        for match in _LIVELY.finditer(text):
            target = match["link"]
            special = self._inks.link(ink, target) if target else self._inks.chip(ink, int(match["chip"]))
            if special is None:
                continue
            self._insert(text[at : match.start()], ink)
            self._insert(match[0], special)
            at = match.end()
        self._insert(text[at:], ink)

    def _insert(self, text: str, ink: QTextCharFormat) -> None:
        if text:
            self._cursor.insertText(text, ink)
