import { Button, Card, Segmented, Space } from 'antd';
import { useMemo, useState } from 'react';
import { Link } from 'wouter';
import { type AudienceMove, audiences } from '@/api/audiences';
import { EmptyState } from '@/components/EmptyState';
import { ErrorNotice } from '@/components/ErrorNotice';
import { ExportButton } from '@/components/list/ExportButton';
import { ScrollTable } from '@/components/ScrollTable';
import { StatusTag } from '@/components/StatusTag';
import { useI18n } from '@/i18n/I18nProvider';
import { useEachMinute } from '@/lib/useEachMinute';
import { useResource } from '@/lib/useResource';
import { customerColumns } from '@/pages/customers/columns';

const ways = ['all', 'entered', 'left'] as const;
type Way = (typeof ways)[number];

const shown = new Set(['nickname', 'phone', 'tags', 'orders', 'last_order', 'city', 'staff']);
const page = 20;
const most = 200;

/** Who entered and who left lately, newest first; more of them on demand, all of them as an export. */
export function MovesList({ id }: { id: string }) {
  const { t } = useI18n();
  const [way, setWay] = useState<Way>('all');
  const [limit, setLimit] = useState(page);
  const query = { ...(way !== 'all' && { way }), limit };
  const found = useResource(`${id} ${way} ${limit}`, (signal) => audiences.moves(id, query, signal));
  useEachMinute(found.reload);
  const more = found.data?.next && limit < most;
  return (
    <Card
      className="audience-moves"
      title={<h2 className="card-title">{t('moves.title')}</h2>}
      extra={
        <Space wrap>
          <Segmented<Way>
            size="small"
            aria-label={t('moves.way')}
            value={way}
            onChange={setWay}
            options={ways.map((value) => ({ value, label: t(`moves.${value}`) }))}
          />
          <ExportButton
            size="small"
            what="audience_moves"
            filter={{ audience_id: id, ...(way !== 'all' && { way }) }}
          />
        </Space>
      }
    >
      {found.error !== undefined && <ErrorNotice error={found.error} retry={found.reload} />}
      <MovesTable moves={found.data?.items} loading={found.loading} />
      {more && (
        <Button loading={found.loading} onClick={() => setLimit((n) => Math.min(n + 3 * page, most))}>
          {t('moves.older')}
        </Button>
      )}
    </Card>
  );
}

function MovesTable({ moves, loading }: { moves: AudienceMove[] | undefined; loading: boolean }) {
  const { t, f } = useI18n();
  const columns = useMemo(() => customerColumns(t, f).filter(({ key }) => shown.has(key)), [t, f]);
  return (
    <ScrollTable<AudienceMove>
      size="small"
      rowKey="id"
      pagination={false}
      loading={{ spinning: loading, delay: 300 }}
      dataSource={moves ?? []}
      locale={{
        emptyText: moves ? <EmptyState title={t('moves.none')} hint={t('moves.none_hint')} /> : ' ',
      }}
      columns={[
        { key: 'at', title: t('column.time'), render: (_, { at_s }) => f.time(at_s) },
        {
          key: 'way',
          title: t('moves.way'),
          render: (_, { way }) => (
            <StatusTag tone={way === 'entered' ? 'good' : 'quiet'}>{t(`moves.${way}`)}</StatusTag>
          ),
        },
        ...columns.map((column) => ({
          key: column.key,
          title: column.title,
          align: column.align ?? ('left' as const),
          render: (_: unknown, { customer }: AudienceMove) =>
            column.key === 'nickname' ? (
              <Link href={`/customers?open=${customer.id}`}>{column.render(customer)}</Link>
            ) : (
              column.render(customer)
            ),
        })),
      ]}
    />
  );
}
