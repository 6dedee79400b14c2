"""The sections of a scenario, a file for each part of the market; `schema` puts them together."""
