"""The systems that join observations, models and inference."""
