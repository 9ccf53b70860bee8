import type { Customer } from '@/api/customers';
import type { Column, Filter } from '@/components/list/types';
import { TagList } from '@/components/TagList';
import { TierList } from '@/components/TierMark';
import { RowLink } from '@/components/list/RowLink';
import type { Format } from '@/i18n/format';
import type { T } from '@/i18n/text';
import {
  audienceOptions,
  cityOptions,
  departmentOptions,
  sourceOptions,
  staffOptions,
  stageOptions,
  tagOptions,
  tierOptions,
} from '@/lib/options';

export function customerColumns(t: T, f: Format, open?: (id: string) => void): Column<Customer>[] {
  const nickname = (customer: Customer) => customer.nickname ?? t('customer.no_nickname');
  return [
    {
      key: 'nickname',
      title: t('customer.nickname'),
      width: 150,
      render: (customer) =>
        open ? <RowLink onClick={() => open(customer.id)}>{nickname(customer)}</RowLink> : nickname(customer),
    },
    { key: 'phone', title: t('customer.phone'), width: 120, render: ({ phone }) => phone ?? '—' },
    {
      key: 'tiers',
      title: t('customer.tier'),
      width: 140,
      render: ({ tiers }) => <TierList tiers={tiers} />,
    },
    {
      key: 'stage',
      member: 'stage.name',
      title: t('customer.stage'),
      width: 80,
      render: ({ stage }) => stage?.name ?? '—',
    },
    {
      key: 'tags',
      title: t('customer.tags'),
      width: 240,
      render: ({ tags }) => <TagList tags={tags} most={3} />,
    },
    {
      key: 'staff',
      title: t('customer.staff'),
      width: 130,
      render: ({ staff }) => staff.map(({ name }) => name).join(t('comma')) || '—',
    },
    {
      key: 'orders',
      title: t('customer.orders'),
      width: 90,
      align: 'right',
      sort: 'down',
      render: ({ orders }) => f.number(orders),
    },
    {
      key: 'spend',
      member: 'spend_fen',
      title: t('customer.spend'),
      width: 120,
      align: 'right',
      sort: 'down',
      render: ({ spend_fen }) => f.money(spend_fen),
    },
    {
      key: 'last_order',
      member: 'last_order_s',
      title: t('customer.last_order'),
      width: 120,
      sort: 'down',
      render: ({ last_order_s }) => f.date(last_order_s),
    },
    {
      key: 'added',
      member: 'added_s',
      title: t('customer.added'),
      width: 120,
      sort: 'both',
      render: ({ added_s }) => f.date(added_s),
    },
    {
      key: 'source',
      member: 'source.name',
      title: t('customer.source'),
      width: 110,
      render: ({ source }) => source?.name ?? '—',
    },
    { key: 'city', title: t('customer.city'), width: 90, render: ({ city }) => city ?? '—' },
    ...moreColumns(t, f),
  ];
}

/** What most do not need to see in a list. */
function moreColumns(t: T, f: Format): Column<Customer>[] {
  return [
    {
      key: 'province',
      title: t('customer.province'),
      optional: true,
      render: ({ province }) => province ?? '—',
    },
    {
      key: 'gender',
      title: t('customer.gender'),
      optional: true,
      render: ({ gender }) => (gender ? t(`gender.${gender}`) : '—'),
    },
    {
      key: 'age',
      title: t('customer.age'),
      optional: true,
      align: 'right',
      render: ({ age }) => f.number(age),
    },
    {
      key: 'first',
      member: 'first_s',
      title: t('customer.first'),
      optional: true,
      render: ({ first_s }) => f.date(first_s),
    },
    { key: 'id', title: t('column.id'), optional: true, render: ({ id }) => <code>{id}</code> },
  ];
}

export function customerFilters(t: T, staff: boolean): Filter[] {
  return [
    { kind: 'text', key: 'q', label: t('customer.search') },
    { kind: 'remote', key: 'tag_id', label: t('customer.tags'), load: tagOptions },
    { kind: 'remote', key: 'stage_id', label: t('customer.stage'), load: stageOptions },
    { kind: 'remote', key: 'tier_id', label: t('customer.tier'), load: tierOptions },
    { kind: 'remote', key: 'audience_id', label: t('customer.audience'), load: audienceOptions },
    ...(staff
      ? [
          {
            kind: 'remote',
            key: 'staff_id',
            label: t('customer.staff'),
            load: staffOptions,
          } as const,
          {
            kind: 'remote',
            key: 'department_id',
            label: t('customer.department'),
            load: departmentOptions,
          } as const,
        ]
      : []),
    { kind: 'remote', key: 'source_id', label: t('customer.source'), load: sourceOptions },
    { kind: 'remote', key: 'city', label: t('customer.city'), load: cityOptions },
    {
      kind: 'choice',
      key: 'friend',
      label: t('customer.friend'),
      options: [
        { value: 'true', label: t('customer.is_friend') },
        { value: 'false', label: t('customer.no_friend') },
      ],
    },
    {
      kind: 'days',
      key: 'added',
      label: t('customer.added'),
      from: 'added_from',
      to: 'added_to',
      instants: true,
    },
  ];
}
