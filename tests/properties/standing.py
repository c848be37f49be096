"""What a member says once and what accrues by itself from then on, while everything else goes on."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from shared.domain.events import Command
from shared.use_cases.keep_standing_claims import (
    StandingSent,
    change_standing_claim,
    delete_standing_claim,
    enter_standing_claim,
)
from tests.properties.people import MEMBER, Make, read, undo
from tests.properties.world import Request, World, require


def something_held(world: World) -> StandingSent:
    """Employment or an office, held for long, for more than a year or for less."""
    activity = world.apart.choice(["employment", "board-member"])
    days = world.apart.choice([30, 400, 800, 2000])
    return StandingSent(activity, "HR officer", "City", world.now.date() - timedelta(days=days), None, "")


def a_standing_claim(world: World) -> Any:
    claims = world.found.standing
    return world.apart.choice(claims) if claims else None


def enter_standing(world: World) -> Request:
    sent = something_held(world)

    def run(world: World, command: Command) -> Any:
        return enter_standing_claim(world.recertifications, world.events, command, read(world), sent)

    command = world.command(MEMBER, "member")

    def done(kept: Any) -> None:
        is_same = kept.claim.standing_id == f"std_{command.key}"
        require(is_same, "a standing claim is answered with its id, however often")

    return Request("enter what accrues", run, command, done)


def change_standing(world: World) -> Request | None:
    """Another beginning, or another activity, or its end."""
    claim = a_standing_claim(world)
    if claim is None:
        return None
    sent = something_held(world)
    if world.apart.random() < 0.3:
        sent = replace(sent, ended_on=sent.started_on + timedelta(days=370))

    def run(world: World, command: Command) -> Any:
        own, version = claim.standing_id, str(claim.version)
        return change_standing_claim(
            world.recertifications, world.events, command, read(world), own, sent, version
        )

    return Request("change what accrues", run, world.command(MEMBER, "member"), keyed=False)


def delete_standing(world: World) -> Request | None:
    claim = a_standing_claim(world)
    if claim is None:
        return None

    def run(world: World, command: Command) -> Any:
        own, version = claim.standing_id, str(claim.version)
        delete_standing_claim(world.recertifications, world.events, command, read(world), own, version)

    return Request("delete what accrues", run, world.command(MEMBER, "member"), keyed=False)


def wrongly_approved(world: World) -> list[Request]:
    """While nothing is entered in the next cycle: claims are deleted, something accrues, and the approval is undone."""
    found = world.found
    entered = [each for each in found.entries if not each.standing_id]
    is_next = found.cycle.number > 1 and not (found.cycle.signings or entered)
    is_over = "undo: done" in world.trace  # or it would hardly ever come to a third cycle
    if not (world.has_standing and is_next) or is_over or world.apart.random() < 0.2:
        return []
    deeds = world.apart.choice(
        [[delete_standing], [change_standing], [delete_standing, undo], [undo], [undo]]
    )
    if not found.entries and world.apart.random() < 0.4:
        world.now += timedelta(days=370)
        deeds = [change_standing]  # with which it is stored what has accrued by then
    return [request for make in deeds if (request := make(world)) is not None]


def standing(world: World) -> list[Make]:
    """What is done of this in a round: in one history of six, where it is done again and again."""
    if not world.has_standing:
        return []
    if not world.found.standing and world.found.cycle.number == 1 and world.apart.random() < 0.7:
        return [enter_standing]
    if world.apart.random() < 0.25:
        return [
            world.apart.choice(
                [enter_standing, enter_standing, change_standing, change_standing, delete_standing]
            )
        ]
    return []
