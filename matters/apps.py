"""The app's registration with Django."""

from django.apps import AppConfig


class MattersConfig(AppConfig):
    """事项闭环."""

    name = "matters"
    verbose_name = "事项闭环"

    def ready(self) -> None:
        """An area's page tells its open matters and its day; the kinds of notices of this app."""
        from grids.areas import standings  # noqa: PLC0415 -- models must be loaded first
        from matters import wording  # noqa: PLC0415
        from matters.area_standing import of_area  # noqa: PLC0415

        standings.register(of_area)
        wording.register(wording.NoticeKind("import", "导入结果"))
