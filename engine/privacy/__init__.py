"""Who sees what of a case: masking, unmasking for a time with a reason, and the log of who looked (DOMAIN §4)."""

from engine.privacy.access import Access, AccessLog
from engine.privacy.eyes import ERASED, Eyes, open_eyes
from engine.privacy.grants import Grant, Unmasking
from engine.privacy.masking import HIDDEN, mask
from engine.privacy.reader import Reader, reader_of
from engine.privacy.rules import PrivacyRules, load_privacy, read_privacy

__all__ = [
    "ERASED",
    "HIDDEN",
    "Access",
    "AccessLog",
    "Eyes",
    "Grant",
    "PrivacyRules",
    "Reader",
    "Unmasking",
    "load_privacy",
    "mask",
    "open_eyes",
    "read_privacy",
    "reader_of",
]
