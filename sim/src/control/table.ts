// Every control call, in one table, and the way of one call.
import { Args } from '../api/args.ts';
import { check } from '../api/field.ts';
import { groupRows, tagRows } from './groups.ts';
import { customerRows, staffRows } from './people.ts';
import { type ControlRow, type Desk, impossible } from './row.ts';
import { callbackRows, clockRows, corpRows, moodRows, readRows } from './settings.ts';

const help: ControlRow = {
  path: 'help',
  method: 'GET',
  quiet: true,
  help: 'this table',
  fields: {},
  run: () => ({
    calls: rows.map((r) => ({
      call: `${r.method} /control/${r.path}`,
      help: r.help,
      fields: r.fields,
    })),
  }),
};

export const rows: readonly ControlRow[] = [
  ...corpRows,
  ...clockRows,
  ...callbackRows,
  ...moodRows,
  ...customerRows,
  ...staffRows,
  ...groupRows,
  ...tagRows,
  ...readRows,
  help,
];

/** Does a control call; throws Impossible with the reason when it cannot be done. */
export async function control(
  desk: Desk,
  method: string,
  path: string,
  given: Record<string, unknown>,
): Promise<unknown> {
  const row = rows.find((r) => r.path === path && r.method === method);
  if (!row) impossible(`no control call ${method} ${path}; GET /control/help lists them`);
  const fault = check(row.fields, given);
  if (fault) impossible(`${fault.field} ${fault.why}`);
  const { sim } = desk;
  if (!row.quiet) sim.journal.add('control', path, { args: given });
  return await row.run({ desk, sim, world: sim.world, args: new Args(given) });
}
