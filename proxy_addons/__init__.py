"""The web edge: an embedded mitmproxy master and its chain of addons."""
