"""An error of the API, in Stripe's shape."""

from typing import Any


class ApiError(Exception):
    """A refusal: `{"error": {"type", "code", "message", "param"}}` with its status."""

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        status: int = 400,
        kind: str = "invalid_request_error",
    ) -> None:
        super().__init__(message)
        self.status = status
        given = {"type": kind, "code": code, "message": message, "param": param}
        self.body: dict[str, Any] = {
            "error": {name: value for name, value in given.items() if value is not None}
        }


def missing(kind: str, object_id: str, param: str) -> ApiError:
    """There is no object of this id; `param` is where the caller named it."""
    return ApiError(f"No such {kind}: '{object_id}'", code="resource_missing", param=param, status=404)
