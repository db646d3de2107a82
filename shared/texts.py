"""Text as people may send it: what no database keeps is refused before it gets there."""

from shared.errors import InvalidInput


def typed(text: str, field: str) -> str:
    """The text without blanks around it. Raises InvalidInput for NUL signs, which no person types."""
    if "\x00" in text:
        raise InvalidInput("里面有看不见的字符，请删掉重新填写。", field=field)
    return text.strip()
