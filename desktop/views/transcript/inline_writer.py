"""Writes the text of a block into a document: words, marks, links, formulas, notes; nothing is ever loaded."""

import re
import unicodedata
from urllib.parse import urlsplit

from markdown_it.token import Token
from PySide6.QtGui import QFont, QTextCharFormat, QTextCursor

from desktop.views.documents import LINE_SEPARATOR, InertDocument
from desktop.views.literal_text import host_in_ascii
from desktop.views.markdown_inks import Inks, is_safe_link, marked
from desktop.views.theme import Theme
from desktop.views.transcript import formulas
from desktop.views.transcript.block_marks import FOOTNOTE, IMAGE
from desktop.views.transcript.formula_object import FORMULA, KIND, MARKUP, OBJECT, FormulaObject
from desktop.views.transcript.segment import Look, Surroundings

_LIVELY = re.compile(r"\[(?P<chip>\d{1,3})\]|(?P<link>https?://[^\s<>\"'`]*[^\s<>\"'`.,;:!?)\]}*])")
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
    """

    def __init__(
        self, document: InertDocument, look: Look, surroundings: Surroundings, drawn: FormulaObject | None = None
    ) -> None:
        self.cursor = QTextCursor(document)
        self.cursor.movePosition(QTextCursor.MoveOperation.End)
        self.formulas = drawn
        self.inks = Inks(look.theme, look.font, surroundings.evidence)
        self._document = document
        self._theme: Theme = look.theme
        self._font: QFont = look.font
        self._images = surroundings.images

    def inline(self, inline: Token, ink: QTextCharFormat) -> None:  # noqa: C901 - one case for each kind of text
        """Write the text of one block."""
        inks = [ink]
        targets: list[str] = []
        words: list[str] = []
        for token in inline.children or []:
            match token.type:
                case "text":
                    self._text(token.content, inks[-1])
                    words.append(token.content)
                case "code_inline":
                    self.insert(token.content, self.inks.code(inks[-1]))
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
                    self.insert(_true_target("".join(words), targets.pop()), inks[-1])
                case "strong_close" | "em_close" | "s_close":
                    inks.pop()
                case "image":
                    self._image(token, inks[-1])
                case "math_inline":
                    self.formula(token, inks[-1])
                case "footnote_ref":
                    self._mark(token, inks[-1])
                case _:
                    self.insert(token.content, inks[-1])

    def _image(self, token: Token, ink: QTextCharFormat) -> None:
        name = str(token.attrs.get("src", ""))
        words = f"[image: {token.content or name.rsplit('/', 1)[-1] or 'unnamed'}]"
        known = name in self._images
        self.insert(words, self.inks.link(ink, IMAGE + name) if known else marked(ink, "em_open"))

    def _mark(self, token: Token, ink: QTextCharFormat) -> None:
        mark = self.inks.link(ink, FOOTNOTE + token.info)
        mark.setFontUnderline(False)
        mark.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignSuperScript)
        self.insert(f"[{token.content}]", mark)

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
        if ink.isAnchor():
            self.insert(text, ink)
            return
        at = 0
        for match in _LIVELY.finditer(text):
            target = match["link"]
            special = self.inks.link(ink, target) if target else self.inks.chip(ink, int(match["chip"]))
            if special is None:
                continue
            self.insert(text[at : match.start()], ink)
            self.insert(match[0], special)
            at = match.end()
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
