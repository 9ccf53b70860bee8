import { Card, Steps } from 'antd';
import type { ReactNode } from 'react';
import { useSearchParams } from 'wouter';
import { type Setting, settings } from '@/api/care';
import { ErrorNotice } from '@/components/ErrorNotice';
import { Waiting } from '@/components/Waiting';
import { useT } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';
import { AppStep } from './AppStep';
import { CallbackStep } from './CallbackStep';
import { CheckStep } from './CheckStep';
import { SyncStep } from './SyncStep';
import { WelcomeStep } from './WelcomeStep';

/** In their order. A step more is a name here and a component below. */
const steps = ['app', 'check', 'callback', 'welcome', 'sync'] as const;
type StepName = (typeof steps)[number];

/** What each step is given: the settings as they are now, and the ways to the steps beside it. */
export interface StepProps {
  values: Map<string, Setting>;
  changed: () => void;
  next: () => void;
  back: () => void;
}

/** Connecting to WeCom, step by step; each may be gone through again, in any order. */
export function Connect() {
  const t = useT();
  const [query, setQuery] = useSearchParams();
  const found = useResource('settings', settings.list);
  if (found.error !== undefined) return <ErrorNotice error={found.error} retry={found.reload} />;
  if (!found.data) return <Waiting />;
  const at = Math.max(
    0,
    steps.findIndex((step) => step === query.get('step')),
  );
  const go = (index: number) => setQuery({ tab: 'connect', step: steps[index] ?? 'app' });
  const props: StepProps = {
    values: new Map(found.data.items.map((setting) => [setting.name, setting])),
    changed: found.reload,
    next: () => go(at + 1),
    back: () => go(at - 1),
  };
  const parts: Record<StepName, ReactNode> = {
    app: <AppStep {...props} />,
    check: <CheckStep {...props} />,
    callback: <CallbackStep {...props} />,
    welcome: <WelcomeStep {...props} />,
    sync: <SyncStep {...props} />,
  };
  return (
    <div className="page-stack wecom-wizard">
      <Card size="small">
        <Steps
          size="small"
          current={at}
          onChange={go}
          items={steps.map((step) => ({ title: t(`wecom.step_${step}`) }))}
        />
      </Card>
      <Card>{parts[steps[at] ?? 'app']}</Card>
    </div>
  );
}
