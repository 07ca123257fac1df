"""Errors that end a run: one line for the operator, and the exit code that says which kind it was."""

import logging


class JobError(Exception):
    """What is wrong, where, and what to do, in one line. `exit_code` is the process's.

    of_days: it keeps some days of a table from being published, and not the others.
    """

    exit_code = 1
    of_days = False


class UsageError(JobError):
    """The command line or the configuration asks for something that does not exist."""

    exit_code = 2


class NotArrivedError(JobError):
    """A delivery or an input day is not there, or not whole."""

    exit_code = 3
    of_days = True


class AuditError(JobError):
    """An expectation that stops publishing does not hold."""

    exit_code = 4


def explained(error: Exception, where: str = "") -> JobError:
    """A JobError as it is; of anything else its trace in the log, and a JobError that begins with `where`."""
    if isinstance(error, JobError):
        return error
    logging.getLogger("jobs").error("unexpected failure", exc_info=error)
    lines = [
        line.lstrip(": ")
        for line in str(error).strip().splitlines()
        if not line.startswith("An error occurred while calling")
    ]
    # Spark's own words come last.
    cause = next((line for line in reversed(lines) if line.startswith("Caused by: ")), lines[0] if lines else "")
    return JobError(
        f"{where}{type(error).__name__}: {cause[:300]}; tables are as before or whole: the trace is above, run it again"
    )
