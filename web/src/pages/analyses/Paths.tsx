import { Card, InputNumber, Segmented, Select } from 'antd';
import { useMemo } from 'react';
import type { Asked } from '@/api/analyses';
import { lookups } from '@/api/catalogue';
import { EmptyState } from '@/components/EmptyState';
import { useI18n, useT } from '@/i18n/I18nProvider';
import { eventsText, readSpec } from '@/lib/analyses/events';
import { useResource } from '@/lib/useResource';
import { Answer } from './Answer';
import { sharedOf, SwitchField, WhenAndWhom } from './Common';
import { Field } from './Field';
import { PathsCard } from './PathsCard';
import { type Changes, choiceOf, numberOf, useAddress } from './useAddress';
import { useAnswer } from './useAnswer';

const usualWindow = 'last 30d';
const usualNodes = ['view', 'click', 'share', 'cart', 'order'];
const directions = ['forwards', 'backwards'] as const;
const gaps = [600, 1800, 7200, 86_400, 604_800] as const;
const mostNodes = 16;

/** What customers did one thing after the other within a visit. */
export default function Paths() {
  const t = useT();
  const [address, change] = useAddress();
  const nodes = nodesOf(address);
  const asked = questionOf(address, nodes);
  const found = useAnswer('paths', asked);
  const backwards = choiceOf(address, 'direction', directions) === 'backwards';
  return (
    <div className="page-stack">
      <Card size="small" title={<h2 className="card-title">{t('paths.form')}</h2>}>
        <Form address={address} change={change} nodes={nodes} />
      </Card>
      {asked === null ? (
        <EmptyState title={t('paths.no_nodes')} hint={t('paths.no_nodes_hint')} />
      ) : (
        <Answer found={found} asked={asked}>
          {(data) => <PathsCard data={data} backwards={backwards} />}
        </Answer>
      )}
    </div>
  );
}

const nodesOf = (address: URLSearchParams) =>
  (address.has('node') ? address.getAll('node') : usualNodes)
    .filter((node) => node !== '')
    .slice(0, mostNodes);

const gapOf = (address: URLSearchParams) => numberOf(address, 'gap', 1800, 1, 30 * 86_400);
const anchorOf = (address: URLSearchParams, nodes: string[]) => nodes.indexOf(address.get('anchor') ?? '');

function questionOf(address: URLSearchParams, nodes: string[]): Asked | null {
  if (nodes.length === 0) return null;
  return {
    ...sharedOf(address, usualWindow),
    nodes: nodes.map((node) => eventsText(readSpec(node))),
    anchor: anchorOf(address, nodes),
    backwards: choiceOf(address, 'direction', directions) === 'backwards',
    collapse: address.get('repeats') !== '1',
    steps: numberOf(address, 'steps', 4, 1, 8),
    gap_s: gapOf(address),
  };
}

interface FormProps {
  address: URLSearchParams;
  change: (changes: Changes) => void;
  nodes: string[];
}

/** Names of nodes, which are kinds of events, or several taken as one in an address written by hand. */
function useNodeOptions(nodes: string[]) {
  const { t, language } = useI18n();
  const found = useResource('event-kinds', lookups.eventKinds);
  const items = found.data?.items;
  return useMemo(() => {
    const kinds = (items ?? []).map((kind) => ({ value: kind.name, label: kind[language] }));
    const label = (kind: string) => kinds.find(({ value }) => value === kind)?.label ?? kind;
    const others = nodes
      .filter((node) => !kinds.some(({ value }) => value === node))
      .map((node) => ({ value: node, label: readSpec(node).kinds.map(label).join(t('comma')) }));
    return [...kinds, ...others];
  }, [items, language, nodes, t]);
}

function Form({ address, change, nodes }: FormProps) {
  const { t, f } = useI18n();
  const direction = choiceOf(address, 'direction', directions);
  const anchor = anchorOf(address, nodes);
  const options = useNodeOptions(nodes);
  const gap = gapOf(address);
  return (
    <div className="analysis-fields">
      <Field label={t('paths.nodes')} wide>
        <Select<string[]>
          mode="multiple"
          className="events-select full-width"
          aria-label={t('paths.nodes')}
          placeholder={t('analysis.choose_events')}
          showSearch={{ optionFilterProp: 'label' }}
          maxCount={mostNodes}
          value={nodes}
          onChange={(next) => change({ node: next.length > 0 ? next : [''] })}
          options={options}
        />
      </Field>
      <Field label={t('paths.direction')}>
        <Segmented
          value={direction}
          onChange={(next) => change({ direction: next === 'forwards' ? null : next })}
          options={directions.map((value) => ({ value, label: t(`paths_direction.${value}`) }))}
        />
      </Field>
      <Field label={t(`paths_anchor.${direction}`)}>
        <Select
          className="filter-select"
          aria-label={t(`paths_anchor.${direction}`)}
          popupMatchSelectWidth={false}
          value={anchor === -1 ? '' : (nodes[anchor] ?? '')}
          onChange={(node) => change({ anchor: node || null })}
          options={[
            { value: '', label: t(`paths_edge.${direction}`) },
            ...options.filter(({ value }) => nodes.includes(value)),
          ]}
        />
      </Field>
      <Field label={t('paths.steps')}>
        <InputNumber
          min={1}
          max={8}
          precision={0}
          aria-label={t('paths.steps')}
          value={numberOf(address, 'steps', 4, 1, 8)}
          onChange={(n) => change({ steps: n === null ? null : String(n) })}
        />
      </Field>
      <Field label={t('paths.gap')}>
        <Select
          aria-label={t('paths.gap')}
          popupMatchSelectWidth={false}
          value={gap}
          onChange={(next) => change({ gap: next === 1800 ? null : String(next) })}
          options={[...new Set<number>([...gaps, gap])].map((value) => ({ value, label: f.duration(value) }))}
        />
      </Field>
      <WhenAndWhom address={address} change={change} usual={usualWindow} />
      <SwitchField
        label={t('paths.repeats')}
        checked={address.get('repeats') === '1'}
        onChange={(on) => change({ repeats: on ? '1' : null })}
      />
    </div>
  );
}
