"""How grave a hazard is."""

from django.db import models


class HazardLevel(models.TextChoices):
    """How grave."""

    ORDINARY = "ordinary", "一般"
    SERIOUS = "serious", "较大"
    MAJOR = "major", "重大"
