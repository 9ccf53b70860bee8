import { Alert, Button, Form, Typography } from 'antd';
import { useState } from 'react';
import { useT } from '@/i18n/I18nProvider';
import type { StepProps } from './Connect';
import { Reach } from './Reach';
import type { Values } from './saving';
import { SettingField } from './SettingField';
import { StepForm } from './StepForm';
import { isPrivate, randomText } from './words';

const TOKEN = 32;
const KEY = 43;

/** The callback: its address to copy, Token and key, and whether WeCom has found it. */
export function CallbackStep(step: StepProps) {
  const t = useT();
  const [form] = Form.useForm<Values>();
  const [kept, setKept] = useState<Values | null>(null);
  const token = step.values.get('wecom_token');
  const key = step.values.get('wecom_aes_key');
  if (!token || !key) return null;
  const may = token.changeable && key.changeable;
  const generate = () => {
    setKept(null);
    form.setFieldsValue({ wecom_token: randomText(TOKEN), wecom_aes_key: randomText(KEY) });
  };
  const saved = (typed: Values) => {
    if (typed.wecom_token || typed.wecom_aes_key) setKept(typed);
    form.resetFields();
  };
  const url = `${location.origin}/api/wecom/callback`;
  return (
    <>
      <p className="soft">{t('wecom.callback_what')}</p>
      <h3>{t('wecom.url')}</h3>
      <Typography.Paragraph code copyable className="show-once">
        {url}
      </Typography.Paragraph>
      {isPrivate(location.origin) && <Alert type="warning" showIcon title={t('wecom.url_private')} />}
      <StepForm
        step={step}
        names={['wecom_token', 'wecom_aes_key']}
        form={form}
        saveText={t('action.save')}
        saved={saved}
        back
      >
        {may && (
          <Button size="small" className="wecom-generate" onClick={generate}>
            {t('wecom.generate')}
          </Button>
        )}
        <SettingField setting={token} hint="wecom.token_hint" open />
        <SettingField setting={key} hint="wecom.key_hint" open />
      </StepForm>
      {kept && <Kept values={kept} />}
      <Reach />
      <div className="modal-actions">
        <Button type="primary" onClick={step.next}>
          {t('wecom.next')}
        </Button>
      </div>
    </>
  );
}

/** What was just saved, the one time that it can be copied. */
function Kept({ values }: { values: Values }) {
  const t = useT();
  return (
    <Alert
      type="warning"
      showIcon
      title={t('wecom.kept')}
      description={
        <>
          <p>{t('wecom.copy_now')}</p>
          {(['wecom_token', 'wecom_aes_key'] as const).map(
            (name) =>
              values[name] && (
                <div key={name}>
                  {t(`wecom_field.${name}`)}
                  <Typography.Paragraph code copyable className="show-once">
                    {values[name]}
                  </Typography.Paragraph>
                </div>
              ),
          )}
        </>
      }
    />
  );
}
