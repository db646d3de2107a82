"""The people and organisations of a case, and who acts for them."""

import re
import unicodedata

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from shared.crypto import blind, mask, normal
from shared.fields import EncryptedField
from shared.pinyin import initials

MARK = 12
DOTS = str.maketrans(dict.fromkeys("•‧∙・･．●⋅", "·"))


class Document(models.TextChoices):
    """What a person or organisation shows to say who it is."""

    ID_CARD = "id_card", "居民身份证"
    PASSPORT = "passport", "护照"
    HK_MACAO = "hk_macao", "港澳居民来往内地通行证"
    TAIWAN = "taiwan", "台湾居民来往大陆通行证"
    RESIDENCE = "residence", "外国人永久居留身份证"
    CREDIT_CODE = "credit_code", "统一社会信用代码"
    OTHER = "other", "其他证件"


def one_dot(name: str) -> str:
    """All writings of the middle dot of minority names as one (·)."""
    return name.translate(DOTS)


def one_name(name: str) -> str:
    """A name as it is kept: composed signs (NFC), one blank between words, none beside the middle dot."""
    plain = one_dot(unicodedata.normalize("NFC", name))
    return re.sub(r" *· *", "·", " ".join(plain.split()))


def name_marks(name: str) -> list[str]:
    """Blind marks of each two neighbouring signs of a name: a part of it finds it, none can be read back."""
    plain = normal(one_dot(name)).replace("·", "")
    return sorted({blind(plain[i : i + 2], "name-pair")[:MARK] for i in range(len(plain) - 1)})


class Identified(models.Model):
    """Name, document and phone: encrypted, found by blind indexes, masked on every page."""

    name = EncryptedField("姓名或名称")
    name_index = models.CharField(max_length=32, blank=True, default="", db_index=True, editable=False)
    document = models.CharField("证件类型", max_length=12, choices=Document, default=Document.ID_CARD)
    id_number = EncryptedField("证件号码", blank=True, default="")
    id_index = models.CharField(max_length=32, blank=True, default="", db_index=True, editable=False)
    phone = EncryptedField("电话", blank=True, default="")
    phone_index = models.CharField(max_length=32, blank=True, default="", db_index=True, editable=False)
    phone_tail = models.CharField(
        "电话后四位", max_length=4, blank=True, default="", db_index=True, editable=False
    )

    class Meta:
        abstract = True

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the indexes in step with what they stand for."""
        self.index()
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def index(self) -> None:
        """Fill the blind indexes; for rows that are written in bulk."""
        self.name_index = blind(self.name, "name")
        self.id_index = blind(self.id_number, "id")
        self.phone_index = blind(self.phone, "phone")
        self.phone_tail = self.phone[-4:]


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Party(Identified):
    """当事人. One of many on a side; `left_on` where it is no party any more: its row stays in the file."""

    class Side(models.TextChoices):
        """Where it stands."""

        APPLICANT = "applicant", "申请人"
        RESPONDENT = "respondent", "被申请人"
        THIRD = "third", "第三人"

    class Kind(models.TextChoices):
        """Who it is."""

        PERSON = "person", "自然人"
        ORGANISATION = "organisation", "法人或其他组织"

    class Consent(models.TextChoices):
        """Whether it wants to be mediated; nobody can be made to (人民调解法 Art. 17)."""

        ASKED = "asked", "待表态"
        AGREED = "agreed", "同意调解"
        REFUSED = "refused", "拒绝调解"

    dispute = models.ForeignKey("mediation.Dispute", models.PROTECT, related_name="parties")
    side = models.CharField("地位", max_length=10, choices=Side)
    kind = models.CharField("类型", max_length=12, choices=Kind, default=Kind.PERSON)
    position = models.PositiveSmallIntegerField("次序", default=0)
    initials = models.CharField("拼音首字母", max_length=40, blank=True, default="")
    marks = ArrayField(models.CharField(max_length=MARK), default=list, editable=False)
    gender = models.CharField("性别", max_length=2, blank=True, default="")
    nation = models.CharField("民族", max_length=20, blank=True, default="")
    born_on = models.DateField("出生日期", null=True, blank=True)
    occupation = models.CharField("职业或职务", max_length=40, blank=True, default="")
    address = models.CharField("住址或单位地址", max_length=200, blank=True, default="")
    address_key = models.CharField(max_length=120, blank=True, default="", db_index=True, editable=False)
    is_minor = models.BooleanField("未成年人", default=False)
    consent = models.CharField("调解意愿", max_length=8, choices=Consent, default=Consent.ASKED)
    left_on = models.DateField("退出日期", null=True, blank=True)

    class Meta:
        verbose_name = "当事人"
        verbose_name_plural = "当事人"
        ordering = ["dispute", "side", "position", "id"]
        indexes = [
            models.Index(fields=["initials"], name="party_initials", opclasses=["varchar_pattern_ops"]),
            GinIndex(fields=["marks"], name="party_marks"),
        ]

    def __str__(self) -> str:
        return self.shown

    def index(self) -> None:
        """The name is also found by its parts and by its pinyin initials."""
        super().index()
        self.marks = name_marks(self.name)
        self.initials = self.initials or initials(self.name)

    @property
    def shown(self) -> str:
        """The name as a page shows it: a person's is masked, an organisation's is not."""
        return mask(self.name) if self.kind == self.Kind.PERSON else self.name


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Agent(Identified):
    """代理人、监护人、法定代表人 of a party. `special` = 特别授权: may admit, waive and settle for it."""

    class Role(models.TextChoices):
        """By what he acts."""

        AGENT = "agent", "委托代理人"
        GUARDIAN = "guardian", "监护人"
        LEGAL_REPRESENTATIVE = "legal_representative", "法定代表人"
        CONTACT = "contact", "联系人"

    party = models.ForeignKey(Party, models.PROTECT, related_name="agents")
    role = models.CharField("身份", max_length=20, choices=Role)
    special = models.BooleanField("特别授权", default=False)
    relation = models.CharField("与当事人关系或职务", max_length=40, blank=True, default="")

    class Meta:
        verbose_name = "代理人"
        verbose_name_plural = "代理人"
        ordering = ["party", "id"]

    def __str__(self) -> str:
        return self.shown

    @property
    def shown(self) -> str:
        """The name, masked."""
        return mask(self.name)
