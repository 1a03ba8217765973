"""月通报: who has not reported, whom to call, and all of it on two pages whatever the data."""
