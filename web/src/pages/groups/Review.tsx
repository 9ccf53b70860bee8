import { Button, Space } from 'antd';
import { useMemo, useState } from 'react';
import type { Query } from '@/api/client';
import { type GroupReview, groups, type Plan, type ReviewedGroup, type Verdict } from '@/api/groups';
import { useMay } from '@/app/session';
import { EmptyState } from '@/components/EmptyState';
import { ListPage } from '@/components/list/ListPage';
import { RowLink } from '@/components/list/RowLink';
import type { Column, Filter } from '@/components/list/types';
import { useOpen } from '@/components/list/useListState';
import { StatusTag, type Tone } from '@/components/StatusTag';
import { useI18n } from '@/i18n/I18nProvider';
import { Decide } from './Decision';
import { GroupDrawer } from './GroupDrawer';

const verdicts = ['revive', 'take_out', 'give_up', 'new', 'keep'] as const;
const tones: Record<Verdict, Tone> = {
  revive: 'warn',
  take_out: 'busy',
  give_up: 'bad',
  new: 'quiet',
  keep: 'good',
};
/** The plan that a proposal suggests. */
const suggested: Record<Verdict, Plan> = {
  revive: 'revive',
  take_out: 'give_up',
  give_up: 'give_up',
  new: 'keep',
  keep: 'keep',
};

/** Groups that are quiet or falling, why, and what somebody decides about them. */
export function Review() {
  const { t, f } = useI18n();
  const write = useMay()('group_write');
  const [open, setOpen] = useOpen();
  const [version, setVersion] = useState(0);
  const [chosen, setChosen] = useState<ReviewedGroup | null>(null);
  const [last, setLast] = useState<GroupReview | null>(null);
  const again = () => setVersion((n) => n + 1);
  const columns = useMemo<Column<ReviewedGroup>[]>(
    () => [
      {
        key: 'name',
        title: t('group.name'),
        render: ({ id, name }) => <RowLink onClick={() => setOpen(id)}>{name}</RowLink>,
      },
      {
        key: 'owner',
        member: 'owner.name',
        title: t('group.owner'),
        render: ({ owner }) => owner?.name ?? '—',
      },
      {
        key: 'class',
        member: ['kind', 'level'],
        title: t('group.level'),
        render: ({ kind, level }) => `${t(`group_level.${level}`)} · ${t(`group_kind.${kind}`)}`,
      },
      {
        key: 'verdict',
        title: t('group.verdict'),
        render: ({ verdict }) => <StatusTag tone={tones[verdict]}>{t(`group_verdict.${verdict}`)}</StatusTag>,
      },
      {
        key: 'why',
        member: ['people', 'active', 'activity', 'activity_before', 'messages', 'valuable_alone'],
        title: t('group.why'),
        render: (group) => <Why group={group} days={last?.days ?? 30} />,
      },
      {
        key: 'valuable',
        title: t('group.valuable'),
        align: 'right',
        render: ({ valuable }) => f.number(valuable),
      },
      {
        key: 'actions',
        member: null,
        title: t('column.actions'),
        render: (group) =>
          write && (
            <Button size="small" type="link" onClick={() => setChosen(group)}>
              {t('group.decide')}
            </Button>
          ),
      },
    ],
    [t, f, write, setOpen, last?.days],
  );
  const filters = useMemo<Filter[]>(
    () => [
      {
        kind: 'choice',
        key: 'verdict',
        label: t('group.verdict'),
        options: verdicts.map((value) => ({ value, label: t(`group_verdict.${value}`) })),
      },
    ],
    [t],
  );
  const load = useMemo(
    () => async (query: Query, signal: AbortSignal) => {
      const found = await groups.review(query, signal);
      setLast(found);
      return found;
    },
    [],
  );
  return (
    <>
      {last && <Sums review={last} />}
      <ListPage<ReviewedGroup>
        name="group_review"
        columns={columns}
        filters={filters}
        load={load}
        rowKey={({ id }) => id}
        paging="cursor"
        version={version}
        empty={<EmptyState title={t('group.review_none')} hint={t('group.review_none_hint')} />}
      />
      <p className="soft">{t('group.review_where')}</p>
      {chosen && (
        <Decide
          group={chosen}
          initial={suggested[chosen.verdict]}
          done={again}
          onClose={() => setChosen(null)}
        />
      )}
      <GroupDrawer id={open} onClose={() => setOpen(null)} changed={again} />
    </>
  );
}

/** How many of each, and by which rule. */
function Sums({ review: { counts, rule, days, as_of_s } }: { review: GroupReview }) {
  const { t, f } = useI18n();
  return (
    <>
      <Space wrap>
        {verdicts.map((verdict) => (
          <StatusTag key={verdict} tone={tones[verdict]}>
            {t(`group_verdict.${verdict}`)} {f.number(counts[verdict])}
          </StatusTag>
        ))}
      </Space>
      <p className="soft">
        {t('group.review_note', {
          days,
          quiet: rule.quiet_percent,
          least: rule.fall_least,
          enough: rule.revive_valuable,
        })}{' '}
        {as_of_s !== null && t('group.review_as_of', { time: f.time(as_of_s) })}
      </p>
    </>
  );
}

/** The figures behind a proposal as sentences. */
function Why({ group, days }: { group: ReviewedGroup; days: number }) {
  const { t, f } = useI18n();
  const { verdict, people, active, valuable, valuable_alone: alone } = group;
  const now = f.percent(group.activity);
  const said =
    verdict === 'new'
      ? [t('group_why.new', { days })]
      : [
          group.falling && t('group_why.falling', { before: f.percent(group.activity_before), now }),
          people === 0 && t('group_why.empty'),
          people > 0 &&
            group.quiet &&
            t(active === 0 ? 'group_why.still' : 'group_why.quiet', { people, active, now }),
          people > 0 &&
            group.quiet &&
            group.messages === 0 &&
            t('group_why.silent', { n: group.message_days ?? 0 }),
          verdict === 'keep' && t('group_why.fine', { now }),
          verdict === 'revive' && !group.falling && t('group_why.worth', { n: valuable }),
          verdict === 'take_out' && t('group_why.alone', { n: alone }),
          verdict === 'give_up' && people > 0 && t(valuable > 0 ? 'group_why.elsewhere' : 'group_why.none'),
        ];
  return (
    <div className="group-why">
      {said.filter(Boolean).map((sentence) => (
        <p key={String(sentence)}>{sentence}</p>
      ))}
    </div>
  );
}
