import {
  ArrowDownOutlined,
  ArrowUpOutlined,
  CloseOutlined,
  PlusOutlined,
  UserOutlined,
} from '@ant-design/icons';
import { Button, Tooltip } from 'antd';
import { useState } from 'react';
import { useT } from '@/i18n/I18nProvider';
import { type EventSpec, readSpec, writeSpec } from '@/lib/analyses/events';
import { mostSteps } from '@/lib/audience/rows';
import { AudienceField } from './AudienceField';
import { EventsField } from './EventsField';
import type { Changes } from './useAddress';

export interface FunnelStep {
  events: EventSpec;
  /** Only they go past this step; empty: everyone. */
  audience: string;
}

const usualSteps = ['view', 'click', 'order'];

/** The steps of the address: step=view&step=order, with who1, who2 … for those that only some go past. */
export function stepsOf(address: URLSearchParams): FunnelStep[] {
  const texts = address.has('step') ? address.getAll('step') : usualSteps;
  return texts
    .slice(0, mostSteps)
    .map((text, i) => ({ events: readSpec(text), audience: address.get(`who${i + 1}`) ?? '' }));
}

export function writeSteps(steps: FunnelStep[]): Changes {
  const whom = Array.from(
    { length: mostSteps },
    (_, i) => [`who${i + 1}`, steps[i]?.audience || null] as const,
  );
  return { step: steps.map(({ events }) => writeSpec(events)), ...Object.fromEntries(whom) };
}

const noStep: FunnelStep = { events: { kinds: [], where: '' }, audience: '' };

interface Props {
  steps: FunnelStep[];
  onChange: (steps: FunnelStep[]) => void;
}

/** The steps one after the other: what happened, and of whom. */
export function FunnelSteps({ steps, onChange }: Props) {
  const t = useT();
  const swap = (a: number, b: number) =>
    onChange(steps.map((step, i) => (i === a ? steps[b] : i === b ? steps[a] : step) ?? step));
  return (
    <>
      <ol className="funnel-steps">
        {steps.map((step, index) => (
          <li key={index}>
            <Step
              number={index + 1}
              step={step}
              onChange={(next) => onChange(steps.map((one, i) => (i === index ? next : one)))}
            />
            <span className="funnel-step-tools">
              <Button
                type="text"
                size="small"
                icon={<ArrowUpOutlined />}
                disabled={index === 0}
                aria-label={t('funnel.step_up', { n: index + 1 })}
                onClick={() => swap(index, index - 1)}
              />
              <Button
                type="text"
                size="small"
                icon={<ArrowDownOutlined />}
                disabled={index === steps.length - 1}
                aria-label={t('funnel.step_down', { n: index + 1 })}
                onClick={() => swap(index, index + 1)}
              />
              <Button
                type="text"
                size="small"
                icon={<CloseOutlined />}
                disabled={steps.length === 1}
                aria-label={t('row.remove_step', { n: index + 1 })}
                onClick={() => onChange(steps.filter((_, i) => i !== index))}
              />
            </span>
          </li>
        ))}
      </ol>
      {steps.length < mostSteps && (
        <Button type="dashed" icon={<PlusOutlined />} onClick={() => onChange([...steps, noStep])}>
          {t('row.add_step')}
        </Button>
      )}
    </>
  );
}

interface StepProps {
  number: number;
  step: FunnelStep;
  onChange: (step: FunnelStep) => void;
}

function Step({ number, step, onChange }: StepProps) {
  const t = useT();
  const [choosing, setChoosing] = useState(step.audience !== '');
  const name = t('funnel.step', { n: number });
  return (
    <div className="funnel-step">
      <span className="funnel-step-number" aria-hidden>
        {number}
      </span>
      <EventsField label={name} value={step.events} onChange={(events) => onChange({ ...step, events })} />
      {choosing ? (
        <AudienceField
          label={t('funnel.step_whom', { n: number })}
          value={step.audience}
          onChange={(audience) => onChange({ ...step, audience })}
        />
      ) : (
        <Tooltip title={t('funnel.step_whom_hint')}>
          <Button
            type="text"
            icon={<UserOutlined />}
            aria-label={t('funnel.step_whom', { n: number })}
            onClick={() => setChoosing(true)}
          >
            {t('funnel.whom_add')}
          </Button>
        </Tooltip>
      )}
    </div>
  );
}
