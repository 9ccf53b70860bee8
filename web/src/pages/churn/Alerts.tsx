import { Button } from 'antd';
import { useMemo, useState } from 'react';
import { Link } from 'wouter';
import { churn, type ChurnAlert } from '@/api/churn';
import { useMay } from '@/app/session';
import { EmptyState } from '@/components/EmptyState';
import { ListPage } from '@/components/list/ListPage';
import type { Column, Filter } from '@/components/list/types';
import { StatusTag } from '@/components/StatusTag';
import { useI18n } from '@/i18n/I18nProvider';
import { staffOptions } from '@/lib/options';
import { SeeTo } from './SeeTo';

/** Customers who matter and went, newest first. */
export function Alerts() {
  const { t, f } = useI18n();
  const may = useMay();
  const write = may('customer_write');
  const [version, setVersion] = useState(0);
  const [chosen, setChosen] = useState<ChurnAlert | null>(null);
  const columns = useMemo<Column<ChurnAlert>[]>(
    () => [
      { key: 'at_s', title: t('churn.when'), render: ({ at_s }) => f.time(at_s) },
      {
        key: 'customer',
        member: ['customer.id', 'customer.name'],
        title: t('churn.who'),
        render: ({ customer }) => (
          <Link href={`/customers?open=${customer.id}`}>{customer.name ?? customer.id}</Link>
        ),
      },
      {
        key: 'kind',
        member: ['kind', 'group.name'],
        title: t('churn.what'),
        render: ({ kind, group }) => [t(`churn_kind.${kind}`), group?.name].filter(Boolean).join(' · '),
      },
      {
        key: 'staff',
        member: 'staff.name',
        title: t('churn.whose'),
        render: ({ staff }) => staff?.name ?? '—',
      },
      {
        key: 'spend_fen',
        title: t('churn.worth'),
        align: 'right',
        render: ({ spend_fen }) => f.money(spend_fen),
      },
      {
        key: 'why',
        member: ['why', 'matched'],
        title: t('churn.why'),
        render: ({ why, matched }) => t(`churn_why.${why}`, { name: matched }),
      },
      {
        key: 'known',
        member: ['added_s', 'last_order_s', 'friends'],
        title: t('churn.known'),
        render: (alert) => <Known alert={alert} />,
      },
      {
        key: 'state',
        member: ['handled_s', 'assigned.name', 'note', 'account'],
        title: t('churn.state'),
        render: (alert) => <State alert={alert} />,
      },
      {
        key: 'actions',
        member: null,
        title: t('column.actions'),
        render: (alert) =>
          write && (
            <Button size="small" type="link" onClick={() => setChosen(alert)}>
              {t('churn.see_to')}
            </Button>
          ),
      },
    ],
    [t, f, write],
  );
  const filters = useMemo<Filter[]>(
    () => [
      {
        kind: 'choice',
        key: 'state',
        label: t('churn.state'),
        options: (['open', 'handled'] as const).map((value) => ({ value, label: t(`churn.${value}`) })),
      },
      {
        kind: 'choice',
        key: 'kind',
        label: t('churn.what'),
        options: (['friend_delete', 'group_leave'] as const).map((value) => ({
          value,
          label: t(`churn_kind.${value}`),
        })),
      },
      { kind: 'remote', key: 'staff_id', label: t('churn.whose'), load: staffOptions },
    ],
    [t],
  );
  return (
    <>
      <p className="soft">{t('churn.rule')}</p>
      <ListPage<ChurnAlert>
        name="churn"
        columns={columns}
        filters={filters}
        load={churn.list}
        rowKey={({ id }) => id}
        paging="cursor"
        version={version}
        empty={<EmptyState title={t('churn.none')} hint={t('churn.none_hint')} />}
      />
      {chosen && (
        <SeeTo alert={chosen} done={() => setVersion((n) => n + 1)} onClose={() => setChosen(null)} />
      )}
    </>
  );
}

/** WeCom tells no reason: what may explain it. */
function Known({ alert: { added_s, at_s, last_order_s, friends } }: { alert: ChurnAlert }) {
  const { t, f } = useI18n();
  const facts = [
    added_s !== null && t('churn.friend_for', { time: f.duration(Math.max(0, at_s - added_s)) }),
    last_order_s === null ? t('churn.no_order') : t('churn.last_order', { day: f.date(last_order_s) }),
    friends > 0 ? t('churn.others', { n: friends }) : t('churn.no_others'),
  ];
  return facts.filter(Boolean).join(' · ');
}

function State({ alert: { handled_s, assigned, note } }: { alert: ChurnAlert }) {
  const { t } = useI18n();
  return (
    <>
      <StatusTag tone={handled_s === null ? 'warn' : 'good'}>
        {t(handled_s === null ? 'churn.open' : 'churn.handled')}
      </StatusTag>{' '}
      {assigned?.name}
      {note !== null && note !== '' && <div className="soft">{note}</div>}
    </>
  );
}
