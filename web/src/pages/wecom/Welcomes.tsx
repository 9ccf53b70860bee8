import { Card, Segmented, Statistic } from 'antd';
import { useMemo } from 'react';
import { useSearchParams } from 'wouter';
import { wecom, type WelcomeReport } from '@/api/wecom';
import { ChartCard } from '@/components/chart/ChartCard';
import { columnChart, whole } from '@/components/chart/options';
import { EmptyState } from '@/components/EmptyState';
import { ErrorNotice } from '@/components/ErrorNotice';
import { Waiting } from '@/components/Waiting';
import { useI18n } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';

const spans = [24, 168, 720] as const;

/** How many new friends were welcomed, how soon, and why the others were not. */
export function Welcomes() {
  const { t } = useI18n();
  const [query, setQuery] = useSearchParams();
  const hours = spans.find((span) => String(span) === query.get('hours')) ?? 24;
  const found = useResource(`welcomes ${hours}`, (signal) => wecom.welcomes(hours, signal));
  return (
    <div className="page-stack">
      <div className="filters">
        <Segmented
          value={hours}
          onChange={(next) => setQuery({ tab: 'welcomes', hours: String(next) })}
          options={spans.map((value) => ({ value, label: t(`welcomes.hours_${value}`) }))}
        />
      </div>
      {found.error !== undefined && found.error !== null && (
        <ErrorNotice error={found.error} retry={found.reload} />
      )}
      {found.data ? <Report report={found.data} /> : !found.error && <Waiting />}
    </div>
  );
}

function Report({ report }: { report: WelcomeReport }) {
  const { t } = useI18n();
  if (report.told === 0 && report.misses.length === 0)
    return <EmptyState title={t('welcomes.none')} hint={t('welcomes.none_hint')} />;
  return (
    <>
      <Figures report={report} />
      <ByHour hours={report.hours} />
      <Card title={<h2 className="card-title">{t('welcomes.reasons')}</h2>}>
        <Reasons report={report} />
      </Card>
      {report.misses.length > 0 && (
        <Card title={<h2 className="card-title">{t('welcomes.last')}</h2>}>
          <Misses misses={report.misses} />
        </Card>
      )}
    </>
  );
}

function Figures({ report }: { report: WelcomeReport }) {
  const { t, f } = useI18n();
  const ms = (value: number | null) => (value === null ? '—' : t('welcomes.ms', { n: value }));
  const figures = [
    [t('welcomes.told'), f.number(report.told)],
    [t('welcomes.sent'), f.number(report.sent)],
    [t('welcomes.missed'), f.number(report.missed)],
    [t('welcomes.unsure'), f.number(report.unsure)],
    [t('welcomes.p50'), ms(report.p50_ms)],
    [t('welcomes.p99'), ms(report.p99_ms)],
  ] as const;
  return (
    <div className="figures">
      {figures.map(([title, value]) => (
        <Card key={title} size="small">
          <Statistic title={title} value={value} />
        </Card>
      ))}
    </div>
  );
}

function ByHour({ hours }: { hours: WelcomeReport['hours'] }) {
  const { t, f } = useI18n();
  const rows = useMemo(
    () => hours.map(({ hour_s, sent, missed, unsure }) => ({ hour: f.time(hour_s), sent, missed, unsure })),
    [hours, f],
  );
  const option = useMemo(
    () =>
      columnChart(
        rows.map(({ hour }) => hour),
        (['sent', 'missed', 'unsure'] as const).map((state) => ({
          name: t(`welcomes.${state}`),
          type: 'bar' as const,
          stack: 'all',
          data: rows.map((row) => row[state]),
        })),
        whole(f),
      ),
    [rows, t, f],
  );
  return (
    <ChartCard
      title={t('welcomes.question')}
      option={option}
      stacked
      table={{
        columns: [
          { key: 'hour', title: t('welcomes.hour'), kind: 'text' },
          { key: 'sent', title: t('welcomes.sent'), kind: 'number' },
          { key: 'missed', title: t('welcomes.missed'), kind: 'number' },
          { key: 'unsure', title: t('welcomes.unsure'), kind: 'number' },
        ],
        rows,
      }}
    />
  );
}

function Reasons({ report }: { report: WelcomeReport }) {
  const { t, f } = useI18n();
  if (report.reasons.length === 0) return <p className="soft">{t('welcomes.all_sent')}</p>;
  return (
    <ul className="plain-list">
      {report.reasons.map(({ reason, message, n }) => (
        <li key={reason}>
          <span>{message}</span>
          <strong>{f.number(n)}</strong>
        </li>
      ))}
    </ul>
  );
}

function Misses({ misses }: { misses: WelcomeReport['misses'] }) {
  const { f } = useI18n();
  return (
    <ul className="plain-list">
      {misses.map(({ id, received_s, message, error }) => (
        <li key={id}>
          <span className="soft">{f.time(received_s)}</span>
          <span>{message}</span>
          {error && <span className="soft">{error}</span>}
        </li>
      ))}
    </ul>
  );
}
