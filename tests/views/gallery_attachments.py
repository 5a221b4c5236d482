"""Pictures of attachments: ``python -m tests.views.gallery_attachments build/pictures``. Light and dark."""

import sys
from collections.abc import Callable
from pathlib import Path

from tests.views import gallery  # first: it chooses the platform

# isort: split
from PySide6.QtCore import QBuffer, QIODevice, QPointF
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.engine.messages import Attachment, Message
from desktop.views import theme
from desktop.views.attachment_pictures import shared_pictures
from desktop.views.main_window import MainWindow


def preview() -> bytes:
    """A sunset."""
    image = QImage(256, 170, QImage.Format.Format_RGB32)
    colours = QLinearGradient(QPointF(0, 0), QPointF(0, 170))
    for at, colour in ((0.0, "#3b4d8f"), (0.6, "#e08a4a"), (0.62, "#28324f"), (1.0, "#141a2c")):
        colours.setColorAt(at, QColor(colour))
    painter = QPainter(image)
    painter.fillRect(image.rect(), colours)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


PICTURE = Attachment(hash="1", name="sunset.png", media_type="image/png", size=1_240_000, width=1600, height=1067)
WIDE = Attachment(
    hash="2",
    name="a panorama with a rather long name, from the top of the tower.jpg",
    media_type="image/jpeg",
    size=900_000,
    width=3072,
    height=682,
    note="Made smaller: it was 9,000 \N{MULTIPLICATION SIGN} 2,000.",
)
PDF = Attachment(hash="3", name="lease.pdf", media_type="application/pdf", size=340_000, pages=12)
PASTED = Attachment(hash="4", name="Pasted text.txt", media_type="text/plain", size=12_000, tokens=3000)


def composing(*attachments: Attachment, problem: str = "") -> MainWindow:
    result = gallery.window(900, 640)
    result.transcript.show_conversation(
        [
            Message(id="m1", role="user", text="What is in these?", run_id="r", attachments=(PICTURE, PDF)),
            Message(
                id="m2", role="assistant", text="A sunset over water, and a **lease** of twelve pages.", run_id="r"
            ),
            Message(id="m3", role="user", text="", run_id="s", attachments=(WIDE,)),
        ],
        {},
    )
    bar = result.composer.attachments
    assert bar is not None
    bar.show_attachments(attachments, frozenset({PASTED.hash}))
    if problem:
        bar.show_problems({PDF.hash: problem})
    result.composer.set_text("Compare them.")
    return result


SCENES: dict[str, Callable[[], MainWindow]] = {
    "attachments": lambda: composing(PICTURE, PASTED),
    "attachments-refused": lambda: composing(PICTURE, PDF, problem="Qwen (local) reads no PDF. Attach its text."),
    "attachments-many": lambda: composing(PICTURE, WIDE, PDF, PASTED),
}


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    for hash in ("1", "2"):
        shared_pictures().put(hash, preview())
    for scheme in ("light", "dark"):
        theme.apply(application, scheme)
        for name, make in SCENES.items():
            widget = make()
            widget.show()
            QTest.qWait(200)
            widget.grab().save(str(folder / f"{name}-{scheme}.png"))
            widget.finish_close()


if __name__ == "__main__":
    main()
