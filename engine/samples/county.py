"""A fictional county to try the directory with: 18 towns, 300 villages, 1,223 grids, 3,700 staff.

The same rows on every machine. Names of places and people are made up; phone numbers begin with 100, as no
mobile number does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from engine.directory import Directory
from engine.directory.exchange import import_directory, read_files
from engine.directory.exchange.exporting import csv_bytes
from engine.directory.exchange.layout import LAYOUTS
from engine.errors import InvalidInput
from engine.samples.draw import Draw

TOWNS, VILLAGES, GRIDS, STAFF = 18, 300, 1223, 3700
"""The size of a published county (DOMAIN §6)."""

COUNTY: Final = "qh"
FOUNDED: Final = "2020-01-01"
HIRED: Final = "2021-03-01"
LEAVE: Final = ("2026-10-01", "2026-10-09")
"""When, in each town, somebody of the governance centre is away and another stands in."""

_TOWN_NAMES: Final = (
    "青石镇",
    "白马镇",
    "云荷镇",
    "长坪乡",
    "柳渡镇",
    "石塘镇",
    "枫桥镇",
    "安溪乡",
    "东岭镇",
    "双河镇",
    "沙埠镇",
    "高坪乡",
    "竹园镇",
    "龙潭镇",
    "南湾镇",
    "梅岭乡",
    "新集镇",
    "北塬乡",
)
_FIRST: Final = "上下东西南北前后大小新老内外高长清安宁和"
_SECOND: Final = "坪埠桥湾塘溪岭坡井田林庄洼渡屯"
_SURNAMES: Final = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛"
_GIVEN: Final = "明远秋禾建平素云立新晓岚国梁春燕志宏月娥文彬海棠长庚玉兰思齐若水向阳景和书怀瑾"
_COUNTY_DEPARTMENTS: Final = {
    "command": "社会治理指挥中心",
    "police": "公安局",
    "justice": "司法局",
    "court": "人民法院",
    "procuratorate": "人民检察院",
    "petition": "信访局",
    "labour": "人社局",
    "housing": "住建局",
    "urban": "城管局",
    "civil": "民政局",
    "health": "卫健局",
    "women": "妇联",
    "land": "自然资源局",
    "farming": "农业农村局",
    "environment": "生态环境局",
    "market": "市场监管局",
    "emergency": "应急局",
    "water": "水务局",
    "transport": "交通局",
    "education": "教育局",
    "union": "总工会",
    "finance": "金融办",
}
_TOWN_DEPARTMENTS: Final = {
    "centre": ("综治中心", "town_centre", 8),
    "mediation": ("调委会", "mediator", 5),
    "justice": ("司法所", "mediator", 3),
    "police": ("派出所", "police_officer", 8),
    "urban": ("城管中队", "official", 4),
    "civil": ("民政办", "official", 3),
    "service": ("社工站", "social_worker", 3),
}
_COUNTY_ROLES: Final = {
    "command": "county_centre",
    "police": "police_officer",
    "court": "court_officer",
    "procuratorate": "court_officer",
}


@dataclass(slots=True)
class _Book:
    draw: Draw
    units: list[list[str]] = field(default_factory=list)
    people: list[list[str]] = field(default_factory=list)
    roles: list[list[str]] = field(default_factory=list)

    def unit(self, unit: str, parent: str, level: str, department: str, name: str) -> None:
        self.units.append([unit, parent, level, department, name, FOUNDED, ""])

    def hire(self, *posts: tuple[str, str]) -> str:
        number = len(self.people) + 1
        person = f"{COUNTY}{number:05d}"
        given = "".join(self.draw.pick(_GIVEN) for _ in range(self.draw.whole(1, 2)))
        phone = f"1000000{number % 10000:04d}"
        self.people.append([person, self.draw.pick(_SURNAMES) + given, person, phone, HIRED, ""])
        self.roles.extend([person, unit, role, HIRED, ""] for unit, role in posts)
        return person


def county_tables(seed: str = "county") -> dict[str, list[list[str]]]:
    """The county as the tables of the exchange format, each with its header."""
    book = _Book(draw=Draw(seed))
    book.unit(COUNTY, "", "county", "", "青禾县")
    _county_staff(book)
    villages = list(_villages())
    grids = list(_spread(GRIDS, VILLAGES))
    for town in range(1, TOWNS + 1):
        _town(book, town)
    for number, (town, village) in enumerate(villages):
        _village(book, town, village, grids[number])
    _fill(book)
    rows = {
        "units": book.units,
        "people": book.people,
        "memberships": book.roles,
        "substitutions": _substitutions(book),
    }
    return {name: [list(LAYOUTS[name].columns), *found] for name, found in rows.items()}


def load_county(directory: Directory, *, actor: str, at: int, reason: str) -> None:
    """Bring the whole county into an empty directory. Raises InvalidInput when a row is refused."""
    files = {f"{name}.csv": csv_bytes(rows) for name, rows in county_tables().items()}
    report = import_directory(directory, read_files(files), actor=actor, at=at, reason=reason)
    if not report.written:
        raise InvalidInput(message_zh="样例县未能导入", message_en="the sample county was refused")


def _county_staff(book: _Book) -> None:
    for department, name in _COUNTY_DEPARTMENTS.items():
        unit = f"{COUNTY}-{department}"
        book.unit(unit, COUNTY, "", department, f"青禾县{name}")
        role = _COUNTY_ROLES.get(department, "official")
        book.hire((unit, role), (unit, "leader"))
        for _ in range(11 if department == "command" else 7):
            book.hire((unit, role))
    for role in ("leader", "leader", "duty_leader", "auditor", "designer", "admin"):
        book.hire((COUNTY, role))


def _town(book: _Book, town: int) -> None:
    code, name = f"{COUNTY}{town:02d}", _TOWN_NAMES[town - 1]
    book.unit(code, COUNTY, "town", "", name)
    for _ in range(2):
        book.hire((code, "leader"))
    for department, (title, role, size) in _TOWN_DEPARTMENTS.items():
        unit = f"{code}-{department}"
        book.unit(unit, code, "", department, f"{name}{title}")
        for _ in range(size):
            book.hire((unit, role))


def _village(book: _Book, town: int, village: int, grids: int) -> None:
    code = f"{COUNTY}{town:02d}{village:03d}"
    name = _FIRST[village % len(_FIRST)] + _SECOND[(village + 7 * town) % len(_SECOND)]
    title = f"{_TOWN_NAMES[town - 1]}{name}{'社区' if village % 6 == 0 else '村'}"
    book.unit(code, f"{COUNTY}{town:02d}", "village", "", title)
    mediation = f"{code}-mediation"
    book.unit(mediation, code, "", "mediation", f"{title}调委会")
    book.hire((code, "village_lead"), (mediation, "mediator"))
    book.hire((mediation, "mediator"))
    for grid in range(1, grids + 1):
        unit = f"{code}{grid:02d}"
        book.unit(unit, code, "grid", "", f"{title}第{grid}网格")
        book.hire((unit, "grid_worker"))


def _fill(book: _Book) -> None:
    """A second grid worker here and there, until the staff is complete."""
    grids = [row[0] for row in book.units if row[2] == "grid"]
    for grid in grids[: STAFF - len(book.people)]:
        book.hire((grid, "grid_worker"))
    villages = [row[0] for row in book.units if row[2] == "village"]
    for village in villages[: STAFF - len(book.people)]:
        book.hire((village, "observer"))


def _substitutions(book: _Book) -> list[list[str]]:
    centres: dict[str, list[str]] = {}
    for person, unit, role, *_ in book.roles:
        if role == "town_centre":
            centres.setdefault(unit, []).append(person)
    return [[people[0], people[1], "", "国庆轮休", *LEAVE] for people in centres.values()]


def _villages() -> Iterator[tuple[int, int]]:
    for town, count in enumerate(_spread(VILLAGES, TOWNS), start=1):
        yield from ((town, number) for number in range(1, count + 1))


def _spread(total: int, places: int) -> Iterator[int]:
    """A total in whole parts that differ by at most one."""
    return (total * (number + 1) // places - total * number // places for number in range(places))


def size(tables: Mapping[str, Sequence[Sequence[str]]]) -> dict[str, int]:
    """How many units of each level and how many people the tables hold."""
    levels = ("county", "town", "village", "grid")
    found = {level: sum(1 for row in tables["units"][1:] if row[2] == level) for level in levels}
    return {
        **found,
        "departments": sum(1 for row in tables["units"][1:] if row[3]),
        "people": len(tables["people"]) - 1,
    }
