import { useMemo } from 'react';
import { Link } from 'wouter';
import { people, type Staff as StaffRow } from '@/api/catalogue';
import { useMay } from '@/app/session';
import { EmptyState } from '@/components/EmptyState';
import { ListPage } from '@/components/list/ListPage';
import type { Column, Filter } from '@/components/list/types';
import { StatusTag } from '@/components/StatusTag';
import { useI18n } from '@/i18n/I18nProvider';
import { departmentOptions } from '@/lib/options';

export default function Staff() {
  const { t, f } = useI18n();
  const hand = useMay()('handover_write');
  const columns = useMemo<Column<StaffRow>[]>(
    () => [
      { key: 'name', title: t('column.name'), render: ({ name }) => <strong>{name}</strong> },
      { key: 'userid', title: t('staff.userid'), render: ({ userid }) => <code>{userid}</code> },
      {
        key: 'department',
        member: 'department.name',
        title: t('customer.department'),
        render: ({ department }) => department?.name ?? '—',
      },
      { key: 'title', title: t('staff.title'), render: ({ title }) => title ?? '—' },
      {
        key: 'status',
        title: t('column.state'),
        render: ({ status }) => (
          <StatusTag tone={status === 'active' ? 'good' : 'quiet'}>{t(`staff_status.${status}`)}</StatusTag>
        ),
      },
      {
        key: 'customers',
        title: t('staff.customers'),
        align: 'right',
        render: ({ id, customers }) => <Link href={`/customers?staff_id=${id}`}>{f.number(customers)}</Link>,
      },
      ...(hand
        ? [
            {
              key: 'hand_over',
              member: null,
              title: t('column.actions'),
              render: ({ id }: StaffRow) => <Link href={`/handovers?new=${id}`}>{t('staff.hand_over')}</Link>,
            },
          ]
        : []),
    ],
    [t, f, hand],
  );
  const filters = useMemo<Filter[]>(
    () => [
      { kind: 'text', key: 'q', label: t('staff.search') },
      { kind: 'remote', key: 'department_id', label: t('customer.department'), load: departmentOptions },
    ],
    [t],
  );
  return (
    <ListPage<StaffRow>
      name="staff"
      columns={columns}
      filters={filters}
      load={people.staff}
      rowKey={({ id }) => id}
      paging="cursor"
      empty={<EmptyState title={t('staff.none')} hint={t('staff.none_hint')} />}
    />
  );
}
