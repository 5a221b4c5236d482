"""The window's shape between two starts: a small file that may be lost without harm, so it is no setting."""

import json
import logging
from dataclasses import asdict, dataclass, field
from pathlib import Path

from desktop.files import write_private

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WindowState:
    """How the window looked.

    Attributes:
        layout: What ``MainWindow.save_layout`` gave; empty at first start.
        conversation: Id of the conversation shown last; never one off the record.
        color_scheme: ``system``, ``light`` or ``dark``: what the first paint uses, before the settings are read.
        zoom: Of the transcript's text; 1 is the system's size.
        places: Where conversations were being read, as ``ReadingPlaces.stored`` gave it.
    """

    layout: dict[str, str] = field(default_factory=dict)
    conversation: str | None = None
    color_scheme: str = "system"
    zoom: float = 1.0
    places: dict[str, list[object]] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> "WindowState":
        """Read the file; one that is missing or damaged counts as a first start."""
        try:
            read = json.loads(path.read_bytes())
            layout, conversation, scheme = read["layout"], read["conversation"], read["color_scheme"]
            if not all(isinstance(value, str) for value in (*layout.values(), conversation or "", scheme)):
                raise TypeError
            zoom, places = float(read.get("zoom", 1.0)), read.get("places", {})
            if not all(isinstance(value, list) for value in places.values()):
                raise TypeError
        except FileNotFoundError:
            return cls()
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            _log.warning("The window's state in %s is not usable (%s); starting afresh.", path, type(error).__name__)
            return cls()
        return cls(layout=layout, conversation=conversation, color_scheme=scheme, zoom=zoom, places=places)

    def save(self, path: Path) -> None:
        """Write the file as one step.

        Raises:
            OSError: It cannot be written.
        """
        write_private(path, json.dumps(asdict(self), indent=1) + "\n")
