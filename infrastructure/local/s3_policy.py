"""Checking a presigned POST as S3 does: the policy's signature, its life, and each of its conditions on each field."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from infrastructure.local.account import SESSION_TOKEN
from infrastructure.local.s3_signature import S3Refusal, denied, refuse_foreign_signature, signature_of

_NEEDS_NO_CONDITION = {"policy", "x-amz-signature", "file", "bucket"}


@dataclass(frozen=True)
class PostedForm:
    """A browser's upload form: its fields by lower-cased name, and the file with its size."""

    bucket: str
    fields: Mapping[str, str]
    size: int


def check_posted_form(form: PostedForm, now: datetime) -> None:
    """Refuse a form that the policy does not allow to the letter.

    Raises S3Refusal.
    """
    encoded = form.fields.get("policy")
    if not encoded or "x-amz-signature" not in form.fields:
        raise denied()
    if form.fields.get("x-amz-algorithm") != "AWS4-HMAC-SHA256":
        raise S3Refusal(
            "400 Bad Request", "InvalidArgument", "X-Amz-Algorithm only supports AWS4-HMAC-SHA256."
        )
    expected = signature_of(encoded, form.fields.get("x-amz-credential", ""))
    refuse_foreign_signature(expected, form.fields["x-amz-signature"])
    if form.fields.get("x-amz-security-token") != SESSION_TOKEN:
        raise S3Refusal(
            "400 Bad Request", "InvalidToken", "The provided token is malformed or otherwise invalid."
        )
    policy = json.loads(base64.b64decode(encoded))
    if now >= _expiration(policy):
        raise denied("Invalid according to Policy: Policy expired.")
    covered = {name for condition in policy["conditions"] for name in _check(condition, form)}
    for name in form.fields:
        if name not in covered | _NEEDS_NO_CONDITION and not name.startswith("x-ignore-"):
            raise denied(f"Invalid according to Policy: Extra input fields: {name}")


def _expiration(policy: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(policy["expiration"]).astimezone(UTC)


def _check(condition: Any, form: PostedForm) -> list[str]:
    """Hold the form to one condition; the names of the fields that it covers."""
    if isinstance(condition, dict):
        for name, value in condition.items():
            _refuse_unless(_value(form, name) == str(value), condition)
        return [name.lower() for name in condition]
    kind, first, second = condition
    if kind.lower() == "content-length-range":
        if form.size < int(first):
            raise S3Refusal("400 Bad Request", "EntityTooSmall", "Your proposed upload is too small.")
        if form.size > int(second):
            raise S3Refusal(
                "400 Bad Request", "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size"
            )
        return []
    name = first.removeprefix("$")
    value = _value(form, name)
    if kind.lower() == "eq":
        _refuse_unless(value == second, condition)
    elif kind.lower() == "starts-with":
        _refuse_unless(value is not None and value.startswith(second), condition)
    else:
        raise S3Refusal(
            "400 Bad Request", "InvalidPolicyDocument", f"Invalid Policy: Invalid condition {kind}."
        )
    return [name.lower()]


def _value(form: PostedForm, name: str) -> str | None:
    return form.bucket if name.lower() == "bucket" else form.fields.get(name.lower())


def _refuse_unless(met: bool, condition: Any) -> None:
    if not met:
        raise denied(f"Invalid according to Policy: Policy Condition failed: {json.dumps(condition)}")
