"""Checks of a calibration: does the tool give back what made the data, and what hangs on what was assumed?"""
