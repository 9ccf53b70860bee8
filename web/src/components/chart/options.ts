/** Options that the charts of the console share. Tooltips are drawn, never HTML: names come from customers. */
import type { EChartsCoreOption } from 'echarts/core';
import type { Format } from '@/i18n/format';

export const tooltip = { trigger: 'axis', renderMode: 'richText', confine: true } as const;
export const grid = { left: 16, right: 24, top: 40, bottom: 12, containLabel: true } as const;
export const legend = { top: 4, left: 'center', icon: 'roundRect', itemHeight: 8 } as const;

export interface Series {
  name: string;
  type: 'bar' | 'line';
  data: (number | null)[];
  stack?: string;
  /** Drawn against the right axis. */
  right?: boolean;
  lineStyle?: { type: 'dashed' | 'dotted'; opacity: number };
  itemStyle?: { color: string };
}

/** Things that are counted have no fractions on their axis. */
const step = (series: Series[]) =>
  series.every(({ data }) => data.every((value) => value === null || Number.isInteger(value)))
    ? { minInterval: 1 }
    : {};

/** Bars and lines over categories. */
export function columnChart(
  categories: string[],
  series: Series[],
  left: (value: number) => string,
  right?: (value: number) => string,
): EChartsCoreOption {
  const axis = (formatter: (value: number) => string, split: boolean) => ({
    type: 'value',
    axisLabel: { formatter },
    splitLine: { show: split },
    ...step(series.filter((one) => (one.right ?? false) !== split)),
  });
  return {
    grid,
    tooltip,
    legend: series.length > 1 ? legend : { show: false },
    xAxis: { type: 'category', data: categories },
    yAxis: right ? [axis(left, true), axis(right, false)] : axis(left, true),
    series: series.map(({ right: onRight, ...one }) => ({
      ...one,
      ...(onRight && { yAxisIndex: 1 }),
      ...(one.type === 'bar' ? { barMaxWidth: 36 } : { symbolSize: 5 }),
    })),
  };
}

/** Bars that lie, for categories with long names; the first on top. */
export function barChart(
  categories: string[],
  series: Series[],
  value: (value: number) => string,
): EChartsCoreOption {
  return {
    grid,
    tooltip,
    legend: series.length > 1 ? legend : { show: false },
    xAxis: { type: 'value', axisLabel: { formatter: value }, ...step(series) },
    yAxis: {
      type: 'category',
      inverse: true,
      data: categories,
      axisLabel: { width: 200, overflow: 'truncate' },
    },
    series: series.map((one) => ({ ...one, barMaxWidth: 18 })),
  };
}

export const yuan = (f: Format) => (value: number) => f.moneyShort(value * 100);
export const whole = (f: Format) => (value: number) => f.number(value);
export const share = (f: Format) => (value: number) => f.percent(value, 0);
