"""Which marks of a paragraph may yet reach from above a place to below it. Pure, left to right.

What is noted is never less than what the parser may still find open there; now and then it is more.
"""

import re
from typing import NamedTuple

from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace

from desktop.views.transcript.parsing import FORMULA_LIMIT, is_formula

LONGEST_RUN = 40
"""Equal marks in a row that are taken as one."""
_MOST = 24
"""Open marks that are told apart; where there are more, all that follows counts as unsure."""
_ADDRESS = 2_000
"""Characters of what stands in parentheses behind the words of a link."""
_UNSURE = "?"
_WORD = "w"
_EMPHASIS = "*_~"
_FORMULAS = {"\\(": "\\)", "\\[": "\\]", "$": "$", "$$": "$$"}
_HOLDS = ("[", "![", "([", "(![", "<", *_FORMULAS)
"""What has to be known before it is known what closes behind it: no emphasis ends over one."""
_ENDS = {"[": "]", "![": "]", "([": ")", "(![": ")", "<": ">", "`": "*_~`$)]>", **dict.fromkeys(_FORMULAS, "$)]")}
"""Characters that stand where a mark ends, other than its own. Code that never ends is none, and hid other marks."""
_TARGET = re.compile(
    r"\([ \n]*(?:<[^<>\n\\]*>|(?:[^\s()<>\\]|\\[!-/:-@\[-`{-~]|\([^\s()<>\\]*\))*)"
    r"(?:[ \n]+(?:\"[^\"\\]*\"|'[^'\\]*'))?[ \n]*\)"
)
_AUTOLINK = re.compile(r"<(?:[A-Za-z][A-Za-z0-9+.-]{1,31}:[^<>\x00-\x20]*|[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9.-]+)>")
_BEGUN_WORD = re.compile(r"[!-~]\Z|(?:https?://|www\.)\S*\Z")
"""Of what a cut within a word may cut an address, a mark or an entity."""


class _Mark(NamedTuple):
    """An open mark.

    Attributes:
        name: What it is: of a run of equal characters, one of them; ``([`` where a target follows the words of a link.
        at: Where it begins; of a target, where that does.
        length: Of a run: how many.
        is_sided: Of a run: whether it can only open.
    """

    name: str
    at: int
    length: int = 0
    is_sided: bool = False


class OpenMarks:
    """Follows the marks of one paragraph.

    Args:
        written: What `written_at` gave at the place to go on from; empty at the beginning of a paragraph.
        at: That place.
    """

    def __init__(self, written: str = "", at: int = 0) -> None:
        self._marks: list[_Mark] = []
        self._unsure = self._in_angle = False
        self._held_at = -1  # where the first of the formulas began that may be open
        for word in written.split():
            if word == _UNSURE:
                self._unsure = True
            elif word != _WORD:
                name, length, sided, before = word.split(",")
                self._marks.append(_Mark(name, at - int(before), int(length), bool(sided)))
                self._in_angle = self._in_angle or name == "<"
                if name in _FORMULAS and self._held_at < 0:
                    self._held_at = self._marks[-1].at

    @property
    def are_closed(self) -> bool:
        """Whether nothing may reach beyond this place."""
        return not self._marks and not self._unsure

    @property
    def in_code(self) -> bool:
        """Whether nothing but the mark that ends code is one here."""
        return bool(self._marks) and self._marks[-1].name == "`"

    def written_at(self, place: int, text: str, start: int) -> str:
        """What is open at a place, as a text without ``@``; empty where nothing is.

        Args:
            place: Where the text is cut.
            text: The whole text.
            start: Where the paragraph, or the part of it, begins.
        """
        words = [f"{m.name},{m.length},{'s' * m.is_sided},{place - m.at}" for m in self._marks]
        if self._unsure:
            words.append(_UNSURE)
        if not text[place - 1].isspace() and _BEGUN_WORD.search(text, max(start, place - _ADDRESS), place):
            words.append(_WORD)
        return " ".join(words)

    def space(self) -> None:
        """Pass white space."""
        if self._in_angle:
            self._marks = [mark for mark in self._marks if mark.name != "<"]
            self._in_angle = False

    def take(self, mark: str, text: str, start: int, end: int) -> None:
        """Pass a mark.

        Args:
            mark: It: a run of equal marks, a bracket, or a backslash and what it stands before.
            text: The whole text.
            start: Where it begins.
            end: Where it ends.
        """
        if self._unsure:
            return
        if self._held_at >= 0 and start - self._held_at > FORMULA_LIMIT + 8:
            self._marks = [m for m in self._marks if m.name not in _FORMULAS or start - m.at <= FORMULA_LIMIT + 8]
            self._held_at = min((m.at for m in self._marks if m.name in _FORMULAS), default=-1)
        if self.in_code:
            self._take_in_code(mark)
        elif mark[0] == "`":
            self._marks.append(_Mark("`", start, len(mark)))
        elif mark[0] in _EMPHASIS:
            self._run(mark, text, start, end)
        elif mark[0] == "$":
            self._dollars(mark, text, start, end)
        elif mark[0] == "\\":
            self._escape(mark, text, start, end)
        else:
            self._bracket(mark, text, start, end)
        if len(self._marks) > _MOST or len(mark) >= LONGEST_RUN:
            self._unsure = True

    def _bracket(self, mark: str, text: str, start: int, end: int) -> None:
        """Pass a bracket."""
        if mark == "<":
            self.space()
            self._marks.append(_Mark(mark, start))
            self._in_angle = True
        elif mark in ("[", "!["):
            self._marks.append(_Mark(mark, start))
        elif mark == "]":
            self._end_bracket(text, end)
        elif mark == ")":
            self._end_target(text, end)
        elif mark == ">":
            self._end_hold("<", is_one=any(_AUTOLINK.fullmatch(text, m.at, end) for m in self._marks if m.name == "<"))

    def _take_in_code(self, mark: str) -> None:
        if mark[0] == "`":
            if len(mark) == self._marks[-1].length:
                self._marks.pop()
        elif any(mark == _FORMULAS.get(each.name, "") for each in self._marks):
            self._unsure = True  # code, or a formula that began before it

    def _run(self, mark: str, text: str, start: int, end: int) -> None:
        """Pass a run that opens or closes emphasis."""
        name, left = mark[0], len(mark)
        if name == "~":
            left //= 2
        before, after = text[start - 1 : start] or " ", text[end : end + 1] or " "
        opens, closes = _sides(before, after, splits_word=name != "_")
        index = len(self._marks) - 1
        while closes and left and index >= 0 and self._marks[index].name not in _HOLDS:
            found = self._marks[index]
            if found.name == name:
                if found.length != left and name != "~" and (opens or not found.is_sided):
                    break
                both = min(found.length, left)
                left -= both
                if found.length == both:
                    del self._marks[index]
                else:
                    self._marks[index] = found._replace(length=found.length - both)
            index -= 1
        if opens and left:
            self._marks.append(_Mark(name, start, left, not closes))

    def _dollars(self, mark: str, text: str, start: int, end: int) -> None:
        held = next((m for m in self._marks if m.name in ("$", "$$")), None) if self._held_at >= 0 else None
        if len(mark) > 2 or (held is not None and held.name != mark):
            self._unsure = True
            return
        if held is not None:
            between = text[held.at + len(mark) : start]
            if mark == "$$":
                self._end_hold("$$", is_one=bool(between.strip()))
                return
            is_one = is_formula(text, held.at, held.at + 1, start, "$")
            self._end_hold("$", is_one=is_one)
            if is_one:
                return
        if mark == "$$" or not text[end : end + 1].isspace():
            self._hold(mark, start)

    def _escape(self, mark: str, text: str, start: int, end: int) -> None:
        opened = next((m for m in self._marks if m.name in ("\\(", "\\[")), None) if self._held_at >= 0 else None
        if opened is not None and mark == "\\\\" and text[end : end + 1] in (")", "]"):
            self._unsure = True
        elif opened is not None and mark == _FORMULAS[opened.name]:
            self._end_hold(opened.name, is_one=bool(text[opened.at + 2 : start].strip()))
        elif mark in ("\\(", "\\["):
            self._hold(mark, start)

    def _hold(self, mark: str, start: int) -> None:
        self._marks.append(_Mark(mark, start))
        if self._held_at < 0:
            self._held_at = start

    def _end_hold(self, name: str, *, is_one: bool) -> None:
        """End what keeps marks from being marks, if it turned out to be that.

        Args:
            name: Of what it began with.
            is_one: Whether it is one; else its beginning was a character like others.
        """
        index = next((at for at, m in enumerate(self._marks) if m.name == name), -1)
        if index >= 0:
            del self._marks[index : len(self._marks) if is_one else index + 1]

    def _end_bracket(self, text: str, end: int) -> None:
        index = self._last("[", "![")
        if index < 0:
            return
        found = self._marks[index]
        if (self._in_angle or self._held_at >= 0) and any(
            m.name == "<" or m.name in _FORMULAS for m in self._marks[index:]
        ):
            self._unsure = True  # an end, or a character of what began behind the bracket
        if text.startswith("(", end) and not text.startswith("^", found.at + len(found.name)):
            self._marks[index] = _Mark("(" + found.name, end)
            return
        del self._marks[index]  # what is open inside stays so: whether this is a link is not known here

    def _end_target(self, text: str, end: int) -> None:
        index = self._last("([", "(![")
        if index < 0:
            return
        found = self._marks[index]
        if end - found.at > _ADDRESS or not _TARGET.fullmatch(text, found.at, end):
            return
        del self._marks[index:]
        if found.name == "([" and self._marks:  # no link holds another
            outer = self._last("![", "(![")
            self._marks = [m for at, m in enumerate(self._marks) if at < outer or m.name not in ("[", "([")]

    def _last(self, *names: str) -> int:
        for at in range(len(self._marks) - 1, -1, -1):
            if self._marks[at].name in names:
                return at
        return -1


def may_end_in(written: str, text: str) -> bool:
    """Whether anything that is open at a place may end, or may be cut, in the text from there on.

    Args:
        written: What `OpenMarks.written_at` gave.
        text: From that place on.
    """
    for word in written.split():
        if word in (_UNSURE, _WORD):
            return True
        name = word.split(",")[0]
        if any(character in text for character in _ENDS.get(name, name)):
            return True
    return False


def _sides(before: str, after: str, *, splits_word: bool) -> tuple[bool, bool]:
    """Whether a run between two characters can open, and whether it can close, by the rules of CommonMark."""
    if before.isalnum() and after.isalnum():
        return splits_word, splits_word
    is_blank_before, is_blank_after = isWhiteSpace(ord(before)), isWhiteSpace(ord(after))
    is_mark_before = isMdAsciiPunct(ord(before)) or isPunctChar(before)
    is_mark_after = isMdAsciiPunct(ord(after)) or isPunctChar(after)
    left = not (is_blank_after or (is_mark_after and not (is_blank_before or is_mark_before)))
    right = not (is_blank_before or (is_mark_before and not (is_blank_after or is_mark_after)))
    return left and (splits_word or not right or is_mark_before), right and (splits_word or not left or is_mark_after)
