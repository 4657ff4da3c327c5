"""A candidate beside the champion: both on the same held-out patients, on the same draws of them, and on today's wards."""
