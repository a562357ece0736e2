"""The columnar statements on the machines of a Spark cluster, or on the cores of this one.

Spark gives out work and is told nothing of anybody: it carries the numbers of parts and the rulebooks. The events and
the duties go from machine to machine by the folder that all of them see.
"""

from hawl.rights.evaluating.spark.evaluation import LOCAL, SparkUnusable, evaluate_on_spark, look_for_spark

__all__ = ["LOCAL", "SparkUnusable", "evaluate_on_spark", "look_for_spark"]
