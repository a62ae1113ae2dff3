"""Pure statistics: shares with intervals, and disclosure control. No I/O, no domain knowledge."""
