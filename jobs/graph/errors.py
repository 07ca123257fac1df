"""What graph algorithms say when a graph is not what it must be."""

from jobs.errors import JobError


class GraphError(JobError):
    """Edges or labels are not what they must be: which, how many, and some of them."""
