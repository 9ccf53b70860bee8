import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined } from '@ant-design/icons';
import { Button, ColorPicker, Drawer, Form, Input, InputNumber, Select, Space } from 'antd';
import { useState } from 'react';
import { type ModelKind, type Tier, type TierModelBody, tierModels } from '@/api/audiences';
import { series } from '@/app/theme';
import { ErrorNotice } from '@/components/ErrorNotice';
import { useI18n } from '@/i18n/I18nProvider';
import { ExpressionField } from '@/pages/audiences/ExpressionField';
import type { Editing } from './Tiers';

const kinds = ['value', 'tenure', 'rfm', 'fan', 'own'] as const;

interface Props {
  editing: Editing;
  done: () => void;
  onClose: () => void;
}

/** A model: its period and its tiers in order; the first whose expression matches wins. */
export function ModelForm({ editing, done, onClose }: Props) {
  const { t } = useI18n();
  const [body, setBody] = useState<TierModelBody>(editing.body);
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: null });
  const tiers = body.tiers ?? [];
  const setTiers = (next: Tier[]) =>
    setBody({ ...body, tiers: next.map((tier, i) => ({ ...tier, position: i + 1 })) });

  const save = async () => {
    setState({ busy: true, error: null });
    try {
      const sent = toSend(body, editing.id === null);
      await (editing.id === null ? tierModels.add(sent) : tierModels.patch(editing.id, sent));
      done();
      onClose();
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  return (
    <Drawer
      open
      size={760}
      title={editing.id === null ? t('tier.new') : `${t('action.edit')} ${editing.body.name ?? ''}`}
      onClose={onClose}
      footer={
        <Button type="primary" loading={state.busy} onClick={() => void save()}>
          {t('action.save')}
        </Button>
      }
    >
      <Form layout="vertical" className="grid-form">
        <Form.Item label={t('column.name')} htmlFor="model-name">
          <Input
            id="model-name"
            maxLength={40}
            value={body.name}
            onChange={(event) => setBody({ ...body, name: event.target.value })}
          />
        </Form.Item>
        <Form.Item label={t('column.kind')} htmlFor="model-kind">
          <Select<ModelKind>
            id="model-kind"
            disabled={editing.id !== null}
            value={body.kind ?? 'own'}
            onChange={(kind) => setBody({ ...body, kind })}
            options={kinds.map((value) => ({ value, label: t(`model_kind.${value}`) }))}
          />
        </Form.Item>
        <Form.Item label={t('tier.period_days')} htmlFor="model-period">
          <InputNumber
            id="model-period"
            min={1}
            max={3650}
            value={body.period_days ?? 90}
            onChange={(days) => setBody({ ...body, period_days: days ?? 90 })}
          />
        </Form.Item>
      </Form>
      <p className="soft">{t('tier.first_wins')}</p>
      {tiers.map((tier, index) => (
        <TierRow
          key={index}
          tier={tier}
          last={index === tiers.length - 1}
          onChange={(next) => setTiers(tiers.map((one, i) => (i === index ? next : one)))}
          onRemove={() => setTiers(tiers.filter((_, i) => i !== index))}
          onMove={(step) => setTiers(moved(tiers, index, step))}
        />
      ))}
      <Button
        onClick={() =>
          setTiers([
            ...tiers,
            {
              position: 0,
              name: '',
              expression: 'all',
              color: series[tiers.length % series.length] ?? '#566164',
              advice: null,
            },
          ])
        }
      >
        {t('tier.add')}
      </Button>
      {state.error !== null && <ErrorNotice error={state.error} />}
    </Drawer>
  );
}

function moved(tiers: Tier[], index: number, step: number): Tier[] {
  const next = [...tiers];
  const [tier] = next.splice(index, 1);
  if (tier) next.splice(index + step, 0, tier);
  return next;
}

/** Only what the server takes; an id keeps the history of a tier that stays. */
function toSend({ name, kind, period_days, enabled, tiers }: TierModelBody, isNew: boolean): TierModelBody {
  return {
    ...(name !== undefined && { name }),
    ...(isNew && kind && { kind }),
    ...(period_days && { period_days }),
    ...(enabled !== undefined && { enabled }),
    tiers: (tiers ?? []).map((tier) => ({
      ...(tier.id && { id: tier.id }),
      position: tier.position,
      name: tier.name,
      expression: tier.expression,
      color: tier.color,
      advice: tier.advice,
    })),
  };
}

interface RowProps {
  tier: Tier;
  last: boolean;
  onChange: (tier: Tier) => void;
  onRemove: () => void;
  onMove: (step: number) => void;
}

function TierRow({ tier, last, onChange, onRemove, onMove }: RowProps) {
  const { t } = useI18n();
  return (
    <fieldset className="tier-row">
      <legend>{t('tier.nth', { n: tier.position })}</legend>
      <Space wrap className="tier-row-head">
        <ColorPicker
          size="small"
          value={tier.color}
          disabledAlpha
          onChangeComplete={(colour) => onChange({ ...tier, color: colour.toHexString() })}
        />
        <Input
          aria-label={t('column.name')}
          placeholder={t('column.name')}
          value={tier.name}
          maxLength={40}
          onChange={(event) => onChange({ ...tier, name: event.target.value })}
        />
        <Button
          icon={<ArrowUpOutlined />}
          aria-label={t('tier.up')}
          disabled={tier.position === 1}
          onClick={() => onMove(-1)}
        />
        <Button
          icon={<ArrowDownOutlined />}
          aria-label={t('tier.down')}
          disabled={last}
          onClick={() => onMove(1)}
        />
        <Button icon={<DeleteOutlined />} aria-label={t('action.remove')} onClick={onRemove} />
      </Space>
      <ExpressionField value={tier.expression} onChange={(expression) => onChange({ ...tier, expression })} />
      <Input
        aria-label={t('tier.advice')}
        placeholder={t('tier.advice')}
        value={tier.advice ?? ''}
        maxLength={200}
        onChange={(event) => onChange({ ...tier, advice: event.target.value || null })}
      />
    </fieldset>
  );
}
