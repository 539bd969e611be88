"""Settling double bookings (重复记工): more than a day on several sheets."""
