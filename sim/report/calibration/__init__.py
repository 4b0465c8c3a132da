"""The report of a calibration and its checks: a page of its own, from the same parts as a comparison's."""
