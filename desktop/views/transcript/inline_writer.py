"""Writes the text of a block into a document: words, marks, links, formulas, pictures; nothing is ever loaded."""

import re
import unicodedata
from math import ceil
from urllib.parse import urlsplit

from markdown_it.token import Token
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF, QTextBlockFormat, QTextCharFormat, QTextCursor

from desktop.engine.bare_links import bare_links
from desktop.views.documents import LINE_SEPARATOR, InertDocument
from desktop.views.literal_text import host_in_ascii
from desktop.views.markdown_inks import Inks, is_safe_link, marked
from desktop.views.theme import Theme
from desktop.views.transcript import formulas
from desktop.views.transcript.block_marks import FOOTNOTE, ISOLATES, REFERENCE
from desktop.views.transcript.formula_object import FORMULA, KIND, MARKUP, OBJECT, FormulaObject
from desktop.views.transcript.named_pictures import picture_named
from desktop.views.transcript.part_tokens import WORDS
from desktop.views.transcript.picture_object import draw_pictures_of, picture_format
from desktop.views.transcript.segment import Look, Surroundings

_LIVELY = ("[", "://", "@", "www.")
"""What stands in all that may become a link or a chip."""
_CHIP = re.compile(r"\[(\d{1,3})\]")
_BREAK = re.compile(r"<br[ \t]*/?>", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z][a-z0-9+.-]*://)?([\w-]+(?:\.[\w-]+)+)", re.IGNORECASE)


class InlineWriter:
    """Writes at a cursor.

    Args:
        document: What is written into.
        look: How it looks.
        surroundings: What the rest of the message tells.
        drawn: What draws the formulas of the document; made with the first of them where there is none.

    Attributes:
        cursor: Where it writes.
        formulas: What draws the formulas of the document; None where it holds none.
        inks: The formats of text.
        ink: Ordinary text of the block that was written last; None before the first.
        in_cell: Whether it writes into a cell of a table, where ``<br>`` is the one way to break a line.
    """

    def __init__(
        self, document: InertDocument, look: Look, surroundings: Surroundings, drawn: FormulaObject | None = None
    ) -> None:
        self.cursor = QTextCursor(document)
        self.cursor.movePosition(QTextCursor.MoveOperation.End)
        self.formulas = drawn
        self.in_cell = False
        self.inks = Inks(look.theme, look.font, surroundings.evidence)
        self.ink: QTextCharFormat | None = None
        self._document = document
        self._theme: Theme = look.theme
        self._font: QFont = look.font
        self._pictures = surroundings.pictures

    def inline(self, inline: Token, ink: QTextCharFormat) -> None:  # noqa: C901 - one case for each kind of text
        """Write the text of one block, or more of it."""
        self.ink = ink
        inks = [ink]
        targets: list[str] = []
        words: list[str] = []
        previous = ""
        for token in inline.children or []:
            beside, previous = previous == token.type, token.type
            match token.type:
                case "text":
                    self._text(token.content, inks[-1])
                    words.append(token.content)
                case "code_inline":
                    self._code(token.content, self.inks.code(inks[-1]))
                    words.append(token.content)
                case "softbreak":
                    self.insert(" ", inks[-1])
                case "hardbreak":
                    self.insert(LINE_SEPARATOR, inks[-1])
                case "strong_open" | "em_open" | "s_open":
                    inks.append(marked(inks[-1], token.type))
                case "link_open":
                    targets.append(str(token.attrs.get("href", "")))
                    words = []
                    inks.append(self.inks.link(inks[-1], targets[-1]) if is_safe_link(targets[-1]) else inks[-1])
                case "link_close":
                    inks.pop()
                    self.insert(_true_target(token.meta.get(WORDS, "".join(words)), targets.pop()), inks[-1])
                case "strong_close" | "em_close" | "s_close":
                    inks.pop()
                case "image":
                    self._image(token, inks[-1])
                case "math_inline":
                    self.formula(token, inks[-1])
                case "footnote_ref":
                    self._mark(token, inks[-1], beside=beside)
                case _:
                    self.insert(token.content, inks[-1])

    def _code(self, code: str, ink: QTextCharFormat) -> None:
        """Write code, which is read from the left also in text that is not."""
        if self.cursor.block().textDirection() == Qt.LayoutDirection.LeftToRight:
            self.insert(code, ink)
            return
        edge = QTextCharFormat(ink)
        edge.setProperty(ISOLATES, True)
        self.insert("\u2066", edge)
        self.insert(code, ink)
        self.insert("\u2069", edge)

    def _image(self, token: Token, ink: QTextCharFormat) -> None:
        """Write an image: the attached picture that it names, else no more than its name."""
        target = str(token.attrs.get("src", ""))
        picture = picture_named(target, self._pictures)
        if picture is None:
            words = f"[image: {token.content or target.rsplit('/', 1)[-1] or 'unnamed'}]"
            self.insert(words, marked(ink, "em_open"))
            return
        source = str(token.meta.get("source", ""))
        if not source.endswith(")"):  # it refers to a definition, which does not go with it
            source = f"![{token.content}](<{target}>)"
        draw_pictures_of(self._document, self._theme, self._font)
        self._make_room(token.content, ink)
        self.cursor.insertText(OBJECT, picture_format(ink, picture, token.content, source))

    def _make_room(self, words: str, ink: QTextCharFormat) -> None:
        """Have the block fit for a picture.

        Its lines stand apart by so many pixels, as a share of its height is too much; and where it begins with the
        picture it is read from the side that the words in the picture's place are.
        """
        block = self.cursor.blockFormat()
        if block.lineHeightType() == QTextBlockFormat.LineHeightTypes.ProportionalHeight.value:
            font = QFont(self._font)
            font.setPointSizeF(ink.fontPointSize() or self._font.pointSizeF())
            apart = (block.lineHeight() / 100 - 1) * ceil(QFontMetricsF(font).height())
            block.setLineHeight(apart, QTextBlockFormat.LineHeightTypes.LineDistanceHeight.value)
        if self.cursor.atBlockStart() and reads_right_to_left(words):
            block.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.cursor.setBlockFormat(block)

    def _mark(self, token: Token, ink: QTextCharFormat, *, beside: bool) -> None:
        """Write the raised number that leads to a note, a little apart from one before."""
        mark = self.inks.link(ink, FOOTNOTE + token.info)
        mark.setFontUnderline(False)
        mark.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignSuperScript)
        self.insert("\u2009" * beside + token.content, mark)

    def way_back(self, label: str, ink: QTextCharFormat) -> None:
        """Write, at the end of a note, the link to where the text first refers to it."""
        back = self.inks.link(ink, REFERENCE + label)
        back.setFontUnderline(False)
        self.insert("\u00a0", ink)
        self.insert("\u21a9\ufe0e", back)

    def formula(self, token: Token, ink: QTextCharFormat) -> None:
        """Write a formula."""
        if self.formulas is None:
            self.formulas = FormulaObject(self._document, self._theme, self._font)
        style = QTextCharFormat(ink)
        style.setObjectType(KIND.value if hasattr(KIND, "value") else KIND)
        style.setProperty(FORMULA, token.content)
        style.setProperty(MARKUP, token.markup)
        formulas.ask(token.content, token.markup in ("$$", "\\["))
        self.formulas.fit(style)
        self.cursor.insertText(OBJECT, style)

    def _text(self, text: str, ink: QTextCharFormat) -> None:
        if self.in_cell and "<" in text:
            for number, part in enumerate(_BREAK.split(text)):
                self.insert(LINE_SEPARATOR * (number > 0), ink)
                self._words(part, ink)
        else:
            self._words(text, ink)

    def _words(self, text: str, ink: QTextCharFormat) -> None:
        """Write words, and make links of the addresses among them and of the numbers of tool calls."""
        if not any(mark in text for mark in _LIVELY) or ink.isAnchor():
            self.insert(text, ink)
            return
        lively = [(start, end, self.inks.link(ink, target)) for start, end, target in bare_links(text)]
        for match in _CHIP.finditer(text):
            chip = self.inks.chip(ink, int(match[1]))
            if chip is not None and not any(start <= match.start() < end for start, end, _ in lively):
                lively.append((match.start(), match.end(), chip))
        at = 0
        for start, end, special in sorted(lively, key=lambda each: each[0]):
            self.insert(text[at:start], ink)
            self.insert(text[start:end], special)
            at = end
        self.insert(text[at:], ink)

    def insert(self, text: str, ink: QTextCharFormat) -> None:
        """Write characters."""
        if text:
            self.cursor.insertText(text, ink)


def reads_right_to_left(text: str) -> bool:
    """Whether the first letter of a text belongs to a script that is read from the right."""
    if text.isascii():
        return False
    sides = (unicodedata.bidirectional(character) for character in text[:400])
    return next((side for side in sides if side in ("L", "R", "AL")), "L") != "L"


def _true_target(words: str, target: str) -> str:
    """What is told after a link: its target where it is not followed, its host where its words name another."""
    if not is_safe_link(target):
        return f" ({target})"
    named = _HOST.match(words.strip())
    host = host_in_ascii(target)
    if named is None or not host or " " in words.strip() or urlsplit("//" + named[1]).hostname == host.split(":")[0]:
        return ""
    return f" ({host})"
