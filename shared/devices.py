"""A browser's own description, in words that its owner recognises."""

SYSTEMS = (
    ("HarmonyOS", "鸿蒙"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "安卓手机"),
    ("Windows", "Windows 电脑"),
    ("Macintosh", "苹果电脑"),
    ("Linux", "Linux 电脑"),
)
BROWSERS = (
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


def device_name(user_agent: str) -> str:
    """`安卓手机 · 微信`; `未知设备` where nothing is recognised."""
    known = [next((name for mark, name in names if mark in user_agent), "") for names in (SYSTEMS, BROWSERS)]
    return " · ".join(part for part in known if part) or "未知设备"
