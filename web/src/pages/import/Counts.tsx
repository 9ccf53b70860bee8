import { Statistic } from 'antd';
import type { Job } from '@/api/jobs';
import { useI18n } from '@/i18n/I18nProvider';

const names = ['lines', 'added', 'changed', 'known', 'rejected', 'customers', 'orders'] as const;

/** What became, or would become, of the lines. */
export function Counts({ job }: { job: Job }) {
  const { t, f } = useI18n();
  const result = job.result;
  if (result === null) return null;
  return (
    <div className="figures counts">
      {names.map((name) =>
        typeof result[name] === 'number' ? (
          <Statistic key={name} title={t(`count.${name}`)} value={f.number(result[name])} />
        ) : null,
      )}
    </div>
  );
}
