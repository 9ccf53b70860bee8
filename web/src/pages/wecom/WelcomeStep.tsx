import { App, Form, Input } from 'antd';
import type { Attachment } from '@/api/media';
import { Attachments } from '@/components/media/Attachments';
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
      <StepForm
        step={step}
        names={['wecom_welcome', 'wecom_welcome_attachments']}
        saveText={t('wecom.save_next')}
        saved={done}
        back
      >
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
        <Form.Item
          name="wecom_welcome_attachments"
          label={t('attachment.list')}
          getValueProps={(text: string | undefined) => ({ value: listOf(text) })}
          getValueFromEvent={(all: Attachment[]) => JSON.stringify(all)}
        >
          <Attachments disabled={!step.values.get('wecom_welcome_attachments')?.changeable} />
        </Form.Item>
      </StepForm>
    </>
  );
}

/** The list in the text of the setting; what is none counts as empty, and is replaced by the next change. */
function listOf(text: string | undefined): Attachment[] {
  try {
    return JSON.parse(text || '[]') as Attachment[];
  } catch {
    return [];
  }
}
