import { CloseOutlined, PlusOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { series as colours } from '@/app/theme';
import { useT } from '@/i18n/I18nProvider';
import type { EventSpec } from '@/lib/analyses/events';
import { EventsField } from './EventsField';

interface Props {
  value: EventSpec[];
  most: number;
  onChange: (value: EventSpec[]) => void;
}

/** What is counted, a line of the picture each. */
export function SeriesList({ value, most, onChange }: Props) {
  const t = useT();
  return (
    <>
      <ul className="series-list">
        {value.map((spec, index) => (
          <li key={index}>
            <div className="funnel-step">
              <span
                className="tier-dot"
                aria-hidden
                style={{ background: colours[index % colours.length] }}
              />
              <EventsField
                label={t('trend.series', { n: index + 1 })}
                value={spec}
                onChange={(next) => onChange(value.map((one, i) => (i === index ? next : one)))}
              />
            </div>
            <span className="funnel-step-tools">
              <Button
                type="text"
                size="small"
                icon={<CloseOutlined />}
                disabled={value.length === 1}
                aria-label={t('trend.remove_series', { n: index + 1 })}
                onClick={() => onChange(value.filter((_, i) => i !== index))}
              />
            </span>
          </li>
        ))}
      </ul>
      {value.length < most && (
        <Button
          type="dashed"
          icon={<PlusOutlined />}
          onClick={() => onChange([...value, { kinds: [], where: '' }])}
        >
          {t('trend.add_series')}
        </Button>
      )}
    </>
  );
}
