import { Alert, Button, Card, Select, Space } from 'antd';
import { useMemo, useState } from 'react';
import { type ImportKind, imports, type Mapping, type Preview } from '@/api/imports';
import { ErrorNotice } from '@/components/ErrorNotice';
import { Waiting } from '@/components/Waiting';
import { useI18n } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';
import { useResource } from '@/lib/useResource';
import type { Place } from './ImportWizard';
import { keepMapping, keptMapping } from './kept';
import { MappingTable } from './MappingTable';
import { Options } from './Options';
import { PreviewRows } from './PreviewRows';

interface Props {
  place: Place;
  go: (changes: Record<string, string | null>) => void;
}

/** How the file is read, which column is what, and its first rows. */
export function MapColumns({ place, go }: Props) {
  const { t } = useI18n();
  const [options, setOptions] = useState<Record<string, unknown>>({});
  const found = useResource(`${place.upload} ${place.kind} ${JSON.stringify(options)}`, (signal) =>
    imports.preview({ upload_id: place.upload, kind: place.kind, options }, signal),
  );
  return (
    <div className="page-stack">
      <Card size="small">
        <Space wrap>
          <strong>{place.name}</strong>
          <Select<ImportKind>
            aria-label={t('import.what')}
            value={place.kind}
            onChange={(kind) => go({ kind })}
            options={(['orders', 'customers', 'events'] as const).map((value) => ({
              value,
              label: t(`import_kind.${value}`),
            }))}
          />
          {found.data && <Options preview={found.data} value={options} onChange={setOptions} />}
          <Button onClick={() => go({ upload: null, name: null })}>{t('import.other_file')}</Button>
        </Space>
      </Card>
      {found.error !== undefined && <ErrorNotice error={found.error} retry={found.reload} />}
      {!found.data && found.loading && <Waiting />}
      {found.data && (
        <Columns
          key={JSON.stringify(found.data.header)}
          preview={found.data}
          place={place}
          options={options}
          go={go}
        />
      )}
    </div>
  );
}

interface ColumnsProps extends Props {
  preview: Preview;
  options: Record<string, unknown>;
}

/** What the guess did not find, in words. */
function missingOf({ guesses }: Preview, language: 'zh' | 'en'): string {
  return guesses.fields.find(({ field }) => field === guesses.missing)?.[language] ?? guesses.missing ?? '';
}

function Columns({ preview, place, options, go }: ColumnsProps) {
  const { t, language } = useI18n();
  const { busy, run } = useAction();
  const [mapping, setMapping] = useState<Mapping>(() => keptMapping(place) ?? preview.mapping);
  const sent = useMemo(
    () => ({ ...mapping, options: { ...preview.mapping.options, ...mapping.options, ...options } }),
    [mapping, preview, options],
  );
  const start = () =>
    void run(async () => {
      keepMapping(place, sent);
      const { job } = await imports.start({
        upload_id: place.upload,
        kind: place.kind,
        mapping: sent,
        dry_run: true,
      });
      go({ dry: job.id });
    });
  return (
    <>
      {!preview.guesses.enough && (
        <Alert
          type="warning"
          showIcon
          title={t('import.not_enough', { field: missingOf(preview, language) })}
        />
      )}
      {preview.remembered && <Alert type="info" showIcon title={t('import.remembered')} />}
      <Card
        title={<h2 className="card-title">{t('import.mapping')}</h2>}
        extra={
          <Button type="primary" loading={busy} onClick={start}>
            {t('import.try')}
          </Button>
        }
      >
        <MappingTable preview={preview} kind={place.kind} mapping={mapping} onChange={setMapping} />
      </Card>
      <PreviewRows preview={preview} mapping={mapping} />
    </>
  );
}
