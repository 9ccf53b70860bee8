import { Button, Card, InputNumber, Segmented, Space } from 'antd';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useSearchParams } from 'wouter';
import { type Rfm as Data, rfm } from '@/api/audiences';
import type { Job } from '@/api/jobs';
import { useMay } from '@/app/session';
import { ChartCard } from '@/components/chart/ChartCard';
import { EmptyState } from '@/components/EmptyState';
import { ErrorNotice } from '@/components/ErrorNotice';
import { JobProgress } from '@/components/job/JobProgress';
import { Waiting } from '@/components/Waiting';
import { useI18n, useT } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';
import { useResource } from '@/lib/useResource';
import { Cuts } from './Cuts';
import { matrixOption, matrixRows, type Measure } from './matrix';

const RfmNow = lazy(() => import('@/pages/analyses/RfmNow'));

/** Recency, frequency, money: who bought when, how often, how much; as scored last, or computed now. */
export default function Rfm() {
  const t = useT();
  const may = useMay();
  const [address, setAddress] = useSearchParams();
  if (!may('audience_read')) return <Scored />;
  const now = address.get('tab') === 'now';
  return (
    <div className="page-stack">
      <div>
        <Segmented
          value={now ? 'now' : 'scored'}
          onChange={(tab) => setAddress(tab === 'now' ? { tab } : {})}
          options={(['scored', 'now'] as const).map((value) => ({ value, label: t(`rfm_tab.${value}`) }))}
        />
      </div>
      {now ? (
        <Suspense fallback={<Waiting />}>
          <RfmNow />
        </Suspense>
      ) : (
        <Scored />
      )}
    </div>
  );
}

/** The scores that are stored and that tiers and audiences use. */
function Scored() {
  const found = useResource('rfm', rfm.get);
  if (found.error !== undefined) return <ErrorNotice error={found.error} retry={found.reload} />;
  if (!found.data) return <Waiting />;
  return (
    <div className="page-stack">
      <Fit data={found.data} reload={found.reload} />
      {found.data.fit && <Matrix data={found.data} />}
    </div>
  );
}

function Fit({ data, reload }: { data: Data; reload: () => void }) {
  const { t, f } = useI18n();
  const may = useMay();
  const { busy, run } = useAction();
  const [days, setDays] = useState(data.fit?.period_days ?? 365);
  const [job, setJob] = useState<Job | null>(null);
  const again = may('tier_write') && (
    <Space wrap>
      <InputNumber
        min={7}
        max={3650}
        value={days}
        onChange={(value) => setDays(value ?? 365)}
        aria-label={t('rfm.period')}
        suffix={t('unit.days')}
      />
      <Button
        type="primary"
        loading={busy}
        onClick={() => void run(async () => setJob((await rfm.run(days)).job))}
      >
        {t('rfm.run')}
      </Button>
    </Space>
  );
  return (
    <Card size="small">
      {data.fit ? (
        <div className="toolbar">
          <span>{t('rfm.fitted', { time: f.time(data.fit.at_s) })}</span>
          <div className="toolbar-actions">{again}</div>
        </div>
      ) : (
        <EmptyState title={t('rfm.none')} hint={t('rfm.none_hint')} action={again} />
      )}
      {data.fit && <Cuts cuts={data.fit.cuts} />}
      {job && <JobProgress key={job.id} id={job.id} first={job} over={reload} />}
    </Card>
  );
}

function Matrix({ data }: { data: Data }) {
  const { t, f } = useI18n();
  const [measure, setMeasure] = useState<Measure>('customers');
  const rows = useMemo(() => matrixRows(data.cells), [data]);
  const option = useMemo(() => matrixOption(rows, measure, t, f), [rows, measure, t, f]);
  return (
    <ChartCard
      title={t('rfm.question')}
      note={t('rfm.note')}
      option={option}
      list={{ what: 'rfm' }}
      height={380}
      table={{
        columns: [
          { key: 'r', title: 'R', kind: 'number' },
          { key: 'f', title: 'F', kind: 'number' },
          { key: 'customers', title: t('column.customers'), kind: 'number' },
          { key: 'amount_fen', title: t('rfm.amount'), kind: 'money' },
          { key: 'm', title: t('rfm.mean_m'), kind: 'number' },
        ],
        rows: rows.map((row) => ({ ...row })),
      }}
      extra={
        <Segmented<Measure>
          size="small"
          value={measure}
          onChange={setMeasure}
          options={[
            { value: 'customers', label: t('column.customers') },
            { value: 'amount_fen', label: t('rfm.amount') },
          ]}
        />
      }
    />
  );
}
