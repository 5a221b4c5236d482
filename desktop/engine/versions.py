"""The versions of a message: its siblings in the tree of a conversation."""

from desktop.engine.messages import Value


class Version(Value):
    """Which of its versions a message is.

    Attributes:
        number: Counted from 1, the oldest first.
        count: How many there are; 2 at least.
        previous: Id of the one before; None at the first.
        next: Id of the one after; None at the last.
    """

    number: int
    count: int
    previous: str | None = None
    next: str | None = None

    @property
    def words(self) -> str:
        """As it is shown: "2 of 3"."""
        return f"{self.number} of {self.count}"
