import { Button, Card, Input, InputNumber, Select, Space } from 'antd';
import { useState } from 'react';
import { type Setting, settings } from '@/api/care';
import { ErrorNotice } from '@/components/ErrorNotice';
import { StatusTag } from '@/components/StatusTag';
import { Waiting } from '@/components/Waiting';
import { useI18n } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';
import { useResource } from '@/lib/useResource';
import { LogoSetting } from './LogoSetting';

/** Every setting with its value and where it came from: flag, environment, file, console, default. */
export default function Settings() {
  const { t } = useI18n();
  const found = useResource('settings', settings.list);
  if (found.error !== undefined) return <ErrorNotice error={found.error} retry={found.reload} />;
  if (!found.data) return <Waiting />;
  return (
    <Card className="wide-card">
      <LogoSetting />
      <p className="soft">{t('setting.order')}</p>
      <ul className="settings">
        {found.data.items.map((setting) => (
          <Row key={`${setting.name} ${setting.value}`} setting={setting} changed={found.reload} />
        ))}
      </ul>
    </Card>
  );
}

function Row({ setting, changed }: { setting: Setting; changed: () => void }) {
  const { t, language } = useI18n();
  const { busy, run } = useAction();
  const [value, setValue] = useState(setting.value);
  const save = () =>
    run(() => settings.put(setting.name, value), t('saved')).then((ok) => {
      if (ok) changed();
    });
  return (
    <li className="setting">
      <div>
        <label htmlFor={`setting-${setting.name}`}>{setting[language]}</label>
        <div className="soft">
          <code>{setting.name}</code> · <StatusTag tone="quiet">{t(`origin.${setting.origin}`)}</StatusTag>
          {setting.restart && ` · ${t('setting.restart')}`}
        </div>
      </div>
      <Space.Compact className="setting-value">
        <Value setting={setting} value={value} onChange={setValue} />
        {setting.changeable && (
          <Button
            type="primary"
            disabled={value === setting.value}
            loading={busy}
            onClick={() => void save()}
          >
            {t('action.save')}
          </Button>
        )}
      </Space.Compact>
    </li>
  );
}

interface ValueProps {
  setting: Setting;
  value: string;
  onChange: (value: string) => void;
}

function Value({ setting, value, onChange }: ValueProps) {
  const { t } = useI18n();
  const common = { id: `setting-${setting.name}`, disabled: !setting.changeable };
  if (setting.choices) {
    const options = setting.choices.split('|').map((choice) => ({ value: choice, label: choice }));
    return <Select {...common} className="full-width" value={value} options={options} onChange={onChange} />;
  }
  if (setting.min !== undefined && setting.max !== undefined) {
    return (
      <InputNumber
        {...common}
        className="full-width"
        min={setting.min}
        max={setting.max}
        value={Number(value)}
        onChange={(next) => onChange(String(next ?? ''))}
      />
    );
  }
  return (
    <Input
      {...common}
      type={setting.secret ? 'password' : 'text'}
      placeholder={setting.secret && setting.value !== '' ? t('setting.secret') : ''}
      value={setting.secret && value === setting.value ? '' : value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
