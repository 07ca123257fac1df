"""What scores learn from and how: labels, boosted trees, calibration. Shared by the models and evidence layers."""
