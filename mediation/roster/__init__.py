"""Rosters of the joint stations (常驻+轮值): proposing, publishing, leave, swaps, calendars."""
