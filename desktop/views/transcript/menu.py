"""The context menu of the transcript."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QMenu

from desktop.engine.messages import Attachment
from desktop.views.markdown_inks import is_safe_link
from desktop.views.transcript.footer import copy_text
from desktop.views.transcript.segment import Link
from desktop.views.transcript.selection import everything
from desktop.views.transcript.targets import can_be_opened

if TYPE_CHECKING:
    from desktop.views.transcript.transcript import Transcript


def context_menu(transcript: "Transcript", point: QPointF) -> QMenu:
    """What can be done at a point.

    Args:
        transcript: The transcript.
        point: In its viewport.
    """
    menu = QMenu(transcript)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if transcript.selected_text(markdown=True):
        menu.addAction("Copy", transcript.copy)
        menu.addAction("Copy as plain text", lambda: transcript.copy(markdown=False))
        menu.addAction("Quote selection", transcript.quote)
        menu.addSeparator()
    found = transcript.pointer.what_at(point)
    link = found[1] if found is not None else None
    if isinstance(link, Link) and is_safe_link(link.target):
        target = link.target
        menu.addAction("Copy link", lambda: copy_text(target))
    if isinstance(link, Attachment):
        attachment = link
        if can_be_opened(attachment):
            menu.addAction("Open", lambda: transcript.open_file(attachment))
        menu.addAction("Save as…", lambda: transcript.file_saving_requested.emit(attachment))
        menu.addSeparator()
    index = transcript.message_at(point)
    if index >= 0:
        message = transcript.column.messages[index]
        menu.addAction("Copy message", lambda: copy_text(message.text))
        menu.addAction("Open in reader", lambda: transcript.open_reader(index))
        menu.addSeparator()
    if transcript.column.messages:
        menu.addAction("Select all", lambda: transcript.select(everything(transcript.column)))
    return menu
