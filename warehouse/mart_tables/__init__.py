"""The marts and the tables that store them, by subject, declared like the tables of `tables.py`."""

from warehouse.mart_tables.cells import SNAPSHOT
from warehouse.mart_tables.closings import ClosingRates, ClosingsLeftOut, TimeListed
from warehouse.mart_tables.disclosure import GROUPS_OF_DISCLOSURE, PayDisclosure
from warehouse.mart_tables.frame import FrameCoverage, PayLadder
from warehouse.mart_tables.history import HISTORIES, Days
from warehouse.mart_tables.ledger import Figures, Lack, NearestFigure, SourceContribution
from warehouse.mart_tables.movement import AdvertMonths, PayChanges
from warehouse.mart_tables.pay import BONUS, ReportedPay, SalaryBands
from warehouse.mart_tables.published import LISTS, PUBLISHED, PayComparison, Standing
from warehouse.mart_tables.shares import Shares

__all__ = [
    "BONUS",
    "GROUPS_OF_DISCLOSURE",
    "HISTORIES",
    "LISTS",
    "PUBLISHED",
    "SNAPSHOT",
    "AdvertMonths",
    "ClosingRates",
    "ClosingsLeftOut",
    "Days",
    "Figures",
    "FrameCoverage",
    "Lack",
    "NearestFigure",
    "PayChanges",
    "PayComparison",
    "PayDisclosure",
    "PayLadder",
    "ReportedPay",
    "SalaryBands",
    "Shares",
    "SourceContribution",
    "Standing",
    "TimeListed",
]
