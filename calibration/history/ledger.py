"""What becomes of every row of a file: kept, or dropped for a reason that is counted."""

from calibration.history.table import CsvTable, Row
from sim.scenario.record import RowsRead


class Ledger:
    """Judges each row of a table once; ``settled`` makes sure that none was forgotten."""

    def __init__(self, table: CsvTable, label: str = "") -> None:
        self._table = table
        self._label = label
        self._reasons: dict[int, str | None] = {}

    def keep(self, row: Row) -> None:
        """The record rests on this row."""
        self._judge(row, None)

    def drop(self, row: Row, reason: str) -> None:
        """The row is left out. The reason completes «3 dropped: 2 …»."""
        self._judge(row, reason)

    def _judge(self, row: Row, reason: str | None) -> None:
        if row.line in self._reasons:
            raise RuntimeError(f"{self._table.shown}:{row.line}: judged twice")
        self._reasons[row.line] = reason

    def settled(self) -> RowsRead:
        """The count. Raises RuntimeError for a row that nobody judged: a mistake of ours, not the user's."""
        if len(self._reasons) != self._table.read:
            raise RuntimeError(
                f"{self._table.shown}: {self._table.read} rows read, {len(self._reasons)} judged"
            )
        dropped: dict[str, int] = {}
        for reason in self._reasons.values():
            if reason is not None:
                dropped[reason] = dropped.get(reason, 0) + 1
        file = f"{self._table.name} ({self._label})" if self._label else self._table.name
        kept = self._table.read - sum(dropped.values())
        return RowsRead(file=file, read=self._table.read, kept=kept, dropped=dropped)
