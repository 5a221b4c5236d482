"""What a document holds, found by walking over it: its blocks, and the links in them."""

from collections.abc import Iterator

from PySide6.QtGui import QTextBlock, QTextDocument

from desktop.views.transcript.positions import Positions
from desktop.views.transcript.segment import Link


def blocks_of(document: QTextDocument) -> Iterator[QTextBlock]:
    """The blocks of a document, in order."""
    return blocks_from(document.begin())


def blocks_from(block: QTextBlock) -> Iterator[QTextBlock]:
    """A block and those behind it, in order."""
    while block.isValid():
        yield block
        block = block.next()


def links_of(document: QTextDocument, positions: Positions) -> list[Link]:
    """The links of a document, in order; one that is drawn in several formats is one.

    Args:
        document: Its links are anchors.
        positions: Of its text.
    """
    found: list[Link] = []
    for block in blocks_of(document):
        iterator = block.begin()
        while not iterator.atEnd():
            fragment = iterator.fragment()
            if fragment.charFormat().isAnchor():
                start = positions.from_units(fragment.position())
                end = positions.from_units(fragment.position() + fragment.length())
                target = fragment.charFormat().anchorHref()
                if found and found[-1].end == start and found[-1].target == target:
                    start = found.pop().start
                found.append(Link(start, end, target))
            iterator += 1
    return found
