# ruff: noqa: RUF001 - other scripts are among what is shown
"""Pictures in answers: ``python -m tests.views.gallery_pictures build/pictures``. Light and dark; for other scales set
``QT_SCALE_FACTOR``.
"""

from collections.abc import Callable
from functools import cache

from tests.views import drawing, gallery  # first: it chooses the platform

# isort: split
from PySide6.QtCore import QBuffer, QIODevice, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QLinearGradient, QPainter, QPen
from PySide6.QtWidgets import QWidget

from desktop.engine.messages import Attachment, Message
from desktop.pictures import at_height, make_ready
from desktop.views.attachment_pictures import shared_pictures
from desktop.views.transcript import Transcript
from desktop.views.transcript.selection import everything


def png(image: QImage) -> bytes:
    """An image as a file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def sunset(width: int, height: int) -> bytes:
    """A photograph, with lines that show how sharp it is."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    colours = QLinearGradient(QPointF(0, 0), QPointF(0, height))
    for at, colour in ((0.0, "#3b4d8f"), (0.6, "#e08a4a"), (0.62, "#28324f"), (1.0, "#141a2c")):
        colours.setColorAt(at, QColor(colour))
    painter = QPainter(image)
    painter.fillRect(image.rect(), colours)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor("#ffffff"), max(1.0, height / 320)))
    for step in range(0, width, max(8, height // 12)):
        painter.drawLine(QPointF(width / 2, height * 0.6), QPointF(step, height))
    painter.setFont(QFont("DejaVu Sans", max(6, height // 24)))
    painter.drawText(QRectF(0, 0, width, height * 0.6), Qt.AlignmentFlag.AlignCenter, f"{width} × {height}")
    painter.end()
    return png(image)


def diagram(width: int, height: int) -> bytes:
    """Black lines on nothing."""
    image = QImage(width, height, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor("#000000"), 3))
    painter.setFont(QFont("DejaVu Sans", max(6, height // 9)))
    for at, words in ((0.1, "Request"), (0.6, "Answer")):
        box = QRectF(width * at, height * 0.3, width * 0.3, height * 0.4)
        painter.drawRect(box)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
    painter.drawLine(QPointF(width * 0.4, height / 2), QPointF(width * 0.6, height / 2))
    painter.end()
    return png(image)


FILES: dict[str, tuple[Callable[[int, int], bytes], int, int]] = {
    "sunset.png": (sunset, 1600, 1067),
    "panorama of the bay.png": (sunset, 3000, 500),
    "tower.png": (sunset, 500, 1500),
    "small.png": (sunset, 120, 80),
    "sign.png": (sunset, 20, 20),
    "flow.png": (diagram, 900, 360),
    "תרשים.png": (diagram, 600, 240),
}
MISSING = "on its way.png"


def attached(name: str, width: int, height: int) -> Attachment:
    """A file of a message, whose pixels come when they are asked for."""
    return Attachment(hash=name, name=name, media_type="image/png", size=90_000, width=width, height=height)


def pictures() -> tuple[Attachment, ...]:
    """All files, with their sizes."""
    return (*(attached(name, width, height) for name, (_, width, height) in FILES.items()), attached(MISSING, 800, 300))


def serve() -> None:
    """Give what is asked for at once, as the store does a little later."""
    shared = shared_pictures()

    @cache
    def data(name: str) -> bytes:
        make, width, height = FILES[name]
        return make(width, height)

    def give(hash: str) -> None:
        if hash in FILES:
            shared.put(hash, make_ready(data(hash), "image/png", "").preview)

    def give_larger(hash: str, height: int) -> None:
        shared.put_larger(hash, at_height(data(hash), height))

    shared.wanted.connect(give)
    shared.larger_wanted.connect(give_larger)


PLAIN = """The picture was taken at dusk; the horizon is a little above the middle.

![Dusk at the bay](sunset.png)

The whole bay stands in the panorama, which is as wide as the text:

![The bay](<panorama of the bay.png>)

A sign ![green](sign.png) stands within a line, and a small one ![small](attachment:small.png) does so, too, and then
the line goes on for long enough to be broken, so that one sees how far apart the lines stand.

This one is on its way: ![Later](<on its way.png>)

And ![the plan](file:///etc/passwd) is no picture that was attached.
"""
NESTED = """1. In a list:

   ![Flow](flow.png)

   and its text goes on.
2. ![Dusk](sunset.png)
   - deeper: ![Flow](flow.png)

> In a quote
> ![The bay](<panorama of the bay.png>)
>
> and on.

| What | Picture | Remark |
|------|---------|--------|
| Dusk | ![Dusk](sunset.png) | The words beside it are broken where there is no room for them, as they always are |
| Flow | ![Flow](flow.png) | a sign ![s](sign.png) |
| Missing | ![gone](gone.png) | a name |

## A heading ![s](sign.png) with a sign

- | A | B |
  |---|---|
  | ![Dusk](sunset.png) | in a table in a list |
"""
TALL = """![The tower](tower.png)

![Flow](./flow.png)

Beside each other: ![one](small.png) ![two](small.png) ![three](small.png)

A link: [![Flow](flow.png)](https://example.org)
"""
RTL = """זהו התרשים של המערכת:

![תרשים הזרימה](תרשים.png)

ובתוך שורה ![סימן](sign.png) עומד סימן קטן.

- פריט ברשימה
  ![תרשים](תרשים.png)

> ציטוט עם תמונה
> ![תרשים](תרשים.png)
"""


def transcript(text: str, width: int = 760, height: int = 1280) -> Callable[[], QWidget]:
    """What shows an answer."""

    def make() -> QWidget:
        result = Transcript()
        result.resize(width, height)
        question = Message(id="q", role="user", text="What is in these?", run_id="r", attachments=pictures())
        result.show_conversation([question, Message(id="a", role="assistant", text=text, run_id="r")])
        result.scroll_to_end()
        return result

    return make


def marked() -> QWidget:
    """All of it selected."""
    result = transcript(PLAIN)()
    assert isinstance(result, Transcript)
    result.show()
    result.select(everything(result.column))
    return result


SCENES: dict[str, Callable[[], QWidget]] = {
    "pictures": transcript(PLAIN),
    "pictures-narrow": transcript(PLAIN, 420, 1100),
    "pictures-nested": transcript(NESTED, height=1700),
    "pictures-tall": transcript(TALL),
    "pictures-rtl": transcript(RTL, height=1100),
    "pictures-marked": marked,
}

if __name__ == "__main__":
    assert gallery
    serve()
    drawing.main(SCENES)
