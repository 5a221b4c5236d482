"""Turns a part of a document back into Markdown, or into plain text. Qt's own text loses list marks and table cells."""

from collections.abc import Iterator, Sequence
from itertools import takewhile

from PySide6.QtGui import (
    QFont,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextListFormat,
    QTextTable,
)

from desktop.views.documents import LINE_SEPARATOR
from desktop.views.markdown_inks import EVIDENCE, INLINE_CODE
from desktop.views.theme import SPACE
from desktop.views.transcript.block_marks import (
    ALERT,
    CELL,
    FOOTNOTE,
    INDENT,
    ISOLATES,
    NOTE,
    REFERENCE,
    RULE,
    TASK,
    quotes_of,
)
from desktop.views.transcript.code_source import fenced
from desktop.views.transcript.formula_object import FORMULA, OBJECT, formula_source
from desktop.views.transcript.picture_object import PICTURE, picture_text

_TIGHT = SPACE // 2
"""Room below a block that stands close to the next, as the items of a list do."""


def document_text(document: QTextDocument, start: int, end: int, *, markdown: bool) -> str:
    """Write what stands between two places.

    Args:
        document: Built by `ProseBuilder` or for a table.
        start: First place, in UTF-16 units.
        end: Place after the last.
        markdown: As Markdown; else as plain text.

    Returns:
        The text; marks of a block only where its beginning is meant.
    """
    writer = _Writer(markdown)
    lines: list[str] = []
    previous, above = "", QTextFormat()
    block = document.findBlock(start)
    while block.isValid() and block.position() < max(end, start + 1):
        table = QTextCursor(block).currentTable()
        if table is not None and not _within_one_cell(table, start, end):
            last = table.lastCursorPosition()
            if lines and previous != "table":
                lines += writer.between(above, table.format())
            lines += writer.rows(table, start, end)
            previous, above = "table", table.format()
            block = last.block().next()
            continue
        if table is None or block.text():
            kind = _kind(block)
            text = writer.block(block, start, end)
            if lines and text and not (markdown and kind == previous == "item"):
                lines += writer.between(above, block.blockFormat())
            lines += text.split("\n") if text else []
            previous, above = (kind, block.blockFormat()) if text else (previous, above)
        block = block.next()
    return "\n".join(lines).strip("\n")


def _within_one_cell(table: QTextTable, start: int, end: int) -> bool:
    first, last = table.cellAt(start), table.cellAt(max(start, end - 1))
    return first.isValid() and last.isValid() and first == last


def _kind(block: QTextBlock) -> str:
    return "item" if block.textList() is not None else "paragraph"


def _margin(quotes: Sequence[tuple[int, int]], levels: int) -> str:
    """What begins a line that stands in quotes and in so many lists."""
    margin, inside = "", 0
    for depth, _ in quotes:
        margin += "   " * (depth - inside) + "> "
        inside = max(inside, depth)
    return margin + "   " * (levels - inside)


class _Writer:
    def __init__(self, markdown: bool) -> None:
        self._markdown = markdown

    def margin(self, table: QTextTable) -> str:
        """What begins the lines of a table: the marks of its quotes, the indent of its lists."""
        style = table.format()
        return _margin(quotes_of(style), style.intProperty(INDENT)) if self._markdown else ""

    def between(self, above: QTextFormat, below: QTextFormat) -> list[str]:
        """The blank line between two blocks: in the quotes that both stand in; as plain text, where they are apart."""
        if not self._markdown:
            return [""] if above.isTableFormat() or above.toBlockFormat().bottomMargin() > _TIGHT else []
        both = zip(quotes_of(above), quotes_of(below), strict=False)
        common = [one for one, _ in takewhile(lambda pair: pair[0] == pair[1], both)]
        return [_margin(common, 0).rstrip()]

    def rows(self, table: QTextTable, start: int, end: int) -> Iterator[str]:
        margin = self.margin(table)
        for row in range(table.rows()):
            cells = [table.cellAt(row, column) for column in range(table.columns())]
            if cells[-1].lastPosition() < start or cells[0].firstPosition() >= end:
                continue
            texts = [self._inline(cell.firstCursorPosition().block(), 0, 2**31) for cell in cells]
            if not self._markdown:
                yield "\t".join(text.replace("\n", " ") for text in texts)
                continue
            yield margin + "| " + " | ".join(text.replace("|", "\\|").replace("\\\n", "<br>") for text in texts) + " |"
            if row == 0 and table.format().headerRowCount():
                yield margin + "|" + " --- |" * len(cells)

    def block(self, block: QTextBlock, start: int, end: int) -> str:
        style = block.blockFormat()
        if style.boolProperty(RULE):
            return "---"
        if style.hasProperty(QTextFormat.Property.BlockCodeLanguage):
            return self._code(block, start, end)
        text = self._inline(block, start, end)
        if start > block.position() or not text:
            return text
        listed, levels = block.textList(), style.indent()
        if listed is not None:
            levels = listed.format().indent() - 1
            mark = "-"
            if listed.format().style() == QTextListFormat.Style.ListDecimal:
                mark = f"{listed.format().start() + listed.itemNumber(block)}."
            box = ("[x] " if style.boolProperty(TASK) else "[ ] ") if style.hasProperty(TASK) else ""
            text = f"{mark} {box}{text.lstrip()}"
            if not self._markdown:
                return "   " * levels + text
        elif not self._markdown or style.hasProperty(CELL):
            return text
        elif style.headingLevel():
            text = "#" * style.headingLevel() + " " + text
        elif style.hasProperty(NOTE):
            text = f"[^{style.stringProperty(NOTE)}]: " + text.partition("\u2002")[2]
        elif style.hasProperty(ALERT):
            text = f"[!{style.stringProperty(ALERT)}]"
        margin = _margin(quotes_of(style), levels)
        return "\n".join(margin + line for line in text.split("\n"))

    def _code(self, block: QTextBlock, start: int, end: int) -> str:
        cursor = QTextCursor(block)
        cursor.setPosition(max(start, block.position()))
        cursor.setPosition(min(end, block.position() + block.length() - 1), QTextCursor.MoveMode.KeepAnchor)
        code = cursor.selectedText().replace(LINE_SEPARATOR, "\n")
        is_alone = start >= block.position() and end < block.position() + block.length()
        if not self._markdown or (is_alone and start > block.position()):
            return code
        style = block.blockFormat()
        margin = _margin(quotes_of(style), style.indent())
        text = fenced(code, style.stringProperty(QTextFormat.Property.BlockCodeLanguage))
        return "\n".join(margin + line for line in text.split("\n"))

    def _inline(self, block: QTextBlock, start: int, end: int) -> str:
        parts: list[str] = []
        iterator = block.begin()
        while not iterator.atEnd():
            fragment = iterator.fragment()
            at, length = fragment.position(), fragment.length()
            if at < end and at + length > start:
                cursor = QTextCursor(block)
                cursor.setPosition(max(at, start))
                cursor.setPosition(min(at + length, end), QTextCursor.MoveMode.KeepAnchor)
                text = cursor.selectedText()
                style = fragment.charFormat()
                if style.hasProperty(FORMULA):
                    parts.append(formula_source(style) * text.count(OBJECT))
                elif style.hasProperty(PICTURE):
                    parts.append(_picture(style, markdown=self._markdown) * text.count(OBJECT))
                elif _is_drawn_alone(style, text):
                    pass
                elif self._markdown:
                    parts.append(_marked(text, style))
                elif _is_mark(style):
                    parts.append(f"[{text.strip()}]")
                else:
                    parts.append(text)
            iterator += 1
        text = "".join(parts)
        if not self._markdown:
            return text.replace(LINE_SEPARATOR, "\n")
        return text.replace(LINE_SEPARATOR, "\\\n").replace("**" * 2, "")


def _picture(style: QTextCharFormat, *, markdown: bool) -> str:
    text = picture_text(style, markdown=markdown)
    return f"[{text}]({style.anchorHref()})" if markdown and style.isAnchor() else text


def _is_drawn_alone(style: QTextCharFormat, text: str) -> bool:
    """Whether a text is no part of what it stands in: it is drawn beside a note or a mark, or around code."""
    beside_mark = _is_mark(style) and not text.strip()
    return style.hasProperty(ISOLATES) or style.anchorHref().startswith(REFERENCE) or beside_mark


def _is_mark(style: QTextCharFormat) -> bool:
    return style.anchorHref().startswith(FOOTNOTE)


def _marked(text: str, style: QTextCharFormat) -> str:
    bare = text.strip()
    if not bare:
        return text
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    if style.boolProperty(INLINE_CODE):
        fence = "``" if "`" in bare else "`"
        return f"{before}{fence}{bare}{fence}{after}"
    if style.isAnchor():
        target = style.anchorHref()
        if target.startswith(FOOTNOTE):
            return f"[^{target.removeprefix(FOOTNOTE)}]"
        is_bare = target.startswith(EVIDENCE) or target == bare
        return text if is_bare else f"{before}[{bare}]({target}){after}"
    if style.fontStrikeOut():
        bare = f"~~{bare}~~"
    if style.fontItalic():
        bare = f"*{bare}*"
    if style.fontWeight() >= QFont.Weight.Bold:
        bare = f"**{bare}**"
    return before + bare + after
