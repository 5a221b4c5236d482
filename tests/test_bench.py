import json

import pytest

from bench import __main__, gates
from bench.line import Line, NotMeasured, median_ratio


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
