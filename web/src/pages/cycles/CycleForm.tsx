import { Button, Form, Input, InputNumber, Radio, Select } from 'antd';
import { useEffect, useState } from 'react';
import { fields, lookups, products } from '@/api/catalogue';
import {
  type CycleBody,
  type CycleRow,
  cycles,
  cycleStarts,
  type CycleStart,
  type CycleUnit,
  cycleUnits,
} from '@/api/cycles';
import { FormModal } from '@/components/FormModal';
import { useI18n } from '@/i18n/I18nProvider';
import { useResource, useRested } from '@/lib/useResource';
import './cycles.css';

interface Values {
  name: string;
  starts: CycleStart;
  product_ids?: string[];
  kind?: string;
  field_id?: string;
  length?: number;
  unit?: CycleUnit;
}

interface Props {
  /** Null: a new one. */
  cycle: CycleRow | null;
  /** A product that a new one begins with. */
  product: string | null;
  done: () => void;
  onClose: () => void;
}

/** A cycle: its name, what it counts from, how long it is. What it counts from is chosen once. */
export function CycleForm({ cycle, product, done, onClose }: Props) {
  const { t } = useI18n();
  const initial: Partial<Values> = cycle
    ? {
        name: cycle.name,
        starts: cycle.starts,
        product_ids: cycle.products.map(({ id }) => id),
        unit: cycle.unit ?? 'day',
        ...(cycle.length !== null && { length: cycle.length }),
      }
    : { starts: 'purchase', unit: 'day', ...(product !== null && { product_ids: [product] }) };
  const save = (values: Values) => {
    const { starts, product_ids, kind, field_id } = values;
    const body: CycleBody = { name: values.name };
    if (starts === 'purchase') body.product_ids = product_ids ?? [];
    if (starts !== 'relative' && values.length) {
      body.length = values.length;
      body.unit = values.unit ?? 'day';
    }
    if (cycle) return cycles.patch(cycle.id, body);
    if (starts === 'event' && kind) body.kind = kind;
    if ((starts === 'field' || starts === 'relative') && field_id) body.field_id = field_id;
    return cycles.add({ ...body, starts });
  };
  return (
    <FormModal<Values>
      title={t(cycle ? 'action.edit' : 'cycle.new')}
      initial={initial}
      save={save}
      done={done}
      onClose={onClose}
      width={560}
    >
      <Form.Item name="name" label={t('column.name')} rules={[{ required: true, whitespace: true }]}>
        <Input autoFocus maxLength={60} />
      </Form.Item>
      <Form.Item name="starts" label={t('cycle.from')}>
        <Radio.Group
          disabled={cycle !== null}
          optionType="button"
          options={cycleStarts.map((value) => ({ value, label: t(`cycle_start.${value}`) }))}
        />
      </Form.Item>
      <Form.Item noStyle dependencies={['starts']}>
        {({ getFieldValue }) => (
          <Start starts={getFieldValue('starts') as CycleStart} known={cycle} changing={cycle !== null} />
        )}
      </Form.Item>
    </FormModal>
  );
}

function Start({
  starts,
  known,
  changing,
}: {
  starts: CycleStart;
  known: CycleRow | null;
  changing: boolean;
}) {
  const { t } = useI18n();
  return (
    <>
      <p className="soft">{t(`cycle_start.${starts}_hint`)}</p>
      {starts === 'purchase' && (
        <Form.Item name="product_ids" label={t('cycle.products')} rules={[{ required: true }]}>
          <ProductsSelect known={known} />
        </Form.Item>
      )}
      {starts === 'event' && !changing && (
        <Form.Item name="kind" label={t('cycle.kind')} rules={[{ required: true }]}>
          <KindSelect />
        </Form.Item>
      )}
      {(starts === 'field' || starts === 'relative') && !changing && (
        <Form.Item name="field_id" label={t('cycle.field')} rules={[{ required: true }]}>
          <FieldSelect />
        </Form.Item>
      )}
      {starts !== 'relative' && <Length suggest={starts === 'purchase'} />}
    </>
  );
}

function Length({ suggest }: { suggest: boolean }) {
  const { t } = useI18n();
  return (
    <>
      <Form.Item label={t('cycle.length')} required>
        <div className="inline-fields">
          <Form.Item name="length" noStyle rules={[{ required: true, message: t('cycle.length_needed') }]}>
            <InputNumber min={1} max={36_500} precision={0} aria-label={t('cycle.length')} />
          </Form.Item>
          <Form.Item name="unit" noStyle>
            <Select
              className="unit-select"
              aria-label={t('cycle.unit')}
              options={cycleUnits.map((value) => ({ value, label: t(`cycle_unit.${value}`) }))}
            />
          </Form.Item>
        </div>
      </Form.Item>
      {suggest && (
        <Form.Item noStyle dependencies={['product_ids']}>
          {({ getFieldValue, setFieldsValue }) => (
            <Suggestion
              ids={(getFieldValue('product_ids') as string[] | undefined) ?? []}
              take={(length) => setFieldsValue({ length, unit: 'day' })}
            />
          )}
        </Form.Item>
      )}
    </>
  );
}

/** What the data says of the length, and what it says it from. */
function Suggestion({ ids, take }: { ids: string[]; take: (days: number) => void }) {
  const { t, f } = useI18n();
  const key = ids.join(',');
  const found = useResource(key === '' ? null : key, (signal) => cycles.suggest(ids, signal));
  if (key === '' || found.data === undefined) return null;
  const { length, enough, intervals, buyers, p25_days, p75_days } = found.data;
  if (length === null)
    return <p className="soft">{t('cycle.no_suggestion', { buyers: f.number(buyers) })}</p>;
  return (
    <p className="soft">
      {t('cycle.suggestion', {
        length,
        intervals: f.number(intervals),
        buyers: f.number(buyers),
        p25: f.number(p25_days),
        p75: f.number(p75_days),
      })}{' '}
      {!enough && t('cycle.few')}
      <Button size="small" onClick={() => take(length)}>
        {t('cycle.take')}
      </Button>
    </p>
  );
}

interface SelectProps<V> {
  id?: string;
  value?: V;
  onChange?: (value: V) => void;
}

/** Products by name or code; those of the cycle that is edited are known without asking. */
function ProductsSelect({
  id,
  value = [],
  onChange,
  known,
}: SelectProps<string[]> & { known: CycleRow | null }) {
  const { t } = useI18n();
  const [q, setQ] = useState('');
  const [names, setNames] = useState(
    () => new Map(known?.products.map((one) => [one.id, one.name ?? one.code ?? one.id]) ?? []),
  );
  const rested = useRested(q, 200);
  const found = useResource(rested, (signal) => products.list({ q: rested, limit: 50 }, signal));
  const items = found.data?.items;
  useEffect(() => {
    if (items)
      setNames(
        (old) => new Map([...old, ...items.map((one) => [one.id, `${one.name} (${one.code})`] as const)]),
      );
  }, [items]);
  return (
    <Select<string[]>
      mode="multiple"
      {...(id && { id })}
      maxCount={50}
      aria-label={t('cycle.products')}
      placeholder={t('product.choose')}
      showSearch={{ filterOption: false, onSearch: setQ }}
      value={value}
      onChange={(next) => onChange?.(next)}
      options={[
        ...(items ?? []).map((one) => ({ value: one.id, label: `${one.name} (${one.code})` })),
        ...value
          .filter((one) => !items?.some((item) => item.id === one))
          .map((one) => ({ value: one, label: names.get(one) ?? one })),
      ]}
    />
  );
}

function KindSelect({ id, value, onChange }: SelectProps<string>) {
  const { t, language } = useI18n();
  const found = useResource('event-kinds', lookups.eventKinds);
  return (
    <Select<string>
      {...(id && { id })}
      showSearch={{ optionFilterProp: 'label' }}
      aria-label={t('cycle.kind')}
      {...(value !== undefined && { value })}
      onChange={(next) => onChange?.(next)}
      options={(found.data?.items ?? []).map((kind) => ({ value: kind.name, label: kind[language] }))}
    />
  );
}

function FieldSelect({ id, value, onChange }: SelectProps<string>) {
  const { t } = useI18n();
  const found = useResource('fields', fields.list);
  const days = (found.data?.items ?? []).filter((one) => one.type === 'day' && one.class === 'plain');
  return (
    <Select<string>
      {...(id && { id })}
      aria-label={t('cycle.field')}
      notFoundContent={t('cycle.no_field')}
      {...(value !== undefined && { value })}
      onChange={(next) => onChange?.(next)}
      options={days.map((one) => ({ value: one.id, label: one.name }))}
    />
  );
}
