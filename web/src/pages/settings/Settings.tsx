import { Button, Card, Input, InputNumber, Select, Space, Switch } from 'antd';
import { useState } from 'react';
import { type Setting, settings } from '@/api/care';
import { ErrorNotice } from '@/components/ErrorNotice';
import { StatusTag } from '@/components/StatusTag';
import { Waiting } from '@/components/Waiting';
import { useI18n } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';
import { useResource } from '@/lib/useResource';

/** Every setting with its value and where it came from: flag, environment, file, console, default. */
export default function Settings() {
  const { t } = useI18n();
  const found = useResource('settings', settings.list);
  if (found.error !== undefined) return <ErrorNotice error={found.error} retry={found.reload} />;
  if (!found.data) return <Waiting />;
  return (
    <Card className="wide-card">
      <p className="soft">{t('setting.order')}</p>
      <ul className="settings">
        {found.data.items.map((setting) => (
          <Row key={`${setting.name} ${String(setting.value)}`} setting={setting} changed={found.reload} />
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
        </div>
      </div>
      <Space.Compact className="setting-value">
        <Value setting={setting} value={value} onChange={setValue} />
        {setting.changeable && (
          <Button type="primary" disabled={value === setting.value} loading={busy} onClick={() => void save()}>
            {t('action.save')}
          </Button>
        )}
      </Space.Compact>
    </li>
  );
}

interface ValueProps {
  setting: Setting;
  value: Setting['value'];
  onChange: (value: Setting['value']) => void;
}

function Value({ setting, value, onChange }: ValueProps) {
  const { t } = useI18n();
  const id = `setting-${setting.name}`;
  const disabled = !setting.changeable;
  if (setting.type === 'bool') {
    return <Switch id={id} disabled={disabled} checked={value === true} onChange={onChange} />;
  }
  if (setting.choices?.length) {
    const options = setting.choices.map((choice) => ({ value: choice, label: choice }));
    return <Select id={id} disabled={disabled} value={String(value)} options={options} onChange={onChange} />;
  }
  if (setting.type === 'int' || setting.type === 'number') {
    return <InputNumber id={id} disabled={disabled} value={value as number} onChange={onChange} />;
  }
  return (
    <Input
      id={id}
      disabled={disabled}
      type={setting.secret ? 'password' : 'text'}
      placeholder={setting.secret ? t('setting.secret') : ''}
      value={value === null ? '' : String(value)}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
