import { Button, Form, Input } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { session } from '@/api/session';
import { linkToken, useSessionActions, wecomCode } from '@/app/session';
import { ErrorNotice } from '@/components/ErrorNotice';
import { Waiting } from '@/components/Waiting';
import { useT } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';
import { SignInFrame } from './SignInFrame';

/**
 * Sign-in by password, by WeCom, or by a one-time link: the link waits for a press, so that a preview
 * does not use it up.
 */
export default function SignIn() {
  const [path] = useLocation();
  const [token, setToken] = useState(linkToken);
  const [wecom, setWecom] = useState(wecomCode);
  if (path === '/sign-in' && wecom !== null) return <ByWecom {...wecom} forget={() => setWecom(null)} />;
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
      <WecomButton />
      <p className="soft">
        {t('sign_in.forgot')} <code>koi account reset</code>
      </p>
    </SignInFrame>
  );
}

/** There only where WeCom is set up; inside its client it asks nothing, elsewhere for a scan. */
function WecomButton() {
  const t = useT();
  const found = useResource('wecom', (signal) => session.wecom(signal));
  if (!found.data?.enabled) return null;
  return (
    <Button size="large" block href={session.wecomStart(/wxwork/i.test(navigator.userAgent))}>
      {t('sign_in.by_wecom')}
    </Button>
  );
}

function ByWecom({ code, state, forget }: { code: string; state: string; forget: () => void }) {
  const t = useT();
  const { error, run } = useEnter();
  const sent = useRef(false); /* the code is good once */
  useEffect(() => {
    if (sent.current) return;
    sent.current = true;
    void run(() => session.wecomEnter(code, state));
  });
  return (
    <SignInFrame title={t('sign_in.by_wecom')}>
      {error === null ? <Waiting /> : <ErrorNotice error={error} />}
      {error !== null && (
        <>
          <WecomButton />
          <Button type="link" block onClick={forget}>
            {t('sign_in.by_password')}
          </Button>
        </>
      )}
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
