"""What keys do in the transcript."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from desktop.views.transcript.caret import moved
from desktop.views.transcript.selection import Selection, everything, whole_message
from desktop.views.transcript.wide_blocks import STEP, scroll_current

if TYPE_CHECKING:
    from desktop.views.transcript.stage import Stage

_MOVES = {
    Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down,
    Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown,
}  # fmt: skip
_CONTROL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def take_key(stage: "Stage", event: QKeyEvent) -> bool:
    """Do what a key is for.

    Returns:
        Whether it is for anything here.
    """
    key, held = event.key(), event.modifiers()
    if key in _MOVES and held & _SHIFT:
        return _extend(stage, key, by_word=bool(held & _CONTROL))
    if key == Qt.Key.Key_C and held == _CONTROL | _SHIFT:
        stage.copy(markdown=False)
    elif event.matches(QKeySequence.StandardKey.Copy):
        stage.copy()
    elif event.matches(QKeySequence.StandardKey.SelectAll):
        stage.select(everything(stage.column))
        stage.offer_selection()
    elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and stage.target is not None:
        stage.press(stage.current, stage.target)
    elif key == Qt.Key.Key_Escape and stage.selection is not None:
        stage.select(None)
    else:
        return _scroll(stage, key, held)
    return True


def _scroll(stage: "Stage", key: int, held: Qt.KeyboardModifier) -> bool:
    bar = stage.verticalScrollBar()
    page = max(1, stage.viewport().height() - 2 * bar.singleStep())
    match key:
        case Qt.Key.Key_Up:
            stage.glide_by(-2 * bar.singleStep())
        case Qt.Key.Key_Down:
            stage.glide_by(2 * bar.singleStep())
        case Qt.Key.Key_Left | Qt.Key.Key_Right if not held & ~Qt.KeyboardModifier.KeypadModifier:
            return scroll_current(stage, STEP if key == Qt.Key.Key_Right else -STEP)
        case Qt.Key.Key_PageUp:
            stage.glide_by(-page)
        case Qt.Key.Key_PageDown:
            stage.glide_by(page)
        case Qt.Key.Key_Space:
            stage.glide_by(-page if held & _SHIFT else page)
        case Qt.Key.Key_Home:
            stage.stop_gliding()
            stage.scroller.move_to(0)
            stage.refresh()
        case Qt.Key.Key_End:
            stage.scroll_to_end()
        case _:
            return False
    return True


def _extend(stage: "Stage", key: int, *, by_word: bool) -> bool:
    selection = stage.selection
    if selection is None:
        if not 0 <= stage.current < len(stage.column.messages):
            return False
        start = whole_message(stage.current).anchor
        selection = Selection(start, start)
    end = moved(stage, selection.end, key, by_word=by_word)
    stage.select(Selection(selection.anchor, end))
    area = stage.caret_area(end)
    stage.scroller.bring_into_view(int(area.top()), int(area.bottom()) + 1)
    stage.refresh()
    stage.offer_selection()
    return True
