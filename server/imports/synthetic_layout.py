"""The drawing board of the synthetic county: blocks between roads, cut into parcels that share edges. Knows no law and no day.

Drawn in metres (x east, y north) around the county's centre, turned a little so that no edge runs due north, and only then
brought to degrees: neighbours are made of the same corner points, so they neither overlap nor leave a gap.
"""

import math
import random
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from server.domain.crs import LocalFrame

CENTRE_LON, CENTRE_LAT = 120.2, 33.1
BLOCKS_EAST, BLOCKS_NORTH = 10, 10
BLOCK_WIDTH_M, BLOCK_HEIGHT_M, ROAD_WIDTH_M = 300.0, 240.0, 16.0
_TURN_DEG = 7.0
# How far an inner corner may stray, as a share of its cell: beyond a quarter the cells could fold.
_STRAY = 0.18
_DECIMALS = 9

# What each block is; those not named are farmland.
VILLAGE_CORES: Final = ((2, 1), (1, 4), (3, 6), (2, 8), (6, 1), (8, 4), (5, 7), (6, 9))
TOWN_CENTRES: Final = frozenset({(3, 4), (4, 4), (5, 4), (6, 4)})
PARK: Final = frozenset((east, north) for east in (7, 8, 9) for north in (6, 7, 8, 9))
WOODS: Final = frozenset({(0, 0), (0, 1), (0, 2), (1, 0)})
MINES: Final = ((0, 9), (9, 0))

# Columns and rows of parcels in a block of each kind.
_CUT: Final = {"park": (3, 2), "town": (5, 4), "village": (12, 9), "woods": (4, 3), "mine": (3, 2)}
_FIELD_COLUMNS: Final = (8, 12)
_FIELD_ROWS: Final = 3

Corner = tuple[float, float]


@dataclass(frozen=True)
class Cell:
    """One parcel of a block: its place in the block, whether it lies on a road, its outline in EPSG:4490."""

    column: int
    row: int
    on_road: bool
    shape: shapely.Polygon


@dataclass(frozen=True)
class Block:
    """A block between roads: `kind` is farmland, park, town, village, woods or mine; `village` counts 0–7, `town` 0–1."""

    east: int
    north: int
    kind: str
    town: int
    village: int
    cells: tuple[Cell, ...]
    shape: shapely.Polygon


@dataclass(frozen=True)
class Layout:
    """All blocks, and the roads between them piece by piece, in EPSG:4490."""

    blocks: tuple[Block, ...]
    roads: tuple[shapely.Polygon, ...]


def draw_layout(rng: random.Random) -> Layout:
    """The same county for the same state of `rng`."""
    places = [(east, north) for north in range(BLOCKS_NORTH) for east in range(BLOCKS_EAST)]
    return Layout(tuple(_block(east, north, rng) for east, north in places), tuple(_roads()))


def kind_of(east: int, north: int) -> str:
    """What stands at a place of the board."""
    if (east, north) in VILLAGE_CORES:
        return "village"
    if (east, north) in TOWN_CENTRES:
        return "town"
    if (east, north) in PARK:
        return "park"
    if (east, north) in WOODS:
        return "woods"
    return "mine" if (east, north) in MINES else "farmland"


def _block(east: int, north: int, rng: random.Random) -> Block:
    kind = kind_of(east, north)
    columns, rows = _CUT.get(kind) or (rng.randint(*_FIELD_COLUMNS), _FIELD_ROWS)
    corners = _corners(east, north, columns, rows, rng)
    cells = []
    for row in range(rows):
        for column in range(columns):
            ring = [corners[row][column], corners[row][column + 1], corners[row + 1][column + 1], corners[row + 1][column]]
            on_road = row in (0, rows - 1) or column in (0, columns - 1)
            cells.append(Cell(column, row, on_road, shapely.Polygon(to_degrees(ring))))
    town = 0 if east < BLOCKS_EAST // 2 else 1
    village = 4 * town + min(3, north * 4 // BLOCKS_NORTH)
    outline = shapely.coverage_union_all([cell.shape for cell in cells])
    return Block(east, north, kind, town, village, tuple(cells), outline)


def _corners(east: int, north: int, columns: int, rows: int, rng: random.Random) -> list[list[Corner]]:
    """The corner points of a block's cells, row by row; those on the edge of the block stray along it only."""
    left, bottom = _origin(east, north)
    wide, high = BLOCK_WIDTH_M / columns, BLOCK_HEIGHT_M / rows
    grid: list[list[Corner]] = []
    for row in range(rows + 1):
        line: list[Corner] = []
        for column in range(columns + 1):
            x = wide * (column + (rng.uniform(-_STRAY, _STRAY) if 0 < column < columns else 0.0))
            y = high * (row + (rng.uniform(-_STRAY, _STRAY) if 0 < row < rows else 0.0))
            line.append((left + x, bottom + y))
        grid.append(line)
    return grid


def _origin(east: int, north: int) -> Corner:
    across, along = BLOCK_WIDTH_M + ROAD_WIDTH_M, BLOCK_HEIGHT_M + ROAD_WIDTH_M
    return (east - BLOCKS_EAST / 2) * across, (north - BLOCKS_NORTH / 2) * along


def _roads() -> list[shapely.Polygon]:
    """Roads around every block: whole ones northward, pieces between them eastward, so that no two overlap."""
    pieces = []
    bottom, top = _origin(0, 0)[1] - ROAD_WIDTH_M, _origin(0, BLOCKS_NORTH)[1]
    for east in range(BLOCKS_EAST + 1):
        right = _origin(east, 0)[0]
        pieces.append(_rectangle(right - ROAD_WIDTH_M, bottom, right, top))
    for east in range(BLOCKS_EAST):
        for north in range(BLOCKS_NORTH + 1):
            left, upper = _origin(east, north)
            pieces.append(_rectangle(left, upper - ROAD_WIDTH_M, left + BLOCK_WIDTH_M, upper))
    return pieces


def _rectangle(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.Polygon(to_degrees([(west, south), (east, south), (east, north), (west, north)]))


def to_degrees(metres: list[Corner]) -> list[Corner]:
    """Points of the board in metres to degrees of EPSG:4490, rounded to a tenth of a millimetre."""
    turn = math.radians(_TURN_DEG)
    spin = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    degrees = LocalFrame(CENTRE_LON, CENTRE_LAT).to_degrees(np.asarray(metres) @ spin.T)
    return [(round(float(lon), _DECIMALS), round(float(lat), _DECIMALS)) for lon, lat in degrees]
