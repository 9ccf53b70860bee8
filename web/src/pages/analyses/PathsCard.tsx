import type { EChartsCoreOption } from 'echarts/core';
import { useMemo } from 'react';
import type { PathLink, Paths } from '@/api/analyses';
import { series } from '@/app/theme';
import { ChartCard } from '@/components/chart/ChartCard';
import type { Format } from '@/i18n/format';
import { useI18n } from '@/i18n/I18nProvider';
import { listName } from '@/lib/analyses/events';
import { useExported } from './useAsked';

interface Props {
  data: Paths;
  backwards: boolean;
}

const ended = '#b9c3c4';
/** A layer holds at most this many parts too thin for words. */
const thin = 0.015;

/** Visits as streams from each event to the next, and where they ended. */
export function PathsCard({ data, backwards }: Props) {
  const { t, f, language } = useI18n();
  const exported = useExported('analysis_paths');
  const nameOf = useMemo(() => {
    const names = data.nodes.map((node) => listName(node, language));
    const end = t(backwards ? 'paths.began' : 'paths.ended');
    return (node: number) => (node < 0 ? end : (names[node] ?? ''));
  }, [data, language, backwards, t]);
  const option = useMemo(() => sankeyOption(data, backwards, nameOf, f), [data, backwards, nameOf, f]);
  const rows = useMemo(() => {
    const fromNode = new Map<string, number>();
    for (const link of data.links) {
      const key = `${link.step} ${link.from}`;
      fromNode.set(key, (fromNode.get(key) ?? 0) + link.visits);
    }
    return data.links
      .toSorted((a, b) => a.step - b.step || b.visits - a.visits)
      .map((link) => ({
        step: link.step + 1,
        from: nameOf(link.from),
        to: nameOf(link.to),
        visits: link.visits,
        share: link.visits / (fromNode.get(`${link.step} ${link.from}`) ?? 1),
      }));
  }, [data, nameOf]);
  return (
    <ChartCard
      title={t(backwards ? 'paths.question_before' : 'paths.question')}
      note={t('paths.answer', { visits: data.visits, customers: data.customers })}
      option={option}
      height={440}
      minWidth={640}
      stacked
      {...exported}
      table={{
        columns: [
          { key: 'step', title: t('funnel.step_title'), kind: 'number' },
          { key: 'from', title: t(backwards ? 'paths.to' : 'paths.from'), kind: 'text' },
          { key: 'to', title: t(backwards ? 'paths.from' : 'paths.to'), kind: 'text' },
          { key: 'visits', title: t('paths.visits'), kind: 'number' },
          { key: 'share', title: t(backwards ? 'paths.share_before' : 'paths.share'), kind: 'percent' },
        ],
        rows,
      }}
    />
  );
}

const keyOf = (layer: number, node: number) => `${layer}:${node}`;

function sankeyOption(
  { links, visits }: Paths,
  backwards: boolean,
  nameOf: (node: number) => string,
  f: Format,
): EChartsCoreOption {
  const layers = Math.max(0, ...links.map(({ step }) => step + 1));
  const weight = new Map<string, { layer: number; node: number; visits: number }>();
  const add = (layer: number, node: number, more: number) => {
    const known = weight.get(keyOf(layer, node)) ?? { layer, node, visits: 0 };
    weight.set(keyOf(layer, node), { ...known, visits: known.visits + more });
  };
  for (const link of links) {
    if (link.step === 0) add(0, link.from, link.visits);
    add(link.step + 1, link.to, link.visits);
  }
  const data = [...weight.values()].map(({ layer, node, visits: here }) => ({
    name: keyOf(layer, node),
    depth: backwards ? layers - layer : layer,
    itemStyle: { color: node < 0 ? ended : (series[node % series.length] ?? ended) },
    label: {
      show: here >= visits * thin,
      position: (backwards ? layer === 0 : layer === layers) ? 'left' : 'right',
      formatter: `${nameOf(node)} ${f.number(here)}`,
    },
  }));
  const ends = ({ step, from, to }: PathLink) =>
    backwards
      ? { source: keyOf(step + 1, to), target: keyOf(step, from) }
      : { source: keyOf(step, from), target: keyOf(step + 1, to) };
  const said = (key: string) => nameOf(Number(key.split(':')[1]));
  return {
    tooltip: {
      renderMode: 'richText',
      confine: true,
      formatter: (part: { dataType: string; name: string; value: number; data: Record<string, string> }) =>
        part.dataType === 'edge'
          ? `${said(part.data['source'] ?? '')} → ${said(part.data['target'] ?? '')}: ${f.number(part.value)}`
          : `${said(part.name)}: ${f.number(part.value)}`,
    },
    series: [
      {
        type: 'sankey',
        left: 8,
        right: 8,
        top: 8,
        bottom: 8,
        nodeGap: 10,
        nodeWidth: 14,
        draggable: false,
        data,
        links: links.map((link) => ({ ...ends(link), value: link.visits })),
        lineStyle: { color: 'source', opacity: 0.25 },
        emphasis: { focus: 'adjacency' },
      },
    ],
  };
}
