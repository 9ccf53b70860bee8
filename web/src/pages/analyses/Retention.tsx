import { Card, InputNumber, Select } from 'antd';
import type { Asked } from '@/api/analyses';
import { EmptyState } from '@/components/EmptyState';
import { useI18n, useT } from '@/i18n/I18nProvider';
import { eventsText, readSpec, writeSpec } from '@/lib/analyses/events';
import { Answer } from './Answer';
import { sharedOf, WhenAndWhom } from './Common';
import { EventsField } from './EventsField';
import { Field } from './Field';
import { RetentionCards } from './RetentionCards';
import { type Changes, choiceOf, numberOf, useAddress } from './useAddress';
import { useAnswer } from './useAnswer';

export const units = ['week', 'day', 'month'] as const;
export type Unit = (typeof units)[number];
const measures = ['customers', 'events', 'amount'] as const;
export type RetentionMeasure = (typeof measures)[number];
const cohortsBy = ['first', 'each'] as const;
const countings = ['exact', 'rolling'] as const;

const usual = {
  day: { window: 'last 14d', columns: 14 },
  week: { window: 'last 84d', columns: 12 },
  month: { window: 'last 365d', columns: 12 },
} as const;

const specOf = (address: URLSearchParams, name: string, kind: string) => readSpec(address.get(name) ?? kind);

/** Who came back after a beginning, by the period in which they began. */
export default function Retention() {
  const t = useT();
  const [address, change] = useAddress();
  const unit = choiceOf(address, 'unit', units);
  const measure = choiceOf(address, 'measure', measures);
  const asked = questionOf(address);
  const found = useAnswer('retention', asked);
  return (
    <div className="page-stack">
      <Card size="small" title={<h2 className="card-title">{t('retention.form')}</h2>}>
        <Form address={address} change={change} />
      </Card>
      {asked === null ? (
        <EmptyState title={t('retention.no_events')} hint={t('retention.no_events_hint')} />
      ) : (
        <Answer found={found} asked={asked}>
          {(data) => <RetentionCards data={data} unit={unit} measure={measure} />}
        </Answer>
      )}
    </div>
  );
}

function questionOf(address: URLSearchParams): Asked | null {
  const start = specOf(address, 'start', 'friend_add');
  const back = specOf(address, 'back', 'order');
  if (start.kinds.length === 0 || back.kinds.length === 0) return null;
  const unit = choiceOf(address, 'unit', units);
  const measure = choiceOf(address, 'measure', measures);
  return {
    ...sharedOf(address, usual[unit].window),
    start: eventsText(start),
    back: eventsText(back),
    unit,
    columns: numberOf(address, 'columns', usual[unit].columns, 1, 60),
    first: choiceOf(address, 'cohort', cohortsBy) === 'first',
    rolling: measure === 'customers' && choiceOf(address, 'counting', countings) === 'rolling',
    measure,
  };
}

interface FormProps {
  address: URLSearchParams;
  change: (changes: Changes) => void;
}

function Form({ address, change }: FormProps) {
  const { t } = useI18n();
  const unit = choiceOf(address, 'unit', units);
  const measure = choiceOf(address, 'measure', measures);
  return (
    <div className="analysis-fields">
      <Field label={t('retention.start')} wide>
        <EventsField
          label={t('retention.start')}
          value={specOf(address, 'start', 'friend_add')}
          onChange={(spec) => change({ start: writeSpec(spec) })}
        />
        <Select
          aria-label={t('retention.cohort')}
          popupMatchSelectWidth={false}
          value={choiceOf(address, 'cohort', cohortsBy)}
          onChange={(cohort) => change({ cohort: cohort === 'first' ? null : cohort })}
          options={cohortsBy.map((value) => ({ value, label: t(`cohort_by.${value}`) }))}
        />
      </Field>
      <Field label={t('retention.back')} wide>
        <EventsField
          label={t('retention.back')}
          value={specOf(address, 'back', 'order')}
          onChange={(spec) => change({ back: writeSpec(spec) })}
        />
        <Select
          aria-label={t('retention.measure')}
          popupMatchSelectWidth={false}
          value={measure}
          onChange={(next) => change({ measure: next === 'customers' ? null : next })}
          options={measures.map((value) => ({ value, label: t(`retention_measure.${value}`) }))}
        />
        {measure === 'customers' && (
          <Select
            aria-label={t('retention.counting')}
            popupMatchSelectWidth={false}
            value={choiceOf(address, 'counting', countings)}
            onChange={(next) => change({ counting: next === 'exact' ? null : next })}
            options={countings.map((value) => ({ value, label: t(`retention_counting.${value}`) }))}
          />
        )}
      </Field>
      <Field label={t('report.unit')}>
        <Select
          aria-label={t('report.unit')}
          value={unit}
          onChange={(next) => change({ unit: next, window: null, columns: null })}
          options={(['day', 'week', 'month'] as const).map((value) => ({ value, label: t(`unit.${value}`) }))}
        />
        <InputNumber
          min={1}
          max={60}
          precision={0}
          aria-label={t('retention.columns')}
          suffix={t('retention.periods')}
          value={numberOf(address, 'columns', usual[unit].columns, 1, 60)}
          onChange={(n) => change({ columns: n === null ? null : String(n) })}
        />
      </Field>
      <WhenAndWhom address={address} change={change} usual={usual[unit].window} />
    </div>
  );
}
