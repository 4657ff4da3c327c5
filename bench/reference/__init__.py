"""What the API is compared with: two servers that only predict. Neither knows who asks, checks, stores or audits anything."""
