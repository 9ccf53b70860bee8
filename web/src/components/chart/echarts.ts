/** The parts of ECharts that every chart needs; each kind of series is a chunk of its own, loaded by its name. */
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

echarts.use([GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

const kinds: Record<string, () => Promise<unknown>> = {
  bar: () => import('./kinds/bar'),
  heatmap: () => import('./kinds/heatmap'),
  line: () => import('./kinds/line'),
  sankey: () => import('./kinds/sankey'),
};

/** The kinds of series that an option has, each once. */
export function kindsOf(option: echarts.EChartsCoreOption): string[] {
  const series = (option['series'] ?? []) as { type: string }[];
  return [...new Set(series.map(({ type }) => type))].sort();
}

/** Loads them; one that the console does not draw is left to ECharts, which says so. */
export async function loadKinds(names: string[]): Promise<void> {
  await Promise.all(names.map((name) => kinds[name]?.()));
}

export { echarts };
