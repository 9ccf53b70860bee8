import { Alert, Spin } from 'antd';
import { type ReactNode, useEffect } from 'react';
import type { Asked } from '@/api/analyses';
import { ApiError } from '@/api/errors';
import { ErrorNotice } from '@/components/ErrorNotice';
import { Waiting } from '@/components/Waiting';
import { useT } from '@/i18n/I18nProvider';
import type { Resource } from '@/lib/useResource';
import { Problem } from '@/pages/audiences/Problem';
import { AskedContext } from './useAsked';

interface Props<T> {
  found: Resource<T>;
  /** What was asked: a mistake in one of its texts is shown in its place, an export asks it again. */
  asked: Asked;
  children: (data: T) => ReactNode;
}

/** The answer to a question; the last one stays, dimmed, while the next is under way. */
export function Answer<T>({ found, asked, children }: Props<T>) {
  if (found.error !== undefined) return <Refused error={found.error} asked={asked} retry={found.reload} />;
  if (found.data === undefined) return <Waiting />;
  return (
    <Spin spinning={found.loading} delay={300}>
      <AskedContext value={asked}>
        <div className="page-stack">{children(found.data)}</div>
      </AskedContext>
    </Spin>
  );
}

function Refused({ error, asked, retry }: { error: unknown; asked: Asked; retry: () => void }) {
  if (!(error instanceof ApiError)) return <ErrorNotice error={error} retry={retry} />;
  if (error.code === 'mirror_building') return <Building error={error} retry={retry} />;
  const text = error.field === null ? undefined : memberOf(asked, error.field);
  if (typeof text === 'string' && error.at !== null) return <Problem problem={error} text={text} />;
  return <ErrorNotice error={error} retry={retry} />;
}

const pause = 4000;

/** The data is on its way into memory: says how far, and asks again by itself. */
function Building({ error, retry }: { error: ApiError; retry: () => void }) {
  const t = useT();
  useEffect(() => {
    const timer = setTimeout(retry, pause);
    return () => clearTimeout(timer);
  }, [error, retry]);
  return (
    <Alert
      type="info"
      showIcon
      role="status"
      title={error.message}
      description={`${error.hint ?? ''} ${t('analysis.again_by_itself')}`}
    />
  );
}

/** "steps[0].events" of a body. */
function memberOf(body: unknown, path: string): unknown {
  return path
    .split(/[.[\]]+/)
    .filter((part) => part !== '')
    .reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], body);
}
