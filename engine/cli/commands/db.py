"""`bihuan db`: looking after the database."""

from __future__ import annotations

from engine.cli.command import command, option
from engine.cli.desk import Desk
from engine.cli.exits import Exit
from engine.cli.grammar import Group
from engine.cli.options import shared_options
from engine.cli.types import OneOf
from engine.errors import InvalidInput
from engine.i18n import Catalogue


def db(say: Catalogue) -> Group:
    """The group."""
    group = Group("db", say, name="db", params=shared_options(say))
    params = [option(say, "db_upgrade", "--phase", type=OneOf(("pre", "post"), say), default="post")]
    group.add_command(command("upgrade", say, _upgrade, params, topic="db_upgrade"))
    params = [option(say, "db_rebuild", "--check", is_flag=True)]
    group.add_command(command("rebuild-projections", say, _rebuild, params, topic="db_rebuild"))
    params = [option(say, "db_rebuild_reports", "--check", is_flag=True)]
    group.add_command(command("rebuild-reports", say, _rebuild_reports, params, topic="db_rebuild_reports"))
    return group


def _rebuild_reports(desk: Desk, check: bool) -> Exit | None:
    from engine.cases.rebuilding import all_cases
    from engine.cli.shipped import settings_folder
    from engine.installation import Timetables
    from engine.reports import open_reports

    count, found = 0, dict[str, list[str]]()
    with desk.engine() as engine:
        config = settings_folder()
        rollup = open_reports(engine, config, Timetables(config)).rollup
        if not check:
            count = rollup.rebuild(all_cases(engine.database))
        for case_id in all_cases(engine.database) if check else ():
            count += 1
            if differing := rollup.differences(case_id):
                found[str(case_id)] = differing
    return _told(desk, count, found, check=check)


def _rebuild(desk: Desk, check: bool) -> Exit | None:
    from engine.cases.rebuilding import all_cases

    count, found = 0, dict[str, list[str]]()
    with desk.engine() as engine:
        for case_id in all_cases(engine.database):
            count += 1
            if not check:
                engine.projections.rebuild(case_id)
            elif differing := engine.projections.differences(case_id):
                found[str(case_id)] = differing
    return _told(desk, count, found, check=check)


def _told(desk: Desk, count: int, found: dict[str, list[str]], *, check: bool) -> Exit | None:
    if desk.chosen.is_json:
        desk.screen.json({"cases": count, "differences": found})
    else:
        for case, tables in found.items():
            desk.screen.remark(desk.say("db_rebuild.differs", case=case, tables=", ".join(tables)))
        done = "db_rebuild.same" if check else "db_rebuild.done"
        desk.screen.remark(desk.say(done, count=count - len(found)))
    return Exit.FOUND if found else None


def _upgrade(desk: Desk, phase: str) -> None:
    import sqlalchemy as sa

    from engine.store.migrations import REVISIONS, Phase, upgrade

    try:
        url = sa.make_url(desk.chosen.database)
    except sa.exc.ArgumentError:
        raise _unsupported() from None
    backend = url.get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        raise _unsupported()
    if backend == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url, hide_parameters=True)
    try:
        upgrade(engine, phase=Phase(phase))
        with engine.connect() as connection:
            now = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    finally:
        engine.dispose()
    newest = REVISIONS[-1].id
    if desk.chosen.is_json:
        desk.screen.json({"version": now, "newest": newest})
    else:
        desk.screen.remark(desk.say("db_upgrade.done", version=now, newest=newest))


def _unsupported() -> InvalidInput:
    return InvalidInput(
        message_zh="不支持的数据库地址（可用 sqlite:///路径、postgresql://…）",
        message_en="not the address of a supported database (use sqlite:///path or postgresql://…)",
    )
