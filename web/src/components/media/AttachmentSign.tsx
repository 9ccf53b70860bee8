import { type Attachment, media } from '@/api/media';
import { useT } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';
import { mediaOf, titleOf } from './mediaWords';
import './media.css';

/** An attachment as a phone shows it, small: a picture, a card, a file. */
export function AttachmentSign({ one }: { one: Attachment }) {
  const t = useT();
  const kind = t(`attachment.kind.${one.msgtype}`);
  const original = mediaOf(one);
  const pictured = original !== undefined && (one.msgtype === 'image' || one.msgtype === 'miniprogram');
  const title = titleOf(one);
  return (
    <figure className={`attachment attachment-${one.msgtype}`}>
      {title !== undefined && <strong>{title}</strong>}
      {one.link?.desc && <span className="soft">{one.link.desc}</span>}
      {pictured && <img src={media.content(original)} alt={title ?? kind} />}
      {original !== undefined && !pictured && <OriginalName id={original} />}
      {one.msgtype !== 'image' && <figcaption className="soft">{kind}</figcaption>}
    </figure>
  );
}

/** What a film or file is called: customers see it, too. */
function OriginalName({ id }: { id: string }) {
  const found = useResource('media names', (signal) => media.list({ limit: 200 }, signal));
  return <strong>{found.data?.items.find((one) => one.id === id)?.name}</strong>;
}
