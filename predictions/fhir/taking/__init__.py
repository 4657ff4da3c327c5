"""Resources in: gathered to what they say of one stay, checked, kept, and scored. Nothing they refer to is ever fetched."""
