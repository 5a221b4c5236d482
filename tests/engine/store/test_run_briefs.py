"""What is told of all runs of a conversation at once."""

from desktop.engine.store.run_briefs import RunBrief, briefs_of
from tests.bench import Bench, MakeBench
from tests.scripted import call, calls, text


async def briefs(bench: Bench, where: str) -> list[RunBrief]:
    return await briefs_of(bench.session.store_of(where).database, where)


async def test_a_brief_tells_what_the_whole_record_does(make_bench: MakeBench) -> None:
    looks = calls(call("a", "look", name="1"), call("b", "look", name="2"))
    bench = await make_bench(gatherer=(looks, text("S"), calls(call("c", "act", name="3"))), writer=(text("A"),))
    where = await bench.conversation()
    done = await bench.send("First", where)
    await bench.ended(done)
    waits = await bench.send("Second", where)
    await bench.ended(waits)
    first, second = await briefs(bench, where)
    record = await bench.session.record(done)
    assert (first.run_id, first.state, first.message_id) == (done, "done", record.message_id)
    assert (first.rounds, first.calls, first.is_gathered, first.can_write_again) == (2, 2, True, True)
    assert (second.run_id, second.state, second.calls) == (waits, "waiting", 1)
    assert (second.is_gathered, second.can_write_again) == (False, False)
