import { CloseOutlined } from '@ant-design/icons';
import { Button, Input, InputNumber, Select } from 'antd';
import { useT } from '@/i18n/I18nProvider';
import type { Key } from '@/i18n/text';
import type { Compare, Row } from '@/lib/audience/rows';
import { EventRowEditor } from './EventRowEditor';
import { NamesInput } from './NamesInput';
import { SequenceEditor } from './SequenceEditor';
import { WindowInput } from './WindowInput';

interface Props {
  row: Row;
  onChange: (row: Row) => void;
  onRemove: () => void;
}

/** One condition: is or is not, and its own controls. */
export function RowEditor({ row, onChange, onRemove }: Props) {
  const t = useT();
  return (
    <div className="builder-row">
      <span className="builder-label">{t(labelOf(row))}</span>
      <Select<'yes' | 'no'>
        size="small"
        className="builder-not"
        aria-label={t('builder.is_or_not')}
        value={row.not ? 'no' : 'yes'}
        onChange={(choice) => onChange({ ...row, not: choice === 'no' })}
        options={[
          { value: 'yes', label: t(isDeed(row) ? 'builder.did' : 'builder.is') },
          { value: 'no', label: t(isDeed(row) ? 'builder.did_not' : 'builder.is_not') },
        ]}
      />
      <Controls row={row} onChange={onChange} />
      <Button
        type="text"
        size="small"
        icon={<CloseOutlined />}
        aria-label={t('builder.remove')}
        onClick={onRemove}
      />
    </div>
  );
}

const isDeed = (row: Row) => row.kind === 'ever' || row.kind === 'seq';

function labelOf(row: Row): Key {
  switch (row.kind) {
    case 'name':
    case 'time':
    case 'flag':
      return `row.${row.what}`;
    case 'number':
      return row.what === 'age' ? 'row.age' : (`row.${row.what.replace('.', '_')}` as Key);
    case 'contains':
      return 'row.nickname';
    default:
      return `row.${row.kind}`;
  }
}

interface ControlProps {
  row: Row;
  onChange: (row: Row) => void;
}

function Controls({ row, onChange }: ControlProps) {
  const t = useT();
  switch (row.kind) {
    case 'tag':
    case 'group':
    case 'team':
      return (
        <NamesInput what={row.kind} value={row.names} onChange={(names) => onChange({ ...row, names })} />
      );
    case 'name':
      return (
        <NamesInput what={row.what} value={row.names} onChange={(names) => onChange({ ...row, names })} />
      );
    case 'audience':
      return (
        <NamesInput
          what="audience"
          most={1}
          value={row.name ? [row.name] : []}
          onChange={(names) => onChange({ ...row, name: names[0] ?? '' })}
        />
      );
    case 'tier':
      return <TierInput row={row} onChange={onChange} />;
    case 'gender':
      return (
        <Select
          size="small"
          aria-label={t('row.gender')}
          value={row.value}
          onChange={(value: 'male' | 'female') => onChange({ ...row, value })}
          options={(['female', 'male'] as const).map((value) => ({ value, label: t(`gender.${value}`) }))}
        />
      );
    case 'contains':
      return (
        <Input
          size="small"
          aria-label={t('row.nickname')}
          value={row.value}
          onChange={(event) => onChange({ ...row, value: event.target.value })}
        />
      );
    case 'number':
      return <NumberInput value={row} onChange={(change) => onChange({ ...row, ...change })} />;
    case 'time':
      return (
        <WindowInput
          ahead={row.what === 'birthday'}
          value={row.window}
          onChange={(window) => onChange({ ...row, window })}
        />
      );
    case 'due':
      return (
        <>
          <NamesInput
            what="cycle"
            most={1}
            placeholder={t('row.cycle')}
            value={row.name ? [row.name] : []}
            onChange={(names) => onChange({ ...row, name: names[0] ?? '' })}
          />
          <WindowInput ahead value={row.window} onChange={(window) => onChange({ ...row, window })} />
        </>
      );
    case 'ever':
    case 'measure':
    case 'spend':
      return <EventRowEditor row={row} onChange={onChange} />;
    case 'seq':
      return <SequenceEditor row={row} onChange={onChange} />;
    case 'sample':
      return <SampleInput row={row} onChange={onChange} />;
    case 'text':
      return (
        <>
          <code className="expression">{row.text}</code>
          <span className="soft">{t('builder.text_kept')}</span>
        </>
      );
    case 'flag':
      return null;
  }
}

function TierInput({ row, onChange }: { row: Extract<Row, { kind: 'tier' }>; onChange: (row: Row) => void }) {
  const t = useT();
  return (
    <>
      <NamesInput
        what="tier_model"
        most={1}
        placeholder={t('row.tier_model')}
        value={row.model ? [row.model] : []}
        onChange={(names) => onChange({ ...row, model: names[0] ?? '', names: [] })}
      />
      {row.model && (
        <NamesInput
          what="tier"
          model={row.model}
          value={row.names}
          onChange={(names) => onChange({ ...row, names })}
        />
      )}
    </>
  );
}

/** A stable share: the same name always picks the same people. */
function SampleInput({
  row,
  onChange,
}: {
  row: Extract<Row, { kind: 'sample' }>;
  onChange: (row: Row) => void;
}) {
  const t = useT();
  return (
    <>
      <Input
        size="small"
        className="builder-sample"
        aria-label={t('row.sample_name')}
        placeholder={t('row.sample_name')}
        maxLength={60}
        value={row.name}
        onChange={(event) => onChange({ ...row, name: event.target.value })}
      />
      <InputNumber
        size="small"
        aria-label={t('row.sample_share')}
        min={0}
        max={100}
        precision={2}
        suffix="%"
        value={row.percent}
        onChange={(percent) => onChange({ ...row, percent: percent ?? 0 })}
      />
    </>
  );
}

const compares: Compare[] = ['>=', '<=', '=', '!=', '>', '<'];
const signs: Record<Compare, string> = { '>=': '≥', '<=': '≤', '=': '=', '!=': '≠', '>': '>', '<': '<' };

interface NumberProps {
  value: { op: Compare; value: number };
  onChange: (change: { op: Compare; value: number }) => void;
  suffix?: string;
}

export function NumberInput({ value, onChange, suffix }: NumberProps) {
  const t = useT();
  return (
    <>
      <Select
        size="small"
        className="builder-op"
        aria-label={t('builder.compare')}
        value={value.op}
        onChange={(op: Compare) => onChange({ ...value, op })}
        options={compares.map((op) => ({ value: op, label: signs[op] }))}
      />
      <InputNumber
        size="small"
        aria-label={t('column.value')}
        value={value.value}
        min={0}
        {...(suffix && { suffix })}
        onChange={(next) => onChange({ ...value, value: next ?? 0 })}
      />
    </>
  );
}
