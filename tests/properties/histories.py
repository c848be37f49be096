"""Histories: many people act on one certification at the same time, things go wrong, and the auditor watches."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from shared.domain.days import day_of
from shared.repositories.table import Table
from tests.properties.auditor import Auditor
from tests.properties.editions import EDITIONS
from tests.properties.memory_dynamodb import MemoryDynamoDB
from tests.properties.people import DEEDS, at_midnight, deliver, fitting, mistaken, settled_twice, taken_back
from tests.properties.standing import standing, wrongly_approved
from tests.properties.uploads import PAPERS, look, with_documents
from tests.properties.world import ANOTHER_BODY, Request, Violation, World, a_member

ONE_MEMBER = a_member()
ROUNDS = 14
AGAIN = " again"
"""What the name of a request ends in that was done before."""

_WEIGHTS = [weight for weight, _ in (*DEEDS, *PAPERS)]
_MAKERS = [make for _, make in (*DEEDS, *PAPERS)]


def tell(seed: int, table_of: Any = Table, dynamo: MemoryDynamoDB = ONE_MEMBER) -> World:
    """One history, from its seed. Raises Violation, with the seed and what happened so far."""
    world = World(seed, dynamo.copy(), table_of)
    auditor = Auditor(world)
    try:
        for _ in range(ROUNDS):
            makers = world.chance.choices(_MAKERS, _WEIGHTS, k=world.chance.choice([0, 1, 1, 2]))
            likely = mistaken(world) or with_documents(world) or fitting(world)
            made = [make(world) for make in (likely, *makers, *standing(world))]
            requests = [each for each in made if each is not None]
            requests = at_midnight(world) or taken_back(world) or settled_twice(world) or requests
            requests = wrongly_approved(world) or requests
            while world.unsettled and world.chance.random() < 0.7:
                requests.append(again(world, world.unsettled.pop(0)))
            if world.chance.random() < 0.15 and requests:  # an impatient client sends the same twice
                requests.append(again(world, requests[0]))
            if world.answered and world.chance.random() < 0.15:  # or much later, and had an answer
                requests.append(late(world))
            if world.chance.random() < 0.1:
                requests += [with_another_body(each) for each in requests[:1] if each.command.fingerprint]
            world.at_once(requests)
            world.until_next = timedelta()
            pass_time(world)
        settle(world)
        auditor.closing()
        world.trace += [f"reached: {state}" for state in sorted(reached(world))]
    except Violation as violation:
        raise Violation(f"seed {seed}: {violation}\n  " + "\n  ".join(world.trace[-12:])) from None
    return world


def reached(world: World) -> set[str]:
    """What a history came to, of what is seldom."""
    invoices, found = world.all_invoices, world.found
    payments = [payment for invoice in invoices for payment in invoice.payments]
    cards = {payment.method == "card" for payment in payments if payment.succeeded}
    states = {
        "a surplus": any(each.surplus for each in payments),
        "a cheque and a card": len(cards) == 2,
        "a dispute won": any(each.dispute == "won" for each in payments),
        "a dispute lost": any(each.dispute == "lost" for each in payments),
        "a part refunded": any(each.status == "partially-refunded" for each in invoices),
        "a refund that failed": any(each.refund_failed for each in payments),
        "a second dispute": any(len(each.disputes) > 1 for each in payments),
        "settled after it was taken back": any(
            each.settled and any(taken.status in ("refunded", "disputed") for taken in each.payments)
            for each in invoices
        ),
        "a fee waived": any(each.status == "waived" for each in invoices),
        "a third cycle": found.cycle.number > 2,
        "a second signing": found.cycle.signings > 1,
        "an extension": found.certification.extended_to is not None,
        "points from paper": any(each.on_paper for each in found.entries),
    }
    return {name for name, is_so in states.items() if is_so}


def again(world: World, request: Request) -> Request:
    """The same request, later."""
    if not request.keyed:
        return replace(request, command=world.command(request.command.caller, request.command.role))
    today = day_of(world.now, EDITIONS.time_zone)
    return replace(request, command=replace(request.command, now=world.now, today=today))


def late(world: World) -> Request:
    """Any request that was done, under its key, however long ago that is."""
    request = again(world, world.chance.choice(list(world.answered.values())))
    return replace(request, name=f"{request.name.removesuffix(AGAIN)}{AGAIN}")


def with_another_body(request: Request) -> Request:
    """Something else under a key that is under way, or known."""
    return replace(request, command=replace(request.command, fingerprint=ANOTHER_BODY))


def pass_time(world: World) -> None:
    """Minutes, and now and then weeks."""
    weeks = world.chance.choice([0] * 20 + [20, 45, 300])
    world.now += timedelta(minutes=world.chance.choice([1, 5, 60]), days=weeks)


def settle(world: World) -> None:
    """Nothing fails any more: what was asked is asked again, every notice is heard and every file looked at."""
    world.faults = False
    for _ in range(200):
        waiting = deliver(world) or look(world)
        if waiting is None and not world.unsettled:
            return
        requests = [] if waiting is None else [waiting]
        while world.unsettled:
            requests.append(again(world, world.unsettled.pop(0)))
        world.at_once(requests)
    raise Violation("the notices of Stripe and of files are not heard in the end")
