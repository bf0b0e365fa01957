"""What a new installation begins with: commented settings, and a directory of a handful of units to overwrite.

The example has another shape than most counties on purpose: a county with one town and one street, of which the street
has no villages but communities, so that one sees how levels are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from engine.directory.exchange.exporting import csv_bytes
from engine.directory.exchange.layout import LAYOUTS

_SINCE: Final = "2024-01-01"
_UNITS: Final = (
    ("xian", "", "区县", "", "示例县"),
    ("xian-command", "xian", "", "指挥平台", "示例县社会治理指挥中心"),
    ("xian-housing", "xian", "", "住建局", "示例县住建局"),
    ("xian-urban", "xian", "", "城管局", "示例县城管局"),
    ("zhen1", "xian", "镇", "", "示例镇"),
    ("zhen1-centre", "zhen1", "", "综治中心", "示例镇综治中心"),
    ("zhen1-mediation", "zhen1", "", "调委会", "示例镇调委会"),
    ("zhen1-police", "zhen1", "", "派出所", "示例镇派出所"),
    ("cun1", "zhen1", "村", "", "示例村"),
    ("cun1-mediation", "cun1", "", "调委会", "示例村调委会"),
    ("cun1-g1", "cun1", "网格", "", "示例村第一网格"),
    ("jie1", "xian", "街道", "", "示例街道"),
    ("jie1-centre", "jie1", "", "综治中心", "示例街道综治中心"),
    ("jie1-g1", "jie1", "网格", "", "示例街道直属网格"),
)
_POSTS: Final = (
    ("zhang", "张明", "xian-command", "指挥员"),
    ("li", "李青", "xian", "领导"),
    ("wu", "吴岚", "xian", "值班领导"),
    ("wang", "王禾", "xian-housing", "部门经办"),
    ("zhao", "赵安", "xian-urban", "部门经办"),
    ("chen", "陈平", "zhen1", "领导"),
    ("liu", "刘和", "zhen1-centre", "综治专员"),
    ("sun", "孙宁", "zhen1-mediation", "调解员"),
    ("zhou", "周远", "zhen1-police", "民警"),
    ("yang", "杨树", "cun1", "村社书记"),
    ("yang", "杨树", "cun1-mediation", "调解员"),
    ("xu", "许晨", "cun1-g1", "网格员"),
    ("he", "何静", "jie1-centre", "综治专员"),
    ("lin", "林海", "jie1-g1", "网格员"),
    ("guan", "管理员", "xian", "系统管理"),
)


def example_directory() -> dict[str, bytes]:
    """The tables as CSV files by name."""
    people = {person: name for person, name, _, _ in _POSTS}
    rows: dict[str, Sequence[Sequence[str]]] = {
        "units": [[*row, _SINCE, ""] for row in _UNITS],
        "people": [[person, name, person, "", _SINCE, ""] for person, name in people.items()],
        "memberships": [[person, unit, role, _SINCE, ""] for person, _, unit, role in _POSTS],
        "substitutions": [],
    }
    return {
        f"{LAYOUTS[name].title}.csv": csv_bytes([list(LAYOUTS[name].columns.values()), *found])
        for name, found in rows.items()
    }


def settings_text() -> str:
    """The settings of an installation, with a comment for each."""
    return _SETTINGS


_SETTINGS: Final = """\
# 一处安装的设置。在这个文件夹里运行 bihuan，命令和服务都读它；环境变量 BIHUAN_名称 优先。全部设置见 docs/operations.md。
# Settings of an installation: commands and the service read this file when run in this folder.

# 数据库。先用文件试，正式使用改为 PostgreSQL：
# database = "postgresql://bihuan@localhost/bihuan"
database = "sqlite:///bihuan.db"

# 密钥库：与数据库分开存放、分开备份。用 SQLite 数据库时可以不写（放在旁边，名为 bihuan.db.keys）。
# keyring = "sqlite:////var/lib/bihuan/keys"

zone = "Asia/Shanghai"
config = "config"          # 日历、时限、层级和角色、权限、登录、脱敏
packages = "packages"      # 流程包：图、决策表（派到谁）、表单
data = "files"             # 附件

host = "127.0.0.1"         # 服务在哪个地址上应答；给别的机器用时前面放反向代理（docs/security.md）
port = 8080
"""
