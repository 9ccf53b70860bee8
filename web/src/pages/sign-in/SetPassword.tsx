import { Button, Card, Form, Input } from 'antd';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { session } from '@/api/session';
import { useSession, useSessionActions } from '@/app/session';
import { ErrorNotice } from '@/components/ErrorNotice';
import { useT } from '@/i18n/I18nProvider';
import { SignInFrame } from './SignInFrame';

interface Values {
  old?: string;
  password: string;
  again: string;
}

/** The first password after a one-time link, or a new one for someone signed in. */
export default function SetPassword({ first = false }: { first?: boolean }) {
  const t = useT();
  if (first) {
    return (
      <SignInFrame title={t('password.first_title')}>
        <PasswordForm first />
      </SignInFrame>
    );
  }
  return (
    <Card className="narrow-card" title={t('password.title')}>
      <PasswordForm first={false} />
    </Card>
  );
}

function PasswordForm({ first }: { first: boolean }) {
  const t = useT();
  const { account } = useSession();
  const { passwordSet } = useSessionActions();
  const [, go] = useLocation();
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: null });

  const save = async (values: Values) => {
    setState({ busy: true, error: null });
    try {
      await session.setPassword({ ...(values.old && { old: values.old }), new: values.password });
      go('/', { replace: true });
      await passwordSet();
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  return (
    <Form<Values> layout="vertical" requiredMark={false} onFinish={(values) => void save(values)}>
      <input type="hidden" name="username" autoComplete="username" value={account.login} readOnly />
      {!first && (
        <Form.Item name="old" label={t('password.old')} rules={[{ required: true }]}>
          <Input.Password autoComplete="current-password" />
        </Form.Item>
      )}
      <Form.Item
        name="password"
        label={t('password.new')}
        extra={t('password.rule')}
        rules={[{ required: true }, { min: 10, message: t('password.rule') }]}
      >
        <Input.Password autoComplete="new-password" autoFocus={first} />
      </Form.Item>
      <Form.Item
        name="again"
        label={t('password.again')}
        dependencies={['password']}
        rules={[
          { required: true },
          ({ getFieldValue }) => ({
            validator: (_, value) =>
              value === getFieldValue('password')
                ? Promise.resolve()
                : Promise.reject(new Error(t('password.differs'))),
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      {state.error !== null && <ErrorNotice error={state.error} />}
      <Button type="primary" htmlType="submit" block loading={state.busy} className="sign-in-button">
        {t('password.save')}
      </Button>
    </Form>
  );
}
