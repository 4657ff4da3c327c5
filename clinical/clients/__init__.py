"""Who an EHR client is: its credentials and keys, what it may do on which ward, and the token it comes with."""
