import { Segmented } from 'antd';
import { useMemo, useState } from 'react';
import { churn, type ChurnRate } from '@/api/churn';
import { EmptyState } from '@/components/EmptyState';
import { ErrorNotice } from '@/components/ErrorNotice';
import { ExportButton } from '@/components/list/ExportButton';
import { ScrollTable } from '@/components/ScrollTable';
import { StatusTag } from '@/components/StatusTag';
import { Waiting } from '@/components/Waiting';
import { useI18n } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';

const TINY = 0.0001;

/** This week's losses beside the usual, the least likely first. */
export function Rates() {
  const { t, f } = useI18n();
  const [by, setBy] = useState<'staff' | 'code'>('staff');
  const found = useResource(by, (signal) => churn.rates({ by }, signal));
  const columns = useMemo(
    () => [
      { key: 'of', title: t(`churn.of_${by}`), render: ({ of }: ChurnRate) => of.name ?? of.id },
      {
        key: 'unusual',
        title: t('column.state'),
        render: ({ unusual }: ChurnRate) => (
          <StatusTag tone={unusual ? 'bad' : 'good'}>
            {t(unusual ? 'churn.unusual' : 'churn.usual')}
          </StatusTag>
        ),
      },
      number('lost', t('churn.lost'), ({ lost }) => f.number(lost)),
      number('expected', t('churn.expected'), ({ expected }) => f.number(expected, 1)),
      number('friends', t('churn.friends'), ({ friends }) => f.number(friends)),
      number('rate', t('churn.rate'), ({ rate }) => f.percent(rate, 2)),
      number('usual_rate', t('churn.usual_rate'), ({ usual_rate }) => f.percent(usual_rate, 2)),
      number('chance', t('churn.chance'), ({ chance }) =>
        chance < TINY ? t('churn.less') : f.percent(chance, 2),
      ),
    ],
    [t, f, by],
  );
  return (
    <div className="page-stack">
      <div className="toolbar">
        <Segmented
          value={by}
          options={(['staff', 'code'] as const).map((value) => ({ value, label: t(`churn.by_${value}`) }))}
          onChange={setBy}
        />
        <div className="toolbar-actions">
          <ExportButton what="churn_rates" filter={{ by }} />
        </div>
      </div>
      <p className="soft">{t('churn.how')}</p>
      {found.error !== undefined && <ErrorNotice error={found.error} retry={found.reload} />}
      {!found.data && found.error === undefined && <Waiting />}
      {found.data && (
        <ScrollTable<ChurnRate>
          size="small"
          columns={columns}
          dataSource={found.data.items}
          rowKey={({ of }) => of.id}
          locale={{
            emptyText: <EmptyState title={t('churn.rates_none')} hint={t('churn.rates_none_hint')} />,
          }}
          pagination={found.data.items.length > 50 && { pageSize: 50, showSizeChanger: false }}
        />
      )}
    </div>
  );
}

function number(key: string, title: string, render: (rate: ChurnRate) => string) {
  return { key, title, align: 'right' as const, render };
}
