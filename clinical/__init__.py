"""Facts: patients, encounters, follow-up, who may see them and who did. It knows nothing of any prediction."""
