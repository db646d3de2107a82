"""What the API says of a field that does not hold: what to do next, the field by its Chinese name."""

from collections.abc import Mapping
from typing import Any

from rest_framework import relations, serializers

IT = "这一项"
ASKS: dict[type[serializers.Field[Any, Any, Any, Any]], dict[str, str]] = {
    serializers.Field: {"required": f"请填写{IT}。", "null": f"请填写{IT}，不能是空值。"},
    serializers.BooleanField: {"invalid": f"请把{IT}写成 true 或 false。"},
    serializers.CharField: {
        "invalid": f"请把{IT}写成文字。",
        "blank": f"请填写{IT}。",
        "max_length": f"{IT}最多 {{max_length}} 个字，请缩短。",
        "min_length": f"{IT}最少 {{min_length}} 个字，请补充。",
    },
    serializers.SlugField: {"invalid": f"请把{IT}写成代码：只含字母、数字、下划线和连字符。"},
    serializers.UUIDField: {"invalid": f"请给{IT}一个新的 UUID。"},
    serializers.IntegerField: {
        "invalid": f"请把{IT}写成整数。",
        "max_value": f"{IT}最大是 {{max_value}}，请改小。",
        "min_value": f"{IT}最小是 {{min_value}}，请改大。",
        "max_string_length": f"{IT}的数字太长，请核对。",
    },
    serializers.FloatField: {
        "invalid": f"请把{IT}写成数字。",
        "max_value": f"{IT}最大是 {{max_value}}，请改小。",
        "min_value": f"{IT}最小是 {{min_value}}，请改大。",
        "max_string_length": f"{IT}的数字太长，请核对。",
        "overflow": f"{IT}的数字太大，请核对。",
    },
    serializers.DecimalField: {
        "invalid": f"请把{IT}写成数字。",
        "max_value": f"{IT}最大是 {{max_value}}，请改小。",
        "min_value": f"{IT}最小是 {{min_value}}，请改大。",
        "max_digits": f"{IT}最多 {{max_digits}} 位数字，请核对。",
        "max_decimal_places": f"{IT}最多 {{max_decimal_places}} 位小数，请改短。",
        "max_whole_digits": f"{IT}的整数部分最多 {{max_whole_digits}} 位，请核对。",
        "max_string_length": f"{IT}的数字太长，请核对。",
    },
    serializers.DateTimeField: {
        "invalid": f"请把{IT}写成时间，如 2026-11-16T08:30:00+08:00。",
        "date": f"请给{IT}加上几时几分，如 2026-11-16T08:30:00+08:00。",
        "make_aware": f"{IT}在这个时区里没有这一刻，请核对。",
        "overflow": f"{IT}早于或晚于能记的时间，请核对。",
    },
    serializers.DateField: {
        "invalid": f"请把{IT}写成日期，如 2026-11-16。",
        "datetime": f"{IT}只要日期，如 2026-11-16，请去掉几时几分。",
    },
    serializers.ChoiceField: {"invalid_choice": f"{IT}里没有“{{input}}”，请从接口说明列出的值里选一个。"},
    serializers.ListField: {
        "not_a_list": f"请把{IT}写成列表（方括号）。",
        "empty": f"{IT}至少要有一条，请补上。",
        "min_length": f"{IT}至少要有 {{min_length}} 条，请补上。",
        "max_length": f"{IT}一次最多 {{max_length}} 条，请分几次提交。",
    },
    serializers.DictField: {
        "not_a_dict": f"请把{IT}写成对象（花括号）。",
        "empty": f"{IT}至少要有一条，请补上。",
    },
    serializers.Serializer: {"invalid": f"请把{IT}写成对象（花括号）。"},
    serializers.ListSerializer: {
        "not_a_list": f"请把{IT}写成列表（方括号）。",
        "empty": f"{IT}至少要有一条，请补上。",
        "min_length": f"{IT}至少要有 {{min_length}} 条，请补上。",
        "max_length": f"{IT}一次最多 {{max_length}} 条，请分几次提交。",
    },
    relations.PrimaryKeyRelatedField: {
        "required": f"请填写{IT}。",
        "does_not_exist": f"{IT}没有编号为“{{pk_value}}”的，请重新选择。",
        "incorrect_type": f"请把{IT}写成编号（整数）。",
    },
}
"""Instead of the framework's own words, which name no field and no next step."""
WORDS: dict[str, str] = {"non_field_errors": "提交的内容"}


def speak(words: Mapping[str, str]) -> None:
    """Have every serializer ask in these sentences, with these words for the names of fields."""
    WORDS.update(words)
    for field, asks in ASKS.items():
        field.default_error_messages = {**getattr(field, "default_error_messages", {}), **asks}


def in_words(found: Any, name: str = "non_field_errors") -> Any:
    """Errors of a serializer, as nested as they came, each naming its field."""
    if isinstance(found, Mapping):
        return {key: in_words(value, key if isinstance(key, str) else name) for key, value in found.items()}
    if isinstance(found, list):
        return [in_words(value, name) for value in found]
    return str(found).replace(IT, f"“{WORDS.get(name, name)}”")
