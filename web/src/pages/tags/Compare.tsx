import { Alert, App, Button, Modal, Popconfirm } from 'antd';
import { useMemo, useState } from 'react';
import { type TagComparison, type TagDifference, tags } from '@/api/catalogue';
import { ErrorNotice } from '@/components/ErrorNotice';
import { ScrollTable } from '@/components/ScrollTable';
import { StatusTag } from '@/components/StatusTag';
import { useI18n } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';
import { differenceOf, differenceText } from './words';

const tones = { wecom: 'good', koi: 'busy', nobody: 'warn' } as const;

/** The button that asks WeCom for its library, and what it answered beside ours. */
export function Compare({ changed }: { changed: () => void }) {
  const { t } = useI18n();
  const [busy, setBusy] = useState(false);
  const [found, setFound] = useState<TagComparison | null>(null);
  const [error, setError] = useState<unknown>(null);
  const ask = async () => {
    setBusy(true);
    setError(null);
    try {
      setFound(await tags.compare());
    } catch (why) {
      setFound(null);
      setError(why);
    } finally {
      setBusy(false);
    }
  };
  const close = () => {
    setFound(null);
    setError(null);
  };
  const again = () => {
    changed();
    void ask();
  };
  return (
    <>
      <Button loading={busy} onClick={() => void ask()}>
        {t('tag_sync.compare')}
      </Button>
      <Modal
        open={found !== null || error !== null}
        title={t('tag_sync.compare')}
        footer={null}
        width={760}
        onCancel={close}
      >
        {error !== null && <ErrorNotice error={error} />}
        {found && <Found found={found} again={again} />}
      </Modal>
    </>
  );
}

function Found({ found, again }: { found: TagComparison; again: () => void }) {
  const { t } = useI18n();
  const n = found.wecom + found.koi + found.nobody;
  return (
    <div className="page-stack">
      <p className="soft tag-rule">
        {t('tag_sync.compare_what', { groups: found.groups, tags: found.tags })}{' '}
        {n > 0 && t('tag_sync.differences', { n })}
        {n > found.items.length && ` ${t('tag_sync.more', { n: found.items.length })}`}
      </p>
      {n === 0 ? (
        <Alert showIcon type="success" title={t('tag_sync.same')} />
      ) : (
        <Differences items={found.items} again={again} />
      )}
      {n > 0 && <p className="soft tag-rule">{t('tag_sync.rule')}</p>}
      {found.wecom > 0 && <TakeOver n={found.wecom} again={again} />}
    </div>
  );
}

function Differences({ items, again }: { items: TagDifference[]; again: () => void }) {
  const { t } = useI18n();
  const columns = useMemo(
    () => [
      {
        key: 'what',
        title: t('tag_sync.what'),
        render: (d: TagDifference) => differenceOf(d, t),
      },
      {
        key: 'difference',
        title: t('tag_sync.difference'),
        render: (d: TagDifference) => differenceText(d, t),
      },
      {
        key: 'winner',
        title: t('tag_sync.winner'),
        render: (d: TagDifference) => (
          <>
            <StatusTag tone={tones[d.winner]}>{t(`tag_winner.${d.winner}`)}</StatusTag>
            {d.winner === 'nobody' && d.group_id !== null && (
              <TellGroup id={d.group_id} name={d.group ?? ''} done={again} />
            )}
          </>
        ),
      },
    ],
    [t, again],
  );
  return (
    <ScrollTable<TagDifference>
      size="small"
      columns={columns}
      dataSource={items}
      rowKey={(d) => [d.level, d.group_id, d.tag_id, d.there_group, d.there_name].join('/')}
      pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
    />
  );
}

/** Tags of a group that WeCom never got are told again. */
function TellGroup({ id, name, done }: { id: string; name: string; done: () => void }) {
  const { t } = useI18n();
  const { busy, run } = useAction();
  const tell = () => void run(() => tags.share(id), t('tag_sync.shared')).then((ok) => ok && done());
  return (
    <Button size="small" type="link" loading={busy} onClick={tell}>
      {t('tag_sync.tell_group', { group: name })}
    </Button>
  );
}

function TakeOver({ n, again }: { n: number; again: () => void }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const { busy, run } = useAction();
  const take = () =>
    void run(async () => {
      const { added, changed, removed } = await tags.takeOver();
      void message.success(t('tag_sync.taken', { added, changed, removed }));
    }).then((ok) => ok && again());
  return (
    <div className="modal-actions">
      <Popconfirm title={t('tag_sync.take_over_sure')} onConfirm={take}>
        <Button type="primary" loading={busy}>
          {t('tag_sync.take_over', { n })}
        </Button>
      </Popconfirm>
    </div>
  );
}
