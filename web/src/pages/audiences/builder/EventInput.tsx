import { Select } from 'antd';
import { lookups } from '@/api/catalogue';
import { useI18n } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';

/** A kind of event, by its name for people. */
export function EventInput({ value, onChange }: { value: string; onChange: (event: string) => void }) {
  const { t, language } = useI18n();
  const found = useResource('event-kinds', lookups.eventKinds);
  const kinds = (found.data?.items ?? []).map((kind) => ({ value: kind.name, label: kind[language] }));
  const options = [...kinds, { value: 'order.kept', label: t('builder.order_kept') }];
  return (
    <Select
      size="small"
      className="builder-event"
      aria-label={t('timeline.kind')}
      showSearch={{ optionFilterProp: 'label' }}
      popupMatchSelectWidth={false}
      loading={found.loading}
      value={value}
      onChange={onChange}
      options={options.some((one) => one.value === value) ? options : [{ value, label: value }, ...options]}
    />
  );
}
