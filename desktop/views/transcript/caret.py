"""Moves the end of a selection by the keyboard: by characters, words, lines and pages."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from desktop.views.transcript.selection import Place

if TYPE_CHECKING:
    from desktop.views.transcript.stage import Stage


def moved(stage: "Stage", place: Place, key: int, *, by_word: bool) -> Place:
    """Where a key takes the end of a selection.

    Args:
        stage: The view.
        place: Where it is.
        key: An arrow, Home, End, PageUp or PageDown.
        by_word: Whether Control is held: words in the place of characters, the ends of all in that of lines.
    """
    keys = Qt.Key
    match key:
        case keys.Key_Left | keys.Key_Right:
            return _across(stage, place, 1 if key == keys.Key_Right else -1, by_word=by_word)
        case keys.Key_Up | keys.Key_Down:
            return _down(stage, place, 0, 1 if key == keys.Key_Down else -1)
        case keys.Key_PageUp | keys.Key_PageDown:
            page = stage.viewport().height() * 9 // 10
            return _down(stage, place, page, 1 if key == keys.Key_PageDown else -1)
        case _:
            return _to_end(stage, place, is_end=key == keys.Key_End, of_all=by_word)


def _across(stage: "Stage", place: Place, step: int, *, by_word: bool) -> Place:
    index, slot, position = place
    layout = stage.column.layout(index)
    length = layout.segment(slot).length if layout.slots else 0
    if 0 <= position + step <= length:
        if not by_word:
            return index, slot, position + step
        start, end = layout.segment(slot).word_at(position if step > 0 else position - 1)
        if step > 0:
            return index, slot, end if end > position else position + 1
        return index, slot, start if start < position else position - 1
    if 0 <= slot + step < len(layout.slots):
        return index, slot + step, 0 if step > 0 else layout.segment(slot + step).length
    return _other_message(stage, place, step)


def _other_message(stage: "Stage", place: Place, step: int) -> Place:
    index = place[0] + step
    if not 0 <= index < len(stage.column.messages):
        return place
    layout = stage.column.layout(index)
    if step > 0 or not layout.slots:
        return index, 0, 0
    last = len(layout.slots) - 1
    return index, last, layout.segment(last).length


def _down(stage: "Stage", place: Place, pixels: int, step: int) -> Place:
    area = stage.caret_area(place)
    x = area.center().x() + stage.left
    y = (area.bottom() + 2 if step > 0 else area.top() - 2) + step * pixels - stage.scroller.top
    for _ in range(200):  # over the room between messages, which holds no other place
        found = stage.place_at(QPointF(x, y))
        if found is None or (found > place if step > 0 else found < place):
            return found or place
        y += step * 8
        if not 0 <= y + stage.scroller.top <= stage.column.height:
            break
    return place


def _to_end(stage: "Stage", place: Place, *, is_end: bool, of_all: bool) -> Place:
    if of_all:
        last = len(stage.column.messages) - 1
        if not is_end:
            return 0, 0, 0
        layout = stage.column.layout(last)
        slot = max(0, len(layout.slots) - 1)
        return last, slot, layout.segment(slot).length if layout.slots else 0
    index, slot, position = place
    layout = stage.column.layout(index)
    if not layout.slots:
        return place
    start, end = layout.segment(slot).paragraph_at(position)
    return index, slot, end if is_end else start
