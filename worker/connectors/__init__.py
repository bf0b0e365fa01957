"""Connectors: what service tasks and notices do outside, by HTTP, e-mail, SMS or robots of 企业微信 and 钉钉."""

from worker.connectors.work import Connector, Failed, Refused, Work

__all__ = ["Connector", "Failed", "Refused", "Work"]
