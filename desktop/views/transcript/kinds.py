"""What a piece is, and what of the text before it matters to it. Pure: it is all written into ``Piece.kind``."""

from dataclasses import dataclass

PROSE, PART, CODE, INDENTED, TABLE, ROWS, FORMULA, NOTES, PLAIN = (
    "prose", "part", "code", "indented", "table", "rows", "formula", "notes", "plain"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """An open item of a list.

    Attributes:
        column: Where its content begins.
        mark: The last character of its marker.
        number: Of the item; 0 where it has none.
    """

    column: int
    mark: str
    number: int


@dataclass(frozen=True, slots=True)
class Kind:
    """The kind of a piece.

    Attributes:
        name: One of the names above.
        items: The items of lists that it stands in, outermost first.
        number: Of the item that it begins with, where the list began in a piece before; 0 otherwise.
        goes_on: Whether its last paragraph goes on in the next piece.
        quotes: How deep in quotes a part of a paragraph stands.
        unsure: Whether the lines before do not tell how deep in lists a part of a paragraph stands.
        heading: Of a part of a heading: its level; 0 otherwise.
        open: Of a part of a paragraph: what may reach into it from the one above, as `long_paragraph.Cut` tells.
        table: Of further rows: the line of dashes, and the widest cells and longest words of its first piece.
        table_start: Of further rows: where the table begins.
        list_goes_on: Whether the list at its end goes on in the next piece, without a blank line between.
    """

    name: str
    items: tuple[Item, ...] = ()
    number: int = 0
    goes_on: bool = False
    quotes: int = 0
    unsure: bool = False
    heading: int = 0
    open: str = ""
    table: str = ""
    table_start: int = 0
    list_goes_on: bool = False

    @property
    def column(self) -> int:
        """Columns of its lines that belong to the lists around it."""
        return self.items[-1].column if self.items else 0

    def __str__(self) -> str:
        items = " ".join(f"{item.column}{item.mark}{item.number}" for item in self.items)
        signs = "+" * self.goes_on + "?" * self.unsure + "-" * self.list_goes_on
        words = [self.name, items, str(self.number), signs, str(self.quotes), str(self.heading), self.open]
        if self.table:
            words += [str(self.table_start), self.table]
        return self.name if self == Kind(self.name) else "@".join(words)


def read_kind(kind: str) -> Kind:
    """The kind that a text tells."""
    if "@" not in kind:
        return Kind(kind)
    name, items, number, goes_on, quotes, heading, opened, *table = kind.split("@", 8)
    return Kind(
        name,
        tuple(_item(word) for word in items.split()),
        int(number),
        "+" in goes_on,
        int(quotes),
        "?" in goes_on,
        int(heading),
        opened,
        table[1] if table else "",
        int(table[0]) if table else 0,
        "-" in goes_on,
    )


def _item(word: str) -> Item:
    at = next(index for index, character in enumerate(word) if not character.isdigit())
    return Item(int(word[:at]), word[at], int(word[at + 1 :]))
