"""A synthetic county and a demonstration patrol, for first steps without a bureau's data. Refuses to touch anybody's own data."""
