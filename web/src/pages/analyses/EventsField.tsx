import { FilterOutlined } from '@ant-design/icons';
import { Button, Input, Select, Tooltip } from 'antd';
import { useEffect, useState } from 'react';
import { lookups } from '@/api/catalogue';
import { useI18n } from '@/i18n/I18nProvider';
import type { EventSpec } from '@/lib/analyses/events';
import { useResource } from '@/lib/useResource';

interface Props {
  value: EventSpec;
  onChange: (value: EventSpec) => void;
  label: string;
}

/** One or several kinds of events by their names for people, and a condition on them for those who want one. */
export function EventsField({ value, onChange, label }: Props) {
  const { t, language } = useI18n();
  const found = useResource('event-kinds', lookups.eventKinds);
  const [filtering, setFiltering] = useState(value.where !== '');
  const kinds = (found.data?.items ?? []).map((kind) => ({ value: kind.name, label: kind[language] }));
  const options = [...kinds, { value: 'order.kept', label: t('builder.order_kept') }];
  return (
    <>
      <Select<string[]>
        mode="multiple"
        className="events-select"
        aria-label={label}
        placeholder={t('analysis.choose_events')}
        showSearch={{ optionFilterProp: 'label' }}
        popupMatchSelectWidth={false}
        maxCount={16}
        loading={found.loading}
        value={value.kinds}
        onChange={(next) => onChange({ ...value, kinds: next })}
        options={options}
      />
      {filtering ? (
        <WhereInput value={value.where} onChange={(where) => onChange({ ...value, where })} />
      ) : (
        <Tooltip title={t('analysis.where_hint')}>
          <Button
            type="text"
            icon={<FilterOutlined />}
            aria-label={`${label}: ${t('analysis.where')}`}
            onClick={() => setFiltering(true)}
          >
            {t('analysis.where_add')}
          </Button>
        </Tooltip>
      )}
    </>
  );
}

/** Taken over when the field is left or on Enter: half a condition is none. */
function WhereInput({ value, onChange }: { value: string; onChange: (where: string) => void }) {
  const { t } = useI18n();
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const take = () => {
    if (text.trim() !== value) onChange(text.trim());
  };
  return (
    <Input
      className="where-input"
      aria-label={t('analysis.where')}
      prefix={<span className="soft">{t('analysis.where_short')}</span>}
      placeholder="amount > 100"
      spellCheck={false}
      maxLength={400}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={take}
      onPressEnter={take}
    />
  );
}
