"""What people type on pages that belong to no single app."""

from django import forms


class ExcuseForm(forms.Form):
    """Why something cannot be answered today."""

    reason = forms.CharField(
        label="今天为什么不能回应",
        widget=forms.Textarea,
        min_length=4,
        max_length=300,
        help_text="至少四个字，村社和街道都看得到",
    )
