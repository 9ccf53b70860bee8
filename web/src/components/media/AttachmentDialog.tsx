import { Form, type FormInstance, Input, Modal } from 'antd';
import { useState } from 'react';
import type { Attachment, AttachmentKind } from '@/api/media';
import { useT } from '@/i18n/I18nProvider';
import type { T } from '@/i18n/text';
import { MediaShelf } from './MediaShelf';
import { bytesOf, isText, mediaOf, textFields } from './mediaWords';

type Texts = Partial<Record<'title' | 'url' | 'desc' | 'appid' | 'page', string>>;

interface Props {
  kind: AttachmentKind;
  was: Attachment | undefined;
  onDone: (one: Attachment) => void;
  onClose: () => void;
}

/** One attachment made or changed: words, an original, or both. */
export function AttachmentDialog({ kind, was, onDone, onClose }: Props) {
  const t = useT();
  const [form] = Form.useForm<Texts>();
  const [original, setOriginal] = useState(was && mediaOf(was));
  const ready = kind === 'link' || original !== undefined;
  const finish = async () => {
    const texts = isText(kind) ? await form.validateFields() : {};
    onDone(made(kind, texts, original, was?.link?.picurl));
  };
  return (
    <Modal
      open
      width={560}
      title={t(`attachment.kind.${kind}`)}
      okButtonProps={{ disabled: !ready }}
      onOk={() => void finish().catch(() => undefined)}
      onCancel={onClose}
    >
      {isText(kind) && <TextFields kind={kind} form={form} was={was?.[kind]} />}
      {kind === 'miniprogram' && <p>{t('attachment.picture')}</p>}
      {kind !== 'link' && (
        <MediaShelf
          kind={kind === 'miniprogram' ? 'image' : kind}
          chosen={original}
          onUse={({ id }) => setOriginal(id)}
        />
      )}
    </Modal>
  );
}

/* A form inside of another's dialogue: no form element, or its submit would be the other's, too. */
function TextFields({
  kind,
  form,
  was,
}: {
  kind: 'link' | 'miniprogram';
  form: FormInstance<Texts>;
  was: Texts | undefined;
}) {
  const t = useT();
  return (
    <Form<Texts> form={form} component={false} layout="vertical" {...(was && { initialValues: was })}>
      {textFields[kind].map(({ name, most, required }) => (
        <Form.Item
          key={name}
          name={name}
          label={t(`attachment.${name}`)}
          extra={name === 'appid' && t('attachment.appid_hint')}
          rules={[
            { required, whitespace: required },
            { validator: (_, text: string | undefined) => within(t, text, most) },
            ...(name === 'url' ? [{ pattern: /^https?:\/\//, message: t('attachment.url_wrong') }] : []),
          ]}
        >
          <Input />
        </Form.Item>
      ))}
    </Form>
  );
}

function within(t: T, text: string | undefined, most: number): Promise<void> {
  if (bytesOf(text ?? '') <= most) return Promise.resolve();
  return Promise.reject(new Error(t('attachment.too_long', { n: most })));
}

function made(kind: AttachmentKind, texts: Texts, original = '', picurl?: string): Attachment {
  const { title = '', url = '', desc, appid = '', page = '' } = texts;
  if (kind === 'link')
    return { msgtype: kind, link: { title, url, ...(desc && { desc }), ...(picurl && { picurl }) } };
  if (kind === 'miniprogram')
    return { msgtype: kind, miniprogram: { title, appid, page, picture: original } };
  return { msgtype: kind, [kind]: { media: original } };
}
