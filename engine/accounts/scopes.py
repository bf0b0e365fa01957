"""What a caller may be allowed to do: the scopes, which endpoints ask for and roles and tokens are given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from engine.errors import Message

SCOPES: Final[Mapping[str, Message]] = {
    "cases:read": Message(zh="查看范围内的案件", en="read the cases in one's scope"),
    "cases:start": Message(zh="登记、发起案件", en="register and start cases"),
    "cases:write": Message(zh="评论、附件、关联", en="comments, attachments and links"),
    "cases:suspend": Message(zh="挂起、恢复案件", en="suspend and resume cases"),
    "cases:intervene": Message(
        zh="干预：撤销、跳转、更正变量、迁移", en="intervene: cancel, jump, correct variables, migrate"
    ),
    "tasks:read": Message(zh="查看收件箱与任务", en="read the inbox and its tasks"),
    "tasks:act": Message(zh="签收、办结及其他办理动作", en="claim, complete and the other verbs of tasks"),
    "views:own": Message(zh="自己的视图与草稿", en="one's own views and drafts"),
    "reports:read": Message(zh="查看统计报表", en="read reports"),
    "definitions:read": Message(zh="查看流程定义", en="read definitions and their forms"),
    "definitions:deploy": Message(zh="提交流程部署", en="hand in deployments"),
    "definitions:amend": Message(
        zh="修改决策表与文书模板（须另一人发布）",
        en="change decision tables and templates of documents, for somebody else to publish",
    ),
    "definitions:publish": Message(
        zh="批准他人提交的部署", en="approve a deployment handed in by somebody else"
    ),
    "directory:read": Message(zh="查看通讯录", en="read the directory"),
    "directory:write": Message(zh="修改通讯录", en="change the directory"),
    "directory:hand-over": Message(zh="离职转办", en="hand the work of a person over to another"),
    "config:read": Message(zh="查看日历、时限等配置", en="read calendars, limits and other settings"),
    "config:write": Message(zh="修改日历、时限等配置", en="change calendars, limits and other settings"),
    "incidents:read": Message(zh="查看异常", en="read incidents"),
    "incidents:resolve": Message(zh="处理异常", en="retry and resolve incidents"),
    "jobs:read": Message(zh="查看作业与计时", en="read jobs and timers"),
    "jobs:work": Message(zh="领取并办理作业", en="fetch, complete and fail jobs"),
    "messages:send": Message(zh="发送消息与信号", en="send messages and signals"),
    "audit:read": Message(zh="查看审计记录、核验、复演", en="read the access log, verify and replay"),
    "audit:export": Message(zh="导出卷宗与日志", en="export dossiers and logs"),
    "privacy:unmask": Message(
        zh="说明理由后限时查看脱敏内容", en="see masked content for a while, with a reason"
    ),
    "accounts:read": Message(zh="查看账户与令牌", en="read accounts and tokens"),
    "accounts:write": Message(zh="管理账户与令牌", en="manage accounts and tokens"),
    "metrics:read": Message(zh="读取运行指标", en="read the metrics of the service"),
}
"""Each scope with what it allows."""


def unknown(scopes: object) -> list[str]:
    """Those of some names that are no scopes, sorted."""
    names = set(scopes) if isinstance(scopes, (list, tuple, set, frozenset)) else {scopes}
    return sorted(str(name) for name in names if name not in SCOPES)
