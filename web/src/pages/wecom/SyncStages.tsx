import { useMemo } from 'react';
import { isOver } from '@/api/jobs';
import { type SyncCounts, type SyncProblem, type SyncStage, type SyncState, syncStages } from '@/api/wecom';
import { ScrollTable } from '@/components/ScrollTable';
import { StatusTag } from '@/components/StatusTag';
import { useI18n } from '@/i18n/I18nProvider';
import { Reason } from './Reason';

/** What people call a stage: by its last one on the server, and what is counted in it. */
const parts = [
  { key: 'tags', last: 'tags', counts: ['tags_changed'] },
  { key: 'staff', last: 'rest_staff', counts: ['staff', 'departments', 'staff_changed'] },
  {
    key: 'customers',
    last: 'customers',
    counts: ['staff_done', 'friendships', 'made', 'begun', 'ended', 'tagged', 'untagged'],
  },
  { key: 'undress', last: 'undress', counts: ['undressed'] },
  { key: 'groups', last: 'rest_groups', counts: ['groups', 'joined', 'group_left', 'dismissed'] },
] as const satisfies { key: string; last: SyncStage; counts: readonly (keyof SyncCounts)[] }[];

type PartState = 'done' | 'now' | 'next' | 'halted' | 'lacking';
const tones = { done: 'good', now: 'busy', next: 'quiet', halted: 'warn', lacking: 'warn' } as const;

/** The part in which something of a kind is asked for. */
const partOf: Record<SyncProblem['kind'], string> = {
  department: 'staff',
  member: 'staff',
  follow: 'customers',
  group: 'groups',
};

/** Which of the parts are done, which is under way or was when it halted. */
function stateOf(index: number, state: SyncState): PartState {
  const at = syncStages.indexOf(state.stage);
  const last = (i: number) => syncStages.indexOf(parts[i]?.last ?? 'begin');
  const lacks = state.problems.some(({ kind, state: told }) => {
    return told === 'failed' && partOf[kind] === parts[index]?.key;
  });
  if (at > last(index)) return lacks ? 'lacking' : 'done';
  if (index > 0 && at <= last(index - 1)) return 'next';
  return state.job && isOver(state.job) ? 'halted' : 'now';
}

export function SyncStages({ state }: { state: SyncState }) {
  const { t } = useI18n();
  const { counts } = state;
  return (
    <ul className="checks sync-stages">
      {parts.map((part, index) => {
        const now = stateOf(index, state);
        return (
          <li key={part.key}>
            <StatusTag tone={tones[now]}>{t(`sync_part_state.${now}`)}</StatusTag>
            <strong>{t(`sync_part.${part.key}`)}</strong>
            <span className="soft">
              {now === 'next'
                ? ''
                : part.counts
                    .filter((name, i) => i === 0 || counts[name] > 0)
                    .map((name) => t(`sync_count.${name}`, { n: counts[name], of: counts.staff }))
                    .join(' · ')}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** Each that could not be told, with WeCom's reason and the way out. */
export function SyncProblems({ problems, more }: { problems: SyncProblem[]; more: number }) {
  const { t } = useI18n();
  const columns = useMemo(
    () => [
      {
        key: 'kind',
        title: t('sync.what_kind'),
        render: ({ kind }: SyncProblem) => t(`sync_kind.${kind}`),
      },
      { key: 'ref', title: t('sync.ref'), render: ({ ref }: SyncProblem) => <code>{ref}</code> },
      {
        key: 'state',
        title: t('column.state'),
        render: ({ state }: SyncProblem) => (
          <StatusTag tone={state === 'outside' ? 'quiet' : 'bad'}>{t(`sync_problem.${state}`)}</StatusTag>
        ),
      },
      {
        key: 'why',
        title: t('inbox.reason'),
        render: ({ code, message, advice }: SyncProblem) => (
          <Reason error={message === '' ? null : { code, message, hint: advice }} />
        ),
      },
    ],
    [t],
  );
  if (problems.length === 0) return null;
  return (
    <section>
      <h3>{t('sync.problems')}</h3>
      <ScrollTable<SyncProblem>
        size="small"
        columns={columns}
        dataSource={problems}
        rowKey={({ kind, ref }) => `${kind} ${ref}`}
        pagination={problems.length > 20 && { pageSize: 20, showSizeChanger: false }}
      />
      {more > problems.length && (
        <p className="soft">{t('sync.problems_more', { n: more - problems.length })}</p>
      )}
    </section>
  );
}
