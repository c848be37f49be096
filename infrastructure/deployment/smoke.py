"""Looks at a stage from outside: is all there, told apart, compressed, kept and guarded as it should be."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from infrastructure.deployment.release import FOREVER, SPEAKS_TO_COGNITO, VERSIONS
from infrastructure.local.security_headers import api_headers, security_headers

_FILES = re.compile(r'<(?:link rel="(?:stylesheet|modulepreload|icon)"|script)[^>]*?(?:href|src)="([^"]+)"')
_PRECONNECT = re.compile(r'<link rel="preconnect" href="([^"]+)"')
_VERSION = re.compile(rf"/{VERSIONS}(\w+)/")
_CONNECT = re.compile(r"connect-src 'self' ([^;]+)")

PAUSE_SECONDS = 10


class Wrong(Exception):
    """What was found, where something else should be."""


class Settled(Wrong):
    """Wrong, and so it will be at another look, of which alarms would only hear."""


def expect(holds: bool, found: object) -> None:
    """Raises Wrong with what was found."""
    if not holds:
        raise Wrong(str(found))


@dataclass
class Visit:
    """A look at one address; `name` and `password` are of an account that may be logged in, or empty.

    `version` is that of the pages that were just published, or empty.
    """

    client: httpx.Client
    name: str = ""
    password: str = ""
    version: str = ""

    @property
    def config(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get("/config.json").json()
        return found

    def cognito(self, operation: str, body: dict[str, Any]) -> httpx.Response:
        """Cognito's answer, as a page of the portal would get it."""
        cognito = self.config["cognito"]
        headers = {
            "Content-Type": "application/x-amz-json-1.1",
            "Origin": str(self.client.base_url).rstrip("/"),
            "X-Amz-Target": f"AWSCognitoIdentityProviderService.{operation}",
        }
        body = {"ClientId": cognito["clientId"], **body}
        return self.client.post(cognito["endpoint"], headers=headers, json=body)


def the_log_in_page_is_there(visit: Visit) -> None:
    page = visit.client.get("/")
    expect(page.status_code == 200, page.status_code)
    expect("<title>Log in" in page.text, page.text[:200])


def folders_are_pages_and_what_is_missing_is_the_page_for_it(visit: Visit) -> None:
    without_slash = visit.client.get("/help?from=smoke")
    sent_to = without_slash.headers.get("location", "").removeprefix(str(visit.client.base_url).rstrip("/"))
    expect(sent_to == "/help/?from=smoke", f"{without_slash.status_code} {sent_to}")
    missing = visit.client.get("/nowhere/")
    expect(missing.status_code == 404, missing.status_code)
    expect("There is no such page" in missing.text, missing.text[:200])


def browsers_are_told_to_guard_the_pages(visit: Visit) -> None:
    page = visit.client.get("/")
    policy = page.headers.get("content-security-policy", "")
    origins = _CONNECT.search(policy)
    expect(origins is not None, policy)
    wanted = security_headers(origins[1].split() if origins else [])
    found = {name: page.headers.get(name) for name in wanted}
    expect(found == wanted, {name: value for name, value in found.items() if value != wanted[name]})
    expect(visit.config["cognito"]["endpoint"].rstrip("/") in policy, policy)


def the_api_answers_for_itself(visit: Visit) -> None:
    program = visit.client.get("/api/program")
    expect(program.status_code == 200, program.status_code)
    expect(bool(program.json()["activities"]), program.text[:200])
    guarded = {name: program.headers.get(name) for name in api_headers()}
    expect(guarded == api_headers(), guarded)
    unknown = visit.client.get("/api/nowhere")
    kind = unknown.headers.get("content-type", "")
    expect(
        (unknown.status_code, kind.split(";")[0]) == (404, "application/problem+json"),
        (unknown.status_code, kind),
    )


def nobody_is_let_in_without_a_token(visit: Visit) -> None:
    for headers in ({}, {"Authorization": "Bearer not.a.token"}):
        answer = visit.client.get("/api/me", headers=headers)
        expect(answer.status_code == 401, answer.status_code)


def stripe_has_to_sign(visit: Visit) -> None:
    answer = visit.client.post("/api/stripe/webhook", json={}, headers={"Stripe-Signature": "t=1,v1=0"})
    if answer.status_code == 503:
        raise Settled("503: are the secrets of Stripe in SSM already?")
    expect(answer.status_code == 400, f"{answer.status_code}: is the webhook's secret in SSM?")
    expect(answer.json()["type"] == "/problems/malformed-request", answer.text)


def cognito_answers_pages_and_reveals_nobody(visit: Visit) -> None:
    given = {"USERNAME": "nobody-of-this-name", "PASSWORD": "Not-a-password-1"}
    answer = visit.cognito("InitiateAuth", {"AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": given})
    expect("NotAuthorizedException" in answer.text, answer.text[:200])
    expect("access-control-allow-origin" in answer.headers, "no CORS header")


def an_account_can_be_logged_in(visit: Visit) -> None:
    given = {"USERNAME": visit.name, "PASSWORD": visit.password}
    answer = visit.cognito("InitiateAuth", {"AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": given})
    expect(answer.status_code == 200, answer.text[:200])
    challenge = answer.json().get("ChallengeName")
    expect(challenge is None, f"{challenge}: the account has to be a member's, without an authenticator app")
    token = answer.json()["AuthenticationResult"]["AccessToken"]
    me = visit.client.get("/api/me", headers={"Authorization": f"Bearer {token}"})
    expect(me.status_code == 200, me.status_code)
    expect(bool(me.json()["member_id"]), me.text[:200])


def no_demo_account_is_offered(visit: Visit) -> None:
    expect("demo" not in visit.config, "config.json offers demo accounts")


def everything_is_encrypted(visit: Visit) -> None:
    address = visit.client.base_url
    expect(address.scheme == "https", address)
    page = visit.client.get("/")
    expect("max-age=" in page.headers.get("strict-transport-security", ""), "no Strict-Transport-Security")
    plain = visit.client.get(str(address.copy_with(scheme="http")))
    expect(plain.headers.get("location", "").startswith("https://"), plain.status_code)


def files_have_versions_and_are_kept_for_ever_and_compressed(visit: Visit) -> None:
    page = visit.client.get("/")
    files = _FILES.findall(page.text)
    expect(len(files) > 1, files)
    for address in files:
        answer = visit.client.get(address, headers={"Accept-Encoding": "br, gzip"})
        expect(answer.status_code == 200, f"{address}: {answer.status_code}")
        expect(
            answer.headers.get("cache-control") == FOREVER,
            f"{address}: {answer.headers.get('cache-control')}",
        )
        is_small = len(answer.content) < 1000  # CloudFront leaves these as they are
        expect(is_small or "content-encoding" in answer.headers, f"{address} is not compressed")


def the_pages_are_those_just_published(visit: Visit) -> None:
    found = set(_VERSION.findall(visit.client.get("/").text))
    expect(found == {visit.version}, f"{sorted(found)} instead of {visit.version}")


def the_connection_to_cognito_is_opened_beforehand(visit: Visit) -> None:
    endpoint = visit.config["cognito"]["endpoint"]
    for name in SPEAKS_TO_COGNITO:
        page = visit.client.get(f"/{name.removesuffix('index.html')}")
        expect(_PRECONNECT.findall(page.text) == [endpoint], f"/{name}")


EVERYWHERE: tuple[Callable[[Visit], None], ...] = (
    the_log_in_page_is_there,
    folders_are_pages_and_what_is_missing_is_the_page_for_it,
    browsers_are_told_to_guard_the_pages,
    the_api_answers_for_itself,
    nobody_is_let_in_without_a_token,
    stripe_has_to_sign,
    cognito_answers_pages_and_reveals_nobody,
)
DEPLOYED: tuple[Callable[[Visit], None], ...] = (
    no_demo_account_is_offered,
    everything_is_encrypted,
    files_have_versions_and_are_kept_for_ever_and_compressed,
    the_connection_to_cognito_is_opened_beforehand,
)


def checks_for(visit: Visit) -> Iterator[Callable[[Visit], None]]:
    """What is looked at; a version or an account only where there is one to look for or with."""
    yield from EVERYWHERE
    yield from DEPLOYED
    if visit.version:
        yield the_pages_are_those_just_published
    if visit.name:
        yield an_account_can_be_logged_in


def smoke(visit: Visit, tell: Callable[[str], None], looks: int = 1) -> bool:
    """Look at everything, say each outcome, and whether all is well.

    What is wrong is looked at again where there are several looks, with a pause between: what was deployed a moment ago
    reaches CloudFront's places one after another. What is settled is not.
    """
    left: dict[Callable[[Visit], None], Wrong] = dict.fromkeys(checks_for(visit), Wrong())
    for look in range(looks):
        if look:
            time.sleep(PAUSE_SECONDS)
        for check in [each for each, before in left.items() if not isinstance(before, Settled)]:
            fault = _fault(check, visit)
            if fault is None:
                del left[check]
                tell(_line(check, "ok"))
            else:
                left[check] = fault
        if all(isinstance(fault, Settled) for fault in left.values()):
            break
    for check, fault in left.items():
        tell(_line(check, f"WRONG: {fault}"))
    return not left


def _fault(check: Callable[[Visit], None], visit: Visit) -> Wrong | None:
    try:
        check(visit)
    except Wrong as error:
        return error
    except (httpx.HTTPError, KeyError, ValueError) as error:
        return Wrong(f"{type(error).__name__}: {error}")
    return None


def _line(check: Callable[[Visit], None], outcome: str) -> str:
    return f"{check.__name__.replace('_', ' '):62} {outcome}"
