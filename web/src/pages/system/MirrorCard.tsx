import { Button, Card, Descriptions, Progress } from 'antd';
import { care } from '@/api/care';
import { ErrorNotice } from '@/components/ErrorNotice';
import { StatusTag } from '@/components/StatusTag';
import { Waiting } from '@/components/Waiting';
import { useI18n } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';

const tones = { ready: 'good', building: 'busy', failed: 'bad', off: 'bad' } as const;

/** What is held in memory for questions, and how fresh it is. */
export function MirrorCard() {
  const { t, f } = useI18n();
  const found = useResource('mirror', care.mirror);
  const mirror = found.data;
  return (
    <Card
      title={<h2 className="card-title">{t('mirror.title')}</h2>}
      extra={
        <Button size="small" loading={found.loading} onClick={found.reload}>
          {t('mirror.again')}
        </Button>
      }
    >
      {found.error !== undefined && <ErrorNotice error={found.error} retry={found.reload} />}
      {!mirror && found.loading && <Waiting />}
      {mirror && (
        <>
          <p>
            <StatusTag tone={tones[mirror.state]}>{t(`mirror.${mirror.state}`)}</StatusTag>{' '}
            <span className="soft">{t('mirror.what')}</span>
          </p>
          {mirror.state === 'building' && (
            <Progress
              aria-label={t('mirror.building')}
              percent={Math.floor((mirror.built_seq / Math.max(mirror.build_seq, 1)) * 100)}
            />
          )}
          <Descriptions
            size="small"
            column={{ xs: 1, md: 3 }}
            items={[
              { key: 'customers', label: t('mirror.customers'), children: f.number(mirror.customers) },
              { key: 'events', label: t('mirror.events'), children: f.number(mirror.events) },
              { key: 'behind', label: t('mirror.behind'), children: f.number(mirror.behind) },
              ...mirror.parts.map(({ name, bytes }) => ({
                key: `part-${name}`,
                label: t(`mirror.part_${name}`),
                children: f.bytes(bytes),
              })),
            ]}
          />
        </>
      )}
    </Card>
  );
}
