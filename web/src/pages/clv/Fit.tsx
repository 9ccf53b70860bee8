import { Button, Card, DatePicker, Form, InputNumber, Select } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { type BuyingModel, clv, type ClvFit, type ClvFitBody } from '@/api/clv';
import type { Job } from '@/api/jobs';
import { useMay } from '@/app/session';
import { EmptyState } from '@/components/EmptyState';
import { JobProgress } from '@/components/job/JobProgress';
import { useI18n } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';

interface Values {
  model: BuyingModel;
  weeks: number;
  discount: number;
  since?: Dayjs | null;
  until?: Dayjs | null;
}

const fresh: Values = { model: 'bg_nbd', weeks: 52, discount: 10 };

const toValues = (fit: ClvFit): Values => ({
  model: fit.model,
  weeks: fit.weeks,
  discount: fit.discount_percent,
  since: fit.since === null ? null : dayjs(fit.since),
});

const toBody = (values: Values): ClvFitBody => ({
  model: values.model,
  weeks: values.weeks,
  discount_percent: values.discount,
  ...(values.since && { since: values.since.format('YYYY-MM-DD') }),
  ...(values.until && { until: values.until.format('YYYY-MM-DD') }),
});

/** When the models were fitted last, and the form that fits them again. */
export function Fit({ fit, reload }: { fit: ClvFit | null; reload: () => void }) {
  const { t, f } = useI18n();
  const may = useMay();
  const { busy, run } = useAction();
  const [job, setJob] = useState<Job | null>(null);
  const start = (values: Values) => run(async () => setJob((await clv.fit(toBody(values))).job));
  return (
    <Card size="small">
      {fit ? (
        <p className="chart-note">
          {t('clv.fitted', {
            time: f.time(fit.at_s),
            until: f.day(fit.until),
            customers: fit.customers ?? '—',
            weeks: fit.weeks,
          })}
          {fit.next_s !== null && ` ${t('clv.next_fit', { time: f.time(fit.next_s) })}`}
        </p>
      ) : (
        <EmptyState title={t('clv.none')} hint={t('clv.none_hint')} />
      )}
      {may('tier_write') && (
        <Form<Values>
          className="clv-form"
          layout="vertical"
          initialValues={fit ? toValues(fit) : fresh}
          onFinish={(values) => void start(values)}
        >
          <Form.Item name="weeks" label={t('clv.weeks')} rules={[{ required: true }]}>
            <InputNumber min={1} max={520} precision={0} suffix={t('clv.unit_weeks')} />
          </Form.Item>
          <Form.Item name="discount" label={t('clv.discount')} rules={[{ required: true }]}>
            <InputNumber min={0} max={100} suffix="%" />
          </Form.Item>
          <Form.Item name="model" label={t('clv.model')} tooltip={t('clv.model_hint')}>
            <Select
              options={(['bg_nbd', 'pareto_nbd'] as const).map((value) => ({
                value,
                label: t(`clv_model.${value}`),
              }))}
            />
          </Form.Item>
          <Form.Item name="since" label={t('clv.since')} tooltip={t('clv.since_hint')}>
            <DatePicker placeholder={t('clv.since_all')} />
          </Form.Item>
          <Form.Item name="until" label={t('clv.until')} tooltip={t('clv.until_hint')}>
            <DatePicker placeholder={t('clv.until_today')} maxDate={dayjs()} />
          </Form.Item>
          <Button type="primary" htmlType="submit" loading={busy}>
            {t('clv.fit')}
          </Button>
        </Form>
      )}
      {job && <JobProgress key={job.id} id={job.id} first={job} over={reload} />}
    </Card>
  );
}
