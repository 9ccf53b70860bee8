/** The filters of the list of customers as an expression, so that "all who match" means the same people. */
import type { Query } from '@/api/client';
import { dayOf } from '@/lib/day';
import {
  audienceOptions,
  departmentNames,
  sourceOptions,
  stageOptions,
  tagOptions,
  tierOptions,
} from '@/lib/options';
import { people } from '@/api/catalogue';
import { builderText, type Row } from './rows';

/** Filters that the language has no words for: a search looks at sealed data. */
export const canSay = (filter: Query): boolean => !filter['q'];

export async function fromFilters(filter: Query, zone: string, signal: AbortSignal): Promise<string> {
  const rows: Row[] = [];
  for (const [key, value] of Object.entries(filter)) {
    const row = value === undefined || value === null ? null : await rowOf(key, String(value), signal);
    if (row) rows.push(row);
  }
  const added = addedRow(filter, zone);
  if (added) rows.push(added);
  const own = typeof filter['expression'] === 'string' ? [textRow(filter['expression'])] : [];
  return builderText({ join: 'and', items: [...rows, ...own].map((row) => ({ row })) });
}

const textRow = (text: string): Row => ({ kind: 'text', not: false, text });

async function rowOf(key: string, value: string, signal: AbortSignal): Promise<Row | null> {
  const label = async (load: typeof tagOptions) =>
    (await load('', signal)).find((option) => option.value === value)?.label ?? '';
  const not = false;
  switch (key) {
    case 'tag_id':
      return { kind: 'tag', not, names: [(await label(tagOptions)).replace(' / ', '/')] };
    case 'stage_id':
      return { kind: 'name', not, what: 'stage', names: [await label(stageOptions)] };
    case 'source_id':
      return { kind: 'name', not, what: 'source', names: [await label(sourceOptions)] };
    case 'audience_id':
      return { kind: 'audience', not, name: await label(audienceOptions) };
    case 'tier_id': {
      const [model = '', ...tier] = (await label(tierOptions)).split(' / ');
      return { kind: 'tier', not, model, names: [tier.join(' / ')] };
    }
    case 'staff_id': {
      const all = (await people.staff({ limit: 200 }, signal)).items;
      return { kind: 'name', not, what: 'staff', names: [all.find(({ id }) => id === value)?.userid ?? ''] };
    }
    case 'department_id':
      return { kind: 'team', not, names: [(await departmentNames(signal)).get(value) ?? ''] };
    case 'city':
      return { kind: 'name', not, what: 'city', names: [value] };
    case 'friend':
      return { kind: 'flag', not: value === 'false', what: 'friend' };
    default:
      return null;
  }
}

/** The window as days: the filter's instants are where days begin. */
function addedRow(filter: Query, zone: string): Row | null {
  const from = filter['added_from'];
  const to = filter['added_to'];
  if (!from && !to) return null;
  const first = from ? dayOf(Number(from), zone) : '1970-01-02';
  const last = to ? dayOf(Number(to) - 1, zone) : '2099-12-31';
  const window = `between ${first} and ${last}`;
  return { kind: 'time', not: false, what: 'added', window };
}
