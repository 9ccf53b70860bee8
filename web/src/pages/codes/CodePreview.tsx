import { Form } from 'antd';
import { type CodeDetail, codes } from '@/api/codes';
import { AttachmentSign } from '@/components/media/AttachmentSign';
import { useT } from '@/i18n/I18nProvider';
import type { CodeValues } from './CodeEditor';
import type { Greeting } from './codeWords';

/** A phone as the customer holds it: the page before joining, or the greeting; and the code. */
export function CodePreview({ code }: { code: CodeDetail | undefined }) {
  const t = useT();
  const kind = Form.useWatch<CodeValues['kind']>('kind') ?? 'staff';
  const name = Form.useWatch<string>('name') ?? '';
  const page = Form.useWatch<string>('page_text') ?? '';
  const greeting = Form.useWatch<CodeValues['greeting']>('greeting');
  const welcomes = Form.useWatch<CodeValues['welcomes']>('welcomes') ?? [];
  const shown = name || t('code.unnamed');
  const first = welcomes.find((one) => one?.text || one?.attachments?.length);
  return (
    <aside className="code-preview" aria-label={t('code.preview')}>
      <p className="soft">{t('code.preview')}</p>
      <div className="code-phone">
        <strong>{shown}</strong>
        {kind === 'group' ? (
          <>
            <p className="code-page">{page || t('code.no_page')}</p>
            <GroupSign greeting={greeting} code={shown} />
          </>
        ) : (
          <GreetingSign welcome={first} code={shown} />
        )}
        {code?.drawn && <img src={codes.svg(code.id)} alt={t('code.drawn', { name: shown })} />}
      </div>
      {!code?.drawn && <p className="soft">{t('code.picture_hint')}</p>}
    </aside>
  );
}

/** What a group greets who joins with, once its owner has picked it. */
function GroupSign({ greeting, code }: { greeting: CodeValues['greeting'] | undefined; code: string }) {
  const t = useT();
  if (!greeting || (greeting.text === '' && greeting.attachments.length === 0)) return null;
  return (
    <>
      <p className="soft">{t('code.after_joining')}</p>
      <GreetingSign welcome={greeting} code={code} />
    </>
  );
}

/** What a new friend gets: the words, then each attachment. */
function GreetingSign({
  welcome,
  code,
}: {
  welcome: Pick<Greeting, 'text' | 'attachments'> | undefined;
  code: string;
}) {
  const t = useT();
  const words = welcome?.text
    .replaceAll('{name}', t('code.sample_name'))
    .replaceAll('{staff}', t('code.sample_staff'))
    .replaceAll('{code}', code);
  return (
    <>
      {words !== '' && <p className="code-bubble">{words ?? t('code.no_welcome')}</p>}
      {welcome?.attachments?.map((one, at) => (
        <AttachmentSign key={at} one={one} />
      ))}
    </>
  );
}
