"""What is selected: two ends, each in a segment of a message, and the text between them."""

from collections.abc import Iterator
from dataclasses import dataclass

from desktop.views.transcript import kinds
from desktop.views.transcript.column import Column
from desktop.views.transcript.kinds import Kind, read_kind
from desktop.views.transcript.message_layout import MessageLayout

Place = tuple[int, int, int]
"""Index of a message, of a slot in it, and a position in that."""
_END = 1 << 40


@dataclass(frozen=True, slots=True)
class Selection:
    """A stretch of the transcript.

    Attributes:
        anchor: Where it began.
        end: Where it has got to; may stand before the anchor.
    """

    anchor: Place
    end: Place

    @property
    def is_empty(self) -> bool:
        """Whether nothing is selected."""
        return self.anchor == self.end

    @property
    def first(self) -> Place:
        """The end that comes first."""
        return min(self.anchor, self.end)

    @property
    def last(self) -> Place:
        """The end that comes last."""
        return max(self.anchor, self.end)

    def part_of(self, index: int, slot: int, length: int) -> tuple[int, int] | None:
        """The selected positions of a segment, or None.

        Args:
            index: Index of the message.
            slot: Index of its slot.
            length: Characters of the segment.
        """
        (first, last), here = (self.first, self.last), (index, slot)
        if self.is_empty or not first[:2] <= here <= last[:2]:
            return None
        start = first[2] if here == first[:2] else 0
        end = min(length, last[2]) if here == last[:2] else length
        return (start, end) if end > start else None


def everything(column: Column) -> Selection | None:
    """A selection of all messages, or None where there are none."""
    count = len(column.messages)
    return Selection((0, 0, 0), (count - 1, _END, _END)) if count else None


def whole_message(index: int) -> Selection:
    """A selection of one message."""
    return Selection((index, 0, 0), (index, _END, _END))


def selected_text(column: Column, selection: Selection | None, *, markdown: bool, bare_code: bool = True) -> str:
    """The selected text. A message that is selected whole is its own source; so is a segment.

    Args:
        column: What it is selected in.
        selection: What is selected.
        markdown: As Markdown, else as plain text.
        bare_code: Whether code comes without its fence where nothing else is selected.
    """
    if selection is None or selection.is_empty:
        return ""
    first, last = selection.first, selection.last
    bare_code = bare_code and first[0] == last[0]
    pieces = []
    for index in range(first[0], last[0] + 1):
        is_whole = (index > first[0] or first[1:] == (0, 0)) and (index < last[0] or last[1] >= _END)
        if is_whole and (markdown or column.messages[index].role == "user"):
            pieces.append(column.messages[index].text)
        else:
            pieces.append(_text_of(column, index, selection, markdown=markdown, bare_code=bare_code))
    return "\n\n".join(piece for piece in pieces if piece)


def _text_of(column: Column, index: int, selection: Selection, *, markdown: bool, bare_code: bool) -> str:
    layout = column.layout(index)
    parts = list(_parts(layout, index, selection))
    if not parts:
        return ""
    if all(_covers(layout, *part) for part in parts) and len(parts) == len(layout.slots) and markdown:
        return layout.message.text
    is_code = len(parts) == 1 and _kind(layout, parts[0][0]).name in (kinds.CODE, kinds.INDENTED)
    if not markdown or (bare_code and is_code):
        texts = [layout.make_segment(slot).text(start, end) for slot, start, end in parts]
    else:
        texts = [layout.make_segment(slot).markdown(start, end) for slot, start, end in parts]
    joints = [layout.joint(slot) if markdown else _plain_joint(layout, slot) for slot, _, _ in parts]
    joined = "".join(text.rstrip("\n") + joint for text, joint in zip(texts, joints, strict=True))
    return joined.strip("\n")


def _kind(layout: MessageLayout, slot: int) -> Kind:
    return read_kind(layout.slots[slot].piece.kind)


def _plain_joint(layout: MessageLayout, slot: int) -> str:
    """What stands behind plain text of a slot: a blank line, where its last block does not go on in the next."""
    kind, joint = _kind(layout, slot), layout.joint(slot)
    if kind.goes_on or kind.list_goes_on or kind.name == kinds.PLAIN:
        return joint
    return "\n\n" if joint else ""


def _parts(layout: MessageLayout, index: int, selection: Selection) -> Iterator[tuple[int, int, int]]:
    first, last = selection.first, selection.last
    begins = first[1] if index == first[0] else 0
    ends = last[1] if index == last[0] else _END
    for slot in range(begins, min(ends + 1, len(layout.slots))):
        part = selection.part_of(index, slot, layout.make_segment(slot).length)
        if part is not None:
            yield slot, *part


def _covers(layout: MessageLayout, slot: int, start: int, end: int) -> bool:
    return start == 0 and end == layout.make_segment(slot).length
