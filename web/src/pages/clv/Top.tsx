import { Button, Card } from 'antd';
import { useState } from 'react';
import { clv, type CustomerClv } from '@/api/clv';
import type { Customer } from '@/api/customers';
import { useMay } from '@/app/session';
import { ErrorNotice } from '@/components/ErrorNotice';
import { ExportButton } from '@/components/list/ExportButton';
import { ScrollTable } from '@/components/ScrollTable';
import { useI18n } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';
import { CustomerLink } from '@/pages/merges/CustomerLink';

type Row = Customer & { clv: CustomerClv };

const limit = 20;

/** Who is worth most, page by page. */
export function Top({ weeks }: { weeks: number }) {
  const { t, f } = useI18n();
  const may = useMay();
  const [cursors, setCursors] = useState<string[]>(['']);
  const cursor = cursors.at(-1) ?? '';
  const found = useResource(may('customer_read') ? `clv top ${cursor}` : null, (signal) =>
    clv.customers({ limit, ...(cursor !== '' && { cursor }) }, signal),
  );
  if (!may('customer_read')) return null;
  const next = found.data?.next ?? null;
  return (
    <Card
      title={<h2 className="card-title">{t('clv.top_question', { weeks })}</h2>}
      extra={<ExportButton size="small" what="clv_customers" />}
    >
      {found.error !== undefined && <ErrorNotice error={found.error} retry={found.reload} />}
      <ScrollTable<Row>
        size="small"
        rowKey="id"
        pagination={false}
        loading={{ spinning: found.loading, delay: 300 }}
        dataSource={found.data?.items ?? []}
        columns={[
          { title: t('clv.customer'), render: (_, customer) => <CustomerLink customer={customer} /> },
          { title: t('clv.clv'), align: 'right', render: (_, { clv: v }) => f.money(v.clv_fen) },
          { title: t('clv.alive'), align: 'right', render: (_, { clv: v }) => f.percent(v.alive) },
          {
            title: t('clv.band_purchases'),
            align: 'right',
            render: (_, { clv: v }) => f.number(v.purchases, 1),
          },
          { title: t('clv.each'), align: 'right', render: (_, { clv: v }) => f.money(v.value_fen) },
          { title: t('clv.repeats'), align: 'right', render: (_, { clv: v }) => f.number(v.repeats) },
          { title: t('clv.last_day'), align: 'right', render: (_, { clv: v }) => f.day(v.last_day) },
          { title: t('customer.spend'), align: 'right', render: (_, { spend_fen }) => f.money(spend_fen) },
        ]}
      />
      <div className="toolbar-actions clv-pager">
        <Button
          size="small"
          disabled={cursors.length === 1}
          onClick={() => setCursors((all) => all.slice(0, -1))}
        >
          {t('clv.previous')}
        </Button>
        <Button
          size="small"
          disabled={next === null}
          onClick={() => next !== null && setCursors((all) => [...all, next])}
        >
          {t('list.next_page')}
        </Button>
      </div>
    </Card>
  );
}
