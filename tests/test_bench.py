import json
from typing import Any

import pytest

from bench import __main__, caching, engine, gates
from bench.line import Line, NotMeasured, median_ratio
from bench.prefix_cache import Counted, PrefixCache
from desktop.engine.limits import Limits


def test_a_gate_costs_no_request_to_the_orchestrator() -> None:
    assert gates.measure() == [Line("model_calls_per_gate", 0, "count", 0)]


def test_a_line_is_one_json_object_with_its_goal() -> None:
    printed = Line("start_vs_floor", 1.23456, "ratio", 1.8).json()
    assert json.loads(printed) == {"name": "start_vs_floor", "value": 1.235, "unit": "ratio", "goal": 1.8}
    assert "\n" not in printed


def test_the_median_is_of_the_ratios_of_pairs() -> None:
    assert median_ratio([(2.0, 1.0), (30.0, 10.0), (1.0, 1.0)]) == 2.0


def test_what_cannot_be_measured_fails_in_words_and_the_rest_is_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def cannot() -> list[Line]:
        raise NotMeasured("Xvfb is not installed")

    monkeypatch.setattr("bench.start.measure", cannot)
    monkeypatch.setattr("bench.gates.measure", lambda: [Line("missed", 2, "count", 0)])
    assert __main__.main(["start", "gates"]) == 1
    out, err = capsys.readouterr()
    assert out == '{"name": "missed", "value": 2, "unit": "count", "goal": 0}\n'
    assert err == "start could not be measured: Xvfb is not installed\n"


def test_a_missed_goal_is_no_error(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("bench.gates.measure", lambda: [Line("missed", 2, "count", 0)])
    assert __main__.main(["gates"]) == 0
    assert capsys.readouterr().err == ""


def test_an_unknown_name_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert __main__.main(["speed"]) == 1
    assert "'speed'" in capsys.readouterr().err


def request(*texts: str, marks: tuple[int, ...] = (), system: str = "S" * 6000) -> dict[str, Any]:
    blocks: list[dict[str, Any]] = [{"type": "text", "text": text} for text in texts]
    for mark in marks:
        blocks[mark]["cache_control"] = {"type": "ephemeral"}
    return {
        "system": [{"type": "text", "text": system, "cache_control": {"type": "ephemeral"}}],
        "messages": [{"role": "user", "content": blocks}],
    }


def test_the_cache_reads_only_what_is_equal_to_the_byte_and_was_marked() -> None:
    cache = PrefixCache()
    first = cache.claude(request("a" * 4000, "b" * 4000, marks=(0,)))
    assert first.read == 0
    assert first.written > 2400
    again = cache.claude(request("a" * 4000, "c" * 4000, marks=(0,)))
    assert (again.read, again.written) == (first.written, 0)
    assert cache.claude(request("a" * 4000, "b" * 4000, "d", marks=(1,))).read == first.written
    other_message = cache.claude(request("x" + "a" * 3999, marks=(0,)))
    assert 1500 <= other_message.read < first.written
    assert cache.claude(request("a" * 4000, marks=(0,), system="T" + "S" * 5999)).read == 0


def test_the_cache_holds_nothing_short_and_refuses_a_fifth_breakpoint() -> None:
    cache = PrefixCache()
    short = request("a" * 100, marks=(0,), system="S")
    assert [cache.claude(short), cache.claude(short)] == [Counted(0, 0, cache.claude(short).rest)] * 2
    with pytest.raises(ValueError, match="5 cache breakpoints"):
        cache.claude(request(*"abcd", marks=(0, 1, 2, 3)))


async def test_most_of_what_a_long_conversation_sends_comes_from_the_cache() -> None:
    responder, orchestrator = await caching.cached_ratios(engine.GATHERER, Limits())
    assert responder >= 0.8
    assert orchestrator >= 0.8
