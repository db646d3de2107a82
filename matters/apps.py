"""The app's registration with Django."""

from django.apps import AppConfig


class MattersConfig(AppConfig):
    """事项闭环."""

    name = "matters"
    verbose_name = "事项闭环"

    def ready(self) -> None:
        """An area's page tells its open matters and its day; the standard moves have their effects, and
        the notices of this app their kinds.
        """
        from grids import reference as grids_reference  # noqa: PLC0415
        from grids.areas import standings  # noqa: PLC0415 -- models must be loaded first
        from matters import moves, reference, wording  # noqa: PLC0415
        from matters.area_standing import of_area  # noqa: PLC0415

        standings.register(of_area)
        moves.register()
        grids_reference.MORE.append(reference.load)
        wording.register(wording.NoticeKind("import", "导入结果"))
        outside = ("webhook",)
        wording.register(wording.NoticeKind("matter", "交办、督办、延期、补充材料", usual=outside))
        wording.register(wording.NoticeKind("clock", "黄牌、红牌、催办", usual=outside))
