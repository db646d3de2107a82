"""What each vocabulary is called, whether officials may add words to it or only synonyms, and what its
entries are grouped by.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Scheme(NamedTuple):
    """`open`: new entries may be added. The others are known to the program by code: only synonyms and names
    change. `groups`: what an entry's group may be and what it means; none where nothing asks for it.
    """

    label: str
    group: str
    open: bool = True
    groups: Mapping[str, str] = MappingProxyType({})


ENUMERATIONS = "类别"
COLUMNS = "表格列名"
CHOICES = "常用选项"

DIVERTIBLE = "divertible"
"""Group of the incident types that are no police matter and may be passed on to the street."""

SCHEMES = {
    "incident_type": Scheme(
        "警情类别", ENUMERATIONS, groups={"": "由公安处理", DIVERTIBLE: "可以分流给街道"}
    ),
    "incident_level": Scheme("警情级别", ENUMERATIONS, open=False),
    "bulletin_incident": Scheme("通报里的重点纠纷警情", ENUMERATIONS, open=False),
    "hazard_type": Scheme("隐患类型", ENUMERATIONS),
    "hazard_source": Scheme("隐患来源", ENUMERATIONS, open=False),
    "report_type": Scheme("群众上报类型", ENUMERATIONS),
    "campaign_action": Scheme("三大行动", ENUMERATIONS),
    "dispute_type": Scheme("纠纷类型", ENUMERATIONS),
    "case_source": Scheme("调解案件来源", ENUMERATIONS, open=False),
    "currency": Scheme("协议金额的币种", ENUMERATIONS),
    "key_person": Scheme(
        "重点人员类别", ENUMERATIONS, groups={"care": "帮扶关爱", "control": "管控", "": "都不是"}
    ),
    "place_type": Scheme("重点场所类别", ENUMERATIONS),
    "colour": Scheme("关注等级", ENUMERATIONS, open=False),
    "visit_chip_place": Scheme("走访场所时做了什么", CHOICES),
    "visit_chip_person": Scheme("走访人员时做了什么", CHOICES),
    "suspension_reason": Scheme("暂停走访的原因", CHOICES),
    "referral": Scheme("移交去向", CHOICES),
    "reveal_reason": Scheme("查看完整号码的理由", CHOICES),
    "leave_kind": Scheme("请假类别", CHOICES),
    "incident_column": Scheme("警情表", COLUMNS, open=False),
    "registration_column": Scheme("流动人口登记表", COLUMNS, open=False),
    "area_column": Scheme("村社网格表", COLUMNS, open=False),
    "person_column": Scheme("重点人员表", COLUMNS, open=False),
    "place_column": Scheme("重点场所表", COLUMNS, open=False),
}


def scheme_of(code: str) -> Scheme:
    """The scheme; one that is not listed here shows its code and is closed."""
    return SCHEMES.get(code) or Scheme(code, CHOICES, open=False)
