"""Loads pygments' lexers in a thread: the first use of one takes 15 to 40 ms, which the window would feel."""

import queue
import threading

from pygments.lexer import Lexer

from desktop.views.code_highlight import lexer_for

_USUAL = ("python", "bash", "json")
_NAME_LIMIT = 60


class _Loader:
    """One thread, begun with the first question."""

    def __init__(self) -> None:
        self._found: dict[str, Lexer | None] = {}
        self._asked: set[str] = set()
        self._queue: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._arrived = threading.Condition()
        self._thread: threading.Thread | None = None

    def ask(self, language: str) -> None:
        """Have a lexer loaded."""
        if language in self._asked:
            return
        self._asked.add(language)
        self._queue.put(language)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="lexers", daemon=True)
            self._thread.start()

    def is_known(self, language: str, seconds: float) -> bool:
        """Whether it was loaded, or is within so long."""
        self.ask(language)
        with self._arrived:
            return self._arrived.wait_for(lambda: language in self._found, seconds)

    def lexer(self, language: str) -> Lexer | None:
        """One that was loaded; None where there is none for the language."""
        return self._found[language]

    def _work(self) -> None:
        while True:
            language = self._queue.get()
            found = lexer_for(language)
            if found is not None:
                next(iter(found.get_tokens("x")), None)  # what is made at the first use
            with self._arrived:
                self._found[language] = found
                self._arrived.notify_all()


_LOADER = _Loader()


def _key(language: str) -> str:
    return language[:_NAME_LIMIT].lower()


def ask(language: str) -> None:
    """Have the lexer of a language loaded soon, as a fence names it."""
    if language:
        _LOADER.ask(_key(language))


def ask_for_usual() -> None:
    """Have those loaded that most conversations need."""
    for language in _USUAL:
        _LOADER.ask(language)


def is_known(language: str, seconds: float) -> bool:
    """Whether the lexer of a language is there, or is within so long; while waiting, its thread runs."""
    return _LOADER.is_known(_key(language), seconds)


def lexer(language: str) -> Lexer | None:
    """The lexer of a language that is known; None where pygments has none."""
    return _LOADER.lexer(_key(language))
