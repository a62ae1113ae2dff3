"""XLSForm workbooks: read into a questionnaire with a report of every row, and written from one."""
