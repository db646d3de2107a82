"""From content to PDF."""

from pathlib import Path
from typing import Any

from mediation.papers.content import Content
from shared.errors import InvalidInput
from shared.typesetting import missing_signs, typeset

TEMPLATES = Path(__file__).parent / "typ"


def render(content: Content) -> bytes:
    """The paper as A4 PDF. Raises InvalidInput that names signs which no font has: an official paper has no
    empty boxes."""
    if missing := missing_signs(content.texts()):
        raise InvalidInput(
            f"字库里没有这些字：{'、'.join(missing)}。请核对是否录错；确为生僻字的，请管理员按操作手册“文书字库”"
            "装入含这些字的字库后再制作。",
            field="paper",
        )
    data: dict[str, Any] = {**content.substance(), "version": content.version, "check": content.check}
    return typeset(TEMPLATES / f"{content.paper}.typ", data)
