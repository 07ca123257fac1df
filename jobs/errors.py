"""Errors that end a run: one line for the operator, and the exit code that says which kind it was."""


class JobError(Exception):
    """What is wrong, where, and what to do, in one line. `exit_code` is the process's."""

    exit_code = 1


class UsageError(JobError):
    """The command line or the configuration asks for something that does not exist."""

    exit_code = 2


class NotArrivedError(JobError):
    """A delivery or an input day is not there, or not whole."""

    exit_code = 3


class AuditError(JobError):
    """An expectation that stops publishing does not hold."""

    exit_code = 4
