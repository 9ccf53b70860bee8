import { Button, Form, type FormInstance } from 'antd';
import { type ReactNode, useState } from 'react';
import { ErrorNotice } from '@/components/ErrorNotice';
import { useT } from '@/i18n/I18nProvider';
import type { StepProps } from './Connect';
import { initialOf, saveChanged, type Values } from './saving';

interface Props {
  step: StepProps;
  names: readonly string[];
  form?: FormInstance<Values>;
  saveText: string;
  /** After everything is saved. */
  saved: (typed: Values) => void;
  back?: boolean;
  children: ReactNode;
}

/** The fields of one step: saved together, with what the server refuses shown under them. */
export function StepForm({ step, names, form, saveText, saved, back = false, children }: Props) {
  const t = useT();
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: null });
  const save = async (typed: Values) => {
    setState({ busy: true, error: null });
    try {
      await saveChanged(step, typed);
      setState({ busy: false, error: null });
      saved(typed);
    } catch (error) {
      setState({ busy: false, error });
    }
    step.changed();
  };
  return (
    <Form<Values>
      layout="vertical"
      {...(form && { form })}
      initialValues={initialOf(step, names)}
      onFinish={(typed) => void save(typed)}
    >
      {children}
      {state.error !== null && <ErrorNotice error={state.error} />}
      <div className="modal-actions">
        {back && <Button onClick={step.back}>{t('wecom.back')}</Button>}
        <Button type="primary" htmlType="submit" loading={state.busy}>
          {saveText}
        </Button>
      </div>
    </Form>
  );
}
