import { Alert, Button, Card, Descriptions } from 'antd';
import { useMemo } from 'react';
import { type CodeQuota as Quota, codes } from '@/api/codes';
import { useMay } from '@/app/session';
import { DataTable } from '@/components/chart/DataTable';
import { ErrorNotice } from '@/components/ErrorNotice';
import { Waiting } from '@/components/Waiting';
import { useI18n, useT } from '@/i18n/I18nProvider';
import { dayOf } from '@/lib/day';
import { useAction } from '@/lib/useAction';
import { useResource } from '@/lib/useResource';
import './codeWords';
import './codes.css';

const TABLE_HEIGHT = 320;

/** Uses of acquisition links that are left, when they lapse, and what is wrong with them. */
export function CodeQuota() {
  const t = useT();
  const write = useMay()('code_write');
  const found = useResource('quota', codes.quota);
  const { busy, run } = useAction();
  const ask = () => run(codes.askQuota, t('quota.asked')).then(found.reload);
  return (
    <Card
      title={<h2 className="card-title">{t('quota.title')}</h2>}
      extra={
        write && (
          <Button size="small" loading={busy} onClick={() => void ask()}>
            {t('quota.ask')}
          </Button>
        )
      }
    >
      {found.error !== undefined && <ErrorNotice error={found.error} retry={found.reload} />}
      {found.data ? <Told quota={found.data} /> : found.error === undefined && <Waiting />}
    </Card>
  );
}

function Told({ quota }: { quota: Quota }) {
  const { t, f } = useI18n();
  const number = (n: number | null) => (n === null ? t('quota.unknown') : f.number(n));
  const table = useMemo(
    () => ({
      columns: [
        { key: 'day', title: t('quota.lapses'), kind: 'day' as const },
        { key: 'balance', title: t('quota.balance'), kind: 'number' as const },
      ],
      rows: quota.parts
        .filter(({ balance }) => balance > 0)
        .map(({ expire_s, balance }) => ({ day: dayOf(expire_s, f.place.zone), balance })),
    }),
    [quota, t, f],
  );
  return (
    <div className="page-stack">
      {quota.wrong.map(({ kind, title, advice }) => (
        <Alert key={kind} type="warning" showIcon title={title} description={advice} />
      ))}
      {quota.problem && (
        <Alert
          type="error"
          showIcon
          title={t('quota.refused', { reason: quota.problem.message })}
          description={quota.problem.hint}
        />
      )}
      {quota.why && <p>{quota.why}</p>}
      <Descriptions
        size="small"
        column={{ xs: 1, md: 3 }}
        items={[
          { key: 'balance', label: t('quota.balance'), children: number(quota.balance) },
          { key: 'total', label: t('quota.total'), children: number(quota.total) },
          {
            key: 'told',
            label: t('quota.told'),
            children: quota.told_s === null ? t('quota.unknown') : f.time(quota.told_s),
          },
        ]}
      />
      {table.rows.length > 0 && <DataTable table={table} label={t('quota.parts')} height={TABLE_HEIGHT} />}
      <p className="soft">{t('quota.note')}</p>
    </div>
  );
}
