"""Putting a release into the bucket behind CloudFront, and going back to one that was there before.

In an order in which nobody ever meets half of it: first the files under their new addresses, then /config.json, then
the pages that refer to them, the first page last; and at the end CloudFront's copies of the old pages are thrown away.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from infrastructure.deployment.release import VERSIONS, Object, Release

CONFIG = "config.json"
FIRST_PAGE = "index.html"
FIVE_MINUTES = "public, max-age=300, s-maxage=86400"


@dataclass(frozen=True)
class Place:
    """Where the pages lie and who hands them out; the clients are boto3's."""

    s3: Any
    cloudfront: Any
    bucket: str
    distribution: str


@dataclass(frozen=True)
class Published:
    """A version that is in the bucket."""

    version: str
    at: datetime
    is_current: bool


def publish(place: Place, release: Release, config: Mapping[str, Any], *, dry_run: bool = False) -> list[str]:
    """Put a release in place; what was done (or would be), line by line. Twice changes nothing."""
    present = set(_keys(place))
    new = [each for each in release.assets if each.key not in present]
    gone = _pages_without(release.pages, present)
    settings = Object(CONFIG, json.dumps(config).encode(), "application/json", FIVE_MINUTES)
    done = [f"{len(new)} of {len(release.assets)} files under /{VERSIONS}{release.version}/", f"/{CONFIG}"]
    done += [f"/{page.key}" for page in _first_last(release.pages)]
    done += [f"/{key} taken away" for key in gone]
    if not dry_run:
        for each in (*new, settings, *_first_last(release.pages)):
            _put(place, each)
        _take_away(place, gone)
        _forget_copies(place)
    return done


def go_back(place: Place, version: str, *, dry_run: bool = False) -> list[str]:
    """Make the pages of an earlier release the pages again; raises LookupError when it is not there."""
    prefix = f"{VERSIONS}{version}/"
    present = set(_keys(place))
    names = sorted(key.removeprefix(prefix) for key in present if _is_page_of(key, prefix))
    if FIRST_PAGE not in names:
        raise LookupError(f"There is no version {version}; `versions` lists those that are there.")
    names.sort(key=lambda name: name == FIRST_PAGE)
    gone = sorted(key for key in present if _is_page(key) and key not in names)
    if not dry_run:
        for name in names:
            source = {"Bucket": place.bucket, "Key": prefix + name}
            place.s3.copy_object(Bucket=place.bucket, Key=name, CopySource=source)
        _take_away(place, gone)
        _forget_copies(place)
    return [*(f"/{name}" for name in names), *(f"/{key} taken away" for key in gone)]


def versions(place: Place) -> list[Published]:
    """The releases that are in the bucket, newest first."""
    current = _current(place)
    pages = place.s3.get_paginator("list_objects_v2").paginate(Bucket=place.bucket, Prefix=VERSIONS)
    found = [
        Published(version, each["LastModified"], version == current)
        for page in pages
        for each in page.get("Contents", [])
        for version, _, name in [each["Key"].removeprefix(VERSIONS).partition("/")]
        if name == FIRST_PAGE
    ]
    return sorted(found, key=lambda each: each.at, reverse=True)


def _current(place: Place) -> str | None:
    try:
        head: dict[str, Any] = place.s3.head_object(Bucket=place.bucket, Key=FIRST_PAGE)
    except place.s3.exceptions.ClientError:
        return None
    version: str | None = head["Metadata"].get("version")
    return version


def _put(place: Place, each: Object) -> None:
    place.s3.put_object(
        Bucket=place.bucket,
        Key=each.key,
        Body=each.body,
        ContentType=each.content_type,
        CacheControl=each.cache_control,
        Metadata=dict(each.metadata),
    )


def _take_away(place: Place, keys: list[str]) -> None:
    for key in keys:
        place.s3.delete_object(Bucket=place.bucket, Key=key)


def _forget_copies(place: Place) -> None:
    """One path, so one of the thousand a month that are free; versioned files are fetched again once, at no harm."""
    batch = {"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": str(uuid4())}
    place.cloudfront.create_invalidation(DistributionId=place.distribution, InvalidationBatch=batch)


def _keys(place: Place) -> Iterator[str]:
    for page in place.s3.get_paginator("list_objects_v2").paginate(Bucket=place.bucket):
        for each in page.get("Contents", []):
            yield each["Key"]


def _first_last(pages: tuple[Object, ...]) -> list[Object]:
    return sorted(pages, key=lambda page: (page.key == FIRST_PAGE, page.key))


def _pages_without(pages: tuple[Object, ...], present: set[str]) -> list[str]:
    wanted = {page.key for page in pages}
    return sorted(key for key in present if _is_page(key) and key not in wanted)


def _is_page(key: str) -> bool:
    return key.endswith(".html") and not key.startswith(VERSIONS)


def _is_page_of(key: str, prefix: str) -> bool:
    return key.startswith(prefix) and key.endswith(".html")
