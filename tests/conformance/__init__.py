"""Executed as BPMN 2.0 says: one file a family of elements, each test the proof of a row of docs/bpmn-support.md."""
