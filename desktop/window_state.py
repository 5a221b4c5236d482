"""The window's shape between two starts: a small file that may be lost without harm, so it is no setting."""

import json
import logging
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from desktop.files import write_private

_log = logging.getLogger(__name__)


class WindowState(BaseModel):
    """How the window looked.

    Attributes:
        geometry: ``QWidget.saveGeometry()`` in Base64; empty at first start.
        layout: ``QMainWindow.saveState()`` in Base64; empty at first start.
        splitters: Sizes in pixels, by the splitter's object name.
        panes: Whether a pane is open, by its object name.
        conversation: Id of the conversation shown last; never one off the record.
        role: Name of the role chosen last.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    geometry: str = ""
    layout: str = ""
    splitters: dict[str, tuple[int, ...]] = {}
    panes: dict[str, bool] = {}
    conversation: str | None = None
    role: str | None = None

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the file; one that is missing or damaged counts as a first start."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return cls()
        except (OSError, ValidationError) as error:
            _log.warning("The window's state in %s is not usable (%s); starting afresh.", path, type(error).__name__)
            return cls()

    def save(self, path: Path) -> None:
        """Write the file as one step.

        Raises:
            OSError: It cannot be written.
        """
        write_private(path, json.dumps(self.model_dump(mode="json"), indent=1) + "\n")
