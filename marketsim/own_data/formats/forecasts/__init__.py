"""Demand forecasts of others, in and out."""
