"""The estimate before sending: said where it matters, never with an unknown price as nothing."""

import pytest

from desktop.engine.estimating import Estimate
from desktop.estimates import estimate_words


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Estimate(input_tokens=4_000, cost_usd=0.01), ""),
        (Estimate(input_tokens=4_000, cost_usd=0.06), "Next message: about 4,000 tokens in, $0.06 or more"),
        (Estimate(input_tokens=48_200, cost_usd=0.0), "Next message: about 48,000 tokens in"),
        (Estimate(input_tokens=48_200, cost_usd=0.004), "Next message: about 48,000 tokens in, $0.004 or more"),
        (
            Estimate(input_tokens=48_200, cost_usd=0.1, unpriced=("Nameless", "Nameless")),
            "Next message: about 48,000 tokens in, price of Nameless unknown",
        ),
    ],
)
def test_an_estimate_is_said_where_it_matters(found: Estimate, words: str) -> None:
    assert estimate_words(found) == words
