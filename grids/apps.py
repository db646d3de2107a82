"""The app's registration with Django."""

from django.apps import AppConfig


class GridsConfig(AppConfig):
    """网格."""

    name = "grids"
    verbose_name = "网格"

    def ready(self) -> None:
        """Roles may demand a second factor; key persons and places have personal fields."""
        from accounts import personal, second_factor  # noqa: PLC0415 -- models must be loaded first
        from grids import duties  # noqa: PLC0415
        from grids.imports import areas, base, targets  # noqa: PLC0415
        from grids.people import personal_data  # noqa: PLC0415

        second_factor.DEMANDS.append(duties.role_demands_second_factor)
        personal.register("target", "走访对象", personal_data.load_target)
        for importer in (targets.PLACES, targets.PERSONS, areas.AreaImporter()):
            base.register(importer)
