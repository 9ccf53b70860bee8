import { Card } from 'antd';
import type { ClvFit, ClvParameter, ClvPart } from '@/api/clv';
import { ScrollTable } from '@/components/ScrollTable';
import { StatusTag } from '@/components/StatusTag';
import { useI18n } from '@/i18n/I18nProvider';
import type { Key } from '@/i18n/text';

/** The parameters with their errors, and in plain words what they say about the shop. */
export function Parameters({ fit }: { fit: ClvFit }) {
  const { t, f } = useI18n();
  const { year, converged } = fit.buying;
  const { mean } = fit.spending;
  return (
    <Card title={<h2 className="card-title">{t('clv.parameters')}</h2>}>
      <p className="chart-note">
        {year !== undefined && t('clv.says_year', { n: f.number(year, 2) })}
        {mean !== undefined && t('clv.says_mean', { mean: f.money(Math.round(mean * 100)) })}
        {!converged && t('clv.says_unsure')}
      </p>
      <div className="clv-parts">
        <Part part={fit.buying} />
        <Part part={fit.spending} />
      </div>
      <p className="soft">{t('clv.parameters_note')}</p>
    </Card>
  );
}

function Part({ part }: { part: ClvPart }) {
  const { t, f } = useI18n();
  const title = t(`clv_model.${part.model}`);
  const number = (value: number | null) => (value === null ? '—' : f.number(value, digitsOf(value)));
  return (
    <section aria-label={title}>
      <h3 className="clv-part">{title}</h3>
      <p className="soft">
        {t('clv.part_facts', {
          ll: f.number(part.log_likelihood, 3),
          customers: part.customers ?? '—',
          rows: part.rows ?? '—',
        })}
      </p>
      <ScrollTable<ClvParameter>
        size="small"
        rowKey="name"
        pagination={false}
        dataSource={part.parameters}
        columns={[
          {
            title: t('clv.parameter'),
            render: (_, { name, suspect }) => (
              <>
                <code>{name}</code> {suspect && <StatusTag tone="bad">{t('clv.suspect')}</StatusTag>}
              </>
            ),
          },
          { title: t('column.value'), align: 'right', render: (_, { value }) => number(value) },
          { title: t('clv.se'), align: 'right', render: (_, { se }) => number(se) },
          {
            title: t('clv.range'),
            align: 'right',
            render: (_, { low, high }) => (low === null ? '—' : `${number(low)} – ${number(high)}`),
          },
          {
            title: t('clv.meaning'),
            render: (_, { name }) => t(`clv_parameter.${part.model}_${name}` as Key),
          },
        ]}
      />
    </section>
  );
}

/** About five digits that count. */
const digitsOf = (value: number) =>
  value === 0 ? 0 : Math.max(0, 4 - Math.floor(Math.log10(Math.abs(value))));
