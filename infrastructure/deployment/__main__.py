"""Puts a stage of the portal into an account, publishes its pages, looks at it from outside, takes it away again.

Uses the AWS credentials of the terminal. docs/deploy.md leads from an empty account to a live portal.
"""

import argparse
import getpass
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import boto3
import httpx
from botocore.exceptions import BotoCoreError, ClientError, NoRegionError

from infrastructure.deployment.deploy import WEB_REGION, Account, Deployment, template_in_s3
from infrastructure.deployment.publish import Place, go_back, versions
from infrastructure.deployment.release import Unpublishable
from infrastructure.deployment.settings import (
    ROOT,
    Incomplete,
    Stage,
    ask_for_examples,
    check_settings,
    read_stage,
)
from infrastructure.deployment.smoke import Visit, smoke
from infrastructure.deployment.stacks import Declined, NotDeployed, Stacks, Template
from infrastructure.operations.publish_edition import record_all
from shared.repositories.events import Events
from shared.repositories.table import Table

SAM = ROOT / ".tools" / "sam" / "bin" / "sam"
BUILT = ROOT / ".aws-sam" / "build" / "template.yaml"
PACKAGED = ROOT / ".aws-sam" / "packaged.yaml"

LOOKS = 12
"""How often a stage that was just deployed is looked at, some seconds apart, until all is well: two minutes."""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="python -m infrastructure.deployment", description=__doc__)
    commands = made.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (_, summary) in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary)
        if name == "smoke":
            command.add_argument("url", help="https://… of the stage")
            continue
        command.add_argument("stage", help="a stage of samconfig.toml, such as dev or prod")
        if name == "deploy":
            command.add_argument(
                "--yes", action="store_true", help="change what has to change without asking"
            )
            command.add_argument(
                "--unwatched",
                action="store_true",
                help="no alarm takes this update back: to mend what one rings for",
            )
        if name in ("publish", "rollback"):
            command.add_argument("--dry-run", action="store_true", help="only say what would be done")
        if name == "rollback":
            command.add_argument("version", help="one of those that `versions` lists")
    return made


def deploy(options: argparse.Namespace) -> int:
    """All four stacks, then the pages, then a look from outside."""
    is_asking = sys.stdin.isatty() and not options.yes
    stage = read_stage(options.stage)
    if is_asking:
        ask_for_examples(stage, input)
        stage = read_stage(options.stage)
    check_settings(stage)
    if is_asking:
        ask_for_secrets(stage)
    url, version = deployment(stage, options.yes, is_watched=not options.unwatched).deploy()
    print(f"\nThe portal: {url}\n")
    return int(not smoke(Visit(client_of(url), version=version), print, LOOKS))


def ask_for_secrets(stage: Stage) -> None:
    """Keep the secrets that are not there yet, as SecureStrings; an empty answer leaves one for later."""
    ssm = boto3.client("ssm")
    for name in stage.secrets():
        if ssm.get_parameters(Names=[name])["Parameters"]:
            continue
        secret = getpass.getpass(f"{name} (not shown; empty: later) > ").strip()
        if secret:
            ssm.put_parameter(Name=name, Value=secret, Type="SecureString")


def publish(options: argparse.Namespace) -> int:
    """The pages alone."""
    deployment(read_stage(options.stage), True).publish(dry_run=options.dry_run)
    return 0


def list_versions(options: argparse.Namespace) -> int:
    """What there is to go back to."""
    for each in versions(place_of(read_stage(options.stage))):
        print(f"{each.version}  {each.at:%Y-%m-%d %H:%M} UTC{'  now' if each.is_current else ''}")
    return 0


def rollback(options: argparse.Namespace) -> int:
    """The pages of an earlier version again."""
    for line in go_back(place_of(read_stage(options.stage)), options.version, dry_run=options.dry_run):
        print(line)
    return 0


def look(options: argparse.Namespace) -> int:
    """The smoke test; SMOKE_NAME and SMOKE_PASSWORD log an account in too."""
    name, password = os.environ.get("SMOKE_NAME", ""), os.environ.get("SMOKE_PASSWORD", "")
    return int(not smoke(Visit(client_of(options.url), name, password), print))


def destroy(options: argparse.Namespace) -> int:
    """Take away the portal's own stack, which holds no data; the others stay, and this says so."""
    stage = read_stage(options.stage)
    print(
        f"This deletes the stack {stage.portal.name}: API, functions, queues (with what waits in them), alarms,"
    )
    print(
        f"and the logs /aws/lambda/{stage.portal.name} and /aws/vendedlogs/{stage.portal.name}/api: export them first"
    )
    print(
        f"if they are to be kept. It keeps {stage.data.name}, {stage.auth.name} and {stage.web.name}: the table, the"
    )
    print("documents, the people,")
    print("the address. No command here deletes those; docs/deploy.md says how a person does, one by one.")
    if input(f"Type {stage.portal.name} to delete it > ").strip() != stage.portal.name:
        print("Nothing was deleted.")
        return 1
    made = deployment(stage, True)
    waiting = made.waiting(boto3.client("sqs"))
    if waiting and not agrees_to_lose(waiting):
        print("Nothing was deleted.")
        return 1
    made.destroy()
    return 0


def agrees_to_lose(waiting: Mapping[str, int]) -> bool:
    """Ask again, with the list: mails not sent, invoices not issued, dead letters that nobody looked at."""
    print(
        "These messages would be lost (wait until they are done, or see docs/operations.md for dead letters):"
    )
    for name, count in waiting.items():
        print(f"  {name}: {count}")
    wanted = f"lose {sum(waiting.values())}"
    return input(f"Type {wanted} to delete them too > ").strip() == wanted


COMMANDS = {
    "deploy": (deploy, "deploys all stacks of a stage and publishes its pages"),
    "publish": (publish, "publishes the pages alone"),
    "versions": (list_versions, "lists the versions of the pages that one can go back to"),
    "rollback": (rollback, "makes the pages of an earlier version the pages again"),
    "smoke": (look, "looks at a stage from outside"),
    "destroy": (destroy, "takes the portal's own stack away, and never what holds data"),
}


def deployment(stage: Stage, is_agreed: bool, *, is_watched: bool = True) -> Deployment:
    """The stage in the account of the terminal's credentials."""

    def agree(name: str, changes: list[str]) -> bool:
        print("\n".join(f"  {change}" for change in changes))
        if is_agreed:
            return True
        try:
            return input(f"Change {name}? [y/N] > ").strip().lower() in ("y", "yes")
        except EOFError:  # there is nobody to ask; the change set goes, as at a no
            return False

    session = boto3.Session()
    if session.region_name is None:
        raise NoRegionError
    caller = session.client("sts").get_caller_identity()

    def record_editions(table: str, program: str) -> list[str]:
        events = Events(Table(session.client("dynamodb"), table))
        return record_all(events, program, caller["Arn"], datetime.now(UTC))

    account = Account(
        region=session.region_name,
        account_id=caller["Account"],
        stacks=Stacks(session.client("cloudformation"), agree),
        web_stacks=Stacks(session.client("cloudformation", region_name=WEB_REGION), agree),
        pages=place,
        record_editions=record_editions,
    )
    return Deployment(stage, account, lambda: packaged(stage, session), print, is_watched=is_watched)


def place(bucket: str, distribution: str) -> Place:
    """The bucket of the pages and what hands them out."""
    s3 = boto3.client("s3", region_name=WEB_REGION)
    return Place(s3, boto3.client("cloudfront"), bucket, distribution)


def place_of(stage: Stage) -> Place:
    """The same, of a stage that is deployed."""
    stacks = Stacks(boto3.client("cloudformation", region_name=WEB_REGION), lambda *_: False)
    found = stacks.outputs(stage.web.name)
    if not found:
        raise Incomplete(f"{stage.web.name} is not deployed.")
    return place(found["PagesBucketName"], found["DistributionId"])


def packaged(stage: Stage, session: boto3.Session) -> Template:
    """Upload what `make build` made to the bucket that sam keeps for this; where the template lies then."""
    command: list[str | Path] = [SAM, "package", "--template-file", BUILT, "--output-template-file", PACKAGED]
    command += ["--resolve-s3", "--s3-prefix", stage.portal.name, "--region", session.region_name]
    environment = os.environ | {"SAM_CLI_TELEMETRY": "0"}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    bucket, s3 = bucket_of(PACKAGED), session.client("s3")
    return template_in_s3(bucket, PACKAGED, stage.portal.name, s3, session.region_name)


def bucket_of(template: Path) -> str:
    """The bucket that a packaged template's code lies in."""
    found = re.search(r"s3://([a-z0-9.-]+)/", template.read_text(encoding="utf-8"))
    if not found:
        raise Incomplete(f"{template} names no code in S3; run make build first.")
    return found[1]


def client_of(url: str) -> httpx.Client:
    """A browser of sorts, which goes nowhere that it is not told to."""
    return httpx.Client(base_url=url.rstrip("/"), timeout=30)


def main(arguments: list[str]) -> int:
    """Read the command line and do it; the exit code."""
    options = parser().parse_args(arguments)
    try:
        return COMMANDS[options.command][0](options)
    except (Incomplete, Declined, NotDeployed, Unpublishable, LookupError) as error:
        return refuse(error.args[0])
    except (
        BotoCoreError,
        ClientError,
    ) as error:  # no credentials, no region, not allowed: AWS's words say which
        return refuse(str(error))
    except EOFError:
        return refuse("There is nobody here to answer; nothing was done.")


def refuse(sentence: str) -> int:
    """Say why not; the exit code."""
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
