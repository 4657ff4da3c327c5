"""What is sent and what is answered, each declared once: it reads requests strictly and it is the published schema."""
