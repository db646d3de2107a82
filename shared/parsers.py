"""JSON bodies of the API, read so that nothing that can be sent breaks the reader."""

from collections.abc import Mapping
from typing import IO, Any

import orjson
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

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
