"""House rules that no other tool sees: keys and templates go down only, files and views stay small."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import ForeignKey, ManyToManyField

from chengdong.nav import MENU
from grids.models import Role
from grids.rights import RIGHTS
from matters.loop import KINDS
from tests.guard import OURS

ROOT = Path(settings.BASE_DIR)
FLOORS = (
    ("chengdong",),
    ("digests", "checkups", "stats"),
    ("landlords", "mediation", "patrols", "incidents"),
    ("matters",),
    ("grids",),
    ("accounts",),
    ("shared",),
)
"""Top to bottom (docs/architecture.md); pyproject.toml has the same for imports."""
FLOOR = {app: floor for floor, names in enumerate(FLOORS) for app in names}
TOGETHER = {"digests", "checkups", "stats"}
"""Apps of one floor that may know each other; the other siblings never do."""
LONGEST_FILE = 400
LONGEST_VIEW = 25
VIEW_FILES = re.compile(r"(^|_)(views|me|personal|home|health|pages)\.py$")
SENTENCE_END = re.compile(r"[.!?。](?=\s+[A-Z]|\s*$)")
RIGHT_TAKERS = {"scoped", "within", "covers", "paths_of"}


@cache
def modules() -> dict[Path, ast.Module]:
    """Every module of the apps, by path below the checkout; migrations are generated and left out."""
    found = [p for app in FLOOR for p in sorted((ROOT / app).rglob("*.py")) if "migrations" not in p.parts]
    return {path.relative_to(ROOT): ast.parse(path.read_text()) for path in found}


def may_know(upper: str, lower: str) -> bool:
    """Whether the first app may point at the second."""
    if upper == lower:
        return True
    if FLOOR[upper] == FLOOR[lower]:
        return {upper, lower} <= TOGETHER
    return FLOOR[upper] < FLOOR[lower]


def test_the_floors_are_those_that_import_linter_enforces() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    layers = re.findall(r'^  "([a-z :|]+)",$', text.split('type = "layers"')[1], re.MULTILINE)
    assert [set(re.split(r" [:|] ", layer)) for layer in layers] == [set(names) for names in FLOORS]


def test_foreign_keys_point_downwards_only() -> None:
    wrong = []
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if (
                not isinstance(field, ForeignKey | ManyToManyField)
                or target is None
                or isinstance(target, str)
            ):
                continue
            ours, theirs = model._meta.app_label, target._meta.app_label
            if ours in FLOOR and theirs in FLOOR and not may_know(ours, theirs):
                wrong.append(f"{model._meta.label}.{field.name} → {target._meta.label}")
    assert not wrong


TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
COMPOSED = {"home", "errors", "styleguide"}
"""Pages of chengdong/, which composes everything: they may take parts from any app."""
REFERENCE = re.compile(r"{%-?\s*(?:extends|include|import|from)\s+\"([^\"]+)\"")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT / "templates")))
def test_templates_take_from_their_own_app_the_kit_and_the_frame_only(path: Path) -> None:
    own = path.relative_to(ROOT / "templates").parts[0].removesuffix(".html")
    may = {own, "ui", "base.html"} | (set(FLOOR) if own in COMPOSED else set())
    assert {name.split("/")[0] for name in REFERENCE.findall(path.read_text())} <= may


def test_templates_lie_in_folders_of_apps_that_exist() -> None:
    known = {*FLOOR, *COMPOSED, "ui", "base"}
    assert {p.stem for p in (ROOT / "templates").iterdir()} <= known


def views_in(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and any(a.arg == "request" for a in node.args.args[:1]):
            yield node


def length(function: ast.FunctionDef) -> int:
    """Lines from `def` to the end, without the docstring and without decorators."""
    first = function.body[0]
    told = ast.get_docstring(function) is not None
    docstring = (first.end_lineno or 0) - first.lineno + 1 if told else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


def test_no_view_is_longer_than_25_lines() -> None:
    wrong = [
        f"{path}:{view.lineno} {view.name} has {length(view)} lines"
        for path, tree in modules().items()
        if "views" in path.parts or VIEW_FILES.search(path.name)
        for view in views_in(tree)
        if length(view) > LONGEST_VIEW
    ]
    assert not wrong


def test_every_module_says_in_one_sentence_what_lives_in_it() -> None:
    wrong = []
    for path, tree in modules().items():
        told = ast.get_docstring(tree) or ""
        first = " ".join(told.split("\n\n")[0].split())
        if not tree.body:
            continue
        if len(SENTENCE_END.findall(first)) != 1:
            wrong.append(f"{path}: {first[:80]!r}")
    assert not wrong


def test_no_file_is_longer_than_400_lines() -> None:
    folders = [*FLOOR, "tests", "tools", "bench"]
    files = [p for name in folders for p in (ROOT / name).rglob("*.py") if "migrations" not in p.parts]
    files += [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static/js").rglob("*.js")]
    lengths = {str(p.relative_to(ROOT)): p.read_text().count("\n") for p in files}
    assert not {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE}


def rights_named(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Rights that the code names: arguments of the scope's functions, `rights = {…}`, `"x.y" in rights`."""
    for node in ast.walk(tree):
        found: list[Any] = []
        if isinstance(node, ast.Call):
            function: Any = node.func
            if getattr(function, "attr", getattr(function, "id", "")) in RIGHT_TAKERS:
                found = [arg for arg in node.args if "." in str(getattr(arg, "value", ""))]
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            if "rights" in {getattr(target, "id", "") for target in node.targets}:
                found = list(node.value.values)
        elif isinstance(node, ast.Compare) and re.search("rights|held", ast.unparse(node.comparators[0])):
            found = [node.left]
        yield from (
            (c.lineno, c.value) for c in found if isinstance(c, ast.Constant) and isinstance(c.value, str)
        )


def test_every_right_that_the_code_names_is_in_the_list() -> None:
    named = [(path, line, right) for path, tree in modules().items() for line, right in rights_named(tree)]
    assert len(named) > 30
    assert not [f"{path}:{line} {right}" for path, line, right in named if right not in RIGHTS]


IN_TEMPLATE = re.compile(r"\"([a-z]+\.[a-z_]+)\"\s+(?:not\s+)?in\s+shell\.rights")


def test_every_right_that_a_template_names_is_in_the_list() -> None:
    named = {(p.name, right) for p in TEMPLATES for right in IN_TEMPLATE.findall(p.read_text())}
    assert not [(name, right) for name, right in named if right not in RIGHTS]


def test_every_right_of_menu_loops_and_addresses_is_in_the_list() -> None:
    used = {right for item in MENU for right in item.rights}
    used |= {move.right for kind in KINDS.values() for move in kind.loop if move.right}
    used |= {
        right for e in OURS for method in (e.methods if e.is_api else ["GET"]) for right in e.rights(method)
    }
    assert used <= set(RIGHTS)


@pytest.mark.usefixtures("loaded")
def test_every_right_of_a_role_is_in_the_list_and_every_right_has_a_role() -> None:
    given = {right for role in Role.objects.all() for right in role.rights}
    assert given == set(RIGHTS)


def test_every_right_is_in_chinese() -> None:
    for code, right in RIGHTS.items():
        assert re.search(r"[一-鿿]", right.label), code
        assert re.search(r"[一-鿿]", right.group), code
