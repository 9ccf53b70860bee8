import { Alert, Button, Space } from 'antd';
import { useMemo, useState } from 'react';
import { useSearchParams } from 'wouter';
import type { Query } from '@/api/client';
import { type Handover, handovers, type HandoverState, type LeftStaff } from '@/api/handovers';
import { EmptyState } from '@/components/EmptyState';
import { ListPage } from '@/components/list/ListPage';
import type { Column, Filter } from '@/components/list/types';
import { StatusTag, type Tone } from '@/components/StatusTag';
import { useI18n, useT } from '@/i18n/I18nProvider';
import { staffOptions } from '@/lib/options';
import { useResource } from '@/lib/useResource';
import { HandoverDrawer } from './HandoverDrawer';
import { NewHandover } from './NewHandover';
import './handovers.css';
import './words';

const tones: Record<HandoverState, Tone> = {
  making: 'busy',
  running: 'busy',
  done: 'good',
  stopped: 'quiet',
};
/** The address also says that one is being made, which is no filter. */
const load = (query: Query, signal: AbortSignal) => handovers.list({ ...query, new: undefined }, signal);
const states: HandoverState[] = ['running', 'done', 'stopped'];

/** Customers and groups that pass from staff who leave or move to others, at WeCom. */
export default function Handovers() {
  const { t, f } = useI18n();
  const [address, setAddress] = useSearchParams();
  const [version, setVersion] = useState(0);
  const [open, setOpen] = useState<string | null>(null);
  const making = address.get('new');
  const left = useResource(`left ${version}`, handovers.left);
  const changed = () => setVersion((n) => n + 1);
  const make = (from: string | null) => {
    const rest = [...address].filter(([key]) => key !== 'new');
    setAddress(from === null ? rest : [...rest, ['new', from]]);
  };
  const columns = useMemo<Column<Handover>[]>(
    () => [
      {
        key: 'from_staff',
        member: 'from_staff.name',
        title: t('handover.from'),
        render: ({ id, from_staff }) => (
          <Button type="link" size="small" className="handover-open" onClick={() => setOpen(id)}>
            {from_staff?.name ?? '—'}
          </Button>
        ),
      },
      { key: 'kind', title: t('handover.kind'), render: ({ kind }) => t(`handover_kind.${kind}`) },
      {
        key: 'rule',
        member: null,
        title: t('handover.rule'),
        render: ({ rule }) => t(`handover_rule.${rule}`),
      },
      {
        key: 'state',
        title: t('column.state'),
        render: ({ state }) => <StatusTag tone={tones[state]}>{t(`handover_state.${state}`)}</StatusTag>,
      },
      {
        key: 'customers',
        member: ['customers.all', 'customers.passed'],
        title: t('handover.accepted'),
        align: 'right',
        render: ({ customers }) => `${f.number(customers.passed)} / ${f.number(customers.all)}`,
      },
      {
        key: 'lost',
        member: 'customers.lost',
        title: t('handover.lost'),
        align: 'right',
        render: ({ customers }) => f.number(customers.lost),
      },
      {
        key: 'groups',
        member: null,
        title: t('handover.groups'),
        align: 'right',
        render: ({ groups }) => `${f.number(groups.passed)} / ${f.number(groups.all)}`,
      },
      { key: 'reason', title: t('handover.reason'), render: ({ reason }) => reason },
      {
        key: 'created_s',
        title: t('column.created'),
        render: ({ created_s }) => f.time(created_s),
      },
    ],
    [t, f],
  );
  const filters = useMemo<Filter[]>(
    () => [
      {
        kind: 'choice',
        key: 'state',
        label: t('column.state'),
        options: states.map((value) => ({ value, label: t(`handover_state.${value}`) })),
      },
      { kind: 'remote', key: 'from_staff_id', label: t('handover.from'), load: staffOptions },
    ],
    [t],
  );
  return (
    <>
      <Left found={left.data?.items ?? []} make={make} />
      <ListPage<Handover>
        name="handovers"
        columns={columns}
        filters={filters}
        load={load}
        rowKey={({ id }) => id}
        paging="cursor"
        version={version}
        actions={
          <Button type="primary" onClick={() => make('')}>
            {t('handover.new')}
          </Button>
        }
        empty={<EmptyState title={t('handover.none')} hint={t('handover.none_hint')} />}
      />
      {making !== null && <NewHandover from={making} done={changed} onClose={() => make(null)} />}
      <HandoverDrawer id={open} changed={changed} onClose={() => setOpen(null)} />
    </>
  );
}

/** Staff who left and still have customers, each with the way to hand them over. */
function Left({ found, make }: { found: LeftStaff[]; make: (from: string) => void }) {
  const t = useT();
  if (found.length === 0) return null;
  return (
    <Alert
      type="warning"
      showIcon
      className="handover-left"
      title={t('handover.left')}
      description={found.map(
        ({ staff, customers }) =>
          staff && (
            <Space key={staff.id} wrap>
              <strong>{staff.name}</strong>
              {t('handover.left_people', { n: customers })}
              <Button
                size="small"
                aria-label={`${t('handover.staff_action')} ${staff.name}`}
                onClick={() => make(staff.id)}
              >
                {t('handover.staff_action')}
              </Button>
            </Space>
          ),
      )}
    />
  );
}
