"""Where training runs: on this machine, or on SageMaker. Both run mlops/entrypoint.py, and both are asked in the same words."""
