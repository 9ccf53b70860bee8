import { Alert, Button, Input, Modal, Space, Switch } from 'antd';
import { useState } from 'react';
import { createPortal } from 'react-dom';
import { Link } from 'wouter';
import { type Code, codes } from '@/api/codes';
import { logo } from '@/api/logo';
import { useMay } from '@/app/session';
import { useT } from '@/i18n/I18nProvider';
import { pngOf } from '@/lib/pngOf';
import { saveAs } from '@/lib/saveAs';
import { useAction } from '@/lib/useAction';
import { useResource, useRested } from '@/lib/useResource';
import './codes.css';

/** Whether this browser's codes carry the logo: what was chosen last holds for the next code. */
const storageKey = 'koi.code.logo';

interface Props {
  code: Code;
  onClose: () => void;
}

/** A code as it will be printed: with the logo or without, its caption, and the ways to have it. */
export function PrintCard({ code, onClose }: Props) {
  const t = useT();
  const settings = useMay()('setting_write');
  const { busy, run } = useAction();
  const found = useResource('logo', logo.get);
  const [chosen, setChosen] = useState(localStorage.getItem(storageKey) !== 'no');
  const [caption, setCaption] = useState(code.name);
  const rested = useRested(caption, 300);
  const there = found.data?.there ?? false;
  const drawn = codes.svg(code.id, { caption: rested, ...(code.drawn && { logo: there && chosen }) });
  const choose = (on: boolean) => {
    localStorage.setItem(storageKey, on ? 'yes' : 'no');
    setChosen(on);
  };
  const picture = <img src={drawn} alt={t('code.drawn', { name: code.name })} />;
  return (
    <Modal
      open
      title={t('code.print_title', { name: code.name })}
      onCancel={onClose}
      footer={
        <Space wrap>
          <Button href={drawn} download={`${code.name}.svg`}>
            {t('code.get_svg')}
          </Button>
          {code.drawn && (
            <Button
              loading={busy}
              onClick={() => void run(async () => saveAs(await pngOf(drawn), `${code.name}.png`))}
            >
              {t('code.get_png')}
            </Button>
          )}
          <Button type="primary" onClick={() => window.print()}>
            {t('code.print')}
          </Button>
        </Space>
      }
    >
      <div className="print-card">
        {found.data && picture}
        <label className="print-row">
          <span>{t('code.caption')}</span>
          <Input value={caption} maxLength={40} onChange={(event) => setCaption(event.target.value)} />
        </label>
        {code.drawn && there && (
          <div className="print-row">
            <span id="print-logo">{t('code.with_logo')}</span>
            <Switch aria-labelledby="print-logo" checked={chosen} onChange={choose} />
          </div>
        )}
        {code.drawn && found.data && !there && (
          <div className="print-row">
            <span className="soft">{t('code.no_logo')}</span>
            {settings && (
              <Link href="/settings" className="print-give">
                {t('code.to_settings')}
              </Link>
            )}
          </div>
        )}
        {!code.drawn && <Alert type="info" title={t('code.not_drawn')} />}
      </div>
      {createPortal(<div className="print-sheet">{picture}</div>, document.body)}
    </Modal>
  );
}
