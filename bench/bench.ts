/** What the person who starts a benchmark may choose. */
export interface BenchSettings {
  /** Where samples are kept and competitors work. */
  readonly folder: string;
  /** Times that each is measured. */
  readonly rounds: number;
  readonly rows: number;
  /** Ten times the rows as well. */
  readonly large: boolean;
  /** Python, with pandas if the pandas stack is to run. */
  readonly python: string;
  /** Folder of the Online Retail files; not measured without. */
  readonly onlineRetail: string | undefined;
}

export interface Bench {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** Whether competitors take turns, round by round, and what is shown are medians. */
  readonly inRounds: boolean;
  /** Measures and returns the section of the results, Markdown without its heading. Rejects if a result is wrong. */
  run(settings: BenchSettings): Promise<string>;
}
