import { Button, Form, type FormProps, Modal } from 'antd';
import { type ReactNode, useState } from 'react';
import { ErrorNotice } from '@/components/ErrorNotice';
import { useT } from '@/i18n/I18nProvider';

interface Props<V> {
  title: string;
  initial?: FormProps<V>['initialValues'];
  save: (values: V) => Promise<unknown>;
  onClose: () => void;
  /** Called after a save that went well, before closing. */
  done?: () => void;
  okText?: string;
  width?: number;
  children: ReactNode;
}

/** A small form in a dialogue: saves, shows what the server refuses, closes. */
export function FormModal<V extends object>(props: Props<V>) {
  const t = useT();
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: null });
  const save = async (values: V) => {
    setState({ busy: true, error: null });
    try {
      await props.save(values);
      props.done?.();
      props.onClose();
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  return (
    <Modal open title={props.title} footer={null} onCancel={props.onClose} width={props.width ?? 480}>
      <Form<V>
        layout="vertical"
        {...(props.initial && { initialValues: props.initial })}
        onFinish={(values) => void save(values)}
      >
        {props.children}
        {state.error !== null && <ErrorNotice error={state.error} />}
        <div className="modal-actions">
          <Button onClick={props.onClose}>{t('action.cancel')}</Button>
          <Button type="primary" htmlType="submit" loading={state.busy}>
            {props.okText ?? t('action.save')}
          </Button>
        </div>
      </Form>
    </Modal>
  );
}
