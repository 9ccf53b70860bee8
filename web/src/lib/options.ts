/** Choices for filters and forms, as the catalogues of the server have them. */
import { audiences, tierModels } from '@/api/audiences';
import { type Department, lookups, people, sources, stages, tags } from '@/api/catalogue';
import type { Option } from '@/components/list/types';

type Load = (q: string, signal: AbortSignal) => Promise<Option[]>;

const matching = (options: Option[], q: string) =>
  options.filter(({ label }) => label.toLowerCase().includes(q.toLowerCase()));
const named = ({ id, name }: { id: string; name: string }): Option => ({ value: id, label: name });

export const tagOptions: Load = async (q, signal) => {
  const { categories } = await tags.all(signal);
  const all = categories.flatMap((category) =>
    category.groups.flatMap((group) =>
      group.tags
        .filter((tag) => !tag.archived)
        .map((tag) => ({ value: tag.id, label: `${group.name} / ${tag.name}` })),
    ),
  );
  return matching(all, q);
};

export const stageOptions: Load = async (q, signal) =>
  matching((await stages.list(signal)).items.map(named), q);
export const sourceOptions: Load = async (q, signal) =>
  matching((await sources.list({}, signal)).items.map(named), q);
export const channelOptions: Load = async (q, signal) =>
  matching((await lookups.channels(signal)).items.map(named), q);
export const staffOptions: Load = async (q, signal) =>
  (await people.staff({ q, limit: 50 }, signal)).items.map(named);
export const activeStaffOptions: Load = async (q, signal) =>
  (await people.staff({ q, limit: 50, status: 'active' }, signal)).items.map(named);
export const audienceOptions: Load = async (q, signal) =>
  (await audiences.list({ q, limit: 200 }, signal)).items.map(named);

export const tierOptions: Load = async (q, signal) => {
  const models = (await tierModels.list(signal)).items;
  const all = models.flatMap((model) =>
    model.tiers.map((tier) => ({ value: tier.id ?? '', label: `${model.name} / ${tier.name}` })),
  );
  return matching(all, q);
};

export const cityOptions: Load = async (q, signal) =>
  (await lookups.cities(q, signal)).items.map(({ name }) => ({ value: name, label: name }));

export const categoryOptions: Load = async (q, signal) =>
  (await audiences.suggest('category', q, null, signal)).items.map((item) => {
    const name = typeof item === 'string' ? item : item.name;
    return { value: name, label: name };
  });

/** The names of departments by id, without what is above them. */
export async function departmentNames(signal: AbortSignal): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  const walk = (list: Department[]) => {
    for (const { id, name, children } of list) {
      names.set(id, name);
      walk(children ?? []);
    }
  };
  walk((await people.departments(signal)).items);
  return names;
}

export const departmentOptions: Load = async (q, signal) => {
  const flat: Option[] = [];
  const walk = (list: Department[], above: string) => {
    for (const { id, name, children } of list) {
      flat.push({ value: id, label: above + name });
      walk(children ?? [], `${above}${name} / `);
    }
  };
  walk((await people.departments(signal)).items, '');
  return matching(flat, q);
};
