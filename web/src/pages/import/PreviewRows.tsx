import { Alert, Card } from 'antd';
import type { Mapping, Preview } from '@/api/imports';
import { useI18n } from '@/i18n/I18nProvider';

/** The first rows as they are read, and what is wrong with them. */
export function PreviewRows({ preview, mapping }: { preview: Preview; mapping: Mapping }) {
  const { t } = useI18n();
  const used = new Set(Object.values(mapping));
  return (
    <Card title={<h2 className="card-title">{t('import.rows', { n: preview.rows.length })}</h2>}>
      {preview.problems.length > 0 && (
        <Alert
          type="warning"
          showIcon
          title={t('import.problems', { n: preview.problems.length })}
          description={
            <ul className="plain-list">
              {preview.problems.map(({ line, column, reason }) => (
                <li key={`${line} ${column ?? ''} ${reason}`}>
                  {t('import.line', { n: line })} {column} {reason}
                </li>
              ))}
            </ul>
          }
        />
      )}
      <div className="data-table import-rows" tabIndex={0} role="region" aria-label={t('import.first_rows')}>
        <table>
          <thead>
            <tr>
              {preview.header.map((column, index) => (
                <th key={index} scope="col" className={used.has(column) ? 'mapped' : undefined}>
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {preview.rows.map((row, index) => (
              <tr key={index}>
                {preview.header.map((_, at) => (
                  <td key={at}>{row[at]}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
