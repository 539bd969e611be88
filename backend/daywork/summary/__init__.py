"""The labour summary (点工汇总): a month of 工 and pay, added up four ways from the same lines."""
