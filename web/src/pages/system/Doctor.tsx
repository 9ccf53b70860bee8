import { Button, Card } from 'antd';
import { care, type Check } from '@/api/care';
import { ErrorNotice } from '@/components/ErrorNotice';
import { StatusTag } from '@/components/StatusTag';
import { Waiting } from '@/components/Waiting';
import { useI18n } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';

export function Doctor() {
  const { t, language } = useI18n();
  const found = useResource('doctor', care.doctor);
  const checks: Check[] = checksOf(found.data);
  return (
    <Card
      title={<h2 className="card-title">{t('doctor.title')}</h2>}
      extra={
        <Button size="small" loading={found.loading} onClick={found.reload}>
          {t('doctor.again')}
        </Button>
      }
    >
      {found.error !== undefined && <ErrorNotice error={found.error} retry={found.reload} />}
      {!found.data && found.loading && <Waiting />}
      <ul className="checks">
        {checks.map((check) => (
          <li key={check.name}>
            <StatusTag tone={check.ok ? 'good' : 'bad'}>{t(check.ok ? 'doctor.ok' : 'doctor.bad')}</StatusTag>
            <span>{check[language]}</span>
            <span className="soft">{check.value}</span>
            {!check.ok && check.advice && <p>{check.advice}</p>}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function checksOf(data: Awaited<ReturnType<typeof care.doctor>> | undefined): Check[] {
  if (data === undefined) return [];
  if (Array.isArray(data)) return data;
  return 'checks' in data ? data.checks : data.items;
}
