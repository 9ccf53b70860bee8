import { Button, Space, Upload } from 'antd';
import { useState } from 'react';
import { logo } from '@/api/logo';
import { ErrorNotice } from '@/components/ErrorNotice';
import { RemoveButton } from '@/components/RemoveButton';
import { useI18n } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';
import { useResource } from '@/lib/useResource';

/** The file as base64, as the server wants it. */
async function base64Of(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** Larger files are refused here: they would not fit the request, and its error would not say why. */
const most = 256 << 10;

/** The logo in the middle of codes: shown as it is kept, given, changed and taken away. */
export function LogoSetting() {
  const { t, f } = useI18n();
  const found = useResource('logo', logo.get);
  const { busy, run } = useAction();
  const [error, setError] = useState<unknown>(null);
  const give = async (file: File) => {
    setError(null);
    if (file.size > most) {
      setError(new Error(t('logo.too_large', { kb: f.number(Math.ceil(file.size / 1024)) })));
      return;
    }
    const ok = await run(async () => logo.put(await base64Of(file)), t('saved'));
    if (ok) found.reload();
  };
  const there = found.data?.there ?? false;
  return (
    <section className="setting" aria-label={t('logo.title')}>
      <div>
        <strong>{t('logo.title')}</strong>
        <div className="soft">{t('logo.hint')}</div>
        {found.error !== undefined && <ErrorNotice error={found.error} retry={found.reload} />}
        {error !== null && <ErrorNotice error={error} />}
      </div>
      <Space className="setting-value">
        {there && (
          <img
            key={found.data?.changed_s}
            className="logo-shown"
            src={`${logo.png}#${found.data?.changed_s ?? 0}-${found.data?.bytes ?? 0}`}
            alt={t('logo.title')}
          />
        )}
        <Upload
          accept="image/png,image/jpeg"
          showUploadList={false}
          beforeUpload={(file) => {
            void give(file);
            return false;
          }}
        >
          <Button loading={busy}>{t(there ? 'logo.change' : 'logo.give')}</Button>
        </Upload>
        {there && <RemoveButton question={t('logo.remove_sure')} remove={logo.remove} done={found.reload} />}
      </Space>
    </section>
  );
}
