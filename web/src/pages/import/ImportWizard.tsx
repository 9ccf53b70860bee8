import { Card, Steps } from 'antd';
import { useSearchParams } from 'wouter';
import type { ImportKind } from '@/api/imports';
import { useT } from '@/i18n/I18nProvider';
import { ChooseFile } from './ChooseFile';
import { MapColumns } from './MapColumns';
import { RunImport } from './RunImport';
import { TryImport } from './TryImport';

const kinds: ImportKind[] = ['orders', 'customers', 'events'];

/** Where the wizard stands lives in the address, so that a reload changes nothing. */
export interface Place {
  upload: string;
  name: string;
  kind: ImportKind;
}

/** File → columns → trial run → run. */
export default function ImportWizard() {
  const t = useT();
  const [query, setQuery] = useSearchParams();
  const place: Place = {
    upload: query.get('upload') ?? '',
    name: query.get('name') ?? '',
    kind: kinds.find((kind) => kind === query.get('kind')) ?? 'orders',
  };
  const dry = query.get('dry');
  const job = query.get('job');
  const step = job ? 3 : dry ? 2 : place.upload ? 1 : 0;
  const go = (changes: Record<string, string | null>) =>
    setQuery((old) => {
      const next = new URLSearchParams(old);
      for (const [key, value] of Object.entries(changes)) {
        if (value === null) next.delete(key);
        else next.set(key, value);
      }
      return next;
    });
  const titles = ['import.step_file', 'import.step_columns', 'import.step_try', 'import.step_run'] as const;
  return (
    <div className="page-stack">
      <Card size="small">
        <Steps size="small" current={step} items={titles.map((title) => ({ title: t(title) }))} />
      </Card>
      {step === 0 && <ChooseFile kind={place.kind} go={go} />}
      {step === 1 && <MapColumns key={`${place.upload} ${place.kind}`} place={place} go={go} />}
      {step === 2 && dry && <TryImport place={place} job={dry} go={go} />}
      {step === 3 && job && <RunImport job={job} />}
    </div>
  );
}
