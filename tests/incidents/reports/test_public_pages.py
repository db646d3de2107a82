"""The residents' pages: reporting without an account, the code and the tail, garbage, and their weight."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from grids.models import Area
from incidents.reports.models import CitizenReport, Rating
from matters.models import EventPhoto
from matters.workflow import advance
from tests.cast import Cast
from tests.incidents.reports.made import PHONE, a_photo, handled, report
from tests.pictures import picture

SQUARE = {"type": "Polygon", "coordinates": [[[121.3, 28.3], [121.4, 28.3], [121.4, 28.4], [121.3, 28.3]]]}


def form(**fields: Any) -> dict[str, Any]:
    return {
        "client_id": str(uuid4()),
        "report_type": "facility",
        "description": "路灯不亮",
        "address": "河边村一区26号",
        **fields,
    }


def text_of(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_a_resident_reports_and_lands_on_the_page_to_follow_it(cast: Cast, client: Client) -> None:
    photo = SimpleUploadedFile("a.jpg", picture(), "image/jpeg")
    answer = client.post("/report/", form(phone=PHONE, photos=photo), follow=True)
    made = CitizenReport.objects.get()
    assert answer.redirect_chain == [(f"/echo/{made.code}/", 302)]
    told = text_of(answer)
    assert made.code in told
    assert made.matter.number in told
    assert "待受理" in told
    assert PHONE not in told
    assert client.get(f"/echo/{made.code}/photos/1/").status_code == 200
    assert client.get(f"/echo/{made.code}/photos/2/").status_code == 404


def test_sent_twice_is_one_and_with_other_words_a_conflict(cast: Cast, client: Client) -> None:
    data = form()
    first, again = client.post("/report/", data), client.post("/report/", data)
    assert first["Location"] == again["Location"]
    other = client.post("/report/", {**data, "description": "别的"})
    assert other.status_code == 409
    assert "内容不一样" in text_of(other)
    assert CitizenReport.objects.count() == 1


def test_the_drawing_and_the_poster_choose_the_village(cast: Cast, client: Client) -> None:
    Area.objects.filter(pk__in=[cast.village.pk, cast.other_village.pk]).update(outline=SQUARE)
    page = client.get("/report/").content.decode()
    assert f'href="?area={cast.village.pk}#where"' in page
    chosen = client.get(f"/report/?area={cast.village.pk}").content.decode()
    assert f'<option value="{cast.village.pk}" selected>' in chosen
    client.post(f"/report/?area={cast.village.pk}", form(area=cast.village.pk, address=""))
    assert CitizenReport.objects.get().matter.area == cast.village
    for nonsense in ("x", "0", 10**30, cast.grid_a.pk):
        assert client.get(f"/report/?area={nonsense}").status_code == 200


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("big.jpg", b"\xff\xd8\xff" + b"0" * (30 * 1024 * 1024), "超过 10 MB"),
        (
            "a.svg",
            b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
            "不是可用的照片",
        ),
        ("fake.png", b"\x89PNG\r\n\x1a\nnot a picture", "不是可用的照片"),
    ],
)
def test_what_is_no_photo_is_refused_in_words(
    cast: Cast, client: Client, name: str, content: bytes, told: str
) -> None:
    answer = client.post("/report/", form(photos=SimpleUploadedFile(name, content, "image/png")))
    assert answer.status_code == 400
    assert told in text_of(answer)
    assert "路灯不亮" in answer.content.decode()
    assert not CitizenReport.objects.exists()
    assert not EventPhoto.objects.exists()


def test_five_thousand_signs_and_the_trap_are_refused(cast: Cast, client: Client) -> None:
    long = client.post("/report/", form(description="长" * 5000))
    assert long.status_code == 400
    assert "最多2000个字" in text_of(long)
    trapped = client.post("/report/", form(website="http://spam.example"))
    assert trapped.status_code == 400
    assert "没有提交" in text_of(trapped)
    assert client.post("/report/", form(description="a\x00b")).status_code == 400
    assert not CitizenReport.objects.exists()


def test_script_in_the_words_stays_words(cast: Cast, client: Client, as_user: Any) -> None:
    nasty = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    client.post("/report/", form(description=nasty, address="河边村一区1号<b>"))
    made = CitizenReport.objects.get()
    officer = as_user(cast.officer)
    for page in (
        client.get(f"/echo/{made.code}/"),
        officer.get(f"/matters/{made.pk}/"),
        officer.get("/reports/"),
    ):
        body = page.content.decode()
        assert page.status_code == 200
        assert "<script>alert" not in body
        assert "<img src=x" not in body
        assert "&lt;script&gt;" in body


def test_a_hundred_from_one_address_get_an_honest_no(cast: Cast, client: Client) -> None:
    answers = [Client().post("/report/", form()).status_code for _ in range(24)]
    assert answers == [302] * 20 + [429] * 4
    answer = Client().post("/report/", form())
    assert re.search(r"请(今天|明天) \d\d:00 以后再试", text_of(answer))
    assert "路灯不亮" in answer.content.decode()


def test_a_device_is_known_by_its_cookie(cast: Cast, client: Client) -> None:
    client.get("/report/")
    cookie = client.cookies["device"]
    assert cookie["httponly"]
    answers = [client.post("/report/", form()).status_code for _ in range(12)]
    assert answers == [302] * 10 + [429] * 2
    client.cookies["device"] = "forged:value"
    assert client.post("/report/", form()).status_code == 302


def test_with_a_phone_the_tail_is_asked_and_tries_are_few(cast: Cast) -> None:
    made = report(cast, phone=PHONE)
    stranger = Client()
    page = stranger.get(f"/echo/{made.code}/")
    assert "后四位" in text_of(page)
    assert made.description not in text_of(page)
    assert stranger.post(f"/echo/{made.code}/", {"action": "rate", "score": "not"}).status_code == 403
    for tail in ("0000", "0001", "0002", "0003", "0004"):
        assert stranger.post(f"/echo/{made.code}/", {"tail": tail}).status_code == 400
    shut = stranger.post(f"/echo/{made.code}/", {"tail": "4321"})
    assert shut.status_code == 429
    assert "以后再试" in text_of(shut)
    other = report(cast, phone=PHONE)
    entered = stranger.post(f"/echo/{other.code}/", {"tail": "4321"}, follow=True)
    assert made.description in text_of(entered)
    assert Client().get(f"/echo/{other.code}/photos/1/").status_code == 404


def test_codes_are_read_as_people_copy_them_and_guesses_end(cast: Cast, client: Client) -> None:
    made = report(cast)
    copied = f" {made.code[:5].lower()}-{made.code[5:]} "
    assert client.post("/echo/", {"code": copied})["Location"] == f"/echo/{made.code}/"
    assert client.get(f"/echo/{made.code.lower()}/")["Location"] == f"/echo/{made.code}/"
    assert client.get("/echo/%00%27OR1=1/").status_code == 404
    answers = [client.post("/echo/", {"code": f"AAAAAAAA{n:02}"}).status_code for n in range(10, 42)]
    assert answers == [404] * 29 + [429] * 3
    assert client.get(f"/echo/{made.code}/").status_code == 429


def test_rating_adding_and_asking_again_on_the_page(cast: Cast, client: Client) -> None:
    made = report(cast)
    address = f"/echo/{made.code}/"
    assert client.post(address, {"action": "add", "words": "左边第二盏"}, follow=True).status_code == 200
    for words in ("", "a\x00b", "长" * 1001):
        assert client.post(address, {"action": "add", "words": words}).status_code == 400
    handled(cast, made)
    page = text_of(client.get(address))
    assert "路灯已修好" in page
    assert "内部" not in page
    assert client.post(address, {"action": "rate"}).status_code == 400
    assert client.post(address, {"action": "rate", "score": "not", "words": "\x00"}).status_code == 400
    rated = client.post(address, {"action": "rate", "score": "mostly", "words": "慢了点"}, follow=True)
    assert "您的评价：基本满意，慢了点" in text_of(rated)
    assert client.post(address, {"action": "rate", "score": "not"}).status_code == 409
    assert Rating.objects.count() == 1
    again = client.post(address, {"action": "reopen", "words": "又不亮了"}, follow=True)
    assert "待流转" in text_of(again)
    assert client.post(address, {"action": "close"}).status_code == 400


def test_photos_of_the_work_stay_inside_those_of_the_answer_do_not(cast: Cast, client: Client) -> None:
    made = report(cast, photos=[a_photo()])
    matter = made.matter
    advance(matter=matter, action="accept", actor=cast.officer)
    advance(matter=matter, action="assign", actor=cast.officer, evidence={"area": cast.grid_a})
    done, shown = {"photos": [a_photo((61, 40))]}, {"photos": [a_photo((62, 40))]}
    advance(matter=matter, action="echo", actor=cast.worker, note="修了", evidence=done)
    evidence = {"outcome": "settled", "answer": "好了", **shown}
    advance(matter=matter, action="verify", actor=cast.officer, evidence=evidence)
    page = client.get(f"/echo/{made.code}/").content.decode()
    assert EventPhoto.objects.count() == 3
    assert page.count("<img") == 2
    assert "答复的照片" in page


def test_the_form_is_light_and_asks_the_database_little(
    cast: Cast, client: Client, count_queries: Any
) -> None:
    def ask() -> int:
        with count_queries() as seen:
            page = client.get("/report/")
        assert page.status_code == 200
        assert len(page.content) < 60_000
        return len(seen)

    first = ask()
    for n in range(20):
        Area.objects.plant(parent=cast.street, name=f"示例{n}村", level="village", outline=SQUARE)
    assert ask() == first


def test_what_was_typed_stays_and_what_was_not_kept_is_said(cast: Cast, client: Client) -> None:
    """A browser sends no file twice: who corrects a form is told to choose the photos again."""
    bad = SimpleUploadedFile("照片.jpg", b"MZ no picture", content_type="image/jpeg")
    answer = client.post("/report/", form(description="路灯不亮三天了", photos=[bad]))
    text = text_of(answer)
    assert answer.status_code == 400
    assert "“照片.jpg”不是可用的照片" in text
    assert "照片没有留下，请再选一次" in text
    assert "路灯不亮三天了" in text
    assert "照片没有留下" not in text_of(client.post("/report/", form(description="")))
