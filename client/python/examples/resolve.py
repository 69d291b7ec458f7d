"""Prints which repository `ubuntu` means, and where to pull it from."""

from __future__ import annotations

import sys

import registryd
from registryd import v1


def main() -> int:
    """Asks the service on this machine."""
    with registryd.Client() as client:
        try:
            found = client.registry.ResolveRepository(
                v1.ResolveRepositoryRequest(reference="ubuntu")
            )
            print(found.repository.name)
            endpoints = client.registry.LookupPullEndpoints(
                v1.LookupPullEndpointsRequest(reference="ubuntu")
            )
            for endpoint in endpoints.endpoints:
                print(endpoint.url)
        except registryd.RegistryError as error:
            print(error, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
