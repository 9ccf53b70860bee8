import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useState } from 'react';
import { onSignedOut, setCsrf } from '@/api/client';
import { type Language, type Permission, type Session, session as api } from '@/api/session';
import { useI18n } from '@/i18n/I18nProvider';

type State = { phase: 'asking' } | { phase: 'out'; error: unknown } | { phase: 'in'; session: Session };

interface Actions {
  enter: (session: Session) => Promise<void>;
  leave: () => Promise<void>;
  passwordSet: () => Promise<void>;
  changeLanguage: (language: Language) => Promise<void>;
}

const StateContext = createContext<State>({ phase: 'asking' });
const ActionContext = createContext<Actions | null>(null);

/** The token of a one-time link, /sign-in#TOKEN: behind the #, so that it reaches no server log. */
export function linkToken(): string | null {
  if (location.pathname !== '/sign-in' || wecomCode() !== null) return null;
  return location.hash.slice(1) || new URLSearchParams(location.search).get('token');
}

/** What WeCom sent the browser back with: /sign-in?code=…&state=…; it may leave its own # behind. */
export function wecomCode(): { code: string; state: string } | null {
  if (location.pathname !== '/sign-in') return null;
  const query = new URLSearchParams(location.search);
  const [code, state] = [query.get('code'), query.get('state')];
  return code !== null && state !== null ? { code, state } : null;
}

/** Who is signed in. A one-time link in the address is never used up by a session that is still good. */
export function SessionProvider({ children }: { children: ReactNode }) {
  const { setLanguage, setPlace } = useI18n();
  const [state, setState] = useState<State>({ phase: 'asking' });

  const take = useCallback(
    (session: Session) => {
      setCsrf(session.csrf);
      setLanguage(session.account.language);
      setPlace({ zone: session.corp.zone, currency: session.corp.currency });
      setState({ phase: 'in', session });
    },
    [setLanguage, setPlace],
  );

  useEffect(() => {
    const stop = new AbortController();
    onSignedOut(() => setState({ phase: 'out', error: null }));
    if (linkToken() !== null) {
      setState({ phase: 'out', error: null });
      return;
    }
    api.get(stop.signal).then(take, (error: unknown) => {
      if (!stop.signal.aborted) setState({ phase: 'out', error });
    });
    return () => stop.abort();
  }, [take]);

  const actions = useMemo<Actions>(
    () => ({
      // The reply to a sign-in is enough for the token; the rest (corp, version) comes from the session itself.
      enter: async (signedIn) => {
        setCsrf(signedIn.csrf);
        const whole = await api.get();
        take({ ...whole, must_set_password: signedIn.must_set_password ?? whole.must_set_password ?? false });
      },
      leave: async () => {
        await api.signOut();
        setState({ phase: 'out', error: null });
      },
      passwordSet: async () => take({ ...(await api.get()), must_set_password: false }),
      changeLanguage: async (language) => {
        setLanguage(language);
        await api.setLanguage(language);
      },
    }),
    [take, setLanguage],
  );

  return (
    <ActionContext value={actions}>
      <StateContext value={state}>{children}</StateContext>
    </ActionContext>
  );
}

export const useSessionState = (): State => use(StateContext);

export function useSessionActions(): Actions {
  const actions = use(ActionContext);
  if (actions === null) throw new Error('useSessionActions outside of SessionProvider');
  return actions;
}

export function useSession(): Session {
  const state = useSessionState();
  if (state.phase !== 'in') throw new Error('useSession while signed out');
  return state.session;
}

/** Whether the signed-in account may do something; the server decides, this only hides what it would refuse. */
export function useMay(): (permission: Permission) => boolean {
  const { permissions } = useSession();
  return useCallback((permission) => permissions.includes(permission), [permissions]);
}
