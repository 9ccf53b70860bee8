import { Card, Segmented, Select } from 'antd';
import { useMemo } from 'react';
import type { Asked, Counts } from '@/api/analyses';
import { useSession } from '@/app/session';
import { series as colours } from '@/app/theme';
import { ChartCard } from '@/components/chart/ChartCard';
import { columnChart, legend, type Series, whole } from '@/components/chart/options';
import { EmptyState } from '@/components/EmptyState';
import { ErrorNotice } from '@/components/ErrorNotice';
import { useI18n, useT } from '@/i18n/I18nProvider';
import { type EventSpec, eventsText, listName, readSpec, writeSpec } from '@/lib/analyses/events';
import { windowBefore } from '@/lib/analyses/window';
import { Answer } from './Answer';
import { sharedOf, SwitchField, WhenAndWhom, windowOf } from './Common';
import { Field } from './Field';
import { SeriesList } from './SeriesList';
import { type Changes, choiceOf, useAddress } from './useAddress';
import { useAnswer } from './useAnswer';
import { useExported } from './useAsked';

const usualWindow = 'last 30d';
const usualSeries = ['view', 'order'];
const mostSeries = 16;
const units = ['day', 'week', 'month'] as const;
const measures = ['events', 'customers'] as const;
const shapes = ['line', 'bar'] as const;

const seriesOf = (address: URLSearchParams): EventSpec[] =>
  (address.has('series') ? address.getAll('series') : usualSeries).slice(0, mostSeries).map(readSpec);

/** How often things happened, or to how many customers, over time. */
export default function Trends() {
  const t = useT();
  const { zone } = useSession().corp;
  const [address, change] = useAddress();
  const specs = seriesOf(address);
  const ready = specs.filter(({ kinds }) => kinds.length > 0);
  const asked: Asked | null =
    ready.length === 0
      ? null
      : {
          ...sharedOf(address, usualWindow),
          series: ready.map(eventsText),
          unit: choiceOf(address, 'unit', units),
        };
  const window = windowOf(address, usualWindow);
  const before = useMemo(() => windowBefore(window, Math.floor(Date.now() / 1000), zone), [window, zone]);
  const comparing = address.get('compare') === '1' && before !== null;
  const found = useAnswer('counts', asked);
  const earlier = useAnswer('counts', asked && comparing ? { ...asked, window: before } : null);
  return (
    <div className="page-stack">
      <Card size="small" title={<h2 className="card-title">{t('trend.form')}</h2>}>
        <SeriesList
          value={specs}
          most={mostSeries}
          onChange={(next) => change({ series: next.map(writeSpec) })}
        />
        <Options address={address} change={change} comparable={before !== null} />
      </Card>
      {comparing && found.error === undefined && earlier.error !== undefined && (
        <ErrorNotice error={earlier.error} retry={earlier.reload} />
      )}
      {asked === null ? (
        <EmptyState title={t('trend.no_series')} hint={t('trend.no_series_hint')} />
      ) : (
        <Answer found={found} asked={asked}>
          {(data) => (
            <TrendChart data={data} earlier={comparing ? (earlier.data ?? null) : null} address={address} />
          )}
        </Answer>
      )}
    </div>
  );
}

interface OptionsProps {
  address: URLSearchParams;
  change: (changes: Changes) => void;
  comparable: boolean;
}

function Options({ address, change, comparable }: OptionsProps) {
  const { t } = useI18n();
  return (
    <div className="analysis-fields">
      <WhenAndWhom address={address} change={change} usual={usualWindow} />
      <Field label={t('report.unit')}>
        <Select
          aria-label={t('report.unit')}
          value={choiceOf(address, 'unit', units)}
          onChange={(unit) => change({ unit: unit === 'day' ? null : unit })}
          options={units.map((value) => ({ value, label: t(`unit.${value}`) }))}
        />
      </Field>
      <Field label={t('trend.measure')}>
        <Segmented
          value={choiceOf(address, 'measure', measures)}
          onChange={(measure) => change({ measure: measure === 'events' ? null : measure })}
          options={measures.map((value) => ({ value, label: t(`trend_measure.${value}`) }))}
        />
      </Field>
      <Field label={t('trend.shape')}>
        <Segmented
          value={choiceOf(address, 'shape', shapes)}
          onChange={(shape) => change({ shape: shape === 'line' ? null : shape })}
          options={shapes.map((value) => ({ value, label: t(`trend_shape.${value}`) }))}
        />
      </Field>
      {comparable && (
        <SwitchField
          label={t('analysis.compare')}
          checked={address.get('compare') === '1'}
          onChange={(on) => change({ compare: on ? '1' : null })}
        />
      )}
    </div>
  );
}

interface ChartProps {
  data: Counts;
  earlier: Counts | null;
  address: URLSearchParams;
}

function TrendChart({ data, earlier, address }: ChartProps) {
  const { t, f, language } = useI18n();
  const exported = useExported('analysis_counts');
  const unit = choiceOf(address, 'unit', units);
  const measure = choiceOf(address, 'measure', measures);
  const shape = choiceOf(address, 'shape', shapes);
  const names = useMemo(() => data.series.map((one) => listName(one, language)), [data, language]);
  const labels = useMemo(
    () => data.buckets.map(({ day }) => (unit === 'month' ? f.month(day) : f.day(day))),
    [data, unit, f],
  );
  const option = useMemo(() => {
    const lines = names.map((name, k): Series => ({
      name,
      type: shape,
      ...(shape === 'bar' && { stack: 'now' }),
      // Colours begin anew: what comes then is told apart by its dots.
      ...(shape === 'line' && k >= colours.length && { lineStyle: { type: 'dotted', opacity: 1 } as const }),
      data: data.buckets.map(({ series }) => series[k]?.[measure] ?? 0),
    }));
    const past = (earlier ? names : []).map((name, k): Series => ({
      name: t('trend.past', { name }),
      type: 'line',
      data: data.buckets.map((_, i) => earlier?.buckets[i]?.series[k]?.[measure] ?? null),
      lineStyle: { type: 'dashed', opacity: 0.7 },
      itemStyle: { color: colours[k % colours.length] ?? '' },
    }));
    const chart = columnChart(labels, [...lines, ...past], whole(f));
    return names.length + past.length > 3 ? { ...chart, legend: { ...legend, type: 'scroll' } } : chart;
  }, [data, earlier, names, labels, measure, shape, t, f]);
  const keys = names.map((name, k) => ({ key: `n${k}`, title: name, kind: 'number' as const }));
  const pastKeys = (earlier ? names : []).map((name, k) => ({
    key: `p${k}`,
    title: t('trend.past', { name }),
    kind: 'number' as const,
  }));
  const cells = (row: Counts['all'] | undefined, key: string) =>
    Object.fromEntries(names.map((_, k) => [`${key}${k}`, row?.series[k]?.[measure] ?? null]));
  return (
    <ChartCard
      title={t(measure === 'events' ? 'trend.question' : 'trend.question_customers')}
      note={t('trend.answer', { customers: data.all.customers })}
      option={option}
      height={340}
      stacked
      {...exported}
      table={{
        columns: [{ key: 'day', title: t('revenue.start'), kind: 'text' }, ...keys, ...pastKeys],
        rows:
          data.buckets.length === 0
            ? []
            : [
                { day: t('trend.all'), ...cells(data.all, 'n'), ...cells(earlier?.all, 'p') },
                ...data.buckets.map((bucket, i) => ({
                  day: labels[i] ?? '',
                  ...cells(bucket, 'n'),
                  ...cells(earlier?.buckets[i], 'p'),
                })),
              ],
      }}
    />
  );
}
