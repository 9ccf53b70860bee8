// Everything the simulator answers for WeCom, in one table. What is not here is not simulated.
import type { Endpoint } from './endpoint.ts';
import { acquisitionRows } from './endpoints/acquisition.ts';
import { basic } from './endpoints/basic.ts';
import { customerRows, tagRows } from './endpoints/customer.ts';
import { conversionRows, directoryRows } from './endpoints/directory.ts';
import { mediaRows } from './endpoints/media.ts';
import { appMessageRows, messageRows } from './endpoints/message.ts';
import { momentRows } from './endpoints/moment.ts';
import { transferRows } from './endpoints/transfer.ts';
import { contactWayRows, groupRows, templateRows } from './endpoints/way.ts';

export const endpoints: readonly Endpoint[] = [
  ...basic,
  ...directoryRows,
  ...conversionRows,
  ...customerRows,
  ...tagRows,
  ...transferRows,
  ...contactWayRows,
  ...groupRows,
  ...templateRows,
  ...messageRows,
  ...momentRows,
  ...mediaRows,
  ...appMessageRows,
  ...acquisitionRows,
];

export const byPath: ReadonlyMap<string, Endpoint> = new Map(endpoints.map((e) => [e.path, e]));
