"""Pinyin initials, names of devices, texts without numbers."""

import pytest

from shared.devices import device_name
from shared.pinyin import initials
from shared.texts import without_numbers


@pytest.mark.parametrize(
    ("text", "letters"),
    [("陈示例", "csl"), ("KTV之家", "ktvzj"), ("河边村一区26号", "hbcyq26h"), ("", ""), ("A·B", "ab")],
)
def test_initials(text: str, letters: str) -> None:
    assert initials(text) == letters


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17) Safari/604", "iPhone · Safari"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130 Safari/537 Edg/130", "Windows 电脑 · Edge"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/130 MicroMessenger/8", "安卓手机 · 微信"),
        ("curl/8", "未知设备"),
        ("", "未知设备"),
    ],
)
def test_devices(agent: str, name: str) -> None:
    assert device_name(agent) == name


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("请打13900005776找他", "请打139****5776找他"),
        ("139 0000 5776，139-0000-5776", "139****5776，139****5776"),
        ("电话１３９００００５７７６", "电话139****5776"),
        ("身份证33108119900101001X。", "身份证331081********001X。"),
        ("331081199001010013和331081198505050022", "331081********0013和331081********0022"),
        ("2026-11-16 08:30在26号赔3000元", "2026-11-16 08:30在26号赔3000元"),
        ("接警单3310810020261100124", "接警单3310810020261100124"),
        ("卡号6222021234567890123", "卡号622202*********0123"),
        ("139.0000.5776、139－0000－5776、139·0000·5776", "139****5776、139****5776、139****5776"),
        ("139　0000　5776", "139****5776"),
        ("（139）0000-5776", "（139****5776"),
        ("139\n00005776", "139****5776"),
        ("2026.11.16 10.30", "2026.11.16 10.30"),
        ("第139条，1234元和5678元", "第139条，1234元和5678元"),
    ],
)
def test_numbers_of_people_in_a_text_are_masked(text: str, shown: str) -> None:
    assert without_numbers(text) == shown
