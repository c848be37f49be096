"""What the log says of a failure: its kind, AWS's code and the way to where it happened.

Its sentence is left out, for it may hold what people typed: an address that is refused, a name in a row.
"""

import traceback
from typing import Any

from aws_lambda_powertools import Logger
from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError
from botocore.exceptions import ConnectionError as NotConnected

STEPS = 12
"""The last steps of the way that are told."""


SERVER_ERROR = 500

PASSING = frozenset(
    {
        "BandwidthLimitExceeded",
        "ConditionalRequestConflict",
        "ExpiredToken",
        "ExpiredTokenException",
        "InternalError",
        "InternalErrorException",
        "InternalFailure",
        "InternalServerError",
        "KMSThrottlingException",
        "KmsThrottled",
        "LimitExceededException",
        "OperationAborted",
        "OverLimit",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingError",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
"""AWS's codes of what another try may not meet: a busy or broken service, a conflict, a key that was renewed."""


class Failed(Exception):
    """What Lambda is told of an error that nobody foresaw, since it writes sentences into the log: its kind alone."""


def log_failure(logger: Logger, event: str, error: BaseException, **more: Any) -> None:
    """Write a line about an error, and of which kind the one was that it came from."""
    steps = traceback.extract_tb(error.__traceback__)[-STEPS:]
    cause = error.__cause__ or error.__context__
    logger.error(
        event,
        error=type(error).__name__,
        code=code(error),
        cause=type(cause).__name__ if cause else "",
        way=[f"{step.filename.rpartition('/')[2]}:{step.lineno} {step.name}" for step in steps],
        stacklevel=3,
        **more,
    )


def code(error: BaseException) -> str:
    """AWS's code of a refusal; empty for any other error."""
    return str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, ClientError) else ""


def passes(error: Exception) -> bool:
    """Whether what a service said may be otherwise in a moment: it answered nothing, or that it is busy or broken.

    Whatever else it refuses, it refuses for good: that the portal asked for it is a fault of the portal.
    """
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return status >= SERVER_ERROR or code(error) in PASSING
    return isinstance(error, NotConnected | HTTPClientError | IncompleteReadError)
