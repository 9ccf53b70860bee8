import { Button, Dropdown } from 'antd';
import { useState } from 'react';
import type { Attachment, AttachmentKind } from '@/api/media';
import { useT } from '@/i18n/I18nProvider';
import { AttachmentDialog } from './AttachmentDialog';
import { AttachmentSign } from './AttachmentSign';
import { attachmentKinds, attachmentsMost } from './mediaWords';

interface Props {
  value?: Attachment[];
  onChange?: (all: Attachment[]) => void;
  disabled?: boolean;
  most?: number;
}

/** The attachments of a greeting, in the order they are sent: a control of a form. */
export function Attachments({ value = [], onChange, disabled = false, most = attachmentsMost }: Props) {
  const t = useT();
  const [open, setOpen] = useState<{ kind: AttachmentKind; at: number } | null>(null);
  const put = (one: Attachment) => {
    if (open) onChange?.([...value.slice(0, open.at), one, ...value.slice(open.at + 1)]);
    setOpen(null);
  };
  return (
    <div className="attachments" role="group" aria-label={t('attachment.list')}>
      {value.map((one, at) => (
        <div key={at} className="attachment-row">
          <AttachmentSign one={one} />
          <Button
            size="small"
            type="link"
            disabled={disabled}
            onClick={() => setOpen({ kind: one.msgtype, at })}
          >
            {t('action.edit')}
          </Button>
          <Button
            size="small"
            type="link"
            danger
            disabled={disabled}
            onClick={() => onChange?.(value.filter((_, i) => i !== at))}
          >
            {t('action.remove')}
          </Button>
        </div>
      ))}
      <Dropdown
        disabled={disabled || value.length >= most}
        trigger={['click']}
        menu={{
          items: attachmentKinds.map((key) => ({ key, label: t(`attachment.kind.${key}`) })),
          onClick: ({ key }) => setOpen({ kind: key as AttachmentKind, at: value.length }),
        }}
      >
        <Button size="small">{t('attachment.add')}</Button>
      </Dropdown>
      {open && (
        <AttachmentDialog kind={open.kind} was={value[open.at]} onDone={put} onClose={() => setOpen(null)} />
      )}
    </div>
  );
}
