import { clv } from '@/api/clv';
import { ErrorNotice } from '@/components/ErrorNotice';
import { Near } from '@/components/Near';
import { Waiting } from '@/components/Waiting';
import { useResource } from '@/lib/useResource';
import { AliveBands } from './AliveBands';
import { Amounts } from './Amounts';
import { Counts } from './Counts';
import { Fit } from './Fit';
import { OverTime } from './OverTime';
import { Parameters } from './Parameters';
import { Scores } from './Scores';
import { Top } from './Top';
import { ValueBands } from './ValueBands';
import { Warnings } from './Warnings';
import '@/pages/analyses/analyses.css';
import '@/pages/analyses/words';
import './clv.css';
import './words';

/** Lifetime value: how well the models describe the customers, and what each is expected to be worth. */
export default function Clv() {
  const found = useResource('clv', clv.get);
  if (found.error !== undefined) return <ErrorNotice error={found.error} retry={found.reload} />;
  if (!found.data) return <Waiting />;
  const { data, reload } = found;
  return (
    <div className="page-stack">
      <Fit fit={data.fit} reload={reload} />
      {data.fit && <Warnings fit={data.fit} reload={reload} />}
      {data.scores && <Scores scores={data.scores} />}
      {data.scores && <ValueBands bands={data.bands} weeks={data.scores.weeks} />}
      {data.scores && (
        <Near height={400}>
          <AliveBands bands={data.alive_bands} />
        </Near>
      )}
      {data.scores && (
        <Near key={data.scores.fit_id} height={900}>
          <Top weeks={data.scores.weeks} />
        </Near>
      )}
      {data.counts.length > 0 && (
        <Near height={400}>
          <Counts counts={data.counts} />
        </Near>
      )}
      {data.points.length > 0 && data.fit && (
        <Near height={400}>
          <OverTime points={data.points} until={data.fit.until} />
        </Near>
      )}
      {data.amounts.length > 0 && (
        <Near height={400}>
          <Amounts amounts={data.amounts} />
        </Near>
      )}
      {data.fit && (
        <Near height={600}>
          <Parameters fit={data.fit} />
        </Near>
      )}
    </div>
  );
}
