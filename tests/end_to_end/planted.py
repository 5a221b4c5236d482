"""Looks for planted words in every file below some folders, in the forms in which a program may have written them."""

import base64
import json
import os
import urllib.parse
import zlib
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

_MOST_BYTES = 256 * 1024 * 1024


def forms_of(word: str) -> dict[str, bytes]:
    """The word in bytes: as UTF-8 and UTF-16 have it, escaped for JSON and addresses, and the inside of its base64.

    Base64 depends on where the word begins; of each of the three ways those characters stand here that do
    not depend on what is before and behind.

    Args:
        word: With a character beyond ASCII, so that the escaped forms differ from the plain one.
    """
    plain = word.encode()
    forms = {
        "UTF-8": plain,
        "UTF-16-LE": word.encode("utf-16-le"),
        "UTF-16-BE": word.encode("utf-16-be"),
        "JSON": json.dumps(word)[1:-1].encode(),
        "URL": urllib.parse.quote(word).encode(),
        "hexadecimal": plain.hex().encode(),
    }
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + plain)
        first = -(-before * 4 // 3) + (1 if before else 0)
        inside = encoded[first : (before + len(plain)) * 4 // 3]
        forms[f"base64 from {before}"] = inside
        forms[f"base64 for addresses from {before}"] = inside.replace(b"+", b"-").replace(b"/", b"_")
    return forms


def find_planted(folders: Iterable[Path], words: Collection[str], but: Collection[Path] = ()) -> dict[str, set[str]]:
    """Where the words stand.

    Args:
        folders: Looked through with all that is below them, names of files and targets of links included.
        words: The words.
        but: Files and folders that are left out.

    Returns:
        For each word that was found, the places, each with its form.
    """
    found: dict[str, set[str]] = {}
    wanted = [(word, form, sought) for word in words for form, sought in forms_of(word).items()]
    for path in _paths(folders, but):
        for kind, content in _contents(path):
            for word, form, sought in wanted:
                if sought in content:
                    found.setdefault(word, set()).add(f"{path} ({kind}{form})")
    return found


def _paths(folders: Iterable[Path], but: Collection[Path]) -> Iterator[Path]:
    for top in folders:
        for here, below, names in os.walk(top):
            below[:] = [name for name in below if Path(here, name) not in but]
            for name in (*below, *names):
                if Path(here, name) not in but:
                    yield Path(here, name)


def _contents(path: Path) -> Iterator[tuple[str, bytes]]:
    yield "name, ", os.fsencode(path.name)
    if path.is_symlink():
        yield "link, ", os.fsencode(os.readlink(path))
    elif path.is_file():
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES)
        yield "", content
        for begin in (at for at in _all(content, b"\x1f\x8b\x08") if at < _MOST_BYTES):
            try:
                yield "compressed, ", zlib.decompressobj(wbits=31).decompress(content[begin:])
            except zlib.error:
                continue


def _all(content: bytes, sought: bytes) -> Iterator[int]:
    at = content.find(sought)
    while at >= 0:
        yield at
        at = content.find(sought, at + 1)
