import asyncio
import gc
import io
import logging
import os
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop.log import log_unhandled, loop_error_handler, start_logging
from desktop.redaction import MARK, Redactor

KEY = "0f1e2d3c-not-by-its-looks"
Start = Callable[..., Path]


@pytest.fixture
def redactor() -> Redactor:
    redactor = Redactor()
    redactor.add(KEY)
    return redactor


@pytest.fixture
def start(tmp_path: Path, redactor: Redactor) -> Iterator[Start]:
    """Starts the logging to a file and gives its path; ends it after the test."""
    stops: list[Callable[[], None]] = []

    def begin(**arguments: int) -> Path:
        file = tmp_path / "state" / "cortex-desktop.log"
        stops.append(start_logging(file, redactor, environment={}, **arguments))
        return file

    yield begin
    for stop in stops:
        stop()


def test_message_arguments_and_traceback_lose_the_key(start: Start) -> None:
    file = start()
    log = logging.getLogger("desktop.test")

    log.info("sent %s", KEY)
    log.info("x-api-key: unknown-one")
    try:
        try:
            raise ValueError(f"refused {KEY}")
        except ValueError as error:
            raise RuntimeError(f"Bearer {KEY}") from error
    except RuntimeError:
        log.exception("it failed with %s", KEY, stack_info=True)

    text = file.read_text(encoding="utf-8")
    assert KEY not in text
    assert "unknown-one" not in text
    assert f"INFO desktop.test: sent {MARK}\n" in text
    assert f"ValueError: refused {MARK}" in text
    assert f"RuntimeError: Bearer {MARK}" in text
    assert "Stack (most recent call last)" in text


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_log_files_are_private_also_after_rotation(start: Start) -> None:
    file = start()

    for _ in range(60):
        logging.getLogger("desktop.test").info("x" * 50_000)

    files = sorted(file.parent.iterdir())
    assert [path.name for path in files] == [file.name + end for end in ("", ".1", ".2", ".3")][: len(files)]
    assert len(files) > 2
    assert {stat.S_IMODE(path.stat().st_mode) for path in (*files, file.parent)} == {0o600, 0o700}


@pytest.mark.parametrize("name", ["google_genai._api_client", "anthropic", "openai", "httpx2", "httpcore2.http11"])
def test_sdk_lines_below_warning_are_dropped_whatever_level_the_sdk_sets(start: Start, name: str) -> None:
    file = start(level=logging.DEBUG)
    logger = logging.getLogger(name)
    assert not logger.isEnabledFor(logging.INFO)
    before = logger.level
    logger.setLevel(logging.DEBUG)  # as the SDKs do when they are imported with ANTHROPIC_LOG=debug
    try:
        logger.debug("Request options: everything")
        logger.warning("rate limit")
    finally:
        logger.setLevel(before)
    logging.getLogger("desktop.test").debug("ours")

    text = file.read_text(encoding="utf-8")
    assert "everything" not in text
    assert "rate limit" in text
    assert "ours" in text


def test_variables_that_make_sdks_log_requests_are_taken_away(tmp_path: Path) -> None:
    environment = {"ANTHROPIC_LOG": "debug", "OPENAI_LOG": "info", "LANG": "C"}

    start_logging(tmp_path / "log", Redactor(), environment=environment)()

    assert environment == {"LANG": "C"}


def test_unwritable_folder_sends_warnings_to_standard_error(
    tmp_path: Path, redactor: Redactor, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    stop = start_logging(tmp_path / "file" / "log", redactor, environment={})
    try:
        logging.getLogger("desktop.test").info("a detail")
        logging.getLogger("desktop.test").warning("lost %s", KEY)
    finally:
        stop()

    shown = capsys.readouterr().err
    assert "No log can be written to" in shown
    assert f"lost {MARK}" in shown
    assert "a detail" not in shown


def test_line_that_cannot_be_written_shows_no_arguments(start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    start()
    record = logging.LogRecord("desktop.test", logging.WARNING, "file.py", 1, "%d", (KEY,), None)

    logging.getLogger().handlers[-1].handle(record)

    assert capsys.readouterr().err == "cortex-desktop: a log line was lost (TypeError)\n"


def test_end_closes_the_file_and_restores_the_root(tmp_path: Path) -> None:
    root = logging.getLogger()
    before = root.level, list(root.handlers)

    start_logging(tmp_path / "log", Redactor(), environment={})()

    assert (root.level, root.handlers) == before


def test_unhandled_errors_of_all_threads_are_logged_and_told_without_the_key(start: Start) -> None:
    file = start()
    told: list[str] = []
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    restore = log_unhandled(told.append)
    try:
        error = ValueError(f"on the main thread {KEY}")
        sys.excepthook(ValueError, error, None)

        def fail() -> None:
            raise LookupError(f"on another thread {KEY}")

        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()

        class Fails:
            def __del__(self) -> None:
                raise OSError(f"in a finalizer {KEY}")

        Fails()
        gc.collect()
    finally:
        restore()

    text = file.read_text(encoding="utf-8")
    for words in ("Unhandled error: ValueError", "Unhandled error: LookupError", "OSError"):
        assert f"{words}\n" in text
    assert "in fail\n" in text
    assert KEY not in text
    assert told == [
        "An unexpected error happened (ValueError). The log has the details.",
        "An unexpected error happened (LookupError). The log has the details.",
    ]
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == hooks


def test_interrupt_from_the_keyboard_is_no_bug(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    file = start()
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    told: list[str] = []
    restore = log_unhandled(told.append)
    try:
        sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    finally:
        restore()

    assert told == []
    assert file.read_text(encoding="utf-8") == ""


async def test_error_of_a_task_that_nobody_awaits_is_logged(start: Start) -> None:
    file = start()
    told: list[str] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(loop_error_handler(told.append))

    async def fail() -> None:
        raise ValueError(f"unseen {KEY}")

    task = loop.create_task(fail())
    await asyncio.wait([task])
    del task
    gc.collect()

    text = file.read_text(encoding="utf-8")
    assert "Unhandled error in the event loop: Task exception was never retrieved: ValueError\n" in text
    assert "in fail\n" in text
    assert "unseen 0" not in text
    assert KEY not in text
    assert told == ["An unexpected error happened (ValueError). The log has the details."]


def test_the_text_of_an_unhandled_error_which_can_quote_the_person_is_not_logged(start: Start) -> None:
    file = start()
    restore = log_unhandled()
    try:
        try:
            try:
                int("zweifelhirsch")
            except ValueError as error:
                raise LookupError("nebelhornist") from error
        except LookupError as error:
            sys.excepthook(LookupError, error, error.__traceback__)
    finally:
        restore()
    text = file.read_text(encoding="utf-8")
    assert "Unhandled error: LookupError\n" in text
    assert "from ValueError\n" in text
    assert "invalid literal" not in text
