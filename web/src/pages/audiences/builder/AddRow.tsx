import { PlusOutlined } from '@ant-design/icons';
import { Button, Dropdown } from 'antd';
import { useT } from '@/i18n/I18nProvider';
import type { Key } from '@/i18n/text';
import type { Row } from '@/lib/audience/rows';

interface Choice {
  label: Key;
  row: Row;
}

const name = (what: 'city' | 'province' | 'source' | 'stage' | 'staff'): Row => ({
  kind: 'name',
  not: false,
  what,
  names: [],
});
const number = (what: 'age' | 'rfm.r' | 'rfm.f' | 'rfm.m', value: number): Row => ({
  kind: 'number',
  not: false,
  what,
  op: '>=',
  value,
});

/** Every kind of row, in the groups one looks for them. */
const choices: { group: Key; rows: Choice[] }[] = [
  {
    group: 'builder.behaviour',
    rows: [
      { label: 'row.ever', row: { kind: 'ever', not: false, event: 'order', window: 'last 90d' } },
      {
        label: 'row.measure',
        row: {
          kind: 'measure',
          not: false,
          measure: 'count',
          event: 'order',
          window: 'last 90d',
          op: '>=',
          value: 2,
        },
      },
      {
        label: 'row.seq',
        row: { kind: 'seq', not: false, steps: ['view', 'order'], within: '7d', window: 'last 90d' },
      },
      { label: 'row.spend', row: { kind: 'spend', not: false, window: 'last 365d', op: '>=', value: 500 } },
      { label: 'row.due', row: { kind: 'due', not: false, name: '', window: 'next 7d' } },
    ],
  },
  {
    group: 'builder.marks',
    rows: [
      { label: 'row.tag', row: { kind: 'tag', not: false, names: [] } },
      { label: 'row.tier', row: { kind: 'tier', not: false, model: '', names: [] } },
      { label: 'row.stage', row: name('stage') },
      { label: 'row.audience', row: { kind: 'audience', not: false, name: '' } },
      { label: 'row.sample', row: { kind: 'sample', not: false, name: '', percent: 10 } },
      { label: 'row.rfm_r', row: number('rfm.r', 4) },
      { label: 'row.rfm_f', row: number('rfm.f', 4) },
      { label: 'row.rfm_m', row: number('rfm.m', 4) },
    ],
  },
  {
    group: 'builder.person',
    rows: [
      { label: 'row.city', row: name('city') },
      { label: 'row.province', row: name('province') },
      { label: 'row.gender', row: { kind: 'gender', not: false, value: 'female' } },
      { label: 'row.age', row: number('age', 18) },
      { label: 'row.birthday', row: { kind: 'time', not: false, what: 'birthday', window: 'next 7d' } },
      { label: 'row.nickname', row: { kind: 'contains', not: false, value: '' } },
    ],
  },
  {
    group: 'builder.relation',
    rows: [
      { label: 'row.friend', row: { kind: 'flag', not: false, what: 'friend' } },
      { label: 'row.added', row: { kind: 'time', not: false, what: 'added', window: 'last 30d' } },
      { label: 'row.first', row: { kind: 'time', not: false, what: 'first', window: 'last 30d' } },
      { label: 'row.source', row: name('source') },
      { label: 'row.staff', row: name('staff') },
      { label: 'row.team', row: { kind: 'team', not: false, names: [] } },
      { label: 'row.group', row: { kind: 'group', not: false, names: [] } },
      { label: 'row.no_marketing', row: { kind: 'flag', not: true, what: 'no_marketing' } },
    ],
  },
];

export function AddRow({ onAdd }: { onAdd: (row: Row) => void }) {
  const t = useT();
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        className: 'row-menu',
        items: choices.map(({ group, rows }) => ({
          type: 'group' as const,
          label: t(group),
          children: rows.map(({ label, row }) => ({
            key: label,
            label: t(label),
            onClick: () => onAdd(row),
          })),
        })),
      }}
    >
      <Button icon={<PlusOutlined />}>{t('builder.add')}</Button>
    </Dropdown>
  );
}
