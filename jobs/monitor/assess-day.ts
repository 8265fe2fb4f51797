import { attribute } from './attribution.ts';
import { checkDecline } from './decline.ts';
import { checkFigure } from './figure-check.ts';
import type { Finding, Level } from './finding.ts';
import { groupFindings } from './group-findings.ts';
import { FEWEST_DAYS, LIMITS, type Limits, limitFor } from './limits.ts';
import { Marks } from './marks.ts';
import { measuresOf, PRICE, VOLUME } from './measures.ts';
import { movementAt } from './movement.ts';
import { type Panel, panelOf } from './panel.ts';
import { type Change, changeOf, softenPromotions } from './promotion-like.ts';
import type { ShopHistory } from './shop-history.ts';
import { checkSilence } from './silence.ts';

/** What is known of files, and so of datasets, which sales are not told apart by. */
const OF_FILES = new Set(['volume', 'dead-letters', 'duplicates', 'null-rate']);

/** Histories of the same days, each of rows of one level. */
export type Histories = readonly (readonly [Level, ShopHistory])[];

export interface AssessOptions {
  readonly limits?: Limits;
  readonly marks?: Marks;
  /** Days of history before anything is said. */
  readonly fewest?: number;
}

interface Watched {
  readonly level: Level;
  readonly history: ShopHistory;
  readonly panels: readonly Panel[];
}

/**
 * The daily checks over a shop's histories. Looks at one day at a time, and at no later one: the same days give the same findings
 * whatever comes after them.
 */
export class Assessor {
  readonly #levels: readonly Watched[];
  readonly #options: Required<AssessOptions>;

  constructor(
    histories: Histories,
    { limits = LIMITS, marks = new Marks(), fewest = FEWEST_DAYS }: AssessOptions = {},
  ) {
    this.#options = { limits, marks, fewest };
    this.#levels = histories.map(([level, history]) => {
      const measures = measuresOf(history).filter(
        ({ check }) => (limits[check] || check === VOLUME.check) && (level !== 'dataset' || OF_FILES.has(check)),
      );
      return { level, history, panels: measures.map((measure) => panelOf(history, measure, marks)) };
    });
  }

  /** All findings of a day, failing or not, those that explain others named as their cause. */
  assess(column: number): Finding[] {
    const findings = this.#levels.flatMap((level) => this.#assessLevel(level, column));
    softenPromotions(findings, (finding, days) => this.#changeBefore(finding, days));
    const all = [...findings, ...groupFindings(findings)];
    attribute(all);
    return all;
  }

  #changeBefore({ row, level, column }: Finding, days: number): Change {
    const watched = this.#levels.find((each) => each.level === level);
    if (!watched || column < days) return changeOf([]);
    const panels = watched.panels.filter(({ measure }) => measure === PRICE || measure === VOLUME);
    return changeOf(
      panels.flatMap((panel) => this.#checkRow(level, panel, watched.history.rows.indexOf(row), column - days)),
    );
  }

  #assessLevel({ level, history, panels }: Watched, column: number): Finding[] {
    return panels.flatMap((panel) => {
      const found = this.#assessPanel(level, panel, column);
      return panel.measure === VOLUME && level === 'store'
        ? [...this.#silences(panel, history, column), ...found]
        : found;
    });
  }

  #silences(panel: Panel, { figures }: ShopHistory, column: number): Finding[] {
    const { limits, marks, fewest } = this.#options;
    const limit = limits.freshness;
    if (!limit) return [];
    const check = { panel, rejected: figures.rejected, limit, fewest, marks };
    return panel.rows.map((_, row) => checkSilence(check, row, column));
  }

  #assessPanel(level: Level, panel: Panel, column: number): Finding[] {
    const movement = movementAt(panel, column);
    return panel.rows.flatMap((_, row) => this.#checkRow(level, panel, row, column, movement));
  }

  #checkRow(level: Level, panel: Panel, row: number, column: number, movement = movementAt(panel, column)): Finding[] {
    const { limits, marks, fewest } = this.#options;
    const { check, follows } = panel.measure;
    const limit = limits[check] && limitFor(limits[check], level, follows);
    const figure = limit && checkFigure({ panel, movement, level, limit, fewest, marks }, row, column);
    const { decline } = limits;
    const mayDecline = decline && panel.measure === VOLUME && level === 'store' && movement.by !== 'nothing';
    const slow = mayDecline ? checkDecline({ panel, movement, level, limit: decline }, row, column) : undefined;
    return [figure, slow].filter((each) => each !== undefined);
  }
}
