"""My Profile: the contact fields on the version that was seen."""

from dataclasses import replace

import pytest

from shared.domain.errors import VersionConflict
from shared.domain.members import Member, Profile
from shared.use_cases.change_profile import change_profile
from tests.unit.use_cases.portal import Portal, member

MARGE = Member("M-1", "Marge", "Bouvier", "marge@example.org")


def portal_of_marge() -> Portal:
    portal = Portal()
    portal.table.members["m-1"] = MARGE
    return portal


def change(portal: Portal, version: str, key: str = "k", **fields: str) -> Member:
    return change_profile(portal.members, portal.events, member(key), MARGE, Profile(**fields), version)


def test_the_event_names_the_fields_and_keeps_no_address() -> None:
    portal = portal_of_marge()
    assert change(portal, "1", phone="555", city="Springfield").version == 2
    (recorded,) = portal.table.events.values()
    assert (recorded.type, recorded.data) == ("profile-changed", {"fields": ["phone", "city"]})


@pytest.mark.parametrize("version", ["0", "2", "01", "", "1 "])
def test_a_version_that_is_not_the_current_one_changes_nothing(version: str) -> None:
    portal = portal_of_marge()
    with pytest.raises(VersionConflict):
        change(portal, version, phone="555")
    assert portal.table.members["m-1"] == MARGE


def test_of_two_changes_of_one_version_one_lands() -> None:
    portal = portal_of_marge()
    portal.table.meanwhile.append(lambda: change(portal, "1", "other", phone="1"))
    with pytest.raises(VersionConflict):
        change(portal, "1", "mine", phone="2")
    assert portal.table.members["m-1"] == replace(MARGE, profile=Profile(phone="1"), version=2)
