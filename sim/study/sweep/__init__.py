"""Sweeps: many points worked out in chunks, kept in shards, resumed, and summed up in one table."""
