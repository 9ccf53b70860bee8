import { useMemo } from 'react';
import type { TierModel } from '@/api/audiences';
import { ChartCard } from '@/components/chart/ChartCard';
import { grid, tooltip, whole } from '@/components/chart/options';
import { safeColour } from '@/components/TierMark';
import { useI18n } from '@/i18n/I18nProvider';

/** How many customers stand in each tier now. */
export function Distribution({ model }: { model: TierModel }) {
  const { t, f } = useI18n();
  const total = model.tiers.reduce((sum, { customers }) => sum + (customers ?? 0), 0);
  const rows = useMemo(
    () =>
      model.tiers.map(({ name, customers }) => ({
        name,
        customers: customers ?? 0,
        share: total > 0 ? (customers ?? 0) / total : null,
      })),
    [model, total],
  );
  const option = useMemo(
    () => ({
      grid: { ...grid, top: 8, right: 72 },
      tooltip,
      xAxis: { type: 'value', axisLabel: { formatter: whole(f) } },
      yAxis: { type: 'category', inverse: true, data: model.tiers.map(({ name }) => name) },
      series: [
        {
          type: 'bar',
          name: t('column.customers'),
          barMaxWidth: 26,
          label: {
            show: true,
            position: 'right',
            formatter: ({ value }: { value: number }) => f.number(value),
          },
          data: model.tiers.map(({ customers, color }) => ({
            value: customers ?? 0,
            itemStyle: { color: safeColour(color) },
          })),
        },
      ],
    }),
    [model, t, f],
  );
  return (
    <ChartCard
      title={t('tier.question', { name: model.name })}
      option={option}
      list={{ what: 'tiers', filter: { model_id: model.id } }}
      height={Math.max(200, model.tiers.length * 38 + 50)}
      table={{
        columns: [
          { key: 'name', title: t('customer.tier'), kind: 'text' },
          { key: 'customers', title: t('column.customers'), kind: 'number' },
          { key: 'share', title: t('column.share'), kind: 'percent' },
        ],
        rows: total > 0 ? rows : [],
      }}
    />
  );
}
