"""What one segment of a message promises to the canvas that lays it out, paints it, selects in it and searches it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QPainter

from desktop.engine.messages import Attachment
from desktop.views.documents import InertDocument, empty_document
from desktop.views.theme import Theme
from desktop.views.transcript.sideways import Bar

_READY = 8
"""Documents that are made ahead; about so many stand in a view."""


class MarkKind(Enum):
    """Why a stretch of text is marked."""

    SELECTION = auto()
    HIT = auto()
    CURRENT_HIT = auto()


@dataclass(frozen=True, slots=True)
class Mark:
    """A marked stretch of one segment.

    Attributes:
        start: First position.
        end: Position after the last.
        kind: Why it is marked.
    """

    start: int
    end: int
    kind: MarkKind


@dataclass(frozen=True, slots=True)
class Link:
    """A stretch that leads somewhere.

    Attributes:
        start: First position.
        end: Position after the last.
        target: An address, ``evidence:`` and a call's id, ``footnote:`` and its label, or ``reference:`` and the
            label of the note that the text refers to there.
    """

    start: int
    end: int
    target: str


@dataclass(frozen=True, slots=True)
class Control:
    """Something in a segment that can be pressed, such as the copy button of code.

    Attributes:
        area: Where, in the segment's coordinates.
        name: Its accessible name and tool tip.
        press: What it does.
    """

    area: QRectF
    name: str
    press: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Look:
    """How segments are drawn; a new one makes all segments anew.

    Attributes:
        theme: The colours.
        font: Of ordinary text, zoom included.
        scale: Device pixels for each logical one, for what is rendered as a picture.
    """

    theme: Theme
    font: QFont
    scale: float = 1.0
    _ready: list[InertDocument] = field(default_factory=list, init=False, compare=False, repr=False)

    def document(self) -> InertDocument:
        """An empty document for ordinary text."""
        return self._ready.pop() if self._ready else empty_document(self.font)

    def make_document(self) -> bool:
        """Make a document ahead, while there is time: to make one takes as long as to fill it.

        Returns:
            Whether one more was wanted.
        """
        is_wanted = len(self._ready) < _READY
        if is_wanted:
            self._ready.append(empty_document(self.font))
        return is_wanted


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a message's source that makes one segment. Two equal pieces make equal segments.

    Attributes:
        text: The source.
        start: Where it begins in the message's text.
        kind: What the splitter took it for.
        reads_with: The pieces, it among them, whose text reads as one: marks may begin in one and end in another.
    """

    text: str
    start: int
    kind: str
    reads_with: tuple["Piece", ...] = ()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a segment must know of the rest of its message.

    Attributes:
        evidence: Call ids that ``[1]``, ``[2]`` … lead to.
        definitions: Link and footnote definitions of the whole message.
        pictures: Attached to the message or one before it, each of another name: images that name one show it.
    """

    evidence: tuple[str, ...] = ()
    definitions: str = ""
    pictures: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class LineEnd:
    """Where a line ends that the text below goes on in.

    Attributes:
        taken: How much of the width it takes, from the side that its paragraph begins at, in logical pixels.
        base: Its base line, in logical pixels from the top of what it is told to.
        from_right: Whether its paragraph is read from the right.
        may_break: Whether a line may be broken there.
    """

    taken: float
    base: float
    from_right: bool = False
    may_break: bool = True


class Segment(ABC):
    """One segment. All points and rectangles are in its own coordinates: the top left corner is 0, 0.

    Positions run from 0 to ``length``, as a cursor's do, and stand between characters of what is shown.

    Attributes:
        piece: What it was made from.
    """

    piece: Piece

    @property
    @abstractmethod
    def length(self) -> int:
        """Characters that can be selected."""

    @property
    @abstractmethod
    def height(self) -> float:
        """Its height at the width it was last laid out for, in logical pixels, with the room below it."""

    @abstractmethod
    def lay_out(self, width: float) -> float:
        """Break its lines for a width; costs nothing when the width has not changed.

        Returns:
            Its height.
        """

    @abstractmethod
    def ideal_width(self) -> float:
        """The width of its longest line."""

    @abstractmethod
    def draw(self, painter: QPainter, exposed: QRectF, marks: Sequence[Mark] = ()) -> None:
        """Draw what of it lies in a rectangle."""

    @abstractmethod
    def position_at(self, point: QPointF) -> int:
        """The position nearest to a point, also to one outside."""

    @abstractmethod
    def rectangle_at(self, position: int) -> QRectF:
        """Where the caret of a position would stand."""

    @abstractmethod
    def word_at(self, position: int) -> tuple[int, int]:
        """Positions of the word around a position."""

    @abstractmethod
    def paragraph_at(self, position: int) -> tuple[int, int]:
        """Positions of the line or paragraph around a position, for a triple click."""

    @abstractmethod
    def links(self) -> Sequence[Link]:
        """Its links, in order."""

    @abstractmethod
    def link_at(self, point: QPointF) -> Link | None:
        """The link under a point."""

    @abstractmethod
    def text(self, start: int, end: int) -> str:
        """What is shown between two positions, as plain text: list marks and table cells included."""

    @abstractmethod
    def markdown(self, start: int, end: int) -> str:
        """What is shown between two positions, as Markdown; the source itself where all of it is meant."""

    @abstractmethod
    def shown_text(self) -> str:
        """What is shown, with one character for each position: what is searched."""

    @property
    def goes_on(self) -> bool:
        """Whether its last line goes on in the next segment."""
        return False

    @property
    def line_end(self) -> LineEnd | None:
        """Where its last line ends, as it was last laid out, if that goes on in the next segment; else None."""
        return None

    def begin_after(self, end: LineEnd | None) -> None:  # noqa: B027 - most begin a line of their own
        """Begin the first line where the last one of the segment above ends, from the next `lay_out` on.

        Args:
            end: Where that is; None for a line of its own.
        """

    @property
    def beside(self) -> float | None:
        """The base line of its first line, where that stands beside the last one of the segment above; else None."""
        return None

    def controls(self) -> Sequence[Control]:
        """What can be pressed in it."""
        return ()

    def pictures(self) -> Sequence[tuple[QRectF, str]]:
        """Attached pictures in it: where each is, and its hash."""
        return ()

    def scroll_sideways(self, by: float) -> bool:
        """Scroll what is wider than the segment: a table, code.

        Returns:
            Whether anything moved.
        """
        return False

    @property
    def window(self) -> tuple[float, float] | None:
        """From where to where, across, what is wider than the segment shows; None where all of it shows."""
        return None

    @property
    def bar(self) -> Bar | None:
        """The bar that shows how far it is scrolled; None where it has none."""
        return None

    def grow(self, piece: Piece) -> bool:
        """Take a piece that is this one with more text, or of a kind that tells of the piece below, as it is.

        Returns:
            False where it cannot: then it is made anew.
        """
        return False

    def lengthen(self, added: str) -> bool:
        """Take words that are more of its last line, and no more than that wherever it stands.

        Returns:
            False where they may be more: then the text is cut into pieces anew, and `grow` is asked.
        """
        return False

    @property
    def steady(self) -> float:
        """How far down it looks as it did before the last `grow` or `refine`, in logical pixels."""
        return 0.0

    @property
    def is_refined(self) -> bool:
        """Whether `refine` has nothing to do."""
        return True

    def refine(self, budget_ms: float) -> bool:
        """Do some of what may come later than the first drawing, such as colours of code and formulas.

        A formula that has come changes the height: `lay_out` gives the new one, also for the same width.

        Args:
            budget_ms: Milliseconds that it may take.

        Returns:
            Whether something is left to do.
        """
        return False

    def place_of(self, target: str) -> int | None:
        """The position that a link within the message leads to; None where not in here.

        Args:
            target: ``footnote:`` or ``reference:``, and a label.
        """
        return None


Splitter = Callable[[str, bool], Sequence[Piece]]
"""Cuts a text (and whether more of it will come) into pieces; all but the last stay as they are while it grows."""
