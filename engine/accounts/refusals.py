"""Why somebody is not signed in."""

from __future__ import annotations

from engine.errors import BihuanError


class SignInRefused(BihuanError):
    """The name, the password or the state of the account does not allow it; an outsider is not told which."""

    default_code = "auth.refused"

    def __init__(self) -> None:
        super().__init__(message_zh="用户名或密码不正确", message_en="the user name or the password is wrong")


class AccountClosed(BihuanError):
    """The password is right, but the account is disabled or its person has left."""

    default_code = "auth.closed"

    def __init__(self) -> None:
        super().__init__(
            message_zh="账户已停用，请联系系统管理员",
            message_en="this account is disabled; turn to the administrator",
        )


class PasswordExpired(BihuanError):
    """The one-time password is right, but too old."""

    default_code = "auth.expired"

    def __init__(self) -> None:
        super().__init__(
            message_zh="一次性密码已过期，请联系系统管理员重置",
            message_en="the one-time password has expired; ask the administrator for another one",
        )


class LockedOut(BihuanError):
    """Too many wrong attempts; `seconds` until the next one is looked at."""

    default_code = "auth.locked"

    def __init__(self, seconds: int) -> None:
        super().__init__(
            message_zh=f"尝试次数过多，请在 {seconds} 秒后重试",
            message_en=f"too many attempts; try again in {seconds} seconds",
        )
        self.seconds = seconds
