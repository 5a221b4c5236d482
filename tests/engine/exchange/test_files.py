"""Files of messages in the program's own JSON: out and in again whole, each once, a piece at a time."""

import asyncio
import base64
import hashlib
import io
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.exchange.fields import Fields
from desktop.engine.exchange.file_pieces import FileReader, pieces_of
from desktop.engine.exchange.reading import read_conversations
from desktop.engine.exchange.values import ExportForm, Imported, IncomingFile
from desktop.engine.exchange.writing import write_conversations
from desktop.engine.media import describe
from desktop.engine.messages import Attachment
from desktop.engine.store.exporting import conversation_reader
from desktop.engine.store.store import Store
from desktop.exchange import import_words
from tests.engine.store.test_search import OPTIONS

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
TEXT = b"name,age\r\n\xc3\x84nne,41\r\n"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(tmp_path / "cortex.sqlite3")
    yield store
    await store.close()


@pytest.fixture
async def other(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(tmp_path / "other.sqlite3")
    yield store
    await store.close()


async def send(store: Store, text: str, files: dict[str, bytes], preview: bytes | None = None) -> str:
    """A message with files; returns its conversation."""
    info = await store.conversations.create("/tmp")
    sent = []
    for name, data in files.items():
        one = describe(data, name).model_copy(update={"note": "Sent as PNG."} if name.endswith(".png") else {})
        await store.attachments.add_to_draft(info.id, one, data, preview)
        sent.append(one)
    run_id, _ = await store.runs.create(info.id, text, OPTIONS, sent)
    await store.runs.finish(run_id, "done", None)
    return info.id


def export(store: Store, target: Path, form: ExportForm = "json", redact: Any = str) -> str:
    assert store.database.path is not None
    file = io.StringIO()
    with conversation_reader(store.database.path) as reader:
        write_conversations(file, form, map(reader.read, reader.ids()), reader, redact)
    target.write_text(file.getvalue(), encoding="utf-8", newline="")
    return file.getvalue()


async def take(store: Store, path: Path) -> Imported:
    return await store.importing.take(read_conversations(path), "/w")


async def attached(store: Store) -> list[list[Attachment]]:
    """The files of each message, by conversation title."""
    found = []
    for info in sorted(await store.conversations.all(), key=lambda each: each.title):
        found += [list(each.attachments) for each in await store.conversations.messages(info.id)]
    return found


async def blobs(store: Store) -> dict[str, bytes]:
    rows = await store.database.read(lambda db: db.execute("SELECT hash, data FROM blobs").fetchall())
    return {row["hash"]: row["data"] for row in rows}


async def test_files_come_back_whole_and_each_is_in_the_export_once(store: Store, other: Store, tmp_path: Path) -> None:
    await send(store, "First", {"a.png": PNG, "Ä “b”.csv": TEXT})
    await send(store, "Second", {"again.png": PNG})
    whole = json.loads(export(store, tmp_path / "e.json"))
    assert whole["version"] == 2
    assert sorted(each["file"] for each in whole["files"]) == sorted({describe(d, "x").hash for d in (PNG, TEXT)})
    done = await take(other, tmp_path / "e.json")
    assert (done.taken, done.files, done.files_left_out) == (2, 3, ())
    assert await attached(other) == await attached(store)
    assert await blobs(other) == await blobs(store) == {hashlib.sha256(d).hexdigest(): d for d in (PNG, TEXT)}
    assert import_words(done) == "Imported 2 conversations with 2 messages and 3 files."
    export(other, tmp_path / "again.json")
    assert json.loads((tmp_path / "again.json").read_text(encoding="utf-8"))["files"] == whole["files"]


async def test_what_is_here_already_brings_no_files(store: Store, tmp_path: Path) -> None:
    gone = await send(store, "First", {"a.png": PNG})
    await send(store, "Second", {"b.csv": TEXT})
    export(store, tmp_path / "e.json")
    await store.keeping.delete(gone)
    await store.keeping.purge(conversation_ids=(gone,))
    assert list((await blobs(store)).values()) == [TEXT]
    done = await take(store, tmp_path / "e.json")
    assert (done.taken, done.files, done.known) == (1, 1, ("Second",))
    assert sorted((await blobs(store)).values()) == sorted([PNG, TEXT])


async def test_imported_files_count_as_somebody_elses_words(store: Store, other: Store, tmp_path: Path) -> None:
    await send(store, "First", {"b.csv": TEXT})
    export(store, tmp_path / "e.json")
    await take(other, tmp_path / "e.json")
    (info,) = await other.conversations.all()
    run_id, _ = await other.runs.create(info.id, "And now?", OPTIONS)
    (file,) = await other.attachments.readings(info.id, run_id)
    assert (file.tool, file.arguments, file.untrusted) == ("attached file", {"name": "b.csv"}, True)
    (words,) = await other.importing.readings(info.id, run_id)
    assert words.untrusted


async def test_what_a_file_is_is_found_from_its_bytes(store: Store, other: Store, tmp_path: Path) -> None:
    await send(store, "First", {"b.csv": TEXT})
    whole = json.loads(export(store, tmp_path / "e.json"))
    (said,) = whole["conversations"][0]["messages"][0]["attachments"]
    said |= {"media_type": "image/png", "size": 7, "width": -1, "tokens": 10**30, "name": "../../x\n.csv"}
    (tmp_path / "e.json").write_text(json.dumps(whole), encoding="utf-8")
    await take(other, tmp_path / "e.json")
    ((found,),) = await attached(other)
    assert found == describe(TEXT, "x\n.csv")


def spoilt(whole: dict[str, Any], how: str) -> None:
    files = whole["files"]
    png = next(each for each in files if each["size"] == len(PNG))
    match how:
        case "other bytes":
            png["data"] = base64.b64encode(PNG[:-1] + b"x").decode()
        case "no base64":
            png["data"] = "*" + png["data"][1:]
        case "cut":
            png["data"] = png["data"][:400]
        case "not there":
            files.remove(png)
        case "too large":
            png["size"] = 1 << 40
        case "no size":
            png["size"] = "1"
        case "no picture, no text":
            data = b"PK\x03\x04" + bytes(9)
            png |= {
                "data": base64.b64encode(data).decode(),
                "size": len(data),
                "sha256": hashlib.sha256(data).hexdigest(),
            }


@pytest.mark.parametrize(
    "how", ["other bytes", "no base64", "cut", "not there", "too large", "no size", "no picture, no text"]
)
async def test_a_damaged_file_is_left_out_in_words_and_all_else_comes(
    store: Store, other: Store, tmp_path: Path, how: str
) -> None:
    await send(store, "First", {"a.png": PNG, "b.csv": TEXT})
    whole = json.loads(export(store, tmp_path / "e.json"))
    spoilt(whole, how)
    (tmp_path / "e.json").write_text(json.dumps(whole), encoding="utf-8")
    done = await take(other, tmp_path / "e.json")
    assert (done.taken, done.files, done.files_left_out) == (1, 1, ("a.png",))
    assert "1 file could not be read from it and is left out: “a.png”." in import_words(done)
    ((kept,),) = await attached(other)
    assert kept.name == "b.csv"
    assert list((await blobs(other)).values()) == [TEXT]


async def test_a_file_that_is_bad_at_its_end_leaves_no_bytes(store: Store, other: Store, tmp_path: Path) -> None:
    await send(store, "First", {"a.png": PNG})
    text = export(store, tmp_path / "e.json")
    (tmp_path / "e.json").write_text(text.rstrip()[:-1] + ', "more": oops}', encoding="utf-8")
    with pytest.raises(Exception, match="no whole JSON"):
        await take(other, tmp_path / "e.json")
    assert (await other.conversations.all(), await blobs(other)) == ([], {})


async def test_a_hash_alone_brings_no_file(other: Store, tmp_path: Path) -> None:
    """A hash alone brings nothing: who knows one could else have a private file shown in a conversation of theirs."""
    await send(other, "Private", {"private.csv": TEXT})
    store = await Store.open(tmp_path / "third.sqlite3")
    await send(store, "First", {"b.csv": TEXT})
    whole = json.loads(export(store, tmp_path / "e.json"))
    await store.close()
    whole["files"] = []
    (tmp_path / "e.json").write_text(json.dumps(whole), encoding="utf-8")
    assert (await take(other, tmp_path / "e.json")).files_left_out == ("b.csv",)


async def test_exports_of_the_first_version_are_read(store: Store, other: Store, tmp_path: Path) -> None:
    await send(store, "First", {})
    whole = json.loads(export(store, tmp_path / "e.json")) | {"version": 1}
    del whole["files"], whole["conversations"][0]["messages"][0]["attachments"]
    (tmp_path / "e.json").write_text(json.dumps(whole), encoding="utf-8")
    assert (await take(other, tmp_path / "e.json")).messages == 1


async def test_keys_are_in_no_file_of_an_export_and_it_can_still_be_read(
    store: Store, other: Store, tmp_path: Path
) -> None:
    data = ("line\r\n" * 60_000 + "key: SECRET-1\r\n").encode("utf-16")
    await send(store, "First", {"env.txt": data})
    text = export(store, tmp_path / "e.json", redact=lambda text: text.replace("SECRET-1", "[redacted]"))
    done = await take(other, tmp_path / "e.json")
    assert (done.files, done.files_left_out) == (1, ())
    ((found,),) = await attached(other)
    kept = (await blobs(other))[found.hash]
    assert kept == ("line\n" * 60_000 + "key: [redacted]\n").encode()
    assert all("SECRET-1" not in base64.b64decode(each["data"]).decode() for each in json.loads(text)["files"])


def pieces(*files: bytes) -> Iterator[Fields]:
    for data in files:
        for piece in pieces_of(hashlib.sha256(data).hexdigest(), data):
            yield Fields(piece, "a file")


@given(st.lists(st.binary(min_size=1, max_size=30), max_size=5, unique=True), st.data())
def test_files_are_read_from_pieces_and_one_that_lacks_any_is_damaged(files: list[bytes], data: st.DataObject) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("desktop.engine.exchange.file_pieces._PIECE", 4)
        whole = list(pieces(*files))
        drop = data.draw(st.sets(st.integers(0, len(whole) - 1)) if whole else st.just(set()))
        reader = FileReader()
        found: list[IncomingFile] = []
        for number, piece in enumerate(whole):
            if number not in drop:
                found += reader.take(piece)
        found += reader.end()
    hurt = {whole[number].text("file") for number in drop}
    by_key = {hashlib.sha256(each).hexdigest(): each for each in files}
    assert {each.key: each.data for each in found if each.data is not None} == {
        key: each for key, each in by_key.items() if key not in hurt
    }


_BIG = """
import asyncio, os, resource, sys
from pathlib import Path
from desktop.engine.exchange.reading import read_conversations
from desktop.engine.exchange.writing import write_conversations
from desktop.engine.store.exporting import conversation_reader
from desktop.engine.store.store import Store

async def take(export, database):
    store = await Store.open(database)
    done = await store.importing.take(read_conversations(export), "/")
    await store.close()
    return done.files

folder = Path(sys.argv[2])
async def make():  # what is imported at first use is no part of the work
    await (await Store.open(folder / "first.sqlite3")).close()
asyncio.run(make())
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
if sys.argv[1] == "out":
    with conversation_reader(folder / "cortex.sqlite3") as reader, (folder / "e.json").open("w") as file:
        print(write_conversations(file, "json", map(reader.read, reader.ids()), reader, str), end=" ")
else:
    print(asyncio.run(take(folder / "e.json", folder / "other.sqlite3")), end=" ")
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


async def test_an_export_with_many_files_is_written_and_read_in_bounded_memory(store: Store, tmp_path: Path) -> None:
    """96 MB in 12 files; what is held is a few of them."""
    for number in range(12):
        await send(store, str(number), {"big.png": PNG[:8] + os.urandom(8 << 20)})
    for way, count in (("out", 12), ("in", 12)):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _BIG, way, str(tmp_path), stdout=subprocess.PIPE
        )
        output, _ = await process.communicate()
        done, megabytes = map(int, output.split())
        assert done == count
        assert megabytes < 64, way
    assert sqlite3.connect(tmp_path / "other.sqlite3").execute("SELECT COUNT(*) FROM blobs").fetchone() == (12,)


async def test_markdown_names_the_files_of_a_message(store: Store, tmp_path: Path) -> None:
    await send(store, "", {"a*b.png": PNG, "b.csv": TEXT})
    page = export(store, tmp_path / "e.md", "markdown")
    named = "a\\*b.png (PNG picture, 10 KB), b.csv (Text, 20 bytes)"
    assert page.endswith(f"\n\n*Attached, and not in this file:* {named}\n")
