"""Money that reaches workers: advances (借支) lent before payday, payments, and the ledger of both
against what was earned."""
