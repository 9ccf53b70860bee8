import { Descriptions } from 'antd';
import { lazy, Suspense } from 'react';
import { type BindingTouch, customers } from '@/api/customers';
import { ErrorNotice } from '@/components/ErrorNotice';
import { ScrollTable } from '@/components/ScrollTable';
import { StatusTag } from '@/components/StatusTag';
import { Waiting } from '@/components/Waiting';
import { useI18n } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';

const TransferButton = lazy(async () => ({
  default: (await import('@/components/transfer/TransferButton')).TransferButton,
}));

/** Whose customer they are, until when that is protected, who brought them, and how it came. */
export function Binding({ id }: { id: string }) {
  const { t, f } = useI18n();
  const found = useResource(id, (signal) => customers.binding(id, signal));
  if (found.error !== undefined) return <ErrorNotice error={found.error} retry={found.reload} />;
  if (found.data === undefined) return <Waiting />;
  const { binding, brought, history } = found.data;
  const through = ({ by, source, group }: BindingTouch) =>
    [t(`binding.by_${by}`), source?.name, group?.name].filter(Boolean).join(' · ');
  const lasts = (until_s: number | null) => (until_s === null ? t('binding.for_ever') : f.date(until_s));
  return (
    <div className="page-stack">
      <Descriptions size="small" column={1} title={t('binding.title')}>
        <Descriptions.Item label={t('binding.owner')}>
          {binding === null ? t('binding.nobody') : `${binding.staff?.name ?? '—'} · ${through(binding)}`}
        </Descriptions.Item>
        {binding && (
          <Descriptions.Item label={t('binding.protected')}>
            {f.date(binding.since_s)} – {lasts(binding.until_s)}{' '}
            <StatusTag tone={binding.protected ? 'good' : 'quiet'}>
              {t(binding.protected ? 'binding.in_force' : 'binding.over')}
            </StatusTag>
            {binding.ended_s !== null && (
              <StatusTag tone="warn">
                {t('binding.ended')} {f.date(binding.ended_s)}
              </StatusTag>
            )}
          </Descriptions.Item>
        )}
        {brought && (
          <Descriptions.Item label={t('binding.brought')}>
            {brought.staff?.name ?? '—'} · {through(brought)} · {f.date(brought.at_s)}
          </Descriptions.Item>
        )}
      </Descriptions>
      <Suspense fallback={<Waiting />}>
        <TransferButton
          whom={{ customer_ids: [id] }}
          name={binding?.staff?.name ?? t('binding.nobody')}
          done={found.reload}
        />
      </Suspense>
      {history.length > 0 && (
        <ScrollTable
          size="small"
          rowKey="id"
          pagination={false}
          dataSource={history}
          columns={[
            { title: t('binding.when'), render: (_, { at_s }) => f.date(at_s) },
            { title: t('binding.cause'), render: (_, { cause }) => t(`binding.cause_${cause}`) },
            { title: t('binding.from'), render: (_, { from_staff }) => from_staff?.name ?? '—' },
            { title: t('binding.to'), render: (_, { staff }) => staff?.name ?? '—' },
            { title: t('binding.reason'), render: (_, { reason }) => reason ?? '—' },
          ]}
        />
      )}
    </div>
  );
}
