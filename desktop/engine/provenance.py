"""Whether what a call says can be traced to the person's own words. Pure, and stricter than a reader would be.

A trace must be hard to come by without the person having meant it. So:

* A path or an address traces only as a whole token of a message, letter by letter.
* A text traces only where the person set it apart: in quotation marks, after a colon, on lines of its own, or after
  one of a few words ("saying", "titled", "remember that") up to the end of the sentence. Its lines must stand in one
  message, in their order. Letter case, the kind of quotation marks and the width of blanks do not matter.
* Look-alikes are other letters: texts are compared in NFC, never in NFKC, and in lower case, never case-folded (which
  would turn a long s into an s). Invisible characters are never dropped.
* What is too short to mean anything traces to nothing: an empty text, a word of three letters, a number of four digits.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import PurePath
from typing import NamedTuple
from urllib.parse import urlsplit

_SHORTEST_TEXT = 4
_SHORTEST_PATH = 3
_SHORTEST_NUMBER = 5
_LONGEST_MARK = 40
# the marks of languages around their quotations, and the one that code has; single ones as code points
_DOUBLE, _SINGLE = "“”„«»", "\u2018\u2019\u201a"
_QUOTES = str.maketrans(dict.fromkeys(_DOUBLE, '"') | dict.fromkeys((*_SINGLE, "`"), "'"))
_EDGES = f"\"'`{_DOUBLE}{_SINGLE}()[]{{}}<>,;:!?"
_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»\n]+)[\"”“»]|`([^`\n]+)`|(?<!\w)['\u2018]([^'\u2018\u2019\n]+)['\u2019](?!\w)")
_BLANKS = re.compile(r"[^\S\n]+")
_SET_APART = re.compile(
    r"(?:\n|(?<!\w)[\"']|(?::\s|\b(?:saying|says|say|titled|called|named|title|text|lines?|words?|contents?|containing|contains|"
    r"(?:remember|note|saying|remind me|write down|record) that)) ?)$"
)
_IN_A_LIST = re.compile(r"(?:[,;\n]|\band|\bwith) ?$")
_ENDS = re.compile(r" ?(?:$|[\"'](?!\w)|[\n.,;:!?…)]|(?:to|in|into|under|as|and|then|titled|called|named|saying)\b)")
_NEW_PLACES = re.compile(
    r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]*://[^\s\"'<>)\]]+"  # an address with its scheme
    r"|(?:mailto|tel|data|javascript):[^\s\"'<>)\]]+"
    r"|(?<![^\s\"'<>()\[\],;:])[^\s\"'<>()\[\],;:]+@[^\s\"'<>()\[\],;:]+"  # a mail address, or a name on a server
    r"|(?<!\w)@\w{2,}"  # an account
    r"|(?<![\w.-])(?:[\w-]+\.)+[^\W\d_]{2,}(?:[/:?#][^\s\"'<>)\]]*)?"  # a host without a scheme
    r"|(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?(?:/\S*)?"  # an address in figures
    r"|\b[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){2,}(?: ?[a-z0-9]{1,4})?\b"  # an IBAN
    r"|\+?\d[\d ()./-]{3,}\d",  # an account's number, or a telephone's
    re.IGNORECASE,
)


class Words:
    """The person's own words: the messages of a conversation, nothing that a model or a tool said.

    Args:
        messages: In any order.
    """

    def __init__(self, messages: Sequence[str]) -> None:
        self._said = tuple(messages)

    @cached_property
    def _messages(self) -> Sequence[str]:
        return tuple(unicodedata.normalize("NFC", message) for message in self._said)

    @cached_property
    def _plain(self) -> Sequence[str]:
        """They as they are compared, which most runs never ask for."""
        return tuple(map(_plain, self._messages))

    def hold_path(self, path: str, root: str = "") -> bool:
        """Whether a path stands in the words as a whole, and looks like one there."""
        return any(True for _ in self._path_places(path, root))

    def hold_address(self, address: str) -> bool:
        """Whether a web address, or another that is one token, stands in the words as a whole."""
        wanted = _address_forms(address.strip())
        return bool(wanted) and any(
            not wanted.isdisjoint(_address_forms(token)) for text in self._messages for token, _ in _tokens(text)
        )

    def hold_number(self, number: float) -> bool:
        """Whether a number of five digits or more stands in the words as a whole; a shorter one proves nothing."""
        if isinstance(number, bool):
            return False
        digits = f"{number:.0f}" if float(number).is_integer() else repr(number)
        if sum(character.isdigit() for character in digits) < _SHORTEST_NUMBER:
            return False
        pattern = re.compile(rf"(?<![\w.,]){re.escape(digits)}(?![\w]|[.,]\d)")
        return any(pattern.search(re.sub(r"(?<=\d)[,'_\u202f\u00a0 ](?=\d{3}\b)", "", text)) for text in self._messages)

    def hold_text(self, text: str, *, path: str | None = None, root: str = "") -> bool:
        """Whether a text stands in the words, set apart; as ``untraced`` has it for one text."""
        return self.untraced([text], path=path, root=root) is None

    def untraced(self, texts: Sequence[str], *, path: str | None = None, root: str = "") -> int | None:
        """Which of the texts of a call does not stand in the words, set apart. No piece of them serves two texts.

        Args:
            texts: Each of one line or several.
            path: A path they would be written to: each must stand nearest to it, of all paths in its message.
            root: The workspace folder, absolute.

        Returns:
            The place of one of them in the list; None where all stand there.
        """
        taken: list[_Piece] = []
        for index, text in enumerate(texts):
            free = (piece for piece in self._pieces(text, path, root) if not any(map(piece.overlaps, taken)))
            if (piece := next(free, None)) is None:
                return index
            taken.append(piece)
        return None

    def _pieces(self, text: str, path: str | None, root: str) -> Iterator["_Piece"]:
        """Where a text stands in the words, set apart."""
        lines = [line for line in (_ended(line) for line in _plain(text).split("\n")) if line]
        if not lines or not all(_has_substance(line) for line in lines):
            return
        for index, message in enumerate(self._plain):
            for start, end in _places(message, lines):
                if path is None or self._belongs(index, start, end, path, root):
                    yield _Piece(index, start, end)

    def hold_nothing_new(self, text: str) -> bool:
        """Whether each address, account and long number in a text stands in the words as a whole."""
        return all(self._hold_place(match[0]) for match in _NEW_PLACES.finditer(unicodedata.normalize("NFC", text)))

    def _hold_place(self, place: str) -> bool:
        place = place.strip().rstrip(".,;:!?")
        forms = _address_forms(place) | {re.sub(r"\s+", " ", place)}
        for text in self._messages:
            if any(not forms.isdisjoint(_address_forms(token)) for token, _ in _tokens(text)):
                return True
            if " " in place and re.search(rf"(?<!\w){re.escape(place)}(?!\w)", text, re.IGNORECASE):
                return True
        return False

    def _belongs(self, index: int, start: int, end: int, path: str, root: str) -> bool:
        """Whether of all paths in the message of a text, this path is the one beside it."""
        message = self._plain[index]
        wanted = {form.lower().translate(_QUOTES) for form in _path_forms(unicodedata.normalize("NFC", path), root)}
        ours = [
            *(match.span() for form in wanted if " " in form for match in re.finditer(re.escape(form), message)),
            *(
                (at, at + len(token))
                for token, at in _tokens(message)
                if not wanted.isdisjoint(_path_forms(token, root.lower()))
            ),
        ]
        others = [
            (at, at + len(token))
            for token, at in _tokens(message)
            if _looks_like_a_path(token) and not any(first <= at < last for first, last in ours)
        ]
        if any(first <= start and end <= last for first, last in (*ours, *others)):
            return False  # the words that name a path are not what is written to it
        near = min((_distance(span, (start, end)) for span in ours), default=None)
        far = min((_distance(span, (start, end)) for span in others), default=None)
        if near is None or near < 0:
            return not ours and (far is None or far < 0)  # a path inside the text is a part of the text
        return far is None or far < 0 or near <= far

    def _path_places(self, path: str, root: str) -> Iterator[str]:
        path = unicodedata.normalize("NFC", path)
        if len(path) < _SHORTEST_PATH or ".." in PurePath(path).parts:
            return
        wanted = _path_forms(path, root)
        for text in self._messages:
            quoted = {next(group for group in match.groups() if group) for match in _QUOTED.finditer(text)}
            for token in (*quoted, *(token for token, _ in _tokens(text) if _looks_like_a_path(token))):
                if not wanted.isdisjoint(_path_forms(token.strip(), root)):
                    yield token


class _Piece(NamedTuple):
    """A piece of a message: the message's place in the list, and where it begins and ends."""

    message: int
    start: int
    end: int

    def overlaps(self, other: "_Piece") -> bool:
        return self.message == other.message and self.start < other.end and other.start < self.end


def _distance(one: tuple[int, int], other: tuple[int, int]) -> int:
    """How far apart two pieces stand; less than 0 where they overlap."""
    return max(one[0] - other[1], other[0] - one[1])


def _plain(text: str) -> str:
    """A text as it is compared: NFC, lower case, straight quotation marks, single blanks, no blanks around lines."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").lower().translate(_QUOTES)
    return "\n".join(line.strip() for line in _BLANKS.sub(" ", text).split("\n")).strip()


def _ended(line: str) -> str:
    """A line without the mark that ends its sentence, which models add and drop."""
    return line.rstrip(".!?").rstrip() if not line.endswith("..") else line


def _has_substance(line: str) -> bool:
    letters = sum(character.isalpha() for character in line)
    digits = sum(character.isdigit() for character in line)
    return (letters > 0 and letters + digits >= _SHORTEST_TEXT) or digits >= _SHORTEST_NUMBER


def _places(message: str, lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where the lines stand in a message, set apart, in their order: start of the first, end of the last."""
    first = message.find(lines[0])
    while first >= 0:
        end = first + len(lines[0])
        apart = _stands_behind(_SET_APART, message, first) or (
            len(lines) > 1 and _stands_behind(_IN_A_LIST, message, first)
        )
        if apart and _is_whole(message, first, end):
            last = _follow(message, lines[1:], end)
            if last is not None:
                yield first, last
        first = message.find(lines[0], first + 1)


def _follow(message: str, lines: Sequence[str], end: int) -> int | None:
    """The end of the last line, where each line is followed by what ends a piece, and the next stands behind it."""
    if not _ENDS.match(message, end):
        return None
    for line in lines:
        at = message.find(line, end)
        while at >= 0:
            after = at + len(line)
            apart = _stands_behind(_IN_A_LIST, message, at) or _stands_behind(_SET_APART, message, at)
            if apart and _is_whole(message, at, after) and _ENDS.match(message, after):
                break
            at = message.find(line, at + 1)
        if at < 0:
            return None
        end = at + len(line)
    return end


def _stands_behind(mark: re.Pattern[str], message: str, at: int) -> bool:
    return mark.search(message, max(0, at - _LONGEST_MARK), at) is not None


def _is_whole(message: str, start: int, end: int) -> bool:
    """Whether a piece begins and ends where words do."""
    return not (start > 0 and message[start - 1].isalnum() and message[start].isalnum()) and not (
        end < len(message) and message[end].isalnum() and message[end - 1].isalnum()
    )


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    """What stands between blanks, without the punctuation around it, and where."""
    for match in re.finditer(r"\S+", text):
        token = match[0].lstrip(_EDGES)
        at = match.start() + len(match[0]) - len(token)
        token = token.rstrip(_EDGES).rstrip(".…").rstrip(_EDGES)
        if token:
            yield token, at


def _looks_like_a_path(token: str) -> bool:
    return "/" in token or "\\" in token or bool(re.search(r"\w\.\w|^\.\w", token))


def _path_forms(path: str, root: str) -> set[str]:
    """The spellings of a path that mean the same: with and without ./, relative to the workspace folder and whole."""
    plain = path.removeprefix("./").rstrip("/")
    forms = {plain}
    if root and plain.startswith(root.rstrip("/") + "/"):
        forms.add(plain[len(root.rstrip("/")) + 1 :])
    return {form for form in forms if form}


def _address_forms(address: str) -> set[str]:
    """The spellings of an address that mean the same: scheme and host in lower case, a scheme that was left out."""
    address = unicodedata.normalize("NFC", address)
    try:
        parts = urlsplit(address)
    except ValueError:
        return set()
    if parts.scheme in ("http", "https") and parts.netloc:
        return {parts._replace(netloc=parts.netloc.lower(), path=parts.path or "/").geturl()}
    if "://" in address or not address:
        return {address} if address else set()
    if re.fullmatch(r"[^\s/?#@:]+\.[^\s/?#@:]+(?::\d+)?(?:[/?#].*)?", address):
        return {address.lower(), *_address_forms(f"https://{address}"), *_address_forms(f"http://{address}")}
    return {address.lower()} if "@" in address else {address}
