"""The stack that hands out the pages: it answers as the local stack does, and tells browsers the same."""

import asyncio
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

from infrastructure.deployment.release import Object, page_addresses, release_of
from infrastructure.local import no_local_effect
from infrastructure.local.deploy import Deployed, deploy, plan
from infrastructure.local.gateway import gateway
from infrastructure.local.intrinsics import Scope
from infrastructure.local.security_headers import api_headers, security_headers
from infrastructure.local.template import load
from tests.unit.local.test_deploy import Recorder

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"
TEMPLATE = load(ROOT / "infrastructure" / "web.yaml")
RESOURCES = TEMPLATE["Resources"]
DISTRIBUTION = RESOURCES["Distribution"]["Properties"]["DistributionConfig"]
CONNECT = ["https://cognito-idp.us-east-1.amazonaws.com", "https://documents.s3.us-east-1.amazonaws.com"]
PARAMETERS = {"ApiDomain": "api.example", "ConnectSources": " ".join(CONNECT), "Pages": page_addresses(WEB)}

# CloudFront's own policies, by their published ids
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
ALL_VIEWER_EXCEPT_HOST_HEADER = "b689b0a8-53d0-40ab-baf2-38738e2966ac"

RUN_FUNCTIONS = """
const handlerOf = (code) => new Function(code + "; return handler;")();
let handlers;
require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const given = JSON.parse(line);
  if (given.requests) handlers = { request: handlerOf(given.requests), response: handlerOf(given.responses) };
  else console.log(JSON.stringify(("response" in given ? handlers.response : handlers.request)(given)));
});
"""


def resolved(value: Any) -> Any:
    """A part of the template with its parameters filled in."""
    return Scope("web", TEMPLATE, PARAMETERS, {}, lambda name: name, lambda name, _: name).resolve(value)


@dataclass(frozen=True)
class Answer:
    """What a browser would make of an answer: its status, where it is sent to, and which page it sees."""

    status: int
    location: str = ""
    title: str = ""


def title(page: bytes) -> str:
    found = re.search(rb"<title>(.*?)</title>", page)
    return found[1].decode() if found else ""


class CloudFront:
    """The distribution over a published release: its two functions in Node, and a bucket that is a dictionary."""

    def __init__(self, bucket: Mapping[str, Object]) -> None:
        self._bucket = bucket
        self._node = subprocess.Popen(
            ["node", "-e", RUN_FUNCTIONS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        names = {"requests": "PageRequests", "responses": "PageResponses"}
        self._say(
            {kind: resolved(RESOURCES[name]["Properties"]["FunctionCode"]) for kind, name in names.items()}
        )

    def close(self) -> None:
        self._node.communicate(timeout=10)

    def get(self, address: str, status: int = 200) -> Answer:
        """The answer, of a bucket that has the page, or says that the browser's copy (304) is still right."""
        uri, _, query = address.partition("?")
        pairs = [pair.partition("=") for pair in query.split("&") if pair]
        querystring: dict[str, Any] = {}
        for name, _, value in pairs:
            known = querystring.setdefault(name, {"value": value, "multiValue": []})
            known["multiValue"].append({"value": value})
        for known in querystring.values():
            if len(known["multiValue"]) == 1:
                del known["multiValue"]
        asked = self._run(
            {"request": {"method": "GET", "uri": uri, "querystring": querystring, "headers": {}}}
        )
        if "statusCode" in asked:
            return Answer(asked["statusCode"], asked["headers"]["location"]["value"])
        stored = self._bucket.get(asked["uri"].removeprefix("/"))
        if stored is None:
            return Answer(404)  # by the bucket, of which CloudFront tells no function
        headers = {f"x-amz-meta-{name}": {"value": value} for name, value in stored.metadata.items()}
        answered = self._run({"request": asked, "response": {"statusCode": status, "headers": headers}})
        assert "x-amz-meta-status" not in answered["headers"]
        return Answer(answered["statusCode"], title=title(stored.body) if status == 200 else "")

    def _run(self, event: dict[str, Any]) -> dict[str, Any]:
        self._say(event)
        assert self._node.stdout is not None
        found: dict[str, Any] = json.loads(self._node.stdout.readline())
        return found

    def _say(self, given: dict[str, Any]) -> None:
        assert self._node.stdin is not None
        print(json.dumps(given), file=self._node.stdin, flush=True)


@pytest.fixture(scope="module")
def deployed() -> Iterator[Callable[..., Answer]]:
    if shutil.which("node") is None:
        pytest.skip(
            "Node is not installed (Debian, Ubuntu: apt-get install nodejs), so CloudFront's functions cannot run."
        )
    release = release_of(WEB, CONNECT[0])
    bucket = {each.key: each for each in (*release.assets, *release.pages)}
    bucket["config.json"] = Object("config.json", b"{}", "application/json", "")
    cloudfront = CloudFront(bucket)

    def get(address: str, status: int = 200) -> Answer:
        """As the local stack has no versions, its addresses of files are looked for under the version."""
        is_file = re.search(r"\.(js|css|svg)$", address)
        return cloudfront.get(f"/v/{release.version}{address}" if is_file else address, status)

    yield get
    cloudfront.close()


async def asked(app: ASGIApp, address: str) -> httpx.Response:
    """What the local gateway answers."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://portal") as client:
        return await client.get(address)


@pytest.fixture(scope="module")
def local() -> Callable[[str], Answer]:
    app = gateway(PlainTextResponse("api"), dict, [], WEB, CONNECT[0])

    def get(address: str) -> Answer:
        answer = asyncio.run(asked(app, address))
        location = answer.headers.get("location", "").removeprefix("http://portal")
        return Answer(answer.status_code, location, title(answer.content))

    return get


ADDRESSES = [
    *page_addresses(WEB).split(),
    *(address.rstrip("/") for address in page_addresses(WEB).split() if address != "/"),
    "/index.html",
    "/help/index.html",
    "/recertification/?certification=c1&certification=c2",
    "/recertification?certification=c1",
    "/transactions?paid=1&invoice=a%20b&invoice=c&empty=",
    "/config.json",
    "/js/api.js",
    "/css/base.css",
    "/nowhere",
    "/nowhere/",
    "/help/nowhere",
    "/help/nowhere/",
    "/staff/",
    "/staff",
    "/js/",
    "/api",
    "/favicon.ico",
    "/js/none.js",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_cloudfront_and_the_local_stack_answer_alike(
    address: str, deployed: Callable[[str], Answer], local: Callable[[str], Answer]
) -> None:
    here, there = local(address), deployed(address)
    if address == "/js/none.js":  # a file of a version: the bucket's own words, which nobody reads
        assert (here.status, there.status) == (404, 404)
    else:
        assert there == here


@pytest.mark.parametrize("address", ["/", "/nowhere/"])
def test_a_page_that_a_browser_has_already_stays_unchanged(
    address: str, deployed: Callable[..., Answer]
) -> None:
    """A 404 instead would be one without a body: an empty page at the second visit."""
    assert deployed(address, 304) == Answer(304)


@pytest.mark.parametrize("name", ["PageRequests", "PageResponses"])
def test_a_function_is_written_in_what_cloudfronts_runtime_knows(name: str) -> None:
    code = resolved(RESOURCES[name]["Properties"]["FunctionCode"])
    newer = r"(?:const|let) [\[{]|\(\{|\(\[|\bof\b|\?\.|\?\?|\.\.\.|flatMap|\bclass\b|replaceAll"
    assert re.findall(newer, code) == []
    assert len(code.encode()) < 10_000
    assert RESOURCES[name]["Properties"]["FunctionConfig"]["Runtime"] == "cloudfront-js-2.0"


def test_browsers_are_told_the_same_by_both_and_to_come_back_encrypted_by_the_deployed_one() -> None:
    config = resolved(RESOURCES["PageHeaders"]["Properties"]["ResponseHeadersPolicyConfig"])
    security = config["SecurityHeadersConfig"]
    assert all(each["Override"] is True for each in security.values())
    deployed = {
        "Content-Security-Policy": security["ContentSecurityPolicy"]["ContentSecurityPolicy"],
        "Referrer-Policy": security["ReferrerPolicy"]["ReferrerPolicy"],
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": security["FrameOptions"]["FrameOption"],
    }
    deployed |= {item["Header"]: item["Value"] for item in config["CustomHeadersConfig"]["Items"]}
    assert security["ContentTypeOptions"] == {"Override": True}
    assert security["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 31_536_000
    assert deployed == security_headers(CONNECT)
    assert f"connect-src 'self' {' '.join(CONNECT)};" in deployed["Content-Security-Policy"]
    app = gateway(PlainTextResponse("api"), dict, [], WEB, " ".join(CONNECT))
    page = asyncio.run(asked(app, "/"))
    assert {name: page.headers[name] for name in deployed} == deployed


def test_an_answer_of_the_api_is_data_whatever_it_is_opened_as() -> None:
    assert DISTRIBUTION["CacheBehaviors"][0]["ResponseHeadersPolicyId"] == {"Ref": "ApiHeaders"}
    security = RESOURCES["ApiHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    assert security["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 31_536_000
    wanted = {
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
    }
    assert api_headers() == wanted
    app = gateway(PlainTextResponse("api"), dict, [], WEB, " ".join(CONNECT))
    answer = asyncio.run(asked(app, "/api/program"))
    assert {name: answer.headers[name] for name in wanted} == wanted


def test_the_api_is_reached_under_the_same_address_and_nothing_of_it_is_kept_or_changed() -> None:
    (api,) = DISTRIBUTION["CacheBehaviors"]
    assert api["PathPattern"] == "/api/*"
    assert api["CachePolicyId"] == CACHING_DISABLED
    assert api["OriginRequestPolicyId"] == ALL_VIEWER_EXCEPT_HOST_HEADER
    assert set(api["AllowedMethods"]) == {"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"}
    assert "FunctionAssociations" not in api
    assert "CustomErrorResponses" not in DISTRIBUTION, "they would turn the API's 404 into a page"
    origins = {origin["Id"]: origin for origin in DISTRIBUTION["Origins"]}
    assert origins[api["TargetOriginId"]]["DomainName"] == {"Ref": "ApiDomain"}
    routes = re.findall(
        r"^ +Path: (\S+)$", (ROOT / "template.yaml").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert routes
    assert all(route.startswith("/api/") for route in routes)


def test_the_pages_come_from_a_private_bucket_compressed_and_only_encrypted() -> None:
    pages = DISTRIBUTION["DefaultCacheBehavior"]
    assert (pages["Compress"], pages["CachePolicyId"]) == (True, CACHING_OPTIMIZED)
    assert pages["ViewerProtocolPolicy"] == "redirect-to-https"
    assert DISTRIBUTION["ViewerCertificate"]["Fn::If"][1]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert pages["ResponseHeadersPolicyId"] == {"Ref": "PageHeaders"}
    origins = {origin["Id"]: origin for origin in DISTRIBUTION["Origins"]}
    assert origins[pages["TargetOriginId"]]["OriginAccessControlId"] == {"Ref": "PagesAccess"}
    for name in ("PagesBucket", "LogsBucket"):
        bucket = RESOURCES[name]["Properties"]
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        deny, *allows = RESOURCES[f"{name}Policy"]["Properties"]["PolicyDocument"]["Statement"]
        assert (deny["Effect"], deny["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
        for allow in allows:
            assert allow["Principal"].keys() == {"Service"}
            assert "aws:SourceArn" in {key for test in allow["Condition"].values() for key in test}


def test_the_logs_hold_nothing_of_the_person() -> None:
    fields = set(RESOURCES["LogsDelivery"]["Properties"]["RecordFields"])
    assert fields.isdisjoint(
        {"c-ip", "c-port", "cs(Cookie)", "cs-uri-query", "cs(Referer)", "cs(User-Agent)", "x-forwarded-for"}
    )


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"DomainName": "portal.example", "HostedZoneId": "Z1", "Firewall": "on"},
        {"DomainName": "portal.example", "CertificateArn": "arn:aws:acm:us-east-1:1:certificate/1"},
    ],
    ids=["cloudfronts address", "domain in route 53", "domain elsewhere"],
)
def test_the_local_deployer_knows_all_that_the_stack_is_made_of(given: dict[str, str]) -> None:
    deployed = Deployed()
    deploy(plan(ROOT / "infrastructure" / "web.yaml", "web", PARAMETERS | given), Recorder(), deployed)
    assert (
        deployed.outputs["Url"]
        == f"https://{given.get('DomainName', deployed.outputs['DistributionDomain'])}"
    )


def test_each_type_without_a_local_effect_is_there_for_a_reason() -> None:
    for resource in RESOURCES.values():
        if resource["Type"] != "AWS::S3::Bucket":
            assert no_local_effect.TYPES[resource["Type"]]
