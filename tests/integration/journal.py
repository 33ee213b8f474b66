"""The journal as a job sees it: plain sqlite3, a 30 s busy timeout, nothing of partmark's own code."""

import sqlite3

FULL_REFRESH = (None, None, None)


class journal:
    """A connection to the journal at `path`; close it, or use it in a with."""

    def __init__(self, path):
        self.connection = sqlite3.connect(str(path), timeout=30, isolation_level=None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.connection.close()

    def add(self, plan, granularity, first, outcome="success", last=None, **more):
        """One record in a commit of its own."""
        self.add_all([(plan, granularity, first, last, outcome)], **more)

    def add_all(self, rows, **more):
        """Rows (plan, granularity, first, last, outcome) in one transaction; `more` are further columns, the same for each."""
        columns = ["plan", "granularity", "first", "last", "outcome", *more]
        sql = f"INSERT INTO plan_completion({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            self.connection.executemany(sql, [(*row, *more.values()) for row in rows])
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def add_table(self, table, partition, outcome="success"):
        sql = "INSERT INTO table_completion(table_name, partition, outcome) VALUES (?, ?, ?)"
        self.connection.execute(sql, (table, partition, outcome))

    def rows(self):
        """All plan records in the order of seq, as the oracle takes them."""
        return self.connection.execute("SELECT plan, granularity, first, last, outcome FROM plan_completion ORDER BY seq").fetchall()
