import { Alert, Form, Input, Switch } from 'antd';
import { Link } from 'wouter';
import { codes, type GroupGreeting } from '@/api/codes';
import { useMay } from '@/app/session';
import { Attachments } from '@/components/media/Attachments';
import { useI18n, useT } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';
import { greetingBytes, greetingMost, greetingTones } from './codeWords';

/** What the groups of a code greet who joins with; WeCom offers it to their owners, who pick it. */
export function CodeGreeting({ greeting }: { greeting: GroupGreeting | null | undefined }) {
  const t = useT();
  const used = useResource('greetings', codes.greetings);
  const text = Form.useWatch<string>(['greeting', 'text']) ?? '';
  return (
    <Form.Item
      label={t('code.greeting')}
      className="code-greeting"
      extra={used.data && t('code.greeting_used', used.data)}
    >
      <p className="code-greeting-offer">
        <strong>{t('code.greeting_offer')}</strong> {t('code.greeting_where')}
      </p>
      {greeting && <GreetingState greeting={greeting} />}
      <Form.Item
        name={['greeting', 'text']}
        className="code-words"
        extra={t('code.greeting_bytes', { n: greetingBytes(text), most: greetingMost })}
        rules={[{ validator: fits(t('code.greeting_long', { most: greetingMost })) }]}
      >
        <Input.TextArea
          rows={3}
          aria-label={t('code.greeting_text')}
          placeholder={t('code.greeting_sample')}
        />
      </Form.Item>
      <Form.Item name={['greeting', 'attachments']} noStyle>
        <Attachments most={1} />
      </Form.Item>
      <div className="code-notify">
        <Form.Item name={['greeting', 'notify']} valuePropName="checked" noStyle>
          <Switch size="small" aria-label={t('code.greeting_notify')} />
        </Form.Item>
        <span>{t('code.greeting_notify')}</span>
      </div>
    </Form.Item>
  );
}

const fits = (words: string) => (_: unknown, text: string | undefined) =>
  greetingBytes(text ?? '') <= greetingMost ? Promise.resolve() : Promise.reject(new Error(words));

/** Of one that may have been made: who may retry goes there, the others are told whom to ask. */
export function GreetingDecision() {
  const t = useT();
  const system = useMay()('system');
  if (!system) return <>{t('code.greeting_ask')}</>;
  return (
    <>
      {t('code.greeting_decide_how')} <Link href="/wecom?tab=outbox">{t('code.greeting_decide')}</Link>
    </>
  );
}

/** What WeCom has of it: since when it is offered, or why it is not. */
function GreetingState({ greeting }: { greeting: GroupGreeting }) {
  const { t, f } = useI18n();
  const { state, offered_s, error } = greeting;
  const since = offered_s !== null ? t('code.greeting_since', { time: f.time(offered_s) }) : '';
  return (
    <Alert
      showIcon
      className="code-greeting-state"
      type={greetingTones[state]}
      title={state === 'offered' ? since : t(`greeting_state.${state}`)}
      description={
        state !== 'offered' && (
          <>
            {offered_s !== null && <div>{t('code.greeting_old')}</div>}
            {error && <div>{error.message}</div>}
            {state === 'unsure' ? <GreetingDecision /> : error?.hint && <div>{error.hint}</div>}
          </>
        )
      }
    />
  );
}
