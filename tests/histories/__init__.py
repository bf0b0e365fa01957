"""Histories recorded by releases: a change of semantics that breaks old cases breaks the build."""
