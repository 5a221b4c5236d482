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
        layout: What ``MainWindow.save_layout`` gave; empty at first start.
        conversation: Id of the conversation shown last; never one off the record.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    layout: dict[str, str] = {}
    conversation: str | None = None

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
