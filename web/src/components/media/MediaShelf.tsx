import { Button, Space, Upload } from 'antd';
import { useState } from 'react';
import type { Page } from '@/api/client';
import { type Media, media, type MediaKind } from '@/api/media';
import { useMay } from '@/app/session';
import { ErrorNotice } from '@/components/ErrorNotice';
import { RemoveButton } from '@/components/RemoveButton';
import { useI18n, useT } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';
import './mediaWords';
import './media.css';

interface Props {
  /** Only of this kind. */
  kind?: MediaKind;
  chosen?: string | undefined;
  /** Offers each to be used; without it the shelf is for looking and deleting. */
  onUse?: (one: Media) => void;
}

const accepted: Record<MediaKind, string> = {
  image: 'image/png,image/jpeg',
  video: 'video/mp4',
  file: '',
};

/** So many pages of them, newest first. */
async function shelf(kind: MediaKind | undefined, pages: number, signal: AbortSignal): Promise<Page<Media>> {
  const all: Page<Media> = { items: [], next: null, total: null };
  for (let n = 0; n < pages && (n === 0 || all.next); n++) {
    const query = { limit: 100, ...(kind && { kind }), ...(all.next && { cursor: all.next }) };
    const page = await media.list(query, signal);
    all.items.push(...page.items);
    all.next = page.next;
  }
  return all;
}

/** The media there are, newest first, and a way to give more. */
export function MediaShelf({ kind, chosen, onUse }: Props) {
  const t = useT();
  const write = useMay()('code_write');
  const [pages, setPages] = useState(1);
  const found = useResource(`media ${kind ?? ''} ${pages}`, (signal) => shelf(kind, pages, signal));
  const given = (one: Media) => {
    found.reload();
    onUse?.(one);
  };
  return (
    <section className="media-shelf" aria-label={t('media.title')}>
      <p className="soft">{t('media.hint')}</p>
      {write && <Giving kind={kind} done={given} />}
      {found.error !== undefined && <ErrorNotice error={found.error} retry={found.reload} />}
      {found.data?.items.length === 0 && <p>{t('media.none')}</p>}
      <ul>
        {found.data?.items.map((one) => (
          <li key={one.id} className={one.id === chosen ? 'media-chosen' : undefined}>
            <Thumb one={one} />
            <Told one={one} />
            <Space>
              {onUse && (
                <Button
                  size="small"
                  aria-label={`${t(one.id === chosen ? 'media.chosen' : 'media.use')} ${one.name}`}
                  disabled={one.id === chosen}
                  onClick={() => onUse(one)}
                >
                  {t(one.id === chosen ? 'media.chosen' : 'media.use')}
                </Button>
              )}
              {write && !onUse && (
                <RemoveButton
                  question={t('media.remove_sure', { name: one.name })}
                  remove={() => media.remove(one.id)}
                  done={found.reload}
                />
              )}
            </Space>
          </li>
        ))}
      </ul>
      {found.data?.next && (
        <Button loading={found.loading} onClick={() => setPages(pages + 1)}>
          {t('media.more')}
        </Button>
      )}
    </section>
  );
}

function Thumb({ one }: { one: Media }) {
  const t = useT();
  if (one.kind === 'image') return <img src={media.content(one.id)} alt={one.name} loading="lazy" />;
  return <span className="media-sign">{t(`attachment.kind.${one.kind}`)}</span>;
}

/** Its name, who uses it, and whether WeCom has it. */
function Told({ one }: { one: Media }) {
  const { t, f } = useI18n();
  const users = [...one.codes.map(({ name }) => name), ...(one.welcome ? [t('media.welcome')] : [])];
  const state = () => {
    if (users.length === 0) return t('media.unused');
    if (one.error) return t('media.failed', { why: one.error.message });
    return t(one.at_wecom ? 'media.at_wecom' : 'media.waiting');
  };
  return (
    <div className="media-told">
      <a
        href={media.content(one.id)}
        {...(one.kind === 'image' ? { target: '_blank', rel: 'noreferrer' } : { download: one.name })}
      >
        {one.name}
      </a>
      <div className="soft">{f.bytes(one.bytes)}</div>
      {users.length > 0 && <div className="soft">{t('media.used', { names: users.join(', ') })}</div>}
      <div className={one.error ? 'media-failed' : 'soft'}>{state()}</div>
    </div>
  );
}

function Giving({ kind, done }: { kind: MediaKind | undefined; done: (one: Media) => void }) {
  const t = useT();
  const [share, setShare] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const give = async (file: File) => {
    setError(null);
    setShare(0);
    try {
      done(await media.give(file, kind, setShare, new AbortController().signal));
    } catch (failed) {
      setError(failed);
    }
    setShare(null);
  };
  return (
    <>
      <Upload
        accept={kind ? accepted[kind] : ''}
        showUploadList={false}
        beforeUpload={(file) => {
          void give(file);
          return false;
        }}
      >
        <Button loading={share !== null}>
          {share === null ? t('media.give') : t('media.giving', { n: Math.floor(share * 100) })}
        </Button>
      </Upload>
      {error !== null && <ErrorNotice error={error} />}
    </>
  );
}
