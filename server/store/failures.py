"""What the database's own errors mean for a caller: the data is at fault, or the storage is. Repairs nothing."""

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

DATABASE_ERRORS = (StatementError, PoolTimeoutError)
"""Whatever a statement can raise here, data and storage alike."""
WRITE_ERRORS = (*DATABASE_ERRORS, ValueError, OverflowError)
"""The same and what drivers raise bare for values no column can hold."""


def data_is_at_fault(error: Exception) -> bool:
    """Whether another row, written alone, could still succeed; False for locks, full disks and lost connections."""
    if isinstance(error, DBAPIError):
        return isinstance(error, DataError | IntegrityError) and not error.connection_invalidated
    return not isinstance(error, PoolTimeoutError)


def storage_is_at_fault(error: Exception) -> bool:
    """Whether the same statement may succeed later: a lock, a deadlock, a full disk, a lost or exhausted connection."""
    if isinstance(error, OperationalError | InterfaceError | PoolTimeoutError):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated
