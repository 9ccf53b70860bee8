import { CloseOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, InputNumber, Select } from 'antd';
import { useT } from '@/i18n/I18nProvider';
import { mostSteps, type Row } from '@/lib/audience/rows';
import { EventInput } from './EventInput';
import { WindowInput } from './WindowInput';

type SequenceRow = Extract<Row, { kind: 'seq' }>;

const units = ['h', 'd', 'w'] as const;

/** What they did first, what next, within how long. */
export function SequenceEditor({ row, onChange }: { row: SequenceRow; onChange: (row: Row) => void }) {
  const t = useT();
  const { steps, within } = row;
  const set = (next: string[]) => onChange({ ...row, steps: next });
  return (
    <>
      <WindowInput ever value={row.window} onChange={(window) => onChange({ ...row, window })} />
      {steps.map((step, index) => (
        <span key={index} className="builder-step">
          {index > 0 && <span className="soft">{t('row.then')}</span>}
          <EventInput
            value={step}
            onChange={(next) => set(steps.map((one, i) => (i === index ? next : one)))}
          />
          {steps.length > 2 && (
            <Button
              type="text"
              size="small"
              icon={<CloseOutlined />}
              aria-label={t('row.remove_step', { n: index + 1 })}
              onClick={() => set(steps.filter((_, i) => i !== index))}
            />
          )}
        </span>
      ))}
      {steps.length < mostSteps && (
        <Button
          size="small"
          type="dashed"
          icon={<PlusOutlined />}
          aria-label={t('row.add_step')}
          onClick={() => set([...steps, 'order'])}
        />
      )}
      <span className="soft">{t('row.within')}</span>
      <InputNumber
        size="small"
        min={1}
        max={3650}
        precision={0}
        aria-label={t('row.within')}
        value={Number.parseInt(within, 10)}
        onChange={(next) => onChange({ ...row, within: `${next ?? 1}${within.slice(-1)}` })}
      />
      <Select
        size="small"
        aria-label={t('row.within_unit')}
        value={within.slice(-1)}
        onChange={(unit: string) => onChange({ ...row, within: `${Number.parseInt(within, 10)}${unit}` })}
        options={units.map((value) => ({ value, label: t(`length.${value}`) }))}
      />
    </>
  );
}
