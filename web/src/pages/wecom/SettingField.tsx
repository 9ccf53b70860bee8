import { Form, Input } from 'antd';
import type { ReactNode } from 'react';
import type { Setting } from '@/api/care';
import { StatusTag } from '@/components/StatusTag';
import { useT } from '@/i18n/I18nProvider';
import type { Key } from '@/i18n/text';

/** The settings that the wizard asks for. */
export type FieldName =
  | 'wecom_corp_id'
  | 'wecom_agent_id'
  | 'wecom_app_secret'
  | 'wecom_contact_secret'
  | 'wecom_directory_secret'
  | 'wecom_token'
  | 'wecom_aes_key'
  | 'wecom_welcome';

interface Props {
  setting: Setting;
  hint: Key;
  /** Beside the label: a button to generate, to take out. */
  extra?: ReactNode;
  /** What the field shows is not hidden: it was just made, and is to be copied. */
  open?: boolean;
}

/** One setting of the wizard. A secret that is set is never shown: left empty, it stays. */
export function SettingField({ setting, hint, extra, open = false }: Props) {
  const t = useT();
  const isSet = setting.value !== '' && setting.value !== '0';
  const state = setting.changeable
    ? t(isSet ? 'wecom.is_set' : 'wecom.is_not_set')
    : t('wecom.elsewhere', { origin: t(`origin.${setting.origin}`) });
  const Field = setting.secret && !open ? Input.Password : Input;
  return (
    <Form.Item
      name={setting.name}
      label={
        <span className="wecom-label">
          {t(`wecom_field.${setting.name as FieldName}`)}
          {setting.secret && (
            <StatusTag tone={isSet ? 'good' : 'quiet'}>
              {t(isSet ? 'wecom.set' : 'wecom.is_not_set')}
            </StatusTag>
          )}
          {extra}
        </span>
      }
      extra={t(hint)}
    >
      <Field
        disabled={!setting.changeable}
        autoComplete="off"
        placeholder={setting.secret || !setting.changeable ? state : ''}
      />
    </Form.Item>
  );
}
