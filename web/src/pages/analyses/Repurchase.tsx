import { Button, Card, Segmented, Statistic } from 'antd';
import { useMemo, useState } from 'react';
import type { Asked, RepurchaseNow } from '@/api/analyses';
import { ChartCard } from '@/components/chart/ChartCard';
import { columnChart, whole } from '@/components/chart/options';
import { EmptyState } from '@/components/EmptyState';
import { useI18n, useT } from '@/i18n/I18nProvider';
import { eventsText, readSpec, writeSpec } from '@/lib/analyses/events';
import { Answer } from './Answer';
import { sharedOf, WhenAndWhom } from './Common';
import { EventsField } from './EventsField';
import { Field } from './Field';
import { shareOf } from './FunnelBars';
import { PickedCustomers } from './PickedCustomers';
import { useAddress } from './useAddress';
import { useAnswer } from './useAnswer';
import { useExported } from './useAsked';

const usualWindow = 'last 90d';

/** How many buyers come back, how often, and after how long. */
export default function Repurchase() {
  const t = useT();
  const [address, change] = useAddress();
  const events = readSpec(address.get('events') ?? 'order');
  const asked: Asked | null =
    events.kinds.length === 0 ? null : { ...sharedOf(address, usualWindow), events: eventsText(events) };
  const found = useAnswer('repurchase', asked);
  return (
    <div className="page-stack">
      <Card size="small" title={<h2 className="card-title">{t('again.form')}</h2>}>
        <div className="analysis-fields">
          <Field label={t('again.events')}>
            <EventsField
              label={t('again.events')}
              value={events}
              onChange={(next) => change({ events: writeSpec(next) })}
            />
          </Field>
          <WhenAndWhom address={address} change={change} usual={usualWindow} />
        </div>
      </Card>
      {asked === null ? (
        <EmptyState title={t('again.no_events')} hint={t('again.no_events_hint')} />
      ) : (
        <Answer found={found} asked={asked}>
          {(data) => (
            <>
              <Figures data={data} />
              <Times data={data} />
              {data.n_intervals > 0 && <Intervals data={data} />}
            </>
          )}
        </Answer>
      )}
    </div>
  );
}

function Figures({ data }: { data: RepurchaseNow }) {
  const { t, f } = useI18n();
  const some = data.n_intervals > 0;
  const figures = [
    [t('revenue.buyers'), f.number(data.buyers)],
    [t('repurchase.repeat'), f.number(data.again)],
    [t('repurchase.rate'), f.percent(shareOf(data.again, data.buyers))],
    [t('repurchase.median'), f.number(some ? data.p50_s / 86_400 : null, 1)],
    [t('again.p90'), f.number(some ? data.p90_s / 86_400 : null, 1)],
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

function Times({ data }: { data: RepurchaseNow }) {
  const { t, f } = useI18n();
  const exported = useExported('analysis_repurchase');
  const [picking, setPicking] = useState(false);
  const rows = useMemo(() => {
    const most = data.times.findLastIndex((n) => n > 0);
    return data.times.slice(0, most + 1).map((customers, i) => ({
      times: i + 1 === data.times.length ? t('again.or_more', { n: i + 1 }) : f.number(i + 1),
      customers,
      share: shareOf(customers, data.buyers),
    }));
  }, [data, t, f]);
  const option = useMemo(
    () =>
      columnChart(
        rows.map(({ times }) => times),
        [{ name: t('column.customers'), type: 'bar', data: rows.map(({ customers }) => customers) }],
        whole(f),
      ),
    [rows, t, f],
  );
  return (
    <>
      <ChartCard
        title={t('again.question')}
        note={t('again.answer', {
          buyers: data.buyers,
          again: data.again,
          rate: f.percent(shareOf(data.again, data.buyers)),
        })}
        option={option}
        extra={
          data.again > 0 && (
            <Button size="small" type="primary" onClick={() => setPicking(true)}>
              {t('again.who_button')}
            </Button>
          )
        }
        {...exported}
        table={{
          columns: [
            { key: 'times', title: t('again.times'), kind: 'text' },
            { key: 'customers', title: t('column.customers'), kind: 'number' },
            { key: 'share', title: t('column.share'), kind: 'percent' },
          ],
          rows,
        }}
      />
      {picking && (
        <PickedCustomers
          behind={[{ title: t('again.who'), customers: data.again, expression: data.again_expression }]}
          onClose={() => setPicking(false)}
        />
      )}
    </>
  );
}

const widths = ['1', '7', '30'] as const;
type Width = (typeof widths)[number];

/** From one purchase to the next, in days. */
function Intervals({ data }: { data: RepurchaseNow }) {
  const { t, f } = useI18n();
  const exported = useExported('analysis_intervals');
  const [width, setWidth] = useState<Width>('7');
  const rows = useMemo(() => binned(data.intervals, Number(width), (text) => t('again.or_more', { n: text })), [data, width, t]); // prettier-ignore
  const option = useMemo(
    () =>
      columnChart(
        rows.map(({ days }) => days),
        [{ name: t('repurchase.count'), type: 'bar', data: rows.map(({ count }) => count) }],
        whole(f),
      ),
    [rows, t, f],
  );
  return (
    <ChartCard
      title={t('repurchase.interval_question')}
      note={t('again.answer_interval', {
        p25: f.duration(data.p25_s),
        p50: f.duration(data.p50_s),
        p75: f.duration(data.p75_s),
        p90: f.duration(data.p90_s),
      })}
      option={option}
      extra={
        <Segmented<Width>
          size="small"
          value={width}
          onChange={setWidth}
          options={widths.map((value) => ({ value, label: t(`again_width.${value}`) }))}
        />
      }
      {...exported}
      table={{
        columns: [
          { key: 'days', title: t('repurchase.days'), kind: 'text' },
          { key: 'count', title: t('repurchase.count'), kind: 'number' },
          { key: 'so_far', title: t('again.so_far'), kind: 'percent' },
        ],
        rows,
      }}
    />
  );
}

function binned(intervals: number[], width: number, orMore: (days: number) => string) {
  const last = intervals.length - 1;
  const most = intervals.findLastIndex((n) => n > 0);
  const all = intervals.reduce((n, count) => n + count, 0);
  const rows: { days: string; count: number; so_far: number }[] = [];
  let sum = 0;
  for (let from = 0; from <= most; from += width) {
    const to = Math.min(from + width - 1, last);
    const count = intervals.slice(from, to + 1).reduce((n, one) => n + one, 0);
    sum += count;
    const days = to === last ? orMore(from) : width === 1 ? String(from) : `${from}–${to}`;
    rows.push({ days, count, so_far: sum / all });
  }
  return rows;
}
