"""The mart of shares of jobs."""
