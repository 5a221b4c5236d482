"""Reads the parts of a long paragraph as the whole of it reads: its marks may begin in one and end in another. Pure."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby

from markdown_it.token import Token

from desktop.engine.bare_links import bare_links
from desktop.views.transcript import kinds
from desktop.views.transcript.kinds import Kind, read_kind
from desktop.views.transcript.long_paragraph import may_end
from desktop.views.transcript.parsing import SPACES, parse, parse_placed
from desktop.views.transcript.prose_source import without_margin

WORDS = "words"
"""In what a token tells besides: all words of the link that it ends, where that begins in a part above."""
_TEXT = Token("text", "", 0)
_QUOTE_MARKS = re.compile(r"^[ >]+", re.MULTILINE)
_HEADING_END = re.compile(r"(?:^|[ \t]+)#+[ \t]*\Z")

Source = tuple[str, str]
"""Text, as it can be drawn, and kind of a piece."""
Tokens = tuple[Token, ...]
_Fragment = tuple[str, int, bool]
"""Characters that are shown, where they stand in the source, and whether they stand there one by one."""


def source_of(text: str, kind: Kind) -> str:
    """The text of a part of a paragraph as it is given to the parser.

    Args:
        text: Of its piece.
        kind: Of its piece.
    """
    bare = _QUOTE_MARKS.sub("", text) if kind.quotes else text
    return _HEADING_END.sub("", bare.rstrip(SPACES)) if kind.heading and not kind.goes_on else bare


def first_joined(written: Sequence[str], at: int) -> int:
    """The index of the piece that one may have to be read from, by the kinds of all: its own, or one before it."""
    while 0 < at < len(written) and "@" in written[at] and read_kind(written[at]).open:
        at -= 1
    return at


def groups(written: Sequence[str]) -> Iterator[range]:
    """Which of some pieces may have to be read together.

    Args:
        written: Their kinds.

    Yields:
        Their indices, for each group of more than one.
    """
    first = 0
    for index in range(1, len(written) + 1):
        if index == len(written) or "@" not in written[index] or not read_kind(written[index]).open:
            if index > first + 1:
                yield range(first, index)
            first = index


def reach(sources: Sequence[Source], *, is_growing: bool) -> int:
    """How many of the pieces of a group have to be read together: up to the last that may end what is open above it.

    Args:
        sources: The pieces of the group.
        is_growing: Whether more of the last will come.
    """
    last = len(sources) - 1
    for at in range(last, 0, -1):
        text, written = sources[at]
        if may_end(read_kind(written).open, text, is_growing=is_growing and at == last):
            return at + 1
    return 1


def part_tokens(sources: Sequence[Source], definitions: str) -> Sequence[Tokens | None]:
    """The tokens of the text of each part of a paragraph, as they are in the whole.

    Args:
        sources: The pieces that are read together, in order.
        definitions: As for `parsing.parse`.

    Returns:
        For each piece tokens for a writer, which need not be balanced; None where nothing reaches into it or out of
        it: then it reads the same alone.
    """
    texts = _texts(sources)
    if texts is None:
        return [None] * len(sources)
    *starts, end = accumulate(map(len, texts), initial=0)
    text = "".join(texts)
    parts, crossed = _Sharing(text, [*starts, end + 1]).share(parse_placed(text, definitions))
    return [
        tuple(part) if crossed[at] or (at + 1 < len(parts) and crossed[at + 1]) else None
        for at, part in enumerate(parts)
    ]


def _texts(sources: Sequence[Source]) -> list[str] | None:
    """The text of the paragraph, part by part; None where that cannot be told."""
    texts: list[str] = []
    for at, (text, written) in enumerate(sources):
        kind = read_kind(written)
        if kind.name == kinds.PART:
            lines = source_of(text, kind).split("\n")
            texts.append("\n".join([lines[0] if at else lines[0].lstrip(" \t"), *(s.lstrip(" \t") for s in lines[1:])]))
            continue
        # A letter behind it keeps the white space at its end.
        tokens = parse(without_margin(text, kind.column) + "x")
        content = next((token.content for token in reversed(tokens) if token.type == "inline"), "")
        if not content.endswith("x"):
            return None
        texts.append(content[:-1])
    texts[-1] = texts[-1].rstrip(SPACES)
    return texts


class _Sharing:
    """Shares the tokens of a paragraph out among its parts.

    Args:
        text: Its text.
        ends: Where each part begins; then what lies behind the last.
    """

    def __init__(self, text: str, ends: Sequence[int]) -> None:
        self._text = text
        self._ends = ends[1:]
        self._parts: list[list[Token]] = [[] for _ in self._ends]
        self._crossed = [False] * len(self._ends)
        self._at = 0
        self._open: list[Token] = []
        self._links: list[tuple[int, list[str]]] = []
        self._texts: list[_Fragment] = []

    def share(self, tokens: Sequence[Token]) -> tuple[list[list[Token]], list[bool]]:
        """Share them out.

        Returns:
            The tokens of each part, and of each whether anything reaches into it from above.
        """
        for token in tokens:
            place = int(token.meta["at"])
            if token.type in ("text", "text_special"):
                if token.content:
                    self._texts.append((token.content, place, token.type == "text" and not self._is_auto()))
                continue
            self._write_texts()
            self._go_to(place)
            if token.type == "code_inline":
                self._code(token, place)
                continue
            if token.nesting < 0:
                self._close(token)
            self._parts[self._at].append(token)
            if token.nesting > 0:
                self._open.append(token)
                if token.type == "link_open":
                    self._links.append((self._at, []))
        self._write_texts()
        while self._at + 1 < len(self._parts):
            self._go_on(is_crossed=True)
        return self._parts, self._crossed

    def _is_auto(self) -> bool:
        return bool(self._open) and self._open[-1].info == "auto"

    def _close(self, token: Token) -> None:
        kept = [each for each in self._open if each.type.partition("_")[0] == token.type.partition("_")[0]]
        if kept:
            self._open.remove(kept[-1])
        if token.type == "link_close":
            part, words = self._links.pop()
            if part != self._at:
                token.meta = {WORDS: "".join(words)}

    def _go_to(self, place: int) -> None:
        """Go on to the part that a place stands in."""
        while self._at + 1 < len(self._parts) and place >= self._ends[self._at]:
            self._go_on(is_crossed=place != self._ends[self._at])

    def _go_on(self, *, is_crossed: bool) -> None:
        self._at += 1
        self._crossed[self._at] = is_crossed or bool(self._open)
        self._parts[self._at] = list(self._open)

    def _add(self, like: Token, content: str) -> None:
        if content:
            self._parts[self._at].append(Token(like.type, like.tag, 0, content=content, markup=like.markup))
            if self._links:
                self._links[-1][1].append(content)

    def _code(self, token: Token, place: int) -> None:
        begin = place + len(token.markup)
        shown = self._text[begin : begin + len(token.content)].replace("\n", " ")
        for at, content in self._cut(token.content, begin + (shown != token.content)):
            self._go_to(at)
            self._crossed[self._at] = self._crossed[self._at] or at > begin + 1
            self._add(token, content)

    def _cut(self, content: str, place: int) -> Iterator[tuple[int, str]]:
        """Cut characters that stand in the source from a place on where the parts end."""
        start = 0
        for end in self._ends:
            if place + start < end < place + len(content):
                yield place + start, content[start : end - place]
                start = end - place
        yield place + start, content[start:]

    def _write_texts(self) -> None:
        """Write the text that stands between two other tokens, and as links the addresses in it that are cut."""
        texts, self._texts = self._texts, []
        chunks: list[tuple[int, str]] = []
        for content, place, is_exact in texts:
            chunks += self._cut(content, place) if is_exact else [(place, content)]
        if not chunks:
            return
        addresses = self._cut_addresses(chunks)
        if not addresses:
            for _, found in groupby(chunks, lambda chunk: bisect_right(self._ends, chunk[0])):
                places, contents = zip(*found, strict=True)
                self._go_to(places[0])
                self._add(_TEXT, "".join(contents))
            return
        offset = 0
        for place, content in chunks:
            self._go_to(place)
            at = 0
            for edge, target in [each for each in addresses if offset <= each[0] < offset + len(content)]:
                self._add(_TEXT, content[at : edge - offset])
                at = edge - offset
                self._turn(target)
            self._add(_TEXT, content[at:])
            offset += len(content)
        if any(edge == offset for edge, _ in addresses):
            self._turn("")

    def _cut_addresses(self, chunks: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
        """Where addresses begin and end in text that stands in several parts: offsets, and targets where they begin."""
        if self._links or chunks[-1][0] < self._ends[self._at]:
            return []
        offsets = accumulate((len(content) for _, content in chunks), initial=0)
        cuts = [offset for offset, (place, _) in zip(offsets, chunks, strict=False) if place in self._ends]
        edges: list[tuple[int, str]] = []
        for start, end, target in bare_links("".join(content for _, content in chunks)):
            if any(start < cut < end for cut in cuts):
                edges += [(start, target), (end, "")]
        return edges

    def _turn(self, target: str) -> None:
        """Begin a link to a target, or end it where there is none."""
        if target:
            token = Token("link_open", "a", 1, attrs={"href": target})
            self._open.append(token)
        else:
            self._open.pop()
            token = Token("link_close", "a", -1, meta={WORDS: ""})
        self._parts[self._at].append(token)
