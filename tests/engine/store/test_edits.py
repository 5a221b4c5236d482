"""Edits under way: kept as typed with their files, one open at a time, gone when they are sent or saved."""

import pytest

from desktop.engine.errors import UnknownName
from desktop.engine.messages import Attachment
from desktop.engine.store.store import Store
from tests.bench import Bench, MakeBench
from tests.scripted import text

ONE = Attachment(hash="1" * 64, name="one.txt", media_type="text/plain", size=3)
TWO = Attachment(hash="2" * 64, name="two.txt", media_type="text/plain", size=3)


async def made(make_bench: MakeBench, runs: int) -> Bench:
    return await make_bench(gatherer=(text(""),) * runs, writer=(text("Done."),) * runs)


async def sent(bench: Bench, where: str, words: str, *files: Attachment) -> str:
    for one in files:
        await bench.store.attachments.add_to_draft(where, one, b"abc")
    run_id, message = await bench.session.send(where, words, bench.options(), files)
    await bench.ended(run_id)
    return message.id


async def blobs(store: Store) -> set[str]:
    rows = await store.database.read(lambda db: db.execute("SELECT hash FROM blobs").fetchall())
    return {row["hash"] for row in rows}


async def test_an_edit_begins_with_the_message_and_its_files(make_bench: MakeBench) -> None:
    bench = await made(make_bench, 1)
    where = await bench.conversation()
    one = await sent(bench, where, "First", ONE)
    edit = await bench.store.edits.begin(one)
    assert (edit.text, edit.attachments, edit.is_changed, edit.is_queued) == ("First", (ONE,), False, False)
    assert await bench.store.edits.open_in(where) == edit


async def test_one_edit_is_open_and_what_was_typed_into_another_comes_back(make_bench: MakeBench) -> None:
    bench = await made(make_bench, 2)
    edits, where = bench.store.edits, await bench.conversation()
    one, two = await sent(bench, where, "First"), await sent(bench, where, "Second")
    await edits.begin(one)
    await edits.keep(one, "First, changed")
    await edits.begin(two)
    open_now = await edits.open_in(where)
    assert open_now is not None
    assert open_now.edited == two
    again = await edits.begin(one)
    assert (again.text, again.original, again.is_changed) == ("First, changed", "First", True)
    assert (await edits.reset(one)).text == "First"


async def test_a_left_edit_is_not_open_and_nothing_is_kept_of_one_without_a_change(make_bench: MakeBench) -> None:
    bench = await made(make_bench, 1)
    edits, where = bench.store.edits, await bench.conversation()
    one = await sent(bench, where, "First", ONE)
    await edits.begin(one)
    await edits.leave(one)
    assert await bench.store.database.read(lambda db: db.execute("SELECT * FROM edits").fetchall()) == []
    await edits.begin(one)
    await edits.remove_file(one, ONE.hash)
    await edits.leave(one)
    assert await edits.open_in(where) is None
    assert (await edits.begin(one)).attachments == ()
    assert (await edits.reset(one)).attachments == (ONE,)


async def test_files_live_as_long_as_an_edit_refers_to_them(make_bench: MakeBench) -> None:
    bench = await made(make_bench, 1)
    edits, where = bench.store.edits, await bench.conversation()
    one = await sent(bench, where, "First", ONE)
    await edits.begin(one)
    await edits.add_file(one, TWO, b"def")
    await edits.add_file(one, TWO, b"def")
    assert await edits.files(one) == (ONE, TWO)
    await edits.remove_file(one, ONE.hash)
    assert await blobs(bench.store) == {ONE.hash, TWO.hash}  # the message has it still
    await edits.remove_file(one, TWO.hash)
    assert await blobs(bench.store) == {ONE.hash}
    await edits.add_file("m_nowhere", TWO, b"def")
    assert await blobs(bench.store) == {ONE.hash}


async def test_sending_anew_takes_the_files_that_are_given_and_ends_the_edit(make_bench: MakeBench) -> None:
    bench = await made(make_bench, 2)
    edits, where = bench.store.edits, await bench.conversation()
    one = await sent(bench, where, "First", ONE)
    await edits.begin(one)
    await edits.remove_file(one, ONE.hash)
    await edits.add_file(one, TWO, b"def")
    run_id, message = await bench.session.editing.send_anew(one, "New", bench.options(), await edits.files(one))
    await bench.ended(run_id)
    assert message.attachments == (TWO,)
    assert await edits.open_in(where) is None
    assert await blobs(bench.store) == {ONE.hash, TWO.hash}
    assert (await edits.begin(one)).text == "First"


async def test_saving_a_queued_message_takes_the_files_that_are_given(make_bench: MakeBench) -> None:
    bench = await made(make_bench, 0)
    edits, where = bench.store.edits, await bench.conversation()
    await bench.store.attachments.add_to_draft(where, ONE, b"abc")
    queued = await bench.store.queue.add(where, "Second", bench.options(), (ONE,))
    await edits.begin(queued.id)
    await edits.add_file(queued.id, TWO, b"def")
    await edits.remove_file(queued.id, ONE.hash)
    await bench.store.queue.change(queued.id, "Second", await edits.files(queued.id))
    (saved,) = await bench.store.queue.of_conversation(where)
    assert saved.attachments == (TWO,)
    assert await blobs(bench.store) == {TWO.hash}
    await bench.store.queue.withdraw(queued.id)
    assert await blobs(bench.store) == set()
    with pytest.raises(UnknownName):
        await edits.begin(queued.id)


async def test_what_is_edited_goes_with_its_conversation(make_bench: MakeBench) -> None:
    bench = await made(make_bench, 1)
    edits, where = bench.store.edits, await bench.conversation()
    one = await sent(bench, where, "First")
    await edits.begin(one)
    await edits.add_file(one, TWO, b"def")
    await bench.store.keeping.delete(where)
    await bench.store.keeping.purge(conversation_ids=(where,))
    assert await bench.store.database.read(lambda db: db.execute("SELECT * FROM edits").fetchall()) == []
    assert await blobs(bench.store) == set()
