"""Turns a part of a document that `markdown` built back into Markdown. Qt's own text loses list marks."""

from collections.abc import Iterator

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
from desktop.views.markdown import QUOTE_LEVEL, RULE, TASK
from desktop.views.markdown_inks import EVIDENCE, INLINE_CODE


def selection_markdown(document: QTextDocument, start: int, end: int) -> str:
    """Write the characters between two positions as Markdown.

    Args:
        document: Built by ``markdown_document``.
        start: First position.
        end: Position after the last character.

    Returns:
        Markdown; marks of a block only where its beginning is selected.
    """
    lines: list[str] = []
    previous = ""
    block = document.findBlock(start)
    while block.isValid() and block.position() < max(end, start + 1):
        table = QTextCursor(block).currentTable()
        if table is not None and not _within_one_cell(table, start, end):
            last = table.lastCursorPosition()
            lines += ["", *_table_rows(table, start, end)]
            previous = "table"
            block = last.block().next()
            continue
        if table is None or block.text():
            kind = _kind(block)
            text = _block_markdown(block, start, end)
            if lines and text and not (kind == previous == "item"):
                lines.append("")
            lines += text.split("\n") if text else []
            previous = kind if text else previous
        block = block.next()
    return "\n".join(lines).strip("\n")


def _within_one_cell(table: QTextTable, start: int, end: int) -> bool:
    first, last = table.cellAt(start), table.cellAt(max(start, end - 1))
    return first.isValid() and last.isValid() and first == last


def _table_rows(table: QTextTable, start: int, end: int) -> Iterator[str]:
    for row in range(table.rows()):
        cells = [table.cellAt(row, column) for column in range(table.columns())]
        if cells[-1].lastPosition() < start or cells[0].firstPosition() >= end:
            continue
        texts = [_inline(cell.firstCursorPosition().block(), 0, 2**31).replace("|", "\\|") for cell in cells]
        yield "| " + " | ".join(texts) + " |"
        if row == 0:
            yield "|" + " --- |" * len(cells)


def _kind(block: QTextBlock) -> str:
    if block.textList() is not None:
        return "item"
    return "quote" if block.blockFormat().intProperty(QUOTE_LEVEL) else "paragraph"


def _block_markdown(block: QTextBlock, start: int, end: int) -> str:
    style = block.blockFormat()
    if style.boolProperty(RULE):
        return "---"
    indent = "   " * style.indent()
    if style.hasProperty(QTextFormat.Property.BlockCodeLanguage):
        code = block.text()[max(0, start - block.position()) : max(0, end - block.position())]
        if start > block.position():
            return code.replace(LINE_SEPARATOR, "\n")
        language = style.stringProperty(QTextFormat.Property.BlockCodeLanguage)
        text = f"```{language}\n{code}\n```".replace(LINE_SEPARATOR, "\n")
        return "\n".join(indent + line for line in text.split("\n"))
    text = _inline(block, start, end)
    if start > block.position() or not text:
        return text
    listed = block.textList()
    if listed is not None:
        indent = "   " * (listed.format().indent() - 1)
        mark = "-"
        if listed.format().style() == QTextListFormat.Style.ListDecimal:
            mark = f"{listed.format().start() + listed.itemNumber(block)}."
        box = ("[x] " if style.boolProperty(TASK) else "[ ] ") if style.hasProperty(TASK) else ""
        text = f"{indent}{mark} {box}{text.lstrip()}"
    elif style.headingLevel():
        text = "#" * style.headingLevel() + " " + text
    elif indent:
        text = indent + text
    quote = "> " * style.intProperty(QUOTE_LEVEL)
    return "\n".join(quote + line for line in text.split("\n"))


def _inline(block: QTextBlock, start: int, end: int) -> str:
    parts: list[str] = []
    is_heading = block.blockFormat().headingLevel() > 0 or QTextCursor(block).currentTable() is not None
    iterator = block.begin()
    while not iterator.atEnd():
        fragment = iterator.fragment()
        at, length = fragment.position(), fragment.length()
        if at < end and at + length > start:
            text = QTextCursor(block)
            text.setPosition(max(at, start))
            text.setPosition(min(at + length, end), QTextCursor.MoveMode.KeepAnchor)
            parts.append(_marked(text.selectedText(), fragment.charFormat(), bold_is_plain=is_heading))
        iterator += 1
    return "".join(parts).replace(LINE_SEPARATOR, "\\\n").replace("**" * 2, "")


def _marked(text: str, style: QTextCharFormat, *, bold_is_plain: bool) -> str:
    bare = text.strip()
    if not bare:
        return text
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    if style.boolProperty(INLINE_CODE):
        fence = "``" if "`" in bare else "`"
        return f"{before}{fence}{bare}{fence}{after}"
    if style.isAnchor():
        target = style.anchorHref()
        is_bare = target.startswith(EVIDENCE) or target == bare
        return text if is_bare else f"{before}[{bare}]({target}){after}"
    if style.fontStrikeOut():
        bare = f"~~{bare}~~"
    if style.fontItalic():
        bare = f"*{bare}*"
    if style.fontWeight() >= QFont.Weight.Bold and not bold_is_plain:
        bare = f"**{bare}**"
    return before + bare + after
