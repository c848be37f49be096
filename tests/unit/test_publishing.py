"""Publishing a release: files before the pages that need them, nothing lost, and a way back."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infrastructure.deployment.publish import Place, go_back, publish, versions
from infrastructure.deployment.release import A_MINUTE, FOREVER, Object, Release

CONFIG = {"apiBase": "/api"}


class Recorder:
    """A client in front of another (or of nothing) that remembers what it was asked to change, in order."""

    def __init__(self, client: Any = None) -> None:
        self._client = client
        self.changes: list[tuple[str, str]] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("put_", "delete_", "copy_", "create_")):
            return lambda **given: self._change(name, given)
        return getattr(self._client, name)

    def _change(self, name: str, given: dict[str, Any]) -> Any:
        self.changes.append((name, given.get("Key", "")))
        return getattr(self._client, name)(**given) if self._client else {}


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="pages")
        yield Place(Recorder(s3), Recorder(), "pages", "E123")


def release(version: str, *pages: str) -> Release:
    def page(key: str, name: str) -> Object:
        return Object(
            key,
            f"{name} {version}".encode(),
            "text/html; charset=utf-8",
            A_MINUTE,
            {"version": version},
        )

    code = Object(f"v/{version}/js/api.js", b"1", "text/javascript; charset=utf-8", FOREVER)
    kept = (page(f"v/{version}/{name}", name) for name in pages)
    return Release(version, (code, *kept), tuple(page(name, name) for name in pages))


def read(place: Place, key: str) -> str:
    body: bytes = place.s3.get_object(Bucket="pages", Key=key)["Body"].read()
    return body.decode()


def keys(place: Place) -> set[str]:
    return {each["Key"] for each in place.s3.list_objects_v2(Bucket="pages").get("Contents", [])}


def test_files_come_before_the_settings_and_these_before_the_pages_the_first_page_last(place: Place) -> None:
    publish(place, release("a", "404.html", "help/index.html", "index.html"), CONFIG)
    written = [key for name, key in place.s3.changes if name == "put_object"]
    assert written[-4:] == ["config.json", "404.html", "help/index.html", "index.html"]
    assert all(key.startswith("v/a/") for key in written[:-4])
    assert [name for name, _ in place.cloudfront.changes] == ["create_invalidation"]


def test_types_and_how_long_to_keep_are_stored(place: Place) -> None:
    publish(place, release("a", "index.html"), CONFIG)
    code = place.s3.head_object(Bucket="pages", Key="v/a/js/api.js")
    assert (code["ContentType"], code["CacheControl"]) == ("text/javascript; charset=utf-8", FOREVER)
    page = place.s3.head_object(Bucket="pages", Key="index.html")
    assert (page["CacheControl"], page["Metadata"]) == (A_MINUTE, {"version": "a"})
    assert json.loads(read(place, "config.json")) == CONFIG


def test_a_dry_run_says_all_and_changes_nothing(place: Place) -> None:
    told = publish(place, release("a", "index.html"), CONFIG, dry_run=True)
    assert told == ["2 of 2 files under /v/a/", "/config.json", "/index.html"]
    assert place.s3.changes == place.cloudfront.changes == []


def test_the_second_time_only_what_may_have_changed_is_written(place: Place) -> None:
    publish(place, release("a", "index.html"), CONFIG)
    place.s3.changes.clear()
    assert publish(place, release("a", "index.html"), CONFIG)[0] == "0 of 2 files under /v/a/"
    assert [key for _, key in place.s3.changes] == ["config.json", "index.html"]


def test_a_page_that_is_no_more_goes_and_the_old_versions_stay(place: Place) -> None:
    publish(place, release("a", "old/index.html", "index.html"), CONFIG)
    told = publish(place, release("b", "index.html"), CONFIG)
    assert told[-1] == "/old/index.html taken away"
    assert "old/index.html" not in keys(place)
    assert {"v/a/js/api.js", "v/a/old/index.html", "v/b/js/api.js"} <= keys(place)


def test_one_can_go_back_to_a_version_and_forward_again(place: Place) -> None:
    first, second = release("a", "old/index.html", "index.html"), release("b", "new/index.html", "index.html")
    publish(place, first, CONFIG)
    publish(place, second, CONFIG)
    place.s3.changes.clear()
    go_back(place, "a")
    assert place.s3.changes[:2] == [("copy_object", "old/index.html"), ("copy_object", "index.html")]
    assert (read(place, "index.html"), read(place, "old/index.html")) == ("index.html a", "old/index.html a")
    assert "new/index.html" not in keys(place)
    assert place.s3.head_object(Bucket="pages", Key="index.html")["CacheControl"] == A_MINUTE
    assert {each.version: each.is_current for each in versions(place)} == {"a": True, "b": False}
    publish(place, second, CONFIG)
    assert read(place, "new/index.html") == "new/index.html b"
    assert len(place.cloudfront.changes) == 4


def test_a_version_that_is_not_there_is_refused_and_a_dry_run_of_going_back_changes_nothing(
    place: Place,
) -> None:
    publish(place, release("a", "index.html"), CONFIG)
    place.s3.changes.clear()
    with pytest.raises(LookupError, match="no version b"):
        go_back(place, "b")
    assert go_back(place, "a", dry_run=True) == ["/index.html"]
    assert place.s3.changes == []


def test_an_empty_bucket_has_no_versions(place: Place, tmp_path: Path) -> None:
    assert versions(place) == []
