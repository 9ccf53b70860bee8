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

/** Loads what an option draws with. */
export async function loadKinds(option: echarts.EChartsCoreOption): Promise<void> {
  const series = (option['series'] ?? []) as { type: string }[];
  await Promise.all([...new Set(series.map(({ type }) => type))].map((type) => kinds[type]?.()));
}

export { echarts };
