"""What people type to sign in, and to look after their own account."""

from typing import Any

from django import forms
from django.contrib.auth.forms import UsernameField


def _password(label: str, autocomplete: str, **kwargs: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, max_length=128, widget=widget, **kwargs)


class SignInForm(forms.Form):
    """用户名和密码."""

    username = UsernameField(
        label="用户名",
        max_length=150,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = _password("密码", "current-password")


class CodeForm(forms.Form):
    """动态口令，或备用码."""

    code = forms.CharField(
        label="动态口令",
        max_length=20,
        help_text="手机上的 6 位数字",
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "text", "autocapitalize": "none"}
        ),
    )


class PasswordForm(forms.Form):
    """自己换密码."""

    old = _password("原密码", "current-password")
    new = _password("新密码", "new-password", help_text="至少 10 个字符，不能全是数字")
    again = _password("再输一次新密码", "new-password")

    def clean(self) -> dict[str, Any]:
        """Both entries of the new password agree."""
        cleaned = super().clean() or {}
        if "new" in cleaned and "again" in cleaned and cleaned["new"] != cleaned["again"]:
            self.add_error("again", "两次输入的新密码不一样，请重新输入。")
        return cleaned
