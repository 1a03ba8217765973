"""Pure arithmetic: from accepted returns and a plan to figures, points and ranks."""
