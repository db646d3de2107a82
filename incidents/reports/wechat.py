"""Signing in with WeChat's mini-program: `code2session` at WeChat's server, then a token of our own.

The openid is known only as a blind index; WeChat's session key is not kept.
"""

import requests
from django.conf import settings
from django.core import signing
from django.http import HttpRequest

from shared.crypto import blind
from shared.errors import InvalidInput, NotAllowed, TooOften, Unavailable

TIMEOUT = (3.05, 6)
ATTEMPTS = 2
SALT = "resident"
TOKEN_SECONDS = 30 * 24 * 3600
SCHEME = "Resident "
BUSY, USED_CODE, BAD_CODE, TOO_OFTEN, BARRED = -1, 40163, 40029, 45011, 40226
DOWN = "微信登录暂时不通，请稍后再试；不登录也可以上报和查询。"


def sign_in(*, code: str) -> str:
    """Exchange the code of `wx.login()` for the blind index of the account.

    Raises Unavailable (not set up, no answer, an answer that nobody understands), InvalidInput (field `code`:
    wrong, used or too old), TooOften, NotAllowed (barred by WeChat).
    """
    if not (settings.WECHAT_APP_ID and settings.WECHAT_APP_SECRET):
        raise Unavailable("这里没有开通微信登录；不登录也可以上报和查询。")
    answer: dict[str, object] = {}
    for _ in range(ATTEMPTS):
        answer = _ask(code)
        if answer.get("errcode", 0) != BUSY:
            break
    _refuse(answer.get("errcode", 0))
    openid = answer.get("openid")
    if not isinstance(openid, str) or not openid:
        raise Unavailable(DOWN)
    return blind(openid, "wechat")


def _ask(code: str) -> dict[str, object]:
    """One request. Its address holds the secret, so no error of it is passed on or logged."""
    asked = {
        "appid": settings.WECHAT_APP_ID,
        "secret": settings.WECHAT_APP_SECRET,
        "js_code": code,
        "grant_type": "authorization_code",
    }
    try:
        reply = requests.get(f"{settings.WECHAT_URL}/sns/jscode2session", asked, timeout=TIMEOUT)
        body = reply.json() if reply.ok else None
    except (requests.RequestException, ValueError):
        raise Unavailable(DOWN) from None
    if not isinstance(body, dict):
        raise Unavailable(DOWN)
    return body


def _refuse(errcode: object) -> None:
    if errcode in {BAD_CODE, USED_CODE}:
        raise InvalidInput("微信登录凭证无效或已用过，请重新打开小程序。", field="code")
    if errcode == TOO_OFTEN:
        raise TooOften("微信登录太频繁，请一分钟后再试。", retry_after=60)
    if errcode == BARRED:
        raise NotAllowed("微信提示这个账号有风险，不能登录；不登录也可以上报和查询。")
    if errcode != 0:
        raise Unavailable(DOWN)


def token_of(wechat: str) -> str:
    """A signed token for a blind index, good for thirty days."""
    return signing.dumps(wechat, salt=SALT)


def wechat_of(request: HttpRequest) -> str:
    """The blind index that `Authorization: Resident <token>` stands for; "" for none, a forged or old one."""
    given = request.headers.get("Authorization", "")
    if not given.startswith(SCHEME):
        return ""
    try:
        return str(signing.loads(given.removeprefix(SCHEME), salt=SALT, max_age=TOKEN_SECONDS))
    except signing.BadSignature:
        return ""
