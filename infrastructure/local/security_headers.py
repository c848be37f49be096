"""What a browser is told about the portal's pages, kept in one place: the deployed portal sends the same."""

from collections.abc import Iterable, Mapping

_ALWAYS: Mapping[str, str] = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def content_security_policy(connect: Iterable[str]) -> str:
    """The policy of every page; `connect` are the origins beside the portal's own: Cognito and the documents."""
    return "; ".join(
        (
            "default-src 'none'",
            "base-uri 'none'",
            f"connect-src {' '.join(("'self'", *connect))}",
            "font-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "img-src 'self' data:",
            "manifest-src 'self'",
            "script-src 'self'",
            "style-src 'self'",
        )
    )


def security_headers(connect: Iterable[str]) -> dict[str, str]:
    """All headers of a page."""
    return {**_ALWAYS, "Content-Security-Policy": content_security_policy(connect)}
