"""What the API says of fields that do not hold: in the field's own words, with what to do next."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from rest_framework import serializers
from rest_framework.test import APIClient

from accounts.models import User
from chengdong.field_words import FIELD_WORDS
from shared.asked import IT, in_words
from tests.cast import Cast

Api = Callable[[User], APIClient]

pytestmark = pytest.mark.django_db


def asked_fields() -> Iterator[tuple[str, str]]:
    """(component, name) of every field that some address of the API takes."""
    schema: dict[str, Any] = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
    parts = schema["components"]["schemas"]
    waiting = {
        ref
        for path in schema["paths"].values()
        for operation in path.values()
        for ref in re.findall(r"#/components/schemas/(\w+)", str(operation.get("requestBody", "")))
    }
    seen: set[str] = set()
    while waiting:
        part = waiting.pop()
        seen.add(part)
        for name, field in parts[part].get("properties", {}).items():
            if not field.get("readOnly"):
                yield part, name
            waiting |= set(re.findall(r"#/components/schemas/(\w+)", str(field))) - seen


def test_every_field_that_is_asked_for_has_its_word() -> None:
    asked = set(asked_fields())
    assert len(asked) > 60
    assert {name for _, name in asked} - FIELD_WORDS.keys() == set()


def test_a_word_that_no_field_has_is_not_kept() -> None:
    assert FIELD_WORDS.keys() - {name for _, name in asked_fields()} == set()


class Inner(serializers.Serializer[Any]):
    """A part of a body."""

    score = serializers.ChoiceField(["satisfied"])


class Body(serializers.Serializer[Any]):
    """One field of each sort."""

    note = serializers.CharField(max_length=3)
    days = serializers.IntegerField(max_value=60)
    since = serializers.DateField()
    client_id = serializers.UUIDField()
    all_ok = serializers.BooleanField()
    matters = serializers.ListField(child=serializers.IntegerField(), max_length=2)
    findings = Inner(many=True)


HOLDS = {
    "note": "好",
    "days": 3,
    "since": "2026-11-16",
    "client_id": "6f8a9d0e-1f3c-4a39-9a57-07f1f5f3a001",
    "all_ok": True,
    "matters": [1],
    "findings": [{"score": "satisfied"}],
}


@pytest.mark.parametrize(
    ("field", "sent", "told"),
    [
        ("note", "", ["请填写“情况说明”。"]),
        ("note", None, ["请填写“情况说明”，不能是空值。"]),
        ("note", [], ["请把“情况说明”写成文字。"]),
        ("note", "一二三四", ["“情况说明”最多 3 个字，请缩短。"]),
        ("days", "三", ["请把“天数”写成整数。"]),
        ("days", 61, ["“天数”最大是 60，请改小。"]),
        ("since", "16/11/2026", ["请把“开始日期”写成日期，如 2026-11-16。"]),
        ("client_id", "1", ["请给“本次提交的编号”一个新的 UUID。"]),
        ("all_ok", "也许", ["请把“其余各项正常”写成 true 或 false。"]),
        ("matters", 7, ["请把“事项”写成列表（方括号）。"]),
        ("matters", [1, 2, 3], ["“事项”一次最多 2 条，请分几次提交。"]),
        ("matters", [1, "二"], {1: ["请把“事项”写成整数。"]}),
        ("findings", [{"score": "好"}], {0: {"score": ["“评价”里没有“好”，请从接口说明列出的值里选一个。"]}}),
        ("findings", [{}], {0: {"score": ["请填写“评价”。"]}}),
        ("findings", ["好"], {0: {"non_field_errors": ["请把“提交的内容”写成对象（花括号）。"]}}),
    ],
)
def test_a_field_that_does_not_hold_is_asked_for(field: str, sent: object, told: object) -> None:
    assert Body(data=HOLDS).is_valid()
    checked = Body(data={**HOLDS, field: sent})
    assert not checked.is_valid()
    assert in_words(checked.errors) == {field: told}


def test_an_answer_of_the_api_names_fields_in_words(cast: Cast, api: Api) -> None:
    answer = api(cast.worker).post("/api/v1/hazards/", {"hazard_type": ""})
    assert answer.status_code == 400
    errors = answer.json()["errors"]
    assert errors["client_id"] == ["请填写“本次提交的编号”。"]
    assert errors["description"] == ["请填写“什么情况”。"]
    assert errors["hazard_type"] == ["请填写“隐患类型”。"]
    assert IT not in answer.content.decode()


def test_one_of_a_batch_is_refused_in_the_same_words(cast: Cast, api: Api) -> None:
    sent = {"visits": [{"target": "甲"}]}
    answer = api(cast.worker).post("/api/v1/visits/batch/", sent)
    errors = answer.json()["results"][0]["errors"]
    assert errors["target"] == ["请把“走访对象”写成整数。"]


def test_a_login_without_words_is_asked_for_them(client: Client) -> None:
    answer = client.post("/api/v1/auth/login", {"username": ""}, content_type="application/json")
    assert answer.json()["errors"] == {"username": ["请填写“用户名”。"], "password": ["请填写“密码”。"]}
