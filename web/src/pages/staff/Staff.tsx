import { useMemo } from 'react';
import { Link, useSearchParams } from 'wouter';
import { people, type Staff as StaffRow, staffTold } from '@/api/catalogue';
import { useMay } from '@/app/session';
import { EmptyState } from '@/components/EmptyState';
import { ListPage } from '@/components/list/ListPage';
import { RowLink } from '@/components/list/RowLink';
import type { Column, Filter } from '@/components/list/types';
import { useOpen } from '@/components/list/useListState';
import { StatusTag } from '@/components/StatusTag';
import '@/components/transfer/words';
import { useI18n } from '@/i18n/I18nProvider';
import { departmentOptions } from '@/lib/options';
import { DepartmentTree } from './DepartmentTree';
import { LeftBehind } from './LeftBehind';
import { StaffDrawer } from './StaffDrawer';
import { Told } from './Told';
import './staff.css';

const handOver = (title: string, word: string): Column<StaffRow> => ({
  key: 'hand_over',
  member: null,
  title,
  render: ({ id }) => <Link href={`/handovers?new=${id}`}>{word}</Link>,
});

export default function Staff() {
  const { t, f } = useI18n();
  const hand = useMay()('handover_write');
  const [open, setOpen] = useOpen();
  const [query, setQuery] = useSearchParams();
  const pick = (id: string | null) =>
    setQuery((old) => {
      const next = new URLSearchParams(old);
      next.delete('page');
      next.delete('cursor');
      if (id === null) next.delete('department_id');
      else next.set('department_id', id);
      return next;
    });
  const columns = useMemo<Column<StaffRow>[]>(() => {
    const link = (
      key: 'customers' | 'groups' | 'bound',
      title: string,
      href: (id: string) => string,
    ): Column<StaffRow> => ({
      key,
      title,
      align: 'right',
      render: (staff) => <Link href={href(staff.id)}>{f.number(staff[key])}</Link>,
    });
    return [
      {
        key: 'name',
        title: t('column.name'),
        render: ({ id, name }) => <RowLink onClick={() => setOpen(id)}>{name}</RowLink>,
      },
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
      link('customers', t('staff.friends'), (id) => `/customers?staff_id=${id}`),
      link('groups', t('staff.groups'), (id) => `/groups?owner_id=${id}`),
      link('bound', t('staff.bound'), (id) => `/customers?bound_to=${id}`),
      {
        key: 'told',
        member: ['told', 'told_s', 'error.message'],
        title: t('staff.told'),
        render: (staff) => <Told staff={staff} />,
      },
      {
        key: 'left_s',
        title: t('staff.left_at'),
        optional: true,
        render: ({ left_s }) => f.date(left_s),
      },
      ...(hand ? [handOver(t('column.actions'), t('staff.hand_over'))] : []),
    ];
  }, [t, f, setOpen, hand]);
  const filters = useMemo<Filter[]>(
    () => [
      { kind: 'text', key: 'q', label: t('staff.search') },
      { kind: 'remote', key: 'department_id', label: t('customer.department'), load: departmentOptions },
      {
        kind: 'choice',
        key: 'status',
        label: t('staff.status_filter'),
        options: (['active', 'left'] as const).map((value) => ({ value, label: t(`staff_status.${value}`) })),
      },
      {
        kind: 'choice',
        key: 'told',
        label: t('staff.told'),
        options: staffTold.map((value) => ({ value, label: t(`staff_told.${value}`) })),
      },
    ],
    [t],
  );
  return (
    <div className="page-stack">
      <LeftBehind />
      <div className="staff-page">
        <DepartmentTree value={query.get('department_id')} onPick={pick} />
        <ListPage<StaffRow>
          name="staff"
          columns={columns}
          filters={filters}
          load={people.staff}
          rowKey={({ id }) => id}
          paging="cursor"
          empty={<EmptyState title={t('staff.none')} hint={t('staff.none_hint')} />}
          onOpen={({ id }) => setOpen(id)}
        />
      </div>
      <StaffDrawer id={open} onClose={() => setOpen(null)} />
    </div>
  );
}
