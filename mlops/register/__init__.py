"""The register outside: MLflow records what PostgreSQL decided, for whoever reads MLflow. Nothing here decides anything."""
