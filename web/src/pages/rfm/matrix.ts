import type { EChartsCoreOption } from 'echarts/core';
import type { Rfm } from '@/api/audiences';
import type { Format } from '@/i18n/format';
import type { T } from '@/i18n/text';

export type Measure = 'customers' | 'amount_fen';

export interface MatrixRow {
  r: number;
  f: number;
  customers: number;
  amount_fen: number;
  /** The customers' mean M. */
  m: number;
}

/** The cells summed over M, best first. */
export function matrixRows(cells: Rfm['cells']): MatrixRow[] {
  const sums = new Map<string, MatrixRow>();
  for (const { r, f, m, customers, amount_fen } of cells) {
    const key = `${r} ${f}`;
    const sum = sums.get(key) ?? { r, f, customers: 0, amount_fen: 0, m: 0 };
    sum.customers += customers;
    sum.amount_fen += amount_fen;
    sum.m += m * customers;
    sums.set(key, sum);
  }
  return [...sums.values()]
    .map((sum) => ({ ...sum, m: sum.customers > 0 ? sum.m / sum.customers : 0 }))
    .sort((a, b) => b.r + b.f - (a.r + a.f) || b.r - a.r);
}

export function matrixOption(rows: MatrixRow[], measure: Measure, t: T, f: Format): EChartsCoreOption {
  const show = (value: number) => (measure === 'customers' ? f.number(value) : f.moneyShort(value));
  const steps = ['1', '2', '3', '4', '5'];
  return {
    grid: { left: 16, right: 24, top: 12, bottom: 40, containLabel: true },
    tooltip: {
      renderMode: 'richText',
      confine: true,
      formatter: ({ value }: { value: [number, number, number] }) =>
        `R${value[0] + 1} F${value[1] + 1}: ${show(value[2])}`,
    },
    xAxis: { type: 'category', data: steps, name: t('rfm.r'), nameLocation: 'middle', nameGap: 26 },
    yAxis: { type: 'category', data: steps, name: t('rfm.f') },
    visualMap: {
      show: false,
      min: 0,
      max: Math.max(1, ...rows.map((row) => row[measure])),
      inRange: { color: ['#eef5f4', '#9ccac7', '#2f8a8c', '#08484d'] },
    },
    series: [
      {
        type: 'heatmap',
        data: rows.map((row) => [row.r - 1, row.f - 1, row[measure]]),
        label: { show: true, formatter: ({ value }: { value: [number, number, number] }) => show(value[2]) },
        itemStyle: { borderColor: '#fff', borderWidth: 2 },
      },
    ],
  };
}
