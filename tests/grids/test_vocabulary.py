"""Officials extend vocabulary and change numbers; the next import and the rules follow."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from grids.imports.words import Words
from grids.models import Parameter, Term
from grids.queries import labels, parameters
from grids.vocabulary import queries, workflow
from grids.vocabulary.schemes import SCHEMES
from shared.cells import Unclear
from shared.errors import Conflict, InvalidInput, NotAllowed
from tests.cast import Cast

AsUser = Callable[[User], Client]


def term(scheme: str, code: str) -> Term:
    return Term.objects.get(scheme=scheme, code=code)


def test_a_column_synonym_is_known_to_the_next_import(cast: Cast, as_user: AsUser) -> None:
    column = term("incident_column", "police_number")
    with pytest.raises(Unclear):
        Words("incident_column", "表头").code("回执编号")
    answer = as_user(cast.command).post(f"/reference/terms/{column.pk}/", {"words": "回执编号、接警 流水"})
    assert answer.status_code == 302
    known = Words("incident_column", "表头")
    assert (known.code("回执编号"), known.code("接警 流水")) == ("police_number", "police_number")


def test_adding_twice_is_once(cast: Cast) -> None:
    column = term("incident_column", "police_number")
    for _ in range(2):
        changed = workflow.add_words(actor=cast.command, term=column, words=["回执编号"])
    assert changed.synonyms.count("回执编号") == 1


@pytest.mark.parametrize("word", ["报警时间", "接警时间", "报 警 时 间"])
def test_one_word_means_one_thing(cast: Cast, word: str) -> None:
    with pytest.raises(Conflict, match="报警时间"):
        workflow.add_words(actor=cast.command, term=term("incident_column", "police_number"), words=[word])


def test_renaming_keeps_the_old_name_for_old_files(cast: Cast) -> None:
    changed = workflow.rename(actor=cast.command, term=term("incident_type", "noise"), label="噪声")
    assert changed.label == "噪声"
    assert Words("incident_type", "警情类别").code("噪音扰民") == "noise"
    assert "噪声" not in changed.synonyms


def test_a_new_entry_is_offered_and_gets_a_code_of_its_own(cast: Cast) -> None:
    first = workflow.add_term(actor=cast.command, scheme="hazard_type", label="高空抛物", words=["抛物"])
    assert first.code == "gao_kong_pao_wu"
    assert list(labels("hazard_type"))[-1] == first.code
    workflow.rename(actor=cast.command, term=first, label="坠物")
    workflow.drop_word(actor=cast.command, term=first, word="高空抛物")
    second = workflow.add_term(actor=cast.command, scheme="hazard_type", label="高空抛物")
    assert second.code == "gao_kong_pao_wu_2"


def test_what_the_program_knows_by_code_is_neither_added_nor_shut(cast: Cast) -> None:
    for scheme in ("incident_column", "colour", "hazard_source"):
        with pytest.raises(InvalidInput):
            workflow.add_term(actor=cast.command, scheme=scheme, label="新的")
    with pytest.raises(InvalidInput):
        workflow.set_in_use(actor=cast.command, term=term("colour", "red"), in_use=False)


def test_an_entry_out_of_use_is_no_longer_offered(cast: Cast) -> None:
    workflow.set_in_use(actor=cast.command, term=term("place_type", "netcafe"), in_use=False)
    assert "netcafe" not in labels("place_type")
    workflow.set_in_use(actor=cast.command, term=term("place_type", "netcafe"), in_use=True)
    assert "netcafe" in labels("place_type")


def test_a_parameter_takes_effect_and_a_stale_change_is_refused(cast: Cast, as_user: AsUser) -> None:
    client, address = as_user(cast.command), "/reference/parameters/visit_days_red/"
    assert client.post(address, {"value": 5, "seen": 7}).status_code == 302
    assert parameters("visit_days_red") == {"visit_days_red": 5}
    stale = client.post(address, {"value": 9, "seen": 7})
    assert stale.status_code == 400
    assert "刚有人把它改成了 5天" in stale.content.decode()
    for wrong in ("0", "-3", "100001", "七"):
        assert client.post(address, {"value": wrong, "seen": 5}).status_code == 400
    assert parameters("visit_days_red") == {"visit_days_red": 5}


def test_every_change_names_the_official(cast: Cast) -> None:
    column = term("incident_column", "police_number")
    before = "、".join(column.synonyms)
    workflow.add_words(actor=cast.command, term=column, words=["回执编号"])
    change = queries.history_of(column)[0]
    assert change.who == cast.command.name
    assert change.what == [f"同义词：{before} → {before}、回执编号"]
    days = Parameter.objects.get(code="visit_days_red")
    workflow.set_parameter(actor=cast.administrator, parameter=days, value=6, seen=7)
    assert queries.history_of(days)[0].who == cast.administrator.name


def test_only_who_may_edit(cast: Cast, as_user: AsUser) -> None:
    column = term("incident_column", "police_number")
    for user in (cast.worker, cast.leader, cast.officer, cast.nobody):
        with pytest.raises(NotAllowed):
            workflow.add_words(actor=user, term=column, words=["x"])
        assert as_user(user).get("/reference/").status_code == 403


def test_every_scheme_has_a_chinese_name(loaded: None) -> None:
    assert set(Term.objects.values_list("scheme", flat=True)) == set(SCHEMES)


def test_words_are_split_as_people_write_them() -> None:
    assert workflow.split_words(" 甲、乙，丙;丁\n戊  己、甲 ") == ["甲", "乙", "丙", "丁", "戊 己"]


def test_pages_show(cast: Cast, as_user: AsUser) -> None:
    client = as_user(cast.command)
    assert "警情表" in client.get("/reference/").content.decode()
    assert "接警编号" in client.get("/reference/incident_column/").content.decode()
    assert client.get("/reference/nothing/").status_code == 404
    added = client.post("/reference/hazard_type/", {"label": "高空抛物"}, follow=True).content.decode()
    assert "高空抛物" in added


def test_what_may_be_diverted_is_set_on_the_page_and_kept_in_its_history(cast: Cast, as_user: AsUser) -> None:
    theft, client = term("incident_type", "theft"), as_user(cast.command)
    path = f"/reference/terms/{theft.pk}/"
    page = client.get(path).content.decode()
    assert "改为“可以分流给街道”" in page
    assert "改为“由公安处理”" not in page, "as it is"
    for _ in range(2):
        assert client.post(f"{path}change/", {"group": "divertible"}).status_code == 302
    assert term("incident_type", "theft").group == "divertible"
    page = client.get(path).content.decode()
    assert page.count("归类：由公安处理 → 可以分流给街道") == 1
    assert cast.command.name in page
    assert client.get("/reference/incident_type/").content.decode().count("可以分流给街道") == 7
    client.post(f"{path}change/", {"group": ""})
    assert term("incident_type", "theft").group == ""


def test_a_group_that_the_vocabulary_does_not_know_is_refused(cast: Cast, as_user: AsUser) -> None:
    noise, level = term("incident_type", "noise"), term("incident_level", "urgent")
    for found, group in ((noise, "care"), (noise, "\x00"), (level, "divertible"), (level, "")):
        with pytest.raises(InvalidInput):
            workflow.set_group(actor=cast.command, term=found, group=group)
    with pytest.raises(NotAllowed):
        workflow.set_group(actor=cast.police, term=noise, group="")
    assert (
        as_user(cast.officer).post(f"/reference/terms/{noise.pk}/change/", {"group": ""}).status_code == 403
    )
    assert (
        as_user(cast.command).post(f"/reference/terms/{noise.pk}/change/", {"group": "x"}).status_code == 400
    )
    assert term("incident_type", "noise").group == "divertible"
    assert "归类" not in as_user(cast.command).get(f"/reference/terms/{level.pk}/").content.decode()


def test_every_shipped_group_is_one_that_the_page_knows(cast: Cast) -> None:
    for found in Term.objects.exclude(group=""):
        assert found.group in SCHEMES[found.scheme].groups, found
