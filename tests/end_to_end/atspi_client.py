"""Reads and works windows as assistive technology does. Run by the system's Python, which has libatspi's bindings.

Takes one request a line on standard input and gives one answer a line, both JSON:

``{"do": "find", "pid": …, "role": …, "name": …, "begins": …, "first": …}``  what is showing and fits, in tree order
``{"do": "press", "id": …}``   the element's first action
``{"do": "look", "id": …}``    the element as it is now; null where it is gone
``{"do": "select", "id": …}``  as a list's child, by its index in the parent
``{"do": "tree", "pid": …}``   every element that shows, with its depth: for a person who looks for a fault

An answer is ``{"ok": …}`` or ``{"error": "…"}``.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

import gi  # type: ignore[import-not-found,unused-ignore]

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # type: ignore[import-not-found,unused-ignore]  # noqa: E402

_SAME_ROLE = {"button": "push button", "document frame": "document"}
"""libatspi's newer names, and the older ones that we go by."""
_MOST_DEPTH = 40


class Client:
    """Answers requests; elements that were found keep their number."""

    def __init__(self) -> None:
        self._found: dict[int, Any] = {}

    def answer(self, request: dict[str, Any]) -> Any:
        """Do what is asked."""
        while GLib.MainContext.default().iteration(False):
            pass
        match request:
            case {"do": "find", "pid": pid}:
                return self._find(pid, request)
            case {"do": "tree", "pid": pid}:
                return [self._told(each, depth) for each, depth in _walk(_application(pid))]
            case {"do": "look", "id": number}:
                self._found[number].clear_cache()
                return self._told(self._found[number])
            case {"do": "press", "id": number}:
                return bool(Atspi.Action.do_action(self._found[number], 0))
            case {"do": "select", "id": number}:
                element = self._found[number]
                parent = element.get_parent()
                return bool(Atspi.Selection.select_child(parent, element.get_index_in_parent()))
        raise ValueError(f"unknown request: {request!r}")

    def _find(self, pid: int, wanted: dict[str, Any]) -> list[dict[str, Any]]:
        found = []
        for element, depth in _walk(_application(pid)):
            if "role" in wanted and _role(element) != wanted["role"]:
                continue
            name = element.get_name() or ""
            if ("name" in wanted and name != wanted["name"]) or not name.startswith(wanted.get("begins", "")):
                continue
            found.append(self._told(element, depth))
            if wanted.get("first"):
                break
        return found

    def _told(self, element: Any, depth: int = 0) -> dict[str, Any]:
        number = next((number for number, known in self._found.items() if known == element), len(self._found))
        self._found[number] = element
        offers = element.get_interfaces()
        box = Atspi.Component.get_extents(element, Atspi.CoordType.SCREEN) if "Component" in offers else None
        return {
            "id": number,
            "depth": depth,
            "role": _role(element),
            "name": element.get_name() or "",
            "description": element.get_description() or "",
            "text": Atspi.Text.get_text(element, 0, -1) if "Text" in offers else None,
            "states": sorted(state.value_nick for state in element.get_state_set().get_states()),
            "box": [box.x, box.y, box.width, box.height] if box is not None else None,
        }


def _role(element: Any) -> str:
    name: str = element.get_role_name()
    return _SAME_ROLE.get(name, name)


def _application(pid: int) -> Any:
    desktop = Atspi.get_desktop(0)
    desktop.clear_cache()
    for index in range(desktop.get_child_count()):
        application = desktop.get_child_at_index(index)
        if application is not None and application.get_process_id() == pid:
            application.clear_cache()
            return application
    return None


def _walk(element: Any, depth: int = 0) -> Iterator[tuple[Any, int]]:
    """An element and what is in it, depth first; what does not show is left out."""
    if element is None or depth > _MOST_DEPTH:
        return
    if depth:
        if not element.get_state_set().contains(Atspi.StateType.SHOWING):
            return
        yield element, depth
    for index in range(element.get_child_count()):
        yield from _walk(element.get_child_at_index(index), depth + 1)


def main() -> None:
    """Answer until standard input ends."""
    Atspi.init()
    Atspi.set_timeout(5000, 15000)
    client = Client()
    for line in sys.stdin:
        try:
            answer = {"ok": client.answer(json.loads(line))}
        except (GLib.Error, AttributeError, KeyError, ValueError) as error:  # an element may go while it is read
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
