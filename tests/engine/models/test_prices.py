import pytest

from desktop.engine.messages import Usage
from desktop.engine.models.prices import cost_usd

MILLION = 1_000_000


def rates(provider: str, model: str) -> dict[str, float]:
    """US dollars for a million tokens, as the package lists them today."""
    from genai_prices.data_snapshot import get_snapshot

    owner = "google" if provider == "gemini" else provider
    _, found = get_snapshot().find_provider_model(model, None, owner, None)
    price = found.calc_price({}, _).model_price
    return {name: float(value) for name, value in vars(price).items() if name.endswith("_mtok")}


def test_claude_is_priced_by_kind_of_token() -> None:
    listed = rates("anthropic", "claude-sonnet-5-5")
    usage = Usage(
        input_tokens=4 * MILLION,
        cached_tokens=2 * MILLION,
        cache_write_tokens=MILLION,
        output_tokens=3 * MILLION,
        thinking_tokens=MILLION,
    )
    expected = (
        listed["input_mtok"] + 2 * listed["cache_read_mtok"] + listed["cache_write_mtok"] + 3 * listed["output_mtok"]
    )
    assert cost_usd("anthropic", "claude-sonnet-5-5", usage) == pytest.approx(expected)
    assert listed["cache_read_mtok"] < listed["input_mtok"] < listed["cache_write_mtok"]


def test_gemini_is_priced_by_kind_of_token() -> None:
    listed = rates("gemini", "gemini-3.8-flash")
    usage = Usage(input_tokens=100_000, cached_tokens=40_000, output_tokens=10_000, thinking_tokens=9_000)
    expected = (6 * listed["input_mtok"] + 4 * listed["cache_read_mtok"] + listed["output_mtok"]) / 100
    assert cost_usd("gemini", "gemini-3.8-flash", usage) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("anthropic", "claude-of-tomorrow"),
        ("anthropic", "gpt-5"),
        ("gemini", "gemini-99-flash"),
        ("openai-compatible", "gpt-5"),
        ("nobody", "claude-sonnet-5-5"),
        ("anthropic", ""),
    ],
)
def test_unknown_price_is_none_and_never_zero(provider: str, model: str) -> None:
    assert cost_usd(provider, model, Usage(input_tokens=5, output_tokens=5)) is None


def test_no_listed_model_without_rates_passes_for_free() -> None:
    from genai_prices.data_snapshot import get_snapshot

    usage = Usage(input_tokens=1000, output_tokens=1000)
    for provider, owner in (("gemini", "google"), ("anthropic", "anthropic")):
        (found,) = (listed for listed in get_snapshot().providers if listed.id == owner)
        for model in found.models:
            if cost_usd(provider, model.id, usage) == 0:
                assert rates(provider, model.id)["input_mtok"] == 0


def test_counts_that_contradict_each_other_have_no_price() -> None:
    assert cost_usd("anthropic", "claude-sonnet-5-5", Usage(input_tokens=1, cached_tokens=5)) is None


def test_local_model_costs_nothing_whatever_its_name() -> None:
    usage = Usage(input_tokens=5, output_tokens=5)
    assert cost_usd("openai-compatible", "claude-sonnet-5-5", usage, is_local=True) == 0
    assert cost_usd("demo", "demo", usage, is_local=True) == 0


def test_price_list_of_a_compatible_server_goes_by_its_host() -> None:
    usage = Usage(input_tokens=MILLION)
    assert cost_usd("openai-compatible", "gpt-5", usage, host="api.openai.com") == pytest.approx(
        rates("openai", "gpt-5")["input_mtok"]
    )
    assert cost_usd("openai-compatible", "gpt-5", usage, host="llm.example.org") is None
