"""The features of a whole hospital group on a Spark cluster, by the definition that scores one patient."""
