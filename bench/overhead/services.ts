import { openWarehouse } from '../../db/warehouse-writer.ts';
import type { Services } from '../../engine/services.ts';
import type { Warehouse, WriteTallies } from '../../operators/warehouse.ts';

interface Options {
  readonly database: string;
  /** Leave the money out of what the warehouse reports, as a run does that measures none. */
  readonly withoutMoney: boolean;
}

export function createServices(options: unknown): Services {
  const { database, withoutMoney } = options as Options;
  const warehouse = openWarehouse(database);
  return { warehouse: withoutMoney ? moneyless(warehouse) : warehouse };
}

export function closeServices({ warehouse }: Services): void {
  (warehouse as Warehouse).close();
}

function moneyless(warehouse: Warehouse): Warehouse {
  const insert = warehouse.insert.bind(warehouse);
  warehouse.insert = (batch): WriteTallies => {
    const { inserted, updated, unchanged } = insert(batch);
    const recordsOf = ({ records }: { records: number }) => ({ records, amount: 0 });
    return { inserted: recordsOf(inserted), updated: recordsOf(updated), unchanged: recordsOf(unchanged) };
  };
  return warehouse;
}
