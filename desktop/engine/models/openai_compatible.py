"""Servers that speak OpenAI's chat completions: Ollama, LM Studio, llama.cpp, vLLM and the like, and OpenAI itself.

This module is light; the SDK, which takes seconds to import, comes with ``openai_wire`` at first use.
"""

from desktop.engine.messages import JsonObject, ModelInfo
from desktop.engine.models.address import host_of
from desktop.engine.models.contents import Load, no_load
from desktop.engine.models.sdk_model import Connection, SdkModel

_NO_KEY = "no-key"
"""Sent where there is no key: a server on this machine asks for none, and the SDK sends no request without one."""


class OpenAICompatibleModel(SdkModel):
    """A model behind a server that speaks OpenAI's protocol.

    Args:
        name: The server's name of the model.
        label: The name shown to the person.
        key: The API key; empty for a server that asks for none.
        base_url: Where to send the requests, ``/v1`` included. The environment has no say in it.
        timeout_s: Seconds of silence after which the model counts as not answering.
        load: Where the bytes of attachments come from.
        options: Fields of the provider's own request, sent as they are.
    """

    def __init__(
        self,
        name: str,
        label: str,
        key: str,
        base_url: str,
        timeout_s: float = 120.0,
        load: Load = no_load,
        options: JsonObject | None = None,
    ) -> None:
        info = ModelInfo(provider="openai-compatible", name=name, label=label, host=host_of(base_url))
        super().__init__(info, key.strip() or _NO_KEY, load)
        self._base_url = base_url
        self._timeout_s = timeout_s
        self._options = options or {}

    def _open(self) -> Connection:
        from desktop.engine.models import openai_wire

        openai_wire.rehearse_once()
        return openai_wire.Connection(self._info, self._key, self._base_url, self._timeout_s, options=self._options)
