import { App, Form, Input } from 'antd';
import { useT } from '@/i18n/I18nProvider';
import type { StepProps } from './Connect';
import { StepForm } from './StepForm';

/** What new friends are told who came by no code that says otherwise. */
export function WelcomeStep(step: StepProps) {
  const t = useT();
  const { message } = App.useApp();
  const done = () => {
    void message.success(t('saved'));
    step.next();
  };
  return (
    <>
      <p className="soft">{t('wecom.welcome_what')}</p>
      <StepForm step={step} names={['wecom_welcome']} saveText={t('wecom.save_next')} saved={done} back>
        <Form.Item
          name="wecom_welcome"
          label={t('wecom_field.wecom_welcome')}
          extra={t('wecom.welcome_hint')}
        >
          <Input.TextArea
            rows={4}
            maxLength={1000}
            disabled={!step.values.get('wecom_welcome')?.changeable}
          />
        </Form.Item>
      </StepForm>
    </>
  );
}
