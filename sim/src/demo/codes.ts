// The codes that people scan in the live demo, made through Koi once: a key makes one of each,
// however often the demo is started.
import { type Koi, Refused } from './koi.ts';

interface Named {
  id: string;
  name: string;
}

const hello = [
  { customer: 'new', text: '你好 {name}，欢迎来到锦池茶饮，第一杯立减五元，到店出示即可。' },
  { customer: 'any', text: '{name}，又见面了！今天的新品是桂花乌龙。' },
];

/** Two staff codes with a greeting and a tag, and a group code. */
export async function makeCodes(koi: Koi): Promise<void> {
  const staff = (await koi.get<{ items: Named[] }>('/api/staff?limit=60')).items;
  const groups = (await koi.get<{ items: Named[] }>('/api/groups?limit=2')).items;
  const tags = await koi.get<{ categories: { groups: { name: string; tags: Named[] }[] }[] }>(
    '/api/tags',
  );
  const all = tags.categories.flatMap((c) => c.groups.flatMap((g) => g.tags));
  const tag = (name: string): string[] => all.filter((t) => t.name === name).map((t) => t.id);
  const members = (from: number): object[] =>
    staff.slice(from, from + 6).map((s) => ({ staff_id: s.id }));
  await code(koi, 'live-poster', {
    ...{ kind: 'staff', name: '门店海报', members: members(0), welcomes: hello },
    tags: tag('周末到店'),
  });
  await code(koi, 'live-parcel', {
    ...{ kind: 'staff', name: '外卖包裹卡', members: members(6), welcomes: hello },
    tags: tag('奶茶'),
  });
  await code(koi, 'live-group', {
    ...{ kind: 'group', name: '福利群入群码', groups: groups.map((g) => g.id) },
    page_text: '每天中午十二点发当日福利，新品先到先尝；只聊茶和点心，不发广告。',
  });
}

async function code(koi: Koi, key: string, body: object): Promise<void> {
  try {
    await koi.post('/api/codes', { ...body, key });
  } catch (e) {
    // One that an operator has ended, or changed, stays as it is.
    if (!(e instanceof Refused) || e.status !== 409) throw e;
  }
}
