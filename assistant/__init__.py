"""Answers with sources: a sibling of `mlops` above `predictions`. The room is kept; nothing lives in it yet."""
