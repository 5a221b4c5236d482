"""What a model call costs, from the price data that the package ``genai-prices`` ships. Nothing is fetched."""

import asyncio
from typing import Final

from desktop.engine.messages import ModelInfo, Usage

_PROVIDERS: Final = {"gemini": "google", "anthropic": "anthropic"}


_loaded = False


def is_loaded() -> bool:
    """Whether the data is in memory: then ``cost_usd`` takes a fraction of a millisecond."""
    return _loaded


def cost_usd(provider: str, model: str, usage: Usage, *, is_local: bool = False, host: str = "") -> float | None:
    """The cost of one model call. The first call loads the data, half a second of CPU: for a worker thread.

    Args:
        provider: ``gemini``, ``anthropic``, ``openai-compatible`` or ``demo``.
        model: The provider's name of the model.
        usage: The call's tokens.
        is_local: Whether the model runs on this machine or in this program: that costs nothing.
        host: The host of an OpenAI-compatible server, which tells whose price list holds.

    Returns:
        US dollars at today's standard rates; 0 for a local model; None where the price is not known.
    """
    global _loaded
    if is_local:
        return 0.0
    from genai_prices import Usage as Tokens  # here: too slow for start-up
    from genai_prices import calc_price

    tokens = Tokens(
        input_tokens=usage.input_tokens,
        cache_read_tokens=usage.cached_tokens,
        cache_write_tokens=usage.cache_write_tokens,
        output_tokens=usage.output_tokens,
        output_reasoning_tokens=usage.thinking_tokens,
    )
    try:
        if (provider_id := _PROVIDERS.get(provider)) is not None:
            price = calc_price(tokens, model, provider_id=provider_id)
        elif host:
            price = calc_price(tokens, model, provider_api_url=f"https://{host}")
        else:
            return None
    except (LookupError, ValueError):  # not in the data; or counts that contradict each other
        return None
    _loaded = True
    rates = price.model_price
    if getattr(rates, "input_mtok", None) is None or getattr(rates, "output_mtok", None) is None:
        return None  # listed, but without a rate for its tokens
    return float(price.total_price)


async def price_of(info: ModelInfo, usage: Usage) -> float | None:
    """What tokens cost with a model; the price list is read on a worker thread at first.

    Returns:
        US dollars; None where the price is not known.
    """

    def price() -> float | None:
        return cost_usd(info.provider, info.name, usage, is_local=info.is_local, host=info.host)

    return price() if is_loaded() else await asyncio.to_thread(price)
