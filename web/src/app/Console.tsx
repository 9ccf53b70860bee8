import { App, ConfigProvider } from 'antd';
import { lazy, Suspense } from 'react';
import { useI18n } from '@/i18n/I18nProvider';
import { Waiting } from '@/components/Waiting';
import { SessionProvider, useSessionState } from './session';
import { theme } from './theme';

const SignIn = lazy(() => import('@/pages/sign-in/SignIn'));
const SetPassword = lazy(() => import('@/pages/sign-in/SetPassword'));
const Shell = lazy(() => import('./Shell'));

/** Everything: language and theme around, then whoever is signed in decides what is shown. */
export function Console() {
  const { antd } = useI18n();
  return (
    <ConfigProvider locale={antd} theme={theme} button={{ autoInsertSpace: false }}>
      <App message={{ maxCount: 3 }}>
        <SessionProvider>
          <Suspense fallback={<Waiting />}>
            <Gate />
          </Suspense>
        </SessionProvider>
      </App>
    </ConfigProvider>
  );
}

function Gate() {
  const state = useSessionState();
  if (state.phase === 'asking') return <Waiting />;
  if (state.phase === 'out') return <SignIn />;
  if (state.session.must_set_password) return <SetPassword first />;
  return <Shell />;
}
