"""DynamoDB's answers as they come over the wire.

botocore looks in every value of every item for each of the ten kinds that there are: more than a third of the work of a
dashboard of 30 entries. Values come as `{"S": …}` and are wanted as `{"S": …}` (shared/repositories/values.py); only
binary ones, which no item holds, would have to be unpacked.
"""

from typing import Any

from botocore.parsers import JSONParser, ResponseParser, ResponseParserFactory

VALUE = "AttributeValue"
"""The shape's name in DynamoDB's description."""


class AnswerParser(JSONParser):
    """botocore's own, but that items are taken whole."""

    def _handle_map(self, shape: Any, value: Any) -> Any:
        if shape.value.name == VALUE:
            return value
        return super()._handle_map(shape, value)  # type: ignore[misc]


class AnswerParsers(ResponseParserFactory):
    """botocore's own for every protocol but that of DynamoDB."""

    def create_parser(self, protocol_name: str) -> ResponseParser:
        """The parser of a protocol."""
        return AnswerParser() if protocol_name == "json" else super().create_parser(protocol_name)
