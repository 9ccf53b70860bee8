import { Card } from 'antd';
import { Link } from 'wouter';
import type { OutboxRow } from '@/api/wecom';
import { useMay } from '@/app/session';
import { StatusTag } from '@/components/StatusTag';
import { useT } from '@/i18n/I18nProvider';
import { Reason } from '@/pages/wecom/Reason';
import { WishActions } from '@/pages/wecom/WishActions';
import { wishText, wishTones } from '@/pages/wecom/words';
import './tags.css';

/** Changes of tags and groups that WeCom does not have yet: why, and the way out. */
export function OpenWishes({ wishes, changed }: { wishes: readonly OutboxRow[]; changed: () => void }) {
  const t = useT();
  const may = useMay();
  const failed = wishes.some(({ state }) => state !== 'waiting');
  return (
    <Card size="small" title={<h2 className="card-title">{t('tag_sync.open')}</h2>}>
      {failed && (
        <p className="soft tag-rule">{t(may('system') ? 'tag_sync.open_hint' : 'tag_sync.ask_admin')}</p>
      )}
      <ul className="tag-wishes">
        {wishes.map((row) => (
          <li key={row.id}>
            <StatusTag tone={wishTones[row.state]}>{t(`outbox_state.${row.state}`)}</StatusTag>
            <span>{wishText(row, t)}</span>
            {may('system') && <WishActions row={row} done={changed} />}
            {row.error && <Reason error={row.error} />}
          </li>
        ))}
      </ul>
      {may('system') && (
        <p className="soft tag-wishes-more">
          <Link href="/wecom?tab=outbox">{t('tag_sync.people')}</Link>
        </p>
      )}
    </Card>
  );
}
