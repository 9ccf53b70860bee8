import { Segmented } from 'antd';
import { useMemo, useState } from 'react';
import type { Today } from '@/api/reports';
import { ChartCard } from '@/components/chart/ChartCard';
import { useI18n } from '@/i18n/I18nProvider';

type Measure = 'friends' | 'orders' | 'sale_fen';

export function TrendCard({ trend }: { trend: Today['trend'] }) {
  const { t, f } = useI18n();
  const [measure, setMeasure] = useState<Measure>('orders');
  const option = useMemo(
    () => ({
      grid: { left: 64, right: 16, top: 16, bottom: 28 },
      tooltip: { trigger: 'axis', renderMode: 'richText' },
      xAxis: { type: 'category', data: trend.days.map(f.day), boundaryGap: false },
      yAxis: {
        type: 'value',
        axisLabel: {
          formatter:
            measure === 'sale_fen' ? (v: number) => f.moneyShort(v * 100) : (v: number) => f.number(v),
        },
      },
      series: [
        {
          type: 'line',
          name: t(`today.${measure}`),
          showSymbol: false,
          areaStyle: { opacity: 0.12 },
          data: trend[measure].map((v) => (measure === 'sale_fen' ? v / 100 : v)),
        },
      ],
    }),
    [trend, measure, t, f],
  );
  const rows = trend.days.map((day, i) => ({
    day,
    friends: trend.friends[i] ?? null,
    orders: trend.orders[i] ?? null,
    sale_fen: trend.sale_fen[i] ?? null,
  }));
  return (
    <ChartCard
      title={t('today.trend')}
      option={option}
      height={260}
      list={{ what: 'trend' }}
      table={{
        columns: [
          { key: 'day', title: t('column.day'), kind: 'day' },
          { key: 'friends', title: t('today.friends'), kind: 'number' },
          { key: 'orders', title: t('today.orders'), kind: 'number' },
          { key: 'sale_fen', title: t('today.sale_fen'), kind: 'money' },
        ],
        rows: rows.reverse(),
      }}
      extra={
        <Segmented<Measure>
          size="small"
          value={measure}
          onChange={setMeasure}
          options={(['orders', 'sale_fen', 'friends'] as const).map((value) => ({
            value,
            label: t(`today.${value}`),
          }))}
        />
      }
    />
  );
}
