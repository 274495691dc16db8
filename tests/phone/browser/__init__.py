"""The phone proved in a real Chromium against a real server. Refuses to reach past what a person or the network could do."""
