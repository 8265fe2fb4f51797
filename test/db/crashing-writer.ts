import { openWarehouse } from '../../db/warehouse-writer.ts';
import { fileToLoad, pour, randomFrom, randomSales } from './loader.ts';

/** Loads a file into the database named, and kills this very process before the commit named. */
const [, , file, dieAt] = process.argv;
const warehouse = openWarehouse(file!);
const runId = warehouse.startRun({ trigger: 'test', startedAt: 0 });
const plan = {
  name: 'a.csv',
  sales: randomSales(2_000, randomFrom(5)),
  batchRows: 100,
  commitEvery: 2,
  deadLetters: 3,
};
pour(warehouse, warehouse.openFile(fileToLoad(runId, plan)), plan, (number) => {
  if (number === Number(dieAt)) process.kill(process.pid, 'SIGKILL');
});
warehouse.close();
