"""What the person changed in a call's arguments, as the text of a diff. Pure functions."""

import difflib
import json

from pydantic import JsonValue

from desktop.engine.messages import JsonObject, canonical
from desktop.views.literal_text import as_line

_MOST_COMPARED = 2000
"""Lines that are compared; difflib takes time with their square."""
_CONTEXT = 1


def argument_changes(before: JsonObject, after: JsonObject) -> str:
    """Compare arguments.

    Args:
        before: What the model gave.
        after: What the person made of it.

    Returns:
        For each argument that differs a head with its name, then its lines as in a unified diff; empty where nothing
        differs.
    """
    lines: list[str] = []
    for name in dict.fromkeys((*before, *after)):
        old, new = _lines(before, name), _lines(after, name)
        if name in before and name in after and canonical({"": before[name]}) == canonical({"": after[name]}):
            continue
        lines.append(f"@@ {as_line(name)} @@")
        lines += _compare(old, new)
    return "\n".join(lines)


def _lines(arguments: JsonObject, name: str) -> list[str]:
    return _text(arguments[name]).split("\n") if name in arguments else []


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)


def _compare(old: list[str], new: list[str]) -> list[str]:
    if len(old) + len(new) > _MOST_COMPARED or old == new:  # equal lines of a text and of a number that reads the same
        return ["-" + line for line in old] + ["+" + line for line in new]
    result: list[str] = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for group in matcher.get_grouped_opcodes(_CONTEXT):
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                result += [" " + line for line in old[i1:i2]]
            else:
                result += ["-" + line for line in old[i1:i2]] + ["+" + line for line in new[j1:j2]]
    return result
