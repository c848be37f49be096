"""problem+json for the routes that the local stack serves itself."""

from starlette.responses import JSONResponse


class ProblemResponse(JSONResponse):
    """RFC 9457, in the shape of the portal's own problems."""

    media_type = "application/problem+json"


def problem(
    status: int, code: str, title: str, detail: str, headers: dict[str, str] | None = None
) -> ProblemResponse:
    """A problem by its code."""
    body = {"type": f"/problems/{code}", "title": title, "status": status, "detail": detail}
    return ProblemResponse(body, status_code=status, headers=headers)
