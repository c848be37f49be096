"""The DynamoDB that the one in memory is held against."""

from tests.integration.conftest import dynamo, dynoxide

__all__ = ["dynamo", "dynoxide"]
