"""The blocks of one message, kept as its text grows: what has not changed is not laid out again."""

from collections.abc import Sequence

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QWidget

from desktop.views.code_view import CodeView
from desktop.views.documents import plain_document
from desktop.views.markdown import markdown_document
from desktop.views.prose_block import ProseBlock
from desktop.views.segments import Code, Prose, Segment, definitions, split, with_line_feeds
from desktop.views.theme import Theme

Block = ProseBlock | CodeView

_PLAIN_PIECE = 3000
"""Characters after which plain text is cut at the next line."""


def _plain_segments(text: str) -> list[Segment]:
    segments: list[Segment] = []
    start = at = 0
    for line in text.split("\n"):
        at += len(line) + 1
        if at - start > _PLAIN_PIECE:
            segments.append(Prose(text[start : at - 1], start))
            start = at
    if start < len(text) or not segments:
        segments.append(Prose(text[start:], start))
    return segments


class MessageBlocks:
    """Makes and keeps the blocks of a message.

    Args:
        parent: The message; parent of the code views.
        theme: The colours.
        font: The font of ordinary text.
        markdown: Whether the text is Markdown; plain text otherwise.

    Attributes:
        items: The blocks, from the top.
    """

    def __init__(self, parent: QWidget, theme: Theme, font: QFont, *, markdown: bool) -> None:
        self.items: list[Block] = []
        self._parent = parent
        self._theme = theme
        self._font = font
        self._markdown = markdown
        self._definitions = ""
        self._evidence: tuple[str, ...] = ()

    def show_text(self, text: str, evidence: Sequence[str], *, growing: bool) -> None:
        """Make the blocks those of a text.

        Args:
            text: The whole text.
            evidence: Call ids that ``[1]``, ``[2]`` … lead to.
            growing: Whether more will come; all but the last block then stay untouched.
        """
        text = with_line_feeds(text)
        if not self._markdown:
            self._adopt(_plain_segments(text), keep=0)
        elif growing:
            keep = max(0, len(self.items) - 1)
            start = self.items[keep].segment.start if self.items else 0
            self._evidence = tuple(evidence)
            self._adopt(split(text[start:], start=start, growing=True), keep=keep)
        else:
            links = definitions(text)
            if links != self._definitions or tuple(evidence) != self._evidence:
                self._definitions, self._evidence = links, tuple(evidence)
                self._drop(0)
            self._adopt(split(text), keep=0)

    def _adopt(self, segments: Sequence[Segment], keep: int) -> None:
        for index, segment in enumerate(segments, keep):
            known = self.items[index] if index < len(self.items) else None
            if known is not None and known.segment == segment:
                continue
            if isinstance(known, CodeView) and isinstance(segment, Code) and known.segment.start == segment.start:
                known.show_segment(segment)
                continue
            made = self._make(segment)
            if known is None:
                self.items.append(made)
            else:
                self._discard(known)
                self.items[index] = made
        self._drop(keep + len(segments))

    def _make(self, segment: Segment) -> Block:
        if isinstance(segment, Code):
            view = CodeView(segment, self._theme, self._font, self._parent)
            view.show()
            return view
        if not self._markdown:
            return ProseBlock(segment, plain_document(segment.text, self._theme, self._font), self._theme)
        document = markdown_document(
            segment.text, self._theme, self._font, definitions=self._definitions, evidence=self._evidence
        )
        return ProseBlock(segment, document, self._theme)

    def _drop(self, first: int) -> None:
        for block in self.items[first:]:
            self._discard(block)
        del self.items[first:]

    def _discard(self, block: Block) -> None:
        if isinstance(block, CodeView):
            block.hide()
            block.deleteLater()
