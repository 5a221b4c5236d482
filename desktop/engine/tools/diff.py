"""A unified diff of two texts, in bounded time."""

import difflib

_CONTEXT = 3
_MOST_COMPARED = 3000  # difflib takes time with the square of the lines


def unified_diff(old: str, new: str, name: str) -> str:
    """Compare two texts.

    Args:
        old: The present text; empty for a file that does not exist.
        new: The text to be.
        name: The file's name for the head.

    Returns:
        A unified diff with three lines of context; empty for equal texts. Long texts that differ all over come
        out as one block removed and one added.
    """
    if old == new:
        return ""
    before, after = _lines(old), _lines(new)
    shortest = min(len(before), len(after))
    head = next((i for i in range(shortest) if before[i] != after[i]), shortest)
    most_tail = shortest - head
    tail = next((i for i in range(most_tail) if before[-1 - i] != after[-1 - i]), most_tail)
    head, tail = max(0, head - _CONTEXT), max(0, tail - _CONTEXT)
    before, after = before[head : len(before) - tail], after[head : len(after) - tail]
    lines = [f"--- {name}", f"+++ {name}"]
    for group in _groups(before, after):
        lines.append(_hunk_head(group, head))
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                lines += [" " + line for line in before[i1:i2]]
            else:
                lines += ["-" + line for line in before[i1:i2]]
                lines += ["+" + line for line in after[j1:j2]]
    return "\n".join(lines)


_Operation = tuple[str, int, int, int, int]


def _lines(text: str) -> list[str]:
    if not text:
        return []
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    else:
        lines[-1] += "\n\\ No newline at end of file"
    return lines


def _groups(before: list[str], after: list[str]) -> list[list[_Operation]]:
    if len(before) + len(after) > _MOST_COMPARED:
        return [[("replace", 0, len(before), 0, len(after))]]
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=True)
    return [list(group) for group in matcher.get_grouped_opcodes(_CONTEXT)]


def _hunk_head(group: list[_Operation], offset: int) -> str:
    _, i1, _, j1, _ = group[0]
    _, _, i2, _, j2 = group[-1]
    return f"@@ -{_range(i1 + offset, i2 - i1)} +{_range(j1 + offset, j2 - j1)} @@"


def _range(start: int, length: int) -> str:
    if length == 0:
        return f"{start},0"
    return f"{start + 1}" if length == 1 else f"{start + 1},{length}"
