import { Card, Progress } from 'antd';
import { ScrollTable } from '@/components/ScrollTable';
import { useMemo } from 'react';
import { Link } from 'wouter';
import { audiences } from '@/api/audiences';
import type { Customer } from '@/api/customers';
import { ErrorNotice } from '@/components/ErrorNotice';
import { useI18n } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';
import { customerColumns } from '@/pages/customers/columns';

const shown = new Set(['nickname', 'phone', 'tiers', 'tags', 'orders', 'spend', 'last_order', 'city']);

/** How many the expression picks right now, of how many, and ten of them. */
export function LiveCount({ expression }: { expression: string | null }) {
  const { t, f } = useI18n();
  const found = useResource(expression, (signal) => audiences.count(expression ?? 'all', signal));
  const columns = useMemo(() => customerColumns(t, f).filter(({ key }) => shown.has(key)), [t, f]);
  const data = found.data;
  return (
    <Card
      title={
        <h2 className="card-title" aria-live="polite">
          {data ? t('audience.count', { n: data.count, of: data.of }) : t('audience.counting')}
        </h2>
      }
      extra={
        data && (
          <span className="soft">
            {t('audience.took', { ms: f.number(data.took_us / 1000, data.took_us < 10_000 ? 1 : 0) })}
          </span>
        )
      }
    >
      {found.error !== undefined && <ErrorNotice error={found.error} retry={found.reload} />}
      {data && (
        <Progress
          percent={data.of > 0 ? (data.count / data.of) * 100 : 0}
          format={(percent = 0) => f.percent(percent / 100)}
          aria-label={t('audience.share')}
        />
      )}
      <ScrollTable<Customer>
        size="small"
        rowKey="id"
        pagination={false}
        loading={{ spinning: found.loading, delay: 300 }}
        dataSource={data?.sample ?? []}
        locale={{ emptyText: data ? t('audience.nobody') : ' ' }}
        columns={columns.map((column) => ({
          key: column.key,
          title: column.title,
          align: column.align ?? 'left',
          render: (_: unknown, customer: Customer) =>
            column.key === 'nickname' ? (
              <Link href={`/customers?open=${customer.id}`}>{column.render(customer)}</Link>
            ) : (
              column.render(customer)
            ),
        }))}
      />
    </Card>
  );
}
