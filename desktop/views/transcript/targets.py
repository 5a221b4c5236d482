"""What can be pressed in a message and below it, in the order Tab goes over it."""

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QRectF

from desktop.engine.messages import Attachment
from desktop.views.attachment_chips import chip_name
from desktop.views.markdown_inks import EVIDENCE
from desktop.views.transcript.block_marks import FOOTNOTE, REFERENCE
from desktop.views.transcript.column import Column
from desktop.views.transcript.message_layout import MessageLayout
from desktop.views.transcript.run_line import Part, RunLineBox
from desktop.views.transcript.segment import Control, Link


@dataclass(frozen=True, slots=True)
class Target:
    """Something that can be pressed.

    Attributes:
        kind: A link leads somewhere, a button does something.
        name: What assistive technology calls it.
        area: Where it is, in the message's coordinates.
        what: What it stands for.
        box: The run line that a part belongs to.
        slot: The slot that a link or control stands in.
    """

    kind: Literal["link", "button"]
    name: str
    area: QRectF
    what: Link | Control | Part | Attachment
    box: RunLineBox | None = None
    slot: int = -1


def targets_of(column: Column, index: int) -> list[Target]:
    """All targets of a message that are laid out."""
    layout = column.existing(index)
    found: list[Target] = []
    if layout is not None:
        found += [Target("button", _file_name(one), area, one) for area, one in layout.attached()]
        for slot in range(len(layout.slots)):
            if layout.is_laid_out(slot):
                found += _of_slot(layout, slot)
    for extra in column.extras(index):
        if isinstance(extra, RunLineBox):
            top = column.extra_top(index, extra) - column.top(index)
            found += [
                Target("button", part.name, QRectF(part.area.translated(0, top)), part, extra) for part in extra.parts()
            ]
    return found


def can_be_opened(attachment: Attachment) -> bool:
    """Whether this program shows what is in a file: of all others it is not known what they do where they open."""
    return attachment.is_picture or attachment.is_text


def _file_name(attachment: Attachment) -> str:
    name = chip_name(attachment)
    return f"Open {name}" if can_be_opened(attachment) else f"Save {name} as…"


def _name(link: Link, words: str) -> str:
    if link.target.startswith(EVIDENCE):
        return f"Tool call {words.strip('[]')}"
    if link.target.startswith(FOOTNOTE):
        return f"Footnote {words.strip('[]')}"
    return "Back to the text" if link.target.startswith(REFERENCE) else words


def _of_slot(layout: MessageLayout, slot: int) -> list[Target]:
    segment = layout.make_segment(slot)
    found = []
    for link in segment.links():
        words = segment.text(link.start, link.end)
        name = _name(link, words)
        area = segment.rectangle_at(link.start)
        end = segment.rectangle_at(link.end)
        if abs(end.top() - area.top()) < 1:
            area = area.united(end)
        else:
            area.setRight(max(area.right(), segment.ideal_width()))
        found.append(Target("link", name, layout.from_slot(slot, area), link, slot=slot))
    for control in segment.controls():
        found.append(Target("button", control.name, layout.from_slot(slot, control.area), control, slot=slot))
    return found
