/** The service `sql`: databases that lookups may read. Implemented in `db/`. */
export interface SqlLookups {
  /**
   * Prepares a SELECT on a SQLite file that is opened for reading only. Throws `database_missing`, `bad_query` and what opening a
   * database throws.
   */
  prepare(file: string, query: string): SqlQuery;
}

export interface SqlQuery {
  /** Names of the columns that it gives. */
  readonly columns: readonly string[];
  /** The first row for named parameters; undefined where there is none. */
  first(parameters: Readonly<Record<string, string | number>>): readonly unknown[] | undefined;
  close(): void;
}
