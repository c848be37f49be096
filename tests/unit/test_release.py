"""A release of web/: versioned addresses, pages that refer to them, and nothing that would lead nowhere."""

import re
from pathlib import Path

import pytest

from infrastructure.deployment.release import (
    A_MINUTE,
    FOREVER,
    SPEAKS_TO_COGNITO,
    Release,
    Unpublishable,
    page_addresses,
    release_of,
)

WEB = Path(__file__).parents[2] / "web"
COGNITO = "https://cognito-idp.us-east-1.amazonaws.com"
PAGE = """<!doctype html>
<link rel="stylesheet" href="/css/base.css">
<script type="module" src="/js/pages/help.js"></script>
<a href="/help/">Help</a>
"""


def made(tmp_path: Path, **changed: str) -> Release:
    """A small web/ of one page, one module, one style sheet; `changed` gives other contents by file name."""
    files = {"index.html": PAGE, "help/index.html": PAGE, "404.html": PAGE}
    files |= {"css/base.css": "a { color: red }", "js/pages/help.js": 'import "../api.js";', "js/api.js": "1"}
    for name, text in (files | changed).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return release_of(tmp_path, COGNITO)


def test_every_file_lies_under_the_version_and_may_be_kept_for_ever() -> None:
    release = release_of(WEB, COGNITO)
    assets = {each.key: each for each in release.assets}
    for path in WEB.rglob("*"):
        if path.is_file():
            each = assets[f"v/{release.version}/{path.relative_to(WEB).as_posix()}"]
            assert each.cache_control == (A_MINUTE if path.suffix == ".html" else FOREVER)


def test_kept_for_ever_is_a_year_without_asking_and_a_page_is_asked_about_each_minute() -> None:
    assert FOREVER == "public, max-age=31536000, immutable"
    assert A_MINUTE == "public, max-age=60, s-maxage=86400"


def test_every_page_refers_to_versioned_files_that_are_there_and_to_no_other() -> None:
    release = release_of(WEB, COGNITO)
    keys = {f"/{each.key}" for each in release.assets}
    assert {page.key for page in release.pages} == {
        path.relative_to(WEB).as_posix() for path in WEB.rglob("*.html")
    }
    for page in release.pages:
        text = page.body.decode()
        referred = set(re.findall(r'<(?:link|script)[^>]*(?:href|src)="([^"]+)"', text)) - {COGNITO}
        assert referred, page.key
        assert referred <= keys, page.key
        assert page.cache_control == A_MINUTE


def test_the_pages_that_speak_to_cognito_open_the_connection_beforehand() -> None:
    for page in release_of(WEB, COGNITO).pages:
        hint = f'<link rel="preconnect" href="{COGNITO}" crossorigin>'
        assert (hint in page.body.decode()) == (page.key in SPEAKS_TO_COGNITO)


def test_links_to_pages_stay_as_they_are_and_the_page_for_what_is_missing_carries_its_status(
    tmp_path: Path,
) -> None:
    release = made(tmp_path)
    pages = {page.key: page for page in release.pages}
    assert '<a href="/help/">' in pages["help/index.html"].body.decode()
    assert pages["404.html"].metadata == {"version": release.version, "status": "404"}
    assert pages["help/index.html"].metadata == {"version": release.version}


def test_the_version_is_that_of_the_content_and_of_nothing_else(tmp_path: Path) -> None:
    first = made(tmp_path / "one").version
    assert made(tmp_path / "two").version == first
    assert made(tmp_path / "three", **{"js/api.js": "2"}).version != first
    assert made(tmp_path / "four", **{"help/index.html": PAGE + " "}).version != first


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("index.html", '<script src="/js/none.js"></script>', "web/index.html refers to /js/none.js"),
        ("js/api.js", 'fetch("/css/base.css")', "web/js/api.js refers to /css/base.css"),
        ("css/base.css", "a { background: url(/js/api.js) }", "web/css/base.css refers to /js/api.js"),
        ("notes.doc", "x", "web/notes.doc"),
    ],
)
def test_what_would_lead_nowhere_is_not_published(tmp_path: Path, name: str, text: str, told: str) -> None:
    with pytest.raises(Unpublishable, match=re.escape(told)):
        made(tmp_path, **{name: text})


def test_the_addresses_of_the_pages_are_those_of_their_folders(tmp_path: Path) -> None:
    made(tmp_path, **{"staff/review/index.html": PAGE})
    assert page_addresses(tmp_path) == "/ /help/ /staff/review/"
