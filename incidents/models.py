"""Police incidents and hazards: what each adds to its matter."""

from django.db import models

from grids.scope import ScopedQuerySet
from incidents.diversions.models import Diversion as Diversion  # one of this app's tables
from incidents.hazards.models import (
    Campaign,
    CampaignPlace,
    CheckEntry,
    CheckItem,
    CheckList,
    Inspection,
    InspectionResult,
    SourceRule,
)
from incidents.levels import HazardLevel
from incidents.reports.models import CitizenReport as CitizenReport
from shared.cells import is_phone
from shared.crypto import blind
from shared.fields import EncryptedField

__all__ = [
    "Campaign",
    "CampaignPlace",
    "CheckEntry",
    "CheckItem",
    "CheckList",
    "Hazard",
    "Inspection",
    "InspectionResult",
    "PoliceIncident",
    "SourceRule",
]


def caller_index(phone: str) -> str:
    """Blind index of a caller's own number; "" for what many callers share (匿名, 110): they are not
    one party.
    """
    return blind(phone, "phone") if is_phone(phone) else ""


def tail_index(tail: str) -> str:
    """Blind index of the last four digits of a phone."""
    return blind(tail, "phone_tail")


def caller_tail(phone: str) -> str:
    """The same of a caller's own number; "" as for `caller_index`."""
    return tail_index(phone[-4:]) if is_phone(phone) else ""


class PoliceIncidentQuerySet(ScopedQuerySet["PoliceIncident"]):
    """Incidents by the territory of their matter."""

    area_field = "matter__area"


class PoliceIncident(models.Model):
    """警情, as the police export has it. `police_number` (接警单编号) makes it one row however often it is
    imported.
    """

    class Placed(models.TextChoices):
        """How its area was found; `tray` waits for the command room."""

        COLUMN = "column", "按所属村社"
        ADDRESS = "address", "按地址"
        ALIAS = "alias", "按曾用名"
        HAND = "hand", "人工落格"
        TRAY = "tray", "待落格"

    matter = models.OneToOneField(
        "matters.Matter", models.PROTECT, primary_key=True, related_name="police_incident"
    )
    police_number = models.CharField("接警单编号", max_length=40, unique=True)
    incident_type = models.CharField("警情类别", max_length=40, db_index=True)
    level = models.CharField("警情级别", max_length=20)
    address = models.CharField("警情地址", max_length=200)
    address_key = models.CharField("归一地址", max_length=120, db_index=True, blank=True, default="")
    village_text = models.CharField("所属村社（原文）", max_length=60, blank=True, default="")
    summary = models.TextField("简要警情", blank=True, default="")
    caller_name = EncryptedField("报警人", blank=True, default="")
    caller_phone = EncryptedField("联系电话", blank=True, default="")
    phone_index = models.CharField(max_length=32, blank=True, default="", db_index=True, editable=False)
    tail_index = models.CharField(
        max_length=32, blank=True, default="", db_default="", db_index=True, editable=False
    )
    police_unit = models.CharField("处警单位", max_length=60, blank=True, default="")
    attended_at = models.DateTimeField("处警时间", null=True, blank=True)
    attended_result = models.CharField("处警结果", max_length=60, blank=True, default="")
    to_mediation = models.BooleanField("移交调解", default=False)
    placed = models.CharField("落格方式", max_length=8, choices=Placed)
    row_hash = models.CharField(max_length=64, editable=False)
    batch = models.ForeignKey("grids.ImportBatch", models.PROTECT, null=True, related_name="+")
    client_id = models.UUIDField(null=True, unique=True, editable=False)
    payload_hash = models.CharField(max_length=64, blank=True, default="", editable=False)

    objects = PoliceIncidentQuerySet.as_manager()

    class Meta:
        verbose_name = "警情"
        verbose_name_plural = "警情"
        indexes = [models.Index(fields=["matter"], condition=models.Q(placed="tray"), name="incident_tray")]

    def __str__(self) -> str:
        return self.police_number

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the blind indexes in step with the phone number."""
        self.phone_index, self.tail_index = caller_index(self.caller_phone), caller_tail(self.caller_phone)
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class HazardQuerySet(ScopedQuerySet["Hazard"]):
    """Hazards by the territory of their matter."""

    area_field = "matter__area"


class Hazard(models.Model):
    """隐患, from one of the three checks (三排查) or from people."""

    Level = HazardLevel

    matter = models.OneToOneField("matters.Matter", models.PROTECT, primary_key=True, related_name="hazard")
    client_id = models.UUIDField(unique=True)
    payload_hash = models.CharField(max_length=64)
    hazard_type = models.CharField("隐患类型", max_length=40, db_index=True)
    level = models.CharField("等级", max_length=10, choices=Level, default=Level.ORDINARY)
    source = models.CharField("来源", max_length=40)
    description = models.TextField("隐患情况", max_length=1000)
    address = models.CharField("地点", max_length=200, blank=True, default="")
    address_key = models.CharField(
        "归一地址", max_length=120, db_index=True, blank=True, default="", editable=False
    )
    target = models.ForeignKey("grids.Target", models.PROTECT, null=True, blank=True, related_name="hazards")
    visit = models.ForeignKey("grids.Visit", models.PROTECT, null=True, blank=True, related_name="hazards")

    objects = HazardQuerySet.as_manager()

    class Meta:
        verbose_name = "隐患"
        verbose_name_plural = "隐患"

    def __str__(self) -> str:
        return self.description[:30]
