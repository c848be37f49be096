"""Rules are tested without network."""

from tests.unit.shut_sockets import shut_sockets

__all__ = ["shut_sockets"]
