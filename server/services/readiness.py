"""Whether this process can do its work now. Says what failed by name only: the answer is public."""

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from server import problems
from server.store.tables.organisation import Deployment
from server.store.unit_of_work import UnitOfWork

EPOCH = "server_epoch"


def check_readiness(*, uow: UnitOfWork) -> None:
    """The database is migrated and readable, and the photo store can be written. Raises UNAVAILABLE."""
    try:
        uow.session.scalars(select(Deployment.value).where(Deployment.name == EPOCH)).one()
        probe = uow.world.blobs.parts / ".ready"
        probe.write_bytes(b"")
        probe.unlink(missing_ok=True)
    except (SQLAlchemyError, OSError) as error:
        raise problems.UNAVAILABLE(reason=type(error).__name__) from error
