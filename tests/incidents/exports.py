"""Police exports for tests: the two shared files, and rows that are written on the spot."""

from pathlib import Path

from grids.models import ImportBatch
from incidents.models import PoliceIncident

DATA = Path(__file__).resolve().parent.parent / "data"
WEEK = DATA / "police_week_2026-11-16.csv"
NIGHT = DATA / "police_night_2026-11-22.xlsx"
HEADER = (
    "接警单编号,报警时间,报警人,联系电话,警情类别,警情级别,警情地址,所属村社,简要警情,处警结果,是否移交调解"
)


def figures(batch: ImportBatch) -> dict[str, int]:
    names = ("created", "updated", "unchanged", "rejected", "unplaced", "total")
    return {name: getattr(batch, name) for name in names if getattr(batch, name)}


def line(number: str = "A1", **columns: str) -> str:
    values = {
        "at": "2026/11/16 04:03",
        "name": "张示例",
        "phone": "13900005776",
        "type": "纠纷",
        "level": "一般",
        "address": "温岭市城东街道河边村一区26号",
        "village": "河边村",
        "summary": "停车",
        "result": "正在办理",
        "mediation": "否",
        **columns,
    }
    return ",".join([number, *values.values()])


def one(number: str = "A1") -> PoliceIncident:
    return PoliceIncident.objects.select_related("matter__area").get(police_number=number)
