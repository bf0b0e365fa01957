"""The public side of flow E: what somebody who is not on the staff may do with their own request, and nothing else."""

from engine.publicdesk.challenge import Challenge, Challenges, Unsolved, leading_zeros
from engine.publicdesk.desk import Area, PublicDesk, Receipt, Status
from engine.publicdesk.phone_code import PhoneCodes

__all__ = [
    "Area",
    "Challenge",
    "Challenges",
    "PhoneCodes",
    "PublicDesk",
    "Receipt",
    "Status",
    "Unsolved",
    "leading_zeros",
]
