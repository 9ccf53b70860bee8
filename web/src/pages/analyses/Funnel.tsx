import { Card, InputNumber, Select } from 'antd';
import { useMemo } from 'react';
import type { Asked } from '@/api/analyses';
import { useSession } from '@/app/session';
import { EmptyState } from '@/components/EmptyState';
import { ErrorNotice } from '@/components/ErrorNotice';
import { useI18n, useT } from '@/i18n/I18nProvider';
import { eventsText } from '@/lib/analyses/events';
import { windowBefore } from '@/lib/analyses/window';
import { Answer } from './Answer';
import { sharedOf, SwitchField, WhenAndWhom, windowOf } from './Common';
import { Field } from './Field';
import { FunnelBars } from './FunnelBars';
import { FunnelGroups } from './FunnelGroups';
import { type FunnelStep, FunnelSteps, stepsOf, writeSteps } from './FunnelSteps';
import { TierModelSelect } from './TierModelSelect';
import { type Changes, choiceOf, useAddress } from './useAddress';
import { useAnswer } from './useAnswer';

const usualWindow = 'last 30d';
const groupings = ['none', 'source', 'staff', 'stage', 'tier', 'city', 'province', 'gender'] as const;
const lengths = ['h', 'd', 'w'] as const;

const withinOf = (address: URLSearchParams) =>
  /^\d{1,4}[hdw]$/.test(address.get('within') ?? '') ? (address.get('within') ?? '') : '7d';

/** How many got from step to step, where the others were lost, and how long it took. */
export default function Funnel() {
  const t = useT();
  const { zone } = useSession().corp;
  const [address, change] = useAddress();
  const steps = stepsOf(address);
  const asked = questionOf(address, steps);
  const window = windowOf(address, usualWindow);
  const before = useMemo(() => windowBefore(window, Math.floor(Date.now() / 1000), zone), [window, zone]);
  const comparing = address.get('compare') === '1' && before !== null;
  const found = useAnswer('funnel', asked);
  const earlier = useAnswer('funnel', asked && comparing ? { ...asked, window: before } : null);
  return (
    <div className="page-stack">
      <Card
        size="small"
        className="analysis-form"
        title={<h2 className="card-title">{t('funnel.steps')}</h2>}
      >
        <FunnelSteps steps={steps} onChange={(next) => change(writeSteps(next))} />
        <Options address={address} change={change} comparable={before !== null} />
      </Card>
      {comparing && found.error === undefined && earlier.error !== undefined && (
        <ErrorNotice error={earlier.error} retry={earlier.reload} />
      )}
      {asked === null ? (
        <EmptyState title={t('funnel.no_steps')} hint={t('funnel.no_steps_hint')} />
      ) : (
        <Answer found={found} asked={asked}>
          {(data) => (
            <>
              <FunnelBars data={data} earlier={comparing ? (earlier.data ?? null) : null} />
              {data.groups.length > 1 && <FunnelGroups data={data} by={String(asked['by'])} />}
            </>
          )}
        </Answer>
      )}
    </div>
  );
}

/** Null while a step has no event yet, or the tier model is still to be chosen. */
function questionOf(address: URLSearchParams, steps: FunnelStep[]): Asked | null {
  const by = choiceOf(address, 'by', groupings);
  const ready = steps.length > 0 && steps.every(({ events }) => events.kinds.length > 0);
  if (!ready) return null;
  return {
    ...sharedOf(address, usualWindow),
    steps: steps.map(({ events, audience }) => ({
      events: eventsText(events),
      ...(audience && { audience }),
    })),
    within: withinOf(address),
    ...(by !== 'none' && (by !== 'tier' || address.get('model')) && { by }),
    ...(by === 'tier' && { model: address.get('model') }),
  };
}

interface OptionsProps {
  address: URLSearchParams;
  change: (changes: Changes) => void;
  comparable: boolean;
}

function Options({ address, change, comparable }: OptionsProps) {
  const { t } = useI18n();
  const within = withinOf(address);
  const by = choiceOf(address, 'by', groupings);
  return (
    <div className="analysis-fields">
      <WhenAndWhom address={address} change={change} usual={usualWindow} />
      <Field label={t('funnel.within')}>
        <InputNumber
          min={1}
          max={3650}
          precision={0}
          aria-label={t('funnel.within')}
          value={Number.parseInt(within, 10)}
          onChange={(n) => change({ within: `${n ?? 1}${within.slice(-1)}` })}
        />
        <Select
          aria-label={t('row.within_unit')}
          value={within.slice(-1)}
          onChange={(unit: string) => change({ within: `${Number.parseInt(within, 10)}${unit}` })}
          options={lengths.map((value) => ({ value, label: t(`length.${value}`) }))}
        />
      </Field>
      <Field label={t('funnel.by')}>
        <Select
          className="filter-select"
          aria-label={t('funnel.by')}
          value={by}
          onChange={(next) => change({ by: next === 'none' ? null : next })}
          options={groupings.map((value) => ({ value, label: t(`funnel_by.${value}`) }))}
        />
        {by === 'tier' && (
          <TierModelSelect value={address.get('model')} onChange={(model) => change({ model })} />
        )}
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
