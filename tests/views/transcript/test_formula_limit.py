"""Formulas are rendered by a thread that ends what takes too long, and goes on with the next."""

import pytest

from desktop.views.transcript import formulas


def test_a_formula_that_takes_too_long_stays_its_source_and_the_next_is_rendered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    formulas.warm()
    assert formulas.wait(20)
    monkeypatch.setattr(formulas, "TIME_LIMIT", -1.0)
    formulas.ask("too^{long}", True)
    assert formulas.wait(20)
    assert formulas.is_known("too^{long}", True)
    assert formulas.rendered("too^{long}", True) is None
    monkeypatch.undo()
    formulas.ask("in^{time}", True)
    assert formulas.wait(20)
    assert formulas.rendered("in^{time}", True) is not None
