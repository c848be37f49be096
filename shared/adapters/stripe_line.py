"""The line to Stripe, over the urllib3 that botocore loads anyway; Stripe's own choice, requests, is 80 modules."""

from collections.abc import Mapping
from typing import Any

import certifi
import stripe
import urllib3
from urllib3.exceptions import HTTPError, SSLError


class Line(stripe.HTTPClient):
    """Connections that stay open between requests; what breaks on the way is an APIConnectionError, to be tried again
    unless it is the certificate."""

    name = "urllib3"

    def __init__(self, connect_seconds: float, read_seconds: float) -> None:
        super().__init__()
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=connect_seconds, read=read_seconds),
            retries=False,
            ca_certs=certifi.where(),
        )

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        """One request: its body, status and headers."""
        try:
            answer = self._pool.request(method.upper(), url, body=post_data, headers=headers, redirect=False)
        except HTTPError as error:
            said = f"Stripe was not reached ({type(error).__name__})"
            is_worth_a_retry = not isinstance(error, SSLError)
            raise stripe.APIConnectionError(said, should_retry=is_worth_a_retry) from error  # type: ignore[no-untyped-call]
        return answer.data.decode(errors="replace"), answer.status, answer.headers

    def close(self) -> None:
        """End the connections."""
        self._pool.clear()
