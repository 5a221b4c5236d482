"""Logging to a rotating file, with keys taken out of every line."""

import asyncio
import logging
import os
import sys
import threading
from collections.abc import Callable, MutableMapping
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from desktop.engine.errors import trace_of
from desktop.files import make_private_folder
from desktop.redaction import Redactor

_HELD = (
    "google_genai",
    "anthropic",
    "openai",
    "mcp",
    "httpx",
    "httpx2",
    "httpcore",
    "httpcore2",
    "urllib3",
    "aiosqlite",
    "keyring",
    "secretstorage",
    "jeepney",
)
"""Packages that at lower levels log requests with their headers and texts, statements with their values."""
_SDK_LOG_VARIABLES = ("ANTHROPIC_LOG", "OPENAI_LOG")
"""WORKAROUND(claude): these SDKs set their logger to DEBUG when imported, which is after we held it."""
_SIZE_LIMIT_BYTES = 1_000_000
_OLD_FILES = 3

_log = logging.getLogger(__name__)

LoopHandler = Callable[[asyncio.AbstractEventLoop, dict[str, Any]], object]


class RedactingFormatter(logging.Formatter):
    """Formats a whole record (message, traceback, stack) and then takes the keys out."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        """The record's lines, redacted."""
        return self._redactor.redact(super().format(record))


class _PrivateRotatingFile(RotatingFileHandler):
    """A rotating file that is readable by the person alone, and quiet when the disk is full."""

    def _open(self) -> Any:
        def opener(name: str, flags: int) -> int:
            return os.open(name, flags, 0o600)

        return open(self.baseFilename, self.mode, encoding=self.encoding, opener=opener)

    def handleError(self, record: logging.LogRecord) -> None:
        """Say that a line was lost. The standard handler would print the line's arguments, unredacted."""
        error = sys.exc_info()[1]
        if sys.stderr is not None:
            print(f"cortex-desktop: a log line was lost ({type(error).__name__})", file=sys.stderr)


def _is_not_held(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING or record.name.partition(".")[0] not in _HELD


def start_logging(
    log_file: Path,
    redactor: Redactor,
    *,
    level: int = logging.INFO,
    environment: MutableMapping[str, str] = os.environ,
) -> Callable[[], None]:
    """Send all log records to a file; where that cannot be, warnings go to standard error.

    Args:
        log_file: The newest file. Three older ones of at most 1 MB each are kept.
        redactor: Takes the keys out of each line.
        level: Least level of our own records; those of the SDKs are held at WARNING, always.
        environment: Loses the variables that would make an SDK log its requests.

    Returns:
        A function that ends the logging and closes the file.
    """
    for variable in _SDK_LOG_VARIABLES:
        environment.pop(variable, None)
    handler: logging.Handler
    problem: OSError | None = None
    try:
        make_private_folder(log_file.parent)
        handler = _PrivateRotatingFile(log_file, maxBytes=_SIZE_LIMIT_BYTES, backupCount=_OLD_FILES, encoding="utf-8")
    except OSError as error:
        problem = error
        handler = logging.StreamHandler[TextIO]()
        handler.setLevel(logging.WARNING)
    handler.setFormatter(RedactingFormatter(redactor))
    handler.addFilter(_is_not_held)
    root = logging.getLogger()
    level_before = root.level
    root.addHandler(handler)
    root.setLevel(level)
    for name in _HELD:
        logging.getLogger(name).setLevel(logging.WARNING)
    if problem is not None:
        _log.warning("No log can be written to %s: %s", log_file, problem.strerror)

    def stop() -> None:
        root.removeHandler(handler)
        root.setLevel(level_before)
        handler.close()

    return stop


def log_unhandled(told: Callable[[str], None] = lambda text: None) -> Callable[[], None]:
    """Log what nobody caught, without its text: on the main thread, on other threads, and in finalizers.

    Args:
        told: Called with one line without secrets (the error's type) for a notice; may be called on any thread.

    Returns:
        A function that puts the hooks back as they were.
    """
    before = sys.excepthook, threading.excepthook, sys.unraisablehook

    def on_error(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        _log.critical("Unhandled error: %s", trace_of(error.with_traceback(trace)))
        told(f"An unexpected error happened ({kind.__name__}). The log has the details.")

    def on_thread_error(arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None and arguments.exc_type is not SystemExit:
            on_error(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    def on_unraisable(arguments: "sys.UnraisableHookArgs") -> None:
        if arguments.exc_value is not None:
            where, error = arguments.err_msg or "in a finalizer", arguments.exc_value
            _log.error("Error that could not be raised: %s: %s", where, trace_of(error))

    def restore() -> None:
        sys.excepthook, threading.excepthook, sys.unraisablehook = before

    sys.excepthook, threading.excepthook, sys.unraisablehook = on_error, on_thread_error, on_unraisable
    return restore


def loop_error_handler(told: Callable[[str], None] = lambda text: None) -> LoopHandler:
    """Make a handler for ``loop.set_exception_handler`` of any loop, asyncio's or a GUI's.

    Args:
        told: Called with one line without secrets for a notice.

    Returns:
        The handler: logs the error of a task or callback that nobody awaited.
    """

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        trace = f": {trace_of(error)}" if isinstance(error, BaseException) else ""
        # The context's other parts are left out: their repr can hold arguments.
        _log.error("Unhandled error in the event loop: %s%s", context.get("message", ""), trace)
        told(f"An unexpected error happened ({type(error).__name__}). The log has the details.")

    return handle
