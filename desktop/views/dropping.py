"""Files and pictures dropped anywhere on the window."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QImage
from PySide6.QtWidgets import QWidget

from desktop.views.composer import Composer
from desktop.views.message_editor import local_files


class Dropping(QObject):
    """Takes what is dropped beside the editor as if it were dropped into it, and shows that it may be dropped.

    Args:
        window: Which window.
        composer: Tells of what was dropped, by its editor's signals.
    """

    def __init__(self, window: QWidget, composer: Composer) -> None:
        super().__init__(window)
        self._composer = composer
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take drags with files or a picture."""
        if isinstance(event, QDragEnterEvent | QDragMoveEvent) and event.type() != QEvent.Type.Drop:
            if not _is_welcome(event):
                return False
            self._composer.set_drop_hint(True)
            event.acceptProposedAction()
            return True
        if event.type() == QEvent.Type.DragLeave:
            self._composer.set_drop_hint(False)
        elif isinstance(event, QDropEvent):
            self._composer.set_drop_hint(False)
            if _is_welcome(event):
                self._take(event)
                event.acceptProposedAction()
                return True
        return False

    def _take(self, event: QDropEvent) -> None:
        source = event.mimeData()
        if files := local_files(source):
            self._composer.editor.files_given.emit(files)
        else:
            self._composer.editor.picture_given.emit(QImage(source.imageData()))


def _is_welcome(event: QDropEvent) -> bool:
    return bool(local_files(event.mimeData())) or event.mimeData().hasImage()
