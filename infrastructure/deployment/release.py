"""A release of web/: every file under an address that names its content, and pages that refer to those addresses.

    /v/<version>/js/api.js      never changes, so browsers keep it for a year
    /v/<version>/help/…html     the release's pages, kept for going back to
    /help/index.html            the page itself, asked about again each minute

`<version>` is a hash over the whole of web/. Modules import each other relatively, so they need no rewriting; only the
pages are rewritten, and only where they name a file. No bundler: what is published is what is in the repository.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

FOREVER = "public, max-age=31536000, immutable"
A_MINUTE = "public, max-age=60, s-maxage=86400"  # CloudFront's copies are thrown away at each publication
VERSIONS = "v/"
MISSING_PAGE = "404.html"
SPEAKS_TO_COGNITO = ("index.html", "profile/index.html")  # the others only when a token has run out

CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}

_REFERENCE = re.compile(r'(<(?:link|script|img)\b[^>]*?\s(?:href|src)=")/([^"/][^"]*)(")')
_WRITTEN_PATH = re.compile(r"""["'`(]/([\w./-]+\.\w+)""")


class Unpublishable(Exception):
    """web/ holds something that would not work once published; the sentence names it."""


@dataclass(frozen=True)
class Object:
    """A file as it lies in the bucket."""

    key: str
    body: bytes
    content_type: str
    cache_control: str
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Release:
    """What is published together: `assets` first, then `pages`."""

    version: str
    assets: tuple[Object, ...]
    pages: tuple[Object, ...]


def release_of(web: Path, cognito: str) -> Release:
    """The release of a folder; `cognito` is the origin that the log-in page opens a connection to beforehand.

    Raises Unpublishable for a file of an unknown kind, or a reference that would lead nowhere.
    """
    files = {path.relative_to(web).as_posix(): path.read_bytes() for path in _files(web)}
    version = _version(files, cognito)
    prefix = f"{VERSIONS}{version}/"
    assets: list[Object] = []
    pages: list[Object] = []
    for name, body in files.items():
        kind = _content_type(name)
        if not name.endswith(".html"):
            _refuse_fixed_references(name, body, kind, files)
            assets.append(Object(prefix + name, body, kind, FOREVER))
            continue
        metadata = {"version": version} | ({"status": "404"} if name == MISSING_PAGE else {})
        page = _rewritten(name, body.decode(), prefix, files, cognito).encode()
        assets.append(Object(prefix + name, page, kind, A_MINUTE, metadata))
        pages.append(Object(name, page, kind, A_MINUTE, metadata))
    return Release(version, tuple(assets), tuple(pages))


def page_addresses(web: Path) -> str:
    """The address of each folder with a page, with spaces between, as infrastructure/web.yaml wants them."""
    folders = {path.parent.relative_to(web).as_posix() for path in web.rglob("index.html")}
    return " ".join(sorted("/" if folder == "." else f"/{folder}/" for folder in folders))


def _files(web: Path) -> Iterator[Path]:
    return (path for path in sorted(web.rglob("*")) if path.is_file())


def _version(files: Mapping[str, bytes], cognito: str) -> str:
    digest = hashlib.sha256(cognito.encode())
    for name, body in files.items():
        digest.update(f"\0{name}\0{len(body)}\0".encode() + body)
    return digest.hexdigest()[:16]


def _content_type(name: str) -> str:
    kind = CONTENT_TYPES.get(Path(name).suffix)
    if kind is None:
        raise Unpublishable(f"web/{name}: nothing says what type of content a {Path(name).suffix} file is.")
    return kind


def _rewritten(name: str, page: str, prefix: str, files: Mapping[str, bytes], cognito: str) -> str:
    def versioned(reference: re.Match[str]) -> str:
        before, path, after = reference.groups()
        if path not in files:
            raise Unpublishable(f"web/{name} refers to /{path}, which does not exist.")
        return f"{before}/{prefix}{path}{after}"

    page = _REFERENCE.sub(versioned, page)
    if name in SPEAKS_TO_COGNITO:
        page = page.replace("<link", f'<link rel="preconnect" href="{cognito}" crossorigin>\n    <link', 1)
    return page


def _refuse_fixed_references(name: str, body: bytes, kind: str, files: Mapping[str, bytes]) -> None:
    """A module or style sheet that names a file from the root would fetch one without a version: there is none."""
    if kind.startswith("text/"):
        for path in _WRITTEN_PATH.findall(body.decode()):
            if path in files:
                raise Unpublishable(f"web/{name} refers to /{path}: say where it is from there (../…).")
