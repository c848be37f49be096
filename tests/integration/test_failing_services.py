"""What AWS refuses in passing is told as such, to try again; what it refuses for good is a fault of ours, and rings."""

from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)

from shared.adapters import aws
from shared.adapters.failures import Failed
from tests.integration.portal import Portal, entry


def refusal(code: str, status: int = 400) -> ClientError:
    told: Any = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(told, "Query")


PASSING = [
    *(
        refusal(code)
        for code in (
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "ThrottlingException",
            "ThrottlingError",
            "TooManyRequestsException",
            "TransactionConflictException",
            "TransactionInProgressException",
            "ExpiredTokenException",
        )
    ),
    refusal("InternalServerError", 500),
    refusal("Whatever", 503),
    ReadTimeoutError(endpoint_url="x"),
    ConnectTimeoutError(endpoint_url="x"),
    EndpointConnectionError(endpoint_url="x"),
]
FOR_GOOD = [
    *(
        refusal(code)
        for code in (
            "ValidationException",
            "ResourceNotFoundException",
            "AccessDeniedException",
            "TransactionCanceledException",
            "ItemCollectionSizeLimitExceededException",
            "ConditionalCheckFailedException",
            "SerializationException",
        )
    ),
    ParamValidationError(report="x"),
    NoCredentialsError(),
]


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fails(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(aws.dynamodb(), "query", fails)


@pytest.mark.parametrize("error", PASSING, ids=repr)
def test_what_passes_is_unavailable(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    member = portal.member()
    failing(monkeypatch, error)
    for body in (
        {"entries": [entry()]},
        {"entries": [7]},
    ):  # the second is looked at by the handler of faults
        answer = portal.post(portal.cycle_path(member, "entries"), member, body)
        assert (answer.status, answer.code, "retry-after" in answer.headers) == (503, "unavailable", True)


@pytest.mark.parametrize("error", FOR_GOOD, ids=repr)
def test_what_does_not_pass_fails_as_any_fault_of_ours(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    member = portal.member()
    failing(monkeypatch, error)
    for body in ({"entries": [entry()]}, {"entries": [7]}):
        with pytest.raises(Failed, match=type(error).__name__):
            portal.post(portal.cycle_path(member, "entries"), member, body)
