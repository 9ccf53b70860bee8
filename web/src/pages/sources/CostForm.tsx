import { DatePicker, Form, Input, InputNumber, Select } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { type Cost, type CostBody, costs, sources } from '@/api/catalogue';
import { FormModal } from '@/components/FormModal';
import { useI18n } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';

interface Values {
  source_id: string;
  kind: Cost['kind'];
  days: [Dayjs, Dayjs];
  amount: number;
  note?: string;
}

interface Props {
  cost: Cost | 'new';
  done: () => void;
  onClose: () => void;
}

export function CostForm({ cost, done, onClose }: Props) {
  const { t } = useI18n();
  const found = useResource('sources', (signal) => sources.list({}, signal));
  const required = [{ required: true }];
  return (
    <FormModal<Values>
      title={cost === 'new' ? t('cost.new') : t('action.edit')}
      initial={cost === 'new' ? { kind: 'fixed' } : toValues(cost)}
      save={(values) => (cost === 'new' ? costs.add(toBody(values)) : costs.patch(cost.id, toBody(values)))}
      done={done}
      onClose={onClose}
    >
      <Form.Item name="source_id" label={t('customer.source')} rules={required}>
        <Select
          showSearch={{ optionFilterProp: 'label' }}
          loading={found.loading}
          options={(found.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        />
      </Form.Item>
      <Form.Item name="kind" label={t('column.kind')} rules={required}>
        <Select
          options={(['fixed', 'traffic', 'goods', 'incentive'] as const).map((value) => ({
            value,
            label: t(`cost_kind.${value}`),
          }))}
        />
      </Form.Item>
      <Form.Item name="days" label={t('cost.days')} extra={t('cost.spread')} rules={required}>
        <DatePicker.RangePicker className="full-width" />
      </Form.Item>
      <Form.Item name="amount" label={t('cost.amount_yuan')} rules={required}>
        <InputNumber className="full-width" min={0} precision={2} />
      </Form.Item>
      <Form.Item name="note" label={t('column.note')}>
        <Input maxLength={200} />
      </Form.Item>
    </FormModal>
  );
}

const toValues = (cost: Cost): Values => ({
  source_id: cost.source.id,
  kind: cost.kind,
  days: [dayjs(cost.from_day), dayjs(cost.to_day)],
  amount: cost.amount_fen / 100,
  note: cost.note ?? '',
});

const toBody = ({ source_id, kind, days, amount, note }: Values): CostBody => ({
  source_id,
  kind,
  from_day: days[0].format('YYYY-MM-DD'),
  to_day: days[1].format('YYYY-MM-DD'),
  amount_fen: Math.round(amount * 100),
  note: note || null,
});
