import { Link } from 'wouter';
import { type Audience, audiences } from '@/api/audiences';
import { ErrorNotice } from '@/components/ErrorNotice';
import { Waiting } from '@/components/Waiting';
import { useI18n } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';

/** Every text an audience had; an older one opens in the composer. */
export function Versions({ audience }: { audience: Audience }) {
  const { t, f } = useI18n();
  const found = useResource(audience.id, (signal) => audiences.versions(audience.id, signal));
  if (found.error !== undefined) return <ErrorNotice error={found.error} retry={found.reload} />;
  if (!found.data) return <Waiting />;
  return (
    <ol className="versions">
      {found.data.items.map(({ version, expression, at_s, account }) => (
        <li key={version}>
          <div className="soft">
            {t('audience.version', { n: version })} · {f.time(at_s)} ·{' '}
            {typeof account === 'string' ? account : account?.name}
          </div>
          <code className="expression">{expression}</code>
          <Link href={`/audiences/new?expression=${encodeURIComponent(expression)}`}>
            {t('audience.open')}
          </Link>
        </li>
      ))}
    </ol>
  );
}
