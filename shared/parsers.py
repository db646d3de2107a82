"""JSON bodies of the API, read so that nothing that can be sent breaks the reader."""

from collections.abc import Mapping
from typing import IO, Any

import orjson
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from shared.errors import InvalidInput

MALFORMED = "提交的内容不是有效的 JSON（须是 UTF-8，嵌套不能过深），请检查后重发。"


class OrjsonParser(BaseParser):
    """The document of a request. Raises ParseError for what is no JSON, no UTF-8, or nested too deeply."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The body as plain values."""
        try:
            return orjson.loads(stream.read())
        except orjson.JSONDecodeError as error:
            raise ParseError(MALFORMED) from error


class MomentField(serializers.DateTimeField):
    """A moment; one without a zone is on the street's clock. DRF's own asks the clock of a day on which it
    cannot be reckoned, and breaks.
    """

    def to_internal_value(self, value: Any) -> Any:
        """As DRF reads it, a refusal where that breaks."""
        try:
            return super().to_internal_value(value)
        except OverflowError:
            self.fail("overflow")


def body_and_photos(request: Request, part: str) -> tuple[Any, list[Any]]:
    """What was sent, and the files of the parts `photos`: a multipart body has its other fields as JSON in
    the part named here. Raises InvalidInput for a part that is no JSON object.
    """
    files = request.FILES.getlist("photos") if request.FILES else []
    data = request.data
    if not (isinstance(data, Mapping) and part in data):
        return data, files
    try:
        found = orjson.loads(data[part])
    except (orjson.JSONDecodeError, TypeError) as error:
        raise InvalidInput(f"{part} 部分不是有效的 JSON。", field=part) from error
    if not isinstance(found, dict):
        raise InvalidInput(f"{part} 部分必须是 JSON 对象。", field=part)
    return found, files
