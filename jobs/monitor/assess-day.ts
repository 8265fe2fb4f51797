import { attribute } from './attribution.ts';
import { checkDecline } from './decline.ts';
import { checkFigure } from './figure-check.ts';
import type { Finding, Level } from './finding.ts';
import { FEWEST_DAYS, LIMITS, type Limits } from './limits.ts';
import { Marks } from './marks.ts';
import { measuresOf, VOLUME } from './measures.ts';
import { movementAt } from './movement.ts';
import { type Panel, panelOf } from './panel.ts';
import { softenPromotions } from './promotion-like.ts';
import type { ShopHistory } from './shop-history.ts';
import { checkSilence } from './silence.ts';

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
      const measures = measuresOf(history).filter(({ check }) => limits[check] || check === VOLUME.check);
      return { level, history, panels: measures.map((measure) => panelOf(history, measure, marks)) };
    });
  }

  /** All findings of a day, failing or not, those that explain others named as their cause. */
  assess(column: number): Finding[] {
    const findings = this.#levels.flatMap((level) => this.#assessLevel(level, column));
    softenPromotions(findings);
    attribute(findings);
    return findings;
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
    const { limits, marks, fewest } = this.#options;
    const movement = movementAt(panel, column);
    const limit = limits[panel.measure.check];
    const check = limit && { panel, movement, level, limit, fewest, marks };
    const { decline } = limits;
    return panel.rows.flatMap((_, row) => {
      const figure = check && checkFigure(check, row, column);
      const isDecline = decline && panel.measure === VOLUME && level !== 'category';
      const slow = isDecline ? checkDecline({ panel, movement, level, limit: decline }, row, column) : undefined;
      return [figure, slow].filter((each) => each !== undefined);
    });
  }
}
