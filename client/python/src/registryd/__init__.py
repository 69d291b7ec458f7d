"""Client for registryd, the container registry client as a service.

`Client` blocks, `AsyncClient` is for asyncio; requests and answers are the messages of
`registryd.v1`; a call that fails raises `RegistryError`.
"""

from registryd.address import default_address
from registryd.async_client import AsyncClient
from registryd.channel import TlsOptions
from registryd.client import Client
from registryd.errors import ERROR_DOMAIN, FieldViolation, RegistryError

__all__ = [
    "AsyncClient",
    "Client",
    "ERROR_DOMAIN",
    "FieldViolation",
    "RegistryError",
    "TlsOptions",
    "default_address",
]
