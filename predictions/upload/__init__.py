"""Files for hospitals whose systems cannot call ours: CSV and NDJSON, looked at first, then taken in whole or in part."""
