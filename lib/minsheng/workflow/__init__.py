"""The use cases: a month, an assessment, receive, deliver, seal, rebuild, tick, status, site, doctor, sample."""
