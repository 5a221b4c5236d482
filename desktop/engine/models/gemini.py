"""Gemini. This module is light; the SDK, which takes seconds to import, comes with ``gemini_wire`` at first use."""

from desktop.engine.messages import JsonObject, ModelInfo
from desktop.engine.models.address import host_of
from desktop.engine.models.contents import Load, no_load
from desktop.engine.models.sdk_model import Connection, SdkModel

PUBLIC_URL = "https://generativelanguage.googleapis.com"
DEFAULT_API_VERSION = "v1"


class GeminiModel(SdkModel):
    """A Gemini model, or one behind a server that speaks its protocol.

    Args:
        name: The provider's name of the model.
        label: The name shown to the person.
        key: The API key.
        base_url: Where to send the requests; None for Google's public address. The environment has no say in it.
        api_version: None for ``v1``.
        timeout_s: Seconds of silence after which the model counts as not answering.
        load: Where the bytes of attachments come from.
        options: Fields of the provider's own request, sent as they are.
    """

    def __init__(
        self,
        name: str,
        label: str,
        key: str,
        base_url: str | None = None,
        api_version: str | None = None,
        timeout_s: float = 120.0,
        load: Load = no_load,
        options: JsonObject | None = None,
    ) -> None:
        self._base_url = base_url or PUBLIC_URL
        info = ModelInfo(provider="gemini", name=name, label=label, host=host_of(self._base_url))
        super().__init__(info, key, load)
        self._api_version = api_version or DEFAULT_API_VERSION
        self._timeout_s = timeout_s
        self._options = options or {}

    def _open(self) -> Connection:
        from desktop.engine.models import gemini_wire

        gemini_wire.rehearse_once()
        return gemini_wire.Connection(
            self._info, self._key, self._base_url, self._api_version, self._timeout_s, options=self._options
        )
