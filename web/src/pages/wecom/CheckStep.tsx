import { Button, Card } from 'antd';
import { useState } from 'react';
import { type Finding, wecom, type WecomSecret } from '@/api/wecom';
import { ErrorNotice } from '@/components/ErrorNotice';
import { StatusTag } from '@/components/StatusTag';
import { Waiting } from '@/components/Waiting';
import { useI18n, useT } from '@/i18n/I18nProvider';
import type { StepProps } from './Connect';

interface State {
  busy: boolean;
  error: unknown;
  found: Finding[] | null;
}

/** Each secret tried live against each permission it needs, and how much of the corp it sees. */
export function CheckStep({ next, back }: StepProps) {
  const t = useT();
  const [state, setState] = useState<State>({ busy: false, error: null, found: null });
  const check = async () => {
    setState((old) => ({ ...old, busy: true, error: null }));
    try {
      const { items } = await wecom.check();
      setState({ busy: false, error: null, found: items });
    } catch (error) {
      setState({ busy: false, error, found: null });
    }
  };
  const { busy, error, found } = state;
  return (
    <>
      <p className="soft">{t('wecom.check_what')}</p>
      <Button type={found ? 'default' : 'primary'} loading={busy} onClick={() => void check()}>
        {t(found ? 'wecom.check_again' : 'wecom.check_now')}
      </Button>
      <div aria-live="polite">
        {busy && (
          <>
            <Waiting />
            <p className="soft">{t('wecom.checking')}</p>
          </>
        )}
        {error !== null && <ErrorNotice error={error} />}
        {!busy && found && <Result found={found} />}
      </div>
      <div className="modal-actions">
        <Button onClick={back}>{t('wecom.back')}</Button>
        <Button {...(found && { type: 'primary' as const })} onClick={next}>
          {t('wecom.next')}
        </Button>
      </div>
    </>
  );
}

function Result({ found }: { found: Finding[] }) {
  const t = useT();
  const bad = found.filter(({ ok }) => !ok).length;
  const secrets = [...new Set(found.map(({ secret }) => secret))];
  return (
    <div className="wecom-result">
      <p>
        <StatusTag tone={bad === 0 ? 'good' : 'bad'}>
          {bad === 0 ? t('wecom.all_well', { n: found.length }) : t('wecom.some_bad', { n: bad })}
        </StatusTag>
      </p>
      <Range found={found} />
      {secrets.map((secret) => (
        <OneSecret key={secret} secret={secret} found={found.filter((one) => one.secret === secret)} />
      ))}
    </div>
  );
}

/** What the app sees of the corp: departments by name, members, those who may have customers. */
function Range({ found }: { found: Finding[] }) {
  const t = useT();
  const of = (name: string) =>
    found.find((one) => one.secret === 'wecom_app_secret' && one.name === name && one.ok);
  const departments = of('directory');
  const members = of('visible');
  const follow = of('customers');
  if (!departments) return null;
  const figures = [
    t('wecom.range_departments', { n: departments.count ?? 0 }),
    members &&
      t(members.more ? 'wecom.range_members_more' : 'wecom.range_members', { n: members.count ?? 0 }),
    follow && t('wecom.range_follow', { n: follow.count ?? 0 }),
  ];
  const { names, count } = departments;
  return (
    <Card size="small" title={<h2 className="card-title">{t('wecom.range')}</h2>}>
      <p>
        <strong>{figures.filter(Boolean).join(' · ')}</strong>
      </p>
      {names.length > 0 && (
        <p>
          {names.join(t('comma'))}
          {names.length < (count ?? 0) && ` ${t('wecom.range_more')}`}
        </p>
      )}
      <p className="soft">{t('wecom.range_hint')}</p>
    </Card>
  );
}

function OneSecret({ secret, found }: { secret: WecomSecret; found: Finding[] }) {
  const { t } = useI18n();
  const shut = found.length === 1 && found[0]?.ok === false;
  return (
    <section>
      <h3>{t(`wecom_field.${secret}`)}</h3>
      <ul className="checks">
        {found.map((one) => (
          <One key={one.name} found={one} />
        ))}
      </ul>
      {shut && <p className="soft">{t('wecom.shut')}</p>}
    </section>
  );
}

function One({ found }: { found: Finding }) {
  const { t, language } = useI18n();
  return (
    <li>
      <StatusTag tone={found.ok ? 'good' : 'bad'}>{t(found.ok ? 'wecom.passed' : 'wecom.failed')}</StatusTag>
      <span>{found[language]}</span>
      {found.count !== null && (
        <span className="soft">{t(found.more ? 'wecom.count_more' : 'wecom.count', { n: found.count })}</span>
      )}
      {!found.ok && (
        <p>
          <strong>{found.error}</strong> {found.advice}
        </p>
      )}
    </li>
  );
}
