"""Calibration by history matching: rule out what can't be true of the uncertain parameters, keep what may be.

Craig, Goldstein, Seheult and Smith (1997); Vernon, Goldstein and Bower, "Galaxy formation: a Bayesian uncertainty
analysis", Bayesian Analysis 2010. The result is a set of plausible vectors, not one best vector: where targets do not
settle a parameter, its range stays as wide as it is.
"""
