import { Button, Popconfirm, Space } from 'antd';
import { useMemo, useState } from 'react';
import { type Customer, type MergeProposal, merges } from '@/api/customers';
import { EmptyState } from '@/components/EmptyState';
import { ListPage } from '@/components/list/ListPage';
import type { Column } from '@/components/list/types';
import { useI18n } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';
import { CustomerLink } from './CustomerLink';

export function Proposals() {
  const { t, f } = useI18n();
  const { busy, run } = useAction();
  const [version, setVersion] = useState(0);
  const columns = useMemo<Column<MergeProposal>[]>(() => {
    const decide = async (id: string, decision: 'accept' | 'reject') => {
      if (await run(() => merges.decide(id, decision), t('saved'))) setVersion((n) => n + 1);
    };
    return [
      {
        key: 'one',
        member: sideOf('one'),
        title: t('merge.one'),
        render: ({ one }) => <Side customer={one} />,
      },
      {
        key: 'other',
        member: sideOf('other'),
        title: t('merge.other'),
        render: ({ other }) => <Side customer={other} />,
      },
      { key: 'reason', title: t('merge.reason'), render: ({ reason }) => t(`merge_proposal.${reason}`) },
      {
        key: 'created',
        member: 'created_s',
        title: t('column.since'),
        render: ({ created_s }) => f.time(created_s),
      },
      {
        key: 'decide',
        member: null,
        title: t('merge.decide'),
        render: ({ id }) => (
          <Space>
            <Popconfirm title={t('merge.sure')} onConfirm={() => void decide(id, 'accept')}>
              <Button size="small" type="primary" disabled={busy}>
                {t('merge.accept')}
              </Button>
            </Popconfirm>
            <Button size="small" disabled={busy} onClick={() => void decide(id, 'reject')}>
              {t('merge.reject')}
            </Button>
          </Space>
        ),
      },
    ];
  }, [t, f, run, busy]);
  return (
    <ListPage<MergeProposal>
      name="merge-proposals"
      what="merge_proposals"
      columns={columns}
      load={merges.proposals}
      rowKey={({ id }) => id}
      paging="cursor"
      version={version}
      empty={<EmptyState title={t('merge.none_open')} hint={t('merge.none_open_hint')} />}
    />
  );
}

const sideOf = (side: string) => [`${side}.id`, `${side}.nickname`, `${side}.phone`];

/** One of the two, with what tells people apart. */
function Side({ customer }: { customer: Customer | null }) {
  const { t, f } = useI18n();
  if (customer === null) return <>—</>;
  const facts = [customer.phone, customer.city, customer.source?.name].filter(Boolean).join(' · ');
  return (
    <>
      <CustomerLink customer={customer} />
      <div className="soft">{facts}</div>
      <div className="soft">
        {t('customer.orders')} {f.number(customer.orders)} · {f.money(customer.spend_fen)}
      </div>
    </>
  );
}
