"""What a browser is told about pages and the API's answers: read from the deployed portal, infrastructure/web.yaml."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from infrastructure.local.intrinsics import Scope
from infrastructure.local.template import load

WEB_TEMPLATE = Path(__file__).parents[1] / "web.yaml"

# How CloudFront spells the headers that have settings of their own.
_NAMED = {
    "ContentSecurityPolicy": ("Content-Security-Policy", "ContentSecurityPolicy"),
    "FrameOptions": ("X-Frame-Options", "FrameOption"),
    "ReferrerPolicy": ("Referrer-Policy", "ReferrerPolicy"),
}


def security_headers(connect: Iterable[str]) -> dict[str, str]:
    """All headers of a page; `connect` are the origins beside the portal's own: Cognito and the documents."""
    return _headers("PageHeaders", " ".join(connect))


def api_headers() -> dict[str, str]:
    """All that the API's answers carry beside their own."""
    return _headers("ApiHeaders", "https://unused.example.org")


@cache
def _headers(which: str, connect: str) -> dict[str, str]:
    template = load(WEB_TEMPLATE)
    parameters = {"ConnectSources": connect, "ApiDomain": "localhost", "Pages": "/"}
    scope = Scope("web", template, parameters, {}, _no_resource, _no_attribute)
    properties = template["Resources"][which]["Properties"]
    policy: Mapping[str, Any] = scope.resolve(properties["ResponseHeadersPolicyConfig"])
    security = dict(policy["SecurityHeadersConfig"])
    del security["StrictTransportSecurity"]  # browsers take it over https alone
    del security["ContentTypeOptions"]
    headers = {"X-Content-Type-Options": "nosniff"}
    for setting, given in security.items():
        name, value = _NAMED[setting]
        headers[name] = given[value]
    more = policy.get("CustomHeadersConfig", {"Items": []})["Items"]
    return headers | {item["Header"]: item["Value"] for item in more}


def _no_resource(logical_id: str) -> str:
    raise KeyError(logical_id)


def _no_attribute(logical_id: str, attribute: str) -> str:
    raise KeyError(f"{logical_id}.{attribute}")
