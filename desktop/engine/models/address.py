"""How the address of a server is shown."""

from urllib.parse import urlsplit

_USUAL_PORTS = {"http": 80, "https": 443}


def host_of(url: str) -> str:
    """The host of an address as a person reads it.

    Args:
        url: An absolute http or https address.

    Returns:
        The host name, with the port where it is not the usual one; empty where the address is not usable.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    host = parts.hostname or ""
    if ":" in host:
        host = f"[{host}]"
    return host if port is None or port == _USUAL_PORTS.get(parts.scheme) else f"{host}:{port}"
