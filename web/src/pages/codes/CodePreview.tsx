import { Form } from 'antd';
import { type CodeDetail, codes } from '@/api/codes';
import { useT } from '@/i18n/I18nProvider';
import type { CodeValues } from './CodeEditor';

/** A phone as the customer holds it: the page before joining, or the greeting; and the code. */
export function CodePreview({ code }: { code: CodeDetail | undefined }) {
  const t = useT();
  const kind = Form.useWatch<CodeValues['kind']>('kind') ?? 'staff';
  const name = Form.useWatch<string>('name') ?? '';
  const page = Form.useWatch<string>('page_text') ?? '';
  const welcomes = Form.useWatch<CodeValues['welcomes']>('welcomes') ?? [];
  const shown = name || t('code.unnamed');
  const greeting = welcomes.find((one) => one?.text)?.text;
  return (
    <aside className="code-preview" aria-label={t('code.preview')}>
      <p className="soft">{t('code.preview')}</p>
      <div className="code-phone">
        <strong>{shown}</strong>
        {kind === 'group' ? (
          <p className="code-page">{page || t('code.no_page')}</p>
        ) : (
          <p className="code-bubble">
            {greeting
              ?.replaceAll('{name}', t('code.sample_name'))
              .replaceAll('{staff}', t('code.sample_staff'))
              .replaceAll('{code}', shown) ?? t('code.no_welcome')}
          </p>
        )}
        {code?.drawn && <img src={codes.svg(code.id)} alt={t('code.drawn', { name: shown })} />}
      </div>
      {!code?.drawn && <p className="soft">{t('code.picture_hint')}</p>}
    </aside>
  );
}
