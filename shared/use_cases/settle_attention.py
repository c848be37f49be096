"""Staff say that they looked after something that was raised to them."""

from shared.domain.errors import AlreadyDecided
from shared.domain.events import Command, Event, event
from shared.domain.history import Attention
from shared.domain.ports import EventStore
from shared.use_cases.give_back import ATTENTION
from shared.use_cases.once import remembered


def settle_attention(events: EventStore, command: Command, attention: Attention, note: str) -> Attention:
    """Mark it as done, with a note; what was raised stays as it is. One read, one put.

    Raises AlreadyDecided when somebody did before, IdempotencyKeyReused.
    """
    recorded: Event | None = remembered(events, command, ATTENTION)
    if recorded is not None:
        return Attention(attention.raised, recorded)
    if attention.done is not None:
        raise AlreadyDecided("Somebody has looked after this already.")
    done = event(
        command, ATTENTION, "attention-done", {"attention_id": attention.raised.event_id, "note": note}
    )
    events.record(done)
    return Attention(attention.raised, done)
