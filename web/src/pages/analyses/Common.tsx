import { Switch } from 'antd';
import { useT } from '@/i18n/I18nProvider';
import { WindowInput } from '@/pages/audiences/builder/WindowInput';
import { AudienceField } from './AudienceField';
import { Field } from './Field';
import type { Changes } from './useAddress';

interface Props {
  address: URLSearchParams;
  change: (changes: Changes) => void;
  /** The window unless told. */
  usual: string;
}

export const windowOf = (address: URLSearchParams, usual: string) => address.get('window') ?? usual;

/** The arguments that every question has. */
export const sharedOf = (address: URLSearchParams, usual: string) => ({
  window: windowOf(address, usual),
  ...(address.get('audience') && { audience: address.get('audience') }),
});

/** When, and of whom. */
export function WhenAndWhom({ address, change, usual }: Props) {
  const t = useT();
  return (
    <>
      <Field label={t('analysis.window')}>
        <WindowInput
          ever
          size="middle"
          value={windowOf(address, usual)}
          onChange={(window) => change({ window })}
        />
      </Field>
      <Field label={t('analysis.audience')}>
        <AudienceField
          label={t('analysis.audience')}
          value={address.get('audience') ?? ''}
          onChange={(audience) => change({ audience: audience || null })}
        />
      </Field>
    </>
  );
}

interface SwitchProps {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

export function SwitchField({ label, checked, onChange }: SwitchProps) {
  return (
    <label className="switch-label field-switch">
      <Switch size="small" checked={checked} onChange={onChange} aria-label={label} />
      {label}
    </label>
  );
}
