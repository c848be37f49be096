"""Stacks of CloudFormation, deployed by change sets: what would change is shown first, and alarms roll it back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from botocore.exceptions import ClientError, WaiterError

_NOTHING_NEW = ("didn't contain changes", "No updates are to be performed")
_ABSENT = ("REVIEW_IN_PROGRESS", "DELETE_COMPLETE")
_PATIENCE = {"Delay": 10, "MaxAttempts": 540}  # a certificate may take its time, and so may a distribution


class NotDeployed(Exception):
    """CloudFormation refused or rolled back; the sentences are its own."""


class Declined(Exception):
    """The person at the terminal looked at the changes and did not want them."""


@dataclass(frozen=True)
class Template:
    """A template by its text, or where one of more than 51,200 bytes has to be, by its address in S3."""

    body: str = ""
    url: str = ""

    @classmethod
    def of(cls, path: Path) -> "Template":
        return cls(body=path.read_text(encoding="utf-8"))

    def given(self) -> dict[str, str]:
        return {"TemplateURL": self.url} if self.url else {"TemplateBody": self.body}


@dataclass(frozen=True)
class Rollback:
    """Alarms each of which ends an update and takes it back, during the update and for some minutes after it.

    They have to exist: an update whose alarm is missing fails. CloudFormation keeps them for later updates that say
    nothing of alarms, so that there are none is said by an empty list.
    """

    alarms: tuple[str, ...]
    minutes: int = 10

    def given(self) -> dict[str, Any]:
        triggers = [{"Arn": alarm, "Type": "AWS::CloudWatch::Alarm"} for alarm in self.alarms]
        return {"RollbackTriggers": triggers, "MonitoringTimeInMinutes": self.minutes if triggers else 0}


UNWATCHED = Rollback(())
"""No alarm takes the update back, those of the update before neither."""


class Stacks:
    """The stacks of one region; `agree` is shown what would change and says whether it may."""

    def __init__(self, cloudformation: Any, agree: Callable[[str, list[str]], bool]) -> None:
        self._cloudformation = cloudformation
        self._agree = agree

    def outputs(self, name: str) -> dict[str, str]:
        """The outputs of a stack; none of one that does not exist."""
        stack = self._described(name)
        return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])} if stack else {}

    def parameters(self, name: str) -> dict[str, str]:
        """The parameters that a stack was last deployed with; none of one that does not exist."""
        stack = self._described(name)
        return (
            {each["ParameterKey"]: each["ParameterValue"] for each in stack.get("Parameters", [])}
            if stack
            else {}
        )

    def alarm(self, name: str, logical_id: str) -> str | None:
        """The name of an alarm of a stack, or None while it has none."""
        try:
            found = self._cloudformation.describe_stack_resource(StackName=name, LogicalResourceId=logical_id)
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        return str(found["StackResourceDetail"]["PhysicalResourceId"])

    def queues(self, name: str) -> dict[str, str]:
        """The addresses of a stack's queues by their logical ids."""
        pages = self._cloudformation.get_paginator("list_stack_resources").paginate(StackName=name)
        return {
            each["LogicalResourceId"]: each["PhysicalResourceId"]
            for page in pages
            for each in page["StackResourceSummaries"]
            if each["ResourceType"] == "AWS::SQS::Queue"
        }

    def deploy(
        self,
        name: str,
        template: Template,
        parameters: Mapping[str, str],
        *,
        rollback: Rollback = UNWATCHED,
        protected: bool = False,
    ) -> dict[str, str]:
        """Make the stack or change it, and give its outputs; nothing happens when nothing would change.

        Raises Declined, or NotDeployed with CloudFormation's reasons.
        """
        exists = self._described(name) is not None
        change_set = f"deploy-{uuid4()}"
        self._cloudformation.create_change_set(
            StackName=name,
            ChangeSetName=change_set,
            ChangeSetType="UPDATE" if exists else "CREATE",
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            RollbackConfiguration=(rollback if exists else UNWATCHED).given(),
            **template.given(),
        )
        if self._has_changes(name, change_set):
            if not self._agree(name, self._changes(name, change_set)):
                self._cloudformation.delete_change_set(StackName=name, ChangeSetName=change_set)
                raise Declined(f"{name} stays as it is.")
            # What this deployment made goes again if it fails, although the template keeps it: the second try would
            # find its fixed names taken.
            self._cloudformation.execute_change_set(
                StackName=name, ChangeSetName=change_set, RetainExceptOnCreate=True
            )
            self._wait(name, "stack_update_complete" if exists else "stack_create_complete")
        if protected:
            self._cloudformation.update_termination_protection(
                StackName=name, EnableTerminationProtection=True
            )
        return self.outputs(name)

    def delete(self, name: str) -> None:
        """Delete a stack that exists; raises NotDeployed when CloudFormation cannot."""
        self._cloudformation.delete_stack(StackName=name)
        self._wait(name, "stack_delete_complete")

    def exists(self, name: str) -> bool:
        """Whether there is such a stack."""
        return self._described(name) is not None

    def _described(self, name: str) -> dict[str, Any] | None:
        try:
            (stack,) = self._cloudformation.describe_stacks(StackName=name)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        found: dict[str, Any] = stack
        return None if found["StackStatus"] in _ABSENT else found

    def _has_changes(self, name: str, change_set: str) -> bool:
        try:
            waiter = self._cloudformation.get_waiter("change_set_create_complete")
            waiter.wait(
                StackName=name, ChangeSetName=change_set, WaiterConfig={"Delay": 3, "MaxAttempts": 100}
            )
        except WaiterError as error:
            reason = str(error.last_response.get("StatusReason", error))
            if not any(words in reason for words in _NOTHING_NEW):
                raise NotDeployed(f"{name}: {reason}") from error
            self._cloudformation.delete_change_set(StackName=name, ChangeSetName=change_set)
            return False
        return True

    def _changes(self, name: str, change_set: str) -> list[str]:
        pages = self._cloudformation.get_paginator("describe_change_set").paginate(
            StackName=name, ChangeSetName=change_set
        )
        changes = [each["ResourceChange"] for page in pages for each in page["Changes"]]
        return [
            f"{change['Action']:7} {change['LogicalResourceId']} ({change['ResourceType']})"
            + (", REPLACED" if change.get("Replacement") == "True" else "")
            for change in changes
        ]

    def _wait(self, name: str, state: str) -> None:
        try:
            self._cloudformation.get_waiter(state).wait(StackName=name, WaiterConfig=_PATIENCE)
        except WaiterError as error:
            described: Any = error.last_response.get("Stacks") or [{}]
            status = described[0].get("StackStatus", "")
            if status.endswith("IN_PROGRESS") and "ROLLBACK" not in status:
                minutes = _PATIENCE["Delay"] * _PATIENCE["MaxAttempts"] // 60
                raise NotDeployed(
                    f"{name} is {status} after {minutes} minutes, and CloudFormation goes on by itself: "
                    "look there, and run this again when it has ended."
                ) from error
            raise NotDeployed("\n".join([f"{name} was not deployed:", *self._reasons(name)])) from error

    def _reasons(self, name: str) -> list[str]:
        events = self._cloudformation.describe_stack_events(StackName=name)["StackEvents"]
        return [
            f"  {each['LogicalResourceId']}: {each.get('ResourceStatusReason', each['ResourceStatus'])}"
            for each in reversed(events)
            if each["ResourceStatus"].endswith("FAILED") or "ROLLBACK_IN_PROGRESS" in each["ResourceStatus"]
        ]
