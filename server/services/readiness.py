"""Can this installation do its work, and what does a failure of its storage mean to whoever asked? Says nothing more."""

from sqlalchemy import select

from server import problems
from server.problems import Problem
from server.store.failures import DATABASE_ERRORS, storage_is_at_fault
from server.store.tables.organisation import Deployment
from server.store.unit_of_work import UnitOfWork
from server.store.world import World


def check_readiness(*, uow: UnitOfWork) -> None:
    """The database is migrated and readable, the photo store can be written. Raises UNAVAILABLE."""
    try:
        uow.session.execute(select(Deployment.value).where(Deployment.name == "server_epoch")).scalar_one()
        uow.world.blobs.probe()
    except (*DATABASE_ERRORS, OSError) as error:
        raise problems.UNAVAILABLE(reason=type(error).__name__) from error


def temporary_failure(error: Exception) -> Problem | None:
    """UNAVAILABLE for an error of the storage that may pass: the phone keeps everything and comes back; None for others."""
    if storage_is_at_fault(error):
        return problems.UNAVAILABLE(reason="the database cannot be written")
    if isinstance(error, OSError):
        return problems.UNAVAILABLE(reason="the photo storage cannot be written")
    return None


def known_epoch(world: World) -> str | None:
    """The server epoch, None while the database cannot say it."""
    try:
        return world.server_epoch
    except DATABASE_ERRORS:
        return None
