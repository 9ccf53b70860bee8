import { Select } from 'antd';
import { useEffect } from 'react';
import { tierModels } from '@/api/audiences';
import { useT } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';

/** Of which model the tiers are; the first unless told. */
export function TierModelSelect(props: { value: string | null; onChange: (model: string) => void }) {
  const { value, onChange } = props;
  const t = useT();
  const found = useResource('tier-models', tierModels.list);
  const names = (found.data?.items ?? []).map(({ name }) => name);
  const first = names[0];
  useEffect(() => {
    if (value === null && first !== undefined) onChange(first);
  }, [value, first, onChange]);
  return (
    <Select
      className="filter-select"
      aria-label={t('row.tier_model')}
      placeholder={found.data && names.length === 0 ? t('tier.none') : t('row.tier_model')}
      loading={found.loading}
      value={value}
      onChange={onChange}
      options={names.map((name) => ({ value: name, label: name }))}
    />
  );
}
