"""A candidate scores beside the champion, where nobody on a ward can see it, until a signed go or no-go."""
