import { InboxOutlined } from '@ant-design/icons';
import { Card, Progress, Radio, Upload } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { isAborted } from '@/api/errors';
import { type ImportKind, upload } from '@/api/imports';
import { ErrorNotice } from '@/components/ErrorNotice';
import { useI18n } from '@/i18n/I18nProvider';

interface Props {
  kind: ImportKind;
  go: (changes: Record<string, string | null>) => void;
}

/** What is in the file, and the file. */
export function ChooseFile({ kind, go }: Props) {
  const { t, f } = useI18n();
  const [state, setState] = useState<{ name: string; bytes: number; share: number } | null>(null);
  const [error, setError] = useState<unknown>(null);
  const stop = useRef(new AbortController());
  useEffect(() => {
    const controller = new AbortController();
    stop.current = controller;
    return () => controller.abort();
  }, []);

  const send = async (file: File) => {
    setError(null);
    setState({ name: file.name, bytes: file.size, share: 0 });
    try {
      const done = await upload(
        file,
        (share) => setState({ name: file.name, bytes: file.size, share }),
        stop.current.signal,
      );
      go({ upload: done.id, name: file.name, kind });
    } catch (failure) {
      setState(null);
      if (!isAborted(failure)) setError(failure);
    }
  };
  return (
    <Card>
      <div className="page-stack">
        <Radio.Group
          aria-label={t('import.what')}
          optionType="button"
          buttonStyle="solid"
          value={kind}
          onChange={(event) => go({ kind: event.target.value as string })}
          options={(['orders', 'customers', 'events'] as const).map((value) => ({
            value,
            label: t(`import_kind.${value}`),
          }))}
        />
        <p className="soft">{t(`import_hint.${kind}`)}</p>
        {state ? (
          <div role="status">
            {state.name} · {f.bytes(state.bytes)}
            <Progress percent={Math.round(state.share * 100)} aria-label={t('import.uploading')} />
          </div>
        ) : (
          <Upload.Dragger
            accept=".csv,.tsv,.txt,.xlsx,.gz,.zip"
            showUploadList={false}
            beforeUpload={(file) => {
              void send(file);
              return false;
            }}
          >
            <p className="ant-upload-drag-icon">
              <InboxOutlined />
            </p>
            <p>{t('import.drop')}</p>
            <p className="soft">{t('import.formats')}</p>
          </Upload.Dragger>
        )}
        {error !== null && <ErrorNotice error={error} />}
      </div>
    </Card>
  );
}
