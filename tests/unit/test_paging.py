"""Pages of a list: whatever is deleted or comes between two of them, nothing that stays is missed or shown twice."""

from datetime import datetime
from random import Random

import pytest

from shared.domain.errors import InvalidRequest
from shared.handling.paging import in_time, next_cursor, page_of, page_within, start

SEED = 20270215
LIST = ("documents", "m000001")


def itself(position: str) -> str:
    return position


@pytest.mark.parametrize("latest_first", [False, True])
def test_what_stays_is_in_the_pages_once_whatever_goes_and_comes_between_them(latest_first: bool) -> None:
    chance = Random(SEED)
    for _ in range(300):
        held = {f"{chance.randrange(1000):03}" for _ in range(chance.randrange(1, 30))}
        stayed, seen = set(held), list[str]()
        cursor: str | None = None
        while True:
            page, cursor = page_of(
                sorted(held, key=hash),
                itself,
                cursor,
                chance.randrange(1, 5),
                *LIST,
                latest_first=latest_first,
            )
            seen += page
            if cursor is None:
                break
            gone = {each for each in held if chance.random() < 0.3}
            held, stayed = held - gone, stayed - gone
            held |= {f"{chance.randrange(1000):03}" for _ in range(chance.randrange(3))}
        assert seen == sorted(set(seen), reverse=latest_first)
        assert stayed <= set(seen)


def test_a_page_by_size_goes_on_after_what_was_deleted() -> None:
    items = ["a", "b", "c", "d"]
    page, cursor = page_within(items, itself, len, None, 2, *LIST)
    assert page == ["a", "b"]
    assert page_within(["a", "c", "d"], itself, len, cursor, 9, *LIST) == (["c", "d"], None)


def test_a_page_that_is_all_there_is_says_so() -> None:
    assert page_of(["a", "b"], itself, None, 2, *LIST) == (["a", "b"], None)
    _, cursor = page_of(["a", "b"], itself, None, 1, *LIST)
    assert page_of(["a"], itself, cursor, 1, *LIST) == ([], None)


@pytest.mark.parametrize("of", [(), ("documents",), ("documents", "m000002"), ("invoices", "m000001")])
def test_a_cursor_is_good_for_the_list_that_gave_it_alone(of: tuple[str, ...]) -> None:
    cursor = next_cursor("a", *LIST)
    assert start(cursor, *LIST) == "a"
    with pytest.raises(InvalidRequest):
        start(cursor, *of)


def test_a_cursor_that_was_changed_is_refused() -> None:
    cursor = next_cursor("2027#doc", *LIST) or ""
    for place in range(len(cursor)):
        changed = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        with pytest.raises(InvalidRequest):
            start(changed, *LIST)


def test_the_order_of_times_is_the_order_of_their_positions() -> None:
    written = ["2027-06-15T16:00:00+00:00", "2027-06-15T18:00:00.000001+02:00", "2027-06-15T12:00:01-04:00"]
    positions = [in_time(datetime.fromisoformat(each), "x") for each in written]
    assert positions == sorted(positions)
    assert in_time(datetime.fromisoformat(written[0]), "a") < in_time(datetime.fromisoformat(written[0]), "b")
