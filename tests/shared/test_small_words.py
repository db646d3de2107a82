"""Pinyin initials, names of devices."""

import pytest

from shared.devices import device_name
from shared.pinyin import initials


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
