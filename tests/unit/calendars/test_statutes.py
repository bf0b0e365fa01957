"""Every limit that is law: its number is the statute's, and it ends where the statute has it end.

The wording is quoted as it stands in the statute, so that a change of a row, or of the law, is seen here. What a limit
comes to at a boundary is reckoned a second time, from the published days of work alone.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest

from engine.calendars import Pause, Timetable, ends
from engine.calendars.clock import pause_allowed
from engine.errors import Refusal
from tests.unit.calendars.samples import CONFIG, moment, shipped_timetable, wall

COURT = "立案前在线调解期限为三十日。"
FILED = "立案后在线调解，适用普通程序的调解期限为十五日，适用简易程序的调解期限为七日"
LAW: dict[str, tuple[int, str, str, str]] = {
    "dispute.confirmation": (30, "day", "人民调解法 第三十三条", "自调解协议生效之日起三十日内共同向人民法院申请司法确认"),
    "referral.accept": (3, "workDay", "人民法院在线调解规则 第十二条", "三个工作日内，确认接受人民法院委派委托"),
    "referral.mediator.choice": (2, "workDay", "人民法院在线调解规则 第十条", "无法在同意在线调解后两个工作日内共同选择"),
    "referral.mediator.appointment": (3, "workDay", "人民法院在线调解规则 第十条", "在收到当事人在线调解申请后三个工作日内指定"),
    "referral.consent.enquiry": (3, "workDay", "人民法院在线调解规则 第十五条", "接受人民法院委派调解之日起三个工作日内"),
    "referral.court.delegated": (30, "day", "人民法院在线调解规则 第二十四条", COURT),
    "referral.court.entrusted.ordinary": (15, "day", "人民法院在线调解规则 第二十四条", FILED.split("，适用简易")[0]),
    "referral.court.entrusted.summary": (7, "day", "人民法院在线调解规则 第二十四条", FILED.split("，")[2]),
    "petition.register": (15, "day", "信访工作条例 第二十二条", "应当予以登记，并区分情况，在15日内分别按照下列方式处理"),
    "petition.inform": (15, "day", "信访工作条例 第二十三条", "应当自收到之日起15日内书面告知信访人接收情况"),
    "petition.objection": (5, "workDay", "信访工作条例 第二十三条", "应当自收到之日起5个工作日内提出异议"),
    "petition.decide": (60, "day", "信访工作条例 第三十四条", "应当自受理之日起60日内办结"),
    "petition.review.request": (30, "day", "信访工作条例 第三十五条", "可以自收到书面答复之日起30日内请求"),
    "petition.review.decide": (30, "day", "信访工作条例 第三十五条", "应当自收到复查请求之日起30日内提出复查意见"),
    "petition.recheck.request": (30, "day", "信访工作条例 第三十六条", "可以自收到书面答复之日起30日内向复查机关"),
    "petition.recheck.decide": (30, "day", "信访工作条例 第三十六条", "应当自收到复核请求之日起30日内提出复核意见"),
}  # fmt: skip
"""By limit: value, unit, article, and the words it is in."""

WORDING = re.compile(r"([0-9]+|[一二两三四五六七八九十]+)(个工作日|日)")
DIGITS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}

STARTS = {
    "on the eve of National Day": "2025-09-30 10:00",
    "in the holidays": "2025-10-03 10:00",
    "on a Saturday worked in exchange": "2025-10-11 10:00",
    "on a Sunday worked in exchange": "2025-09-28 10:00",
    "at the end of January": "2025-01-31 10:00",
    "at the end of a month of thirty days": "2025-04-30 10:00",
    "on the leap day": "2024-02-29 10:00",
    "a month before the leap day": "2024-01-30 10:00",
    "before the year ends": "2024-12-31 10:00",
    "in the last minute before midnight": "2025-03-05 23:59",
    "at midnight": "2025-03-06 00:00",
}


@pytest.fixture(scope="module")
def timetable() -> Timetable:
    return shipped_timetable()


def rows() -> Iterator[dict[str, object]]:
    """The limits that come along, as they are written."""
    for file in sorted((CONFIG / "limits").glob("*.toml")):
        yield from tomllib.loads(file.read_text(encoding="utf-8"))["limit"]


def in_words(text: str) -> tuple[int, str]:
    """The length a wording states: the last one in it."""
    number, unit = WORDING.findall(text)[-1]
    if number.isdigit():
        value = int(number)
    else:
        tens, _, ones = number.rpartition("十")
        value = DIGITS.get(ones, 0) + (10 * DIGITS.get(tens, 1) if "十" in number else 0)
    return value, "workDay" if unit == "个工作日" else "day"


def test_every_limit_that_is_law_is_the_statutes() -> None:
    law = {str(row["name"]): row for row in rows() if row["source"] == "law"}
    assert law.keys() == LAW.keys()
    for name, row in law.items():
        value, unit, article, _ = LAW[name]
        assert (row["value"], row["unit"]) == (value, unit), name
        assert article in str(row["article"]).split("；"), name


@pytest.mark.parametrize("name", LAW)
def test_the_number_is_the_one_in_the_wording(name: str) -> None:
    value, unit, _, wording = LAW[name]
    assert in_words(wording) == (value, unit)


def reckoned(start: date, value: int, unit: str) -> date:
    """The last day by the Civil Code (201, 203), from the published days of work alone."""
    day = start
    if unit == "workDay":
        while value:
            day += timedelta(days=1)
            value -= chinese_calendar.is_workday(day)
        return day
    day += timedelta(days=value)
    while not chinese_calendar.is_workday(day):
        day += timedelta(days=1)
    return day


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
@pytest.mark.parametrize("name", LAW)
def test_it_ends_with_the_last_day_of_office(timetable: Timetable, name: str, start: str) -> None:
    value, unit, *_ = LAW[name]
    clock = timetable.start(name, moment(start))
    end = ends(clock, timetable.calendar_of(clock.row), clock.start).due.at
    day = reckoned(date.fromisoformat(start[:10]), value, unit)
    assert wall(end) == f"{day.isoformat()} 18:00"


@pytest.mark.parametrize("name", LAW)
def test_it_stands_still_only_for_what_its_rule_names(timetable: Timetable, name: str) -> None:
    clock = timetable.start(name, moment("2025-03-03 10:00"))
    with pytest.raises(Refusal, match="不能因"):
        pause_allowed(clock, "waiting_for_the_boss")
    for rule in clock.row.pauses:
        assert pause_allowed(clock, rule.reason) is rule


def paused(timetable: Timetable, name: str) -> tuple[date, date]:
    """The last day of a limit, without a pause and with one of ten whole days."""
    clock = timetable.start(name, moment("2025-03-03 10:00"))
    calendar = timetable.calendar_of(clock.row)
    pause = Pause(
        start=moment("2025-03-10 00:00"),
        end=moment("2025-03-20 00:00"),
        reason=clock.row.pauses[0].reason,
        actor="leader",
    )
    return tuple(
        _day(ends(each, calendar, each.start).due.at) for each in (clock, replace(clock, pauses=(pause,)))
    )  # type: ignore[return-value]


def _day(at: int) -> date:
    return datetime.fromtimestamp(at / 1_000_000, ZoneInfo("Asia/Shanghai")).date()


def test_the_time_of_a_hearing_is_not_counted(timetable: Timetable) -> None:
    """信访工作条例 第三十六条第二款: 听证所需时间不计算在前款规定的期限内."""
    plain, stood = paused(timetable, "petition.recheck.decide")
    assert (plain, stood) == (date(2025, 4, 2), date(2025, 4, 14))


def test_the_time_of_an_appraisal_before_filing_is_not_counted(timetable: Timetable) -> None:
    """人民法院在线调解规则 第二十六条: 鉴定评估期限不计入调解期限."""
    plain, stood = paused(timetable, "referral.court.delegated")
    assert (plain, stood) == (date(2025, 4, 2), date(2025, 4, 14))


def test_what_may_not_pause_has_no_rule_for_it() -> None:
    standing = {str(row["name"]) for row in rows() if row["source"] == "law" and row.get("pauses")}
    assert standing == {"petition.recheck.decide", "referral.court.delegated"}


def test_a_petition_is_prolonged_once_by_thirty_days(timetable: Timetable) -> None:
    """信访工作条例 第三十四条: 延长期限不得超过30日."""
    rule = timetable.start("petition.decide", moment("2025-03-03 10:00")).row.extension
    assert rule is not None
    assert (str(rule.longest), rule.times) == ("30 day", 1)


def test_parties_prolong_mediation_by_the_court_as_they_agree(timetable: Timetable) -> None:
    """人民法院在线调解规则 第二十四条: 各方当事人同意延长的，不受此限."""
    for name in ("delegated", "entrusted.ordinary", "entrusted.summary"):
        rule = timetable.start(f"referral.court.{name}", moment("2025-03-03 10:00")).row.extension
        assert rule is not None
        assert rule.approver == "parties"
        assert rule.longest is None
        assert rule.times > 1
