"""Deploying a stage: data and log-ins, the portal, its address, its pages; and taking the portal away again."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from infrastructure.deployment.publish import Place, publish
from infrastructure.deployment.release import page_addresses, release_of
from infrastructure.deployment.settings import ROOT, Incomplete, StackSettings, Stage
from infrastructure.deployment.stacks import UNWATCHED, Rollback, Stacks, Template

WEB = ROOT / "web"
WEB_REGION = "us-east-1"
DEFAULT_PROGRAM = "ipma-hr"
"""The template's own default."""

RELEASE_ALARM, API_ALARM = "ReleaseAlarm", "ApiFailuresAlarm"
"""What takes an update back: functions that fail, and an API that answers although it cannot do its work."""

TOLD = ("TableName", "TableStreamArn", "MalwareProtection")
"""Outputs of the data stack that may change, which the portal is told as its parameters of the same names."""

NOT_KNOWN_YET = (
    "https://not-known-yet.invalid"  # until CloudFront has given the first stage without a domain its own
)


@dataclass(frozen=True)
class Account:
    """An AWS account as the terminal's credentials open it; `region` is where all but the web stack is."""

    region: str
    account_id: str
    stacks: Stacks
    web_stacks: Stacks
    pages: Callable[[str, str], Place]
    record_editions: Callable[[str, str], Sequence[str]]
    """Records the editions of a program as published in the table of this name; those that were not yet."""

    def alarm_arn(self, name: str) -> str:
        return f"arn:aws:cloudwatch:{self.region}:{self.account_id}:alarm:{name}"


def connect_sources(region: str, data: Mapping[str, str]) -> list[str]:
    """What a page may talk to beside its own origin: Cognito first, then the buckets that files are posted to."""
    buckets = (data["DocumentsBucketName"], data["TransfersBucketName"])
    return [cognito_endpoint(region), *(f"https://{bucket}.s3.{region}.amazonaws.com" for bucket in buckets)]


def cognito_endpoint(region: str) -> str:
    return f"https://cognito-idp.{region}.amazonaws.com"


def config_of(region: str, auth: Mapping[str, str]) -> dict[str, Any]:
    """What /config.json says; the local stack's has the demo accounts besides."""
    cognito = {
        "endpoint": cognito_endpoint(region),
        "userPoolId": auth["UserPoolId"],
        "clientId": auth["UserPoolClientId"],
    }
    return {"apiBase": "/api", "cognito": cognito}


class Deployed(NamedTuple):
    """The portal's address, and the version of the pages that are there now."""

    url: str
    version: str


class Deployment:
    """One stage in one account. `package` uploads the built portal and says where its template lies.

    An update of the portal is watched by its alarms, unless it has to mend what they ring for: one that is on already
    would take it back at once.
    """

    def __init__(
        self,
        stage: Stage,
        account: Account,
        package: Callable[[], Template],
        tell: Callable[[str], None],
        *,
        is_watched: bool = True,
    ) -> None:
        self._stage = stage
        self._account = account
        self._package = package
        self._tell = tell
        self._is_watched = is_watched

    def deploy(self) -> Deployed:
        """All of it, in order. Where CloudFront gives it, the first time takes two rounds."""
        template = self._package()
        known = self._address()
        url = known or NOT_KNOWN_YET
        data, auth, portal = self._behind(url, template)
        web = self._web(data, portal)
        if web["Url"] != url:
            data, auth, portal = self._behind(web["Url"], template)
        version = self._publish(web, auth)
        program = self._stage.portal.parameters.get("Program", DEFAULT_PROGRAM)
        table = self._stage.portal.parameters.get("TableName", data["TableName"])
        for edition in self._account.record_editions(table, program):
            self._tell(f"edition {edition} is recorded as published")
        return Deployed(web["Url"], version)

    def publish(self, *, dry_run: bool = False) -> None:
        """The pages alone, of stacks that are there."""
        auth = self._account.stacks.outputs(self._stage.auth.name)
        web = self._account.web_stacks.outputs(self._stage.web.name)
        for stack, found in ((self._stage.auth, auth), (self._stage.web, web)):
            if not found:
                raise Incomplete(f"{stack.name} is not deployed.")
        self._publish(web, auth, dry_run=dry_run)

    def waiting(self, sqs: Any) -> dict[str, int]:
        """How many messages wait in each queue of the portal that holds any; deleting the stack loses them."""
        name = self._stage.portal.name
        stacks = self._account.stacks
        queues = stacks.queues(name) if stacks.exists(name) else {}
        counted = {each: _messages_in(sqs, url) for each, url in queues.items()}
        return {each: count for each, count in counted.items() if count}

    def destroy(self) -> None:
        """Take away what runs and holds nothing. Data, log-ins and the address are never touched."""
        self._account.stacks.delete(self._stage.portal.name)

    def _address(self) -> str | None:
        domain = self._stage.web.parameters.get("DomainName")
        if domain:
            return f"https://{domain}"
        return self._account.web_stacks.outputs(self._stage.web.name).get("Url")

    def _behind(self, url: str, template: Template) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
        """What stands behind the address, each knowing it."""
        stage, stacks = self._stage, self._account.stacks
        data = self._deploy(
            stacks, stage.data, Template.of(stage.data.template), {"PortalUrl": url}, protected=True
        )
        topic = data.get("AlarmTopic", "")
        ringing = {"AlarmTopic": stage.auth.parameters.get("AlarmTopic", topic)}
        auth = self._deploy(stacks, stage.auth, Template.of(stage.auth.template), ringing, protected=True)
        named = stage.portal.parameters  # may name a restored table
        told = {name: named.get(name, data[name]) for name in TOLD}
        told["AlarmTopic"] = named.get("AlarmTopic", topic)
        portal = self._deploy(
            stacks, stage.portal, template, {**told, "PortalUrl": url}, rollback=self._rollback()
        )
        return data, auth, portal

    def _rollback(self) -> Rollback:
        """The portal's own alarms, as far as it has them yet."""
        if not self._is_watched:
            return UNWATCHED
        name = self._stage.portal.name
        found = [self._account.stacks.alarm(name, each) for each in (RELEASE_ALARM, API_ALARM)]
        return Rollback(tuple(self._account.alarm_arn(alarm) for alarm in found if alarm))

    def _web(self, data: Mapping[str, str], portal: Mapping[str, str]) -> dict[str, str]:
        found = {
            "ApiDomain": portal["ApiUrl"].removeprefix("https://"),
            "ConnectSources": " ".join(connect_sources(self._account.region, data)),
            "Pages": page_addresses(WEB),
        }
        web = self._stage.web
        return self._deploy(self._account.web_stacks, web, Template.of(web.template), found, protected=True)

    def _deploy(
        self,
        stacks: Stacks,
        settings: StackSettings,
        template: Template,
        found: Mapping[str, str],
        **how: Any,
    ) -> dict[str, str]:
        self._tell(f"{settings.name} …")
        return stacks.deploy(settings.name, template, {**settings.parameters, **found}, **how)

    def _publish(self, web: Mapping[str, str], auth: Mapping[str, str], *, dry_run: bool = False) -> str:
        region = self._account.region
        place = self._account.pages(web["PagesBucketName"], web["DistributionId"])
        release = release_of(WEB, cognito_endpoint(region))
        self._tell(f"pages, version {release.version} …")
        for line in publish(place, release, config_of(region, auth), dry_run=dry_run):
            self._tell(f"  {line}")
        return release.version


def _messages_in(sqs: Any, url: str) -> int:
    """Those that wait, are being worked on, or come later."""
    kinds = ("", "NotVisible", "Delayed")
    names = [f"ApproximateNumberOfMessages{kind}" for kind in kinds]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(found.get(name, 0)) for name in names)


def template_in_s3(bucket: str, packaged: Path, stack: str, s3: Any, region: str) -> Template:
    """Put a packaged template beside the code that it names, for it is too large to be sent along.

    Under its stack and its contents: the bucket is the account's, and two stages may be deployed at once.
    """
    body = packaged.read_bytes()
    key = f"templates/{stack}/{hashlib.sha256(body).hexdigest()}.yaml"
    s3.put_object(Bucket=bucket, Key=key, Body=body)
    return Template(url=f"https://{bucket}.s3.{region}.amazonaws.com/{key}")
