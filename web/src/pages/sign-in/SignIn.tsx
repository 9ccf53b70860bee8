import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { session } from '@/api/session';
import { linkToken, useSessionActions } from '@/app/session';
import { ErrorNotice } from '@/components/ErrorNotice';
import { useT } from '@/i18n/I18nProvider';
import { SignInFrame } from './SignInFrame';

/** Sign-in by password, or by a one-time link: the link waits for a press, so that a preview does not use it up. */
export default function SignIn() {
  const [path] = useLocation();
  const [token, setToken] = useState(linkToken);
  return path === '/sign-in' && token !== null ? (
    <ByLink token={token} forget={() => setToken(null)} />
  ) : (
    <ByPassword />
  );
}

function useEnter() {
  const { enter } = useSessionActions();
  const [path, go] = useLocation();
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: null });
  const run = async (work: () => ReturnType<typeof session.signIn>) => {
    setState({ busy: true, error: null });
    try {
      const signedIn = await work();
      if (path === '/sign-in') go('/', { replace: true });
      await enter(signedIn);
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  return { ...state, run };
}

function ByPassword() {
  const t = useT();
  const { busy, error, run } = useEnter();
  return (
    <SignInFrame title={t('sign_in.title')}>
      <Form<{ login: string; password: string }>
        layout="vertical"
        requiredMark={false}
        onFinish={({ login, password }) => void run(() => session.signIn(login, password))}
      >
        <Form.Item name="login" label={t('sign_in.login')} rules={[{ required: true }]}>
          <Input autoComplete="username" autoFocus size="large" />
        </Form.Item>
        <Form.Item name="password" label={t('sign_in.password')} rules={[{ required: true }]}>
          <Input.Password autoComplete="current-password" size="large" />
        </Form.Item>
        {error !== null && <ErrorNotice error={error} />}
        <Button type="primary" htmlType="submit" size="large" block loading={busy} className="sign-in-button">
          {t('sign_in.enter')}
        </Button>
      </Form>
      <p className="soft">
        {t('sign_in.forgot')} <code>koi account reset</code>
      </p>
    </SignInFrame>
  );
}

function ByLink({ token, forget }: { token: string; forget: () => void }) {
  const t = useT();
  const { busy, error, run } = useEnter();
  return (
    <SignInFrame title={t('sign_in.link_title')}>
      <p className="soft">{t('sign_in.link_hint')}</p>
      {error !== null && <ErrorNotice error={error} />}
      <Button
        type="primary"
        size="large"
        block
        autoFocus
        loading={busy}
        className="sign-in-button"
        onClick={() => void run(() => session.link(token))}
      >
        {t('sign_in.enter')}
      </Button>
      {error !== null && (
        <Button type="link" block onClick={forget}>
          {t('sign_in.by_password')}
        </Button>
      )}
    </SignInFrame>
  );
}
