import { Button, Card, Popconfirm, Space } from 'antd';
import { useState } from 'react';
import { care, type Check } from '@/api/care';
import { ErrorNotice } from '@/components/ErrorNotice';
import { StatusTag } from '@/components/StatusTag';
import { Waiting } from '@/components/Waiting';
import { useI18n } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';
import { useResource } from '@/lib/useResource';

/** Whether all is well, what each line means, and what to do where it is not. */
export function Doctor() {
  const { t } = useI18n();
  const [deep, setDeep] = useState(false);
  const [mended, setMended] = useState<number | null>(null);
  const found = useResource(`doctor ${deep}`, (signal) => care.doctor(deep, signal));
  const look = (wanted: boolean) => {
    setMended(null);
    if (wanted === deep) found.reload();
    else setDeep(wanted);
  };
  return (
    <Card
      title={<h2 className="card-title">{t('doctor.title')}</h2>}
      extra={
        <Space wrap>
          <Button size="small" loading={found.loading && !deep} onClick={() => look(false)}>
            {t('doctor.again')}
          </Button>
          <Button
            size="small"
            title={t('doctor.deep_hint')}
            loading={found.loading && deep}
            onClick={() => look(true)}
          >
            {t('doctor.deep')}
          </Button>
        </Space>
      }
    >
      {found.error !== undefined && <ErrorNotice error={found.error} retry={found.reload} />}
      {!found.data && found.loading && <Waiting />}
      {mended !== null && <p role="status">{t('doctor.mended', { n: mended })}</p>}
      <ul className="checks">
        {(found.data?.items ?? []).map((check) => (
          <OneCheck
            key={check.name}
            check={check}
            mended={(parts) => {
              setMended(parts);
              found.reload();
            }}
          />
        ))}
      </ul>
    </Card>
  );
}

function OneCheck({ check, mended }: { check: Check; mended: (parts: number) => void }) {
  const { t, language } = useI18n();
  return (
    <li>
      <StatusTag tone={check.ok ? 'good' : 'bad'}>{t(check.ok ? 'doctor.ok' : 'doctor.bad')}</StatusTag>
      <span>{check[language]}</span>
      <span className="soft">{check.value}</span>
      {check.note && <p className="soft">{check.note}</p>}
      {!check.ok && check.advice && <p>{check.advice}</p>}
      {!check.ok && check.name === 'event_index' && <Mend mended={mended} />}
    </li>
  );
}

/** The same as `koi doctor --mend`: the index is given up and built anew behind the requests. */
function Mend({ mended }: { mended: (parts: number) => void }) {
  const { t } = useI18n();
  const { busy, run } = useAction();
  return (
    <Popconfirm
      title={t('doctor.mend_sure')}
      onConfirm={() => void run(async () => mended((await care.mend()).parts))}
    >
      <Button danger size="small" loading={busy}>
        {t('doctor.mend')}
      </Button>
    </Popconfirm>
  );
}
